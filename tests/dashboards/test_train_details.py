"""The Train page's closer look, its live curve and the views of thorough training, without a browser."""

from __future__ import annotations

import base64
import io
import json
import re
import shutil
import time
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from acting import every, is_shown, one, say, settled, text_of
from ipywidgets import Button, ToggleButton, Widget
from PIL import Image
from tellapart.learning.tuning_curve import NetworkCurve, TuningCurve
from tellapart.planning.variation import USUAL, Variation, kept_variation
from tellapart.store.project import open_project
from tellapart.train import TrainResult, keep_as_run
from tellapart.train.held_out import FILE, HeldOut
from tellapart_dashboards.app.project_state import ProjectState
from tellapart_dashboards.pages.train.details import desk as desk_module
from tellapart_dashboards.pages.train.details.closer_view import closer_card, views_card
from tellapart_dashboards.pages.train.details.desk import DetailsDesk
from tellapart_dashboards.pages.train.details.orders import CONFIDENT, SURPRISING, UNSURE, rows_in_order
from tellapart_dashboards.pages.train.details.views_view import numbers, options, variation_of
from tellapart_dashboards.pages.train.state import TrainState
from tellapart_dashboards.pages.train.view import train_view
from tellapart_dashboards.widgets.choices.choices import Choices
from tellapart_dashboards.widgets.sliders.sliders import Sliders
from traitlets import TraitError

RUN = "20260101-120000-aaaaaa"
CURVE = TuningCurve(
    1,
    np.full(4, 1e-3),
    (NetworkCurve(np.array([0.9, 0.8, 0.7, 0.6]), np.array([1.0, 0.8]), np.array([0.25, 0.125])),),
)


@pytest.fixture
def root(trained: tuple[Path, TrainResult], tmp_path: Path) -> Path:
    """A project with one thorough training."""
    root = Path(shutil.copytree(trained[0], tmp_path / "shapes"))
    with open_project(root) as project:
        shutil.copytree(trained[1].bundle_dir, project.bundles_dir / RUN)
        recipe = {"kept": "thorough", "said": "Better.", "curve": CURVE.to_json()}
        found = replace(trained[1], bundle_dir=project.bundles_dir / RUN, recipe=recipe)
        keep_as_run(project, found)
    return root


def fold(view: Widget, title: str) -> Any:
    return one(view, ToggleButton, title)


def sliders_of(view: Widget) -> Any:
    return next(w for w in every(view) if isinstance(w, Sliders))


# A closer look


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
    everything = text_of(card)
    assert "Answers 100 % of the held-out pictures" in everything and "called none of these" in everything
    sliders_of(card).set_state({"values": {"certainty": 90}})
    await settled()
    found, said = selection.at(0.9), text_of(card)
    assert f"Answers {100 * found.coverage:.0f} %" in said and f"({found.n_answered} of {found.n})" in said
    assert ("held back as not sure" in said) == (found.n_answered < found.n)
    assert "a model keeps no such limit" in said and "<circle" in said
    with pytest.raises(TraitError, match="from 0 to 99"):
        sliders_of(card).values = {"certainty": 200}


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


# Orders


def held_of(probs: list[list[float]], targets: list[int]) -> HeldOut:
    ids = tuple(f"{i:064x}" for i in range(len(targets)))
    return HeldOut(ids, np.array(targets), np.array(probs, np.float32), np.arange(len(targets)))


def test_the_orders_are_those_of_the_words() -> None:
    held = held_of(
        [[0.8, 0.15, 0.05], [0.6, 0.1, 0.3], [0.45, 0.15, 0.4], [0.9, 0.05, 0.05]],
        [1, 2, 0, 0],
    )  # wrong: 0 (right label 0.15), 1 (right label 0.3); right: 2 (nearly a tie), 3
    assert rows_in_order(held, CONFIDENT).tolist() == [0, 1]
    assert rows_in_order(held, SURPRISING).tolist() == [0, 1]
    assert rows_in_order(held, UNSURE).tolist() == [2, 1, 0, 3]
    swapped = held_of([[0.8, 0.19, 0.01], [0.6, 0.39, 0.01]], [1, 2])
    assert rows_in_order(swapped, CONFIDENT).tolist() == [0, 1]
    assert rows_in_order(swapped, SURPRISING).tolist() == [1, 0], "its label seemed less likely"


async def test_the_gallery_is_sorted_as_somebody_chooses(
    root: Path, trained: tuple[Path, TrainResult]
) -> None:
    held = trained[1].held_out
    assert held is not None
    probs = np.full(held.probs.shape, 0.1, np.float32)
    probs[np.arange(len(probs)), held.targets] = 0.8
    probs[0] = [0.33, 0.32, 0.35]  # not sure of the first
    probs[1, held.targets[1]], probs[1, (held.targets[1] + 1) % 3] = 0.0, 0.9  # wrong about the second
    kept = HeldOut(held.image_ids, held.targets, probs, held.groups)
    (root / "runs" / RUN / FILE).write_bytes(kept.to_bytes())
    state = TrainState(ProjectState(root))
    view = train_view(state)
    await settled()
    choices = next(w for w in every(view) if isinstance(w, Choices) and w.accessible_name == "Which first")
    choices.set_state({"chosen": "unsure"})
    await settled()
    assert "Least sure answers" in text_of(view) and len(state.mistakes) == len(probs)
    assert state.mistakes[0]["image_id"] == held.image_ids[0]
    assert any(badge == "right, 80 %" for badge in state.pictures[2])
    choices.set_state({"chosen": "surprising"})
    await settled()
    assert state.mistakes[0]["image_id"] == held.image_ids[1] and "predicted" in state.pictures[2][0]
    choices.set_state({"chosen": "confident"})
    await settled()
    assert "Most confident mistakes" in text_of(view)
    assert state.mistakes == sorted(state.result["mistakes"], key=lambda one: -one["confidence"])


# The live curve


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


# Views


async def test_one_picture_nine_ways_drawn_when_it_is_opened_and_anew_when_a_slider_moves(root: Path) -> None:
    state = TrainState(ProjectState(root))
    train_view(state)
    card = views_card(state)
    await settled()
    assert state.views.preview.views == ()
    fold(card, "Views of a picture").value = True
    await settled()
    before = state.views.preview
    assert len(before.views) == 9 and len(set(before.views)) == 9
    shown = re.findall(r'src="data:image/jpeg;base64,([^"]*)"', text_of(card))
    assert len(shown) == 10
    for jpeg in shown:
        assert Image.open(io.BytesIO(base64.b64decode(jpeg))).size == (160, 160)
    values = {**numbers(USUAL), "rotate": 45}
    sliders_of(card).set_state({"values": values})
    await settled()
    assert state.views.variation == Variation(rotate=45) and state.views.preview.views != before.views
    assert state.views.preview.plain == before.plain
    with open_project(root) as project:
        assert kept_variation(project.manifest) == Variation(rotate=45)
    one(card, Button, "Another picture").click()
    await settled()
    assert state.views.preview.plain != before.plain
    one(card, Button, "As usual").click()
    await settled()
    assert state.views.variation == USUAL and sliders_of(card).values == numbers(USUAL)
    assert not is_shown(card, one(card, Button, "As usual"))


async def test_what_is_kept_is_shown_again_and_trained_with(
    project_dir: Path, start: Any, started: list[Any], monkeypatch: pytest.MonkeyPatch
) -> None:
    with open_project(project_dir) as project:
        project.manifest.set_setting("variation", Variation(warp=0.25).to_json())
    state = TrainState(ProjectState(project_dir), start_run=start)
    view = train_view(state)
    await settled()
    assert next(w for w in every(view) if isinstance(w, Sliders) and "warp" in w.values).values["warp"] == 25
    state.choice.state = replace(state.choice.state, recipe="thorough")
    state.train()
    await settled()
    assert started[0][1]["variation"] == Variation(warp=0.25).to_json()


async def test_a_picture_that_is_gone_and_thorough_that_is_not_possible_are_said(root: Path) -> None:
    state = TrainState(ProjectState(root))
    train_view(state)
    await settled()
    state.choice.state = replace(state.choice.state, why_not="It needs <torch>: pip install torch.")
    shutil.rmtree(root / "images")
    card = views_card(state)
    fold(card, "Views of a picture").value = True
    await settled()
    assert "No such file" in text_of(card) and state.views.preview.views == ()
    state.views.problem = ""
    assert "It needs &lt;torch&gt;" in text_of(card), "the rest of the page works"


def test_sliders_say_every_setting_there_and_back() -> None:
    for variation in (
        USUAL,
        Variation(0.1, False, 45, 2, 0.5, 0.6),
        Variation(1, True, 12, 1.35, 0.15, 0.05),
    ):
        assert variation_of(numbers(variation)) == variation
    for option in options():
        value = numbers(USUAL)[option["key"]]
        assert option["low"] <= value <= option["high"]
        if option["step"]:
            assert (value - option["low"]) / option["step"] == pytest.approx(
                round((value - option["low"]) / option["step"])
            )
