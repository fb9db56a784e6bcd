"""Which paused trainings wait to go on, and which of them have something to go on from."""

import errno
import shutil
from pathlib import Path

import pytest
from command_line import tellapart
from tellapart import atomic_files
from tellapart.errors import TrainError
from tellapart.planning.config import TrainConfig
from tellapart.train.work_folder import work_folder
from tellapart.training_runs.changing import delete_runs, restore_run
from tellapart.training_runs.listing import training_runs
from tellapart.training_runs.waiting import waiting_trainings

IDS = [f"202601{day:02}-120000-aaaaaa" for day in range(1, 7)]


def waiting(project):
    return [one.run.run_id for one in waiting_trainings(project, training_runs(project))]


def test_a_paused_training_waits_until_the_same_one_went_on(keep, pause, tiny_project):
    keep(IDS[0])
    assert waiting(tiny_project) == []
    pause(IDS[1], recipe="thorough")
    pause(IDS[2], recipe="everything", epochs=9)
    keep(IDS[3])  # a quick one takes no place
    (newest, _) = waiting_trainings(tiny_project, training_runs(tiny_project))
    assert newest.run.run_id == IDS[2] and newest.fraction == 0.5
    assert newest.config == {"recipe": "everything", "epochs": 9}
    pause(IDS[4], "failed", recipe="everything", epochs=9)  # the power went
    assert waiting(tiny_project) == [IDS[2], IDS[1]]
    pause(IDS[5], "cancelled", recipe="everything", epochs=9, seed=0)  # as usual
    assert waiting(tiny_project) == [IDS[1]]


def test_one_in_the_trash_waits_no_longer_nor_does_the_one_that_it_went_on_from(pause, tiny_project):
    for run_id in IDS[:2]:
        pause(run_id, recipe="thorough")
    assert waiting(tiny_project) == [IDS[1]]
    delete_runs(tiny_project, [one for one in training_runs(tiny_project) if one.run_id == IDS[1]])
    assert waiting(tiny_project) == []
    restore_run(tiny_project, IDS[1])
    assert waiting(tiny_project) == [IDS[1]]


def test_the_command_line_says_why_one_failed_and_that_another_waits(tiny_project, pause):
    pause("20260101-120000-aaaaaa", recipe="thorough")
    pause("20260102-120000-bbbbbb", "failed", recipe="quick")
    pause("20260103-120000-cccccc", "cancelled", recipe="quick")
    said = tellapart("runs", tiny_project.root).splitlines()
    assert [line.split()[2] for line in said[1:4]] == ["stopped", "failed", "paused"]
    assert said[4:6] == [
        "Run 20260102-120000-bbbbbb failed: It is failed.",
        "Run 20260101-120000-aaaaaa is paused; 50 % is done and kept. Resume it on the Train page.",
    ]


def kept(project):
    return {one.run.run_id: one.is_kept for one in waiting_trainings(project, training_runs(project))}


def test_once_what_a_paused_training_did_is_pruned_nobody_says_that_it_is_kept(tiny_project, pause):
    pause(IDS[0], recipe="thorough")
    assert "50 % is done and kept" in tellapart("runs", tiny_project.root)
    tellapart("prune", tiny_project.root, "--unfinished")
    said = tellapart("runs", tiny_project.root)
    assert (
        f"Run {IDS[0]} is paused, and nothing of it is kept: resumed on the Train page, it begins anew."
        in said
    )
    assert "done and kept" not in said
    assert kept(tiny_project) == {IDS[0]: False}


def test_what_another_training_keeps_is_not_taken_for_that_of_a_paused_one(tiny_project, pause):
    for run_id, epochs in zip(IDS[:2], (8, 9), strict=True):
        pause(run_id, recipe="everything", epochs=epochs)
    assert kept(tiny_project) == {IDS[0]: True, IDS[1]: True}
    shutil.rmtree(tiny_project.cache_dir / "tuning" / IDS[0])
    assert kept(tiny_project) == {IDS[0]: False, IDS[1]: True}


def test_each_of_two_that_go_on_from_the_same_work_is_said_to(tiny_project, pause):
    """Layers learn the same whatever the prior, and with as many epochs as usual, said or not."""
    pause(IDS[0], key="same", recipe="thorough")
    pause(IDS[1], key="same", recipe="thorough", prior="equal")
    assert kept(tiny_project) == {IDS[0]: True, IDS[1]: True}


def test_nothing_is_kept_of_a_training_that_could_not_begin(tiny_project, pause, monkeypatch):
    pause(IDS[0], recipe="thorough")
    shutil.rmtree(tiny_project.cache_dir / "tuning" / IDS[0])

    def full(path, value):
        raise OSError(errno.ENOSPC, "No space left on device")

    monkeypatch.setattr(atomic_files, "write_json", full)
    with pytest.raises(TrainError), work_folder(tiny_project, "new", TrainConfig()):
        pass
    assert kept(tiny_project) == {IDS[0]: False}


def test_where_nobody_may_look_at_what_is_kept_the_trainings_are_listed_all_the_same(
    tiny_project, pause, monkeypatch
):
    pause(IDS[0], recipe="thorough")
    home, iterdir = tiny_project.cache_dir / "tuning", Path.iterdir

    def refused(folder):
        if folder == home:
            raise PermissionError(errno.EACCES, "Permission denied", str(folder))
        return iterdir(folder)

    monkeypatch.setattr(Path, "iterdir", refused)
    assert kept(tiny_project) == {IDS[0]: True}


ODD = ["5", "[[]]", "[{}, 5]", '[{"recipe": 5}]', '[{"epochs": NaN}]']


@pytest.mark.parametrize(
    "note", [None, "", "{", "[]", "[" * 100_000, "{}", *(f'{{"trainings": {one}}}' for one in ODD)]
)
def test_what_an_older_version_or_a_stranger_kept_may_be_anyones(tiny_project, pause, note):
    pause(IDS[0], recipe="thorough")
    path = tiny_project.cache_dir / "tuning" / IDS[0] / "settings.json"
    path.unlink()
    if note is not None:
        path.write_text(note)
    assert kept(tiny_project) == {IDS[0]: True}
