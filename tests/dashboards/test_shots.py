"""Pictures of the camera, without a browser: under which label they go in, and which are not kept."""

from __future__ import annotations

from pathlib import Path

from acting import one, pictures_of, settled
from tellapart_dashboards.app.project_state import ProjectState
from tellapart_dashboards.pages.gather.state import GatherState
from tellapart_dashboards.pages.gather.view import gather_view
from tellapart_dashboards.widgets.webcam.webcam import MOST_WAITING, Webcam


async def test_a_shot_goes_in_under_its_label_and_is_said_to_be_from_the_camera(
    empty_project_dir: Path, tiny_folder: Path
) -> None:
    state = GatherState(ProjectState(empty_project_dir))
    camera = one(gather_view(state), Webcam)
    (shot,) = pictures_of(tiny_folder, 1)
    await camera.receive({"t": "shot", "n": 1, "label": " mug ", "is_last": True}, [memoryview(shot)])
    await settled()
    assert state.project.counts == {"mug": 1} and state.n_shots_kept == 1
    (picture,) = state.project.project.manifest.pictures()
    assert picture.source == "camera"
    assert list(state.project.project.uploads_dir.iterdir()) == []


async def test_a_long_burst_goes_in_while_it_is_still_taken(
    empty_project_dir: Path, tiny_folder: Path
) -> None:
    state = GatherState(ProjectState(empty_project_dir))
    camera = one(gather_view(state), Webcam)
    shots = pictures_of(tiny_folder, MOST_WAITING + 3)
    for n, shot in enumerate(shots):
        await camera.receive({"t": "shot", "n": n, "label": "mug", "is_last": False}, [memoryview(shot)])
        await settled()
    assert state.project.counts == {"mug": MOST_WAITING}
    await camera.receive({"t": "shot", "n": "end", "label": "mug", "is_last": True}, [])
    await settled()
    assert state.project.counts == {"mug": len(shots)}


async def test_shots_without_a_label_or_without_bytes_are_not_kept(empty_project_dir: Path) -> None:
    state = GatherState(ProjectState(empty_project_dir))
    camera = one(gather_view(state), Webcam)
    await camera.receive({"t": "shot", "n": 1, "label": " ", "is_last": True}, [memoryview(b"x")])
    await settled()
    await camera.receive({"t": "shot", "n": 2, "label": "mug", "is_last": True}, [memoryview(b"")])
    await settled()
    assert camera.n_shots == 0 and state.project.counts == {}
