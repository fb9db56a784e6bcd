"""A closer look at a training, and how thorough training varies its pictures: parts that are folded away, and read or
drawn when they are opened."""

from __future__ import annotations

from typing import Any

from ipywidgets import HTML, ToggleButton, VBox
from traitlets import link

from tellapart_dashboards.app.visibility import folded, shown_when
from tellapart_dashboards.pages.train.details.curves_view import curves_part
from tellapart_dashboards.pages.train.details.thresholds_view import thresholds_part
from tellapart_dashboards.pages.train.details.views_view import views_part
from tellapart_dashboards.pages.train.details.worth_view import reliability_part, slices_part
from tellapart_dashboards.pages.train.state import TrainState


def closer_card(state: TrainState) -> VBox:
    """What else is known of the training whose result is shown."""
    desk = state.details
    parts = {
        "Answer only when sure": thresholds_part(desk),
        "What its probabilities are worth": reliability_part(desk),
        "Where it is weaker": slices_part(desk),
        "How it learned": curves_part(desk),
    }
    folds = [folded(title, VBox([part])) for title, part in parts.items()]

    def look(_: Any = None) -> None:
        desk.want("fold", any(_fold_of(fold).value for fold in folds))

    def has_curve() -> bool:
        return bool((state.result.get("recipe") or {}).get("curve"))

    for fold in folds:
        _fold_of(fold).observe(look, "value")
    shown_when(folds[-1], state, ["result"], has_curve)
    card = VBox([HTML("<h2>A closer look</h2>"), *folds]).add_class("ta-card").add_class("ta-closer")
    shown_when(card, state, ["result"], lambda: bool(state.result))
    return card


def views_card(state: TrainState) -> VBox:
    """How thorough training varies the pictures."""
    fold = folded(
        "Views of a picture, nine ways", views_part(state.views, lambda: state.choice.state.why_not)
    )
    link((_fold_of(fold), "value"), (state.views, "is_open"))
    card = (
        VBox([HTML("<h2>What thorough training sees</h2>"), fold]).add_class("ta-card").add_class("ta-closer")
    )
    shown_when(card, state.project, ["counts"], lambda: len(state.project.counts) > 1)
    return card


def _fold_of(part: VBox) -> ToggleButton:
    return part.children[0]
