"""The Train page without a browser: act as the browser would, then look at the state and at what is shown."""

from __future__ import annotations

import json
import os
from collections.abc import Callable
from pathlib import Path
from typing import Any

from acting import is_shown, mistakes_in, one, say, settled, text_of
from ipywidgets import Button, Dropdown, ToggleButton
from tellapart.errors import RunError
from tellapart.runs import Run
from tellapart.store.project import open_project
from tellapart_dashboards.app.project_state import ProjectState
from tellapart_dashboards.pages.gather.view import GatherState
from tellapart_dashboards.pages.train.state import TrainState
from tellapart_dashboards.pages.train.view import train_view
from tellapart_dashboards.widgets.matrix.matrix import Matrix

FakeRun = Callable[..., Run]


async def test_training_shows_progress_then_the_answer(
    project_dir: Path, start: Any, started: list[Any], train_result: dict[str, Any]
) -> None:
    state = TrainState(ProjectState(project_dir), start_run=start)
    view = train_view(state)
    await settled()
    button = one(view, Button, "Train")
    button.click()
    await settled()
    await state.poll()
    await settled()
    assert started == [("train", {"backbone": "efficientnet_lite0", "prior": "project", "recipe": "quick"})]
    assert button.disabled and state.progress == 0.25 and "Looking" in text_of(view)
    assert is_shown(view, one(view, Button, "Cancel"))
    assert "Learning to tell 2 labels apart" in text_of(view) and "Ready to tell" not in text_of(view)

    assert state.run is not None
    (state.run.run_dir / "result.json").write_text(json.dumps(train_result), "utf-8")
    say(state.run.run_dir, stage="done", message="Done.")
    await state.poll()
    await settled()
    shown = text_of(view)
    assert (
        "25 % wrong: 1 of 4" in shown
        and "expect 4.6\u00a0% to 70\u00a0% on others" in shown
        and "Guessing would be wrong 50\u00a0% of the time" in shown
        and "always guessing the most common label" in shown
    )
    assert not is_shown(view, button), "nothing changed: trying it comes next"
    assert is_shown(view, one(view, ToggleButton, "Details")) and not is_shown(
        view, one(view, Button, "Cancel")
    )


async def test_labels_can_be_taken_for_equally_likely(
    project_dir: Path, start: Any, started: list[Any], fake_run: FakeRun, train_result: dict[str, Any]
) -> None:
    view = train_view(TrainState(ProjectState(project_dir), start_run=start))
    await settled()
    one(view, ToggleButton, "Details").value = True
    one(view, Dropdown, "Assume labels are").value = "equal"
    one(view, Button, "Train").click()
    await settled()
    assert started[0][1]["prior"] == "equal"
    assert "Probability error" not in text_of(view)

    for label, said in zip(train_result["per_class"], (0.031, 0.969), strict=True):
        label.update(share=0.5, mean_probability=said, calibration_error=0.125)
    fake_run(project_dir, "train", "done", result={**train_result, "config": {"prior": "equal"}})
    again = TrainState(ProjectState(project_dir))
    assert again.prior == "equal", "what was chosen last is what training again goes on with"
    view = train_view(again)
    one(view, ToggleButton, "Details").value = True
    shown = text_of(view)
    assert (
        "Probability error" in shown
        and ">50 %</td>" in shown
        and ">3.1 %</td>" in shown
        and "± 12 %" in shown
    )


async def test_a_number_of_the_matrix_chooses_the_mistakes(
    project_dir: Path, fake_run: FakeRun, train_result: Any
) -> None:
    fake_run(project_dir, "train", "done", result=train_result)
    with open_project(project_dir) as project, project.manifest.transaction() as db:
        db.execute("UPDATE pictures SET page_url = 'https://example.org/1'")
    state = TrainState(ProjectState(project_dir))
    view = train_view(state)
    await settled()
    assert len(state.pictures[0]) == 1 and state.pictures[0][0].startswith(b"\xff\xd8")
    assert state.pictures[2:4] == (["predicted square 91 %"], ["licence unknown"])
    one(view, Matrix).set_state({"chosen": [0, 1]})
    await settled()
    assert "of <b>circle</b> mistaken for <b>square</b>" in text_of(view)
    one(view, Button, "Show all").click()
    await settled()
    assert state.chosen == [] and "most confident first" in text_of(view)
    assert mistakes_in(view).marks == ["licence unknown"]
    one(view, Button, "Next: see").click()
    await settled()
    assert state.chosen == [0, 1]


async def test_a_failure_is_shown_and_frees_the_button(project_dir: Path, fake_run: FakeRun) -> None:
    message = "Class 'cat' has 1 picture(s) but a split needs at least 2. Add pictures."
    state = TrainState(
        ProjectState(project_dir),
        start_run=lambda root, task, config: fake_run(root, task, "failed", message),
    )
    view = train_view(state)
    await settled()
    one(view, Button, "Train").click()
    await settled()
    await state.poll()
    await settled()
    assert (
        state.stage == "failed" and "at least 2" in text_of(view) and not one(view, Button, "Train").disabled
    )


async def test_a_run_that_cannot_start_is_said(project_dir: Path) -> None:
    def broken(*_: Any) -> Run:
        raise RunError("The disk that holds runs is full. Free some space and try again.")

    state = TrainState(ProjectState(project_dir), start_run=broken)
    view = train_view(state)
    await settled()
    one(view, Button, "Train").click()
    await settled()
    assert state.stage == "failed" and "Free some space" in text_of(view)


async def test_cancel_asks_the_worker(project_dir: Path, start: Any) -> None:
    state = TrainState(ProjectState(project_dir), start_run=start)
    view = train_view(state)
    await settled()
    one(view, Button, "Train").click()
    await settled()
    one(view, Button, "Cancel").click()
    await settled()
    assert state.run is not None and state.run.is_cancel_asked()
    say(state.run.run_dir, stage="cancelled", message="Stopped. Finished work is saved.")
    await state.poll()
    await settled()
    assert state.stage == "cancelled" and "Finished work is saved" in text_of(view)


async def test_a_page_opened_later_finds_the_run_and_its_result(
    project_dir: Path, fake_run: FakeRun, train_result: dict[str, Any]
) -> None:
    fake_run(project_dir, "train", "done", result=train_result)
    running = fake_run(project_dir, "train")
    state = TrainState(ProjectState(project_dir))
    view = train_view(state)
    await settled()
    assert state.stage == "running" and state.run_id == running.run_id
    assert "25 % wrong: 1 of 4" in text_of(view), "the last answer stays in sight while a new one is made"


async def test_of_two_runs_begun_within_a_second_the_later_is_followed(
    empty_project_dir: Path, fake_run: FakeRun
) -> None:
    for number, (letter, task) in enumerate((("b", "intake"), ("a", "samples"))):
        run_dir = fake_run(empty_project_dir, task).run_dir
        run_dir = run_dir.rename(run_dir.with_name(f"20260101-120000-{letter}"))
        os.utime(run_dir / "config.json", ns=(0, number * 1_000_000))
    assert GatherState(ProjectState(empty_project_dir)).run_id == "20260101-120000-a"


async def test_a_worker_that_died_is_a_failure_in_words(project_dir: Path, fake_run: FakeRun) -> None:
    run = fake_run(project_dir, "train")
    (run.run_dir / "worker.json").write_text('{"pid": 4194305, "created": 1.0}', "utf-8")
    state = TrainState(ProjectState(project_dir))
    assert state.stage == "failed" and "Start it again" in state.message


async def test_fifty_labels_that_look_like_markup_are_only_text(
    project_dir: Path, fake_run: FakeRun, train_result: Any
) -> None:
    labels = [f"<img src=x onerror=alert({i})>" for i in range(50)]
    confusion = [[int(i == j) for j in range(50)] for i in range(50)]
    confusion[0][1] = 3
    result = {
        **train_result, "classes": labels, "confusion": confusion, "mistakes": [],
        "per_class": [{"label": label, "precision": 1.0, "recall": 1.0, "n": 1} for label in labels],
    }  # fmt: skip
    fake_run(project_dir, "train", "done", result=result)
    view = train_view(TrainState(ProjectState(project_dir)))
    one(view, ToggleButton, "Details").value = True
    await settled()
    assert "<img" not in text_of(view) and "&lt;img src=x onerror=alert(49)&gt;" in text_of(view)


async def test_without_two_labels_there_is_nothing_to_press(empty_project_dir: Path) -> None:
    view = train_view(TrainState(ProjectState(empty_project_dir)))
    await settled()
    assert "at least two labels" in text_of(view)
    assert not is_shown(view, one(view, Button, "Train"))
