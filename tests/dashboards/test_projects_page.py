"""The Projects page without a browser: what it lists, and what becomes of each wish."""

from __future__ import annotations

import shutil
from collections.abc import Callable
from datetime import date, datetime
from pathlib import Path

import pytest
from acting import one, settled, text_of
from tellapart.runs import Run
from tellapart.store.project import create_project, open_project
from tellapart.workspace.listing import ListedProject
from tellapart_dashboards.pages.projects import state as projects_state
from tellapart_dashboards.pages.projects.state import ProjectsState
from tellapart_dashboards.pages.projects.texts import list_row
from tellapart_dashboards.pages.projects.view import projects_view
from tellapart_dashboards.widgets.project_list.project_list import ProjectList


@pytest.fixture
def projects(plain_source_dir: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A projects folder with bears, which has pictures, and birds, which is empty."""
    monkeypatch.setenv("TELLAPART_PROJECTS", str(tmp_path / "projects"))
    monkeypatch.setenv("TELLAPART_SETTINGS", str(tmp_path / "settings"))
    shutil.copytree(plain_source_dir, tmp_path / "projects" / "bears")
    create_project(tmp_path / "projects" / "birds").close()
    return tmp_path / "projects"


async def page(open_dir: Path | None) -> tuple[ProjectsState, ProjectList]:
    state = ProjectsState(open_dir)
    view = projects_view(state)
    await settled()
    assert "<h1>Projects</h1>" in text_of(view)
    return state, one(view, ProjectList)


def names(rows: ProjectList) -> list[str]:
    return [row["name"] for row in rows.rows]


async def test_rows_say_what_is_in_each_and_which_is_open(projects: Path) -> None:
    _, rows = await page(projects / "bears")
    bears, birds = rows.rows
    assert (bears["facts"], bears["is_open"], bears["address"]) == (
        "12 pictures, 2 labels", True, "?project=bears",
    )  # fmt: skip
    assert (birds["facts"], birds["is_open"], birds["when"]) == ("no pictures yet", False, "")


async def test_a_new_one_is_opened_at_once(projects: Path) -> None:
    _, rows = await page(projects / "bears")
    await rows.receive({"t": "new", "name": "brown bears"})
    assert rows.go_to == "?project=brown%20bears" and names(rows) == ["bears", "birds", "brown bears"]


@pytest.mark.parametrize(
    ("name", "said"),
    [
        ("", "no name yet"),
        ("a/b", "holds a slash"),
        ("BEARS", "already a project 'bears'"),
        ("x" * 61, "61 characters"),
    ],
)
async def test_a_name_that_will_not_do_is_said(projects: Path, name: str, said: str) -> None:
    _, rows = await page(projects / "bears")
    await rows.receive({"t": "new", "name": name})
    assert said in rows.said and rows.kind == "care" and rows.go_to == ""
    await rows.receive({"t": "rename", "name": "birds", "to": name})
    assert said in rows.said and names(rows) == ["bears", "birds"]


async def test_another_one_is_renamed_and_the_page_stays(projects: Path) -> None:
    _, rows = await page(projects / "bears")
    await rows.receive({"t": "rename", "name": "birds", "to": "owls"})
    assert (
        names(rows) == ["bears", "owls"] and "“birds” is called “owls” now" in rows.said and rows.go_to == ""
    )


async def test_the_one_that_is_open_is_renamed_and_opened_again(projects: Path) -> None:
    _, rows = await page(projects / "bears")
    await rows.receive({"t": "rename", "name": "bears", "to": "bears"})
    assert rows.go_to == ""
    await rows.receive({"t": "rename", "name": "bears", "to": "brown"})
    assert rows.go_to == "?project=brown#projects" and (projects / "brown").is_dir()


async def test_a_deleted_one_can_be_brought_back_at_once_or_later(projects: Path) -> None:
    _, rows = await page(projects / "bears")
    await rows.receive({"t": "delete", "name": "birds"})
    assert names(rows) == ["bears"] and rows.undo and [one["name"] for one in rows.trash] == ["birds"]
    await rows.receive({"t": "restore", "key": rows.undo})
    assert (
        names(rows) == ["bears", "birds"] and rows.undo == "" and rows.trash == [] and "is back" in rows.said
    )
    await rows.receive({"t": "delete", "name": "bears"})
    assert rows.go_to == "?project=#projects", "the page has no project then"


async def test_while_a_run_is_at_work_a_sentence_is_all(projects: Path, fake_run: Callable[..., Run]) -> None:
    fake_run(projects / "bears", "train")
    _, rows = await page(projects / "birds")
    for wish in ({"t": "rename", "name": "bears", "to": "x"}, {"t": "delete", "name": "bears"}):
        await rows.receive(wish)
        assert "'bears' is being worked on (train)" in rows.said and rows.kind == "care"
    assert names(rows) == ["bears", "birds"]


async def test_a_copy_is_made_beside_the_page(projects: Path) -> None:
    _, rows = await page(projects / "bears")
    await rows.receive({"t": "duplicate", "name": "bears"})
    assert "bears copy" in names(rows) and "independent" in rows.said
    with open_project(projects / "bears copy") as project:
        assert project.manifest.n_pictures() == 12


@pytest.mark.parametrize("name", ["../bears", "", "nothing", ".lock"])
@pytest.mark.parametrize("wish", ["rename", "delete", "duplicate"])
async def test_a_name_of_no_project_changes_nothing(projects: Path, name: str, wish: str) -> None:
    _, rows = await page(projects / "bears")
    before = sorted(projects.iterdir())
    await rows.receive({"t": wish, "name": name, **({"to": "x"} if wish == "rename" else {})})
    assert rows.kind == "care" and rows.said and set(before) <= set(projects.iterdir())
    assert names(rows) == ["bears", "birds"]


async def test_one_elsewhere_is_opened_by_its_folder_and_taken_off_the_list_again(
    projects: Path, tmp_path: Path
) -> None:
    create_project(tmp_path / "disk" / "leaves").close()
    _, rows = await page(projects / "bears")
    for path, said in (
        ("leaves", "not a full path"), ("~nobody-of-this-name/leaves", "not a full path"), (str(tmp_path), "Enter the project's own folder"),
    ):  # fmt: skip
        await rows.receive({"t": "folder", "path": path})
        assert said in rows.said and rows.go_to == ""
    await rows.receive({"t": "folder", "path": f' "{tmp_path / "disk" / "leaves"}" '})
    assert rows.go_to.startswith("?folder=%2F") and names(rows)[0] == "leaves"
    row = rows.rows[0]
    assert not row["is_here"] and row["where"] == f"in {tmp_path / 'disk'}"
    await rows.receive({"t": "forget", "address": row["address"]})
    assert names(rows) == ["bears", "birds"] and (tmp_path / "disk" / "leaves").is_dir()


async def test_an_unforeseen_error_is_said(projects: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def failing(*_: object) -> Path:
        raise OSError(5, "Input/output error")

    state, rows = await page(projects / "bears")
    with monkeypatch.context() as broken:
        broken.setattr(projects_state, "duplicate_project", failing)
        await rows.receive({"t": "duplicate", "name": "bears"})
    assert "Input/output error" in rows.said and rows.kind == "care"
    with monkeypatch.context() as broken:
        broken.setattr(projects_state, "listed_projects", failing)
        await rows.receive({"t": "delete", "name": "birds"})
    assert "Input/output error" in rows.said and names(rows) == ["bears", "birds"]
    await state.show()
    assert names(rows) == ["bears"]
    await rows.receive({"t": "duplicate", "name": "bears"})
    assert "independent" in rows.said, "a copy can be made again"


async def test_what_another_page_changes_is_noticed_while_somebody_looks(projects: Path) -> None:
    state, rows = await page(projects / "bears")
    create_project(projects / "owls").close()
    await state.poll()
    assert names(rows) == ["bears", "birds"]
    state.is_in_sight = True
    await state.poll()
    assert names(rows) == ["bears", "birds", "owls"]
    shutil.rmtree(projects / "birds")
    await rows.receive({"t": "delete", "name": "birds"})
    assert "moved, renamed or deleted meanwhile" in rows.said and names(rows) == ["bears", "owls"]


def test_days_are_said_as_people_say_them() -> None:
    today = date(2026, 11, 29)
    said = {
        day: list_row(
            ListedProject(Path("/p/bears"), datetime(2026, 11, day, 9, 5).timestamp(), True), None, today
        )
        for day in (29, 28, 3)
    }
    assert [said[day]["when"] for day in (29, 28, 3)] == [
        "opened today, 09:05", "opened yesterday", "opened 3 Nov 2026",
    ]  # fmt: skip
