"""Titles of items from a file of their own: in every usual form, in answers and in the bundle."""

import json

import pytest
from made_ratings import made_rows, write_table
from tellapart.errors import IntakeError
from tellapart.ratings import new_project
from tellapart.ratings.project import create_rating_project, open_rating_project
from tellapart.ratings.titles import keep_titles, read_titles, title_sentence
from tellapart.ratings.training import train_ratings

EXPECTED = {"f0": "Up, and away", "f1": "Ünder"}


@pytest.fixture(scope="module")
def bare_csv(tmp_path_factory):
    """Ratings without titles."""
    path = tmp_path_factory.mktemp("bare") / "ratings.csv"
    return write_table(path, [row[:4] for row in made_rows()], ("user", "item", "rating", "timestamp"))


@pytest.mark.parametrize(
    ("name", "text"),
    [
        ("t.csv", 'movieId,title,genres\nf0,"Up, and away",Fun\nf1,Ünder,Fun\n,nothing,\nf2,,\n'),
        ("t.csv", 'Genre;Name;Item ID\nFun;"Up, and away";f0\nFun;Ünder;f1\n'),
        ("t.csv", 'f0,"Up, and away"\nf1,Ünder\n'),
        ("movies.dat", "f0::Up, and away::Fun\nf1::Ünder::Fun\n"),
        ("u.item", "f0|Up, and away|1995\nf1|Ünder|1996\nf2||1997\n"),
        ("t.json", json.dumps(EXPECTED)),
        ("t.json", json.dumps([{"id": "f0", "title": "Up, and away"}, {"id": "f1", "title": "Ünder"}])),
        ("t.json", json.dumps([["f0", "Up, and away"], ["f1", "Ünder"], ["f2", 3], "x"])),
        ("t.jsonl", '{"title": "Up, and away", "item": "f0"}\n{"title": "Ünder", "item": "f1"}\n'),
    ],
)
def test_every_usual_form_is_read(tmp_path, name, text):
    (tmp_path / name).write_text(text, "utf-8")
    assert read_titles(tmp_path / name) == EXPECTED


@pytest.mark.parametrize(
    ("name", "text"),
    [
        (
            "t.jsonl",
            '{"item": "f0", "title": "Up\u2028and away"}\r\n{"item": "f1", "title": "Under\x85way"}\n',
        ),
        ("movies.dat", "f0::Up\u2028and away::Fun\r\nf1::Under\x85way::Fun\r\n"),
    ],
)
def test_a_title_may_hold_a_mark_of_a_new_line(tmp_path, name, text):
    (tmp_path / name).write_bytes(text.encode())
    assert [(item, title[:2], title[-3:]) for item, title in read_titles(tmp_path / name).items()] == [
        ("f0", "Up", "way"),
        ("f1", "Un", "way"),
    ]


def test_numbers_are_names_and_what_deceives_is_taken_out(tmp_path):
    (tmp_path / "t.json").write_text(json.dumps([[7, "a\u202eb"], [True, "no"], [8, "x" * 300]]))
    assert read_titles(tmp_path / "t.json") == {"7": "a\ufffdb", "8": "x" * 200}


@pytest.mark.parametrize(
    ("name", "data", "said"),
    [
        ("t.csv", b"", "t.csv has no title"),
        ("t.csv", b"title\nUp\n", "one column only, 'title'"),
        ("t.csv", b"\x89PNG\0\0", "no text file"),
        ("t.json", b"{", "t.json is no JSON"),
        ("t.json", b"[" * 100_000, "is no JSON"),
        ("t.json", b"3", "t.json has no title"),
        ("t.json", b'{"f0": 5}', "t.json has no title"),
        ("t.jsonl", b'{"item": "f0"}', "has no title"),
    ],
)
def test_what_is_no_table_of_titles_is_a_sentence(tmp_path, name, data, said):
    (tmp_path / name).write_bytes(data)
    with pytest.raises(IntakeError, match=said):
        read_titles(tmp_path / name)


def test_titles_of_other_items_make_no_project(tmp_path, bare_csv):
    (tmp_path / "t.csv").write_text("item,title\nzz,Other\n")
    with pytest.raises(IntakeError, match="None of the 1 items with a title, such as 'zz'.*such as 'f0'"):
        new_project(tmp_path / "p", bare_csv, titles=tmp_path / "t.csv")
    assert not (tmp_path / "p").exists()


def test_titles_are_in_answers_and_in_the_bundle(tmp_path, bare_csv):
    (tmp_path / "t.csv").write_text(
        "item,title\nzz,Other\n" + "".join(f"f{n},{'ab'[n % 2]} story {n}\n" for n in range(20))
    )
    from tellapart.ratings import load_predictor

    project = new_project(tmp_path / "p", bare_csv, titles=tmp_path / "t.csv")
    recommender = load_predictor(train_ratings(project))
    best = recommender.recommend({"a story 0": 5, "f2": 5, "b story 1": 1, "b story 3": 1}, 3)
    assert all(one.title.startswith("a story") for one in best if one.item not in ("f20", "f22"))
    assert recommender.similar("a story 4", 3)[0].name and "Other" not in recommender.titles
    assert title_sentence(project.table) == "20 of 25 items have a title; without one: 'f20' and others."


def test_titles_come_later_and_lead(tmp_path, ratings_csv):
    project = create_rating_project(tmp_path / "p", ratings_csv)
    assert project.table.titles[project.table.item_names.index("f0")] == "The a film, number 0"
    keep_titles(project, {"f0": "Better", "nobody": "x"})
    for one in (project, open_rating_project(project.root)):
        assert one.table.titles[one.table.item_names.index("f0")] == "Better"
        assert "The a film, number 2" in one.table.titles
    assert json.loads((project.root / "titles.json").read_text("utf-8")) == {"f0": "Better"}
    (tmp_path / "t.csv").write_text("item,title\nf0,Best")
    again = new_project(project.root, ratings_csv, titles=tmp_path / "t.csv")
    assert "Best" in again.table.titles and "Best" in open_rating_project(project.root).table.titles
