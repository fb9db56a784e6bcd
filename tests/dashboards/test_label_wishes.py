"""What a person does in the rows of labels stays: names that could not be added, ticks taken off."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from acting import hold, pictures_of, settled, text_of
from tellapart.store.project import open_project
from tellapart_dashboards.app.project_state import ProjectState
from tellapart_dashboards.pages.gather.search_state import SearchState
from tellapart_dashboards.pages.gather.state import GatherState
from tellapart_dashboards.pages.gather.view import gather_view
from tellapart_dashboards.widgets.label_rows.label_rows import LabelRows


@pytest.fixture
def state(empty_project_dir: Path, start: Any) -> SearchState:
    return SearchState(ProjectState(empty_project_dir), start_run=start)


async def test_the_page_hears_only_of_names_that_were_added(
    state: SearchState, monkeypatch: pytest.MonkeyPatch
) -> None:
    told: list[dict[str, Any]] = []
    rows = LabelRows(state.wish)
    monkeypatch.setattr(rows, "send", told.append)
    await rows.receive({"t": "add", "text": "elm, " + 200 * "x"})
    await settled()
    assert told == [] and "at most 100 are allowed" in state.problem, "the page keeps what was typed"
    await rows.receive({"t": "add", "text": "elm"})
    await settled()
    assert told == [{"t": "granted", "wish": "add", "text": "elm"}]
    await rows.receive({"t": "add", "text": "ELM"})
    await settled()
    assert len(told) == 1 and "'ELM' already exists" in state.problem


async def test_ticks_taken_off_are_still_off_after_a_reload(
    state: SearchState, empty_project_dir: Path, tiny_folder: Path
) -> None:
    await state.wish("add", {"text": "oak"})
    await settled()
    hold(empty_project_dir, "oak", pictures_of(tiny_folder, 3))
    await state.refresh()
    await settled()
    first, second, _ = state.held["oak"]["ids"]
    await state.wish("leave_out", {"number": second, "is_left_out": True})
    await settled()
    await state.wish("leave_out", {"number": first, "is_left_out": True})
    await settled()
    await state.wish("leave_out", {"number": first, "is_left_out": False})
    await settled()
    again = SearchState(ProjectState(empty_project_dir))
    assert [row["left_out"] for row in again.rows] == [[second]]
    await again.wish("keep", {"label": "oak", "without": [second]})
    await settled()
    assert [(row["n"], row["n_held"], row["left_out"]) for row in again.rows] == [(2, 0, [])]
    with open_project(empty_project_dir) as project:
        assert project.manifest.n_pictures() == 2


async def test_a_choice_is_asked_for_until_it_was_made(
    state: SearchState, empty_project_dir: Path, tiny_folder: Path
) -> None:
    await state.wish("add", {"text": "oak"})
    await settled()
    hold(empty_project_dir, "oak", pictures_of(tiny_folder, 2))
    state.reports = [{"label": "oak", "sentence": "2 asked, 2 found", "notes": ["Few."]}]
    await state.refresh()
    await settled()
    assert state.rows[0]["status"] == "2 asked, 2 found. Few. Keep the ones that fit."
    await state.wish("keep", {"label": "oak", "without": []})
    await settled()
    assert state.rows[0]["status"] == "2 asked, 2 found. Few."


async def test_two_pages_start_one_search(
    state: SearchState, empty_project_dir: Path, start: Any, started: list[Any]
) -> None:
    await state.wish("add", {"text": "oak"})
    await settled()
    other = SearchState(ProjectState(empty_project_dir), start_run=start)
    await state.wish("search", {"labels": ["oak"]})
    await settled()
    await other.wish("search", {"labels": ["oak"]})
    await settled()
    assert len(started) == 1 and other.is_searching


async def test_the_head_of_the_page_says_that_pictures_wait(
    empty_project_dir: Path, tiny_folder: Path, start: Any
) -> None:
    state = GatherState(ProjectState(empty_project_dir), start_run=start)
    view = gather_view(state)
    await settled()
    assert "for your choice" not in text_of(view)
    await state.search.wish("add", {"text": "oak"})
    await settled()
    hold(empty_project_dir, "oak", pictures_of(tiny_folder, 3))
    await state.search.refresh()
    await settled()
    assert "3 pictures wait for your choice. Keep the ones that fit." in text_of(view)
