"""Pruning: what nothing points to goes to the trash or for good, and never more."""

import json
import os
import shutil

import pytest
from command_line import tellapart
from tellapart import runs
from tellapart.errors import RunError
from tellapart.planning.config import TrainConfig
from tellapart.train.work_folder import work_folder
from tellapart.training_runs.changing import name_run
from tellapart.training_runs.listing import training_runs
from tellapart.training_runs.pruning import prune, to_prune

IDS = [f"202601{day:02}-120000-aaaaaa" for day in range(1, 7)]


@pytest.fixture
def many(keep, tiny_project):
    """Six trainings; the first has a name, an app was made of the second. The model of the fixture has no run."""
    rows = [keep(run_id) for run_id in IDS]
    name_run(tiny_project, rows[0], "the good one")
    runs.record(
        tiny_project.root, "20260107-120000-aaaaaa", "app", {"bundle": IDS[1]}, {"sentence": "Made."}, 1.0
    )
    return rows


def test_the_newest_named_and_shared_ones_stay(many, tiny_project, trained):
    found = to_prune(tiny_project, keep=2)
    loose = trained[1].bundle_dir.name
    newest = max(
        (path for path in tiny_project.bundles_dir.iterdir()),
        key=lambda path: (path / "bundle.json").stat().st_mtime_ns,
    )
    assert set(found.run_ids) == {IDS[2], IDS[3], loose} - {newest.name}
    assert found.n_bytes > 0 and found.sentence(is_done=False).startswith("Would move to the trash: ")


def test_a_shared_model_stays_however_often_and_late_it_is_pruned(many, tiny_project):
    for n in range(5):  # as many newer ones as stay of work that is no training
        run_id = f"202602{n + 10}-120000-aaaaaa"
        runs.record(tiny_project.root, run_id, "app", {"bundle": IDS[5]}, {"sentence": "Made."}, 1.0)
    for _ in range(2):
        prune(tiny_project, to_prune(tiny_project))
    prune(tiny_project, to_prune(tiny_project, keep=1, for_good=True))
    assert (tiny_project.bundles_dir / IDS[1] / "bundle.json").is_file()


def test_a_paused_training_stays_while_it_waits_with_something_to_go_on_from(keep, tiny_project, pause):
    keep(IDS[0])
    pause(IDS[1], recipe="thorough")
    keep(IDS[2])
    assert to_prune(tiny_project, keep=1).run_ids[:1] == (IDS[0],)
    shutil.rmtree(tiny_project.cache_dir / "tuning")
    assert to_prune(tiny_project, keep=1).run_ids[:2] == (IDS[0], IDS[1])
    pause(IDS[3], recipe="thorough")  # it was resumed, and paused again
    keep(IDS[4])
    assert {IDS[1], IDS[3]} & set(to_prune(tiny_project, keep=1).run_ids) == {IDS[1]}


def test_models_of_apps_made_on_the_command_line_stay_until_others_take_their_place(
    many, tiny_project, trained, tmp_path
):
    before = to_prune(tiny_project, keep=1).run_ids
    assert {IDS[2], IDS[3]} <= set(before)
    for run_id in (IDS[2], IDS[3]):
        bundle = tiny_project.bundles_dir / run_id
        shutil.copytree(trained[1].bundle_dir, bundle, dirs_exist_ok=True)
        tellapart("app", bundle, tmp_path / "app", "--target", "api", "--force")
        assert set(before) - set(to_prune(tiny_project, keep=1).run_ids) == {run_id}


def test_pruned_runs_lie_in_the_trash_as_one_step(many, tiny_project):
    before = {one.run_id for one in training_runs(tiny_project)}
    found = to_prune(tiny_project, keep=1)
    prune(tiny_project, found)
    left = {one.run_id for one in training_runs(tiny_project) if not one.is_deleted}
    assert left == before - set(found.run_ids) and IDS[-1] in left
    assert to_prune(tiny_project, keep=1).n == 0
    assert to_prune(tiny_project, keep=1).sentence(False).startswith("Nothing to prune")
    tiny_project.journal.undo()
    assert {one.run_id for one in training_runs(tiny_project) if not one.is_deleted} == before


def test_for_good_empties_the_trash_of_runs_as_well(many, tiny_project):
    prune(tiny_project, to_prune(tiny_project, keep=4))
    found = to_prune(tiny_project, keep=1, for_good=True)
    assert found.in_trash and found.run_ids
    prune(tiny_project, found)
    trash = tiny_project.root / "trash"
    assert [*trash.glob(".runs/*"), *trash.glob(".bundles/*")] == []
    assert not any((tiny_project.bundles_dir / run_id).exists() for run_id in found.run_ids)
    assert len(training_runs(tiny_project)) == 3  # the newest, the named and the shared one


def test_runs_of_other_work_go_when_pages_no_longer_read_them(keep, tiny_project):
    keep(IDS[0])
    for n in range(4):
        run_id = f"2026020{n + 1}-120000-aaaaaa"
        runs.record(tiny_project.root, run_id, "clean", {}, {"sentence": "Done."}, 1.0)
    strange = tiny_project.runs_dir / "my own folder"
    strange.mkdir()
    found = to_prune(tiny_project, keep=2)
    assert {"20260201-120000-aaaaaa", "20260202-120000-aaaaaa"} <= set(found.run_ids)
    assert not {"20260204-120000-aaaaaa", "my own folder"} & set(found.run_ids)


def test_the_newest_model_is_never_pruned(keep, tiny_project):
    keep(IDS[0])
    with pytest.raises(RunError, match="Keep at least 1"):
        to_prune(tiny_project, keep=0)
    shutil.rmtree(tiny_project.runs_dir)
    tiny_project.runs_dir.mkdir()
    newest = max(
        tiny_project.bundles_dir.iterdir(),
        key=lambda path: ((path / "bundle.json").stat().st_mtime_ns, path.name),
    )
    assert newest.name not in to_prune(tiny_project, keep=1).run_ids
    assert json.loads(json.dumps(to_prune(tiny_project).to_json()))["for_good"] is False


def test_a_folder_of_a_persons_own_among_the_models_stays(many, tiny_project):
    own = tiny_project.bundles_dir / "my notes"
    own.mkdir()
    (own / "notes.txt").write_text("mine")
    found = to_prune(tiny_project, keep=1, for_good=True)
    prune(tiny_project, found)
    assert "my notes" not in found.run_ids and (own / "notes.txt").read_text() == "mine"


@pytest.mark.skipif(os.name != "posix", reason="Windows lets only some people make links")
@pytest.mark.parametrize("for_good", [False, True])
def test_a_model_behind_a_link_stays(many, tiny_project, tmp_path, for_good):
    """A person moved it to a larger disk while the project was open. A move through a link is refused for good."""
    linked = [IDS[2], "alone"]
    shutil.copytree(tiny_project.bundles_dir / IDS[3], tiny_project.bundles_dir / "alone")
    for name in linked:
        shutil.move(tiny_project.bundles_dir / name, tmp_path / name)
        (tiny_project.bundles_dir / name).symlink_to(tmp_path / name, target_is_directory=True)
    found = to_prune(tiny_project, keep=1, for_good=for_good)
    assert IDS[3] in found.run_ids and not set(linked) & set(found.run_ids)
    prune(tiny_project, found)
    assert (tiny_project.bundles_dir / IDS[2] / "bundle.json").is_file()
    assert (tiny_project.runs_dir / IDS[2] / "result.json").is_file()


def test_what_unfinished_trainings_keep_goes_when_it_is_old_or_asked_for_and_never_of_one_that_runs(
    many, tiny_project
):
    def left():
        return {folder.name for folder in (tiny_project.cache_dir / "tuning").iterdir()}

    for key in ("old", "stopped"):
        with pytest.raises(InterruptedError), work_folder(tiny_project, key, TrainConfig()) as folder:
            (folder / "0.safetensors").write_bytes(bytes(2_000_000))
            raise InterruptedError
    with work_folder(tiny_project, "running", TrainConfig()) as folder:
        (folder / "0.safetensors").write_bytes(bytes(3_000_000))
        a_week_ago = folder.stat().st_mtime - 8 * 24 * 3600.0
        for key in ("old", "running"):
            os.utime(folder.with_name(key), (a_week_ago, a_week_ago))
        said = tellapart("prune", tiny_project.root, "--dry-run")
        assert "Would delete: what 1 unfinished training(s) kept in cache/tuning, 2.0 MB." in said
        assert "Still there: what 1 unfinished training(s) kept in cache/tuning, 2.0 MB" in said
        assert "under way has 3.0 MB" in said and left() == {"old", "stopped", "running"}
        prune(tiny_project, to_prune(tiny_project))
        assert left() == {"stopped", "running"}
        tellapart("prune", tiny_project.root, "--unfinished")
        assert left() == {"running"} and (folder / "0.safetensors").is_file()
