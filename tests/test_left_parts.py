"""What killed programs left half made: gone a day later where such a thing is made or a project opened, never sooner."""

import os
import time

import numpy as np
import pytest
from tellapart import atomic_files
from tellapart.deploy.app_folder import new_app_folder
from tellapart.duplicates.comparison_cache import cached_arrays
from tellapart.errors import ProjectError
from tellapart.kinds.bundle_folder import free_bundle_dir
from tellapart.kinds.new_folder import new_folder
from tellapart.store.project import create_project, open_project


def left(folder, name, hours):
    """A folder with a file in it, and a file, of so many hours ago."""
    folder.mkdir(exist_ok=True)
    made = []
    for number, is_folder in enumerate((True, False)):
        part = folder / f".{name}.{hours:07x}{number}.part"
        if is_folder:
            part.mkdir()
            (part / "model.onnx").write_bytes(b"half")
        else:
            part.write_bytes(b"half")
        made.append(part)
        for path in (*part.glob("*"), part):
            os.utime(path, (time.time() - hours * 3600,) * 2)
    return made


def there(parts):
    return [part for part in parts if part.exists()]


@pytest.mark.parametrize("place", [".", "cache", "bundles", "runs"])
def test_opening_a_project_removes_what_was_left_in_it_a_day_ago(tmp_path, place):
    create_project(tmp_path / "bears").close()
    folder = tmp_path / "bears" / place
    old, new = left(folder, "grizzly", 25), left(folder, "grizzly", 23)
    own = folder / ".grizzly.part"  # not a name that we give
    own.write_bytes(b"mine")
    os.utime(own, (0, 0))
    open_project(tmp_path / "bears").close()
    assert there(old) == [] and there([*new, own]) == [*new, own]


def test_a_folder_in_which_something_changed_lately_is_still_being_made(tmp_path):
    old, _ = left(tmp_path, "page", 25)
    (old / "labels").mkdir()
    (old / "labels" / "1.png").write_bytes(b"new")
    os.utime(old, (0, 0))
    atomic_files.drop_left_parts(tmp_path)
    assert old.is_dir()


def make_folder(target):
    with new_folder(target, ProjectError):
        pass


def make_app(target):
    with new_app_folder(target, "voila"):
        pass


def compare(target):
    cached_arrays(target.parent, target.name, "key", lambda: {"pairs": np.zeros(2)})


@pytest.mark.parametrize("make", [make_folder, make_app, compare, atomic_files.part_beside])
def test_making_something_removes_what_was_left_of_it_and_nothing_else_of_a_persons_folder(tmp_path, make):
    name = "thing-old.npz" if make is compare else "thing"
    old, new = left(tmp_path, name, 25), left(tmp_path, name, 23)
    others = [] if make is compare else left(tmp_path, "another", 25)
    make(tmp_path / "thing")
    assert there(old) == [] and there([*new, *others]) == [*new, *others]


def test_a_training_of_another_kind_removes_what_was_left_of_earlier_ones(tmp_path):
    old, new = left(tmp_path / "bundles", "20260101-120000", 25), left(tmp_path / "bundles", "x", 1)
    free_bundle_dir(tmp_path / "bundles")
    assert there(old) == [] and there(new) == new
