"""runs, compare, report and prune at the command line."""

import json
import shutil

import pytest
from command_line import tellapart
from tellapart.store.project import open_project


@pytest.fixture
def root(trained, tmp_path):
    """The tiny project, trained once more, so that there is a run; it is called first. No app was made of it."""
    root = tmp_path / "shapes"
    shutil.copytree(trained[0], root)
    with open_project(root) as project:
        project.manifest.set_setting("shared_models", {})
    tellapart("train", root)
    tellapart("runs", root, "--rename", "newest", "first")
    return root


def test_two_trainings_are_listed_compared_reported_and_pruned(root, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    tellapart("train", root, "--prior", "equal")
    said = tellapart("runs", root)
    lines = said.splitlines()
    assert lines[0].startswith("run ") and "error (95 % interval)" in lines[0]
    assert lines[2].startswith("first ") and "1 model(s) have no run any more" in said
    record = json.loads(tellapart("runs", root, "--json"))
    assert [one["name"] for one in record["runs"]] == ["", "first"] and len(record["models_without_run"]) == 1

    newest = record["runs"][0]["run_id"]
    said = tellapart("compare", root / "first", root)
    assert "first" in said and "Both right: " in said
    assert tellapart("compare", root / ".." / "shapes" / "first", root) == said, (
        "the same project, said otherwise"
    )
    compared = json.loads(tellapart("compare", root / "first", root / newest, "--json"))
    assert compared["n_shared"] == record["runs"][0]["n_valid"] and compared["second"] == newest

    assert "It holds small copies of pictures" in tellapart("report", root / "first")
    assert (tmp_path / "shapes first-report.html").read_text("utf-8").startswith("<!doctype html>")
    written = json.loads(tellapart("report", root, "--out", tmp_path / "r.html", "--json"))
    assert written["run"] == newest and written["n_bytes"] == (tmp_path / "r.html").stat().st_size

    dry = json.loads(tellapart("prune", root, "--keep", 1, "--dry-run", "--json"))
    assert dry["runs"] == record["models_without_run"] and dry["is_dry_run"]
    assert tellapart("prune", root, "--keep", 1).startswith("Moved to the trash: 1 run(s)")
    assert tellapart("undo", root).splitlines()[0] == "Undone: 1 decision(s)."
    assert "delete run" in tellapart("log", root)


def test_a_run_is_deleted_brought_back_and_called_by_another_name(root):
    assert "Run first and its model are in the trash." in tellapart("runs", root, "--delete", "first")
    assert "in the trash" in tellapart("runs", root).splitlines()[1]
    assert "is in the trash. Bring it back" in tellapart("report", root / "first", code=1)
    assert "has no training that ended well" in tellapart("compare", root, root, code=1)
    assert "Run first is back." in tellapart("runs", root, "--restore", "first")
    tellapart("runs", root, "--rename", "first", "second")
    assert "name run first → second" in tellapart("log", root)
    said = tellapart("redo", root)
    assert said.startswith("There is nothing to redo.")
    tellapart("undo", root)
    assert json.loads(tellapart("runs", root, "--json"))["runs"][0]["name"] == "first"


def test_what_is_wrong_is_a_sentence(root, tmp_path, trained):
    assert "There is no run 'third'" in tellapart("runs", root, "--delete", "third", code=1)
    assert "is not deleted" in tellapart("runs", root, "--restore", "first", code=1)
    assert "Both are the run first" in tellapart("compare", root, root / "first", code=1)
    assert "there is no project there" in tellapart("report", tmp_path / "x" / "y", code=1)
    assert "Keep at least 1" in tellapart("prune", root, "--keep", 0, code=1)
    shutil.copytree(root, tmp_path / "other")
    assert "are of two projects" in tellapart("compare", root, tmp_path / "other", code=1)
    assert "No training yet." in tellapart("runs", trained[0])
