"""Tables as they come: each of the odd ones a sentence or an answer, in time; nothing in them is obeyed or lost."""

import csv
import tracemalloc

import numpy as np
import pytest
from made_tables import write_table
from tellapart.cli.app import app
from tellapart.errors import IntakeError
from tellapart.tables import export_html, fitting, influence, load_predictor, new_project, train, training
from tellapart.tables.files.adding import add_rows
from tellapart.tables.reading import read_table
from typer.testing import CliRunner


def test_ten_thousand_columns_are_refused_before_they_fill_the_memory(tmp_path):
    titles = [f"c{i}" for i in range(10_000)]
    rows = [[str(i % 7 + n) for i in range(10_000)] for n in range(100)]
    path = write_table(tmp_path / "t.csv", titles, rows)
    tracemalloc.start()
    try:
        with pytest.raises(
            IntakeError, match="has 10,000 columns; at most 2,000 are read. Keep those that may tell"
        ):
            read_table(path)
        assert tracemalloc.get_traced_memory()[1] < 400 * 2**20
    finally:
        tracemalloc.stop()


def test_more_columns_than_rows_give_an_honest_answer(tmp_path):
    rng = np.random.default_rng(0)
    rows = [[f"{x:.2f}" for x in rng.normal(size=300)] for _ in range(60)]
    for i, row in enumerate(rows):
        row.append("yes" if i % 2 else "no")
    path = write_table(tmp_path / "t.csv", [*(f"c{i}" for i in range(300)), "kind"], rows)
    result = train(new_project(tmp_path / "p", path))
    assert result.evaluation.error_rate > 0.25  # nothing tells it
    assert export_html(result, tmp_path / "form.html").stat().st_size < 5_000_000


def test_of_many_columns_trees_ask_for_those_that_say_most(tmp_path, monkeypatch):
    for module in (fitting, training):
        monkeypatch.setattr(module, "MOST_GROWN", 10)
    rng = np.random.default_rng(3)
    numbers = rng.normal(size=(200, 40))
    kinds = rng.choice(["x", "y", "z"], 200)
    is_yes = (np.abs(numbers[:, 33]) < 0.7) ^ (kinds == "x")
    rows = [
        [*(f"{x:.2f}" for x in row), kind, "yes" if yes else "no"]
        for row, kind, yes in zip(numbers, kinds.tolist(), is_yes.tolist(), strict=True)
    ]
    path = write_table(tmp_path / "t.csv", [*(f"c{i}" for i in range(40)), "shape", "kind"], rows)
    result = train(new_project(tmp_path / "p", path))
    assert result.chosen == "trees" and result.evaluation.error_rate < 0.25 < 0.4 < result.majority_error
    assert "They ask for the 10 of 41 columns that alone say most." in repr(result)
    model = load_predictor(result).model
    asked = {model.features[at].column.title for at in model.scorer.feature.tolist() if at >= 0}
    assert {"c33", "shape"} <= asked and len(asked) <= 10


def test_encodings_that_are_mixed_in_one_file_lose_nothing(tmp_path):
    lines = [b"gr\xc3\xb6\xc3\x9fe;kind"]  # a title in UTF-8, cells in Western European
    lines += [f"{i},5;{'groß' if i % 2 else 'klein'}".encode("cp1252") for i in range(40)]
    (tmp_path / "t.csv").write_bytes(b"\n".join(lines))
    table = read_table(tmp_path / "t.csv")
    assert len(table.rows) == 40 and table.columns[0].style == "comma"
    assert set(table.labels) == {"klein", "groß"}


def test_a_few_bytes_of_another_encoding_are_told_by_new_and_add(tmp_path):
    lines = ["größe;kind".encode(), *(f"{i},5;{'groß' if i % 2 else 'klein'}".encode() for i in range(40))]
    lines[30] = "29,5;groß".encode("cp1252")
    (tmp_path / "t.csv").write_bytes(b"\n".join(lines))
    said = "1 character of t.csv not in UTF-8 like the rest, read as Western European: look at line 31."
    table = read_table(tmp_path / "t.csv")
    assert table.notes == (said,) and table.labels.count("groß") == 20
    project = new_project(tmp_path / "p", tmp_path / "t.csv")
    assert add_rows(project, tmp_path / "t.csv").notes == (said,)


def test_formulas_come_out_as_harmless_texts(tmp_path):
    rows = [["=1+1" if i % 2 else "@cmd", f"{i * 37 % 40}.5", "+yes" if i % 2 else "-no"] for i in range(40)]
    path = write_table(tmp_path / "t.csv", ["=HYPERLINK(1)", "n", "kind"], rows)
    project = new_project(tmp_path / "p", path)
    result = train(project)
    assert load_predictor(result).predict({"=HYPERLINK(1)": "=1+1"}).label == "+yes"
    done = CliRunner().invoke(
        app, ["predict", str(project.root), str(path), "--out", str(tmp_path / "out.csv")]
    )
    assert done.exit_code == 0, done.output
    files = [tmp_path / "out.csv", *influence(project).save(tmp_path / "influence")[:2]]
    for file in files:
        with file.open(encoding="utf-8-sig", newline="") as opened:
            cells = [cell for row in csv.reader(opened) for cell in row]
        assert any("=1+1" in cell or "HYPERLINK" in cell for cell in cells)
        for cell in cells:
            assert not cell.startswith(("=", "+", "@", "\t", "\r")), f"{file.name}: {cell}"
            assert not cell.startswith("-") or float(cell) < 0, f"{file.name}: {cell}"


@pytest.mark.parametrize(
    ("lines", "said"),
    [
        (["a,b", "1,x"], "has 1 row below its titles"),
        (["a", "1", "2"], "has one column, 'a'"),
        (["a,b", "1,x", "2,x"], "has one value only, 'x'"),
    ],
)
def test_one_row_one_column_one_value_are_sentences_on_the_command_line(tmp_path, lines, said):
    (tmp_path / "t.csv").write_text("\n".join(lines))
    words = ["new", str(tmp_path / "p"), "--from", str(tmp_path / "t.csv"), "--kind", "tables"]
    done = CliRunner().invoke(app, words)
    assert done.exit_code == 1 and said in " ".join(done.output.split()) and not (tmp_path / "p").exists()


def test_decimal_commas_are_learned_from_and_answered(tmp_path):
    rng = np.random.default_rng(1)
    sizes = rng.normal(10, 4, 80)
    lines = ["größe;art", *(f"{x:.2f};{'groß' if x > 10 else 'klein'}".replace(".", ",") for x in sizes)]
    (tmp_path / "t.csv").write_text("\n".join(lines), "utf-8")
    project = new_project(tmp_path / "p", tmp_path / "t.csv")
    predictor = load_predictor(train(project))
    assert predictor.predict({"größe": "16,25"}).label == predictor.predict({"größe": 16.25}).label == "groß"
    assert predictor.predict({"größe": "3,5"}).label == "klein"
