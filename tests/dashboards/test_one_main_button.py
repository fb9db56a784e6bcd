"""Each page has one main button at a time: which one is a value, made by one function, and the views follow it."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from acting import in_page, main_buttons, one, opened, settled
from ipywidgets import RadioButtons, Text
from share_acting import opened as opened_share
from tellapart.advice import Advice, AdviceKind, Advised, Basis
from tellapart.advice.keeping import keep_advice
from tellapart.planning.snapshot import snapshot
from tellapart.runs import Run
from tellapart.store.journal import Relabel, Remove
from tellapart.store.project import open_project
from tellapart_dashboards.app.project_state import ProjectState
from tellapart_dashboards.pages.clean.filters import Filters
from tellapart_dashboards.pages.clean.phases import Opening
from tellapart_dashboards.pages.clean.state import ProjectFacts, ReviewFacts, RunFacts, clean_state
from tellapart_dashboards.pages.clean.state import main_button as main_of_clean
from tellapart_dashboards.pages.share import publishing
from tellapart_dashboards.pages.train.main_button import main_button as main_of_train
from tellapart_dashboards.pages.train.state import TrainState
from tellapart_dashboards.pages.train.view import train_view

ALL = ("gather", "clean", "train", "classify", "share")
FakeRun = Callable[..., Run]


@pytest.mark.parametrize(
    ("stage", "n_labels", "is_trained", "n_changes", "pages", "main"),
    [
        ("idle", 0, False, 0, ALL, "gather"),
        ("idle", 1, False, 3, ALL, "gather"),
        ("idle", 0, False, 0, ("train",), ""),
        ("idle", 2, False, 0, ALL, "train"),
        ("running", 2, False, 0, ALL, "train"),
        ("done", 2, True, 0, ALL, "classify"),
        ("done", 2, True, 0, ("train",), ""),
        ("done", 2, True, 1, ALL, "train"),
        ("done", 1, True, 0, ALL, "gather"),
        ("done", 1, True, 9, ALL, "gather"),
        ("done", 0, True, 9, ("train", "classify"), "classify"),
        ("paused", 2, True, 1, ALL, "resume"),
    ],
)
def test_what_leads_on_from_train(
    stage: str, n_labels: int, is_trained: bool, n_changes: int, pages: tuple[str, ...], main: str
) -> None:
    assert main_of_train(stage, n_labels, is_trained, n_changes, pages) == main


async def test_train_has_one_main_button_whatever_comes(
    project_dir: Path, fake_run: FakeRun, train_result: dict[str, Any]
) -> None:
    state = TrainState(ProjectState(project_dir, pages=list(ALL)))
    view = train_view(state)
    await settled()
    assert main_buttons(view) == ["Train"]

    with open_project(project_dir) as project:
        run = fake_run(
            project_dir, "train", "done", result={**train_result, "snapshot": snapshot(project).to_json()}
        )
    advice = Advice(AdviceKind.ADD_PICTURES, None, Basis.OWN_PICTURES, 1, 20, labels=("square",))
    keep_advice(run.run_dir, Advised(run.run_id, (advice,)))
    state = TrainState(ProjectState(project_dir, pages=list(ALL)))
    view = train_view(state)
    await settled()
    assert "Add pictures" in [row.button for row in state.advice.state.rows]
    assert main_buttons(view) == ["Try it"]

    journal, manifest = state.project.project.journal, state.project.project.manifest
    journal.decide(Relabel(manifest.pictures("circle")[0].image_id, "square"))
    await state.project.poll()
    assert main_buttons(view) == ["1 change since: train again"]
    journal.decide(*(Remove(one.image_id) for one in manifest.pictures("circle")))
    await state.project.poll()
    await settled()
    assert main_buttons(view) == ["Add pictures"]

    config = {"recipe": "thorough", "prior": "project", "backbone": "efficientnet_lite0"}
    fake_run(project_dir, "train", "paused", config=config)
    view = train_view(TrainState(ProjectState(project_dir, pages=list(ALL))))
    await settled()
    assert main_buttons(view) == ["Resume"]


@pytest.mark.parametrize(
    ("counts", "opening", "filters", "is_due", "main"),
    [
        ({}, Opening.UNDER_WAY, Filters(), True, "gather"),
        ({"circle": 3, "square": 3}, Opening.OPEN, Filters(), True, "go on"),
        ({"circle": 3, "square": 3}, Opening.OPEN, Filters(), False, ""),
        ({"circle": 3, "square": 3}, Opening.OPEN, Filters(previewed=0.9), True, "apply"),
        ({"circle": 3, "square": 3}, Opening.STOPPED, Filters(), True, "again"),
        ({"circle": 3, "square": 3}, Opening.FAILED, Filters(), True, "again"),
    ],
)
def test_what_leads_on_from_clean(
    counts: dict[str, int], opening: Opening, filters: Filters, is_due: bool, main: str
) -> None:
    state = clean_state(ProjectFacts(counts), ReviewFacts(opening), filters, RunFacts())
    assert main_of_clean(state, is_due) == main


def test_a_preview_on_clean_has_one_main_button(flawed_dir: Path) -> None:
    async def look() -> None:
        page, view = opened(flawed_dir)
        await settled()
        assert main_buttons(view) == ["Next: train"]
        page.preview(True)
        await settled()
        (main,) = main_buttons(view)
        assert main.startswith("Apply")

    in_page(look())


async def test_share_makes_the_app_or_publishes_it(
    trained_dir: Path, start: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(publishing, "token_at_hand", lambda: "")
    has_git = [True]
    monkeypatch.setattr(publishing.shutil, "which", lambda name: "/usr/bin/git" if has_git[0] else None)
    _, view = await opened_share(trained_dir, start_run=start)
    assert main_buttons(view) == ["Make the app"]
    one(view, RadioButtons).value = "voila"
    await settled()
    assert main_buttons(view) == ["Make the app"], "it is not said yet where to"
    one(view, Text, "On GitHub").value = "ada/leaf"
    await settled()
    assert main_buttons(view) == ["Create the repository"]
    has_git[0] = False
    _, view = await opened_share(trained_dir, start_run=start)
    assert main_buttons(view) == ["Make the app"]
