"""What the model gets wrong: which label is mistaken for which, and the pictures themselves."""

from __future__ import annotations

import html
from typing import Any

from ipywidgets import HTML, Box, Button, VBox, dlink, link

from tellapart_dashboards.app.visibility import shown_when
from tellapart_dashboards.app.wording import count
from tellapart_dashboards.pages.train.details.orders import CONFIDENT, SURPRISING, UNSURE
from tellapart_dashboards.pages.train.state import TrainState
from tellapart_dashboards.widgets.choices.choices import Choices
from tellapart_dashboards.widgets.gallery.gallery import Gallery
from tellapart_dashboards.widgets.matrix.matrix import Matrix

MATRIX_HEAD = (
    '<h2>What is mistaken for what</h2><p class="ta-soft" style="margin-bottom:8px">Rows: what it is. Columns: what '
    "the model answered. Press a number to see the pictures.</p>"
)
HOW_TO_FIX = (
    'Press a picture to see it large. <span class="ta-with-keys">Its keys work at once: <kbd>k</kbd> keep, a digit or '
    "<kbd>r</kbd> relabel, <kbd>d</kbd> remove, <kbd>u</kbd> undo.</span>"
)


ORDER_OPTIONS = [
    {"key": CONFIDENT, "label": "Most confident", "n": ""},
    {"key": SURPRISING, "label": "Most surprising", "n": ""},
    {"key": UNSURE, "label": "Least sure", "n": ""},
]
HEADS = {
    CONFIDENT: "Most confident mistakes", SURPRISING: "Most surprising mistakes", UNSURE: "Least sure answers",
}  # fmt: skip
ABOUT = {
    CONFIDENT: "most confident first.",
    SURPRISING: "those first whose label seemed least likely.",
    UNSURE: "right and wrong, those first whose two likeliest labels are closest.",
}


def matrix_card(state: TrainState) -> VBox:
    """What is mistaken for what; a number shows its mistakes."""
    matrix, hint = Matrix(), Button().add_class("ta-link").add_class("ta-hint")

    def draw(_: Any = None) -> None:
        result = state.result
        if not result:
            return
        matrix.show(result["classes"], result["confusion"])
        if largest := state.largest_confusion():
            actual, predicted, n = largest
            one, other = result["classes"][actual], result["classes"][predicted]
            hint.description = f"Next: see the {f'{n} ' if n > 1 else ''}“{one}” mistaken for “{other}”"

    link((state, "chosen"), (matrix, "chosen"))
    state.observe(draw, "result")
    hint.on_click(lambda _: state.set_trait("chosen", list((state.largest_confusion() or ())[:2])))
    draw()
    shown_when(hint, state, ["result", "chosen"], state.has_hint)
    return VBox([HTML(MATRIX_HEAD), matrix, hint]).add_class("ta-card")


def mistakes_part(state: TrainState) -> VBox:
    """The pictures it gets wrong, surest first, or those of one number of the matrix."""
    head, filter_line = HTML(), HTML()
    gallery = Gallery(state.desk, accessible_name=HEADS[state.order], tile_px=150)
    orders = Choices(options=ORDER_OPTIONS, chosen=state.order, accessible_name="Which first")
    show_all, more = Button(description="Show all mistakes").add_class("ta-link"), Button()

    def draw(_: Any = None) -> None:
        gallery.accessible_name = HEADS[state.order]
        gallery.show(*state.pictures)
        n_hidden = len(state.mistakes) - len(state.pictures[0])
        more.description = f"Show more ({n_hidden:,} left)"
        more.layout.display = "" if n_hidden > 0 else "none"

    def draw_line(_: Any = None) -> None:
        head.value = f'<h2 class="ta-section">{HEADS[state.order]}</h2><p class="ta-soft">{HOW_TO_FIX}</p>'
        filter_line.value = mistakes_html(state)

    for name in ("decided", "labels"):
        dlink((state, name), (gallery, name))
    dlink((state.project, "counts"), (gallery, "all_labels"), list)
    state.observe(draw, "pictures")
    dlink((state, "arrivals"), (gallery, "arrivals"))
    state.observe(draw_line, ["mistakes", "chosen", "order"])
    link((state, "order"), (orders, "chosen"))
    show_all.on_click(lambda _: state.set_trait("chosen", []))
    more.on_click(lambda _: state.show_more())
    shown_when(show_all, state, ["chosen"], lambda: bool(state.chosen))
    draw()
    draw_line()
    line = Box([filter_line, show_all]).add_class("ta-line").add_class("ta-filter")
    return VBox([head, orders, line, gallery, more])


def mistakes_html(state: TrainState) -> str:
    """Which mistakes are in sight."""
    if not state.chosen and not state.mistakes:
        return '<span class="ta-soft">No held-out picture is wrong.</span>'
    if not state.chosen:
        return f'<span class="ta-soft">{count(len(state.mistakes), "picture")}, {ABOUT[state.order]}</span>'
    actual, predicted = (html.escape(state.result["classes"][i]) for i in state.chosen)
    number = count(len(state.mistakes), "picture")
    return f'<span class="ta-soft">{number} of <b>{actual}</b> mistaken for <b>{predicted}</b>.</span>'
