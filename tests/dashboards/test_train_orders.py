"""The answers of a training in the order that somebody chooses, without a browser."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from acting import every, settled, text_of
from tellapart.planning.held_out import FILE, HeldOut
from tellapart.train import TrainResult
from tellapart_dashboards.app.project_state import ProjectState
from tellapart_dashboards.pages.train.details.orders import CONFIDENT, SURPRISING, UNSURE, rows_in_order
from tellapart_dashboards.pages.train.state import TrainState
from tellapart_dashboards.pages.train.view import train_view
from tellapart_dashboards.widgets.choices.choices import Choices
from thorough_run import RUN, thorough_project


@pytest.fixture
def root(trained: tuple[Path, TrainResult], tmp_path: Path) -> Path:
    """A project with one thorough training."""
    return thorough_project(trained, tmp_path / "shapes")


def held_of(probs: list[list[float]], targets: list[int]) -> HeldOut:
    ids = tuple(f"{i:064x}" for i in range(len(targets)))
    return HeldOut(ids, np.array(targets), np.array(probs, np.float32), np.arange(len(targets)))


def test_the_orders_are_those_of_the_words() -> None:
    held = held_of(
        [[0.8, 0.15, 0.05], [0.6, 0.1, 0.3], [0.45, 0.15, 0.4], [0.9, 0.05, 0.05]],
        [1, 2, 0, 0],
    )  # wrong: 0 (right label 0.15), 1 (right label 0.3); right: 2 (nearly a tie), 3
    assert rows_in_order(held, CONFIDENT).tolist() == [0, 1]
    assert rows_in_order(held, SURPRISING).tolist() == [0, 1]
    assert rows_in_order(held, UNSURE).tolist() == [2, 1, 0, 3]
    swapped = held_of([[0.8, 0.19, 0.01], [0.6, 0.39, 0.01]], [1, 2])
    assert rows_in_order(swapped, CONFIDENT).tolist() == [0, 1]
    assert rows_in_order(swapped, SURPRISING).tolist() == [1, 0], "its label seemed less likely"


async def test_the_gallery_is_sorted_as_somebody_chooses(
    root: Path, trained: tuple[Path, TrainResult]
) -> None:
    held = trained[1].held_out
    assert held is not None
    probs = np.full(held.probs.shape, 0.1, np.float32)
    probs[np.arange(len(probs)), held.targets] = 0.8
    probs[0] = [0.33, 0.32, 0.35]  # not sure of the first
    probs[1, held.targets[1]], probs[1, (held.targets[1] + 1) % 3] = 0.0, 0.9  # wrong about the second
    kept = HeldOut(held.image_ids, held.targets, probs, held.groups)
    (root / "runs" / RUN / FILE).write_bytes(kept.to_bytes())
    state = TrainState(ProjectState(root))
    view = train_view(state)
    await settled()
    choices = next(w for w in every(view) if isinstance(w, Choices) and w.accessible_name == "Which first")
    choices.set_state({"chosen": "unsure"})
    await settled()
    assert "Least sure answers" in text_of(view) and len(state.mistakes) == len(probs)
    assert state.mistakes[0]["image_id"] == held.image_ids[0]
    assert any(badge == "right, 80 %" for badge in state.pictures[2])
    choices.set_state({"chosen": "surprising"})
    await settled()
    assert state.mistakes[0]["image_id"] == held.image_ids[1] and "predicted" in state.pictures[2][0]
    choices.set_state({"chosen": "confident"})
    await settled()
    assert "Most confident mistakes" in text_of(view)
    assert state.mistakes == sorted(state.result["mistakes"], key=lambda one: -one["confidence"])
