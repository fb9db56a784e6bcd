"""OutlinePredictor: what tells every pixel of new pictures; ONNX Runtime alone."""

from __future__ import annotations

import io
from dataclasses import dataclass, field
from pathlib import Path

import numpy as np
from PIL import Image

from tellapart.outlines.classes import OutlineClass
from tellapart.outlines.drawing import STRENGTH, drawn_over
from tellapart.outlines.model import OutlineModel
from tellapart.outlines.model_file import read_model
from tellapart.pictures.images import read_given, read_image
from tellapart.pictures.index_masks import mask_png


@dataclass(frozen=True)
class OutlinePrediction:
    """places: (H, W) uint8, of the classes, in the picture's size; confidence: (H, W) float32, 0 to 1. shares: class ->
    share of the pixels, the largest first. pixels: (H, W, 3) uint8, the picture, upright."""

    shares: dict[str, float]
    places: np.ndarray = field(repr=False)
    confidence: np.ndarray = field(repr=False)
    pixels: np.ndarray = field(repr=False)
    classes: tuple[OutlineClass, ...] = field(repr=False)

    def overlay(self, strength: float = STRENGTH) -> Image.Image:
        """The picture with its classes over it; strength: 0, the picture alone, to 1."""
        return drawn_over(self.pixels, self.places, [one.colour for one in self.classes], strength)

    def mask_png(self) -> bytes:
        """A PNG with the numbers that the classes had in the masks that were given, where those fit into one byte; else
        their places from 0."""
        values = [one.value for one in self.classes]
        if max(values) > 255:
            return mask_png(self.places, [one.colour for one in self.classes])
        palette = [(0, 0, 0)] * (max(values) + 1)
        for one in self.classes:
            palette[one.value] = one.colour
        return mask_png(np.array(values, np.uint8)[self.places], palette)

    def overlay_png(self, strength: float = STRENGTH) -> bytes:
        """The same as a PNG."""
        drawn = io.BytesIO()
        self.overlay(strength).save(drawn, "PNG")
        return drawn.getvalue()

    def _repr_png_(self) -> bytes:
        return self.overlay_png()


class OutlinePredictor:
    """A trained network of outlines, from a bundle's folder.

    Raises:
        BundleError: it cannot be used; see `read_model`.
    """

    def __init__(self, place: Path | str):
        self.model: OutlineModel = read_model(Path(place).expanduser())

    classes = property(
        lambda self: tuple(one.name for one in self.model.classes), doc="What every pixel is one of."
    )

    def predict(self, picture: Path | str | bytes | Image.Image | np.ndarray) -> OutlinePrediction:
        """Every pixel of a picture, given as a file, its bytes, a Pillow picture or an array.

        Raises:
            ImageError: it cannot be read.
        """
        if isinstance(picture, str | Path):
            image = read_image(Path(picture).expanduser())
        else:
            image = read_image(picture) if isinstance(picture, bytes) else read_given(picture)
        pixels = np.asarray(image)
        places, confidence = self.model.told(pixels)
        counts = np.bincount(places.reshape(-1), minlength=len(self.classes)) / places.size
        order = np.argsort(-counts, kind="stable").tolist()
        shares = {self.classes[k]: float(counts[k]) for k in order if counts[k]}
        return OutlinePrediction(shares, places, confidence, pixels, self.model.classes)
