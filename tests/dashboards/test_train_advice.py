"""What would help most, on the Train page without a browser: the rows, and where each button leads."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from acting import every, is_shown, one, opened, settled, shown_ids, text_of
from ipywidgets import Button
from tellapart.advice import Advice, AdviceKind, Advised, Basis, beside
from tellapart.advice.keeping import keep_advice
from tellapart.errors import RunError
from tellapart.learning.gains.error_gain import ErrorGain
from tellapart.runs import Run
from tellapart.store.journal import Mark
from tellapart.store.project import open_project
from tellapart_dashboards.app.project_state import Errand, ProjectState
from tellapart_dashboards.pages.clean.errands import follow_errands
from tellapart_dashboards.pages.gather.state import GatherState
from tellapart_dashboards.pages.gather.view import gather_view
from tellapart_dashboards.pages.train.advice_state import LOOKING, advice_state
from tellapart_dashboards.pages.train.advice_view import advice_view
from tellapart_dashboards.pages.train.state import TrainState
from tellapart_dashboards.pages.train.view import train_view
from tellapart_dashboards.widgets.label_rows.label_rows import LabelRows

FakeRun = Callable[..., Run]
PAGES = ["gather", "clean", "train"]
GAIN = ErrorGain(0.02, 0.01, 0.03, 0.99)


def advised(run_id: str, root: Path) -> Advised:
    """One of each kind that leads elsewhere, and one that trains."""
    with open_project(root) as project:
        ids = tuple(one.image_id for one in project.manifest.pictures("circle")[:3])
    return Advised(run_id, (
        Advice(AdviceKind.CHECK_LABELS, GAIN, Basis.OWN_PICTURES, 1, 3, n_wrong=2, labels=("circle",), image_ids=ids),
        Advice(AdviceKind.ADD_PICTURES, GAIN, Basis.OWN_PICTURES, 1, 20, 6, 2, labels=("square",), n_then=6),
        Advice(AdviceKind.TRAIN_THOROUGHLY, GAIN, Basis.OUR_SETS, 1),
    ))  # fmt: skip


@pytest.fixture
def run(project_dir: Path, fake_run: FakeRun, train_result: dict[str, Any]) -> Run:
    """A training with advice."""
    run = fake_run(project_dir, "train", "done", result=train_result)
    keep_advice(run.run_dir, advised(run.run_id, project_dir))
    return run


def buttons(view: Any) -> list[Button]:
    return [w for w in every(view) if isinstance(w, Button) and is_shown(view, w)]


async def page_of(project_dir: Path, **traits: Any) -> tuple[TrainState, Any]:
    state = TrainState(ProjectState(project_dir, pages=PAGES, current="train"), **traits)
    view = train_view(state)
    await settled()
    return state, view


async def test_the_rows_say_what_to_do_why_and_what_it_brings(project_dir: Path, run: Run) -> None:
    _, view = await page_of(project_dir)
    shown = text_of(view)
    assert "What would help most" in shown and "in 8 of 10 cases" in shown
    assert "<b>Check 3 doubtful labels</b>" in shown and "about 2 of them are probably wrong" in shown
    assert "<b>Add 20 pictures of square</b>" in shown and shown.count("1 to 3 fewer of 100 wrong") == 3
    assert {"Check them", "Add pictures", "Start"} <= {one.description for one in buttons(view)}


async def test_nothing_is_shown_before_the_first_training(project_dir: Path) -> None:
    state, view = await page_of(project_dir)
    assert not state.advice.state.is_shown and "What would help" not in text_of(view)


async def test_nothing_helps_and_problems_are_said(
    project_dir: Path, fake_run: FakeRun, train_result: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    fake_run(project_dir, "train", "done", result=train_result)
    _, view = await page_of(project_dir)
    assert "Nothing was found that would help measurably" in text_of(view)

    def broken(project_dir: Path, run_id: str) -> Advised:
        raise RunError("There is <no> run.")

    monkeypatch.setattr(beside, "_found", broken)
    _, view = await page_of(project_dir)
    assert "There is &lt;no&gt; run." in text_of(view)


async def test_labels_are_escaped_and_pages_that_are_not_here_have_no_button(project_dir: Path) -> None:
    found = Advised(
        "run", (Advice(AdviceKind.ADD_PICTURES, GAIN, Basis.OWN_PICTURES, 1, 9, labels=("<i>",)),)
    )
    assert advice_state(found, False, "", ["train"]).rows[0].button == ""
    assert advice_state(None, True, "", PAGES).lead == LOOKING
    state = TrainState(ProjectState(project_dir, pages=["train"]))
    view = advice_view(state.advice, state)
    state.advice.state = advice_state(found, False, "", ["train"])
    assert "&lt;i&gt;" in text_of(view) and "<i>" not in text_of(view) and not buttons(view)


async def test_check_them_leads_to_these_pictures_in_clean(project_dir: Path, run: Run) -> None:
    state, view = await page_of(project_dir)
    ids = advised("", project_dir).advice[0].image_ids
    one(view, Button, "Check them").click()
    assert state.project.current == "clean" and state.project.errand == Errand("clean", ids)
    page, clean = opened(project_dir)
    page.project.errand = state.project.errand
    follow_errands(page)
    page.look()
    await settled()
    assert sorted(shown_ids(page)) == sorted(ids) and "3 pictures from Train." in text_of(clean)
    one(clean, Button, "Clear selection").click()
    await settled()
    assert len(shown_ids(page)) == 12 and "from Train" not in text_of(clean)


async def test_add_pictures_leads_to_the_row_of_the_label(project_dir: Path, run: Run) -> None:
    state, view = await page_of(project_dir)
    one(view, Button, "Add pictures").click()
    assert state.project.current == "gather"
    rows = one(gather_view(GatherState(state.project)), LabelRows)
    assert rows.asked == "square"
    state.project.send(Errand("clean"))
    assert rows.asked == ""


async def test_start_trains_thoroughly(project_dir: Path, run: Run, start: Any, started: list[Any]) -> None:
    state, view = await page_of(project_dir, start_run=start)
    button = one(view, Button, "Start")
    button.click()
    await settled()
    assert [(task, config["recipe"]) for task, config in started] == [("train", "thorough")]
    assert (button.description, button.disabled) == ("Training …", True), "said where it was pressed"
    assert not one(view, Button, "Add pictures").disabled
    state.stage = "cancelled"
    assert (button.description, button.disabled) == ("Start", False)


async def test_a_backbone_that_is_advised_is_trained_with(
    project_dir: Path, fake_run: FakeRun, train_result: Any, start: Any, started: list[Any]
) -> None:
    run = fake_run(project_dir, "train", "done", result=train_result)
    sharper = Advice(AdviceKind.SHARPER_BACKBONE, GAIN, Basis.OWN_PICTURES, 1, 120, backbone="resnet50")
    keep_advice(run.run_dir, Advised(run.run_id, (sharper,)))
    _, view = await page_of(project_dir, start_run=start)
    one(view, Button, "Train with it").click()
    await settled()
    assert started[0][1]["backbone"] == "resnet50"


async def test_what_is_done_leaves_the_rows_when_somebody_comes_back(project_dir: Path, run: Run) -> None:
    state, view = await page_of(project_dir)
    one(view, Button, "Check them").click()
    ids = advised("", project_dir).advice[0].image_ids
    await asyncio.to_thread(state.project.project.journal.decide, *(Mark(one, "keep") for one in ids[:2]))
    state.project.current = "train"
    await settled()
    assert "<b>Check 1 doubtful label</b>" in text_of(view)
    await asyncio.to_thread(state.project.project.journal.decide, Mark(ids[2], "keep"))
    state.project.current = "clean"
    await settled()
    assert "doubtful" not in text_of(view) and "Add 20 pictures" in text_of(view)
