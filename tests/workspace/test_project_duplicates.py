"""A duplicate is whole and independent, whoever works on the project meanwhile, or it is not there."""

import errno
import os
import shutil
import sys

import pytest
from other_process import run_python
from tellapart.errors import Cancelled, ProjectError
from tellapart.store.journal import Relabel, Remove
from tellapart.store.project import open_project
from tellapart.store.sqlite import project_copy
from tellapart.workspace.changing import duplicate_project
from tellapart.workspace.listing import listed_projects


def pictures_of(root):
    with open_project(root) as project:
        assert project.changes == [], "nothing on the disk differs from the rows"
        found = {}
        for state in ("kept", "removed", "missing"):
            for one in project.manifest.pictures(state=state):
                found[one.image_id] = (one.label, one.state, project.file(one).is_file())
        return found


def test_the_duplicate_of_a_hidden_folder_is_listed(workspace, bears):
    hidden = bears.rename(workspace.parent / ".bears")
    new = duplicate_project(hidden, workspace)
    assert [one.name for one in listed_projects(workspace)] == [new.name] == ["bears copy"]


def test_a_duplicate_has_everything_and_is_independent(workspace, bears):
    with open_project(bears) as project:
        first, second, *_ = project.manifest.pictures()
        project.journal.decide(Remove(first.image_id))
        project.journal.decide(Relabel(second.image_id, "oval"))
    (bears / "notes.txt").write_text("mine")
    copy = duplicate_project(bears, workspace)
    assert copy.name == "bears copy" and pictures_of(copy) == pictures_of(bears)
    assert (copy / "notes.txt").read_text() == "mine"
    with open_project(copy) as project:
        project.journal.undo()
        project.journal.undo()
        assert project.manifest.label_counts() == {"circle": 3, "oval": 0, "square": 3} or len(
            project.manifest.label_counts()
        )
    with open_project(bears) as project:
        assert project.journal.can_undo() and project.manifest.n_removed() == 1
    assert duplicate_project(bears, workspace).name == "bears copy 2"
    assert not list(workspace.glob(".*.part"))


def test_decisions_made_while_it_is_copied_leave_no_picture_behind(workspace, bears):
    with open_project(bears) as project:
        ids = [one.image_id for one in project.manifest.pictures()]

        def meanwhile(done, total, message):
            if ids:
                image_id = ids.pop()
                project.journal.decide(
                    Remove(image_id) if len(ids) % 2 else Relabel(image_id, f"label {done}")
                )

        copy = duplicate_project(bears, workspace, meanwhile)
    assert ids == []
    found = pictures_of(copy)
    assert len(found) == 6 and all(is_there for _, state, is_there in found.values()), found
    assert found == pictures_of(bears)
    files = [path for top in ("images", "trash") for path in (copy / top).rglob("*") if path.is_file()]
    assert len(files) == 6, "no picture lies there twice"


def test_what_waits_for_a_row_is_not_copied(workspace, bears):
    for folder in ("incoming", "uploads"):
        (bears / "cache" / folder / "half.jpg").write_bytes(b"half")
    copy = duplicate_project(bears, workspace)
    assert not list((copy / "cache").rglob("half.jpg"))


def test_a_full_disk_leaves_no_half_copy(workspace, bears, monkeypatch):
    real = shutil.copy2
    copied = []

    def full(source, target):
        if len(copied) == 3:
            raise OSError(errno.ENOSPC, "No space left on device", str(target))
        copied.append(source)
        return real(source, target)

    monkeypatch.setattr(project_copy.shutil, "copy2", full)
    with pytest.raises(ProjectError, match="is full. Nothing was lost"):
        duplicate_project(bears, workspace)
    assert [path.name for path in workspace.iterdir() if path.name != ".lock"] == ["bears"]
    assert [row.name for row in listed_projects(workspace)] == ["bears"]


def test_it_can_be_stopped(workspace, bears):
    def stop(done, total, message):
        if done == 2:
            raise Cancelled("Stopped.")

    with pytest.raises(Cancelled):
        duplicate_project(bears, workspace, stop)
    assert [row.name for row in listed_projects(workspace)] == ["bears"]
    assert not list(workspace.glob(".*.part"))


def test_a_damaged_project_is_not_duplicated(workspace, bears):
    for path in bears.glob("tellapart.db*"):
        path.write_bytes(b"no database at all" * 100)
    with pytest.raises(ProjectError, match="is damaged"):
        duplicate_project(bears, workspace)
    assert [path.name for path in workspace.iterdir() if path.name != ".lock"] == ["bears"]


@pytest.mark.parametrize("at", [0, 3, "last"])
def test_a_project_that_moves_away_meanwhile_is_not_duplicated(workspace, bears, at):
    def away(done, total, message):
        if done == (total - 1 if at == "last" else at) and bears.exists():
            bears.rename(workspace / "elsewhere")

    with pytest.raises(ProjectError, match="bears is no longer there: it was moved, renamed or deleted"):
        duplicate_project(bears, workspace, away)
    assert [row.name for row in listed_projects(workspace)] == ["elsewhere"]
    assert len(pictures_of(workspace / "elsewhere")) == 6 and not list(workspace.glob(".*.part"))


def test_a_label_whose_folder_goes_while_files_are_listed_is_left_out(workspace, bears, monkeypatch):
    (bears / "images" / "gone").mkdir()
    real = os.scandir

    def scandir(folder):
        if str(folder).endswith("gone"):
            shutil.rmtree(folder, ignore_errors=True)
        return real(folder)

    monkeypatch.setattr(project_copy.os, "scandir", scandir)
    assert pictures_of(duplicate_project(bears, workspace)) == pictures_of(bears)


@pytest.mark.skipif(sys.platform == "win32", reason="permissions of a POSIX disk")
def test_a_project_that_can_only_be_read_is_listed_and_duplicated(workspace, bears):
    held = workspace / "held"
    with open_project(bears) as project:
        project.journal.decide(Remove(project.manifest.pictures()[0].image_id))
        shutil.copytree(bears, held)  # what was written last lies in the second file of the database
    assert (held / "tellapart.db-wal").stat().st_size > 0
    (held / "tellapart.db-shm").unlink()
    shutil.rmtree(bears)
    before = {path: path.read_bytes() for path in held.rglob("*") if path.is_file()}
    every = [held, *held.rglob("*")]
    for path in every:
        path.chmod(path.stat().st_mode & ~0o222)
    script = """
    from tellapart.store.project import open_project
    from tellapart.workspace.changing import duplicate_project
    from tellapart.workspace.listing import listed_projects
    held = Path(sys.argv[1])
    (row,) = listed_projects(held.parent)
    print(row.facts, row.problem)
    copy = duplicate_project(held, held.parent)
    with open_project(copy) as project:
        print(project.manifest.n_pictures(), project.is_read_only, project.changes, len(project.journal.undo()))
    print([str(path) for path in copy.rglob("*") if not os.access(path, os.W_OK)])
    """
    try:
        said = run_python(script, held, is_held=True).splitlines()
    finally:
        for path in every:
            path.chmod(path.stat().st_mode | 0o200)
    assert said == ["5 pictures, 2 labels ", "5 False [] 1", "[]"]
    assert {path: path.read_bytes() for path in held.rglob("*") if path.is_file()} == before
    assert pictures_of(workspace / "held copy").keys() == pictures_of(held).keys()
