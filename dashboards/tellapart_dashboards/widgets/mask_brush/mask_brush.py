"""MaskBrush: a mask over its picture, looked at and painted in; nothing is kept before it is saved."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Sequence
from pathlib import Path
from typing import Any

import anywidget
from traitlets import Bool, Dict, List, Unicode

from tellapart_dashboards.app.event_loop import soon
from tellapart_dashboards.widgets import BUILT

NOTHING: dict[str, Any] = {
    "id": "", "turn": 0, "name": "", "width": 1, "height": 1, "picture": b"", "mask": b"", "told": b"",
    "has_previous": False, "has_next": False, "said": "",
}  # fmt: skip


class MaskBrush(anywidget.AnyWidget):
    """The picture in the page with its masks; it decides nothing. Calls `on_wish(name, picture's id, bytes)` with what
    the person wants, and shows what that returns as the reason why it was not done, unless it is "".

    scene: as NOTHING has it; masks as `packed_mask` gives them. classes: [{"name", "colour": red, green, blue}].
    can_paint: or only look. can_undo, can_redo: of decisions that were saved.

    The wishes: "save" with the mask's bytes, "keep", "previous", "next", "close", "undo", "redo".
    """

    _esm = BUILT / "mask_brush.js"
    _css = Path(__file__).parent / "mask_brush.css"
    scene = Dict(NOTHING).tag(sync=True)
    classes = List(Dict()).tag(sync=True)
    accessible_name = Unicode("").tag(sync=True)
    can_paint = Bool(False).tag(sync=True)
    can_undo = Bool(False).tag(sync=True)
    can_redo = Bool(False).tag(sync=True)

    def __init__(
        self, on_wish: Callable[[str, str, bytes], Awaitable[str]] | None = None, **traits: Any
    ) -> None:
        super().__init__(**traits)
        self._on_wish = on_wish
        self.on_msg(lambda _widget, message, buffers: soon(self.receive(message, buffers)))

    async def receive(self, message: dict[str, Any], buffers: Sequence[memoryview] = ()) -> None:
        """A message of the page is a wish."""
        name, by = message.get("t"), message.get("by")
        if name == "go" and by in (-1, 1):
            name = "previous" if by == -1 else "next"
        if self._on_wish is None or name not in ("save", "keep", "previous", "next", "close", "undo", "redo"):
            return
        data = bytes(buffers[0]) if name == "save" and buffers else b""
        if said := await self._on_wish(name, str(message.get("id", "")), data):
            self.send({"t": "refused", "said": said})
