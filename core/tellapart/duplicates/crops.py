"""What a picture's miniature shows in part: the whole, and every crop that takes up to a tenth of a side away.

A view is described by the low frequencies of its grey miniature, each weighted by its frequency: without the weights
the few lowest, in which most photographs resemble one another, would decide alone. Seen in the mirror, frequencies with
an odd number of half waves across change their sign and nothing else.
"""

from __future__ import annotations

import math
from collections.abc import Iterator

import numpy as np

from tellapart.pictures.images import MINIATURE_SIDE

N_BITS = 48
_N_FREQUENCIES = 12  # in each direction, of a description
_N_BIT_FREQUENCIES = 8
_FINE = 64  # points at which a view is sampled
_STEP = 0.025
_STEPS = {1.0: 1, 0.95: 3, 0.9: 5}  # part of a side that is left -> places where it may begin, a step apart
_ABOUT_ZERO = 0.05  # grey levels; a coefficient that is 0 but for rounding has one sign


def _intervals() -> list[tuple[float, float, float]]:
    return [(part, _STEP * step, _STEP * step + part) for part, n in _STEPS.items() for step in range(n)]


INTERVALS = _intervals()
VIEWS = [
    (across, down) for across in INTERVALS for down in INTERVALS if across[0] == down[0]
]  # the whole comes first


def _cosines(places: np.ndarray, n: int) -> np.ndarray:
    return np.cos(math.pi * np.arange(n)[:, None] * places[None])


def _maps(n: int) -> dict[tuple[float, float, float], np.ndarray]:
    """For each interval, (n, MINIATURE_SIDE): from a row of the miniature to the low frequencies of the part."""
    side = MINIATURE_SIDE
    scale = np.full((side, 1), math.sqrt(2 / side))
    scale[0] = math.sqrt(1 / side)
    to_frequencies = scale * _cosines((np.arange(side) + 0.5) / side, side)
    fine = (np.arange(_FINE) + 0.5) / _FINE
    maps = {}
    for part, start, stop in INTERVALS:
        shown = (
            scale * _cosines(start + fine * part, side)
        ).T @ to_frequencies  # (_FINE, side): the part, sampled
        rows = _cosines(fine, n) * np.where(np.arange(n) == 0, 1, 2)[:, None]
        maps[part, start, stop] = (rows @ shown / _FINE).astype(np.float32)
    return maps


def _weights(n: int) -> np.ndarray:
    return np.hypot(*np.mgrid[:n, :n]).astype(np.float32)  # 0 for the mean brightness


def _bits() -> np.ndarray:
    """(64,) bool: the 48 lowest of 8 × 8 frequencies, across first; the mean brightness is not among them."""
    across, down = np.mgrid[:_N_BIT_FREQUENCIES, :_N_BIT_FREQUENCIES]
    order = np.argsort((down**2 + across**2).ravel() * 100 + down.ravel(), kind="stable")
    return np.isin(np.arange(_N_BIT_FREQUENCIES**2), order[1 : N_BITS + 1])


_BIT_MAPS, _MAPS = _maps(_N_BIT_FREQUENCIES), _maps(_N_FREQUENCIES)
IS_BIT = _bits()
BIT_MIRROR = np.where(np.arange(_N_BIT_FREQUENCIES**2) // _N_BIT_FREQUENCIES % 2 == 1, -1, 1).astype(
    np.float32
)
MIRROR = np.where(np.arange(_N_FREQUENCIES**2) % _N_FREQUENCIES % 2 == 1, -1, 1).astype(np.float32)


def low_frequencies(miniatures: np.ndarray) -> Iterator[tuple[int, np.ndarray]]:
    """For 19 views, every other one, its number and (N, 64): the lowest frequencies, for their signs; see `IS_BIT`.

    Args:
        miniatures: (N, 16, 16) float32.
    """
    side, n = MINIATURE_SIDE, _N_BIT_FREQUENCIES
    number = 0
    for across in INTERVALS:
        part = miniatures.reshape(-1, side) @ _BIT_MAPS[across].T  # (N * 16, 8)
        part = np.ascontiguousarray(part.reshape(-1, side, n).transpose(0, 2, 1)).reshape(-1, side)
        for down in INTERVALS:
            if down[0] == across[0]:
                if round((across[1] + down[1]) / _STEP) % 2 == 0:
                    yield number, (part @ _BIT_MAPS[down].T).reshape(-1, n * n)  # across first
                number += 1


def signs(frequencies: np.ndarray) -> np.ndarray:
    """(N, 64) bool, of which 48 may be True."""
    return (frequencies > _ABOUT_ZERO) & IS_BIT


def describe(miniatures: np.ndarray, view: int) -> np.ndarray:
    """(N, 144) float32 of length 1: the weighted frequencies of a view; two are compared by their product."""
    across, down = VIEWS[view]
    square = (_MAPS[down] @ miniatures @ _MAPS[across].T) * _weights(_N_FREQUENCIES)  # (N, 12, 12)
    flat = square.reshape(-1, _N_FREQUENCIES**2)
    length = np.sqrt(np.einsum("ij,ij->i", flat, flat))
    return flat / np.maximum(length, 1e-6)[:, None]
