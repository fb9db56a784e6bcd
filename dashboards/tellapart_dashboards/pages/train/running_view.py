"""A training under way, and one that waits to go on."""

from __future__ import annotations

from typing import Any

from ipywidgets import HTML, Box, Button, VBox

from tellapart_dashboards.app.visibility import lead_with, shown_when
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
    """The training that waits to go on, also where another one ended since. Out of sight while one runs."""
    resting, resume, discard = HTML(), Button(description="Resume"), Button(description="Discard")
    buttons = Box([resume, discard]).add_class("ta-line")
    paused = VBox([resting, buttons]).add_class("ta-card").add_class("ta-busy")

    def draw(_: Any = None) -> None:
        waiting = state.waiting
        resting.value = paused_html(waiting) if waiting else ""
        paused.layout.display = "" if waiting else "none"
        lead_with("resume" if state.stage == "paused" else "", {"resume": resume})

    state.observe(draw, "stage")
    state.runs.observe(draw, "state")
    resume.on_click(lambda _: state.resume())
    discard.on_click(lambda _: state.discard())
    draw()
    return paused
