"""The Train page's paused trainings and its table of trainings, without a browser."""

from __future__ import annotations

import json
import shutil
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from acting import every, is_shown, main_buttons, one, settled, text_of
from ipywidgets import Button, ToggleButton
from tellapart.planning.held_out import HeldOut
from tellapart.runs import Run
from tellapart.store.project import open_project
from tellapart.train import TrainResult, keep_as_run
from tellapart.training_runs.listing import TrainingRun
from tellapart.training_runs.pruning import prune, to_prune
from tellapart_dashboards.app.project_state import ProjectState
from tellapart_dashboards.pages.train.runs_state import newest_pair, runs_state
from tellapart_dashboards.pages.train.runs_texts import side_by_side_html, table_row
from tellapart_dashboards.pages.train.state import TrainState
from tellapart_dashboards.pages.train.view import train_view
from tellapart_dashboards.widgets.gallery.gallery import Gallery
from tellapart_dashboards.widgets.run_table.run_table import RunTable

FIRST, SECOND = "20260101-120000-aaaaaa", "20260102-120000-bbbbbb"
RUN = TrainingRun(
    run_id=FIRST, name="", started=1767268800.0, recipe="quick", kept="quick", backbone="efficientnet_lite0", stage="done",
    error_rate=0.2, error_interval=(0.1, 0.4), n_wrong=3, n_valid=15, n_pictures=72, n_labels=3, seconds=2.0,
    n_bytes=5_000_000, said="", has_bundle=True, is_deleted=False,
)  # fmt: skip
THOROUGH = replace(
    RUN, run_id=SECOND, recipe="thorough", kept="thorough", error_rate=0.1, said="It was <better>."
)


@pytest.fixture
def root(trained: tuple[Path, TrainResult], tmp_path: Path) -> Path:
    """A project with a quick training, and a thorough one that gets one picture more right."""
    root = Path(shutil.copytree(trained[0], tmp_path / "shapes"))
    result = trained[1]
    held = result.held_out
    assert held is not None
    probs = held.probs.copy()
    probs[0] = probs[0][[1, 2, 0]]  # another label is the likeliest
    with open_project(root) as project:
        shutil.rmtree(project.bundles_dir)
        for run_id, recipe, answers in ((FIRST, "quick", probs), (SECOND, "thorough", held.probs)):
            shutil.copytree(trained[1].bundle_dir, project.bundles_dir / run_id)
            found = replace(
                result,
                bundle_dir=project.bundles_dir / run_id,
                held_out=HeldOut(held.image_ids, held.targets, answers, held.groups),
                config=replace(result.config, recipe=recipe),
                recipe={"kept": recipe, "said": f"{recipe} was kept."},
            )
            keep_as_run(project, found)
    return root


# Paused


async def test_a_paused_training_waits_behind_a_quick_one_and_is_discarded_and_brought_back(
    root: Path, start: Any, started: list[Any], fake_run: Any
) -> None:
    config = {"backbone": "efficientnet_lite0", "prior": "equal", "recipe": "thorough"}
    paused = fake_run(root, "train", "paused", config=config)
    result = Run(root / "runs" / FIRST).result()
    fake_run(root, "train", "done", config={"prior": "equal", "recipe": "quick"}, result=result)
    state, view, table = await opened(root, start)
    resume = one(view, Button, "Resume")
    assert state.stage == "done" and is_shown(view, resume) and "ta-primary" not in resume._dom_classes
    assert "Thorough training is paused" in text_of(view) and "25 % is done and kept" in text_of(view)

    one(view, Button, "Discard").click()
    await settled()
    assert not is_shown(view, resume) and "The paused training is in the trash." in text_of(view)
    assert [(row["run"], "paused" in row["text"]) for row in table.trash] == [(paused.run_id, True)]
    await table.receive({"t": "restore", "run": paused.run_id})
    await settled()
    await state.poll()
    await settled()
    assert is_shown(view, resume) and "is in the trash" not in text_of(view)
    resume.click()
    await settled()
    assert started == [("train", config)] and not is_shown(view, resume)


async def test_once_what_it_did_is_pruned_the_page_says_that_a_paused_training_begins_anew(
    root: Path, start: Any, started: list[Any], fake_run: Any
) -> None:
    config = {"prior": "equal", "recipe": "thorough"}
    fake_run(root, "train", "paused", config=config)
    state, view, table = await opened(root, start)
    assert "25 % is done and kept for a week" in text_of(view)
    with open_project(root) as project:
        prune(project, to_prune(project, unfinished=True))
    await state.poll()
    await settled()
    assert "nothing of it is kept: resumed, it begins anew." in text_of(view)
    assert "done and kept" not in text_of(view) and table.rows[0]["note"] == "nothing of it is kept"
    one(view, Button, "Resume").click()
    await settled()
    assert started == [("train", config)]


async def test_when_the_newest_training_is_paused_and_discarded_another_can_begin(
    project_dir: Path, start: Any, started: list[Any], fake_run: Any
) -> None:
    paused = fake_run(project_dir, "train", "paused", config={"recipe": "thorough"})
    state = TrainState(ProjectState(project_dir), start_run=start)
    view = train_view(state)
    await settled()
    assert main_buttons(view) == ["Resume"]
    one(view, Button, "Discard").click()
    await settled()
    assert main_buttons(view) == ["Train"] and "is in the trash" in text_of(view)
    await one(view, RunTable).receive({"t": "restore", "run": paused.run_id})
    await settled()
    await state.poll()
    assert main_buttons(view) == ["Resume"]
    one(view, Button, "Discard").click()
    await settled()
    one(view, Button, "Train").click()
    await settled()
    assert started[0][1]["recipe"] == "quick"


# The table


def test_the_state_holds_what_is_done_and_the_newest_of_each_recipe() -> None:
    gone, cut = replace(RUN, run_id="gone", is_deleted=True), replace(RUN, run_id="cut", stage="cancelled")
    state = runs_state([THOROUGH, cut, RUN, gone], chosen=(FIRST, "gone"))
    assert state.rows == (THOROUGH, RUN) and state.trash == (gone,) and state.chosen == (FIRST,)
    assert state.has_both and state.quick == RUN and state.thorough == THOROUGH
    assert newest_pair([RUN]) is None and not runs_state([RUN]).has_both
    said = side_by_side_html(state)
    assert "20 %" in said and "10 %" in said and "It was &lt;better&gt;." in said
    assert state.listed == (THOROUGH, cut, RUN), "what was cut short is in the table, too"
    row = table_row(THOROUGH, state)
    assert (row["recipe"], row["error_text"], row["size"]) == ("Thorough", "10 % (10 % to 40 %)", "5.0 MB")
    assert table_row(replace(THOROUGH, kept="quick"), state)["recipe"] == "Thorough, quick kept"


async def opened(root: Path, start: Any) -> tuple[TrainState, Any, RunTable]:
    state = TrainState(ProjectState(root), start_run=start)
    view = train_view(state)
    one(view, ToggleButton, "Details").value = True
    await settled()
    return state, view, one(view, RunTable)


async def test_quick_and_thorough_stand_side_by_side_and_two_are_compared(root: Path, start: Any) -> None:
    _, view, table = await opened(root, start)
    assert [row["run"] for row in table.rows] == [SECOND, FIRST] and table.trash == []
    assert "Quick and thorough" in text_of(view) and "thorough was kept." in text_of(view)
    assert "is better: it is right on 1 picture(s)" in text_of(view)
    await table.receive({"t": "compare", "runs": [SECOND, FIRST]})
    await settled()
    shown = text_of(view)
    assert table.chosen == [SECOND, FIRST] and "Compared" in shown and "Quick, " in shown
    changed = next(
        w for w in every(view) if isinstance(w, Gallery) and w.accessible_name == "Pictures that changed"
    )
    assert len(changed.captions) == 1 and changed.badges[0].startswith("now right: ") and changed.blob
    await table.receive({"t": "compare", "runs": [FIRST]})
    await settled()
    assert "Compared" not in text_of(view)


async def test_what_failed_was_stopped_or_is_paused_is_in_the_table_and_can_go_on_or_be_deleted(
    root: Path, start: Any, started: list[Any], fake_run: Any
) -> None:
    config = {"prior": "equal", "recipe": "thorough"}
    paused = fake_run(root, "train", "paused", config=config)
    stopped = fake_run(root, "train", "cancelled", "Stopped.", config={"recipe": "quick"})
    failed = fake_run(root, "train", "failed", "The disk is <full>.", config={"recipe": "quick"})
    state, view, table = await opened(root, start)
    rows = {row["run"]: row for row in table.rows}
    assert [*rows] == [failed.run_id, stopped.run_id, paused.run_id, SECOND, FIRST]
    assert [(row["error"], row["error_text"], row["note"], row["can_resume"]) for row in table.rows[:3]] == [
        (None, "failed", "The disk is <full>.", False),
        (None, "stopped", "", False),
        (None, "paused", "25 % is done and kept", True),
    ]
    assert not rows[FIRST]["note"] and state.result["bundle"] == f"bundles/{SECOND}"
    await table.receive({"t": "compare", "runs": [failed.run_id, FIRST]})
    await settled()
    assert table.chosen == [FIRST] and "has no result" in text_of(view)

    assert "<b>Stopped.</b> The disk is &lt;full&gt;." in text_of(view)
    await table.receive({"t": "rename", "run": failed.run_id, "name": "too much"})
    await settled()
    await table.receive({"t": "delete", "run": failed.run_id})
    await settled()
    assert "too much is in the trash; below the table" in text_of(view) and "<b>Stopped.</b>" not in text_of(
        view
    )
    assert [row["name"] for row in table.trash] == ["too much"]

    await table.receive({"t": "resume", "run": paused.run_id})
    await settled()
    assert started == [("train", config)] and state.is_running
    state.runs.look()
    await settled()
    assert len(table.rows) == 4 and not any(row["can_resume"] for row in table.rows)


async def test_a_run_is_renamed_deleted_and_brought_back_and_another_page_sees_it(
    root: Path, start: Any
) -> None:
    state, view, table = await opened(root, start)
    other, _, second = await opened(root, start)
    await table.receive({"t": "rename", "run": FIRST, "name": "<b>first"})
    await settled()
    assert table.rows[1]["name"] == "<b>first" and "&lt;b&gt;first" in text_of(view)
    await table.receive({"t": "rename", "run": SECOND, "name": "<b>first"})
    await settled()
    assert "Another run is called" in text_of(view) and table.rows[0]["name"] == ""

    shown = state.result["bundle"]
    await table.receive({"t": "delete", "run": SECOND})
    await settled()
    assert [row["run"] for row in table.rows] == [FIRST] and [row["run"] for row in table.trash] == [SECOND]
    assert state.result["bundle"] == f"bundles/{FIRST}" != shown and "are in the trash" in text_of(view)
    assert state.stage == "done"
    await other.poll()
    await settled()
    assert [row["run"] for row in second.rows] == [FIRST]

    await second.receive({"t": "restore", "run": SECOND})
    await settled()
    await state.poll()
    await settled()
    assert [row["run"] for row in table.rows] == [SECOND, FIRST] and state.result["bundle"] == shown


async def test_the_report_of_a_run_is_saved_by_the_browser_or_it_is_said_why_not(
    root: Path, start: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    _, view, table = await opened(root, start)
    sent: list[tuple[dict[str, Any], list[bytes] | None]] = []
    monkeypatch.setattr(table, "send", lambda message, buffers=None: sent.append((message, buffers)))
    await table.receive({"t": "report", "run": FIRST})
    await settled()
    ((message, buffers),) = sent
    assert message == {"t": "report", "run": FIRST, "name": f"shapes {FIRST}-report.html"} and buffers
    assert buffers[0].startswith(b"<!doctype html>") and b"tellapart report" in buffers[0]
    assert "is saved with your downloads" in text_of(view)

    (root / "runs" / FIRST / "result.json").write_text("{}")
    await table.receive({"t": "report", "run": FIRST})
    await settled()
    assert sent[1] == ({"t": "report", "run": FIRST, "name": ""}, None)
    assert "is damaged" in text_of(view) and "saved with" not in text_of(view)


async def test_what_was_deleted_by_hand_is_a_sentence(root: Path, start: Any) -> None:
    state, view, table = await opened(root, start)
    await table.receive({"t": "delete", "run": FIRST})
    await settled()
    shutil.rmtree(root / "trash")
    await table.receive({"t": "restore", "run": FIRST})
    await settled()
    assert "no longer in the trash" in text_of(view)
    shutil.rmtree(root / "runs" / SECOND)
    await state.poll()
    await settled()
    assert table.rows == [] and table.trash == []
    await table.receive({"t": "compare", "runs": [FIRST, SECOND]})
    await table.receive({"t": "delete", "run": SECOND})
    await settled()
    assert "no longer there" in text_of(view)


async def test_when_the_last_training_goes_the_page_is_as_before_any(root: Path, start: Any) -> None:
    state, view, table = await opened(root, start)
    for run_id in (SECOND, FIRST):
        await table.receive({"t": "delete", "run": run_id})
        await settled()
    assert state.result == {} and "Ready to tell 3 labels apart" in text_of(view)
    assert one(view, Button, "Train").description == "Train"
    assert json.dumps(table.trash)
