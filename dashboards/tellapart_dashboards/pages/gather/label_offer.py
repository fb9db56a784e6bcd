"""Labels for pictures that were dropped without one: those of the project are a press away, a new one is typed."""

from __future__ import annotations

from typing import Any

from ipywidgets import Box, Button

from tellapart_dashboards.app.visibility import close_whole
from tellapart_dashboards.pages.gather.state import GatherState

MOST_BUTTONS = 12  # with more labels the field above completes what is typed


def labels_offer(state: GatherState) -> Box:
    """A button per label while pictures wait for one; nothing otherwise."""
    box = Box([]).add_class("ta-line").add_class("ta-offer")

    def labels() -> tuple[str, ...]:
        known = dict.fromkeys([*(row["label"] for row in state.search.rows), *state.project.counts])
        return tuple(known) if state.n_waiting and len(known) <= MOST_BUTTONS else ()

    def draw(_: Any = None) -> None:
        wanted = labels()
        if wanted == tuple(button.description for button in box.children):
            return
        before, box.children = box.children, tuple(_button(state, label) for label in wanted)
        for button in before:
            close_whole(button)

    state.observe(draw, "n_waiting")
    state.search.observe(draw, "rows")
    state.project.observe(draw, "counts")
    draw()
    return box


def _button(state: GatherState, label: str) -> Button:
    button = Button(description=label, tooltip=f"Add the waiting pictures as {label}")
    button.on_click(lambda _: state.add_waiting_as(label))
    return button
