"""Projects made, renamed, deleted and brought back: nothing is lost, and what cannot be done is said."""

import errno
import os
import threading
from concurrent.futures import ThreadPoolExecutor

import pytest
from tellapart import atomic_files, runs
from tellapart.errors import ProjectError
from tellapart.store.project import create_project, is_project, open_project
from tellapart.workspace import changing
from tellapart.workspace.changing import (
    delete_project,
    make_project,
    rename_project,
    restore_project,
    sample_project,
)
from tellapart.workspace.listing import deleted_projects, listed_projects
from tellapart.workspace.recent import note_opened, recent_projects


@pytest.fixture
def started(monkeypatch):
    """Folders of the runs that were to begin; no process does."""
    found = []
    monkeypatch.setattr(runs, "_launch", lambda run_dir, secret: found.append(run_dir))
    return found


def files_of(root):
    return {path.relative_to(root).as_posix(): path.read_bytes() for path in root.rglob("*.png")}


def test_a_new_project_is_empty(workspace):
    root = make_project(workspace, " my  bears ")
    assert root == workspace / "my bears"
    with open_project(root) as project:
        assert project.manifest.n_pictures() == 0 and runs.latest(root) is None


@pytest.mark.parametrize("again", ["bears", "BEARS", " bears "])
def test_one_name_is_given_once(workspace, bears, again):
    with pytest.raises(ProjectError, match="already a project 'bears' in .*Choose another name"):
        make_project(workspace, again)
    assert [row.name for row in listed_projects(workspace)] == ["bears"]


def test_a_folder_of_something_else_keeps_its_name(workspace):
    (workspace / "letters").mkdir()
    with pytest.raises(ProjectError, match="already a folder 'letters'"):
        make_project(workspace, "Letters")
    assert list((workspace / "letters").iterdir()) == []


def test_two_pages_that_make_one_project_at_once_make_one(workspace):
    def made(_):
        try:
            return make_project(workspace, "bears")
        except ProjectError as error:
            return str(error)

    with ThreadPoolExecutor(6) as pool:
        answers = list(pool.map(made, range(6)))
    assert answers.count(workspace / "bears") == 1
    assert all("already a project" in one for one in answers if isinstance(one, str))


def test_the_sample_is_made_once_and_drawn_by_a_run(workspace, started):
    root = sample_project(workspace)
    assert root == workspace / "sample" and is_project(root) and len(started) == 1
    assert runs.latest(root, "samples") is not None
    assert sample_project(workspace) == root and len(started) == 1, "its run is at work"
    (started[0] / "cancel").touch()
    with (started[0] / "progress.jsonl").open("w") as file:
        file.write('{"stage": "cancelled", "message": "Stopped.", "at": 1}\n')
    sample_project(workspace)
    assert len(started) == 2, "a sample that was stopped is drawn when it is asked for again"


def test_a_sample_with_pictures_or_emptied_by_hand_is_opened_as_it_is(workspace, bears, started):
    bears.rename(workspace / "sample")
    assert sample_project(workspace) == workspace / "sample" and started == []
    with open_project(workspace / "sample") as project:
        everything = [changing_remove(one.image_id) for one in project.manifest.pictures()]
        project.journal.decide(*everything)
    assert sample_project(workspace) and started == []


def changing_remove(image_id):
    from tellapart.store.journal import Remove

    return Remove(image_id)


def test_a_renamed_project_is_whole_and_still_known(workspace, bears):
    note_opened(bears)
    before = files_of(bears)
    root = rename_project(workspace, "bears", "brown bears")
    assert root == workspace / "brown bears" and files_of(root) == before and not bears.exists()
    assert list(recent_projects()) == [root]
    assert rename_project(workspace, "brown bears", "brown bears") == root
    with open_project(root) as project:
        assert project.manifest.n_pictures() == 6 and project.changes == []


def test_a_project_is_renamed_also_where_settings_cannot_be_written(workspace, bears, monkeypatch):
    note_opened(bears)

    def full(path, record):
        raise OSError(errno.ENOSPC, "No space left on device")

    monkeypatch.setattr(atomic_files, "write_json", full)
    assert rename_project(workspace, "bears", "birds") == workspace / "birds"
    assert [row.name for row in listed_projects(workspace)] == ["birds"] and not bears.exists()


def test_a_name_may_change_its_case(workspace, bears):
    assert rename_project(workspace, "bears", "Bears").name == "Bears"
    assert [row.name for row in listed_projects(workspace)] == ["Bears"]


def test_a_taken_or_impossible_name_renames_nothing(workspace, bears):
    create_project(workspace / "birds").close()
    for new, said in (("Birds", "already a project 'birds'"), ("a/b", "slash"), ("", "no name yet")):
        with pytest.raises(ProjectError, match=said):
            rename_project(workspace, "bears", new)
    assert sorted(row.name for row in listed_projects(workspace)) == ["bears", "birds"]


def test_while_a_run_is_at_work_nothing_is_moved(workspace, bears, started):
    run = runs.start(bears, "train", {})  # it counts as at work, since nobody says otherwise yet
    wishes = {
        "rename it": lambda: rename_project(workspace, "bears", "birds"),
        "delete it": lambda: delete_project(workspace, "bears"),
        "duplicate it": lambda: changing.duplicate_project(bears, workspace),
    }
    for wish, do in wishes.items():
        with pytest.raises(ProjectError, match=rf"'bears' is being worked on \(train\).*then {wish}"):
            do()
    assert bears.is_dir() and len(listed_projects(workspace)) == 1
    (run.run_dir / "progress.jsonl").write_text('{"stage": "done", "message": "Done.", "at": 1}\n')
    assert rename_project(workspace, "bears", "birds").is_dir()


def test_a_deleted_project_comes_back_whole(workspace, bears):
    before = files_of(bears)
    deleted = delete_project(workspace, "bears")
    assert not bears.exists() and listed_projects(workspace) == []
    assert deleted_projects(workspace) == [deleted] and files_of(deleted.root) == before
    assert restore_project(workspace, deleted.key) == bears and files_of(bears) == before
    assert deleted_projects(workspace) == []
    with pytest.raises(ProjectError, match="no longer in .*brought back or deleted by hand"):
        restore_project(workspace, deleted.key)


def test_several_of_one_name_lie_in_the_trash_and_come_back_beside_a_new_one(workspace, bears):
    keys = [delete_project(workspace, "bears").key]
    make_project(workspace, "bears")
    keys.append(delete_project(workspace, "bears").key)
    make_project(workspace, "Bears")
    assert {one.key for one in deleted_projects(workspace)} == set(keys)
    assert restore_project(workspace, keys[0]).name == "bears-2"
    assert restore_project(workspace, keys[1]).name == "bears-3"
    with open_project(workspace / "bears-2") as project:
        assert project.manifest.n_pictures() == 6


@pytest.mark.parametrize("key", ["", "..", "../../etc", "20260101-000000-ffffff", "*"])
def test_a_key_of_no_deleted_project_brings_nothing_back(workspace, bears, key):
    delete_project(workspace, "bears")
    with pytest.raises(ProjectError, match="no longer in"):
        restore_project(workspace, key)


def test_one_that_is_gone_while_it_is_listed_is_said(workspace, bears):
    bears.rename(workspace.parent / "elsewhere")
    for do in (
        lambda: rename_project(workspace, "bears", "birds"),
        lambda: delete_project(workspace, "bears"),
    ):
        with pytest.raises(ProjectError, match="moved, renamed or deleted meanwhile"):
            do()
    with pytest.raises(ProjectError, match="moved, renamed or deleted meanwhile"):
        changing.duplicate_project(bears, workspace)
    assert deleted_projects(workspace) == []


def test_a_folder_that_is_in_use_is_said_and_stays(workspace, bears, monkeypatch):
    def held(self, target):
        raise PermissionError(13, "The process cannot access the file")

    monkeypatch.setattr(type(bears), "rename", held)
    with pytest.raises(ProjectError, match="'bears' cannot be moved .*Close the pages and programs"):
        delete_project(workspace, "bears")
    monkeypatch.undo()
    assert bears.is_dir() and deleted_projects(workspace) == []


@pytest.mark.skipif(os.name != "posix" or os.geteuid() == 0, reason="permissions as POSIX has them")
def test_a_projects_folder_that_cannot_be_written_is_said(workspace):
    workspace.chmod(0o500)
    try:
        with pytest.raises(ProjectError, match="cannot be written"):
            make_project(workspace, "bears")
    finally:
        workspace.chmod(0o700)


def test_who_changes_the_folder_for_too_long_is_said(workspace, monkeypatch):
    from tellapart.workspace import alone

    monkeypatch.setattr(alone, "_PATIENCE_S", 0.05)
    with alone.alone_in(workspace):
        said = []

        def other():
            try:
                make_project(workspace, "bears")
            except ProjectError as error:
                said.append(str(error))

        thread = threading.Thread(target=other)
        thread.start()
        thread.join()
    assert said and "Another page changes" in said[0]
    assert make_project(workspace, "bears").is_dir()
