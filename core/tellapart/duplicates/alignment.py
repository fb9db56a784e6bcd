"""Laying one picture over another: which part of it, at what size, at what brightness, fits best.

Copies are cut, never turned: a shift and a scale in each direction say it all, and the warp is two small products of
matrices. A search over possible cuts starts, Gauss-Newton steps at rising resolution finish.
Source: Lucas and Kanade 1981, "An Iterative Image Registration Technique"; Baker and Matthews 2004 (forward additive).
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

from tellapart.duplicates.crops import VIEWS

SEARCH_SIDE = 32
_STEPS = ((32, 3), (64, 3))  # side, Gauss-Newton steps there
MAX_SHIFT, MIN_SCALE, MAX_SCALE = 0.12, 0.84, 1.19  # a tenth off either side, and a little more
_MIN_GAIN, _MAX_GAIN = 0.65, 1.5
_SATURATED = 248  # grey levels; what was brighter was cut off, and says nothing about the gain
_RIDGE = 1e-3


class Fit(NamedTuple):
    """How the second of each of P pairs lies on the first: places (P, 4) shift and scale across, then down, in parts of
    a side, about the centre; light (P, 2) gain and offset in grey levels."""

    places: np.ndarray
    light: np.ndarray

    def only(self, chosen: np.ndarray) -> Fit:
        """Of some pairs."""
        return Fit(self.places[chosen], self.light[chosen])


def no_change(n: int) -> Fit:
    """Of n pairs that lie on one another as they are."""
    return Fit(
        np.tile(np.array([0, 1, 0, 1], np.float32), (n, 1)), np.tile(np.array([1, 0], np.float32), (n, 1))
    )


def shrunk(pixels: np.ndarray, side: int) -> np.ndarray:
    """Square pictures, (..., n, n), at a side that divides n."""
    factor = pixels.shape[-1] // side
    if factor == 1:
        return pixels
    return pixels.reshape(*pixels.shape[:-2], side, factor, side, factor).mean(
        axis=(-3, -1), dtype=np.float32
    )


def laid_over(other: np.ndarray, places: np.ndarray, margin: float = 0.0) -> tuple[np.ndarray, np.ndarray]:
    """The others as they lie on the ones, (P, n, n), and where they lie on them at all, (P, n, n) float32 of 0 and 1.

    Args:
        other: (P, n, n) float32. margin: pixels at the edge of the other that are left out.
    """
    n = other.shape[-1]
    across, down = _positions(places[:, 0], places[:, 1], n), _positions(places[:, 2], places[:, 3], n)
    over = _weights(down, n) @ other @ _weights(across, n).transpose(0, 2, 1)
    is_there = _inside(down, n, margin)[:, :, None] & _inside(across, n, margin)[:, None, :]
    return over, is_there.astype(np.float32)


def _positions(shift: np.ndarray, scale: np.ndarray, n: int) -> np.ndarray:
    """(P, n): where in the other, in its pixels, each pixel lies."""
    return (shift[:, None] + scale[:, None] * _centred(n) + 0.5) * n - 0.5


def _centred(n: int) -> np.ndarray:
    return ((np.arange(n) + 0.5) / n - 0.5).astype(np.float32)


def _weights(positions: np.ndarray, n: int) -> np.ndarray:
    """(P, n, n): linear interpolation as a matrix."""
    clipped = np.clip(positions, 0, n - 1)
    return np.maximum(0, 1 - np.abs(clipped[:, :, None] - np.arange(n, dtype=np.float32)))


def _inside(positions: np.ndarray, n: int, margin: float) -> np.ndarray:
    return (positions >= margin - 0.5) & (positions <= n - 0.5 - margin)


def slopes(pixels: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Across and down, in grey levels per pixel: (..., n, n) each."""
    down, across = np.gradient(pixels, axis=(-2, -1))
    return across, down


def fitted_light(one: np.ndarray, over: np.ndarray, is_there: np.ndarray) -> np.ndarray:
    """(P, 2) gain and offset that give the overlaid picture the mean and spread of the one, where neither is cut off at
    white. (Least squares would make the light of unlike pictures weaker than it is.)"""
    weight = is_there * (one < _SATURATED) * (over < _SATURATED)
    total = np.maximum(weight.sum(axis=(1, 2)), 1e-6)
    mean_one, mean_over = ((weight * side).sum(axis=(1, 2)) / total for side in (one, over))
    apart_one, apart_over = one - mean_one[:, None, None], over - mean_over[:, None, None]
    spread_one, spread_over = (
        (weight * side**2).sum(axis=(1, 2)) / total for side in (apart_one, apart_over)
    )
    gain = np.clip(np.sqrt((spread_one + 1) / (spread_over + 1)), _MIN_GAIN, _MAX_GAIN)
    return np.stack([gain, mean_one - gain * mean_over], axis=1).astype(np.float32)


def aligned(one: np.ndarray, other: np.ndarray) -> Fit:
    """The best fit of each pair, found by search.

    Args:
        one, other: (P, 64, 64) float32 grey levels.
    """
    fit = _searched(shrunk(one, SEARCH_SIDE), shrunk(other, SEARCH_SIDE))
    for side, n_steps in _STEPS:
        fit = refined(shrunk(one, side), shrunk(other, side), fit, n_steps)
    return fit


def refined(one: np.ndarray, other: np.ndarray, fit: Fit, n_steps: int) -> Fit:
    """The fit after some Gauss-Newton steps at the resolution of these (P, n, n) float32 pictures."""
    places, light = fit
    n = one.shape[-1]
    across, down = _centred(n)[None, None, :], _centred(n)[None, :, None]
    for _ in range(n_steps):
        over, is_there = laid_over(other, places)
        light = fitted_light(one, over, is_there)
        weight = is_there * (one < _SATURATED) * (over < _SATURATED)
        gain = light[:, 0, None, None]
        by_x, by_y = (gain * n * slope for slope in slopes(over))
        # light belongs to the unknowns too, else it would be paid for with a shift
        turns = np.stack([by_x, by_x * across, by_y, by_y * down, over, np.ones_like(over)], axis=1)
        turns = (turns * weight[:, None]).reshape(len(one), 6, -1)
        apart = ((one - gain * over - light[:, 1, None, None]) * weight).reshape(len(one), -1, 1)
        products = (turns @ turns.transpose(0, 2, 1)).astype(np.float64)
        size = np.sqrt(np.einsum("pii->pi", products)) + 1e-6
        products = products / (size[:, :, None] * size[:, None, :]) + _RIDGE * np.eye(6)
        step = np.linalg.solve(products, (turns @ apart) / size[:, :, None])[:, :4, 0] / size[:, :4]
        places = (places + np.clip(step, -0.05, 0.05)).astype(np.float32)
        places[:, ::2] = np.clip(places[:, ::2], -MAX_SHIFT, MAX_SHIFT)
        places[:, 1::2] = np.clip(places[:, 1::2], MIN_SCALE, MAX_SCALE)
    over, is_there = laid_over(other, places)
    return Fit(places, fitted_light(one, over, is_there))


def _cuts() -> np.ndarray:
    """(V, 4): every view of either picture as it would lie on the other, no change first."""
    inner = [
        (across[1] + across[0] / 2 - 0.5, across[0], down[1] + down[0] / 2 - 0.5, down[0])
        for across, down in VIEWS
    ]
    outer = [(-x / scale, 1 / scale, -y / scale, 1 / scale) for x, scale, y, _ in inner[1:]]
    return np.array([*inner, *outer], np.float32)


_CUTS = _cuts()
_DOWN, _ACROSS = (
    _weights(_positions(_CUTS[:, i], _CUTS[:, i + 1], SEARCH_SIDE), SEARCH_SIDE) for i in (2, 0)
)
_IS_THERE = laid_over(np.zeros((len(_CUTS), SEARCH_SIDE, SEARCH_SIDE), np.float32), _CUTS)[1]


def _searched(one: np.ndarray, other: np.ndarray) -> Fit:
    """The cut in which the pictures, (P, 32, 32), correlate most."""
    over = _DOWN @ other[:, None] @ _ACROSS.transpose(0, 2, 1)  # (P, V, 32, 32)
    n = _IS_THERE.sum(axis=(1, 2))
    ones = np.einsum("pij,vij->pv", one, _IS_THERE) / n
    overs = np.einsum("pvij,vij->pv", over, _IS_THERE) / n
    square_ones = np.einsum("pij,vij->pv", one**2, _IS_THERE) / n - ones**2
    square_overs = np.einsum("pvij,vij->pv", over**2, _IS_THERE) / n - overs**2
    together = np.einsum("pij,pvij,vij->pv", one, over, _IS_THERE, optimize=True) / n - ones * overs
    likeness = together / np.sqrt(np.maximum(square_ones * square_overs, 1e-6))
    places = _CUTS[likeness.argmax(axis=1)]
    return Fit(places, no_change(len(places)).light)
