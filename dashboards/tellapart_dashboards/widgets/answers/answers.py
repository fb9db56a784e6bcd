"""Answers: what a model says of many pictures, newest first, a page at a time; summed up, filtered, put right."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Sequence
from pathlib import Path
from typing import Any

import anywidget
from traitlets import Bool, List, Unicode

from tellapart_dashboards.app.event_loop import soon
from tellapart_dashboards.widgets import BUILT

AT_ONCE = 50  # answers in one message
_OF_ALL = ("clear", "table")  # what is asked without the number of an answer
MOST = 10_000  # on the page; the oldest leave

Reply = tuple[dict[str, Any], list[bytes]]


class Answers(anywidget.AnyWidget):
    """The answers in the page, which decides nothing: `on_ask(name, values)` gives what it asks for, as values and
    pictures, or None.

    labels: what a person may say instead. can_put_right: whether they may.

    A row: {"number", "batch", "name", "label", "shares", "is_none", "reason"}, shares as [label, text, fraction],
    likeliest first; reason says why there is no answer. The newest batch stands on top, its rows in their order.
    """

    _esm = BUILT / "answers.js"
    _css = Path(__file__).parent / "answers.css"
    labels = List(Unicode()).tag(sync=True)
    can_put_right = Bool(True).tag(sync=True)

    def __init__(
        self, on_ask: Callable[[str, dict[str, Any]], Awaitable[Reply | None]], **traits: Any
    ) -> None:
        super().__init__(**traits)
        self._on_ask = on_ask
        self._rows: list[tuple[dict[str, Any], bytes]] = []
        self.on_msg(lambda _widget, message, _buffers: soon(self.receive(message)))

    @property
    def rows(self) -> list[dict[str, Any]]:
        """What the page shows, oldest first."""
        return [row for row, _ in self._rows]

    def add(self, rows: Sequence[dict[str, Any]], thumbnails: Sequence[bytes]) -> None:
        """Show these as well. thumbnails: JPEGs, b"" for none."""
        new = list(zip(rows, thumbnails, strict=True))
        self._rows = [*self._rows, *new][-MOST:]
        self._tell(new)

    def _tell(self, rows: Sequence[tuple[dict[str, Any], bytes]]) -> None:
        for first in range(0, len(rows), AT_ONCE):
            some = rows[first : first + AT_ONCE]
            told = [{**row, "has_picture": bool(jpeg)} for row, jpeg in some]
            self.send({"t": "add", "rows": told}, [jpeg for _, jpeg in some if jpeg])

    async def receive(self, message: dict[str, Any]) -> None:
        """What the page asks; it says "hello" when it is drawn, and gets all that is there."""
        values = dict(message)
        name = str(values.pop("t", ""))
        if name == "hello":
            self._tell(self._rows)
            return
        if name == "clear":
            self._rows = []
        reply = await self._on_ask(name, values)
        if reply is not None:
            told, pictures = reply
            number = 0 if name in _OF_ALL else values.get("number", 0)
            self.send({"t": "reply", "to": name, "number": number, **told}, pictures)
