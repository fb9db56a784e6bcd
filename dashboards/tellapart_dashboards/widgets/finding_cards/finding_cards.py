"""FindingCards: things that may be wrong, a card each, decided with a button or a key."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from pathlib import Path
from typing import Any

import anywidget
from traitlets import Bool, Dict, Int, List, Unicode

from tellapart_dashboards.app.event_loop import soon
from tellapart_dashboards.widgets import BUILT
from tellapart_dashboards.widgets.looking.looking_widget import style_with_windows


class FindingCards(anywidget.AnyWidget):
    """The cards in the page; they decide nothing. Calls `on_wish(name, values)` with what the person wants.

    cards: [{"id", "name", "picture": JPEG, or b"" for things that have none, "caption": what it shows, "opens": whether
        it can be looked at closer, "label": "" for things without, "reasons": sentences, "pieces": [[text, "", "for" or
        "against"]], "rest": what the pieces leave out, "cells": [[title, value]], "words": sentences below it,
        "other": {} or {"label", "text"}, "action", "suggested": what is suggested, "" for nothing, as which label,
        "has_large": whether there is more to be seen}].
    large: all of the thing that was looked at closer, {"id", "pieces", "cells", "rest", "words", "near": [{"label",
        "note", "text"}]}, {} before.
    labels: that can be given, the first nine by number. said: what came of the latest wish. at: id of the card that
    gets the focus. n_more: cards that are not in sight. empty: what stands where no card stands.

    The wishes: "decide" {id, action, label}, "open" {id}, "undo" {}, "redo" {}, "look" {id}, "more" {}.
    """

    _esm = BUILT / "finding_cards.js"
    _css = style_with_windows(Path(__file__).parent / "finding_cards.css")
    cards = List(Dict()).tag(sync=True)
    large = Dict().tag(sync=True)
    labels = List(Unicode()).tag(sync=True)
    accessible_name = Unicode("").tag(sync=True)
    said = Unicode("").tag(sync=True)
    at = Unicode("").tag(sync=True)
    can_undo = Bool(False).tag(sync=True)
    can_redo = Bool(False).tag(sync=True)
    n_more = Int(0).tag(sync=True)
    empty = Unicode("").tag(sync=True)

    def __init__(self, on_wish: Callable[[str, dict[str, Any]], Awaitable[None]], **traits: Any) -> None:
        super().__init__(**traits)
        self._on_wish = on_wish
        self.on_msg(lambda _widget, message, _buffers: soon(self.receive(message)))

    async def receive(self, message: dict[str, Any]) -> None:
        """A message of the page is a wish."""
        values = dict(message)
        if name := str(values.pop("t", "")):
            await self._on_wish(name, {key: str(value) for key, value in values.items()})
