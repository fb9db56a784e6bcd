"""credits, datasheet, datasets and add, as a person types them."""

import json
import tarfile

import pytest
from command_line import tellapart
from make_data import make_tiny_folder
from tellapart.deploy.datasheet import TO_ANSWER
from tellapart.gather import take_in
from tellapart.store.manifest import Origin
from tellapart.store.project import create_project, open_project

OWN = "**Funding**\n\nPaid by the city.\n\n## My own heading\n\nAsk Ann before use."


@pytest.fixture
def project_dir(tmp_path):
    """Six pictures by Ann under CC BY, and three of which nothing is known."""
    made = make_tiny_folder(tmp_path / "source", ("circle", "square", "cross"), 3)
    ann = {"author": "Ann", "licence": "by 2.0", "page_url": "https://example.org/ann", "query": "shapes"}
    with create_project(tmp_path / "shapes") as project:
        for label in ("circle", "square"):
            take_in(project, made[label][0].parent, label, Origin("openverse", **ann))
        take_in(project, made["cross"][0].parent, "cross")
        take_in(project, made["cross"][0], "cross")
    return tmp_path / "shapes"


def test_credits_count_by_licence_and_author_and_can_be_written(project_dir, tmp_path):
    said = tellapart("credits", project_dir)
    assert "6  CC BY 2.0: name the author" in said and "6  Ann" in said
    assert "3  Licence unknown: check before sharing" in said and "9 of 9 pictures." in said
    table = json.loads(
        tellapart("credits", project_dir, "--allow", "commercial", "--out", tmp_path / "out", "--json")
    )
    assert (table["n_pictures"], table["n_left_out"], table["n_unknown"]) == (6, 3, 0)
    assert (tmp_path / "out" / "CREDITS.md").read_text("utf-8").startswith("# Credits for shapes")
    assert len((tmp_path / "out" / "credits.csv").read_text("utf-8").splitlines()) == 7
    assert "Choose any, commercial or public-domain" in tellapart(
        "credits", project_dir, "--allow", "fun", code=2
    )


def test_a_datasheet_has_the_facts_and_keeps_the_answers(project_dir):
    said = tellapart("datasheet", project_dir)
    path = project_dir / "DATASHEET.md"
    text = path.read_text("utf-8")
    assert "12 questions" in said and text.count(TO_ANSWER) == 12
    for fact in (
        "9 pictures of 3 kind(s)", "| circle | 3 |", "| openverse | shapes | 6 |", "by/2.0/>) | 6 |",
        "Licence unknown | 3 |", "- 1: already here", "No split was given",
    ):  # fmt: skip
        assert fact in text, fact
    tellapart("datasheet", project_dir)
    assert path.read_text("utf-8") == text, "the same project makes the same text"
    question = "**For what purpose was the data set made?**"
    path.write_text(
        text.replace(
            f"{question}\n\n{TO_ANSWER}", f"{question}\n\nTo sort my shapes.\n\nAnd yours.\n\n{OWN}"
        ),
        "utf-8",
    )
    result = json.loads(tellapart("datasheet", project_dir, "--json"))
    assert result["n_open_questions"] == 11
    assert f"{question}\n\nTo sort my shapes.\n\nAnd yours.\n\n{OWN}\n\n**Who made it" in path.read_text(
        "utf-8"
    )


def test_a_datasheet_takes_no_other_file_s_place(project_dir, tmp_path):
    for mine in (b"# My notes\n", "# Datasheet for M\u00fcller\n".encode("latin-1")):
        (tmp_path / "mine.md").write_bytes(mine)
        assert "so it is not replaced" in tellapart(
            "datasheet", project_dir, "--out", tmp_path / "mine.md", code=1
        )
        assert (tmp_path / "mine.md").read_bytes() == mine


def test_an_empty_project_has_a_datasheet_and_credits_too(tmp_path):
    create_project(tmp_path / "empty").close()
    assert "Wrote" in tellapart("datasheet", tmp_path / "empty", "--out", tmp_path / "sheet.md")
    assert "There are no pictures yet." in (tmp_path / "sheet.md").read_text("utf-8")
    assert "0 of 0 pictures." in tellapart("credits", tmp_path / "empty")


def test_more_pictures_join_a_project_from_files_folders_and_tars(project_dir, tmp_path):
    made = make_tiny_folder(tmp_path / "more", ("ring", "bar"), 4, seed=5)
    with tarfile.open(tmp_path / "more.tar.gz", "w:gz") as archive:
        archive.add(tmp_path / "more" / "bar", "bar")
    said = tellapart("add", project_dir, "--label", "ring", made["ring"][0], tmp_path / "more.tar.gz")
    assert "5 files, 5 added." in said
    result = json.loads(tellapart("add", project_dir, tmp_path / "more", "--json"))
    assert result["labels"] == {"ring": 3} and result["n_asked"] == 8
    with open_project(project_dir) as project:
        assert project.manifest.label_counts()["ring"] == 8


def test_what_is_no_use_is_named_and_the_rest_is_added(project_dir, tmp_path):
    made = make_tiny_folder(tmp_path / "more", ("ring",), 2, seed=5)
    said = tellapart("add", project_dir, "--label", "ring", made["ring"][0], tmp_path / "nowhere", code=3)
    assert "1 file, 1 added." in said and "nowhere does not exist" in said
    assert "nowhere does not exist" in tellapart("add", project_dir, tmp_path / "nowhere", code=1)


def test_data_sets_are_listed_and_a_wrong_name_is_helped(tmp_path, monkeypatch):
    assert "imagenette-160" in tellapart("datasets")
    rows = json.loads(tellapart("datasets", "--json"))
    assert {"pets", "food-101", "flowers-102", "plant-village"} <= {row["name"] for row in rows}
    assert "Did you mean 'pets'" in tellapart("datasets", "pet", tmp_path, code=1)
    assert "Say where to save it: tellapart datasets pets DIR" in tellapart("datasets", "pets", code=2)
    monkeypatch.setenv("TELLAPART_DATASETS_URL", "http://127.0.0.1:9/")
    assert "is this computer offline" in tellapart("datasets", "mnist-sample", tmp_path, code=1)
