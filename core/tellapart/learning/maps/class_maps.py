"""Class maps: what each place of a picture adds to the logit of a label, from maps that a linear head averages.

Source: Zhou et al. 2016, "Learning Deep Features for Discriminative Localization" (arXiv:1512.04150). There one map is
averaged; with several, each adds its own, since the logit is a sum over them.
"""

from __future__ import annotations

import math
from collections.abc import Sequence

import numpy as np


def rather_than_others(weights: np.ndarray, bias: np.ndarray, index: int) -> tuple[np.ndarray, float]:
    """Weights (D,) and bias of how far the logit of a class lies above the mean of the others'.

    What speaks for all classes alike changes no probability, so it is no evidence.

    Args:
        weights: (D, C). bias: (C,). index: of the class; with one class alone its own logit comes out.
    """
    others = [k for k in range(len(bias)) if k != index]
    if not others:
        return weights[:, index], float(bias[index])
    return weights[:, index] - weights[:, others].mean(axis=1), float(bias[index] - bias[others].mean())


def class_map(planes: Sequence[np.ndarray], weights: np.ndarray, bias: float, side: int) -> np.ndarray:
    """(side, side) float32: what each pixel of the square adds, spread between the cells of the maps.

    The mean over the cells of the maps, bias included, is the logit; between cells it is interpolated.

    Args:
        planes: maps (C_k, h_k, w_k) whose averages, one after the other, are the embedding.
        weights: (D,), D the sum of the C_k. bias: added everywhere.
    """
    total = np.full((side, side), bias, np.float32)
    start = 0
    for plane in planes:
        own = weights[start : start + len(plane)]
        start += len(plane)
        total += spread(np.tensordot(own, plane, axes=1), side)
    return total


def spread(cells: np.ndarray, side: int) -> np.ndarray:
    """(side, side) float32 of (h, w) cells, bilinear between their middles and level beyond the outermost.

    A cell lies on its share of the square. Paddings that differ left and right would place it elsewhere by the windows'
    geometry, in the built-in network half a cell; what cells answer to in practice is where they lie evenly.
    """
    rows, columns = (_interpolation(n, side) for n in cells.shape)
    return np.asarray(rows @ cells.astype(np.float32) @ columns.T)


def _interpolation(n_cells: int, side: int) -> np.ndarray:
    """(side, n_cells) float32: how much of each cell is in each pixel; rows sum to 1."""
    at = np.clip((np.arange(side) + 0.5) * n_cells / side - 0.5, 0, n_cells - 1)
    below = np.minimum(at.astype(int), max(0, n_cells - 2))
    shares = np.zeros((side, n_cells), np.float32)
    pixels = np.arange(side)
    shares[pixels, np.minimum(below + 1, n_cells - 1)] += at - below
    shares[pixels, below] += 1 - (at - below)
    return shares


def hottest(values: np.ndarray, share: float = 0.1) -> np.ndarray:
    """(H, W) bool: the places with the largest values, exactly this share of all, rounded up; ties in reading order."""
    n = math.ceil(share * values.size)
    chosen = np.zeros(values.size, bool)
    chosen[np.argsort(-values.ravel(), kind="stable")[:n]] = True
    return chosen.reshape(values.shape)


def share_of_hottest(values: np.ndarray, share: float = 0.1) -> float:
    """How much of all that is above 0 lies in the hottest places: from `share`, spread evenly, to 1; 0 for nothing."""
    positive = np.maximum(values, 0).astype(np.float64)
    total = float(positive.sum())
    return float(positive[hottest(values, share)].sum()) / total if total > 0 else 0.0
