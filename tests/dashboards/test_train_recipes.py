"""The Train page's recipes, without a browser."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from acting import is_shown, one, say, settled, text_of
from ipywidgets import Button, ToggleButton
from tellapart.errors import TrainError
from tellapart.train import estimate
from tellapart_dashboards.app.project_state import ProjectState
from tellapart_dashboards.app.wording import rough_time
from tellapart_dashboards.pages.train.settings.recipe_choice import Estimates, recipe_state
from tellapart_dashboards.pages.train.settings.recipe_view import recipe_html
from tellapart_dashboards.pages.train.state import TrainState
from tellapart_dashboards.pages.train.view import train_view
from tellapart_dashboards.widgets.choices.choices import Choices


def test_the_choice_says_how_long_each_takes_and_what_is_missing() -> None:
    ready = recipe_state("thorough", Estimates(3.0, 62.0), False, "")
    assert ready.is_possible and "about 60 s" in recipe_html(ready)
    missing = recipe_state("thorough", Estimates(3.0, 62.0, "It needs <torch>."), False, "")
    assert not missing.is_possible and missing.thorough_s is None
    assert "It needs &lt;torch&gt;." in recipe_html(missing)
    assert recipe_state("quick", Estimates(3.0, None, "no"), False, "").is_possible
    assert "Measuring how long" in recipe_html(recipe_state("thorough", Estimates(), True, ""))
    assert [rough_time(one) for one in (3, 42, 100, 8000)] == ["a few seconds", "40 s", "2 min", "2.2 h"]


async def test_thorough_is_tried_when_it_is_chosen_and_started_as_such(
    project_dir: Path, start: Any, started: list[Any], monkeypatch: pytest.MonkeyPatch
) -> None:
    asked: list[tuple[str, int]] = []
    monkeypatch.setattr(estimate, "why_not", lambda _: "")
    monkeypatch.setattr(estimate, "tried_seconds", lambda _, recipe, n: asked.append((recipe, n)) or 42.0)
    state = TrainState(ProjectState(project_dir), start_run=start)
    view = train_view(state)
    one(view, ToggleButton, "Details").value = True
    await settled()
    choice = one(view, Choices)
    assert not asked and choice.chosen == "quick" and choice.options[0]["n"] == "a few seconds"
    choice.chosen = "thorough"
    await settled()
    assert asked == [("thorough", 12)] and "about 45 s on this computer" in text_of(view)
    assert [one["n"] for one in choice.options[1:]] == ["about 45 s", ""], "42 s, and quick training before"
    choice.chosen = "everything"
    await settled()
    assert asked[1:] == [("everything", 12)] and "from the ground up" in text_of(view)
    choice.chosen = "thorough"
    await settled()
    one(view, Button, "Train").click()
    await settled()
    assert started[0][1]["recipe"] == "thorough" and is_shown(view, one(view, Button, "Pause"))


async def test_without_torch_the_page_says_what_to_install_and_quick_works(
    project_dir: Path, start: Any, started: list[Any], monkeypatch: pytest.MonkeyPatch
) -> None:
    def missing(_: Any) -> None:
        raise TrainError("The recipe thorough needs torch. Install it: pip install torch.")

    monkeypatch.setattr(estimate, "check_chosen", missing)
    state = TrainState(ProjectState(project_dir), start_run=start)
    view = train_view(state)
    one(view, ToggleButton, "Details").value = True
    await settled()
    choice, train = one(view, Choices), one(view, Button, "Train")
    choice.chosen = "thorough"
    await settled()
    assert train.disabled and "pip install torch" in text_of(view)
    choice.chosen = "quick"
    await settled()
    assert not train.disabled
    train.click()
    await settled()
    assert started[0][1]["recipe"] == "quick" and not is_shown(view, one(view, Button, "Pause"))


async def test_a_pause_is_asked_for_shown_after_a_reload_and_resumed_with_the_same_settings(
    project_dir: Path, start: Any, started: list[Any], fake_run: Any
) -> None:
    config = {"backbone": "efficientnet_lite0", "prior": "equal", "recipe": "thorough"}
    run = fake_run(project_dir, "train", config=config)
    state = TrainState(ProjectState(project_dir), start_run=start)
    view = train_view(state)
    await settled()
    await state.poll()
    pause = one(view, Button, "Pause")
    assert is_shown(view, pause) and not is_shown(view, one(view, Button, "Resume"))
    pause.click()
    await settled()
    assert run.is_pause_asked() and run.is_cancel_asked() and "Pausing" in text_of(view)
    say(run.run_dir, stage="paused", message="Paused.")
    await state.poll()
    await settled()
    assert "25 % is done and kept for a week." in text_of(view) and is_shown(
        view, one(view, Button, "Resume")
    )

    again = TrainState(ProjectState(project_dir), start_run=start)
    view = train_view(again)
    await settled()
    assert "Thorough training is paused" in text_of(view)
    one(view, Button, "Resume").click()
    await settled()
    assert started == [("train", config)] and again.stage == "running"
