"""Train: one button, then the answer in numbers and the mistakes in pictures."""

from __future__ import annotations

import html
from typing import Any

from ipywidgets import HTML, Box, Button, Dropdown, VBox, dlink, link
from tellapart.backbones.names import DEFAULT_BACKBONE

from tellapart_dashboards.app.visibility import shown_when
from tellapart_dashboards.app.wording import (
    count,
    heading_html,
    message_html,
    progress_html,
)
from tellapart_dashboards.pages.train.recipe_view import recipe_choice
from tellapart_dashboards.pages.train.runs_view import beside_card, runs_card
from tellapart_dashboards.pages.train.scores import classes_html, headline, paused_html, scores_html
from tellapart_dashboards.pages.train.state import TrainState
from tellapart_dashboards.widgets.gallery.gallery import Gallery
from tellapart_dashboards.widgets.matrix.matrix import Matrix

PRIORS = [("as common as in this project", "project"), ("all equally likely", "equal")]
MATRIX_HEAD = (
    '<h2>What is mistaken for what</h2><p class="ta-soft" style="margin-bottom:8px">Rows: the true label. '
    "Columns: the predicted label. Press a number to see the pictures.</p>"
)


def train_view(state: TrainState) -> VBox:
    """The Train page."""
    project = state.project
    head, note, running, resting, error_card, filter_line, classes = (HTML() for _ in range(7))
    train = Button(description="Train").add_class("ta-primary")
    cancel, pause = Button(description="Cancel"), Button(description="Pause")
    resume = Button(description="Resume").add_class("ta-primary")
    gather = Button(description="Add pictures").add_class("ta-primary")
    backbone = Dropdown(description="Backbone", options=[(DEFAULT_BACKBONE, DEFAULT_BACKBONE)])
    about = HTML()
    prior = Dropdown(description="Assume labels are", options=PRIORS)
    hint, show_all, more = (
        Button().add_class("ta-link").add_class("ta-hint"),
        Button(description="Show all mistakes").add_class("ta-link"),
        Button(),
    )
    matrix, gallery = Matrix(), Gallery(accessible_name="Most confident mistakes", tile_px=150)

    def draw(_: Any = None) -> None:
        is_running, is_trained = state.stage == "running", bool(state.result)
        head.value = heading_html(*headline(state.result, project.counts))
        note.value = message_html(state.message, "failed") if state.stage == "failed" else ""
        if state.stage == "cancelled":
            note.value = message_html(state.message)
        resting.value = paused_html(state.progress, state.config) if state.stage == "paused" else ""
        running.value = (
            progress_html(state.progress, state.message, state.is_progress_known, "Training")
            if is_running
            else ""
        )
        train.description = "Train again" if is_trained else "Train"
        train.disabled = is_running or len(project.counts) < 2 or not state.choice.state.is_possible
        pause.layout.display = "" if state.can_pause else "none"

    def draw_result(_: Any = None) -> None:
        result = state.result
        if not result:
            return
        error_card.value = scores_html(result)
        matrix.show(result["classes"], result["confusion"])
        classes.value = classes_html(result)
        largest = state.largest_confusion()
        if largest:
            actual, predicted, n = largest
            one, other = result["classes"][actual], result["classes"][predicted]
            hint.description = f"Next: see the {f'{n} ' if n > 1 else ''}“{one}” mistaken for “{other}”"

    def draw_mistakes(_: Any = None) -> None:
        gallery.show(*state.pictures)
        n_hidden = len(state.mistakes) - len(state.pictures[0])
        more.description = f"Show more ({n_hidden:,} left)"
        more.layout.display = "" if n_hidden > 0 else "none"

    link((state, "backbone"), (backbone, "value"))
    link((state, "prior"), (prior, "value"))
    dlink(
        (state, "offers"),
        (backbone, "options"),
        lambda offers: (
            [(one["text"], one["name"]) for one in offers] or [(DEFAULT_BACKBONE, DEFAULT_BACKBONE)]
        ),
    )
    dlink((state, "backbone"), (about, "value"), lambda name: _about(state, name))
    state.observe(lambda _: setattr(about, "value", _about(state, state.backbone)), "offers")
    link((state, "chosen"), (matrix, "chosen"))
    state.observe(draw, ["stage", "message", "progress", "result", "run_id"])
    state.choice.observe(draw, "state")
    state.observe(draw_result, "result")
    state.observe(draw_mistakes, "pictures")
    state.observe(lambda _: filter_line.set_trait("value", mistakes_html(state)), ["mistakes", "chosen"])
    project.observe(draw, "counts")
    gather.on_click(lambda _: project.set_trait("current", "gather"))
    train.on_click(lambda _: state.train())
    cancel.on_click(lambda _: state.cancel())
    pause.on_click(lambda _: state.pause())
    resume.on_click(lambda _: state.resume())
    hint.on_click(lambda _: state.set_trait("chosen", list((state.largest_confusion() or ())[:2])))
    show_all.on_click(lambda _: state.set_trait("chosen", []))
    more.on_click(lambda _: state.show_more())

    busy = (
        VBox([running, Box([pause, cancel]).add_class("ta-line")]).add_class("ta-card").add_class("ta-busy")
    )
    paused = VBox([resting, resume]).add_class("ta-card").add_class("ta-busy")
    settings = Box([train, backbone, prior]).add_class("ta-line")
    choice = VBox([recipe_choice(state.choice), settings, about]).add_class("ta-choice")
    number_card = VBox([error_card, choice]).add_class("ta-card")
    matrix_card = VBox([HTML(MATRIX_HEAD), matrix, hint]).add_class("ta-card")
    mistakes = VBox(
        [
            HTML('<h2 class="ta-section">Most confident mistakes</h2>'),
            Box([filter_line, show_all]).add_class("ta-line").add_class("ta-filter"),
            gallery,
            more,
        ]
    )
    classes_card = VBox([HTML("<h2>Label by label</h2>"), classes]).add_class("ta-card").add_class("ta-gap")
    shown_when(busy, state, ["stage"], lambda: state.stage == "running")
    shown_when(paused, state, ["stage"], lambda: state.stage == "paused")
    for part in (matrix_card, classes_card, mistakes, error_card):
        shown_when(part, state, ["result"], lambda: bool(state.result))
    shown_when(mistakes, state, ["result"], lambda: bool(state.result.get("mistakes")))
    shown_when(hint, state, ["result", "chosen"], state.has_hint)
    shown_when(show_all, state, ["chosen"], lambda: bool(state.chosen))
    shown_when(number_card, project, ["counts"], lambda: len(project.counts) > 1 or bool(state.result))
    shown_when(gather, project, ["counts"], lambda: len(project.counts) < 2 and "gather" in project.pages)
    draw()
    draw_result()
    draw_mistakes()
    filter_line.value = mistakes_html(state)
    state.begin()
    cards = Box([number_card, matrix_card]).add_class("ta-row")
    beside, trainings = beside_card(state.runs), runs_card(state.runs)
    return VBox([head, note, busy, paused, cards, beside, mistakes, classes_card, trainings])


def mistakes_html(state: TrainState) -> str:
    """Which mistakes are in sight."""
    if not state.chosen:
        return f'<span class="ta-soft">{count(len(state.mistakes), "picture")}, most confident first.</span>'
    actual, predicted = (html.escape(state.result["classes"][i]) for i in state.chosen)
    number = count(len(state.mistakes), "picture")
    return f'<span class="ta-soft">{number} of <b>{actual}</b> mistaken for <b>{predicted}</b>.</span>'


def _about(state: TrainState, name: str) -> str:
    sentence = next((one["sentence"] for one in state.offers if one["name"] == name), "")
    return f'<p class="ta-soft">{html.escape(sentence)}</p>'
