"""Findings about tables, and the command line from a file to an answer."""

import csv
import json

import pytest
from command_line import kind_run
from made_tables import made_table, write_table
from tellapart.cli.app import app
from tellapart.kinds.kind import kind_of_source
from tellapart.tables import new_project, open_project, open_review
from typer.testing import CliRunner


def ran(*words, code=0):
    done = CliRunner().invoke(app, [str(word) for word in words])
    assert done.exit_code == code, done.output
    return done.output


def test_what_is_wrong_is_found(tmp_path):
    titles, rows = made_table()
    rows[30][1] = "9000.0"
    rows += [[*rows[5][:-1], rows[5][5]], [*rows[6][:-1], {"yes": "no", "no": "yes"}[rows[6][5]]]]
    for i, row in enumerate(rows):
        row[0] = str(1000 + i)
        row.insert(5, f"code {row[5]}")
    path = write_table(tmp_path / "t.csv", [*titles[:5], "state", "paid"], rows)
    review = open_review(new_project(tmp_path / "p", path))
    assert [one.title for one in review.remarks if one.code == "leak"] == ["state"]
    assert [one.title for one in review.remarks if one.code == "identifier"] == ["no"]
    assert "'sex' is about who people are. Wrong: " in repr(review)
    by_code = {one.code.value: one for one in review.findings()}
    assert {"outlying", "copy"} <= set(by_code)
    assert "income is 9000" in by_code["outlying"].sentence
    json.dumps(review.to_json())


def test_wrong_labels_come_first_and_can_be_put_right(tmp_path):
    titles, rows = made_table(400)
    wrong = range(20, 400, 40)
    for i in wrong:
        rows[i][5] = {"yes": "no", "no": "yes"}[rows[i][5]]
    project = new_project(tmp_path / "p", write_table(tmp_path / "t.csv", titles, rows))
    review = open_review(project)
    surest = [review.rows[one.row_id].number - 1 for one in review.findings() if one.label][: len(wrong)]
    assert len(set(surest) & set(wrong)) >= 5
    found = review.suggestions(above=0.5)
    review.decide(found)
    assert found and {one.thing_id for one in found} & {one.row_id for one in review.findings()} == set()
    assert review.undo() == found and open_project(project.root).label_counts() == project.label_counts()


def test_from_a_file_to_an_answer(loans_csv, tmp_path):
    project = tmp_path / "loans"
    assert "sex: category, sensitive" in ran("new", project, "--from", loans_csv)
    assert "of 240 wrong" in ran("train", project)
    row_id = open_project(project).rows()[0].row_id
    assert "1 decision" in ran("clean", project, "--remove", row_id)
    assert f"{row_id}: remove" in ran("log", project) and "Taken back: 1" in ran("undo", project)
    assert ran("predict", project, "--set", "income=45", "--set", "town=Rome").startswith("yes ")
    ran("predict", project, loans_csv, "--out", tmp_path / "out.csv")
    with (tmp_path / "out.csv").open(encoding="utf-8-sig", newline="") as file:
        answers = list(csv.DictReader(file))
    right = sum(one["predicted"] == one["paid"] for one in answers)
    assert len(answers) == 240 and right > 180 and "P(yes)" in answers[0]
    ran("export", project, tmp_path / "bundle")
    assert json.loads(ran("predict", tmp_path / "bundle", "--set", "town=Rome", "--json"))[0]["probabilities"]
    assert "has no value" in ran("predict", project, "--set", "income", "--json", code=2)


def test_texts_and_tables_are_told_apart(loans_csv, tmp_path):
    reviews = tmp_path / "r.csv"
    reviews.write_text(
        "id,text,label\n1,what a lovely and warm film,good\n2,a dull one that has no end,bad\n"
    )
    assert kind_of_source(loans_csv).name == "tables" and kind_of_source(reviews).name == "texts"
    assert kind_of_source(tmp_path / "not there.parquet").name == "tables"
    assert kind_run("new", "p", "--from", loans_csv) == "tables"
    assert kind_run("new", "p", "--from", reviews, "--kind", "tables") == "tables"
    assert kind_run("new", "p", f"--from={reviews}", "--target=label") == "tables"
    assert kind_run("new", "p", "--from", loans_csv, "--label-column", "paid") == "texts"
    assert kind_run("new", "p", "--from", loans_csv, "--kind=texts") == "texts"
    assert kind_run("new", "p", "--from", tmp_path) == kind_run("train", tmp_path) == "pictures"


@pytest.mark.parametrize("name", ["nothing.csv", "x" * 5000 + ".csv"])
def test_a_file_that_is_not_there_is_told_in_a_sentence(tmp_path, name):
    assert kind_of_source(tmp_path / name).name != "tables"
