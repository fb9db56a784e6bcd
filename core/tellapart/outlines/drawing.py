"""A mask drawn over its picture, as strongly as one likes, with the edges of its regions; and both side by side."""

from __future__ import annotations

import io
from collections.abc import Sequence

import numpy as np
from PIL import Image

from tellapart.outlines.classes import VOID

STRENGTH = 0.55
_QUALITY = 88  # of a JPEG


def drawn_over(
    picture: np.ndarray,
    places: np.ndarray,
    colours: Sequence[tuple[int, int, int]],
    strength: float = STRENGTH,
) -> Image.Image:
    """The picture (H, W, 3) uint8 with the colours of its classes (H, W) over it; where void is, it stays as it is.

    strength: 0, the picture alone, to 1, the mask alone. Edges between classes are drawn whole.
    """
    palette = np.zeros((256, 3), np.float32)
    palette[: len(colours)] = colours
    cover = np.where(places == VOID, 0.0, strength).astype(np.float32)
    is_edge = np.zeros(places.shape, bool)
    is_edge[:, 1:] |= places[:, 1:] != places[:, :-1]
    is_edge[1:] |= places[1:] != places[:-1]
    cover[is_edge & (places != VOID) & (strength > 0)] = 1.0
    mixed = picture * (1 - cover[..., None]) + palette[places] * cover[..., None]
    return Image.fromarray(np.rint(mixed).astype(np.uint8))


def side_by_side(
    pixels: np.ndarray, sides: Sequence[np.ndarray], colours: Sequence[tuple[int, int, int]], gap: int = 0
) -> Image.Image:
    """The picture once for each mask (H, W), which is drawn over it; grey between them."""
    height, width = pixels.shape[:2]
    both = Image.new("RGB", (len(sides) * (width + gap) - gap, height), (128, 128, 128))
    for number, places in enumerate(sides):
        both.paste(drawn_over(pixels, places, colours), (number * (width + gap), 0))
    return both


def scaled_down(pixels: np.ndarray, longest: int) -> np.ndarray:
    """(h, w, 3) uint8 of (H, W, 3), its longer side at most so many pixels."""
    image = Image.fromarray(pixels)
    image.thumbnail((longest, longest), Image.Resampling.BILINEAR)
    return np.asarray(image)


def jpeg_of(image: Image.Image) -> bytes:
    """The picture as a JPEG without any notes."""
    file = io.BytesIO()
    image.save(file, "JPEG", quality=_QUALITY)
    return file.getvalue()
