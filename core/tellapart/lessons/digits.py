"""Drawn digits: threes and sevens as hands write them, from arithmetic and a seed alone, the same on every computer."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from tellapart.errors import LessonError

SIDE_PX = 28
NAMES = ("3", "7")  # in the order of the targets
MOST_DIGITS = 2000  # of each

# Where the pen goes, x to the right and y down, in a square of side 1 around its middle.
_THREE = ((-0.22, -0.27), (-0.02, -0.38), (0.21, -0.24), (0.12, -0.07), (-0.05, -0.02), (0.16, 0.04), (0.25, 0.21),
          (0.02, 0.38), (-0.24, 0.26))  # fmt: skip
_SEVEN = ((-0.26, -0.33), (0.24, -0.33), (0.10, -0.05), (0.0, 0.16), (-0.07, 0.38))
_BAR = ((-0.13, 0.03), (0.17, 0.0))  # that some people put through a seven
_SHARE_WITH_BAR = 0.4
_ROUNDS_OF_A_CURVE = 2
_STEP = 0.012  # between the places of the pen: below a third of a pixel


@dataclass(frozen=True)
class DrawnDigits:
    """pixels: (N, 28, 28) float32, 0 is paper and 1 ink. targets: (N,) int, 0 for a three and 1 for a seven."""

    pixels: np.ndarray
    targets: np.ndarray

    def __len__(self) -> int:
        return len(self.targets)


def drawn_digits(n_each: int, seed: int = 0) -> DrawnDigits:
    """n_each threes and n_each sevens in turn, each with its own slant, size, place, pen and unsteady hand.

    Raises:
        LessonError: n_each is below 1 or above 2,000.
    """
    if not 1 <= n_each <= MOST_DIGITS:
        raise LessonError(f"n_each={n_each}: choose from 1 to {MOST_DIGITS:,} digits of each kind.")
    random = np.random.default_rng(seed)
    targets = np.tile(np.arange(len(NAMES)), n_each)
    pixels = np.stack([_drawn(_pen(int(target), random), random) for target in targets])
    return DrawnDigits(pixels, targets)


def _pen(target: int, random: np.random.Generator) -> np.ndarray:
    """(P, 2) places of the pen for one digit."""
    shape = np.array(_SEVEN if target else _THREE)
    shape = shape + random.normal(0, 0.025, shape.shape)
    path = _along(shape if target else _rounded(shape))
    if target and random.random() < _SHARE_WITH_BAR:
        bar = np.array(_BAR) + random.normal(0, 0.025, (2, 2))
        path = np.concatenate([path, _along(bar)])
    return path


def _rounded(points: np.ndarray) -> np.ndarray:
    """The line with its corners cut, twice, so that it bends. Source: Chaikin 1974."""
    for _ in range(_ROUNDS_OF_A_CURVE):
        before, after = points[:-1], points[1:]
        cut = np.stack([0.75 * before + 0.25 * after, 0.25 * before + 0.75 * after], axis=1).reshape(-1, 2)
        points = np.concatenate([points[:1], cut, points[-1:]])
    return points


def _along(points: np.ndarray) -> np.ndarray:
    """Places along the line, close to each other."""
    lengths = np.hypot(*np.diff(points, axis=0).T)
    at = np.concatenate([[0.0], np.cumsum(lengths)])
    wanted = np.linspace(0.0, at[-1], 2 + int(at[-1] / _STEP))
    return np.stack([np.interp(wanted, at, points[:, axis]) for axis in (0, 1)], axis=1)


def _drawn(path: np.ndarray, random: np.random.Generator) -> np.ndarray:
    """(28, 28) float32: ink where a pixel is nearer to the pen's way than half its width."""
    angle, slant = random.normal(0, 0.10), random.normal(0, 0.16)
    size = SIDE_PX * random.uniform(0.66, 0.86)
    turn = np.array([[np.cos(angle), -np.sin(angle)], [np.sin(angle), np.cos(angle)]])
    lean = np.array([[1.0, -slant], [0.0, 1.0]])
    middle = (SIDE_PX - 1) / 2 + random.normal(0, 1.3, 2)
    pen = path @ (size * turn @ lean).T + middle  # (P, 2) in pixels
    rows, columns = np.mgrid[:SIDE_PX, :SIDE_PX]
    places = np.stack([columns.ravel(), rows.ravel()], axis=1)  # (784, 2)
    squares = (places**2).sum(1)[:, None] + (pen**2).sum(1)[None] - 2 * places @ pen.T  # (784, P)
    distance = np.sqrt(np.maximum(squares.min(axis=1), 0.0))
    half = random.uniform(0.9, 1.7)
    return np.clip(half + 0.5 - distance, 0.0, 1.0).reshape(SIDE_PX, SIDE_PX).astype(np.float32)
