"""What the Gather page tells of an intake, and its questions where nothing says what the labels are."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from acting import is_shown, looked, one, say, settled, text_of, upload
from ipywidgets import Button, Text
from make_data import make_tiny_folder
from tellapart.runs import Run
from tellapart_dashboards.app.project_state import ProjectState
from tellapart_dashboards.pages.gather.view import GatherState, gather_view


@pytest.fixture
def pets(tmp_path: Path) -> dict[str, bytes]:
    """Pictures whose names hold labels, by the path that a browser gives them."""
    made = make_tiny_folder(tmp_path / "made", ("circle", "square"), 3)
    return {
        f"train/{label}.{i}.png": path.read_bytes()
        for label, paths in made.items()
        for i, path in enumerate(paths)
    }


async def test_an_upload_without_labels_asks_and_goes_on_as_told(
    empty_project_dir: Path, working: Any, pets: dict[str, bytes]
) -> None:
    state = GatherState(ProjectState(empty_project_dir), start_run=working)
    view = gather_view(state)
    await settled()
    await upload(view, {f"my pets/{path}": data for path, data in pets.items()})
    await looked(state)
    assert state.project.counts == {} and "Where are the labels?" in text_of(view)
    answer = one(view, Button, "from the file names")
    assert "circle 3, square 3" in answer.description and "'circle' in circle.0.png" in answer.description
    answer.click()
    await settled()
    await looked(state)
    assert state.project.counts == {"circle": 3, "square": 3} and state.questions == []
    shown = text_of(view)
    assert "Labels: circle 3, square 3." in shown and "Labels come from the file names" in shown
    assert list(state.project.project.uploads_dir.rglob("*.png")) == [], "nothing is left behind"


async def test_one_label_for_all_answers_too(
    empty_project_dir: Path, working: Any, pets: dict[str, bytes]
) -> None:
    state = GatherState(ProjectState(empty_project_dir), start_run=working)
    view = gather_view(state)
    await settled()
    await upload(view, {f"my pets/{path}": data for path, data in pets.items()})
    await looked(state)
    one(view, Button, "Use this label for all").click()
    await settled()
    assert len(state.questions) == 1, "no label is written"
    one(view, Text, "One label for all").set_state({"value": "pet"})
    await settled()
    one(view, Button, "Use this label for all").click()
    await settled()
    await looked(state)
    assert state.project.counts == {"pet": 6} and state.questions == []


async def test_leaving_them_out_throws_the_upload_away_but_no_folder_of_the_computer(
    empty_project_dir: Path, working: Any, pets: dict[str, bytes], tmp_path: Path
) -> None:
    state = GatherState(ProjectState(empty_project_dir), start_run=working)
    view = gather_view(state)
    await settled()
    await upload(view, {f"my pets/{path}": data for path, data in pets.items()})
    await looked(state)
    again = GatherState(ProjectState(empty_project_dir), start_run=working)
    assert len(again.questions) == 1, "the page asks again after it was loaded anew"
    one(view, Button, "Leave them out").click()
    await settled()
    assert state.questions == [] and list(state.project.project.uploads_dir.rglob("*.png")) == []
    assert GatherState(ProjectState(empty_project_dir), start_run=working).questions == []

    for path, data in pets.items():
        (tmp_path / "mine" / path).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / "mine" / path).write_bytes(data)
    state.folder_text = str(tmp_path / "mine")
    state.add_folder()
    await looked(state)
    one(view, Button, "Leave them out").click()
    await settled()
    assert len(list((tmp_path / "mine").rglob("*.png"))) == 6 and state.project.counts == {}


async def test_loose_pictures_are_offered_the_labels_in_their_names(
    empty_project_dir: Path, working: Any, pets: dict[str, bytes]
) -> None:
    state = GatherState(ProjectState(empty_project_dir), start_run=working)
    view = gather_view(state)
    await settled()
    offer = one(view, Button, "Use labels")
    assert not is_shown(view, offer)
    await upload(view, {path.partition("/")[2]: data for path, data in pets.items()})
    assert is_shown(view, offer) and "circle 3, square 3" in offer.description and state.project.counts == {}
    offer.click()
    await settled()
    await looked(state)
    assert state.project.counts == {"circle": 3, "square": 3} and not is_shown(view, offer)


async def test_labels_and_what_was_understood_are_told_with_nothing_to_run_in_them(
    project_dir: Path, fake_run: Callable[..., Run]
) -> None:
    result = {
        "sentence": "9 files, 8 added, 1 set aside", "labels": {"<b>cat": 5, "dog": 3}, "refusals": [], "notes": ["A note."],
        "understood": ["Folders that are parts of the set and no labels: train (<i>train)."],
    }  # fmt: skip
    fake_run(project_dir, "intake", "done", result=result)
    shown = text_of(gather_view(GatherState(ProjectState(project_dir))))
    assert (
        "Labels: &lt;b&gt;cat 5, dog 3." in shown and "train (&lt;i&gt;train)" in shown and "A note." in shown
    )


async def test_a_question_of_a_run_holds_nothing_to_run(
    empty_project_dir: Path, fake_run: Callable[..., Run]
) -> None:
    result = {
        "sentence": "<script> holds 2 file(s)", "is_question": True, "source": str(empty_project_dir), "delete_source": False,
        "offers": [{"how": "names", "text": "from <i>", "counts": {}}], "ways": ["from <i>"],
    }  # fmt: skip
    run = fake_run(empty_project_dir, "intake", "done", result=result)
    view = gather_view(GatherState(ProjectState(empty_project_dir)))
    await settled()
    assert "<script>" not in text_of(view) and "&lt;script&gt; holds" in text_of(view)
    say(run.run_dir, stage="done", message=json.dumps({}))
