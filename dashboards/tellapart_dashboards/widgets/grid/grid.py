"""Grid: a hundred thousand pictures to decide about, of which only those in sight exist in the page.

`order` holds the pictures as numbers, worst first, in one message; words and thumbnails follow as they come into sight.
Beside the messages of a `LookingWidget`:

    page -> kernel  {t: "tiles", keys, version}     -> {t: "tiles", tiles, version, seq}
                    {t: "thumbnails", keys, side}   -> {t: "thumbnails", keys, side} with JPEGs, a few at a time
                    {t: "near", key}                -> the same with what is known, and JPEGs
    kernel -> page  {t: "changed"}: words may have changed
"""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from pathlib import Path
from typing import Any, Protocol

import numpy as np
from traitlets import Bool, Bytes, Enum, Int, Unicode

from tellapart_dashboards.app.thumbnails import Thumbnails, ThumbnailSupply, Wanted
from tellapart_dashboards.widgets import BUILT
from tellapart_dashboards.widgets.looking.looking_widget import (
    MOST_AT_ONCE,
    Alike,
    Desk,
    LookingWidget,
    near_words,
    style_with_windows,
)

SIDES_PX = (240, 420)  # of thumbnails, the shorter one


class GridDesk(Desk, Protocol):
    """What a grid asks beside."""

    def pictures(self, keys: Sequence[int]) -> list[Wanted]:
        """Where the pictures lie."""

    def near(self, key: int) -> list[Alike]:
        """The pictures most like one, copies first."""


class Grid(LookingWidget):
    """The grid. order: little-endian uint32 numbers of pictures, worst first. sheet: raised when the order is another
    one altogether (a filter); else the page takes over only what lies below what is in sight."""

    _esm = BUILT / "grid.js"
    _css = style_with_windows(Path(__file__).parent / "grid.css")
    order = Bytes(b"").tag(sync=True)
    sheet = Int(0).tag(sync=True)
    size = Enum(("S", "M", "L"), "M").tag(sync=True)
    accessible_name = Unicode("Pictures").tag(sync=True)
    empty_text = Unicode("").tag(sync=True)
    can_undo = Bool(False).tag(sync=True)
    can_redo = Bool(False).tag(sync=True)
    tells_words = False

    def __init__(self, desk: GridDesk, **traits: Any) -> None:
        super().__init__(desk, **traits)
        self._of_grid = desk
        self._supply = ThumbnailSupply(self._send_thumbnails)

    def show(self, keys: np.ndarray, is_other: bool) -> None:
        """Put these pictures on the page. is_other: not the old order ranked anew, but another one."""
        with self.hold_sync():
            self.order = np.asarray(keys, "<u4").tobytes()
            self.sheet += int(is_other)

    def changed(self) -> None:
        """Let the page ask again for the words of what is in sight."""
        self.send({"t": "changed"})

    async def answer(self, message: dict[str, Any], buffers: list[Any]) -> bool:
        kind = message.get("t")
        if kind == "tiles":
            await self._send_tiles(message)
        elif kind == "thumbnails":
            await self._want(message)
        elif kind == "near":
            await self._send_near(int(message["key"]))
        else:
            return await super().answer(message, buffers)
        return True

    async def _send_tiles(self, message: dict[str, Any]) -> None:
        seq = self._last_done
        tiles = await asyncio.to_thread(self._of_grid.tiles, message["keys"][:MOST_AT_ONCE])
        self.send({"t": "tiles", "tiles": tiles, "version": message["version"], "seq": seq})

    async def _want(self, message: dict[str, Any]) -> None:
        side = min(max(int(message["side"]), SIDES_PX[0]), SIDES_PX[-1])
        wanted = await asyncio.to_thread(self._of_grid.pictures, message["keys"][:MOST_AT_ONCE])
        await self._supply.want(Thumbnails(Path(self._of_grid.project_dir), side), wanted)

    def _send_thumbnails(self, side: int, keys: list[int], jpegs: list[bytes]) -> None:
        self.send({"t": "thumbnails", "keys": keys, "side": side}, jpegs)

    async def _send_near(self, key: int) -> None:
        near = await asyncio.to_thread(self._of_grid.near, key)
        self.send({"t": "near", "key": key, "near": near_words(near)}, await self._small(self._of_grid, near))
