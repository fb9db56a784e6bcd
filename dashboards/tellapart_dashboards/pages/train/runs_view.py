"""The trainings of a project on the Train page: quick beside another recipe, the table, and two of them compared."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from ipywidgets import HTML, VBox

from tellapart_dashboards.app.visibility import shown_when
from tellapart_dashboards.app.wording import message_html
from tellapart_dashboards.pages.train.runs_desk import RunsDesk
from tellapart_dashboards.pages.train.runs_texts import (
    changed_badge,
    comparison_html,
    side_by_side_html,
    table_row,
    trash_row,
)
from tellapart_dashboards.widgets.gallery.gallery import Gallery
from tellapart_dashboards.widgets.run_table.run_table import RunTable

_HEAD = (
    '<h2>Trainings</h2><p class="ta-soft" style="margin-bottom:8px">Tick two to compare them picture by picture. '
    "The newest that ended well is used on Classify and Share.</p>"
)


def beside_card(desk: RunsDesk) -> VBox:
    """The newest quick training and the newest of the others side by side; out of sight until both are there."""
    said = HTML()

    def draw(_: Any = None) -> None:
        said.value = side_by_side_html(desk.state)

    desk.observe(draw, "state")
    draw()
    card = VBox([said]).add_class("ta-card").add_class("ta-gap")
    shown_when(card, desk, ["state"], lambda: desk.state.has_both)
    return card


def runs_card(desk: RunsDesk, resume: Callable[[str], None]) -> VBox:
    """The table with what came of the last wish, and the comparison; out of sight until something was trained.

    resume: has the paused training of that name go on."""
    note, compared = HTML(), HTML()

    async def grant(name: str, values: dict[str, Any]) -> None:
        run = str(values.get("run", ""))
        if name == "resume":
            resume(run)
        elif name == "report":
            table.save(run, *await desk.report(values))
        else:
            await desk.grant(name, values)

    table = RunTable(grant)
    changed = Gallery(accessible_name="Pictures that changed", tile_px=150)
    drawn: object = None

    def draw(_: Any = None) -> None:
        nonlocal drawn
        state = desk.state
        note.value = message_html(state.problem, "care") or message_html(state.notice)
        with table.hold_sync():
            table.rows = [table_row(one, state) for one in state.listed]
            table.trash = [trash_row(one) for one in state.trash]
            table.chosen = list(state.chosen)
        if state.compared is not drawn:
            drawn = state.compared
            compared.value = comparison_html(state.compared.comparison) if state.compared else ""
            _show(changed, state.compared)

    desk.observe(draw, "state")
    draw()
    comparison = VBox([HTML("<h2>Compared</h2>"), compared, changed]).add_class("ta-gap")
    shown_when(comparison, desk, ["state"], lambda: desk.state.compared is not None)
    shown_when(changed, desk, ["state"], lambda: bool(desk.state.compared and desk.state.compared.jpegs))
    card = VBox([HTML(_HEAD), note, table, comparison]).add_class("ta-card").add_class("ta-gap")
    shown_when(
        card, desk, ["state"], lambda: bool(desk.state.listed or desk.state.trash or desk.state.problem)
    )
    return card


def _show(gallery: Gallery, compared: Any) -> None:
    if compared is None:
        gallery.show([], [], [])
        return
    there = [one for one in compared.comparison.changed if one.path][: len(compared.jpegs)]
    gallery.show(compared.jpegs, [one.label for one in there], [changed_badge(one) for one in there])
