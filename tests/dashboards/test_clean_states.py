"""The Clean page where there is no queue to show: an empty project, one label, a run that looks or failed."""

from __future__ import annotations

import shutil
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from acting import in_page, is_shown, one, opened, settled, text_of
from ipywidgets import Button
from tellapart.errors import RunError
from tellapart.project import create_project
from tellapart_dashboards.clean import clean_view
from tellapart_dashboards.clean_state import CleanState
from tellapart_dashboards.grid import Grid
from tellapart_dashboards.state import ProjectState


def test_an_empty_project_leads_to_gathering(empty_project_dir: Path) -> None:
    async def look() -> None:
        state = CleanState(ProjectState(empty_project_dir, pages=["gather", "clean"]))
        view = clean_view(state)
        await settled()
        assert "No pictures yet" in text_of(view)
        gather = one(view, Button, "Gather")
        assert is_shown(view, gather) and not is_shown(view, one(view, Grid))
        gather.click()
        assert state.project.current == "gather"

    in_page(look())


def test_one_label_is_no_error(tmp_path: Path, flawed_dir: Path) -> None:
    from tellapart.gather import take_in

    shutil.copytree(flawed_dir / "images" / "circle", tmp_path / "only" / "circle")
    with create_project(tmp_path / "one") as project:
        take_in(project, tmp_path / "only")

    async def look() -> None:
        state, view = opened(tmp_path / "one")
        await settled()
        assert state.phase == "ready" and "Only one label so far" in text_of(view)

    in_page(look())


def test_many_pictures_are_a_run_with_progress_and_cancel(
    project_dir: Path, fake_run: Callable[..., Any], monkeypatch: pytest.MonkeyPatch
) -> None:
    from tellapart_dashboards import clean_state

    monkeypatch.setattr(clean_state, "QUICK", 3)
    runs: list[Any] = []

    def start(folder: Path, task: str, config: dict[str, Any]) -> Any:
        runs.append(fake_run(folder, task))
        return runs[-1]

    async def look() -> None:
        state, view = opened(project_dir, start_run=start)
        await settled()
        assert (state.phase, state.stage, len(runs)) == ("looking", "running", 1)
        assert is_shown(view, one(view, Button, "Cancel"))
        one(view, Button, "Cancel").click()
        assert runs[0].is_cancel_asked()

    in_page(look())


def test_a_failed_run_is_told_and_can_be_started_again(
    project_dir: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    from tellapart_dashboards import clean_state

    monkeypatch.setattr(clean_state, "QUICK", 3)

    def start(folder: Path, task: str, config: dict[str, Any]) -> Any:
        raise RunError("The disk is full. Free some space.")

    async def look() -> None:
        state, view = opened(project_dir, start_run=start)
        await settled()
        assert state.stage == "failed" and "The disk is full" in text_of(view)
        assert is_shown(view, one(view, Button, "Look through"))

    in_page(look())
