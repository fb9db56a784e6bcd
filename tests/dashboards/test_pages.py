"""The studio around the pages, without a browser: where it opens, and what it says when it cannot."""

from __future__ import annotations

import asyncio
from pathlib import Path

import pytest
from acting import one, settled, shown, text_of
from ipywidgets import HTML, Widget
from tellapart.store.project import create_project
from tellapart.workspace.places import SETTINGS_VARIABLE
from tellapart.workspace.recent import recent_projects
from tellapart_dashboards.app.page_frame import Frame, PageOwner
from tellapart_dashboards.app.studio import studio, train_page
from tellapart_dashboards.widgets.project_list.project_list import ProjectList
from tellapart_dashboards.widgets.steps.steps import Steps


async def test_the_studio_opens_on_the_next_step(project_dir: Path, empty_project_dir: Path) -> None:
    assert "Gather pictures" in await shown(studio(empty_project_dir))
    assert "Ready to tell 2 labels apart" in await shown(studio(project_dir))


async def test_a_page_that_is_still_being_opened_is_told_from_the_one_that_is_there() -> None:
    may_come = asyncio.Event()

    async def late() -> Widget:
        await may_come.wait()
        return HTML("Page B")

    async def quick() -> Widget:
        return HTML("Page A")

    frame, owner = (
        Frame([{"key": key, "label": key, "badge": ""} for key in ("a", "b")]),
        PageOwner(current="a"),
    )
    frame.show(owner, {"a": quick, "b": late})
    await settled()
    assert (frame.steps.current, frame.steps.shown) == ("a", "a")
    frame.steps.current = "b"
    for _ in range(5):
        await asyncio.sleep(0)
    assert (frame.steps.current, frame.steps.shown) == ("b", "a"), "b is on its way"
    may_come.set()
    await settled()
    assert frame.steps.shown == "b"
    assert "Page B" in text_of(frame.widget) and "Page A" not in text_of(frame.widget)


async def test_errors_become_a_page_in_words(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("TELLAPART_PROJECT", raising=False)
    assert "Write the project&#x27;s folder between the quotes" in await shown(train_page(""))
    assert "is not a tellapart project" in await shown(studio(tmp_path))


async def test_where_none_can_be_opened_the_studio_shows_the_list(
    project_dir: Path, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setenv("TELLAPART_PROJECT", str(project_dir))
    monkeypatch.setenv("TELLAPART_PROJECTS", str(tmp_path / "projects"))
    monkeypatch.setenv(SETTINGS_VARIABLE, str(tmp_path / "settings"))
    create_project(tmp_path / "projects" / "bears").close()
    for query, said in (("project=birds", "There is no project"), ("project=", "No project is open")):
        monkeypatch.setenv("QUERY_STRING", query)
        page = studio()
        shown_text = await shown(page)
        assert said in shown_text and ">Projects</h1>" in shown_text
        assert "bears" in [row["name"] for row in one(page, ProjectList).rows]
        assert one(page, Steps).steps == []
    monkeypatch.setenv("QUERY_STRING", "token=x&project=bears")
    page = studio()
    assert "Gather pictures" in await shown(page) and one(page, Steps).project_name == "bears"
    assert list(recent_projects()) == [tmp_path / "projects" / "bears"]


async def test_the_project_of_the_environment_is_used(
    project_dir: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("TELLAPART_PROJECT", str(project_dir))
    assert "Ready to tell 2 labels apart" in await shown(train_page())
