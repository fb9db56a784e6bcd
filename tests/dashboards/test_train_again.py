"""Training again on the Train page goes on with the settings of the last training, and says which."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from acting import is_shown, one, settled, text_of
from ipywidgets import Button, ToggleButton
from tellapart.train import TrainConfig, estimate
from tellapart_dashboards.app.project_state import ProjectState
from tellapart_dashboards.pages.train.settings.as_before import as_before, as_before_words
from tellapart_dashboards.pages.train.state import TrainState
from tellapart_dashboards.pages.train.view import train_view
from tellapart_dashboards.widgets.choices.choices import Choices

LAST = TrainConfig(recipe="everything", epochs=20, rate=0.002, valid=0.3, split="random", seed=7)
WORDS = (
    "As in the last training: 20 passes over the pictures, learning rate 0.002, 30 % held out, drawn at random, "
    "seed 7."
)


async def test_what_the_command_line_chose_stays_until_it_is_forgotten(
    project_dir: Path, start: Any, started: list[Any], fake_run: Any, train_result: dict[str, Any],
    monkeypatch: pytest.MonkeyPatch,
) -> None:  # fmt: skip
    monkeypatch.setattr(estimate, "why_not", lambda _: "")
    monkeypatch.setattr(estimate, "tried_seconds", lambda *_: 42.0)
    result = {**train_result, "config": LAST.to_json()}
    fake_run(project_dir, "train", "done", result=result, config=LAST.to_json())
    view = train_view(TrainState(ProjectState(project_dir), start_run=start))
    one(view, ToggleButton, "Details").value = True
    await settled()
    assert WORDS in text_of(view)
    one(view, Choices).chosen = "thorough"
    await settled()
    assert "last training: 30 % held out, drawn at random, seed 7." in text_of(view), "passes of another"
    one(view, Choices).chosen = "everything"
    await settled()
    one(view, Button, "Train again").click()
    await settled()
    config = started[0][1]
    assert TrainConfig.from_json({**config, "variation": None}) == LAST

    view = train_view(TrainState(ProjectState(project_dir), start_run=start))
    one(view, ToggleButton, "Details").value = True
    await settled()
    usual = one(view, Button, "Use the usual settings")
    assert is_shown(view, usual)
    usual.click()
    assert not is_shown(view, usual) and "As in the last training" not in text_of(view)


def test_what_is_as_usual_is_not_worth_a_word_and_other_versions_are_left_alone() -> None:
    assert as_before({}, "quick") == as_before(TrainConfig().to_json(), "quick") == {}
    assert as_before({"epochs": "many", "colour": "red"}, "quick") == {}
    assert as_before_words({}) == ""
