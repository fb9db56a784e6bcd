"""What would help most: at most three rows, each with what it would bring and the button that leads there."""

from __future__ import annotations

import html
from typing import Any

from ipywidgets import HTML, Box, Button, VBox

from tellapart_dashboards.app.run_follower import Job
from tellapart_dashboards.app.visibility import close_whole
from tellapart_dashboards.app.wording import message_html
from tellapart_dashboards.pages.train.advice_desk import AdviceDesk
from tellapart_dashboards.pages.train.advice_state import AdviceRow

_TITLE = "<h2>What would help most</h2>"


def advice_view(desk: AdviceDesk, job: Job) -> VBox:
    """The card's upper part; empty before the first training. The rows are made anew only where they are others, and
    say where they were pressed that the job runs: how far it is may stand out of sight."""
    head = HTML()
    rows = VBox([]).add_class("ta-advice-rows")
    view = VBox([]).add_class("ta-advice")
    drawn: list[tuple[AdviceRow, ...]] = [()]

    def draw_job(_: Any = None) -> None:
        is_running = job.stage == "running"
        for row, box in zip(drawn[0], rows.children, strict=True):
            if row.trains and row.button:
                button = box.children[-1]
                button.disabled, button.description = is_running, "Training …" if is_running else row.button

    def draw(_: Any = None) -> None:
        state = desk.state
        lead = f'<p class="ta-soft" role="status">{html.escape(state.lead)}</p>' if state.lead else ""
        head.value = f"{_TITLE}{lead}{message_html(state.problem, 'care')}" if state.is_shown else ""
        if drawn[0] != state.rows:
            drawn[0] = state.rows
            before = rows.children
            rows.children = [_row(desk, place, row) for place, row in enumerate(state.rows)]
            for one in before:
                close_whole(one)
            draw_job()
        view.children = [head, rows] if state.is_shown else []

    desk.observe(draw, "state")
    job.observe(draw_job, "stage")
    draw()
    return view


def _row(desk: AdviceDesk, place: int, row: AdviceRow) -> Box:
    kind = "ta-gain" if row.is_known else "ta-soft"
    reason = row.reason[:1].upper() + row.reason[1:]
    parts = [
        HTML(f'<b>{html.escape(row.title)}</b><p class="ta-soft">{html.escape(reason)}.</p>'),
        HTML(f'<span class="{kind}">{html.escape(row.gain)}</span>'),
    ]
    if row.button:
        button = Button(description=row.button, tooltip=f"{row.button}: {row.title}")
        button.on_click(lambda _: desk.follow(place))
        parts.append(button)
    return Box(parts).add_class("ta-advice-row")
