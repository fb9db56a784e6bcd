"""The card of a whole table: drop it, see what its rows were told to be, save it with the answers."""

from __future__ import annotations

import html
from typing import Any

from ipywidgets import HTML, Box, Dropdown, VBox, dlink

from tellapart_dashboards.app.visibility import shown_when
from tellapart_dashboards.app.wording import bar_html, count, message_html, percent
from tellapart_dashboards.pages.kinds.beside.thread_work import work_view
from tellapart_dashboards.pages.kinds.whole_table.state import (
    LIMITS,
    MOST_BYTES,
    MOST_ROWS,
    AnsweredFile,
    WholeTable,
)
from tellapart_dashboards.widgets.download.download import Download
from tellapart_dashboards.widgets.upload.upload import UploadWidget

_MOST_LABELS = 12


def whole_table_view(table: WholeTable, noun: str, accept: str) -> VBox:
    """The card. noun: what a row is, "text". accept: endings of the files that are taken."""
    kinds = ", ".join(one.lstrip(".").upper() for one in accept.split(","))
    words = HTML(
        f"<h2>A whole table</h2><p class='ta-soft'>Get it back with an answer for each {noun}, as a CSV file. "
        f"{kinds}; at most {MOST_ROWS:,} rows and {MOST_BYTES // 10**6} MB.</p>"
    )
    upload = UploadWidget(
        table.uploads_dir, table.take_upload, LIMITS,
        accessible_name="A whole table", what="a table", accept=accept, takes_folders=False,
    )  # fmt: skip
    problem, found = HTML(), HTML()
    save = Download(description="Save the answers")
    column = Dropdown(description=f"{noun.capitalize()}s are in", options=[])
    choose = lambda change: table.take_column(str(change["new"]))  # noqa: E731

    def draw(_: Any = None) -> None:
        one = table.answered
        found.value = _found_html(one, noun) if one is not None else ""
        save.offer(one.path if one is not None else None)
        if one is not None and one.rows.columns:
            column.unobserve(choose, "value")  # what is drawn was not chosen
            column.options = list(dict.fromkeys(one.rows.columns))
            column.value = one.rows.column
            column.observe(choose, "value")

    dlink((table, "problem"), (problem, "value"), lambda text: message_html(text, "care"))
    dlink((table.work, "is_running"), (column, "disabled"))  # one column after the other
    table.observe(draw, "answered")
    column.observe(choose, "value")
    has_choice = lambda: table.answered is not None and len(table.answered.rows.columns) > 1  # noqa: E731
    menu = Box([column]).add_class("ta-line").add_class("ta-menus")
    save_line = Box([save]).add_class("ta-line").add_class("ta-gap")
    result = VBox([found, menu.add_class("ta-gap"), save_line]).add_class("ta-gap")
    shown_when(result, table, ["answered"], lambda: table.answered is not None)
    shown_when(menu, table, ["answered"], has_choice)
    draw()
    return VBox(
        [words, upload.add_class("ta-gap"), work_view(table.work, "Classifying"), problem, result]
    ).add_class("ta-card")


def _found_html(one: AnsweredFile, noun: str) -> str:
    """How many rows were told to be what."""
    n = one.rows.n
    rows = "".join(
        f'<div class="ta-share"><span title="{html.escape(label)}">{html.escape(label)}</span>{bar_html(k / n)}'
        f'<span class="ta-number">{k:,}</span></div>'
        for label, k in list(one.rows.counts.items())[:_MOST_LABELS]
    )
    more = len(one.rows.counts) - _MOST_LABELS
    said = [f"{count(n, noun)} of {one.source.name} classified."]
    if more > 0:
        said.append(f"{count(more, 'more label')} in the file.")
    if one.rows.n_remarks:
        said.append(
            f"{count(one.rows.n_remarks, noun)} ({percent(one.rows.n_remarks / n)}) with something that could not be "
            "used: the column “remark” says what."
        )
    return f'<p role="status">{html.escape(" ".join(said))}</p><div class="ta-gap">{rows}</div>'
