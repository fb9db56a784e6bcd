"""The list of projects: what is in it, in which order, and what is said of those that cannot be opened."""

import contextlib
import os
import shutil
import sqlite3
import sys
import time

import pytest
from other_process import run_python
from tellapart.errors import ProjectError
from tellapart.store.project import DB_NAME, create_project, open_project
from tellapart.workspace import recent
from tellapart.workspace.addresses import NONE, address_of, name_in, project_in
from tellapart.workspace.listing import latest_project, listed_projects, project_called
from tellapart.workspace.places import settings_dir, workspace_dir
from tellapart.workspace.recent import note_moved, note_opened, recent_projects
from tellapart_dashboards.__main__ import main as studio
from without_home import leave_home


def names(workspace):
    return [row.name for row in listed_projects(workspace)]


def test_an_empty_or_missing_folder_has_no_projects(workspace):
    assert listed_projects(workspace) == [] and latest_project(workspace) is None
    workspace.rmdir()
    assert listed_projects(workspace) == []


def test_the_latest_opened_comes_first_and_only_projects_are_listed(workspace, bears):
    for name in ("10 birds", "2 birds"):
        create_project(workspace / name).close()
    (workspace / "letters").mkdir()
    (workspace / "note.txt").write_text("dear")
    (workspace / ".hidden").mkdir()
    assert names(workspace) == ["2 birds", "10 birds", "bears"]
    note_opened(workspace / "10 birds")
    note_opened(bears)
    assert names(workspace) == ["bears", "10 birds", "2 birds"]
    row = listed_projects(workspace)[0]
    assert (row.facts, row.is_here, row.problem) == ("6 pictures, 2 labels", True, "")
    assert 0 <= time.time() - row.opened < 60
    assert latest_project(workspace) == bears


def test_a_look_at_the_list_changes_no_project(bears):
    before = {path: path.stat().st_mtime_ns for path in bears.rglob("*") if DB_NAME not in path.name}
    data = (bears / DB_NAME).read_bytes()
    listed_projects(bears.parent)
    assert (bears / DB_NAME).read_bytes() == data
    assert before == {path: path.stat().st_mtime_ns for path in bears.rglob("*") if DB_NAME not in path.name}


def test_projects_elsewhere_are_listed_once_they_were_opened_and_as_long_as_they_are_there(
    workspace, tmp_path
):
    create_project(tmp_path / "disk" / "leaves").close()
    assert names(workspace) == []
    note_opened(tmp_path / "disk" / "leaves")
    (row,) = listed_projects(workspace)
    assert (row.name, row.is_here) == ("leaves", False) and latest_project(workspace) is None
    shutil.rmtree(tmp_path / "disk")
    assert names(workspace) == []


@pytest.mark.skipif(os.name == "nt", reason="Windows lets only some people make links")
def test_links_are_not_followed(workspace, tmp_path):
    create_project(tmp_path / "mine").close()
    (workspace / "link").symlink_to(tmp_path / "mine")
    assert names(workspace) == []
    with pytest.raises(ProjectError, match="'link' is not opened.*a link or a special file"):
        project_called(workspace, "link")


def test_one_of_a_newer_format_and_a_damaged_one_are_listed_with_the_reason(workspace, bears):
    create_project(workspace / "newer").close()
    with contextlib.closing(sqlite3.connect(workspace / "newer" / DB_NAME)) as db:
        db.execute("PRAGMA user_version=99")
    create_project(workspace / "torn").close()
    for path in (workspace / "torn").glob(f"{DB_NAME}*"):
        path.write_bytes(b"no database at all" * 100)
    rows = {row.name: row for row in listed_projects(workspace)}
    assert "newer tellapart. Update" in rows["newer"].problem
    assert "is damaged" in rows["torn"].problem and rows["bears"].problem == ""
    note_opened(workspace / "newer")
    assert latest_project(workspace) == bears, "a project that cannot be opened is not the one to begin with"


def test_what_cannot_be_opened_by_name_is_said(workspace, bears):
    assert project_called(workspace, "bears") == bears
    (workspace / "letters").mkdir()
    with pytest.raises(ProjectError, match="letters is not a project. Choose another one"):
        project_called(workspace, "letters")
    shutil.rmtree(bears)  # while it was listed
    with pytest.raises(ProjectError, match="no project 'bears' in .*moved, renamed or deleted meanwhile"):
        project_called(workspace, "bears")


def test_an_address_opens_by_name_or_what_was_opened_before(workspace, bears, tmp_path):
    assert project_in("") is None and project_in("token=x") is None
    assert address_of(bears) == "?project=bears" and project_in("project=bears") == bears
    assert name_in("token=x&project=sample") == "sample" and name_in("") is None
    odd = tmp_path / "a disk" / "leaves & more"
    create_project(odd).close()
    query = address_of(odd)[1:]
    with pytest.raises(ProjectError, match="is not in your list of projects"):
        project_in(query)
    note_opened(odd)
    assert project_in(query) == odd
    shutil.rmtree(odd)
    with pytest.raises(ProjectError, match="is no longer a project"):
        project_in(query)


@pytest.mark.parametrize(
    ("query", "said"),
    [
        (NONE[1:], "No project is open. Choose one"),
        ("project=..%2F..%2Fetc", "is not the name of a project"),
        ("project=nothing", "no project 'nothing'"),
        ("folder=%2Fetc", "'/etc' is not in your list"),
        ("project=%00", "is not the name of a project"),
    ],
)
def test_an_address_that_leads_nowhere_is_said(workspace, query, said):
    with pytest.raises(ProjectError, match=said):
        project_in(query)


def test_settings_that_are_damaged_or_of_a_newer_version_cost_only_the_order(bears):
    note_opened(bears)
    (file,) = settings_dir().glob("*.json")
    for text in ("", "[]", '{"format": 1, "projects": [5]}', '{"format": 9, "projects": []}', "\x00" * 50):
        file.write_text(text)
        assert recent_projects() == {} and names(bears.parent) == ["bears"]
    note_opened(bears)
    assert list(recent_projects()) == [bears]


def test_many_are_remembered_and_then_the_oldest_go(workspace, monkeypatch):
    monkeypatch.setattr(recent, "MOST", 3)
    clock = iter(range(100))
    monkeypatch.setattr(recent.time, "time", lambda: float(next(clock)))
    for number in range(5):
        note_opened(workspace / str(number))
    assert [path.name for path in recent_projects()] == ["4", "3", "2"]
    note_moved(workspace / "3", workspace / "three")
    note_moved(workspace / "4", None)
    note_moved(workspace / "never opened", workspace / "x")
    assert [path.name for path in recent_projects()] == ["three", "2"]


def test_settings_that_cannot_be_written_are_said(workspace, monkeypatch, bears):
    settings_dir().parent.joinpath("settings").write_text("a file where a folder should be")
    with pytest.raises(ProjectError, match="settings"):
        note_opened(bears)
    with open_project(bears) as project:
        assert project.manifest.n_pictures() == 6


@pytest.mark.skipif(sys.platform == "win32", reason="everybody has a home there")
@pytest.mark.parametrize(
    ("place", "what", "variable"),
    [(workspace_dir, "projects", "PROJECTS"), (settings_dir, "settings", "SETTINGS")],
)
def test_for_somebody_without_a_home_it_is_said_where_to_name_a_folder(
    monkeypatch, capsys, place, what, variable
):
    leave_home(monkeypatch)
    with pytest.raises(
        ProjectError,
        match=f"your {what} belong, since this user has no home folder. Set TELLAPART_{variable}",
    ):
        place()
    monkeypatch.setenv(f"TELLAPART_{variable}", "~nosuchuser/x")
    with pytest.raises(ProjectError, match=f"TELLAPART_{variable} is '~nosuchuser/x', but nobody"):
        place()
    monkeypatch.delenv(f"TELLAPART_{variable}")
    assert studio(["--no-browser"]) == 2
    assert "Set TELLAPART_PROJECTS to the full path of a folder." in capsys.readouterr().err


_HOMELESS = """
import pytest
from without_home import leave_home
leave_home(pytest.MonkeyPatch())
from tellapart_dashboards.__main__ import main
from tellapart_dashboards.app.public.studio import visitors_in
from tellapart_dashboards.pages.projects.view import _short
sys.stderr = sys.stdout
print(main(["--no-browser"]))
try:
    visitors_in(None, None)
except Exception as error:
    print(error)
print(_short(__import__("pathlib").Path("/srv/projects")))
"""


@pytest.mark.skipif(sys.platform == "win32", reason="everybody has a home there")
def test_the_studio_is_imported_without_a_home():
    said = run_python(_HOMELESS)
    assert "Set TELLAPART_PROJECTS to the full path of a folder.\n2\n" in said
    assert (
        "visitors' projects belong, since this user has no home folder. Set --root to the full path" in said
    )
    assert said.endswith("/srv/projects")
