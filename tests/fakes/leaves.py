"""A picture service that knows drawn leaves: whoever asks for oak gets oaks, each with an author and a licence."""

from __future__ import annotations

import io
import re
import threading
from functools import cache

import numpy as np
from tellapart.samples.scene import Scenery, draw_scene
from tellapart.samples.shapes import KINDS
from tellapart.samples.textures import make_ground

from .openverse import FakeOpenverse
from .pictures import Pictures
from .server import Answer, Asked


@cache
def _studio() -> Scenery:
    return Scenery([make_ground(number, 0) for number in (0, 1, 3, 5)], 0)


@cache
def leaf(kind: str, number: int) -> bytes:
    """The JPEG of one leaf, unlike every other."""
    buffer = io.BytesIO()
    draw_scene(kind, _studio(), np.random.default_rng([number, len(kind)])).save(buffer, "JPEG", quality=85)
    return buffer.getvalue()


class LeafPictures(Pictures):
    """/leaf/<kind>/<n>.jpg besides what the others serve."""

    def answer(self, asked: Asked) -> Answer:
        if found := re.fullmatch(r"/leaf/(\w+)/(\d+)\.jpg", asked.path):
            return Answer(leaf(found[1], int(found[2])), kind="image/jpeg")
        return super().answer(asked)


class LeafOpenverse(FakeOpenverse):
    """Its works are what the words of the question name; other words find nothing."""

    def __init__(self, pictures: Pictures, n_works: int = 45):
        super().__init__(pictures, n_works)
        self._one_at_a_time = threading.Lock()

    def answer(self, asked: Asked) -> Answer:
        kind = next((kind for kind in KINDS if kind in asked.params.get("q", "")), None)
        if kind is None:
            return self.empty(asked)
        with self._one_at_a_time:  # three labels may be asked for at once
            self.link = lambda number: f"{self._pictures.url}/leaf/{kind}/{number}.jpg"
            return super().answer(asked)
