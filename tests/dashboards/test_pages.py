"""The pages without a browser: act as the browser would, then look at the state and at what is shown."""

from __future__ import annotations

import json
import os
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from acting import is_shown, one, say, settled, shown, text_of, upload
from ipywidgets import Button, Combobox, Dropdown, Text
from tellapart.errors import RunError
from tellapart.runs import Run
from tellapart_dashboards.app.label_advice import advice
from tellapart_dashboards.app.project_state import ProjectState
from tellapart_dashboards.app.studio import studio, train_page
from tellapart_dashboards.pages.gather.view import GatherState, gather_view
from tellapart_dashboards.pages.train.view import TrainState, train_view
from tellapart_dashboards.widgets.gallery.gallery import Gallery
from tellapart_dashboards.widgets.matrix.matrix import Matrix

FakeRun = Callable[..., Run]


# Train


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
    assert started == [("train", {"backbone": "efficientnet_lite0", "prior": "project"})]
    assert button.disabled and state.progress == 0.25 and "Looking" in text_of(view)
    assert is_shown(view, one(view, Button, "Cancel"))

    assert state.run is not None
    (state.run.run_dir / "result.json").write_text(json.dumps(train_result), "utf-8")
    say(state.run.run_dir, stage="done", message="Done.")
    await state.poll()
    await settled()
    shown = text_of(view)
    assert (
        "1 of 4 wrong" in shown
        and "between 4.6 % and 70 %" in shown
        and "always guessing the most common label" in shown
    )
    assert not button.disabled and button.description == "Train again"
    assert not is_shown(view, one(view, Button, "Cancel"))


async def test_labels_can_be_taken_for_equally_likely(
    project_dir: Path, start: Any, started: list[Any], fake_run: FakeRun, train_result: dict[str, Any]
) -> None:
    view = train_view(TrainState(ProjectState(project_dir), start_run=start))
    await settled()
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
    shown = text_of(train_view(again))
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
    state = TrainState(ProjectState(project_dir))
    view = train_view(state)
    await settled()
    assert len(state.pictures[0]) == 1 and state.pictures[0][0].startswith(b"\xff\xd8")
    assert state.pictures[2:] == (["predicted square 91 %"], [""])
    with state.project.project.manifest.transaction() as db:
        db.execute("UPDATE pictures SET page_url = 'https://example.org/1'")
    one(view, Matrix).set_state({"chosen": [0, 1]})
    await settled()
    assert "of <b>circle</b> mistaken for <b>square</b>" in text_of(view)
    one(view, Button, "Show all").click()
    await settled()
    assert state.chosen == [] and "most confident first" in text_of(view)
    assert state.pictures[3] == ["licence unknown"] == one(view, Gallery).marks
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
    assert "1 of 4 wrong" in text_of(view), "the last answer stays in sight while a new one is made"


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
    await settled()
    assert "<img" not in text_of(view) and "&lt;img src=x onerror=alert(49)&gt;" in text_of(view)


async def test_without_two_labels_there_is_nothing_to_press(empty_project_dir: Path) -> None:
    view = train_view(TrainState(ProjectState(empty_project_dir)))
    await settled()
    assert "at least two labels" in text_of(view)
    assert not is_shown(view, one(view, Button, "Train"))


# Gather


async def test_loose_pictures_wait_for_a_label_then_go_in(
    empty_project_dir: Path, start: Any, started: list[Any]
) -> None:
    state = GatherState(ProjectState(empty_project_dir), start_run=start)
    view = gather_view(state)
    await settled()
    await upload(view, {"1.jpg": b"one", "2.jpg": b"two"})
    assert started == [] and "2 pictures wait for a label" in text_of(view)
    one(view, Combobox).set_state({"value": " robin "})
    await settled()
    one(view, Button, "Add 2 pictures").click()
    await settled()
    (task, config), *_ = started
    assert (task, config["label"], config["delete_source"]) == ("intake", "robin", True)
    assert sorted(path.name for path in Path(config["source"]).iterdir()) == ["1.jpg", "2.jpg"]
    assert state.n_waiting == 0


async def test_folders_and_archives_go_in_one_after_the_other(
    empty_project_dir: Path, start: Any, started: list[Any]
) -> None:
    state = GatherState(ProjectState(empty_project_dir), start_run=start)
    await upload(gather_view(state), {"zoo/cat/1.jpg": b"1", "zoo/dog/1.jpg": b"2", "more.zip": b"3"})
    assert len(started) == 1 and started[0][1]["source"].endswith("more.zip")
    assert state.run is not None
    summary = {
        "sentence": "1 file, 0 added",
        "refusals": [{"path": "<i>.jpg", "reason": "empty"}],
        "notes": [],
    }
    (state.run.run_dir / "result.json").write_text(json.dumps(summary), "utf-8")
    say(state.run.run_dir, stage="done", message="1 file")
    await state.poll()
    await settled()
    assert len(started) == 2 and started[1][1]["label"] is None
    assert sorted(path.name for path in Path(started[1][1]["source"]).iterdir()) == ["cat", "dog"]


async def test_a_failure_stays_in_sight_when_the_next_one_goes_well(
    empty_project_dir: Path, start: Any, started: list[Any]
) -> None:
    state = GatherState(ProjectState(empty_project_dir), start_run=start)
    view = gather_view(state)
    await settled()
    await upload(view, {"bad.zip": b"1", "cat/1.jpg": b"2"})
    assert state.run is not None and len(started) == 1
    say(state.run.run_dir, stage="failed", message="bad.zip is not a zip file. Choose another.")
    await state.poll()
    await settled()
    assert len(started) == 2
    (state.run.run_dir / "result.json").write_text('{"sentence": "1 file, 1 added"}', "utf-8")
    say(state.run.run_dir, stage="done", message="1 file, 1 added")
    await state.poll()
    await settled()
    assert "bad.zip is not a zip file" in text_of(view) and "1 file, 1 added" in text_of(view)


async def test_cancel_gives_up_what_waits(empty_project_dir: Path, start: Any, started: list[Any]) -> None:
    state = GatherState(ProjectState(empty_project_dir), start_run=start)
    view = gather_view(state)
    await settled()
    await upload(view, {"more.zip": b"1", "cat/1.jpg": b"2"})
    one(view, Button, "Cancel").click()
    await settled()
    assert state.run is not None and state.run.is_cancel_asked()
    say(state.run.run_dir, stage="cancelled", message="Stopped. Finished work is saved.")
    await state.poll()
    await settled()
    assert len(started) == 1 and state.stage == "cancelled"


async def test_the_summary_and_each_refusal_are_shown(project_dir: Path, fake_run: FakeRun) -> None:
    result = {
        "sentence": "2 files, 1 added, 1 refused",
        "refusals": [{"path": "<i>.jpg", "reason": "empty file (0 bytes)"}],
        "notes": ["Labels differ only in capital letters."],
    }  # fmt: skip
    fake_run(project_dir, "intake", "done", result=result)
    shown = text_of(gather_view(GatherState(ProjectState(project_dir))))
    assert (
        "2 files, 1 added, 1 refused" in shown and "&lt;i&gt;.jpg: empty file" in shown and "capital" in shown
    )


@pytest.mark.parametrize(
    ("text", "words"),
    [("", "No path given"), ("birds", "not a full path"), ("/nowhere/at/all", "does not exist")],
)
async def test_a_wrong_folder_is_said(
    empty_project_dir: Path, start: Any, started: list[Any], text: str, words: str
) -> None:
    view = gather_view(GatherState(ProjectState(empty_project_dir), start_run=start))
    await settled()
    one(view, Text, "Folder").set_state({"value": text})
    await settled()
    one(view, Button, "Add this folder").click()
    await settled()
    assert words in text_of(view) and started == []


async def test_the_sample_project_is_offered_only_while_there_is_nothing(
    empty_project_dir: Path, project_dir: Path, start: Any, started: list[Any]
) -> None:
    view = gather_view(GatherState(ProjectState(empty_project_dir), start_run=start))
    await settled()
    samples = one(view, Button, "sample")
    assert is_shown(view, samples)
    samples.click()
    await settled()
    assert started[0][0] == "samples" and not is_shown(view, samples)
    full = gather_view(GatherState(ProjectState(project_dir)))
    await settled()
    assert not is_shown(full, one(full, Button, "sample"))


def test_advice_says_the_next_step() -> None:
    assert advice({}) == ("", "")
    assert "Add pictures of at least one other thing" in advice({"cat": 30})[0]
    assert "cat (3)" in advice({"cat": 3, "dog": 30})[0]
    assert "10 times as many" in advice({"cat": 20, "dog": 200})[0]
    assert advice({"cat": 30, "dog": 40}) == ("2 labels with enough pictures. Ready to train.", "")


# The studio around them


async def test_pictures_that_come_by_another_way_are_noticed(project_dir: Path, tmp_path: Path) -> None:
    from make_data import make_tiny_folder
    from tellapart.gather import take_in
    from tellapart.store.project import open_project

    state = ProjectState(project_dir)
    make_tiny_folder(tmp_path / "more", ("ring",), n_per_class=3)
    with open_project(project_dir) as project:
        take_in(project, tmp_path / "more")
    await state.poll()
    await settled()
    assert state.counts == {"circle": 6, "ring": 3, "square": 6} and state.n_pictures == 15


async def test_the_studio_opens_on_the_next_step(project_dir: Path, empty_project_dir: Path) -> None:
    assert "Gather pictures" in await shown(studio(empty_project_dir))
    assert "Ready to tell 2 labels apart" in await shown(studio(project_dir))


async def test_errors_become_a_page_in_words(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("TELLAPART_PROJECT", raising=False)
    assert "Write the project&#x27;s folder between the quotes" in await shown(train_page(""))
    assert "is not a tellapart project" in await shown(studio(tmp_path))


async def test_the_project_of_the_environment_is_used(
    project_dir: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("TELLAPART_PROJECT", str(project_dir))
    assert "Ready to tell 2 labels apart" in await shown(train_page())
