"""Webcam: pictures straight from the camera, one at a time or as a burst while the shutter is held; meanwhile what a
model says of them."""

from __future__ import annotations

import asyncio
import itertools
import uuid
from collections.abc import Awaitable, Callable
from pathlib import Path
from typing import Any

import anywidget
from tellapart import atomic_files
from traitlets import Bool, Int, Unicode

from tellapart_dashboards.app.event_loop import Turn, soon
from tellapart_dashboards.widgets import BUILT

MAX_SHOT_BYTES = 20 * 2**20
MAX_FRAME_BYTES = 2**20
MOST_WAITING = 10  # shots of a burst that is still going on; with more they go on their way


class Webcam(anywidget.AnyWidget):
    """The camera in the page. Calls `on_shots(folder, label)` when a single shot or a burst is on disk.

    label: what the pictures show; without one the shutter stays closed and says so, unless needs_label is False.
    n_shots: pictures taken since the page was opened.

    on_frame: answers small JPEGs of what the camera sees, one at a time, for the page to draw on its picture: {"text",
        "shares": [[label, text, fraction]], "is_sure"} and, where it is not, "closest".
    """

    _esm = BUILT / "webcam.js"
    _css = Path(__file__).parent / "webcam.css"
    label = Unicode("").tag(sync=True)
    needs_label = Bool(True).tag(sync=True)
    n_shots = Int(0).tag(sync=True)
    longest_px = Int(1280, min=64, max=4096).tag(sync=True)
    burst_ms = Int(200, min=50, max=5000).tag(sync=True)
    is_live = Bool(False).tag(sync=True)  # frames are answered
    frame_px = Int(320, min=64, max=1280).tag(sync=True)

    def __init__(
        self,
        folder: Path,
        on_shots: Callable[[Path, str], None],
        on_frame: Callable[[bytes], Awaitable[dict[str, Any]]] | None = None,
        **traits: Any,
    ) -> None:
        super().__init__(**{"is_live": on_frame is not None, **traits})
        self._folder = folder
        self._on_shots = on_shots
        self._on_frame = on_frame
        self._is_answering = False
        self._batch: Path | None = None
        self._numbers = itertools.count(1)
        self._turn = Turn()
        self.on_msg(lambda _widget, message, buffers: soon(self.receive(message, buffers)))

    async def receive(self, message: dict[str, Any], buffers: list[Any]) -> None:
        """Make a file of a shot of the page; the last one of a burst sends them all on their way."""
        if message.get("t") == "shot":
            async with self._turn.taken():
                await self._receive(message, buffers)
        elif message.get("t") == "frame":
            await self._answer(message, buffers)

    async def _answer(self, message: dict[str, Any], buffers: list[Any]) -> None:
        """Say what a frame shows. While another one is looked at, a frame is late by the time it would be its turn."""
        frames = [bytes(memoryview(one).cast("B")) for one in buffers[:1]]
        found: dict[str, Any] = {"text": "", "shares": [], "is_sure": False}
        if self._on_frame and frames and len(frames[0]) <= MAX_FRAME_BYTES and not self._is_answering:
            self._is_answering = True
            try:
                found = await self._on_frame(frames[0])
            finally:
                self._is_answering = False
        self.send({"t": "answer", "n": message.get("n"), **found})

    async def _receive(self, message: dict[str, Any], buffers: list[Any]) -> None:
        try:
            for shot in buffers[:1]:
                content, label = memoryview(shot).cast("B"), str(message.get("label", ""))
                self.n_shots += await asyncio.to_thread(self._keep, content, label)
            is_whole = message.get("is_last") or await asyncio.to_thread(self._n_in_batch) >= MOST_WAITING
        except OSError as error:
            reason = f"The picture could not be saved: {error.strerror or error}. Make room, then try again."
            self.send({"t": "refused", "n": message.get("n"), "reason": reason})
            return
        if self._batch is not None and is_whole:
            batch, self._batch = self._batch, None
            self._on_shots(batch, str(message.get("label", "")))
        self.send({"t": "kept", "n": message.get("n")})

    def _keep(self, shot: memoryview, label: str) -> int:
        """How many pictures were written: 1, or 0."""
        if (self.needs_label and not label.strip()) or not 0 < shot.nbytes <= MAX_SHOT_BYTES:
            return 0
        if self._batch is None:
            self._batch = self._folder / f"camera-{uuid.uuid4().hex}"
            self._batch.mkdir(parents=True)
        atomic_files.write_bytes(self._batch / f"camera-{next(self._numbers):04d}.jpg", bytes(shot))
        return 1

    def _n_in_batch(self) -> int:
        return sum(1 for _ in self._batch.iterdir()) if self._batch else 0
