"""ProjectList: a person's projects to open, rename, duplicate and delete, a field for a new one, the trash below."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from pathlib import Path
from typing import Any

import anywidget
from traitlets import Bool, Dict, List, Unicode

from tellapart_dashboards.app.event_loop import soon
from tellapart_dashboards.widgets import BUILT


class ProjectList(anywidget.AnyWidget):
    """The rows in the page; they decide nothing. Calls `on_wish(name, values)` with what the person wants.

    rows: [{"name", "address", "where", "facts", "when", "problem", "is_open", "is_here"}]: the address begins with "?"
        and opens the project; only one that is_here can be renamed, duplicated and deleted.
    trash: [{"key", "name", "text"}]. can_change: whether there is anything but opening.
    said, kind: what came of the latest wish, "" neutral or "care". undo: the key of what was just deleted, or "".
    go_to: an address that the page goes to as soon as it is set.

    The wishes: "new" {name}, "rename" {name, to}, "duplicate" {name}, "delete" {name}, "restore" {key},
    "folder" {path}, "forget" {address}.
    """

    _esm = BUILT / "project_list.js"
    _css = Path(__file__).parent / "project_list.css"
    rows = List(Dict()).tag(sync=True)
    trash = List(Dict()).tag(sync=True)
    can_change = Bool(True).tag(sync=True)
    said = Unicode("").tag(sync=True)
    kind = Unicode("").tag(sync=True)
    undo = Unicode("").tag(sync=True)
    go_to = Unicode("").tag(sync=True)

    def __init__(self, on_wish: Callable[[str, dict[str, Any]], Awaitable[None]], **traits: Any) -> None:
        super().__init__(**traits)
        self._on_wish = on_wish
        self.on_msg(lambda _widget, message, _buffers: soon(self.receive(message)))

    async def receive(self, message: dict[str, Any]) -> None:
        """A message of the page is a wish."""
        values = dict(message)
        if name := str(values.pop("t", "")):
            await self._on_wish(name, values)
