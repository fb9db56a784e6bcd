"""The views that thorough training learns from, without a browser: drawn, chosen, kept."""

from __future__ import annotations

import base64
import io
import re
import shutil
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from acting import every, is_shown, one, settled, text_of
from ipywidgets import Button
from PIL import Image
from tellapart.planning.variation import USUAL, Variation, kept_variation
from tellapart.store.project import open_project
from tellapart.train import TrainResult
from tellapart_dashboards.app.project_state import ProjectState
from tellapart_dashboards.pages.train.details.closer_view import views_card
from tellapart_dashboards.pages.train.details.views_view import numbers, options, variation_of
from tellapart_dashboards.pages.train.state import TrainState
from tellapart_dashboards.pages.train.view import train_view
from tellapart_dashboards.widgets.sliders.sliders import Sliders
from thorough_run import fold, sliders_of, thorough_project


@pytest.fixture
def root(trained: tuple[Path, TrainResult], tmp_path: Path) -> Path:
    """A project with one thorough training."""
    return thorough_project(trained, tmp_path / "shapes")


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
