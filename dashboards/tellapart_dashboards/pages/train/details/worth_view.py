"""What the probabilities of each label are worth, and for which pictures the model is weaker."""

from __future__ import annotations

from typing import Any

from ipywidgets import HTML, VBox
from tellapart.training_runs.report.reliability_chart import reliability_html
from tellapart.training_runs.report.slices_table import slices_html

from tellapart_dashboards.app.visibility import shown_when
from tellapart_dashboards.app.wording import message_html
from tellapart_dashboards.pages.train.details.curves_view import figures_html
from tellapart_dashboards.pages.train.details.desk import DetailsDesk


def reliability_part(desk: DetailsDesk) -> VBox:
    """A reliability diagram for each label."""
    shown = HTML()

    def draw(_: Any = None) -> None:
        details = desk.details
        if details.held is not None:
            shown.value = figures_html(reliability_html(details.held, list(details.classes)))

    desk.observe(draw, "details")
    draw()
    part = VBox([shown])
    shown_when(part, desk, ["details"], lambda: desk.details.held is not None)
    return part


def slices_part(desk: DetailsDesk) -> VBox:
    """Groups of pictures for which it is wrong more often, with the worst named."""
    shown = HTML()

    def draw(_: Any = None) -> None:
        why_not = message_html(desk.details.why_not, "care")
        shown.value = why_not + figures_html(slices_html(desk.details.by_slice))

    desk.observe(draw, "details")
    draw()
    part = VBox([shown])
    shown_when(part, desk, ["details"], lambda: bool(desk.details.classes))
    return part
