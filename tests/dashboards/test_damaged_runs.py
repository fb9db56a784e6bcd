"""Pages of a stranger's project, or of a damaged disk: whatever stands in the files of a run, the page opens and says so."""

from __future__ import annotations

import json
import math
from pathlib import Path
from typing import Any

import pytest
from acting import one, say, settled, text_of
from ipywidgets import ToggleButton
from tellapart.planning.config import TrainConfig
from tellapart.runs import Run
from tellapart.store.project import open_project
from tellapart_dashboards.app.pictures.held_out_answers import HeldOutAnswers
from tellapart_dashboards.app.project_state import ProjectState
from tellapart_dashboards.pages.clean.opening import training_config
from tellapart_dashboards.pages.gather.state import GatherState
from tellapart_dashboards.pages.gather.view import gather_view
from tellapart_dashboards.pages.train.state import TrainState
from tellapart_dashboards.pages.train.view import train_view

ODD: list[Any] = [
    5, [], {}, {"n_wrong": None}, {"error_rate": math.nan}, {"n_valid": 10**400}, {"error_interval": [0.1]},
    {"config": {"prior": "odd"}}, {"config": {"backbone": 5}}, {"confusion": [[1]]}, {"per_class": [{}]},
    {"mistakes": [{}]}, {"baselines": 5}, {"seconds": {}}, {"snapshot": {"journal": 10**30, "picture": 1}},
    {"classes": ["circle", 5]}, {"backbone": ["a"]},
]  # fmt: skip


def damaged(result: dict[str, Any], odd: Any) -> str:
    return json.dumps({**result, **odd} if isinstance(odd, dict) and odd else odd)


@pytest.mark.parametrize("odd", ODD, ids=lambda odd: str(odd)[:40])
async def test_the_train_page_says_it_and_shows_the_training_before(
    project_dir: Path, fake_run: Any, train_result: dict[str, Any], odd: Any
) -> None:
    fake_run(project_dir, "train", "done", result=train_result)
    run: Run = fake_run(project_dir, "train", "done")
    (run.run_dir / "result.json").write_text(damaged(train_result, odd))
    state = TrainState(ProjectState(project_dir))
    view = train_view(state)
    one(view, ToggleButton, "Details").value = True
    await settled()
    await state.poll()
    await settled()
    shown = text_of(view)
    assert f"result.json of run {run.run_id} is damaged" in shown and "25 % wrong: 1 of 4" in shown
    assert HeldOutAnswers(project_dir).probs("a") == {}


async def test_a_training_that_ends_with_a_damaged_result_is_said(
    project_dir: Path, start: Any, train_result: dict[str, Any]
) -> None:
    state = TrainState(ProjectState(project_dir), start_run=start)
    view = train_view(state)
    await settled()
    state.train()
    await settled()
    assert state.run is not None
    (state.run.run_dir / "result.json").write_text(damaged(train_result, {"n_wrong": "one"}))
    say(state.run.run_dir, stage="done", message="Done.")
    await state.poll()
    await settled()
    assert state.stage == "failed" and "is damaged" in text_of(view) and state.result == {}


@pytest.mark.parametrize("config", [{"epochs": "many"}, {"of a newer version": 1}, {"backbone": 5}])
def test_clean_looks_with_the_usual_settings_where_those_of_the_training_cannot_be_used(
    project_dir: Path, fake_run: Any, train_result: dict[str, Any], config: Any
) -> None:
    fake_run(project_dir, "train", "done", config=config, result=train_result)
    with open_project(project_dir) as project:
        assert training_config(project) == TrainConfig()


@pytest.mark.parametrize(
    ("task", "odd"),
    [
        ("intake", {"is_question": True}),
        ("intake", {"is_question": True, "source": 5, "delete_source": True}),
        ("intake", {"labels": 5, "sentence": "1 file"}),
        ("dataset", {"refusals": [5]}),
        ("gather", {}),
        ("gather", {"searches": [{"label": "oak"}]}),
    ],
)
async def test_the_gather_page_opens_beside_a_damaged_result(
    project_dir: Path, fake_run: Any, task: str, odd: Any
) -> None:
    fake_run(project_dir, task, "done", result=odd)
    view = gather_view(GatherState(ProjectState(project_dir)))
    await settled()
    assert "is damaged" in text_of(view)


@pytest.mark.parametrize("stage", ["failed", "done"])
@pytest.mark.parametrize(
    ("task", "config"),
    [
        ("intake", {"source": 5, "delete_source": True}),
        ("intake", {"label": ["oak"]}),
        ("gather", {"searches": 5}),
        ("gather", {"searches": [5]}),
    ],
)
async def test_the_gather_page_passes_over_a_run_with_settings_of_something_else(
    project_dir: Path, fake_run: Any, task: str, config: Any, stage: str
) -> None:
    fake_run(project_dir, task, stage, "It ended.", config=config, result={"searches": []})
    state = GatherState(ProjectState(project_dir))
    gather_view(state)
    await settled()
    assert (state.stage, state.search.stage) == ("idle", "idle")
