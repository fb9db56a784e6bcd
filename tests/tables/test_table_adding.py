"""More rows come in by the titles of their columns; what is there already does not, and nothing there changes."""

import csv
import json

import pytest
from made_tables import made_table, write_table
from tellapart.cli.app import app
from tellapart.errors import IntakeError
from tellapart.tables import open_project
from tellapart.tables.files.adding import add_rows
from typer.testing import CliRunner


def test_rows_come_in_once_whatever_the_order_of_their_columns(table_project, loans_csv, tmp_path):
    before = table_project.rows()
    added = add_rows(table_project, loans_csv)
    assert (added.n_added, added.n_there, added.notes) == (0, 240, ())
    titles, rows = made_table(300)
    turned = [row[::-1] for row in rows]
    path = write_table(tmp_path / "more.csv", titles[::-1], [*turned, turned[0], turned[299]])
    added = add_rows(table_project, path)  # one that was there comes a second time, and so does a new one
    assert (added.n_added, added.n_there) == (62, 240)
    again = open_project(table_project.root).rows()
    assert again == table_project.rows() and again[:240] == before
    assert len({one.row_id for one in again}) == 302 and [one.number for one in again] == list(range(1, 303))
    assert again[300].cells == before[0].cells and again[300].label == before[0].label


def test_what_is_not_as_it_was_is_told(table_project, tmp_path):
    path = tmp_path / "more.csv"
    path.write_text('income,paid,colour\n"4,5",yes,red\n30.5,,blue\n?,no,=1+1\n', "utf-8")
    added = add_rows(table_project, path)
    assert added.n_added == 2 and added.notes == (
        "1 row left out: nothing stands in 'paid'.",
        "Not in the file, so missing in its rows: 'no', 'town', 'sex', 'since'.",
        "Passed over, since the project has no such column: 'colour'.",
        "1 of 'income' cannot be read as a number and count as missing; write them as in the first table.",
    )
    assert table_project.rows()[-1].cells == ["", "?", "", "", ""]


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("income,town\n1,Rome\n", "has no column 'paid', which this project tells"),
        ("a,paid\n1,yes\n", "none of the columns"),
    ],
)
def test_another_table_is_refused_and_changes_nothing(table_project, tmp_path, text, said):
    (tmp_path / "other.csv").write_text(text, "utf-8")
    before = (table_project.root / "rows.jsonl").read_bytes()
    with pytest.raises(IntakeError, match=said):
        add_rows(table_project, tmp_path / "other.csv")
    assert (table_project.root / "rows.jsonl").read_bytes() == before


def test_the_command_adds_and_says_so(table_project, tmp_path):
    titles, rows = made_table(250)
    path = write_table(tmp_path / "more.csv", titles, rows[235:])
    done = CliRunner().invoke(app, ["add", str(table_project.root), str(path)])
    assert done.exit_code == 0 and "10 rows added; 5 were there already." in done.output
    done = CliRunner().invoke(app, ["add", str(table_project.root), str(path), "--json"])
    assert json.loads(done.output)["added"] == 0
    write_table(path, titles, rows[:1])
    done = CliRunner().invoke(app, ["add", str(table_project.root), str(path)])
    assert "0 rows added; 1 was there already." in done.output
    write_table(path, titles, [["77", *rows[0][1:]]])
    done = CliRunner().invoke(app, ["add", str(table_project.root), str(path)])
    assert "1 row added; 0 were there already." in done.output
    write_table(path, titles, rows[235:])
    with path.open(encoding="utf-8", newline="") as file:
        assert len(list(csv.reader(file))) == 16
