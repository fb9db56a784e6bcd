"""Answers to pictures: each with its likeliest labels as bars, the newest on top."""

from __future__ import annotations

import html
from base64 import b64encode
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

from ipywidgets import HTML, Box, Button, Layout, VBox, Widget
from ipywidgets.widgets.widget_string import HTMLStyle
from traitlets import HasTraits

from tellapart_dashboards.app.visibility import close_whole
from tellapart_dashboards.app.wording import bar_html, percent

AT_ONCE = 8  # pictures per step: small enough that answers appear one after the other
MOST_SHOWN = 300


@dataclass(frozen=True)
class Answer:
    """What the model says of one picture. shares: the likeliest labels; reason: why there are none. picture: a bare
    JPEG of it, where visitors may say that it is wrong. model: the bundle's folder. number: of the page's answers, from
    1. probabilities: of every class, in class order."""

    name: str
    thumbnail: bytes
    label: str = ""
    shares: tuple[tuple[str, float], ...] = ()
    is_none_of_these: bool = False
    reason: str = ""
    picture: bytes = b""
    model: str = ""
    number: int = 0
    probabilities: tuple[tuple[str, float], ...] = ()


def answers_box(
    state: HasTraits, forget: Callable[[], None], below: Callable[[Answer], Widget] | None = None
) -> VBox:
    """A box that fills itself from the state's trait `latest`: [batch number, answers of one step of it].

    forget: is called when the person empties it. below: makes what stands under an answer.
    """
    clear = Button(description="Clear")
    line = Box([clear]).add_class("ta-line").add_class("ta-gap")
    line.layout.display = "none"
    results = VBox([]).add_class("ta-answers")
    batches: list[tuple[int, list[Widget]]] = []  # the newest first, each in the order of its files
    layout, style = Layout(), HTMLStyle()  # of all answers: each of its own would be one more message

    def step_of(answers: Sequence[Answer], is_first: bool) -> Widget:
        classes = ["ta-first"] if is_first else []  # of its batch; given at once, which saves a message
        if below is None:
            drawn = "".join(map(answer_html, answers))
            return HTML(drawn, layout=layout, style=style, _dom_classes=classes)
        return VBox([
            VBox([HTML(answer_html(one)), *([] if one.reason else [below(one)])]) for one in answers
        ], _dom_classes=classes)  # fmt: skip

    def close(steps: Sequence[Widget]) -> None:
        """Their pictures would stay in memory."""
        for one in steps:
            if below is None:
                one.close()  # the layout is that of all others, too
            else:
                close_whole(one)

    def empty(_: Any) -> None:
        old = results.children
        batches.clear()
        forget()
        results.children = ()
        line.layout.display = "none"
        close(old)

    def add(change: dict[str, Any]) -> None:
        batch, answers = change["new"]
        is_first = not batches or batches[0][0] != batch
        if is_first:
            batches.insert(0, (batch, []))
        batches[0][1].append(step_of(answers, is_first))
        old = []
        while sum(len(steps) for _, steps in batches) > MOST_SHOWN // AT_ONCE:
            old.append(batches[-1][1].pop(0))
            if not batches[-1][1]:
                batches.pop()
        results.children = [one for _, steps in batches for one in steps]
        if line.layout.display:
            line.layout.display = ""
        close(old)

    clear.on_click(empty)
    state.observe(add, "latest")
    return VBox([line, results])


def answer_html(answer: Answer) -> str:
    """One picture with its likeliest labels as bars."""
    name = html.escape(answer.name)
    image = (
        f'<img alt="{name}" src="data:image/jpeg;base64,{b64encode(answer.thumbnail).decode()}">'
        if answer.thumbnail
        else '<div class="ta-noimage" aria-hidden="true"></div>'
    )
    if answer.reason:
        reason = f"{html.escape(answer.reason)}."
        words = f'<b class="ta-bad">Cannot be read</b><span class="ta-file">{name}</span><div>{reason}</div>'
        return f'<div class="ta-answer" role="group" aria-label="{name}">{image}<div>{words}</div></div>'
    title = "none of these?" if answer.is_none_of_these else html.escape(answer.label)
    tag = ' <span class="ta-tag">unlike its training pictures</span>' if answer.is_none_of_these else ""
    shares = (
        _closest_html(answer)
        if answer.is_none_of_these
        else "".join(
            f'<div class="ta-share"><span title="{label}">{label}</span>{bar_html(share)}'
            f'<span class="ta-number">{percent(share)}</span></div>'
            for label, share in ((html.escape(label), share) for label, share in answer.shares)
        )
    )
    return (
        f'<div class="ta-answer" role="group" aria-label="{name}">{image}<div><b>{title}</b>{tag}'
        f'<span class="ta-file">{name}</span>{shares}</div></div>'
    )


def _closest_html(answer: Answer) -> str:
    """The label that comes closest, without a number: that of a label would say the model is sure."""
    return f'<div class="ta-soft">closest: {html.escape(answer.label)}</div>'
