"""What a person does in the rows of labels stays: names that could not be added, ticks taken off."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from acting import text_of
from tellapart.store.project import open_project
from tellapart_dashboards.app.project_state import ProjectState
from tellapart_dashboards.pages.gather.search_state import SearchState
from tellapart_dashboards.pages.gather.state import GatherState
from tellapart_dashboards.pages.gather.view import gather_view
from tellapart_dashboards.widgets.label_rows.label_rows import LabelRows
from test_search import hold, pictures_of


@pytest.fixture
def state(empty_project_dir: Path, start: Any) -> SearchState:
    return SearchState(ProjectState(empty_project_dir), start_run=start)


def test_the_page_hears_only_of_names_that_were_added(
    state: SearchState, monkeypatch: pytest.MonkeyPatch
) -> None:
    told: list[dict[str, Any]] = []
    rows = LabelRows(state.wish)
    monkeypatch.setattr(rows, "send", told.append)
    rows.receive({"t": "add", "text": "elm, " + 200 * "x"})
    assert told == [] and "at most 100 fit" in state.problem, "the page keeps what was typed"
    rows.receive({"t": "add", "text": "elm"})
    assert told == [{"t": "granted", "wish": "add", "text": "elm"}]
    rows.receive({"t": "add", "text": "ELM"})
    assert len(told) == 1 and "'ELM' already exists" in state.problem


def test_ticks_taken_off_are_still_off_after_a_reload(
    state: SearchState, empty_project_dir: Path, tiny_folder: Path
) -> None:
    state.wish("add", {"text": "oak"})
    hold(empty_project_dir, "oak", pictures_of(tiny_folder, 3))
    state.refresh()
    first, second, _ = state.held["oak"]["ids"]
    state.wish("leave_out", {"number": second, "is_left_out": True})
    state.wish("leave_out", {"number": first, "is_left_out": True})
    state.wish("leave_out", {"number": first, "is_left_out": False})
    again = SearchState(ProjectState(empty_project_dir))
    assert [row["left_out"] for row in again.rows] == [[second]]
    again.wish("keep", {"label": "oak", "without": [second]})
    assert [(row["n"], row["n_held"], row["left_out"]) for row in again.rows] == [(2, 0, [])]
    with open_project(empty_project_dir) as project:
        assert project.manifest.n_pictures() == 2


def test_a_choice_is_asked_for_until_it_was_made(
    state: SearchState, empty_project_dir: Path, tiny_folder: Path
) -> None:
    state.wish("add", {"text": "oak"})
    hold(empty_project_dir, "oak", pictures_of(tiny_folder, 2))
    state.reports = [{"label": "oak", "sentence": "2 asked, 2 found", "notes": ["Few."]}]
    state.refresh()
    assert state.rows[0]["status"] == "2 asked, 2 found. Few. Keep the ones that fit."
    state.wish("keep", {"label": "oak", "without": []})
    assert state.rows[0]["status"] == "2 asked, 2 found. Few."


def test_two_pages_start_one_search(
    state: SearchState, empty_project_dir: Path, start: Any, started: list[Any]
) -> None:
    state.wish("add", {"text": "oak"})
    other = SearchState(ProjectState(empty_project_dir), start_run=start)
    state.wish("search", {"labels": ["oak"]})
    other.wish("search", {"labels": ["oak"]})
    assert len(started) == 1 and other.is_searching


def test_the_head_of_the_page_says_that_pictures_wait(
    empty_project_dir: Path, tiny_folder: Path, start: Any
) -> None:
    state = GatherState(ProjectState(empty_project_dir), start_run=start)
    view = gather_view(state)
    assert "for your choice" not in text_of(view)
    state.search.wish("add", {"text": "oak"})
    hold(empty_project_dir, "oak", pictures_of(tiny_folder, 3))
    state.search.refresh()
    assert "3 pictures wait for your choice. Keep the ones that fit." in text_of(view)
