"""LookingWidget: a widget whose pictures open large, to be decided about; on a desk that knows them.

    page -> kernel  {t: "large", key} -> the same with what is known, and JPEGs
                    {t: "decide", seq, action, label} with uint32 keys
                                      -> {t: "decided", seq, is_done, text, keys, is_step, words}
                    {t: "step", seq, kind} -> the same; kind: undo or redo

The page shows a decision at once, as if it were written; `decided` says whether it is.
"""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Protocol

import anywidget
import numpy as np
from traitlets import List, Unicode

from tellapart_dashboards.app.event_loop import Turn, soon
from tellapart_dashboards.app.thumbnails import Thumbnails, Wanted
from tellapart_dashboards.app.wording import error_sentence

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
    """A picture beside another one. note: how alike, in words. mark: as on a tile. key: its number, -1 for none."""

    image_id: str
    path: str
    label: str
    note: str
    mark: str = ""
    key: int = -1


@dataclass(frozen=True)
class Facts:
    """What is known of one picture. shares: (label, probability, in words). part: of the last training, "" where that
    is not known. licence: with the author, "" for a picture of one's own. picture: None when it is gone."""

    picture: Wanted | None
    file: str
    reasons: tuple[str, ...] = ()
    shares: tuple[tuple[str, float, str], ...] = ()
    near: tuple[Alike, ...] = ()
    part: str = ""
    licence: str = ""


class Desk(Protocol):
    """Where a widget asks, and where its decisions go. Unknown keys are left out of every answer."""

    project_dir: str

    def tiles(self, keys: Sequence[int]) -> list[dict[str, Any]]:
        """The words of pictures: {"key", "label", "chips", "said", "mark", "decided", "suggested"}."""

    def facts(self, key: int) -> Facts | None:
        """Everything about one picture; None where the key was never given out."""

    async def decide(self, action: str, label: str, keys: Sequence[int]) -> Outcome:
        """Written down, or why not."""

    async def undo(self) -> Outcome:
        """The latest decision is taken back."""

    async def redo(self) -> Outcome:
        """What was undone last is carried out again."""


def style_with_windows(css: Path) -> str:
    """The style of a widget together with that of the large view."""
    return "\n".join(path.read_text("utf-8") for path in (Path(__file__).parent / "looking.css", css))


class LookingWidget(anywidget.AnyWidget):
    """labels: the first nine have a digit key. all_labels: to choose from by typing. desk: None where pictures are only
    looked at as they are."""

    labels = List(Unicode()).tag(sync=True)
    all_labels = List(Unicode()).tag(sync=True)
    tells_words = True  # with a decision those of its pictures; else the page asks for them

    def __init__(self, desk: Desk | None = None, **traits: Any) -> None:
        super().__init__(**traits)
        self._desk = desk
        self._turn = Turn()  # decisions are carried out in the order in which they were made
        self._last_done = 0  # of those carried out, by its number
        self.on_msg(lambda _, message, buffers: soon(self._take(message, buffers)))

    async def answer(self, message: dict[str, Any], buffers: list[Any]) -> bool:
        """Whether the message was one of those above; then it has its answer."""
        kind, desk = message.get("t"), self._desk
        if desk is None or kind not in ("large", "decide", "step"):
            return False
        if kind == "large":
            await self._send_large(desk, int(message["key"]))
        else:
            await self._decide(desk, message, buffers)
        return True

    async def _take(self, message: dict[str, Any], buffers: list[Any]) -> None:
        try:
            await self.answer(message, buffers)
        except Exception as error:  # nobody sees a task's traceback: the page says it
            self._refuse(-1, error)

    def _refuse(self, seq: int, error: Exception) -> None:
        answer = {"t": "decided", "seq": seq, "is_done": False, "text": error_sentence(error)}
        self.send({**answer, "keys": [], "words": []})

    async def _decide(self, desk: Desk, asked: dict[str, Any], buffers: list[Any]) -> None:
        seq, is_step = int(asked["seq"]), asked["t"] == "step"
        keys: Sequence[int] = ()
        async with self._turn.taken():
            try:
                if is_step:
                    outcome = await (desk.undo() if asked["kind"] == "undo" else desk.redo())
                    keys = outcome.keys
                else:
                    keys = np.frombuffer(buffers[0], "<u4").tolist()
                    outcome = await desk.decide(str(asked["action"]), str(asked["label"]), keys)
            except Exception as error:
                outcome = Outcome(error_sentence(error), is_done=False)
            self._last_done = max(self._last_done, seq)
        self.send(
            {
                "t": "decided", "seq": seq, "is_done": outcome.is_done, "text": outcome.text,
                "keys": list(outcome.keys), "is_step": is_step, "words": await self._words(desk, keys),
            }
        )  # fmt: skip

    async def _words(self, desk: Desk, keys: Sequence[int]) -> list[tuple[int, str]]:
        """What the tiles of these pictures say of decisions, [] where the page asks for itself."""
        if not self.tells_words or not keys:
            return []
        tiles = await asyncio.to_thread(desk.tiles, keys[:MOST_AT_ONCE])
        return [(tile["key"], tile["decided"]) for tile in tiles]

    async def _send_large(self, desk: Desk, key: int) -> None:
        facts = await asyncio.to_thread(desk.facts, key)
        if facts is None:
            return
        large = b""
        if facts.picture is not None:
            thumbnails = Thumbnails(Path(desk.project_dir), LARGE_PX)
            large = await asyncio.to_thread(thumbnails.one, *facts.picture[1:])
        words = {
            "reasons": facts.reasons, "shares": facts.shares, "file": facts.file, "part": facts.part,
            "licence": facts.licence, "near": near_words(facts.near),
        }  # fmt: skip
        tile = (await asyncio.to_thread(desk.tiles, [key]))[0]
        near = await self._small(desk, facts.near)
        self.send({"t": "large", "key": key, "facts": words, "tile": tile}, [large, *near])

    async def _small(self, desk: Desk, near: Sequence[Alike]) -> list[bytes]:
        thumbnails = Thumbnails(Path(desk.project_dir), NEAR_PX)
        return await thumbnails.many([(one.image_id, one.path) for one in near])


def near_words(near: Sequence[Alike]) -> list[dict[str, Any]]:
    """Pictures beside another one, as a page gets them."""
    return [{"key": one.key, "label": one.label, "note": one.note, "mark": one.mark} for one in near]
