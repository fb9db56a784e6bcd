"""Train: one button; then the answer, what would help most, what is mistaken for what, and the details folded away."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from ipywidgets import HTML, Box, Button, ToggleButton, VBox

from tellapart_dashboards.app.visibility import lead_with, shown_when
from tellapart_dashboards.app.wording import heading_html, message_html, train_again_words
from tellapart_dashboards.pages.train.advice_view import advice_view
from tellapart_dashboards.pages.train.details.closer_view import closer_card, views_card
from tellapart_dashboards.pages.train.details.curves_view import live_card
from tellapart_dashboards.pages.train.details.more_view import more_card
from tellapart_dashboards.pages.train.main_button import main_button
from tellapart_dashboards.pages.train.mistakes_view import matrix_card, mistakes_part
from tellapart_dashboards.pages.train.running_view import busy_card, paused_card
from tellapart_dashboards.pages.train.runs_texts import step_html
from tellapart_dashboards.pages.train.runs_view import beside_card, runs_card
from tellapart_dashboards.pages.train.scores import (
    classes_html,
    first_training_words,
    headline,
    measured_html,
    outdated_words,
)
from tellapart_dashboards.pages.train.settings.settings_view import settings_card
from tellapart_dashboards.pages.train.state import TrainState


def train_view(state: TrainState) -> VBox:
    """The Train page."""
    next_card, details = _next_card(state)
    mistakes, matrix = mistakes_part(state), matrix_card(state)
    shown_when(matrix, state, ["result"], lambda: bool(state.result))
    shown_when(mistakes, state, ["result"], lambda: bool(state.result))
    cards = Box([next_card, matrix]).add_class("ta-row")
    page = VBox(
        [_head(state), busy_card(state), paused_card(state), live_card(state.live), cards, details, mistakes]
    )
    state.begin()
    return page


def _head(state: TrainState) -> VBox:
    """The answer, how it was measured, what the last training changed; what went wrong."""
    head, measured, step, note = HTML(), HTML(), HTML(), HTML()
    project = state.project

    def draw(_: Any = None) -> None:
        is_first = state.stage == "running" and not state.result
        said = first_training_words(project.counts) if is_first else headline(state.result, project.counts)
        head.value = heading_html(*said)
        note.value = message_html(outdated_words(state.result), "care")
        if state.stage == "failed":
            note.value = message_html(state.message, "failed")
        elif state.stage == "cancelled":
            note.value = message_html(state.message)

    def draw_measured(_: Any = None) -> None:
        measured.value = measured_html(state.result, project.clean_error) if state.result else ""

    def draw_step(_: Any = None) -> None:
        step.value = step_html(state.runs.state.step) if state.result else ""

    state.observe(draw, ["stage", "message", "result"])
    project.observe(draw, "counts")
    state.observe(draw_measured, "result")
    project.observe(draw_measured, "clean_error")
    state.runs.observe(draw_step, "state")
    draw()
    draw_measured()
    draw_step()
    return VBox([head, step, measured, note]).add_class("ta-answer-head")


def _next_card(state: TrainState) -> tuple[VBox, VBox]:
    """What to do next: before the first training to train; then what would help most, and the ways on. The second is
    what the button "Details" shows."""
    project = state.project
    train, again = Button(description="Train"), Button(description="Train again")
    gather = Button(description="Add pictures")
    try_it, share = Button(description="Try it"), Button(description="Share")
    more = ToggleButton(description="Details", icon="caret-right")
    advice = advice_view(state.advice, state)
    details = VBox(
        [
            settings_card(state, again),
            views_card(state),
            _classes_card(state),
            closer_card(state),
            more_card(state),
            beside_card(state.runs),
            runs_card(state.runs, state.resume),
        ]
    ).add_class("ta-details")

    def draw(_: Any = None) -> None:
        is_trained, n_changes = bool(state.result), project.n_changes
        is_ready = state.stage != "running" and len(project.counts) > 1 and state.choice.state.is_possible
        train.description = train_again_words(n_changes) if is_trained else "Train"
        if state.stage == "running":
            train.description = "Training …"
        train.layout.display = "" if (n_changes or not is_trained) and len(project.counts) > 1 else "none"
        train.disabled = again.disabled = not is_ready
        main = main_button(state.stage, len(project.counts), is_trained, n_changes, project.pages)
        lead_with(main, {"train": train, "classify": try_it, "gather": gather})

    def show_details(_: Any = None) -> None:
        more.icon = "caret-down" if more.value else "caret-right"
        details.layout.display = "" if more.value else "none"

    for key, button in (("classify", try_it), ("share", share), ("gather", gather)):
        button.on_click(lambda _, key=key: project.set_trait("current", key))
    for button in (train, again):
        button.on_click(lambda _: state.train())
    state.observe(draw, ["stage", "result"])
    state.choice.observe(draw, "state")
    project.observe(draw, ["counts", "n_changes", "pages"])
    more.observe(show_details, "value")
    draw()
    show_details()
    for key, button in (("classify", try_it), ("share", share)):
        shown_when(button, state, ["result"], _has_result(state, key in project.pages))
    shown_when(gather, project, ["counts"], lambda: len(project.counts) < 2 and "gather" in project.pages)
    shown_when(more, project, ["counts"], lambda: len(project.counts) > 1)
    shown_when(again, state, ["result"], lambda: bool(state.result))
    ways = Box([train, try_it, share, gather, Box([]).add_class("ta-spring"), more])
    card = VBox([advice, ways.add_class("ta-line").add_class("ta-ways")]).add_class("ta-card")
    return card, details


def _has_result(state: TrainState, is_possible: bool) -> Callable[[], bool]:
    return lambda: is_possible and bool(state.result)


def _classes_card(state: TrainState) -> VBox:
    """The numbers of each label."""
    classes = HTML()

    def draw(_: Any = None) -> None:
        classes.value = classes_html(state.result) if state.result else ""

    state.observe(draw, "result")
    draw()
    card = VBox([HTML("<h2>Label by label</h2>"), classes]).add_class("ta-card")
    shown_when(card, state, ["result"], lambda: bool(state.result))
    return card
