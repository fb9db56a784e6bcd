"""The second look: whether two pictures that look alike when small are one picture, told place by place.

Laid over one another, copies differ everywhere by what saving, resizing and cutting leave behind, which is little and
grows with the contrast of the place. Another animal before the same camera, another number on the same form, another
needle on the same gauge differ in one place by far more than that, however small the place is.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

from tellapart.duplicates.alignment import (
    Fit,
    aligned,
    fitted_light,
    laid_over,
    no_change,
    refined,
    shrunk,
    slopes,
)

SIDE = 256
COARSE_SIDE = 64
MOST_UNLIKE = 1.5  # in the worst window; copies stay below 0.9 as a rule, other pictures above 4
_SURELY_PLACED = 0.3  # so like that no other place need be looked for
_WINDOW = 8  # pixels, half of which the next one overlaps
_MARGIN = 2.0  # pixels at the edge, where a cut picture has no neighbours
_LEAST_SHARED = 0.6  # of the one, that the other must cover
_NEARLY_BRIGHT = 235
_TINTS_PX = 128  # shorter sides; JPEG keeps colours at half of that
_DARK, _BRIGHT = 5, 250  # beyond, grey levels may have been cut off
_CONTRAST = 100  # grey levels; what light changes in a window where white was cut off, for gain 2


class Tolerance(NamedTuple):
    """What copies may differ by: floor grey levels in an even place, slack pixels where it is not even."""

    floor: float
    slack: float


_PLAIN, _COLOURS, _TINTS = Tolerance(5.0, 0.7), Tolerance(9.0, 1.0), Tolerance(5.5, 1.4)
# blown up to 64 pixels, two sevens written alike differ by little more than what saving one of them changes
_TINY_PX, _TINY = 40, Tolerance(3.0, 0.5)
_SMALL_PX = 64  # shorter sides that are compared at 32 pixels
# several pixels of the file in one that is compared: what saving leaves behind is averaged away
_LARGE_PX, _LARGE = 512, Tolerance(1.6, 0.35)


class Closer(NamedTuple):
    """Pictures at higher resolution: green (P, n, n), red and blue (P, 2, 64, 64), all uint8, and side_px (P,), the
    shorter side of the picture itself; n is 64 or 256."""

    green: np.ndarray
    others: np.ndarray
    side_px: np.ndarray

    def only(self, chosen: np.ndarray) -> Closer:
        """Of some pictures."""
        return Closer(*(column[chosen] for column in self))


def finest_side(side_px: np.ndarray) -> np.ndarray:
    """(P,) int: the resolution at which pictures with such shorter sides are compared."""
    return np.select([side_px >= 256, side_px >= 128], [SIDE, 128], COARSE_SIDE)


def coarse_look(one: Closer, other: Closer) -> tuple[np.ndarray, Fit]:
    """How unlike the pictures are at 64 pixels, (P,), 1 for the limit, and how they lie on one another."""
    greens = one.green.astype(np.float32), other.green.astype(np.float32)
    side_px = np.minimum(one.side_px, other.side_px)
    fit = no_change(len(side_px))
    fit = Fit(fit.places, fitted_light(*greens, np.ones_like(greens[0])))
    unlike = _unlike_when_coarse(*greens, fit, side_px)
    rest = np.flatnonzero(unlike > _SURELY_PLACED)
    if len(rest):
        moved = aligned(greens[0][rest], greens[1][rest])
        its = _unlike_when_coarse(greens[0][rest], greens[1][rest], moved, side_px[rest])
        is_better = its < unlike[rest]
        better = rest[is_better]
        unlike[better] = its[is_better]
        fit.places[better], fit.light[better] = moved.only(is_better)
    peaks = [
        np.maximum(green, seen.others.max(axis=1)) for green, seen in zip(greens, (one, other), strict=True)
    ]
    is_whole = np.maximum(peaks[0], laid_over(peaks[1], fit.places)[0]) < _NEARLY_BRIGHT
    has_tints = np.minimum(one.side_px, other.side_px) >= _TINTS_PX
    gain_only = Fit(fit.places, fit.light * np.array([1, 0], np.float32))
    for i in range(2):
        mine, its = (seen.others[:, i].astype(np.float32) for seen in (one, other))
        unlike = np.maximum(unlike, _unlike(mine, its, fit, _COLOURS))
        # what is as bright as its ground shows in the difference of two colours, where neither is cut off
        mine, its = mine - greens[0], its - greens[1]
        tint = _unlike(mine, its, gain_only, _TINTS, is_whole)
        unlike = np.maximum(unlike, np.where(has_tints, tint, 0))
    return unlike, fit


def fine_look(one: Closer, other: Closer, fit: Fit) -> np.ndarray:
    """(P,) how unlike the pictures are at the finest resolution that both have; 0 where that is no finer than 64."""
    side_px = np.minimum(one.side_px, other.side_px)
    finest = finest_side(side_px)
    unlike = np.zeros(len(finest), np.float32)
    is_moved = (np.abs(fit.places - no_change(1).places) > 1e-6).any(axis=1)
    for side, least_px, tolerance in ((128, 0, _PLAIN), (SIDE, 0, _PLAIN), (SIDE, _LARGE_PX, _LARGE)):
        some = np.flatnonzero((finest >= side) & (side_px >= least_px) & (unlike <= MOST_UNLIKE))
        if not len(some):
            continue
        mine, its = (shrunk(seen.green[some].astype(np.float32), side) for seen in (one, other))
        moved = np.flatnonzero(is_moved[some])
        if len(moved):
            better = refined(mine[moved], its[moved], fit.only(some[moved]), 2)
            fit.places[some[moved]], fit.light[some[moved]] = better
        unlike[some] = np.maximum(unlike[some], _unlike(mine, its, fit.only(some), tolerance))
    return unlike


def _unlike_when_coarse(one: np.ndarray, other: np.ndarray, fit: Fit, side_px: np.ndarray) -> np.ndarray:
    unlike, is_tiny = np.zeros(len(one), np.float32), side_px < _TINY_PX
    is_small = ~is_tiny & (side_px < _SMALL_PX)
    for some, side, tolerance in (
        (~is_tiny & ~is_small, COARSE_SIDE, _PLAIN),
        (is_small, COARSE_SIDE // 2, _PLAIN), (is_tiny, COARSE_SIDE, _TINY),
    ):  # fmt: skip
        if some.any():
            mine, its = shrunk(one[some], side), shrunk(other[some], side)
            unlike[some] = _unlike(mine, its, fit.only(some), tolerance)
    return unlike


def _unlike(
    one: np.ndarray, other: np.ndarray, fit: Fit, tolerance: Tolerance, counts: np.ndarray | None = None
) -> np.ndarray:
    """(P,) how much larger the difference is, squared, than copies may have, in the window where it is largest.

    Args:
        one, other: (P, n, n) float32, of one channel, or a difference of two. counts: (P, n, n) bool, where to compare,
            for differences.
    """
    over, is_there = laid_over(other, fit.places, _MARGIN)
    shared = is_there.mean(axis=(1, 2))
    gain = fit.light[:, 0, None, None]
    expected = gain * over + fit.light[:, 1, None, None]
    apart = one - expected
    allowed: np.ndarray = np.zeros(1, np.float32)
    if counts is None:
        # what was cut off at white or black may have been brighter or darker
        apart = np.where((over >= _BRIGHT) | (one <= _DARK), np.minimum(apart, 0), apart)
        apart = np.where((over <= _DARK) | (one >= _BRIGHT), np.maximum(apart, 0), apart)
        has_cut = _window_means(((over >= _BRIGHT) | (one >= _BRIGHT)).astype(np.float32)) > 0.02
        allowed = has_cut * ((gain - 1) * _CONTRAST) ** 2
    else:
        is_there = is_there * counts
    steepness = np.minimum(_steepness(_softened(one)), _steepness(_softened(expected)))
    covered = _window_means(is_there)
    difference = _window_means(_softened(apart) ** 2 * is_there)
    allowed = (
        allowed + tolerance.floor**2 * covered + tolerance.slack**2 * _window_means(steepness * is_there)
    )
    unlike = np.where(covered >= 0.5, difference / np.maximum(allowed, 1e-3), 0)
    worst = unlike.reshape(len(one), -1).max(axis=1)
    return np.where(shared < _LEAST_SHARED, np.inf, worst)


def _softened(pixels: np.ndarray) -> np.ndarray:
    """Neighbours averaged 1 : 2 : 1, both ways."""
    padded = np.pad(pixels, ((0, 0), (1, 1), (1, 1)), mode="edge")
    rows = (padded[:, :-2] + 2 * padded[:, 1:-1] + padded[:, 2:]) / 4
    return (rows[..., :-2] + 2 * rows[..., 1:-1] + rows[..., 2:]) / 4


def _steepness(pixels: np.ndarray) -> np.ndarray:
    across, down = slopes(pixels)
    return across**2 + down**2


def _window_means(pixels: np.ndarray) -> np.ndarray:
    """(P, w, w): means of windows of 8 × 8 that overlap by half."""
    half, n = _WINDOW // 2, pixels.shape[-1]
    parts = pixels.reshape(-1, n // half, half, n // half, half).mean(axis=(2, 4), dtype=np.float32)
    return (parts[:, :-1, :-1] + parts[:, 1:, :-1] + parts[:, :-1, 1:] + parts[:, 1:, 1:]) / 4
