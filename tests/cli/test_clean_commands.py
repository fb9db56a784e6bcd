"""clean, undo, redo, log and replay at the command line, and the worker's task."""

import json
import shutil

import pytest
from other_process import run_tellapart, wait
from tellapart import runs
from tellapart.cli.app import app
from tellapart.store.project import open_project
from typer.testing import CliRunner


def tellapart(*arguments, code=0):
    done = CliRunner().invoke(app, [str(one) for one in arguments])
    assert done.exit_code == code, done.output
    return done.output


@pytest.fixture
def root(reviewed, tmp_path):
    """The tiny project, three circles among the squares."""
    root = tmp_path / "shapes"
    shutil.copytree(reviewed, root)
    for path in sorted((root / "images" / "circle").iterdir())[:3]:
        path.rename(root / "images" / "square" / path.name)
    return root


def test_the_report_names_the_worst_first_and_as_json_lists_all(root):
    said = tellapart("clean", root, "--report")
    assert said.startswith("72 pictures. Findings: ") and "looks like circle" in said
    record = json.loads(tellapart("clean", root, "--json"))
    assert {"counts", "labels", "shortcuts", "leak", "findings", "sentences"} <= set(record)
    worst = record["findings"][0]
    assert worst["kind"] == "wrong label" and worst["path"].startswith("images/square/circle_")
    scores = [one["score"] for one in record["findings"]]
    assert scores == sorted(scores, reverse=True)


def test_suggestions_are_previewed_applied_as_one_step_undone_and_redone(root):
    preview = json.loads(tellapart("clean", root, "--apply-suggestions", 0.25, "--preview", "--json"))
    assert preview["is_preview"] and preview["n_suggestions"] >= 2
    with open_project(root) as project:
        assert project.journal.entries() == []
    said = tellapart("clean", root, "--apply-suggestions", 0.25)
    assert f"{preview['n_suggestions']} suggestions above 0.25" in said and "Applied as one step." in said
    with open_project(root) as project:
        n_decided = len(project.journal.standing())
        assert n_decided == preview["n_suggestions"]
    listed = json.loads(tellapart("log", root, "--json"))
    assert len(listed) == n_decided and {entry["kind"] for entry in listed} <= {"relabel", "remove"}
    assert "relabel square → circle" in tellapart("log", root)
    assert f"Undone: {n_decided} decision(s)." in tellapart("undo", root)
    with open_project(root) as project:
        assert project.manifest.label_counts() == {"circle": 21, "cross": 24, "square": 27}
    assert "There is nothing to undo." in tellapart("undo", root)
    assert len(json.loads(tellapart("redo", root, "--json"))) == n_decided
    assert "There is nothing to redo." in tellapart("redo", root)


def test_decisions_are_written_to_a_file_and_replayed(root, trained, tmp_path):
    tellapart("clean", root, "--apply-suggestions", 0.25)
    file = tmp_path / "decisions.json"
    assert f"written to {file}" in tellapart("log", root, "--export", file)
    other = tmp_path / "other"
    shutil.copytree(trained[0], other)
    assert "applied" in tellapart("replay", other, file) or "changed nothing" in tellapart(
        "replay", other, file
    )
    assert "is not a list of decisions" in tellapart("replay", other, root / "tellapart.db", code=1)


def test_what_cannot_be_done_is_a_sentence_and_an_exit_code(root, tmp_path):
    assert "out of range" in tellapart("clean", root, "--apply-suggestions", 1.5, code=2)
    assert "does not exist" in tellapart("clean", tmp_path / "nowhere", code=1)
    assert "No decisions yet." in tellapart("log", root)
    assert json.loads(tellapart("replay", root, tmp_path / "gone.json", "--json", code=1))["error"]


def test_the_commands_work_in_a_process_of_their_own(root):
    done = run_tellapart("clean", root, "--json")
    assert done.returncode == 0 and json.loads(done.stdout)["n_pictures"] == 72, done.stderr


def test_the_workers_task_computes_what_a_page_then_opens_at_once(root):
    shutil.rmtree(root / "cache" / "clean")
    run = runs.start(root, "clean", {"backbone": "efficientnet_lite0"})
    status = wait(run)
    assert status.stage == "done", status.message
    assert run.result()["n_pictures"] == 72 and "to review" in run.result()["sentence"]
    assert list((root / "cache" / "clean").glob("compared-*.npz"))
