"""Occlusion: what a network's answer loses where a part of the picture is blurred. For every network, and slower.

Source: Zeiler & Fergus 2014, "Visualizing and Understanding Convolutional Networks" (arXiv:1311.2901), section 4.2.
There the part is grey; blurred, it keeps its colour and looks less like nothing the network ever saw.
"""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
from PIL import Image, ImageFilter

N_CELLS = 8  # along a side; a patch covers two by two, so each cell is covered four times
_BLUR = 0.09  # radius, of the side


def lost_probability(
    answer: Callable[[np.ndarray], np.ndarray], pixels: np.ndarray, batch: int = 2
) -> np.ndarray:
    """(C, 8, 8) float32: for each class and cell, the probability lost on average where the cell is blurred.

    Args:
        answer: (N, H, W, 3) uint8 -> (N, C) probabilities. pixels: (H, W, 3) uint8. batch: pictures asked at once.
    """
    side = len(pixels)
    blurred = np.asarray(Image.fromarray(pixels).filter(ImageFilter.GaussianBlur(_BLUR * side)))
    edges = np.rint(np.linspace(0, side, N_CELLS + 1)).astype(int)
    windows = [_window(row, column) for row in range(N_CELLS + 1) for column in range(N_CELLS + 1)]
    whole = answer(pixels[None])[0]  # (C,)
    total, n_times = np.zeros((len(whole), N_CELLS, N_CELLS)), np.zeros((N_CELLS, N_CELLS))
    for start in range(0, len(windows), batch):
        some = windows[start : start + batch]
        changed = np.repeat(pixels[None], len(some), axis=0)
        for one, (rows, columns) in zip(changed, some, strict=True):
            place = (
                slice(edges[rows.start], edges[rows.stop]),
                slice(edges[columns.start], edges[columns.stop]),
            )
            one[place] = blurred[place]
        for lost, (rows, columns) in zip(whole - answer(changed), some, strict=True):
            total[:, rows, columns] += lost[:, None, None]
            n_times[rows, columns] += 1
    return (total / n_times).astype(np.float32)


def _window(row: int, column: int) -> tuple[slice, slice]:
    """The cells of the patch that ends with this row and column; at the border it is cut."""
    return slice(max(0, row - 1), min(N_CELLS, row + 1)), slice(max(0, column - 1), min(N_CELLS, column + 1))
