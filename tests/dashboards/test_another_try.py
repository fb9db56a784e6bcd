"""Pictures that somebody gave and that could not be taken in: they stay, are offered again, and go in or away."""

from __future__ import annotations

import io
import os
import time
import zipfile
from pathlib import Path
from typing import Any

import pytest
from acting import looked, one, pictures_of, settled, text_of, upload
from ipywidgets import Button, Combobox
from tellapart.store.project import open_project
from tellapart_dashboards.app.project_state import ProjectState
from tellapart_dashboards.pages.gather.view import GatherState, gather_view
from tellapart_dashboards.widgets.webcam.webcam import Webcam

NO_LABEL = "m" * 101  # labels have at most 100 characters


def uploads_of(project_dir: Path) -> list[str]:
    return sorted(path.name for path in (project_dir / "cache" / "uploads").rglob("*") if path.is_file())


async def test_shots_that_cannot_go_in_wait_for_another_label_also_after_a_reload(
    empty_project_dir: Path, tiny_folder: Path, working: Any
) -> None:
    state = GatherState(ProjectState(empty_project_dir), start_run=working)
    view = gather_view(state)
    for n, shot in enumerate(pictures_of(tiny_folder, 2)):
        message = {"t": "shot", "n": n, "label": NO_LABEL, "is_last": n == 1}
        await one(view, Webcam).receive(message, [memoryview(shot)])
    await settled()
    assert "101 characters" in text_of(view) and "2 pictures wait for a label" in text_of(view)

    again = GatherState(ProjectState(empty_project_dir), start_run=working)
    assert again.n_waiting == 2
    again.add_waiting_as("mug")
    await looked(again)
    assert again.project.counts == {"mug": 2} and uploads_of(empty_project_dir) == []


async def test_loose_pictures_wait_again_when_they_cannot_go_in_and_can_be_thrown_away(
    empty_project_dir: Path, tiny_folder: Path, working: Any
) -> None:
    state = GatherState(ProjectState(empty_project_dir), start_run=working)
    view = gather_view(state)
    await settled()
    await upload(view, {f"{n}.png": shot for n, shot in enumerate(pictures_of(tiny_folder, 2))})
    one(view, Combobox).set_state({"value": NO_LABEL})
    await settled()
    one(view, Button, "Add 2 pictures").click()
    await looked(state)
    assert "101 characters" in text_of(view) and state.n_waiting == 2
    one(view, Button, "Throw them away").click()
    await settled()
    assert state.n_waiting == 0 and uploads_of(empty_project_dir) == []


@pytest.mark.parametrize("is_reloaded", [False, True])
async def test_an_archive_is_offered_again_after_the_disk_failed(
    empty_project_dir: Path, tiny_folder: Path, working: Any, is_reloaded: bool
) -> None:
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w") as archive:
        for label in ("cup", "mug"):
            archive.write(
                next((tiny_folder / "circle" if label == "cup" else tiny_folder / "square").glob("*.png")),
                f"{label}/1.png",
            )
    state = GatherState(ProjectState(empty_project_dir), start_run=working)
    view = gather_view(state)
    await settled()
    with open_project(empty_project_dir) as project:
        project.incoming_dir.rmdir()
        project.incoming_dir.write_text("no folder")  # nothing can be written there
    await upload(view, {"mine.zip": packed.getvalue()})
    await looked(state)
    assert state.stage == "failed" and uploads_of(empty_project_dir) == ["mine.zip"]
    project.incoming_dir.unlink()
    if is_reloaded:
        state = GatherState(ProjectState(empty_project_dir), start_run=working)
        view = gather_view(state)
        await settled()
    assert "(1 file) is still here" in text_of(view)
    one(view, Button, "that come with it").click()
    await looked(state)
    assert state.project.counts == {"cup": 1, "mug": 1}
    assert state.questions == [] and uploads_of(empty_project_dir) == []


async def test_what_was_offered_is_still_there_the_next_morning_and_half_a_file_is_not(
    empty_project_dir: Path, tiny_folder: Path, working: Any
) -> None:
    uploads, (picture,) = empty_project_dir / "cache" / "uploads", pictures_of(tiny_folder, 1)
    for name in ("loose/loose/1.png", "camera-1/camera-0001.jpg", "half/loose/1.png.part"):
        (uploads / name).parent.mkdir(parents=True)
        (uploads / name).write_bytes(picture)
    state = GatherState(ProjectState(empty_project_dir), start_run=working)
    await upload(gather_view(state), {f"my pets/train/{name}.png": picture for name in ("cat.0", "dog.0")})
    await looked(state)
    assert len(state.questions) == 1
    then = time.time() - 12 * 3600
    for path in (*uploads.rglob("*"), uploads):
        os.utime(path, (then, then))
    state = GatherState(ProjectState(empty_project_dir), start_run=working)
    gather_view(state)
    await settled()
    left = ["1.png", "camera-0001.jpg", "cat.0.png", "dog.0.png"]
    assert (state.n_waiting, len(state.questions), uploads_of(empty_project_dir)) == (2, 1, left)
