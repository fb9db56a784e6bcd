"""Clean for outlines: the findings as cards, and in their place one mask, where a person looks closer or paints."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from ipywidgets import HTML, Button, VBox, dlink

from tellapart_dashboards.app.visibility import shown_when
from tellapart_dashboards.app.wording import heading_html, message_html
from tellapart_dashboards.pages.kinds.cleaning_view import cleaning_view
from tellapart_dashboards.pages.outlines.desk import MaskDesk
from tellapart_dashboards.widgets.mask_brush.mask_brush import MaskBrush


def desk_view(desk: MaskDesk, classes: list[dict[str, Any]], train: Callable[[], None]) -> VBox:
    """The page. classes: see `MaskBrush`; train: trains again, and shows how far that is."""
    problem, head = HTML(), HTML()
    every = Button(description="Look at all masks")
    every.on_click(lambda _: desk.open(""))
    brush = MaskBrush(desk.wish, classes=classes, can_paint=True, accessible_name="Mask")
    for name in ("can_undo", "can_redo"):
        dlink((desk.cleaning, name), (brush, name))

    def draw(_: Any = None) -> None:
        state = desk.state
        head.value = heading_html(state.scene["name"], state.lead) if state.picture_id else ""
        brush.scene = state.scene

    desk.observe(draw, "state")
    dlink((desk, "problem"), (problem, "value"), lambda text: message_html(text, "failed"))
    cards = cleaning_view(desk.cleaning, train, desk.open, [every])
    mask = VBox([head, VBox([brush]).add_class("ta-card")])
    is_open = lambda: bool(desk.state.picture_id)  # noqa: E731
    shown_when(cards, desk, ["state"], lambda: not is_open())
    shown_when(mask, desk, ["state"], is_open)
    draw()
    return VBox([problem, cards, mask])
