"""OutlineModel: a network that ONNX Runtime runs, and what its answers mean."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

import numpy as np
from PIL import Image

from tellapart.outlines.classes import OutlineClass

if TYPE_CHECKING:
    import onnxruntime


@dataclass(frozen=True)
class OutlineModel:
    """classes: in the order of the network's answers. width, height: of what it sees. measured: on held-out pictures,
    plain JSON values. onnx: the network's file."""

    classes: tuple[OutlineClass, ...]
    is_colour: bool
    width: int
    height: int
    measured: dict[str, Any]
    onnx: bytes = field(repr=False)
    session: onnxruntime.InferenceSession = field(repr=False, compare=False)

    colours = property(lambda self: [one.colour for one in self.classes], doc="Of the classes, to show them.")

    def probabilities(self, pixels: np.ndarray) -> np.ndarray:
        """(N, C, height, width) float32 of (N, height, width, 3) uint8."""
        return np.asarray(self.session.run(["probabilities"], {"pixels": pixels})[0])

    def seen(self, picture: np.ndarray) -> np.ndarray:
        """(height, width, 3) uint8, the whole picture (H, W, 3) in the network's size."""
        return seen_pixels(picture, self.width, self.height)

    def told(self, picture: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
        """Of an upright picture (H, W, 3) uint8: (H, W) uint8 places of the likeliest classes, and their (H, W)
        probabilities."""
        return likeliest(self.probabilities(self.seen(picture)[None])[0], picture.shape[1], picture.shape[0])


def seen_pixels(picture: np.ndarray, width: int, height: int) -> np.ndarray:
    """A picture (H, W, 3) uint8, stretched."""
    if picture.shape[:2] == (height, width):
        return picture
    return np.asarray(Image.fromarray(picture).resize((width, height), Image.Resampling.BILINEAR))


def likeliest(probs: np.ndarray, width: int, height: int) -> tuple[np.ndarray, np.ndarray]:
    """Places (height, width) uint8 and probabilities of the likeliest of (C, h, w), each class enlarged by itself, so
    that many classes of a large picture need little memory."""
    if probs.shape[1:] == (height, width):
        return probs.argmax(axis=0).astype(np.uint8), probs.max(axis=0)
    best = np.full((height, width), -1.0, np.float32)
    places = np.zeros((height, width), np.uint8)
    for k, plane in enumerate(probs):
        large = np.asarray(
            Image.fromarray(np.ascontiguousarray(plane)).resize((width, height), Image.Resampling.BILINEAR)
        )
        is_better = large > best
        best[is_better], places[is_better] = large[is_better], k
    return places, best
