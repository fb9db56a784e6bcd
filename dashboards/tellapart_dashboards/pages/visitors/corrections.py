"""“That is wrong”: under each answer, for visitors whom the owner of the app asks; made when it is first pressed."""

from __future__ import annotations

import html
from collections.abc import Callable
from typing import Any

from ipywidgets import HTML, Box, Button, Dropdown, Text, VBox, Widget
from tellapart.corrections.asking import MAX_TEXT, THANKS, Asking

from tellapart_dashboards.app.event_loop import soon
from tellapart_dashboards.app.visibility import close_whole
from tellapart_dashboards.app.wording import message_html
from tellapart_dashboards.pages.classify.answers import Answer
from tellapart_dashboards.pages.visitors.state import VisitorState

NONE, OTHER = "none of these", "other"


def correction_below(
    state: VisitorState, classes: tuple[str, ...], asking: Asking
) -> Callable[[Answer], VBox]:
    """What stands under an answer."""

    def below(answer: Answer) -> VBox:
        wrong = Button(description="That is wrong", tooltip=f"Say what {answer.name} shows").add_class(
            "ta-link"
        )
        place = VBox([wrong] if answer.picture else []).add_class("ta-correction")
        wrong.on_click(lambda _: _open(place, answer, wrong, state, classes, asking))
        return place

    return below


def _open(
    place: VBox, answer: Answer, wrong: Button, state: VisitorState, classes: tuple[str, ...], asking: Asking
) -> None:
    options = [
        ("Choose …", ("", "")),
        *((label, ("label", label)) for label in classes if label != answer.label),
    ]
    if answer.is_none_of_these:  # then the label that it named may be right
        options.append((answer.label, ("label", answer.label)))
    options += [] if answer.is_none_of_these else [("None of these", (NONE, ""))]
    options.append(("Something else …", (OTHER, "")))
    what = Dropdown(options=options, value=("", ""), description="What is it?")
    words = Text(description="In your words", placeholder=f"at most {MAX_TEXT} characters")
    words.layout.display = "none"
    consent = HTML(f'<p class="ta-soft ta-consent">{html.escape(asking.consent)}</p>')
    send, cancel = (
        Button(description="Send", disabled=True).add_class("ta-primary"),
        Button(description="Cancel"),
    )
    said = HTML()

    def draw(_: Any = None) -> None:
        kind = what.value[0]
        words.layout.display = "" if kind == OTHER else "none"
        send.disabled = not kind or (kind == OTHER and not words.value.strip())

    async def give() -> None:
        kind, label = what.value
        if send.disabled:  # pressed twice
            return
        send.disabled = True
        said.value = message_html("Sending …")
        problem = await state.correct(
            answer, kind, words.value.strip()[:MAX_TEXT] if kind == OTHER else label
        )
        if problem:
            send.disabled = False
            said.value = message_html(problem, "care")
        else:
            leave(HTML(message_html(THANKS)))
            close_whole(wrong)

    def leave(shown: Widget) -> None:
        before, place.children = place.children, (shown,)
        for one in before:
            if one not in (shown, wrong):
                close_whole(one)

    what.observe(draw, "value")
    words.observe(draw, "value")
    send.on_click(lambda _: soon(give()))
    cancel.on_click(lambda _: leave(wrong))
    buttons = Box([send, cancel]).add_class("ta-line")
    place.children = (VBox([what, words, consent, buttons, said]).add_class("ta-fields"),)
