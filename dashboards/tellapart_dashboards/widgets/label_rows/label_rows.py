"""LabelRows: one row per label: its pictures, the words to search for, what a search found and what to keep of it."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from pathlib import Path
from typing import Any

from traitlets import Bool, Dict, Enum, Int, List, Unicode

from tellapart_dashboards.widgets import BUILT
from tellapart_dashboards.widgets.looking.looking_widget import Desk, LookingWidget, style_with_windows


class LabelRows(LookingWidget):
    """The rows in the page; they decide nothing. Calls `on_wish(name, values)` with what the person wants, and tells
    the page when that says True: what was typed has been taken. The desk takes decisions about the pictures in strips.

    rows: [{"label", "query", "n", "share", "n_held", "left_out", "status", "kind", "progress", "more"}], share and
        progress as fractions, progress -1 where nothing is under way, "query" "" where the label itself is searched
        for, "left_out" the numbers of waiting pictures without a tick, "more" what each source answered.
    strips: label -> {"keys", "jpegs"} of a few of its pictures, with the desk's numbers of these.
    held: label -> {"ids", "jpegs", "names", "marks"} of pictures that wait to be kept; a mark is a word on the tile.

    The wishes: "add" {text}, "query" {label, text}, "rename" {label, to}, "merge" {label, into}, "remove" {label},
    "undo" {}, "search" {labels}, "cancel" {}, "leave_out" {number, is_left_out}, "keep" {label, without},
    "discard" {label}.
    """

    _esm = BUILT / "label_rows.js"
    _css = style_with_windows(Path(__file__).parent / "label_rows.css")
    rows = List(Dict()).tag(sync=True)
    strips = Dict().tag(sync=True)
    held = Dict().tag(sync=True)
    undo_text = Unicode("").tag(sync=True)  # what would be undone; "" when there is nothing
    is_searching = Bool(False).tag(sync=True)
    n_wanted = Int(60).tag(sync=True)
    main = Enum(("keep", "search", "go on"), "search").tag(sync=True)  # the one button that leads on
    asked = Unicode("").tag(sync=True)  # the label whose row is brought into sight; "" for none

    def __init__(
        self,
        on_wish: Callable[[str, dict[str, Any]], Awaitable[bool]],
        desk: Desk | None = None,
        **traits: Any,
    ) -> None:
        super().__init__(desk, **traits)
        self._on_wish = on_wish

    async def answer(self, message: dict[str, Any], buffers: list[Any]) -> bool:
        if not await super().answer(message, buffers):
            await self.receive(message)
        return True

    async def receive(self, message: dict[str, Any]) -> None:
        """A message of the page is a wish; the page is told when it is granted."""
        values = dict(message)
        name = str(values.pop("t", ""))
        if name and await self._on_wish(name, values):
            self.send({"t": "granted", "wish": name, **values})
