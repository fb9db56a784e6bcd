"""What unfinished trainings left: which of it stays when another one begins."""

import errno
import os
import shutil
from types import SimpleNamespace

import pytest
from tellapart import atomic_files
from tellapart.errors import TrainError
from tellapart.planning.config import TrainConfig
from tellapart.train import work_folder as module
from tellapart.train.work_folder import drop, unfinished_trainings, work_folder

DAY_S = 24 * 3600.0


def left(project, key, days):
    """An unfinished training's folder, of so many days ago."""
    with pytest.raises(InterruptedError), work_folder(project, key, TrainConfig()) as folder:
        (folder / "0.safetensors").write_bytes(bytes(1000))
        raise InterruptedError
    at = folder.stat().st_mtime - days * DAY_S
    os.utime(folder, (at, at))


def names(project):
    return sorted(path.name for path in (project.cache_dir / "tuning").iterdir())


def test_the_newest_unfinished_trainings_stay_when_another_begins(tiny_project):
    for days, key in ((6, "fourth"), (4, "third"), (3, "second"), (2, "first")):
        left(tiny_project, key, days)
    with work_folder(tiny_project, "new", TrainConfig()):
        assert names(tiny_project) == ["first", "new", "second", "third"]
    assert names(tiny_project) == ["first", "second", "third"]
    with work_folder(tiny_project, "second", TrainConfig()) as folder:
        assert (folder / "0.safetensors").is_file(), "it goes on from there"


def test_what_is_a_week_old_goes_unless_somebody_works_in_it(tiny_project):
    left(tiny_project, "old", 8)
    with work_folder(tiny_project, "old", TrainConfig()) as folder:
        at = folder.stat().st_mtime - 8 * DAY_S
        os.utime(folder, (at, at))
        with work_folder(tiny_project, "new", TrainConfig()):
            assert names(tiny_project) == ["new", "old"]
        with pytest.raises(TrainError, match="already"), work_folder(tiny_project, "old", TrainConfig()):
            pass
    left(tiny_project, "old", 8)
    with work_folder(tiny_project, "new", TrainConfig()):
        assert names(tiny_project) == ["new"]


def test_nothing_is_left_of_what_was_dropped_where_an_open_file_cannot_be_deleted(tiny_project, monkeypatch):
    """As on Windows, where each `prune` would tell of an unfinished training again."""
    left(tiny_project, "stopped", 1)

    def all_but_what_is_open(folder, ignore_errors):
        for path in folder.iterdir():
            if path.name != "lock":
                path.unlink()

    monkeypatch.setattr(shutil, "rmtree", all_but_what_is_open)
    monkeypatch.setattr(module, "os", SimpleNamespace(**{**vars(os), "name": "nt"}))
    drop(tiny_project.cache_dir / "tuning" / "stopped")
    assert unfinished_trainings(tiny_project) == [] and names(tiny_project) == []


def test_one_that_could_not_begin_on_a_full_disk_is_not_in_the_way_of_the_next(tiny_project, monkeypatch):
    def full(path, value):
        raise OSError(errno.ENOSPC, "No space left on device")

    monkeypatch.setattr(atomic_files, "write_json", full)
    with pytest.raises(TrainError, match="is full") as kept, work_folder(tiny_project, "new", TrainConfig()):
        pass
    monkeypatch.undo()
    with work_folder(tiny_project, "new", TrainConfig()):
        assert kept.value.__traceback__, "as a notebook keeps the last error"
