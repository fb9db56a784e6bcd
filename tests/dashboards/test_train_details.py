"""The Train page's closer look and its live curve, without a browser."""

from __future__ import annotations

import json
import time
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from acting import every, is_shown, say, settled, text_of
from ipywidgets import ToggleButton
from tellapart.learning.tuning_curve import TuningCurve
from tellapart.planning.held_out import FILE, HeldOut, read_held_out
from tellapart.train import TrainResult
from tellapart_dashboards.app.project_state import ProjectState
from tellapart_dashboards.pages.train.details import desk as desk_module
from tellapart_dashboards.pages.train.details.closer_view import closer_card
from tellapart_dashboards.pages.train.details.desk import DetailsDesk
from tellapart_dashboards.pages.train.state import TrainState
from tellapart_dashboards.pages.train.view import train_view
from thorough_run import CURVE, RUN, fold, sliders_of, thorough_project
from traitlets import TraitError


@pytest.fixture
def root(trained: tuple[Path, TrainResult], tmp_path: Path) -> Path:
    """A project with one thorough training."""
    return thorough_project(trained, tmp_path / "shapes")


async def test_nothing_is_read_before_somebody_looks(root: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    read: list[str] = []
    usual = DetailsDesk._details
    monkeypatch.setattr(
        desk_module.DetailsDesk, "_details", lambda self, result: read.append("yes") or usual(self, result)
    )
    state = TrainState(ProjectState(root))
    view = train_view(state)
    await settled()
    assert read == [] and state.details.details.held is None
    card = closer_card(state)
    fold(card, "Answer only when sure").value = True
    await settled()
    assert read == ["yes"] and "of the held-out pictures" in text_of(card)
    fold(card, "Where it is weaker").value = True
    await settled()
    assert read == ["yes"], "once is enough"
    assert "Answer only when sure" in {w.description for w in every(view) if isinstance(w, ToggleButton)}


async def test_the_slider_says_what_is_answered_and_how_much_of_it_is_wrong(root: Path) -> None:
    state = TrainState(ProjectState(root))
    card = closer_card(state)
    train_view(state)
    fold(card, "Answer only when sure").value = True
    await settled()
    selection = state.details.details.selection
    assert selection is not None
    everything, all_told = selection.at(0), text_of(card)
    assert f"Answers {100 * everything.coverage:.0f} % of the held-out pictures" in all_told
    assert ("held back as none of these" in all_told) == (everything.n_none > 0)
    sliders_of(card).set_state({"values": {"certainty": 90}})
    await settled()
    found, said = selection.at(0.9), text_of(card)
    assert f"Answers {100 * found.coverage:.0f} %" in said and f"({found.n_answered} of {found.n})" in said
    assert ("held back as not sure" in said) == (found.n_answered + found.n_none < found.n)
    assert "a model keeps no such limit" in said and "<circle" in said
    with pytest.raises(TraitError, match="from 0 to 99"):
        sliders_of(card).values = {"certainty": 200}


async def test_none_of_these_is_left_out_wherever_the_slider_is(root: Path) -> None:
    kept = read_held_out(root / "runs" / RUN, 3)
    is_none = np.arange(len(kept.targets)) < 2
    (root / "runs" / RUN / FILE).write_bytes(replace(kept, is_none=is_none).to_bytes())
    state = TrainState(ProjectState(root))
    card = closer_card(state)
    train_view(state)
    fold(card, "Answer only when sure").value = True
    await settled()
    n = len(kept.targets)
    assert f"({n - 2} of {n})" in text_of(card) and "2 held back as none of these" in text_of(card)
    assert "however sure the answer and wherever the slider is" in text_of(card)
    sliders_of(card).set_state({"values": {"certainty": 99}})
    await settled()
    assert "2 held back as none of these" in text_of(card)


async def test_each_part_shows_its_charts_and_tables(root: Path) -> None:
    state = TrainState(ProjectState(root))
    card = closer_card(state)
    train_view(state)
    for title in ("What its probabilities are worth", "Where it is weaker", "How it learned"):
        part = fold(card, title)
        part.value = True
        await settled()
        said = text_of(card)
        part.value = False
        if title.startswith("What"):
            assert said.count("<svg") == 3 and "Reliability of circle" in said
        if title.startswith("Where"):
            assert "Error by slice" in said or "too few" in said
        if title.startswith("How"):
            assert said.count("<svg") == 3 and "held-out loss 0.800" in said
    assert not is_shown(card, fold(card, "The curves as a table"))


async def test_a_training_in_one_go_has_no_curve_and_an_old_run_says_what_it_lacks(root: Path) -> None:
    path = root / "runs" / RUN / "result.json"
    result = json.loads(path.read_text())
    result["recipe"] = {"kept": "quick"}
    path.write_text(json.dumps(result))
    (root / "runs" / RUN / FILE).unlink()
    state = TrainState(ProjectState(root))
    card = closer_card(state)
    train_view(state)
    assert not is_shown(card, fold(card, "How it learned"))
    fold(card, "Where it is weaker").value = True
    fold(card, "Answer only when sure").value = True
    await settled()
    said = text_of(card)
    assert "did not keep what it answered" in said and "Train again" in said and "<circle" not in said


async def test_another_result_is_read_anew(root: Path) -> None:
    state = TrainState(ProjectState(root))
    card = closer_card(state)
    train_view(state)
    fold(card, "How it learned").value = True
    await settled()
    assert state.details.curve is not None
    state.result = {**state.result, "recipe": {"kept": "quick"}}
    await settled()
    assert state.details.curve is None and state.details.details.held is not None
    state.result = {}
    await settled()
    assert state.details.details.held is None


async def test_opening_is_quick_for_a_thousand_pictures_held_out(root: Path) -> None:
    rng = np.random.default_rng(0)
    probs = rng.dirichlet(np.ones(3), 1000).astype(np.float32)
    held = HeldOut(tuple(f"{i:064x}" for i in range(1000)), rng.integers(0, 3, 1000), probs, np.arange(1000))
    (root / "runs" / RUN / FILE).write_bytes(held.to_bytes())
    state = TrainState(ProjectState(root))
    card = closer_card(state)
    train_view(state)
    fold(card, "Where it is weaker").value = True
    await settled()  # what is imported first is not what is measured
    fold(card, "Where it is weaker").value = False
    state.result = {**state.result}
    began = time.process_time()
    fold(card, "Answer only when sure").value = True
    await settled()
    assert state.details.details.held is not None and len(state.details.details.held.targets) == 1000
    assert time.process_time() - began < 0.3


async def test_the_curve_of_a_training_under_way_is_live_and_found_again(
    project_dir: Path, fake_run: Any
) -> None:
    run = fake_run(project_dir, "train", config={"recipe": "thorough"})
    state = TrainState(ProjectState(project_dir))
    view = train_view(state)
    await settled()
    await state.poll()
    assert state.live.curve is None and "How it learns" not in text_of(view)
    begun = TuningCurve(
        1, CURVE.rates, (replace(CURVE.networks[0], losses=np.array([0.9, np.nan, np.nan, np.nan])),)
    )
    say(
        run.run_dir,
        done=1,
        total=4,
        message="Training",
        step="tuning",
        facts={"left_s": 9, "curve": begun.to_json()},
    )
    say(run.run_dir, done=2, total=4, message="Training", step="tuning", facts={"left_s": 8})
    await state.poll()
    await settled()
    assert "How it learns" in text_of(view) and "training loss 0.900" in text_of(view)
    say(run.run_dir, done=3, total=4, message="Training", step="tuning", facts={"curve": CURVE.to_json()})
    await state.poll()
    await settled()
    assert "training loss 0.600" in text_of(view) and text_of(view).count("<svg") == 3

    again = TrainState(ProjectState(project_dir))
    other = train_view(again)
    await again.poll()
    await settled()
    assert "training loss 0.600" in text_of(other), "a second tab sees the same"
    say(run.run_dir, stage="paused", message="Paused.")
    await again.poll()
    await settled()
    assert again.stage == "paused" and "training loss 0.600" in text_of(other)


async def test_a_curve_that_is_none_is_not_drawn(project_dir: Path, fake_run: Any) -> None:
    run = fake_run(project_dir, "train", config={"recipe": "thorough"})
    state = TrainState(ProjectState(project_dir))
    view = train_view(state)
    for facts in ({"curve": {"n_epochs": 10**9}}, {"curve": "<script>"}, {}):
        say(run.run_dir, done=1, total=4, message="Training", step="tuning", facts=facts)
        await state.poll()
        await settled()
        assert state.live.curve is None and "<script>" not in text_of(view)
