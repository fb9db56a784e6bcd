"""Would more pictures help, on the Train page, without a browser."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from acting import is_shown, one, say, settled, text_of
from ipywidgets import Button, Widget
from tellapart.learning.learning_curve import Forecast, LearningCurve
from tellapart.runs import Run
from tellapart.train import TrainResult
from tellapart_dashboards.app.project_state import ProjectState
from tellapart_dashboards.pages.train.details.more_pictures import TASK
from tellapart_dashboards.pages.train.details.more_view import more_card
from tellapart_dashboards.pages.train.state import TrainState
from thorough_run import thorough_project

FakeRun = Callable[..., Run]
CURVE = LearningCurve(
    (20.0, 40.0, 58.0), (0.3, 0.2, 0.16), (0.05, 0.04, 0.03), 2.0, Forecast(0.15, 0.11, 0.06, 0.17, 72),
    {"circle": Forecast(0.1, 0.09, 0.03, 0.2, 24), "square": Forecast(0.3, 0.2, 0.1, 0.4, 24)},
)  # fmt: skip


@pytest.fixture
def root(trained: tuple[Path, TrainResult], tmp_path: Path) -> Path:
    """A project with one training."""
    return thorough_project(trained, tmp_path / "shapes")


def card_of(root: Path, **traits: Any) -> tuple[TrainState, Widget]:
    """The Train page as it opens, and the card on it."""
    state = TrainState(ProjectState(root), **traits)
    return state, more_card(state)


async def test_a_button_has_it_measured_and_it_is_there_after_a_reload(root: Path, working: Any) -> None:
    state, card = card_of(root, start_run=working)
    assert not is_shown(card, one(card, Button, "Measure again")) and "<svg" not in text_of(card)
    one(card, Button, "Find out").click()
    await settled()
    await state.poll()
    for view in (card, card_of(root)[1]):
        said = text_of(view)
        found = json.loads((state.more.run.run_dir / "result.json").read_text())  # type: ignore[union-attr]
        assert found["sentence"] in said and found["backbone"] == "efficientnet_lite0"
        assert ">Learning curve</text>" in said and "wrong (%)" in said
        for label in ("all", *found["by_label"]):
            assert f'<th scope="row">{label}</th>' in said
        assert "Note." not in said and is_shown(view, one(view, Button, "Measure again"))
        assert not is_shown(view, one(view, Button, "Find out"))


async def test_it_says_how_far_it_is_and_can_be_cancelled(
    root: Path, start: Any, started: list[Any], fake_run: FakeRun
) -> None:
    state, card = card_of(root, start_run=start)
    one(card, Button, "Find out").click()
    await settled()
    await state.poll()
    assert started == [(TASK, {"backbone": "efficientnet_lite0"})]
    assert "Looking · 25 %" in text_of(card) and state.stage != "running", "training is another job"
    reloaded, other = card_of(root)
    assert "Looking · 25 %" in text_of(other), "another page follows it"
    one(other, Button, "Cancel").click()
    await settled()
    assert reloaded.more.run is not None and reloaded.more.run.is_cancel_asked()
    say(reloaded.more.run.run_dir, stage="cancelled", message="Stopped. Finished work is saved.")
    await state.poll()
    assert "Stopped. Finished work is saved." in text_of(card) and is_shown(
        card, one(card, Button, "Find out")
    )


async def test_what_was_measured_before_stays_beside_a_failure_and_other_pictures_are_named(
    root: Path, fake_run: FakeRun
) -> None:
    counts = dict(ProjectState(root).counts)
    result = {**CURVE.to_json(), "counts": counts, "backbone": "efficientnet_lite0"}
    fake_run(root, TASK, "done", result=result)
    _, card = card_of(root)
    said = text_of(card)
    assert CURVE.sentence() in said and "Note." not in said
    assert said.index("square</th>") < said.index("circle</th>"), "the label that gains most comes first"
    fake_run(root, TASK, "failed", message="The disk is full.")
    _, card = card_of(root)
    assert "The disk is full." in text_of(card) and CURVE.sentence() in text_of(card)

    n = sum(counts.values())
    for changed, said in (
        ({"counts": {**counts, "circle": counts["circle"] - 4}}, f"measured with {n - 4} pictures; now it is {n}."),
        ({"counts": {**counts, "circle": 0, "oval": counts["circle"]}}, "Labels have changed since"),
        ({"backbone": "resnet18"}, "with the network resnet18; the model has efficientnet_lite0."),
    ):  # fmt: skip
        fake_run(root, TASK, "done", result={**result, **changed})
        _, card = card_of(root)
        assert said in text_of(card) and "Measure again" in text_of(card)


async def test_a_damaged_measurement_is_none(root: Path, fake_run: FakeRun) -> None:
    one_label = {"now": 0.1, "error": 0.1, "low": 0, "high": 1, "n": float("inf")}
    curve = {"sizes": [1], "errors": [0.5], "noise": [0.1], "times": 2, "by_label": {}, "whole": one_label}
    for damaged in ({"sizes": "many"}, curve):
        fake_run(root, TASK, "done", result=damaged)
        _, card = card_of(root)
        assert "<svg" not in text_of(card) and is_shown(card, one(card, Button, "Find out"))
