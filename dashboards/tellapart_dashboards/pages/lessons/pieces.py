"""What the lessons are made of: a head, cards, pictures of pixels, sliders, questions that unfold."""

from __future__ import annotations

import io
from base64 import b64encode
from collections.abc import Callable, Mapping, Sequence
from html import escape
from typing import Any

import numpy as np
from ipywidgets import HTML, Box, VBox, Widget
from traitlets import HasTraits

from tellapart_dashboards.app.wording import heading_html
from tellapart_dashboards.widgets.sliders.sliders import Sliders

_THREE, _SEVEN = np.array([0.05, 0.32, 0.62]), np.array([0.75, 0.33, 0.0])  # what weights speak for


def head(title: str, lead: str) -> HTML:
    """The head of a lesson."""
    return HTML(heading_html(title, lead))


def card(
    title: str, try_it: str, controls: Sequence[Widget], shown: Sequence[Widget], below: Sequence[Widget] = ()
) -> VBox:
    """One experiment: what to set, beside it what that shows, and below both what needs the width. try_it: HTML, what
    it is, what to do and what to look for."""
    words = HTML(f"<h2>{escape(title)}</h2><p>{try_it}</p>").add_class("ta-lesson-words")
    beside = Box([VBox([words, *controls]), VBox([*shown])]).add_class("ta-two")
    return VBox([beside, *below]).add_class("ta-card")


def drawn(owner: HasTraits, names: Sequence[str], words: Callable[[], str]) -> HTML:
    """HTML that follows traits of the state. words: what it shows just now."""
    shown = HTML()

    def draw(_: Any = None) -> None:
        shown.value = words()

    owner.observe(draw, list(names))
    draw()
    return shown


def said_html(text: str) -> str:
    """What an experiment shows just now, in words, also for screen readers."""
    return f'<p class="ta-told" role="status">{unbroken(text)}</p>'


def unbroken(text: str) -> str:
    """HTML of the text, in which no percent sign begins a line."""
    return escape(text).replace(" %", "\u00a0%")


def sliders(owner: HasTraits, name: str, options: Sequence[dict[str, Any]]) -> Sliders:
    """Sliders for traits of the state. options: see `Sliders`, by names of traits. name: for screen readers."""
    keys = [option["key"] for option in options]
    values = {key: getattr(owner, key) for key in keys}
    made = Sliders(
        options=[{"unit": "", **option} for option in options], values=values, accessible_name=name
    )

    def slid(change: Mapping[str, Any]) -> None:
        with owner.hold_trait_notifications():
            for key, value in change["new"].items():
                owner.set_trait(key, type(getattr(owner, key))(value))

    made.observe(slid, "values")
    owner.observe(lambda _: made.show({key: getattr(owner, key) for key in keys}), keys)
    return made


def questions(pairs: Sequence[tuple[str, str]]) -> VBox:
    """Questions, each with its answer folded away. pairs: plain text."""
    folds = [
        f'<details class="ta-question"><summary>{escape(question)}</summary><p>{escape(answer)}</p></details>'
        for question, answer in pairs
    ]
    return VBox([HTML(f"<h2>Questions</h2>{''.join(folds)}")]).add_class("ta-card")


def picture_html(pixels: np.ndarray, alt: str, caption: str = "") -> str:
    """A picture of (H, W) ink, 0 paper to 1 ink. caption: HTML below it."""
    return _figure(255 * (1 - np.clip(pixels, 0, 1)), alt, caption)


def weights_html(weights: np.ndarray, alt: str, caption: str = "") -> str:
    """A picture of (H, W) weights: white for 0, blue for what speaks for a three, brown for a seven."""
    most = float(np.abs(weights).max()) or 1.0
    share = (weights / most)[:, :, None]
    colour = np.where(share < 0, 1 + share * (1 - _THREE), 1 - share * (1 - _SEVEN))
    return _figure(255 * colour, alt, caption)


def row_html(figures: Sequence[str]) -> str:
    """Pictures side by side."""
    return f'<div class="ta-digits">{"".join(figures)}</div>'


def _figure(values: np.ndarray, alt: str, caption: str) -> str:
    from PIL import Image

    kept = io.BytesIO()
    Image.fromarray(values.round().astype(np.uint8)).save(kept, "PNG")
    address = b64encode(kept.getvalue()).decode("ascii")
    below = f"<figcaption>{caption}</figcaption>" if caption else ""
    return f'<figure><img src="data:image/png;base64,{address}" alt="{escape(alt)}">{below}</figure>'
