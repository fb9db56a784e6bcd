"""Grid: a hundred thousand pictures to decide about, of which only those in sight exist in the page.

`order` holds the pictures as numbers, worst first, in one message; words and thumbnails follow as they come into sight:

    page -> kernel  {t: "tiles", keys, version}     -> {t: "tiles", tiles, version, seq}
                    {t: "thumbnails", keys, side}   -> {t: "thumbnails", keys, side} with JPEGs, a few at a time
                    {t: "decide", seq, action, label} with uint32 keys -> {t: "decided", seq, is_done, text, keys}
                    {t: "undo", seq}, {t: "redo", seq} -> the same, with is_step
                    {t: "near", key}, {t: "large", key} -> the same with what is known, and JPEGs
    kernel -> page  {t: "changed"}: words may have changed

The page shows a decision at once, as if it were written; `decided` says whether it is.
"""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Protocol

import anywidget
import numpy as np
from traitlets import Bool, Bytes, Enum, Int, List, Unicode

from tellapart_dashboards.app.event_loop import soon
from tellapart_dashboards.app.thumbnails import Thumbnails, ThumbnailSupply, Wanted
from tellapart_dashboards.app.wording import error_sentence
from tellapart_dashboards.widgets import BUILT

SIDES_PX = (240, 420)  # of thumbnails, the shorter one
LARGE_PX, NEAR_PX = 900, 240
MOST_AT_ONCE = 500


@dataclass(frozen=True)
class Outcome:
    """What became of a decision, in words. keys: the pictures that an undo or redo changed."""

    text: str
    is_done: bool = True
    keys: tuple[int, ...] = ()


@dataclass(frozen=True)
class Alike:
    """A picture beside another one. note: how alike, in words. mark: as on a tile."""

    image_id: str
    path: str
    label: str
    note: str
    mark: str = ""


@dataclass(frozen=True)
class Facts:
    """What is known of one picture. shares: (label, probability, in words)."""

    picture: Wanted
    file: str
    reasons: tuple[str, ...] = ()
    shares: tuple[tuple[str, float, str], ...] = ()
    near: tuple[Alike, ...] = ()


class Desk(Protocol):
    """Where the grid asks, and where its decisions go. Unknown keys are left out of every answer."""

    project_dir: str

    def tiles(self, keys: Sequence[int]) -> list[dict[str, Any]]:
        """The words of pictures: {"key", "label", "chips", "said", "mark", "decided"}."""

    def pictures(self, keys: Sequence[int]) -> list[Wanted]:
        """Where the pictures lie."""

    def near(self, key: int) -> list[Alike]:
        """The pictures most like one, copies first."""

    def facts(self, key: int) -> Facts | None:
        """Everything about one picture."""

    async def decide(self, action: str, label: str, keys: Sequence[int]) -> Outcome:
        """Written down, or why not."""

    async def undo(self) -> Outcome:
        """The latest decision is taken back."""

    async def redo(self) -> Outcome:
        """What was undone last is carried out again."""


@dataclass
class _Turn:
    """Decisions are carried out in the order in which they were made."""

    last: int = 0
    lock: asyncio.Lock = field(default_factory=asyncio.Lock)


class Grid(anywidget.AnyWidget):
    """The grid. order: little-endian uint32 numbers of pictures, worst first. sheet: raised when the order is another
    one altogether (a filter); else the page takes over only what lies below what is in sight.
    labels: the first nine have a digit key. all_labels: to choose from by typing."""

    _esm = BUILT / "grid.js"
    _css = Path(__file__).parent / "grid.css"
    order = Bytes(b"").tag(sync=True)
    sheet = Int(0).tag(sync=True)
    labels = List(Unicode()).tag(sync=True)
    all_labels = List(Unicode()).tag(sync=True)
    size = Enum(("S", "M", "L"), "M").tag(sync=True)
    accessible_name = Unicode("Pictures").tag(sync=True)
    empty_text = Unicode("").tag(sync=True)
    can_undo = Bool(False).tag(sync=True)
    can_redo = Bool(False).tag(sync=True)

    def __init__(self, desk: Desk, **traits: Any) -> None:
        super().__init__(**traits)
        self._desk = desk
        self._supply = ThumbnailSupply(self._send_thumbnails)
        self._turn = _Turn()
        self.on_msg(lambda _, message, buffers: soon(self._take(message, buffers)))

    def show(self, keys: np.ndarray, is_other: bool) -> None:
        """Put these pictures on the page. is_other: not the old order ranked anew, but another one."""
        with self.hold_sync():
            self.order = np.asarray(keys, "<u4").tobytes()
            self.sheet += int(is_other)

    def changed(self) -> None:
        """Let the page ask again for the words of what is in sight."""
        self.send({"t": "changed"})

    async def _take(self, message: dict[str, Any], buffers: list[Any]) -> None:
        kind = message.get("t")
        try:
            if kind in ("decide", "undo", "redo"):
                await self._decide(message, buffers)
            elif kind == "tiles":
                await self._send_tiles(message)
            elif kind == "thumbnails":
                await self._want(message)
            elif kind == "near":
                await self._send_near(int(message["key"]))
            elif kind == "large":
                await self._send_large(int(message["key"]))
        except Exception as error:  # nobody sees a task's traceback: the page says it
            self.send(
                {"t": "decided", "seq": -1, "is_done": False, "text": error_sentence(error), "keys": []}
            )

    async def _decide(self, message: dict[str, Any], buffers: list[Any]) -> None:
        seq, kind = int(message["seq"]), message["t"]
        async with self._turn.lock:
            try:
                if kind == "decide":
                    keys = np.frombuffer(buffers[0], "<u4").tolist()
                    outcome = await self._desk.decide(str(message["action"]), str(message["label"]), keys)
                else:
                    outcome = await (self._desk.undo() if kind == "undo" else self._desk.redo())
            except Exception as error:
                outcome = Outcome(error_sentence(error), is_done=False)
            self._turn.last = max(self._turn.last, seq)
        self.send(
            {
                "t": "decided", "seq": seq, "is_done": outcome.is_done, "text": outcome.text,
                "keys": list(outcome.keys), "is_step": kind != "decide",
            }
        )  # fmt: skip

    async def _send_tiles(self, message: dict[str, Any]) -> None:
        seq = self._turn.last
        tiles = await asyncio.to_thread(self._desk.tiles, message["keys"][:MOST_AT_ONCE])
        self.send({"t": "tiles", "tiles": tiles, "version": message["version"], "seq": seq})

    async def _want(self, message: dict[str, Any]) -> None:
        side = min(max(int(message["side"]), SIDES_PX[0]), SIDES_PX[-1])
        wanted = await asyncio.to_thread(self._desk.pictures, message["keys"][:MOST_AT_ONCE])
        await self._supply.want(Thumbnails(Path(self._desk.project_dir), side), wanted)

    def _send_thumbnails(self, side: int, keys: list[int], jpegs: list[bytes]) -> None:
        self.send({"t": "thumbnails", "keys": keys, "side": side}, jpegs)

    async def _send_near(self, key: int) -> None:
        near = await asyncio.to_thread(self._desk.near, key)
        self.send({"t": "near", "key": key, "near": _words(near)}, await self._small(near))

    async def _send_large(self, key: int) -> None:
        facts = await asyncio.to_thread(self._desk.facts, key)
        if facts is None:
            return
        large = await asyncio.to_thread(
            Thumbnails(Path(self._desk.project_dir), LARGE_PX).one, *facts.picture[1:]
        )
        words = {
            "reasons": facts.reasons, "shares": facts.shares, "file": facts.file, "near": _words(facts.near),
        }  # fmt: skip
        tile = (await asyncio.to_thread(self._desk.tiles, [key]))[0]
        self.send(
            {"t": "large", "key": key, "facts": words, "tile": tile}, [large, *await self._small(facts.near)]
        )

    async def _small(self, near: Sequence[Alike]) -> list[bytes]:
        thumbnails = Thumbnails(Path(self._desk.project_dir), NEAR_PX)
        return await thumbnails.many([(one.image_id, one.path) for one in near])


def _words(near: Sequence[Alike]) -> list[dict[str, str]]:
    return [{"label": one.label, "note": one.note, "mark": one.mark} for one in near]
