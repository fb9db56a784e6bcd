"""The curves of a thorough training: live while it learns, and of the one whose result is shown."""

from __future__ import annotations

import html
from typing import Any

from ipywidgets import HTML, VBox
from tellapart.learning.tuning_curve import TuningCurve
from tellapart.training_runs.report.curve_charts import curve_charts, curve_sentence, curve_table, curve_words
from traitlets import HasTraits

from tellapart_dashboards.app.visibility import folded, shown_when
from tellapart_dashboards.pages.train.details.live_curve import LiveCurve


def curves_part(owner: HasTraits, name: str = "curve") -> VBox:
    """The curve that a trait of the owner holds, as charts and as a table; out of sight where it is None."""
    said, charts, table = HTML(), HTML(), HTML()

    def draw(_: Any = None) -> None:
        curve: TuningCurve | None = getattr(owner, name)
        if curve is not None:
            said.value = f'<p class="ta-soft">{html.escape(curve_sentence(curve))}</p>'
            charts.value = figures_html(curve_charts(curve) + curve_words(curve))
            table.value = figures_html(curve_table(curve))

    owner.observe(draw, name)
    draw()
    part = VBox([said, charts, folded("The curves as a table", table)])
    shown_when(part, owner, [name], lambda: getattr(owner, name) is not None)
    return part


def live_card(live: LiveCurve) -> VBox:
    """How the training that is followed learns."""
    card = VBox([HTML("<h2>How it learns</h2>"), curves_part(live)]).add_class("ta-card")
    shown_when(card, live, ["curve"], lambda: live.curve is not None)
    return card


def figures_html(inner: str) -> str:
    """Charts and tables of a report with the page's look. inner: HTML."""
    return f'<div class="ta-figures">{inner}</div>'
