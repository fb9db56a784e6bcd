"""The Clean page where there is no queue to show: an empty project, one label, a run that looks or failed."""

from __future__ import annotations

import shutil
from pathlib import Path
from typing import Any

import pytest
from acting import in_page, is_shown, one, opened, say, settled, text_of
from ipywidgets import Button
from make_data import make_tiny_folder
from tellapart.errors import RunError
from tellapart.gather import take_in
from tellapart.runs import Run, latest
from tellapart.store.project import create_project, open_project
from tellapart_dashboards.app.project_state import ProjectState
from tellapart_dashboards.pages.clean import opening
from tellapart_dashboards.pages.clean.controller import CleanPage
from tellapart_dashboards.pages.clean.phases import Phase
from tellapart_dashboards.pages.clean.view import clean_view
from tellapart_dashboards.widgets.choices.choices import Choices
from tellapart_dashboards.widgets.grid.grid import Grid


def test_an_empty_project_leads_to_gathering(empty_project_dir: Path) -> None:
    async def look() -> None:
        page = CleanPage(ProjectState(empty_project_dir, pages=["gather", "clean"]))
        view = clean_view(page)
        await settled()
        assert "No pictures yet" in text_of(view)
        gather = one(view, Button, "Gather")
        assert is_shown(view, gather) and not is_shown(view, one(view, Grid))
        gather.click()
        assert page.project.current == "gather"

    in_page(look())


def test_one_label_is_no_error(tmp_path: Path, flawed_dir: Path) -> None:
    shutil.copytree(flawed_dir / "images" / "circle", tmp_path / "only" / "circle")
    with create_project(tmp_path / "one") as project:
        take_in(project, tmp_path / "only")

    async def look() -> None:
        page, view = opened(tmp_path / "one")
        await settled()
        assert page.state.phase is Phase.READY and "Only one label so far" in text_of(view)

    in_page(look())


@pytest.fixture
def too_many(monkeypatch: pytest.MonkeyPatch) -> None:
    """Even a few pictures are too many to look at in the page: a run does it."""
    monkeypatch.setattr(opening, "QUICK", 3)


def newest_run(project_dir: Path) -> Run:
    run = latest(project_dir, "clean")
    assert run is not None
    return run


def test_many_pictures_are_a_run_with_progress_and_cancel(
    project_dir: Path, start: Any, started: list[Any], too_many: None
) -> None:
    async def look() -> None:
        page, view = opened(project_dir, start_run=start)
        await settled()
        assert (page.state.phase, page.run.stage, len(started)) == (Phase.LOOKING, "running", 1)
        assert is_shown(view, one(view, Button, "Cancel"))
        one(view, Button, "Cancel").click()
        await settled()
        assert newest_run(project_dir).is_cancel_asked()

    in_page(look())


def test_every_picture_is_in_sight_while_nobody_knows_which_are_worth_a_look(
    project_dir: Path, start: Any, too_many: None
) -> None:
    async def look() -> None:
        page, view = opened(project_dir, start_run=start)
        await settled()
        assert page.state.is_first_look and len(page.state.queue.ids) == page.project.n_pictures
        assert "Getting ready to check" in text_of(view) and "order of arrival" in text_of(view)
        kinds = one(view, Choices)
        assert (kinds.chosen, page.state.filters.kind, [option["key"] for option in kinds.options]) == (
            "every",
            "",
            ["every"],
        )
        run = newest_run(project_dir)
        say(run.run_dir, done=2, total=16, message="Looked at 2 of 16 pictures")
        await page.poll()
        assert "Looked at 2 of 16 pictures · 12 %" in text_of(view)
        await page.desk.decide("keep", "", [4])
        await settled()
        assert len(page.state.queue.ids) == page.project.n_pictures, "what is in sight stays"
        sheet = page.state.queue.sheet
        say(run.run_dir, stage="done", message="All looked at.")
        (run.run_dir / "result.json").write_text("{}", "utf-8")
        await page.poll()
        await settled()
        assert page.state.phase is Phase.READY and not page.state.is_first_look
        assert (kinds.chosen, page.state.filters.kind, page.state.queue.decisions.n) == ("", "", 1)
        assert page.state.queue.sheet == sheet, "somebody had begun to decide: what is in sight stays"
        assert len(page.state.queue.ids) == page.state.n_open

    in_page(look())


def test_each_big_gathering_is_looked_at_by_a_run_with_progress(
    project_dir: Path, start: Any, started: list[Any], too_many: None, tmp_path: Path
) -> None:
    """Also the second and third on an open page; a few pictures are looked at right here."""

    def end(run: Run) -> None:
        say(run.run_dir, stage="done", message="All looked at.")
        (run.run_dir / "result.json").write_text("{}", "utf-8")

    async def gather(page: CleanPage, number: int, n: int) -> None:
        make_tiny_folder(tmp_path / f"more-{number}", ("circle", "square"), n, seed=100 + number)
        with open_project(project_dir) as project:
            take_in(project, tmp_path / f"more-{number}")
        await page.project.poll()

    async def look() -> None:
        page, view = opened(project_dir, start_run=start)
        await settled()
        end(newest_run(project_dir))
        await page.poll()
        await settled()
        assert (page.state.phase, page.run.stage, len(started)) == (Phase.READY, "done", 1)
        for number in (2, 3):
            await gather(page, number, 3)
            await settled()
            assert (page.run.stage, len(started)) == ("running", number)
            say(newest_run(project_dir).run_dir, done=2, total=6, message="Looked at 2 of 6 pictures")
            await page.poll()
            assert "Looked at 2 of 6 pictures" in text_of(view)
            await gather(page, 10 * number, 1)  # meanwhile: no second run beside it
            await settled()
            end(newest_run(project_dir))
            await page.poll()
            await settled()
            assert len(started) == number and page.review is not None
            assert page.review.n_pictures == page.project.n_pictures
        await gather(page, 4, 1)
        await settled()
        assert len(started) == 3 and page.review.n_pictures == page.project.n_pictures

    in_page(look())


def test_opening_can_be_stopped_and_gone_on_with(project_dir: Path, monkeypatch: pytest.MonkeyPatch) -> None:

    open_review = opening.open_review

    def asked_to_stop(project: Any, config: Any, progress: Any) -> Any:
        states[0].cancel()
        return open_review(project, config, progress)

    monkeypatch.setattr(opening, "open_review", asked_to_stop)
    states: list[CleanPage] = []

    async def look() -> None:
        page, view = opened(project_dir)
        states.append(page)
        await settled()
        assert page.state.phase is Phase.STOPPED and "Results so far are saved" in text_of(view)
        monkeypatch.setattr(opening, "open_review", open_review)
        one(view, Button, "Check the pictures").click()
        await settled()
        assert (page.state.phase, page.state.review.problem) == (Phase.READY, "")

    in_page(look())


def test_a_failed_run_is_told_and_can_be_started_again(project_dir: Path, too_many: None) -> None:
    def start(folder: Path, task: str, config: dict[str, Any]) -> Any:
        raise RunError("The disk is full. Free some space.")

    async def look() -> None:
        page, view = opened(project_dir, start_run=start)
        await settled()
        assert page.run.stage == "failed" and "The disk is full" in text_of(view)
        assert is_shown(view, one(view, Button, "Check the pictures"))

    in_page(look())
