"""Answers to pictures: each with its likeliest labels as bars, the newest on top."""

from __future__ import annotations

import html
from base64 import b64encode
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

from ipywidgets import HTML, VBox, Widget
from traitlets import HasTraits

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


def answers_box(state: HasTraits, below: Callable[[Answer], Widget] | None = None) -> VBox:
    """A box that fills itself from the state's trait `latest`: [batch number, answers of one step of it].

    below: makes what stands under an answer.
    """
    results = VBox([]).add_class("ta-answers")
    batches: dict[int, VBox] = {}

    def add(change: dict[str, Any]) -> None:
        batch, answers = change["new"]
        if batch not in batches:
            batches[batch] = VBox([])
            results.children = (batches[batch], *results.children)
        batches[batch].children = (*batches[batch].children, _step(answers, below))
        n_most = MOST_SHOWN // AT_ONCE
        while sum(len(box.children) for box in results.children) > n_most:
            oldest = results.children[-1]
            _close(oldest.children[0])
            oldest.children = oldest.children[1:]
            if not oldest.children:
                results.children = results.children[:-1]

    state.observe(add, "latest")
    return results


def _close(widget: Widget) -> None:
    """The widget and what is in it: a box that is closed leaves its children open, and their pictures in memory."""
    for child in getattr(widget, "children", ()):
        _close(child)
    widget.close()


def _step(answers: Sequence[Answer], below: Callable[[Answer], Widget] | None) -> Widget:
    if below is None:
        return HTML("".join(map(answer_html, answers)))
    return VBox([
        VBox([HTML(answer_html(one)), *([] if one.reason else [below(one)])]) for one in answers
    ])  # fmt: skip


def answer_html(answer: Answer) -> str:
    """One picture with its likeliest labels as bars."""
    name = html.escape(answer.name)
    image = (
        f'<img alt="{name}" src="data:image/jpeg;base64,{b64encode(answer.thumbnail).decode()}">'
        if answer.thumbnail
        else '<div class="ta-noimage" aria-hidden="true"></div>'
    )
    if answer.reason:
        reason = f"{html.escape(answer.reason)}. JPEG, PNG, WebP and most other formats work."
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
