"""The trainings of a project: listed, named, deleted to the trash, undone, brought back; and what strangers put there."""

import json
import math
import os
import shutil

import pytest
from tellapart import runs
from tellapart.errors import RunError
from tellapart.store.project import open_project
from tellapart.training_runs.changing import delete_runs, name_run, restore_run
from tellapart.training_runs.finding import done_run, find_run, project_and_words
from tellapart.training_runs.listing import training_runs
from tellapart.training_runs.loose_models import models_without_run

FIRST, SECOND = "20260101-120000-aaaaaa", "20260102-120000-bbbbbb"


def ids(project, is_deleted=False):
    return [one.run_id for one in training_runs(project) if one.is_deleted == is_deleted]


def test_a_row_says_what_came_of_a_training(keep, tiny_project, trained):
    run, result = keep(FIRST), trained[1]
    keep(SECOND, recipe="thorough")
    assert ids(tiny_project) == [SECOND, FIRST]  # the newest first
    assert (run.error_rate, run.error_interval) == (result.error_rate, result.evaluation.error_interval)
    assert run.n_pictures == result.n_train + result.n_valid and run.n_labels == 3 and run.stage == "done"
    assert run.recipe == "quick" and run.kept == "quick" and run.backbone == "efficientnet_lite0"
    assert (
        run.n_bytes > 1000
        and run.has_bundle
        and run.seconds == pytest.approx(result.seconds["total"], abs=1e-3)
    )
    assert json.loads(json.dumps(run.to_json()))["run_id"] == FIRST


def test_a_name_is_kept_and_taken_away_and_undone(keep, tiny_project):
    run = keep(FIRST)
    assert name_run(tiny_project, run, "  the   first ") == "the first"
    assert find_run(tiny_project, "the first").run_id == FIRST
    other = keep(SECOND)
    for name in ("the first", "The First", FIRST, "a/b", "x" * 61, "bell\x07", "newest"):
        with pytest.raises(RunError):
            name_run(tiny_project, other, name)
    name_run(tiny_project, run, "")
    assert training_runs(tiny_project)[-1].name == ""
    tiny_project.journal.undo()
    assert training_runs(tiny_project)[-1].name == "the first"


def test_a_deleted_run_lies_in_the_trash_with_its_model_until_it_is_undone(keep, tiny_project):
    run = keep(FIRST)
    keep(SECOND)
    size = run.n_bytes
    assert delete_runs(tiny_project, [run]) == 1
    assert ids(tiny_project) == [SECOND] and ids(tiny_project, is_deleted=True) == [FIRST]
    assert not (tiny_project.runs_dir / FIRST).exists() and not (tiny_project.bundles_dir / FIRST).exists()
    assert training_runs(tiny_project)[-1].n_bytes == size
    with open_project(tiny_project.root) as again:  # also by another process, later
        assert again.journal.undo()[0].kind == "delete run"
    assert (
        ids(tiny_project) == [SECOND, FIRST] and (tiny_project.bundles_dir / FIRST / "bundle.json").is_file()
    )
    tiny_project.journal.redo()
    assert ids(tiny_project, is_deleted=True) == [FIRST]


def test_it_is_brought_back_whatever_was_decided_since(keep, tiny_project):
    run = keep(FIRST)
    name_run(tiny_project, run, "first")
    delete_runs(tiny_project, [run])
    name_run(tiny_project, keep(SECOND), "second")
    restore_run(tiny_project, FIRST)
    assert ids(tiny_project) == [SECOND, FIRST] and find_run(tiny_project, "first").run_id == FIRST
    kinds = [entry.kind for entry in tiny_project.journal.entries()]
    assert kinds == ["restore run", "name run", "delete run", "name run"]


def test_undo_of_a_run_leaves_decisions_about_pictures_alone(keep, tiny_project):
    run = keep(FIRST)
    before = tiny_project.journal.decided()
    delete_runs(tiny_project, [run])
    assert tiny_project.journal.decided().image_ids == before.image_ids
    step = tiny_project.journal.next_undo()
    assert step.entry.kind == "delete run" and step.n_pictures == 0


def test_what_was_deleted_by_hand_is_said_and_breaks_nothing(keep, tiny_project):
    run = keep(FIRST)
    keep(SECOND)
    shutil.rmtree(tiny_project.runs_dir / FIRST)
    assert ids(tiny_project) == [SECOND] and FIRST in models_without_run(tiny_project)
    with pytest.raises(RunError, match="deleted by hand"):
        find_run(tiny_project, FIRST)
    delete_runs(tiny_project, [run])  # asked for by a page that does not know yet
    assert ids(tiny_project) == [SECOND] and not (tiny_project.bundles_dir / FIRST).exists()
    shutil.rmtree(tiny_project.root / "trash" / ".bundles" / FIRST)
    with pytest.raises(RunError, match="no longer in the trash"):
        restore_run(tiny_project, FIRST)
    tiny_project.journal.undo()
    assert ids(tiny_project) == [SECOND]


def test_a_folder_put_in_the_place_of_a_deleted_run_is_never_overwritten(keep, tiny_project):
    run = keep(FIRST)
    delete_runs(tiny_project, [run])
    (tiny_project.runs_dir / FIRST).mkdir()
    (tiny_project.runs_dir / FIRST / "letter.txt").write_text("dear")
    with pytest.raises(RunError, match="is there already"):
        restore_run(tiny_project, FIRST)
    tiny_project.journal.undo()
    assert (tiny_project.runs_dir / FIRST / "letter.txt").read_text() == "dear"
    assert any(run_id.startswith(f"{FIRST}-") for run_id in ids(tiny_project))  # it came back beside it


def test_a_running_training_is_not_deleted(keep, tiny_project, monkeypatch):
    keep(FIRST)
    monkeypatch.setattr(runs, "_launch", lambda *_: None)
    runs.start(tiny_project.root, "train", {})
    run = training_runs(tiny_project)[0]
    assert run.stage == "running" and run.error_rate is None
    with pytest.raises(RunError, match="still running"):
        delete_runs(tiny_project, [run])
    with pytest.raises(RunError, match="has no result"):
        done_run(tiny_project, run.run_id)


def test_runs_of_other_work_and_damaged_ones_are_told_apart(keep, tiny_project):
    keep(FIRST)
    runs.record(tiny_project.root, "20260103-120000-cccccc", "clean", {}, {"sentence": "Done."}, 1.0)
    keep(SECOND)
    (tiny_project.runs_dir / SECOND / "result.json").write_text('{"error_rate": "many"}')
    rows = training_runs(tiny_project)
    assert [one.run_id for one in rows] == [SECOND, FIRST]
    assert rows[0].stage == "failed" and "cannot be read" in rows[0].said
    whole = json.loads((tiny_project.runs_dir / FIRST / "result.json").read_text())
    for odd in ({"recipe": 5}, {"n_wrong": math.inf}, {"seconds": []}):
        (tiny_project.runs_dir / SECOND / "result.json").write_text(json.dumps({**whole, **odd}))
        assert training_runs(tiny_project)[0].stage == "failed"
    settings = tiny_project.runs_dir / FIRST / "config.json"
    for started in (1e300, math.nan, -1e18):  # no time that a table could show
        settings.write_text(json.dumps({**json.loads(settings.read_text()), "started": started}))
        assert ids(tiny_project) == [SECOND]


@pytest.mark.skipif(os.name != "posix", reason="Windows lets only some people make links")
def test_links_are_no_runs(keep, tiny_project, tmp_path):
    keep(FIRST)
    outside = tmp_path / "outside"
    shutil.copytree(tiny_project.runs_dir / FIRST, outside)
    (tiny_project.runs_dir / "20260105-120000-dddddd").symlink_to(outside, target_is_directory=True)
    (tiny_project.runs_dir / "20260106-120000-eeeeee").mkdir()
    (tiny_project.runs_dir / "20260106-120000-eeeeee" / "result.json").symlink_to(outside / "result.json")
    assert ids(tiny_project) == [FIRST]


def test_a_run_is_found_by_place_name_or_beginning(keep, tiny_project):
    name_run(tiny_project, keep(FIRST), "first")
    keep(SECOND)
    root = tiny_project.root
    assert project_and_words(root) == (root, "newest")
    assert project_and_words(root / "first") == (root, "first")
    assert project_and_words(root / "runs" / FIRST) == (root, FIRST)
    assert project_and_words(root / "bundles" / FIRST) == (root, FIRST)
    assert find_run(tiny_project, "newest").run_id == SECOND
    assert find_run(tiny_project, "20260102").run_id == SECOND
    with pytest.raises(RunError, match="may mean 2 runs"):
        find_run(tiny_project, "2026010")
    with pytest.raises(RunError, match="Did you mean 'first'"):
        find_run(tiny_project, "frist")
    with pytest.raises(RunError, match="no project there"):
        project_and_words(root.parent / "elsewhere" / "first")
