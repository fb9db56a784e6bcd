"""The Clean page of things: cards of findings, the most suspicious first."""

from __future__ import annotations

import html
from collections.abc import Callable, Sequence
from itertools import accumulate
from typing import Any

from ipywidgets import HTML, Box, Button, VBox, dlink

from tellapart_dashboards.app.visibility import shown_when
from tellapart_dashboards.app.wording import count, heading_html, message_html, progress_html
from tellapart_dashboards.pages.kinds.cleaning import ThingsCleaning
from tellapart_dashboards.widgets.choices.choices import Choices
from tellapart_dashboards.widgets.finding_cards.finding_cards import FindingCards

IN_SIGHT = 300  # characters of remarks


def cleaning_view(
    cleaning: ThingsCleaning, train: Callable[[], None], look_closer: Callable[[str], None] = lambda _: None,
    ways: Sequence[Button] = (),
) -> VBox:  # fmt: skip
    """The page. train: trains again, and shows how far that is. look_closer: shows a card's thing large, of kinds
    whose cards open; ways: what else leads on from here."""
    head, problem, busy, remarks = HTML(), HTML(), HTML(), HTML()
    look, again = Button(description="Look at them"), Button(description="Look again")
    cancel = Button(description="Cancel")
    go_on = Button(description="Train again").add_class("ta-primary")
    kinds = Choices(accessible_name="Findings")
    cards = FindingCards(_wishes(cleaning, look_closer), accessible_name="Findings, most suspicious first")
    for name in ("cards", "labels", "said", "at", "can_undo", "can_redo", "large"):
        dlink((cleaning, name), (cards, name))

    def draw(_: Any = None) -> None:
        state = cleaning.state
        head.value = heading_html(state.title, state.lead)
        kinds.options = list(state.options)
        cards.n_more, cards.empty = state.n_more, state.empty
        remarks.value = _remarks_html(state.remarks)

    def draw_busy(_: Any = None) -> None:
        is_on = cleaning.state.is_looking
        busy.value = (
            progress_html(cleaning.progress, cleaning.doing or "Looking", cleaning.progress > 0, "Looking")
            if is_on
            else ""
        )

    dlink((cleaning, "problem"), (problem, "value"), lambda text: message_html(text, "failed"))
    cleaning.observe(draw, "state")
    cleaning.observe(draw_busy, ["state", "progress", "doing"])
    kinds.observe(lambda change: cleaning.choose(change["new"]), "chosen")
    look.on_click(lambda _: cleaning.look())
    again.on_click(lambda _: cleaning.look())
    cancel.on_click(lambda _: cleaning.cancel())
    go_on.on_click(lambda _: train())
    is_ready = lambda: bool(cleaning.state.options)  # noqa: E731
    desk = VBox([kinds, cards]).add_class("ta-gap")
    for part in (desk, again):
        shown_when(part, cleaning, ["state"], is_ready)
    shown_when(go_on, cleaning, ["state", "can_undo"], lambda: is_ready() and cleaning.can_undo)
    at_work = VBox([busy, cancel]).add_class("ta-card").add_class("ta-busy")
    shown_when(at_work, cleaning, ["state"], lambda: cleaning.state.is_looking)
    shown_when(look, cleaning, ["state"], lambda: not (is_ready() or cleaning.state.is_looking))
    draw()
    draw_busy()
    cleaning.look()
    line = Box([again, go_on, *ways]).add_class("ta-line")
    return VBox([head, problem, look, at_work, remarks.add_class("ta-remarks"), line, desk])


def _remarks_html(remarks: Sequence[str]) -> str:
    """What is said of the whole; what is longer than a few lines is folded away."""
    said = [f'<p class="ta-soft">{html.escape(one)}</p>' for one in remarks]
    n_shown = sum(n <= IN_SIGHT for n in accumulate(map(len, remarks)))
    rest = said[n_shown:]
    lead = f"{len(rest)} more about the whole" if n_shown else f"{count(len(rest), 'remark')} about the whole"
    more = f"<details><summary>{lead}</summary>{''.join(rest)}</details>"
    return "".join(said[:n_shown]) + (more if rest else "")


def _wishes(
    cleaning: ThingsCleaning, look_closer: Callable[[str], None]
) -> Callable[[str, dict[str, Any]], Any]:
    async def wish(name: str, values: dict[str, Any]) -> None:
        if name == "decide":
            await cleaning.decide(values.get("id", ""), values.get("action", ""), values.get("label", ""))
        elif name == "open":
            look_closer(values.get("id", ""))
        elif name == "undo":
            await cleaning.undo()
        elif name == "redo":
            await cleaning.redo()
        elif name == "look":
            await cleaning.look_closer(values.get("id", ""))
        elif name == "more":
            await cleaning.more()

    return wish
