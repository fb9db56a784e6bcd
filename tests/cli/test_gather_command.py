"""`tellapart gather` as a person calls it, with the web on this computer in place of the real one."""

import json

import pytest
from command_line import tellapart
from fakes.web import CONTACT, FakeWeb
from tellapart.cli.app import app
from tellapart.gather import sources
from tellapart.store.project import open_project
from typer.testing import CliRunner


@pytest.fixture
def fake(monkeypatch):
    with FakeWeb() as web:
        monkeypatch.setattr(sources, "PUBLIC_WEB", web.web())
        yield web


def test_a_project_is_made_and_filled_and_filled_no_further(fake, tmp_path):
    root = tmp_path / "bears"
    said = tellapart(
        "gather", root, "--label", "grizzly", "--query", "brown bear", "--limit", 60, "--contact", CONTACT
    )
    assert (
        "grizzly: 60 asked, 60 added." in said
        and "Openverse found 45." in said
        and "Wikimedia Commons found 15." in said
    )
    with open_project(root) as project:
        assert project.manifest.label_counts() == {"grizzly": 60}
    again = tellapart("gather", root, "--label", "grizzly", "--query", "brown bear", "--limit", 60)
    assert "60 added earlier, nothing new" in again
    record = json.loads(
        tellapart("gather", root, "--label", "teddy", "--source", "bing", "--limit", 5, "--json")
    )
    assert (record["n_added"], record["label"], record["query"]) == (5, "teddy", "teddy")


def test_a_table_names_the_labels_itself(fake, tmp_path):
    table = tmp_path / "list.csv"
    rows = [f"{fake.pictures.link(n)},{'fox' if n % 2 else 'bear'}" for n in range(10)]
    table.write_text("url,label\n" + "\n".join(rows) + "\n")
    record = json.loads(tellapart("gather", tmp_path / "p", "--source", table, "--json"))
    assert [(one["label"], one["n_added"]) for one in record["labels"]] == [("bear", 5), ("fox", 5)]
    table.write_text("url\n" + fake.pictures.link(50) + "\n" + fake.pictures.link(1, "html") + "\n")
    said = tellapart("gather", tmp_path / "p", "--label", "bear", "--source", table, code=3)
    assert "1 unreadable" in said and "a web page, not a picture" in said


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (("--label", "bear", "--query", ""), "The query is empty"), ((), "Add one, for instance --label"),
        (("--label", "bear", "--query", "a" * 1000), "has 1,000 characters"),
        (("--label", "bear", "--limit", "0"), "Choose 1 to 10,000"),
        (("--label", "bear", "--limit", "100000"), "100,000 pictures cannot be gathered at once"),
        (("--label", "bear", "--source", "gogle"), "There is no source 'gogle'"),
        (("--label", "bear", "--license", "free"), "licence='free' is not known"),
        (("--label", "bear", "--source", "nothing.csv"), "nothing.csv does not exist"),
    ],
)  # fmt: skip
def test_a_wish_that_is_no_use_is_a_sentence_and_leaves_no_project(fake, tmp_path, arguments, said):
    assert said in tellapart("gather", tmp_path / "p", *arguments, code=1)
    assert (
        said
        in json.loads(CliRunner().invoke(app, ["gather", str(tmp_path / "p"), *arguments, "--json"]).stdout)[
            "error"
        ]
    )
    assert not (tmp_path / "p").exists()


def test_no_internet_and_nothing_found_are_two_sentences(fake, tmp_path):
    fake.set_scripts("empty")
    said = tellapart("gather", tmp_path / "p", "--label", "zzz", "--source", "openverse", code=1)
    assert "nothing found" in said and "Openverse found nothing." in said and "Try other words" in said
    fake.set_scripts("refused")
    said = tellapart("gather", tmp_path / "p", "--label", "bear", "--source", "openverse", code=1)
    assert "No source answered" in said and "sample pictures" in said
