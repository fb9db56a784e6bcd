"""The commands for texts, found by what they are given: from a table to a page."""

import csv
import json

import pytest
from command_line import kind_run, tellapart
from tellapart.kinds.kind import kind_of_source, kinds
from tellapart.texts.project import open_text_project

GOOD, BAD = ("lovely", "clever", "moving"), ("dull", "boring", "lazy")


@pytest.fixture(scope="module")
def table(tmp_path_factory):
    path = tmp_path_factory.mktemp("table") / "reviews.csv"
    with path.open("w", encoding="utf-8", newline="") as file:
        rows = csv.writer(file)
        rows.writerow(["review", "sentiment"])
        for i in range(60):
            words = (GOOD, BAD)[i % 2]
            rows.writerow(
                [f"a {words[i % 3]} and {words[(i + 1) % 3]} film number {i}", ("good", "bad")[i % 2]]
            )
        rows.writerow(["a lovely, clever and moving film", "bad"])
    return path


@pytest.fixture(scope="module")
def trained_dir(table, tmp_path_factory):
    folder = tmp_path_factory.mktemp("walk") / "my-reviews"
    tellapart("new", folder, "--from", table)
    tellapart("train", folder)
    return folder


def test_the_studio_is_for_every_kind_and_the_one_door_says_which_it_is(trained_dir, table, tmp_path):
    assert "Open the studio" in tellapart("studio", "--project", trained_dir, "--help")
    assert kind_of_source(table).name == "texts"
    assert kind_of_source(tmp_path).name == kind_of_source(tmp_path / "cat.png").name == "pictures"


def test_from_a_table_to_a_page(table, tmp_path):
    folder = tmp_path / "my reviews"
    said = tellapart("new", folder, "--from", table)
    assert "61 texts (texts from 'review', labels from 'sentiment'): 31 bad, 30 good." in said
    assert f"Next: tellapart train '{folder}'" in said
    said = tellapart("train", folder)
    assert "of 61 wrong" in said and "Always guessing the most common label: 49.2 % wrong" in said
    said = tellapart("clean", folder)
    assert "wrong label: Labelled 'bad', reads like 'good'." in said
    found = json.loads(tellapart("clean", folder, "--json"))["findings"]
    wrong = next(one for one in found if one["code"] == "wrong label")
    assert wrong["text"] == "a lovely, clever and moving film" and wrong["label"] == "good"
    assert "1 decision, as one step" in tellapart("clean", folder, "--relabel", f"{wrong['text_id']}=good")
    assert open_text_project(folder).label_counts() == {"bad": 30, "good": 31}
    assert f"{wrong['text_id']}: relabel to 'good'" in tellapart("log", folder)
    assert "Taken back: 1 decision." in tellapart("undo", folder)
    assert "There is nothing to undo" in tellapart("undo", folder)
    assert "Done again: 1 decision." in tellapart("redo", folder)
    assert "There is nothing to redo" in tellapart("redo", folder)
    assert "(undone)" in tellapart("log", folder)
    said = tellapart("app", folder, tmp_path / "page.html", "--title", "Good or bad?")
    assert "works without the internet" in said
    assert "<title>Good or bad?</title>" in (tmp_path / "page.html").read_text("utf-8")
    assert "exists. Choose another name" in tellapart("app", folder, tmp_path / "page.html", code=1)
    tellapart("app", folder, tmp_path / "page.html", "--force")


def test_predicting_words_files_and_tables(trained_dir, tmp_path):
    assert "a lovely and moving end: good" in tellapart(
        "predict", trained_dir, "--text", "a lovely and moving end"
    )
    (tmp_path / "one.txt").write_text("dull, boring, lazy", "utf-8")
    (tmp_path / "some.csv").write_text("text,id\n=1+1 boring lazy,1\nclever lovely,2\n", "utf-8")
    answers = json.loads(
        tellapart("predict", trained_dir, tmp_path / "one.txt", tmp_path / "some.csv", "--json")
    )
    assert [one["label"] for one in answers] == ["bad", "bad", "good"]
    assert "2 texts classified" in tellapart(
        "predict", trained_dir, tmp_path / "some.csv", "--out", tmp_path / "out.csv"
    )
    with (tmp_path / "out.csv").open(encoding="utf-8-sig", newline="") as file:
        rows = list(csv.DictReader(file))
    assert [row["predicted"] for row in rows] == ["bad", "good"]
    assert rows[0]["text"] == "'=1+1 boring lazy" and float(rows[0]["P(bad)"]) == pytest.approx(
        float(rows[0]["confidence"])
    )
    said = tellapart("predict", trained_dir, "--text", "a lovely, lovely but dull end", "--why")
    assert "    for: lovely" in said and "    against: dull" in said
    why = json.loads(tellapart("predict", trained_dir, "--text", "boring", "--text", "", "--why", "--json"))
    assert (why[0]["for"], why[0]["against"], why[1]["for"]) == (["boring"], [], [])
    assert "There is no text" in tellapart("predict", trained_dir, code=2)
    assert "exists" in tellapart("predict", trained_dir, "--text", "x", "--out", tmp_path / "out.csv", code=1)


def test_the_bundle_can_be_taken_away(trained_dir, tmp_path):
    said = tellapart("export", trained_dir, tmp_path / "away")
    assert "The classifier is in" in said and "words of your texts: of 100 texts or more, only" in said
    assert "good" in tellapart("predict", tmp_path / "away", "--text", "lovely clever")
    assert "exists" in tellapart("export", trained_dir, tmp_path / "away", code=1)


def test_suggestions_are_previewed_and_applied_as_one_step(table, tmp_path):
    folder = tmp_path / "p"
    tellapart("texts", "new", folder, "--from", table)
    assert "nothing was changed" in tellapart("clean", folder, "--apply-suggestions", 0.3, "--preview")
    assert open_text_project(folder).decisions.lines() == []
    assert "as one step" in tellapart("clean", folder, "--apply-suggestions", 0.3)
    assert open_text_project(folder).label_counts()["good"] == 31
    assert "is out of range" in tellapart("clean", folder, "--apply-suggestions", 7, code=2)
    assert "has no label. Write ID=LABEL" in tellapart("clean", folder, "--relabel", "abc", code=2)
    assert "has no text 'abc'" in tellapart("clean", folder, "--remove", "abc", code=1)


def test_what_a_person_says_comes_before_suggestions(table, tmp_path):
    folder = tmp_path / "p"
    tellapart("texts", "new", folder, "--from", table)
    items = open_text_project(folder).items()
    wrong, other = items[-1].text_id, items[0].text_id
    assert "nothing was changed" in tellapart("clean", folder, "--remove", other, "--preview")
    assert "has no text 'abc'" in tellapart("clean", folder, "--remove", "abc", "--preview", code=1)
    assert len(open_text_project(folder).items()) == 61
    tellapart("clean", folder, "--keep", wrong, "--apply-suggestions", 0.3)
    kept = open_text_project(folder).items()[-1]
    assert (kept.label, kept.decided) == ("bad", "keep")
    both = tellapart("clean", folder, "--relabel", f"{other}=bad", "--remove", other, code=2)
    assert f"'{other}' cannot be both: remove and relabel bad." in both


def test_bad_input_is_a_sentence_and_leaves_nothing(tmp_path):
    (tmp_path / "one.csv").write_text("text,label\nhello,a\n", "utf-8")
    assert "one label only, 'a'" in tellapart("new", tmp_path / "p", "--from", tmp_path / "one.csv", code=1)
    assert "cannot be read" in tellapart("new", tmp_path / "p", "--from", tmp_path / "none.csv", code=1)
    assert not (tmp_path / "p").exists()
    assert "no project of texts" in tellapart("texts", "train", tmp_path, code=1)


def test_more_texts_come_in_once(table, tmp_path):
    folder = tmp_path / "p"
    tellapart("new", folder, "--from", table)
    (tmp_path / "more.csv").write_text(
        "review,sentiment\na lovely end,good\na lovely end,good\nan odd one,odd\n", "utf-8"
    )
    assert "3 texts added; 0 were there already" in tellapart("add", folder, tmp_path / "more.csv")
    assert "0 texts added; 64 were there already" in tellapart("add", folder, tmp_path / "more.csv", table)
    items = open_text_project(folder).items()
    assert [one.row for one in items] == list(range(1, 65)) and len({one.text_id for one in items}) == 64
    assert open_text_project(folder).label_counts() == {"bad": 31, "good": 32, "odd": 1}
    (tmp_path / "none.csv").write_text("review,sentiment\n,good\n", "utf-8")
    assert "no text with a label" in tellapart("add", folder, tmp_path / "none.csv", code=1)


def test_what_texts_cannot_do_is_told(trained_dir):
    said = tellapart("datasheet", trained_dir, code=2)
    assert "`datasheet` is for pictures, and this is of texts" in said and "predict" in said
    assert "of 61 wrong" in tellapart("texts", "train", trained_dir)


def test_pictures_stay_pictures(tmp_path, table):
    for name in ("cat/a.png", "dog/b.jpg"):
        (tmp_path / "pictures" / name).parent.mkdir(parents=True)
        (tmp_path / "pictures" / name).write_bytes(b"")
    (tmp_path / "yolo" / "labels").mkdir(parents=True)
    (tmp_path / "yolo" / "images").mkdir()
    (tmp_path / "yolo" / "labels" / "a.txt").write_text("0 0 0 1 1")
    (tmp_path / "yolo" / "images" / "a.jpg").write_bytes(b"")
    for name in ("texts/spam/a.txt", "texts/ham/b.txt", "notes/cat/read me.txt"):
        (tmp_path / name).parent.mkdir(parents=True)
        (tmp_path / name).write_text("buy")
    assert kind_run("new", "p", "--from", table) == kind_run("new", "p", f"--from={table}") == "texts"
    assert kind_run("new", "p", "--from", tmp_path / "texts") == "texts"
    for place in ("pictures", "yolo", "notes", "none", "pictures.zip", "\0", "~nobody/x", "x" * 5000):
        assert kind_run("new", "p", "--from", tmp_path / place) == "pictures", place
        assert kind_run("new", "p", "--from", place) == "pictures", place
    assert kind_run("new", "p", "--from", table, "--label", "cat") == "pictures"
    assert kind_run("new", "p", "--from", table, "--kind=pictures") == "pictures"
    assert kind_run("new", "p") == kind_run("new", "p", "--from") == "pictures"
    assert kind_run("train", tmp_path) == kind_run("train") == "pictures"


def test_a_kind_that_is_none_is_said(table, tmp_path):
    said = tellapart("new", tmp_path / "p", "--from", table, "--kind", "poems", code=2)
    assert "--kind poems is no kind of things. Choose one of: pictures, texts," in said
    assert not (tmp_path / "p").exists()
    assert "No such option: --tetx-column" in tellapart(
        "new", tmp_path / "p", "--from", table, "--tetx-column", "review", code=2
    )


def test_every_kind_has_commands_of_the_same_names():
    assert {"texts", "tables", "ratings", "outlines"} < {kind.name for kind in kinds()}
    for kind in kinds():
        before = [kind.name] if kind.commands_at else []
        assert all(name in tellapart("--help") for name in before)
        assert all(
            verb in tellapart(*before, "--help")
            for verb in ("new", "train", "predict", "clean", "export", "app")
        )
