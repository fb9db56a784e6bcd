"""EmbeddingMap: every picture as a point, alike ones near each other; a rectangle shows those inside in the grid."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

import anywidget
import numpy as np
from traitlets import Bytes, Float, List, TraitError, Unicode, validate

from tellapart_dashboards.app.event_loop import soon
from tellapart_dashboards.widgets import BUILT


class EmbeddingMap(anywidget.AnyWidget):
    """A scatter of points coloured by label.

    points: little-endian float32 x, y of each picture, 0 to 1. targets: uint16, the place of its label in `labels`.
    open_findings: uint32, the places of pictures with an open finding; they have a ring.
    region: [left, top, right, bottom] of the rectangle, [] for none.
    look: gets the place of the point below the pointer and gives its picture and words, sent back to the page.
    """

    _esm = BUILT / "map.js"
    _css = Path(__file__).parent / "map.css"
    points = Bytes(b"").tag(sync=True)
    targets = Bytes(b"").tag(sync=True)
    open_findings = Bytes(b"").tag(sync=True)
    labels = List(Unicode()).tag(sync=True)
    region = List(Float()).tag(sync=True)

    def __init__(self, look: Callable[[int], Any], **traits: Any) -> None:
        super().__init__(**traits)
        self._look = look
        self._points = np.zeros((0, 2), np.float32)
        self.on_msg(self._told)

    @validate("region")
    def _region_is_a_rectangle(self, proposal: dict[str, Any]) -> list[float]:
        region = list(proposal["value"])
        if len(region) not in (0, 4):
            raise TraitError(
                f"region={region} is no rectangle; expected left, top, right, bottom, or nothing."
            )
        return region

    def show(self, points: np.ndarray, targets: np.ndarray, labels: Sequence[str]) -> None:
        """Show these points. points: (N, 2), any range."""
        low, high = (points.min(axis=0), points.max(axis=0)) if len(points) else (np.zeros(2), np.ones(2))
        self._points = ((points - low) / np.maximum(high - low, 1e-9)).astype("<f4")
        with self.hold_sync():
            self.region = []
            self.labels = list(labels)
            self.targets = np.asarray(targets, "<u2").tobytes()
            self.points = self._points.tobytes()

    def places_inside(self) -> np.ndarray:
        """(K,) places of the points inside the region."""
        if not self.region:
            return np.zeros(0, np.int64)
        left, top, right, bottom = self.region
        x, y = self._points[:, 0], self._points[:, 1]
        return np.flatnonzero((x >= left) & (x <= right) & (y >= top) & (y <= bottom))

    def _told(self, _: Any, message: dict[str, Any], buffers: Any) -> None:
        if message.get("t") == "choose":
            self.region = message.get("region", [])
        elif message.get("t") == "look":
            soon(self._answer(int(message.get("place", -1))))

    async def _answer(self, place: int) -> None:
        if 0 <= place < len(self._points):
            words, jpeg = await self._look(place)
            self.send({"t": "look", "place": place, "words": words}, [jpeg])
