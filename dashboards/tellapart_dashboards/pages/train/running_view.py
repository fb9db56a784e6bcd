"""A training under way, and one that waits to go on."""

from __future__ import annotations

from typing import Any

from ipywidgets import HTML, Box, Button, VBox

from tellapart_dashboards.app.visibility import shown_when
from tellapart_dashboards.app.wording import progress_html
from tellapart_dashboards.pages.train.scores import paused_html
from tellapart_dashboards.pages.train.state import TrainState


def busy_card(state: TrainState) -> VBox:
    """How far the training is, with the ways to stop it."""
    running, cancel, pause = HTML(), Button(description="Cancel"), Button(description="Pause")

    def draw(_: Any = None) -> None:
        is_running = state.stage == "running"
        running.value = (
            progress_html(state.progress, state.message, state.is_progress_known, "Training")
            if is_running
            else ""
        )
        pause.layout.display = "" if state.can_pause else "none"

    state.observe(draw, ["stage", "message", "progress", "run_id"])
    cancel.on_click(lambda _: state.cancel())
    pause.on_click(lambda _: state.pause())
    draw()
    busy = (
        VBox([running, Box([pause, cancel]).add_class("ta-line")]).add_class("ta-card").add_class("ta-busy")
    )
    shown_when(busy, state, ["stage"], lambda: state.stage == "running")
    return busy


def paused_card(state: TrainState) -> VBox:
    """A training that waits to go on."""
    resting, resume = HTML(), Button(description="Resume").add_class("ta-primary")

    def draw(_: Any = None) -> None:
        resting.value = paused_html(state.progress, state.config) if state.stage == "paused" else ""

    state.observe(draw, ["stage", "progress"])
    resume.on_click(lambda _: state.resume())
    draw()
    paused = VBox([resting, resume]).add_class("ta-card").add_class("ta-busy")
    shown_when(paused, state, ["stage"], lambda: state.stage == "paused")
    return paused
