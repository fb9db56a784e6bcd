"""The lessons in Python: what a slider, a button and a step change, and what the page says then."""

from __future__ import annotations

import subprocess
import sys

import numpy as np
import pytest
from acting import every, one, settled, shown, text_of
from ipywidgets import Button, Widget
from tellapart.errors import LessonError
from tellapart.lessons.descent import learn_by_hand
from tellapart.lessons.digits import drawn_digits
from tellapart_dashboards.pages.lessons import (
    baseline_view,
    descent_state,
    descent_view,
    feedback_view,
    overfit_view,
)
from tellapart_dashboards.pages.lessons.chart import chart_html, series, ticked
from tellapart_dashboards.pages.lessons.descent_code import BY_HAND, WITH_TORCH
from tellapart_dashboards.pages.lessons.lesson_page import LESSONS, lesson
from tellapart_dashboards.pages.lessons.pieces import weights_html
from tellapart_dashboards.widgets.choices.choices import Choices
from tellapart_dashboards.widgets.player.player import Player
from tellapart_dashboards.widgets.sliders.sliders import Sliders
from tellapart_dashboards.widgets.steps.steps import Steps
from traitlets import TraitError


def slide(view: Widget, key: str, value: float) -> None:
    """What the page sends when a slider moves."""
    slider = next(w for w in every(view) if isinstance(w, Sliders) and key in w.values)
    slider.set_state({"values": {**slider.values, key: value}})


async def test_each_lesson_is_a_tab_and_leads_to_the_next_and_to_the_studio() -> None:
    page = lesson("baseline")
    assert "3 or 7?" in await shown(page)
    steps = one(page, Steps)
    assert steps.project_name == "How learning works"
    for key in [*list(LESSONS)[1:], "baseline"]:
        following = next(
            w for w in every(page) if isinstance(w, Button) and w.description.endswith(LESSONS[key])
        )
        following.click()
        await settled()
        assert steps.current == key
    said = text_of(page)
    assert said.count("<h1>") == 1 and 'href="studio.ipynb"' in said
    assert said.count("<details") == 3


@pytest.mark.parametrize("key", LESSONS)
async def test_a_lesson_opens_at_once(key: str) -> None:
    page = lesson(key)
    said = await shown(page)
    assert "<h1>" in said and "went wrong" not in said and "Unexpected" not in said
    assert one(page, Steps).current == key


def test_a_lesson_that_is_not_there_is_named() -> None:
    with pytest.raises(
        ValueError, match="no lesson 'cats'. Choose one of: baseline, descent, overfit, feedback"
    ):
        lesson("cats")


def test_opening_a_lesson_loads_neither_torch_nor_a_backbone() -> None:
    names = ", ".join(f"tellapart_dashboards.pages.lessons.{key}_view" for key in LESSONS)
    code = (
        f"import sys; import {names}, tellapart_dashboards.pages.lessons.lesson_page; "
        "tellapart_dashboards.pages.lessons.descent_view.new_state(); "
        "print(sorted({'torch', 'onnxruntime', 'onnx', 'scipy', 'matplotlib'} & set(sys.modules)))"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"


def test_baseline_means_metric_and_mistakes() -> None:
    state = baseline_view.new_state()
    view = baseline_view.view(state)
    all_of_them = state.means.copy()
    slide(view, "n_means", 1)
    assert state.n_means == 1 and np.abs(state.means - all_of_them).max() > 0.3
    assert "Averaged: 1 of each kind" in text_of(view)
    slide(view, "n_means", 100)
    one(view, Choices).set_state({"chosen": "L2"})
    assert "L2 distance to the mean 3" in text_of(view)
    mistake = one(view, Button, "Next mistake")
    wrong = (1 + np.nonzero(state.is_wrong())[0]).tolist()
    seen = []
    for _ in range(len(wrong) + 1):
        mistake.click()
        seen.append(state.number)
        assert "Wrong: it was drawn as a" in text_of(view)
    assert sorted(seen[:-1]) == wrong and seen[-1] == seen[0], "all of them, then the first again"
    slide(view, "number", next(i for i in range(1, 201) if i not in wrong))
    assert "Right." in text_of(view)


def test_baseline_a_nudge_changes_the_loss_and_seldom_the_accuracy() -> None:
    state = baseline_view.new_state()
    said = []
    for nudge in range(-5, 6):
        state.nudge = float(nudge)
        said.append(state.nudge_words())
    assert sum("the accuracy does not change" in words for words in said) > 5
    assert not any("by 0.00000" in words for words in said)


def test_descent_presets_play_the_steps() -> None:
    state = descent_view.new_state()
    view = descent_view.view(state)
    player = one(view, Player)
    one(view, Button, "Too large").click()
    assert (state.rate, state.start, player.n_plays) == (8.0, 4.5, 1)
    player.set_state({"at": 7})
    said = text_of(view)
    assert "Far outside the chart" in said and "the learning rate is too large" in said
    one(view, Button, "About right").click()
    assert "At rest in the first dip" in text_of(view)
    one(view, Button, "Too small").click()
    assert "the learning rate is too small" in text_of(view)
    one(view, Button, "Out of the dip").click()
    assert "In the deepest dip" in text_of(view)
    player.set_state({"at": 0})
    slide(view, "start", -4.0)
    assert "Step 0 of 7: at -4.00" in text_of(view) and "to the right" in text_of(view)


def test_descent_a_step_that_is_none_is_refused() -> None:
    player = Player(n_steps=7)
    with pytest.raises(TraitError, match="at=8; expected a step from 0 to 7"):
        player.at = 8


async def test_descent_with_torch_side_by_side() -> None:
    pytest.importorskip("torch")
    state = descent_view.new_state()
    view = descent_view.view(state)
    one(view, Button, "The same with torch").click()
    await settled()
    said = text_of(view)
    assert "Loss with torch" in said and "The largest difference" in said and not state.is_busy
    assert state.by_torch is not None and state.by_torch.losses == pytest.approx(state.by_hand.losses)
    one(view, Choices).set_state({"chosen": "large"})
    assert "Loss with torch" not in text_of(view), "that was with another rate"


async def test_descent_without_torch_says_so_and_goes_on(monkeypatch: pytest.MonkeyPatch) -> None:
    def missing(*_: object) -> None:
        raise LessonError("torch is not installed here.")

    monkeypatch.setattr(descent_state, "learn_with_torch", missing)
    state = descent_view.new_state()
    view = descent_view.view(state)
    button = one(view, Button, "The same with torch")
    button.click()
    await settled()
    assert "torch is not installed here." in text_of(view) and not button.disabled


def test_the_code_that_is_shown_does_what_the_page_draws() -> None:
    digits = drawn_digits(20, seed=1)
    pixels, targets = digits.pixels.reshape(40, -1).astype(np.float64), digits.targets.astype(np.float64)
    names = {"pixels": pixels, "targets": targets, "rate": 0.3}
    exec(BY_HAND, names)
    expected = learn_by_hand(digits.pixels, digits.targets, 0.3)
    assert names["weights"] == pytest.approx(expected.weights[-1]) and len(BY_HAND.splitlines()) <= 10
    torch = pytest.importorskip("torch")
    names = {
        "pixels": torch.tensor(digits.pixels.reshape(40, -1)),
        "targets": torch.tensor(targets).float(),
        "rate": 0.3,
    }
    exec(WITH_TORCH, names)
    assert names["weights"].detach().numpy() == pytest.approx(expected.weights[-1], abs=1e-5)  # type: ignore[attr-defined]


def test_overfit_the_held_out_points_show_after_the_guess() -> None:
    state = overfit_view.new_state()
    view = overfit_view.view(state)
    slide(view, "degree", 9)
    said = text_of(view)
    assert "error 0.00 on the 10 points" in said and "How well would it do on new ones?" in said
    assert "Two errors" not in said
    one(view, Button, "held-out").click()
    said = text_of(view)
    assert "Too bendy" in said and "Two errors" in said and "Beyond the chart: degree" in said
    slide(view, "degree", 0)
    assert "Too stiff" in text_of(view)
    slide(view, "degree", state.best_degree)
    assert "No other degree does better" in text_of(view)
    before = state.training
    one(view, Button, "Draw other points").click()
    assert state.training is not before and not state.is_shown and "Two errors" not in text_of(view)


def test_feedback_the_records_prove_themselves_right_unless_somebody_else_looks() -> None:
    state = feedback_view.new_state()
    view = feedback_view.view(state)
    assert "too many of 100 patrols are in the north" in text_of(view)
    slide(view, "reported", 100)
    slide(view, "follow", 1.0)
    assert "On average the patrols are where the incidents are" in text_of(view)
    slide(view, "reported", 0)
    slide(view, "follow", 3.0)
    slide(view, "north", 30)
    assert "30\u00a0% of the incidents happen in the north" in text_of(view)
    seeds = state.first_seed
    one(view, Button, "other cities").click()
    assert state.first_seed == seeds + 8


def test_a_chart_cuts_off_what_is_far_away_and_leaves_out_what_is_no_number() -> None:
    axes = ticked("x", 0, 1, 0.5), ticked("y", 0, 1, 0.5)
    said = chart_html('a "chart" <b>', *axes, [series("line", [0, 1, 2], [0, 1e300, float("nan")])])
    assert "nan" not in said and "e+" not in said and "&lt;b&gt;" in said and 'overflow="hidden"' in said
    assert "<img" in weights_html(np.zeros((28, 28)), "nothing learned yet")
