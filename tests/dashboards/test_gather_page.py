"""The Gather page without a browser: pictures that wait, go in or are refused, and what it advises."""

from __future__ import annotations

import html
import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from acting import every, is_shown, one, say, settled, text_of, upload
from ipywidgets import Button, Combobox, Dropdown, Text, ToggleButton
from make_data import make_tiny_folder
from tellapart import runs
from tellapart.gather import take_in
from tellapart.gather.datasets import datasets
from tellapart.runs import Run
from tellapart.store.project import open_project
from tellapart_dashboards.app.label_advice import advice
from tellapart_dashboards.app.project_state import ProjectState
from tellapart_dashboards.pages.gather import search_state
from tellapart_dashboards.pages.gather.view import GatherState, gather_view
from tellapart_dashboards.widgets.doors.doors import Doors
from tellapart_dashboards.widgets.upload.upload import UploadWidget

FakeRun = Callable[..., Run]


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
    [
        ("", "No path given"), ("birds", "not a full path"), ("~nobody-of-this-name/birds", "not a full path"),
        ("/nowhere/at/all", "does not exist"),
    ],
)  # fmt: skip
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


async def test_a_disk_that_fails_is_said(empty_project_dir: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def failing(*_: object) -> None:
        raise OSError(5, "Input/output error")

    state = GatherState(ProjectState(empty_project_dir))
    view = gather_view(state)
    await settled()
    with monkeypatch.context() as broken:
        broken.setattr(Path, "exists", failing)
        one(view, Text, "Folder").set_state({"value": str(empty_project_dir)})
        one(view, Button, "Add this folder").click()
        await settled()
    assert "Input/output error" in text_of(view) and state.stage == "failed"
    monkeypatch.setattr(search_state, "rename_label", failing)
    assert not await state.search.wish("rename", {"label": "mug", "to": "cup"})
    assert "Input/output error" in state.search.problem


async def test_the_doors_are_there_only_while_there_is_nothing(
    empty_project_dir: Path, project_dir: Path, fake_run: FakeRun
) -> None:
    state = GatherState(ProjectState(empty_project_dir))
    view = gather_view(state)
    await settled()
    assert is_shown(view, one(view, Doors))
    assert [door["title"] for door in one(view, Doors).doors] == [
        "My pictures",
        "Search the web",
        "Try the sample",
    ]
    for n_held in (45, 0):
        state.search.rows = [{"label": "oak", "n_held": n_held}]
        assert is_shown(view, one(view, Doors)) is (n_held == 0), "what waits for a choice comes first"
    state.search.is_searching = True
    assert not is_shown(view, one(view, Doors))
    full = gather_view(GatherState(ProjectState(project_dir)))
    await settled()
    assert not is_shown(full, one(full, Doors))
    fake_run(empty_project_dir, "intake")
    busy = gather_view(GatherState(ProjectState(empty_project_dir)))
    await settled()
    assert not is_shown(busy, one(busy, Doors)), "something is on its way"


async def test_the_third_door_leads_to_the_sample_and_puts_nothing_into_this_project(
    empty_project_dir: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("TELLAPART_PROJECTS", str(tmp_path / "projects"))
    monkeypatch.setattr(runs, "_launch", lambda run_dir, secret: None)
    view = gather_view(GatherState(ProjectState(empty_project_dir)))
    await settled()
    doors = one(view, Doors)
    doors.receive({"open": "own"})
    doors.receive({"open": "nothing"})
    assert doors.go_to == ""
    doors.receive({"open": "sample"})
    await settled()
    assert doors.go_to == "?project=sample" and str(tmp_path / "projects" / "sample") in doors.instead
    assert runs.latest(tmp_path / "projects" / "sample", "samples") is not None
    assert runs.latest(empty_project_dir) is None
    (tmp_path / "file").write_text("no folder")
    monkeypatch.setenv("TELLAPART_PROJECTS", str(tmp_path / "file"))
    doors.receive({"open": "sample"})
    await settled()
    assert str(tmp_path / "file") in doors.said


def test_advice_says_the_next_step() -> None:
    assert advice({}) == ("", "")
    assert "Add pictures of at least one other thing" in advice({"cat": 30})[0]
    assert "cat (3)" in advice({"cat": 3, "dog": 30})[0]
    assert "10 times as many" in advice({"cat": 20, "dog": 200})[0]
    assert advice({"cat": 30, "dog": 40}) == ("2 labels with enough pictures. You can continue.", "")


async def test_pictures_that_come_by_another_way_are_noticed(project_dir: Path, tmp_path: Path) -> None:
    state = ProjectState(project_dir)
    make_tiny_folder(tmp_path / "more", ("ring",), n_per_class=3)
    with open_project(project_dir) as project:
        take_in(project, tmp_path / "more")
    await state.poll()
    await settled()
    assert state.counts == {"circle": 6, "ring": 3, "square": 6} and state.n_pictures == 15


async def test_loose_pictures_still_wait_after_a_reload(
    empty_project_dir: Path, start: Any, started: list[Any]
) -> None:
    state = GatherState(ProjectState(empty_project_dir), start_run=start)
    await upload(gather_view(state), {"1.jpg": b"one", "2.jpg": b"two"})
    again = GatherState(ProjectState(empty_project_dir), start_run=start)
    view = gather_view(again)
    await settled()
    assert again.n_waiting == 2 and "2 pictures wait for a label" in text_of(view)
    one(view, Combobox).set_state({"value": "robin"})
    await settled()
    one(view, Button, "Add 2 pictures").click()
    await settled()
    assert started[0][1]["label"] == "robin"


# -- what is dropped, and where


async def drop(view: Any, files: dict[str, bytes], label: str) -> None:
    """What the page sends when files are dropped on a label's row."""
    receive = one(view, UploadWidget).receive
    listed = [{"id": i, "path": path, "size": len(data)} for i, (path, data) in enumerate(files.items())]
    await receive({"t": "announce", "batch": "row", "label": label, "files": listed}, [])
    for i, data in enumerate(files.values()):
        pieces = [{"id": i, "off": 0, "size": len(data)}]
        await receive({"t": "pieces", "batch": "row", "n": i, "pieces": pieces}, [data])
    await receive({"t": "end", "batch": "row"}, [])
    await settled()


async def test_what_is_dropped_on_a_label_is_of_that_label(
    project_dir: Path, start: Any, started: list[Any]
) -> None:
    state = GatherState(ProjectState(project_dir), start_run=start)
    view = gather_view(state)
    await settled()
    await drop(view, {"1.jpg": b"one", "zoo/cat/2.jpg": b"two", "zoo/dog/3.jpg": b"three"}, "circle")
    assert state.n_waiting == 0 and state.label == ""
    assert [config["label"] for _, config in started] == ["circle"], "the next one follows"
    assert {config["label"] for config in state._sources} == {"circle"}


async def test_labels_are_offered_to_pictures_that_wait(
    project_dir: Path, start: Any, started: list[Any]
) -> None:
    state = GatherState(ProjectState(project_dir), start_run=start)
    view = gather_view(state)
    await settled()

    def offered() -> list[str]:
        tooltips = [w.tooltip for w in every(view) if isinstance(w, Button)]
        return [
            text.removeprefix("Add the waiting pictures as ")
            for text in tooltips
            if text and "waiting" in text
        ]

    assert offered() == []
    await state.search.wish("add", {"text": "<b>star</b>"})
    await settled()
    await upload(view, {"1.jpg": b"one"})
    assert set(offered()) == {"circle", "square", "<b>star</b>"}
    one(view, Button, "square").click()
    await settled()
    assert [(task, config["label"]) for task, config in started] == [("intake", "square")]
    assert offered() == [] and state.n_waiting == 0


async def test_a_public_data_set_is_chosen_by_name_with_its_licence_in_sight(
    project_dir: Path, start: Any, started: list[Any]
) -> None:
    state = GatherState(ProjectState(project_dir), start_run=start)
    view = gather_view(state)
    await settled()
    one(view, ToggleButton, "Public data sets").value = True
    choice, get = one(view, Dropdown, "Public data set"), one(view, Button, "Download and add")
    assert get.disabled and len(choice.options) == 1 + len(datasets())
    row = next(row for row in datasets().values() if row.licence and row.licence_note)
    choice.value = row.name
    shown = text_of(view)
    assert (
        html.escape(row.licence) in shown
        and html.escape(row.authors) in shown
        and html.escape(row.page) in shown
    )
    get.click()
    await settled()
    assert started == [("dataset", {"name": row.name})] and get.disabled
    assert "Adding pictures" in text_of(view)


async def test_offline_is_said_in_one_line_with_the_details_folded(
    project_dir: Path, fake_run: FakeRun
) -> None:
    run = fake_run(project_dir, "gather")
    details = ["Openverse does not answer.", "<b>Bing</b> refuses."]
    short = "No source answered. Is this computer offline?"
    say(run.run_dir, stage="failed", message=short, facts={"details": details})
    shown = text_of(gather_view(GatherState(ProjectState(project_dir))))
    alert = shown[shown.index('role="alert"') :].split("</div>")[0]
    assert short in alert and "Openverse" not in alert
    assert (
        "<details><summary>What each source answered" in shown and "&lt;b&gt;Bing&lt;/b&gt; refuses." in shown
    )
