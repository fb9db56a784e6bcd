"""A whole table comes back with an answer for each row: nothing of it changes, and no spreadsheet calculates any of it."""

import csv
import json

import pytest
from made_tables import made_table, write_table
from tellapart.errors import BundleError, Cancelled, IntakeError
from tellapart.tables.files.answering import answer_table as answer_rows
from tellapart.tables.predictor import TablePredictor
from tellapart.tables.project import create_table_project
from tellapart.tables.reading import read_table
from tellapart.tables.training import train_table
from tellapart.texts import load_predictor, new_project, train
from tellapart.texts.answering import answer_table as answer_texts


@pytest.fixture(scope="module")
def texts(tmp_path_factory):
    folder = tmp_path_factory.mktemp("answered-texts")
    lines = [
        f"{'a lovely film' if i % 2 else 'a dull film'} {i},{'good' if i % 2 else 'bad'}" for i in range(40)
    ]
    (folder / "t.csv").write_text("\n".join(["text,label", *lines]), "utf-8")
    return load_predictor(train(new_project(folder / "p", folder / "t.csv")))


@pytest.fixture(scope="module")
def rows(tmp_path_factory):
    folder = tmp_path_factory.mktemp("answered-rows")
    table = read_table(write_table(folder / "t.csv", *made_table(120)))
    return TablePredictor(train_table(create_table_project(folder / "p", table)).bundle_dir)


def read(path):
    with path.open(encoding="utf-8-sig", newline="") as file:
        return list(csv.DictReader(file))


def test_texts_keep_their_columns_and_formulas_are_only_text(texts, tmp_path):
    (tmp_path / "in.csv").write_text(
        'id;review;predicted;n\n1;"a lovely, lovely end";x;-5\n2;=HYPERLINK("a");@y;+1\n3;;z;-1+1\n4;<b>dull</b>;;2,5\n',
        "utf-8",
    )
    found = answer_texts(texts, tmp_path / "in.csv", tmp_path / "out.csv")
    assert (found.n, found.column, found.columns) == (4, "review", ("id", "review", "predicted", "n"))
    back = read(tmp_path / "out.csv")
    assert list(back[0]) == [
        "id", "review", "predicted", "n", "predicted (2)", "confidence", "P(bad)", "P(good)", "remark",
    ]  # fmt: skip
    assert [one["predicted (2)"] for one in back[::3]] == ["good", "bad"]
    assert [one["review"] for one in back] == ["a lovely, lovely end", '\'=HYPERLINK("a")', "", "<b>dull</b>"]
    assert [one["n"] for one in back] == ["-5", "+1", "'-1+1", "2,5"] and back[1]["predicted"] == "'@y"
    assert back[2]["remark"] == "none of its words is known" and not back[0]["remark"]
    assert all(abs(float(one["P(bad)"]) + float(one["P(good)"]) - 1) < 1e-5 for one in back)
    found = answer_texts(texts, tmp_path / "in.csv", tmp_path / "out.csv", "predicted")
    assert found.column == "predicted" and found.n_remarks == 4


def test_the_made_titles_of_a_table_without_any_can_be_chosen(texts, tmp_path):
    (tmp_path / "in.csv").write_text("ham,a lovely film\nham,a dull one\nspam,buy now\n", "utf-8")
    found = answer_texts(texts, tmp_path / "in.csv", tmp_path / "out.csv")
    assert found.columns == ("column 1", "column 2")
    for column in ("column 1", "1"):
        assert answer_texts(texts, tmp_path / "in.csv", tmp_path / "out.csv", column).n == 3
        assert [one["column 1"] for one in read(tmp_path / "out.csv")] == ["ham", "ham", "spam"]


def test_a_text_of_several_lines_comes_back_as_it_was(texts, tmp_path):
    given = ["a lovely\r\nfilm,\n\tlovely", "\n=1+1", "\t@x", "a dull\u202e film"]
    with (tmp_path / "in.csv").open("w", encoding="utf-8", newline="") as file:
        csv.writer(file).writerows([["text"], *([one] for one in given)])
    answer_texts(texts, tmp_path / "in.csv", tmp_path / "out.csv")
    back = [one["text"] for one in read(tmp_path / "out.csv")]
    assert back == [given[0], "'\n=1+1", "'\t@x", "a dull\ufffd film"]


def test_json_lines_and_texts_without_titles(texts, tmp_path):
    lines = [json.dumps({"body": "a lovely day", "id": i}) for i in range(3)]
    (tmp_path / "in.jsonl").write_text("\n".join(lines), "utf-8")
    assert answer_texts(texts, tmp_path / "in.jsonl", tmp_path / "out.csv").counts == {"good": 3}
    (tmp_path / "bare.csv").write_text("a dull day\na dull day\na lovely day\n", "utf-8")
    assert answer_texts(texts, tmp_path / "bare.csv", tmp_path / "out.csv").counts == {"bad": 2, "good": 1}
    assert list(read(tmp_path / "out.csv")[0])[:2] == ["text", "predicted"]


def test_rows_are_found_by_titles_and_told_what_was_never_seen(rows, tmp_path):
    (tmp_path / "in.csv").write_text("town,mine,income\nRome,=1+1,-45\nParis,x,20\n", "utf-8")
    assert answer_rows(rows, tmp_path / "in.csv", tmp_path / "out.csv").n_remarks == 1
    back = read(tmp_path / "out.csv")
    assert (back[0]["mine"], back[0]["income"]) == ("'=1+1", "-45")
    assert back[1]["remark"] == "never seen before: town"
    (tmp_path / "other.csv").write_text("mine,yours\n1,2\n", "utf-8")
    with pytest.raises(BundleError, match="none of the classifier's columns"):
        answer_rows(rows, tmp_path / "other.csv", tmp_path / "out.csv")


def test_too_many_rows_none_and_a_stop_leave_no_file(texts, rows, tmp_path):
    (tmp_path / "in.csv").write_text("text,id\n" + "a film,1\n" * 60, "utf-8")
    with pytest.raises(IntakeError, match="has 60 rows; at most 50 are classified at once"):
        answer_texts(texts, tmp_path / "in.csv", tmp_path / "out.csv", most_rows=50)
    (tmp_path / "none.csv").write_text("town,income\n", "utf-8")
    with pytest.raises(IntakeError, match="titles and no row"):
        answer_rows(rows, tmp_path / "none.csv", tmp_path / "out.csv")
    seen = []

    def stop(done, total, message):
        seen.append((done, total))
        if done:
            raise Cancelled("Stopped.")

    with pytest.raises(Cancelled):
        answer_texts(texts, tmp_path / "in.csv", tmp_path / "out.csv", progress=stop)
    assert seen == [(0, 60), (20, 60)] and not (tmp_path / "out.csv").exists()
