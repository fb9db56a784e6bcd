"""The commands for ratings, found by what they are given: from a table to an export."""

import json
import random

import pytest
from command_line import kind_run, tellapart
from tellapart.kinds.kind import kind_of_source


@pytest.fixture(scope="module")
def table(tmp_path_factory):
    random.seed(3)
    lines = ["userId,movieId,rating,timestamp,title"]
    for user in range(40):
        for film in range(16):
            if random.random() < 0.7:
                stars = (4 if user % 2 == film % 2 else 1) + random.randint(0, 1)
                lines.append(
                    f"someone{user}else,{film},{stars},{1000 + user * film},{'ab'[film % 2]}-film {film}"
                )
    path = tmp_path_factory.mktemp("table") / "ratings.csv"
    path.write_text("\n".join(lines), "utf-8")
    return path


def test_from_a_table_to_an_export(table, tmp_path):
    folder = tmp_path / "my films"
    said = tellapart("new", folder, "--from", table)
    assert "ratings from 1 to 5 by 40 users of 16 items, with times." in said
    assert f"Next: tellapart train '{folder}'" in said
    assert "On a random fifth: mean squared error" in tellapart("train", folder)
    likes = [
        "--like",
        "a-film 0=5",
        "--like",
        "2=5",
        "--like",
        "b-film 1=1",
        "--like",
        "3=1",
        "--like",
        "a-film 4=4,5",
    ]
    said = tellapart("recommend", folder, *likes, "--most", "3")
    assert said.count("a-film") == 3 and "rated by" in said and "b-film" not in said
    found = json.loads(tellapart("predict", folder, *likes, "--most", "3", "--json"))
    assert [one["title"][0] for one in found] == ["a"] * 3
    assert "b-film" in tellapart("recommend", folder, "--user", "someone1else")
    likely = json.loads(tellapart("similar", folder, "a-film 6", "--most", "3", "--json"))
    assert [one["title"][0] for one in likely] == ["a"] * 3 and likely[0]["likeness"] > 0
    assert "no users and no single rating" in tellapart("export", folder, tmp_path / "out")
    assert "a-film" in tellapart("similar", tmp_path / "out", "6")
    assert "holds no users" in tellapart("recommend", tmp_path / "out", "--user", "someone1else", code=1)
    assert "Say who it is for" in tellapart("recommend", folder, code=2)
    assert "is no rating" in tellapart("recommend", folder, "--like", "film", code=2)
    assert "is for pictures" in tellapart("serve", folder, code=2)


def test_titles_come_from_a_second_file_at_once_or_later(table, tmp_path):
    names = tmp_path / "titles.json"
    names.write_text(json.dumps({str(film): f"Renamed {film}" for film in range(10)}), "utf-8")
    said = tellapart("new", tmp_path / "a", "--from", table, "--titles", names)
    assert "16 of 16 items have a title." in said  # ten from the file, six of the table
    tellapart("new", tmp_path / "b", "--from", table)
    later = json.loads(tellapart("titles", tmp_path / "b", names, "--json"))
    assert later == {"titles": 16, "items": 16}
    for folder in (tmp_path / "a", tmp_path / "b"):
        tellapart("train", folder)
        assert "Renamed" in tellapart("similar", folder, "Renamed 2", "--most", "3")
    names.write_text('{"zz": "Other"}')
    assert "None of the 1 items with a title, such as 'zz'" in tellapart(
        "titles", tmp_path / "b", names, code=1
    )


def test_only_tables_of_ratings_are_claimed(table, tmp_path):
    assert kind_run("new", "x", f"--from={table}") == "ratings"
    assert kind_run("new", "x", "--from", table, "--text-column", "t") == "texts"
    assert kind_run("new", "x", "--from", table, "--kind", "tables") == "tables"
    for first, is_ours in (
        ("user,item,rating", True), ("user;book;stars;date", True), ("1\t7\t5\t881250949", True), ("1::7::5::88", True),
        ("text,label", False), ("user,review,rating", False), ("user,item,rating,review", False), ("age,sex,income", False),
        ("5.1,3.5,1.4,0.2,0", False), ("", False),
    ):  # fmt: skip
        path = tmp_path / "some.csv"
        path.write_text(f"{first}\n{first}\n", "utf-8")
        assert (kind_of_source(path).name == "ratings") is is_ours, first
    assert kind_run("new", "x") == kind_run("new", "x", "--from", tmp_path) == "pictures"
    assert kind_run("train", "\0") == kind_run("train", tmp_path) == "pictures"
