"""Questions of an intake: where the labels stand, with a button for each way that was found."""

from __future__ import annotations

from typing import Any

from ipywidgets import HTML, Box, Button, Text, VBox

from tellapart_dashboards.app.wording import message_html
from tellapart_dashboards.pages.gather.state import GatherState


def questions_view(state: GatherState) -> VBox:
    """A card for each intake that waits for an answer; nothing while none does."""
    cards = VBox([])

    def draw(_: Any = None) -> None:
        cards.children = tuple(_card(state, number, asked) for number, asked in enumerate(state.questions))

    state.observe(draw, "questions")
    draw()
    return cards


def _card(state: GatherState, number: int, asked: dict[str, Any]) -> VBox:
    ways = []
    for offer, text in zip(asked["offers"], asked["ways"], strict=True):
        way = Button(description=f"Use labels {text}", tooltip=text).add_class("ta-wide")
        way.on_click(lambda _, how=offer["how"]: state.answer(number, labels=how))
        ways.append(Box([way]).add_class("ta-line").add_class("ta-gap"))
    label = Text(description="One label for all of them", placeholder="e.g. robin")
    give = Button(description="Use this label for all")
    leave = Button(description="Leave them out")

    def give_all(_: Any) -> None:
        if label.value.strip():
            state.answer(number, label=label.value)

    give.on_click(give_all)
    leave.on_click(lambda _: state.drop_question(number))
    head = HTML(message_html(f"{asked['sentence']} Where are the labels?", "care"))
    return VBox([head, *ways, Box([label, give, leave]).add_class("ta-line").add_class("ta-gap")]).add_class(
        "ta-card"
    )
