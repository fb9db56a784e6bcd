"""Answering only when sure enough: a slider of the least certainty, and what it costs and brings."""

from __future__ import annotations

import html
from typing import Any

from ipywidgets import HTML, VBox
from tellapart.training_runs.report.threshold_chart import (
    answered_sentence,
    held_back_sentence,
    labels_table,
    threshold_chart,
    threshold_table,
)

from tellapart_dashboards.app.visibility import folded, shown_when
from tellapart_dashboards.app.wording import percent
from tellapart_dashboards.pages.train.details.curves_view import figures_html
from tellapart_dashboards.pages.train.details.desk import DetailsDesk, TrainingDetails
from tellapart_dashboards.widgets.sliders.sliders import Sliders

_KEY = "certainty"
_OPTION = {
    "key": _KEY,
    "label": "Answer only from this certainty on",
    "low": 0,
    "high": 99,
    "step": 1,
    "unit": " %",
}
_HEAD = (
    '<p class="ta-soft">What would happen if answers below a certainty were held back. Measured on the held-out '
    "pictures.</p>"
)
_FOOT = (
    '<p class="ta-soft">This is to look at: a model keeps no such limit, and answers always. A program that uses it '
    "compares <code>answer.confidence</code> with the certainty it asks for.</p>"
)


def thresholds_part(desk: DetailsDesk) -> VBox:
    """The slider, the sentence, the chart and the tables."""
    slider = Sliders(options=[_OPTION], values={_KEY: 0}, accessible_name="Least certainty")
    said, chart, labels, table = HTML(), HTML(), HTML(), HTML()

    def draw(_: Any = None) -> None:
        selection = desk.details.selection
        if selection is None:
            return
        threshold = slider.values[_KEY] / 100
        said.value = said_html(desk.details, threshold)
        chart.value = figures_html(f'<div class="charts">{threshold_chart(selection, threshold)}</div>')
        labels.value = figures_html(labels_table(selection, threshold))

    def draw_all(_: Any = None) -> None:
        draw()
        if desk.details.selection is not None:
            table.value = figures_html(threshold_table(desk.details.selection))

    desk.observe(draw_all, "details")
    slider.observe(draw, "values")
    draw_all()
    part = VBox(
        [
            HTML(_HEAD),
            slider,
            said,
            chart,
            labels,
            folded("Precision against coverage as a table", table),
            HTML(_FOOT),
        ]
    )
    shown_when(part, desk, ["details"], lambda: desk.details.selection is not None)
    return part


def said_html(details: TrainingDetails, threshold: float) -> str:
    """What is answered at this threshold, and what is held back."""
    if details.selection is None:
        return ""
    found = details.selection.at(threshold)
    return (
        f'<p role="status"><b>{html.escape(answered_sentence(found, threshold))}</b> {held_back_sentence(found)}</p>'
        f'<p class="ta-soft">{_said_of_none(details)}</p>'
    )


def _said_of_none(details: TrainingDetails) -> str:
    if details.held is not None and details.held.is_none is not None:
        return (
            "What looks like no label is none of these, however sure the answer and wherever the slider is."
        )
    return (
        f"{percent(details.reject_rate)} of the held-out pictures are called none of these. Which ones, this training "
        "did not keep, as older versions did not: train again to have them left out here."
    )
