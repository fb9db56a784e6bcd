"""Would more pictures help: a button that has it measured, then the sentence, the curve and each label."""

from __future__ import annotations

import html
from typing import Any

from ipywidgets import HTML, Box, Button, VBox
from tellapart.training_runs.report.learning_curve_chart import (
    forecasts_table,
    learning_curve_chart,
    learning_curve_table,
)

from tellapart_dashboards.app.visibility import folded, shown_when
from tellapart_dashboards.app.wording import message_html, progress_html
from tellapart_dashboards.pages.train.details.curves_view import figures_html
from tellapart_dashboards.pages.train.details.more_pictures import MorePictures
from tellapart_dashboards.pages.train.state import TrainState

_HEAD = (
    "<h2>Would more pictures help?</h2>"
    '<p class="ta-soft">Models learn from an eighth, a fifth, … of your pictures, and each picture is judged by one '
    "that had not seen it. How the mistakes get fewer tells what more pictures of the same kind would bring. The "
    "network stays as it is, as in quick training; your model is not changed.</p>"
)
_LEGEND = (
    '<p class="ta-soft">Dots: measured. Dashed: where the curve through them leads. The range, the upright line, is '
    "made to hold what would be measured then in 9 of 10 cases; with fewer than 20 pictures of a label it is wide.</p>"
)


def more_card(state: TrainState) -> VBox:
    """What more pictures would bring, of the pictures of the training that is shown."""
    more = state.more
    ask = Button(description="Find out", tooltip="Find out whether more pictures would help")
    again = Button(description="Measure again", tooltip="Measure again whether more pictures would help")
    running, cancel, note = HTML(), Button(description="Cancel", tooltip="Cancel the measurement"), HTML()
    said, chart, labels, table = HTML(), HTML(), HTML(), HTML()

    def draw_run(_: Any = None) -> None:
        is_running = more.is_running
        running.value = (
            progress_html(more.progress, more.message, more.is_progress_known, "Measuring")
            if is_running
            else ""
        )
        for button in (ask, again):
            button.disabled = is_running

    def draw_note(_: Any = None) -> None:
        outdated = more.found.outdated_words(state.project.counts, state.result.get("backbone", ""))
        note.value = note_html(more, outdated)

    def draw_found(_: Any = None) -> None:
        curve = more.found.curve
        if curve is None:
            return
        said.value = f'<p role="status"><b>{html.escape(curve.sentence())}</b></p>'
        chart.value, labels.value, table.value = (
            figures_html(one(curve)) for one in (learning_curve_chart, forecasts_table, learning_curve_table)
        )

    more.observe(draw_run, ["stage", "message", "progress"])
    more.observe(draw_note, ["stage", "found"])
    state.observe(draw_note, "result")
    state.project.observe(draw_note, "counts")
    more.observe(draw_found, "found")
    for button in (ask, again):
        button.on_click(lambda _: more.measure(state.result.get("config", {})))
    cancel.on_click(lambda _: more.cancel())
    draw_run()
    draw_note()
    draw_found()
    busy = VBox([running, Box([cancel]).add_class("ta-line")]).add_class("ta-spaced")
    beside = Box([chart, labels]).add_class("ta-two")
    parts = [said, beside, HTML(_LEGEND), folded("The curve as a table", table)]
    shown = VBox([*parts, Box([again]).add_class("ta-line")]).add_class("ta-spaced")
    shown_when(busy, more, ["stage"], lambda: more.is_running)
    shown_when(ask, more, ["stage", "found"], lambda: not more.is_running and more.found.curve is None)
    shown_when(shown, more, ["found"], lambda: more.found.curve is not None)
    shown_when(again, more, ["stage"], lambda: not more.is_running)
    card = VBox([HTML(_HEAD), busy, note, Box([ask]).add_class("ta-line"), shown])
    card = card.add_class("ta-card").add_class("ta-spaced")
    shown_when(card, state, ["result"], lambda: bool(state.result))
    return card


def note_html(more: MorePictures, outdated: str) -> str:
    """How the last measurement ended where it brought nothing; else that what it brought is outdated."""
    if more.stage == "failed":
        return message_html(more.message, "failed")
    if more.stage == "cancelled":
        return message_html(more.message)
    return "" if more.is_running else message_html(outdated, "care")
