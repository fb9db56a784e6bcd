"""A mask drawn over its picture, as strongly as one likes, with the edges of its regions."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from PIL import Image

from tellapart.outlines.classes import VOID

STRENGTH = 0.55


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
