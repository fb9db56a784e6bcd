"""Doors: ways into something that is still empty, side by side. Some lead to a place of the page, others to Python."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import anywidget
from traitlets import Dict, List, Unicode

from tellapart_dashboards.widgets import BUILT


class Doors(anywidget.AnyWidget):
    """Buttons with a title and a sentence. doors: [{"key", "title", "text", "target"}]; the target is a selector of the
    place in the page that gets the focus, or "", which calls `on_open(key)`.

    said: a sentence below them. go_to: an address, beginning with "?", that the page goes to as soon as it is set; in a
    notebook, which has no address of its own, `instead` is said.
    """

    _esm = BUILT / "doors.js"
    _css = Path(__file__).parent / "doors.css"
    doors = List(Dict()).tag(sync=True)
    accessible_name = Unicode("").tag(sync=True)
    said = Unicode("").tag(sync=True)
    go_to = Unicode("").tag(sync=True)
    instead = Unicode("").tag(sync=True)

    def __init__(self, on_open: Callable[[str], object], **traits: Any) -> None:
        super().__init__(**traits)
        self._on_open = on_open
        self.on_msg(lambda _widget, message, _buffers: self.receive(message))

    def receive(self, message: dict[str, Any]) -> None:
        """A message of the page names a door without a place."""
        known = [door["key"] for door in self.doors if not door["target"]]
        if message.get("open") in known:
            self._on_open(str(message["open"]))
