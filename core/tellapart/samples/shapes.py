"""The four kinds of leaves as outlines and veins. Base at (0, 0), tip near (0, 1), x to the right; no leaf is
like another: every lobe, tooth and half is drawn from the generator."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np

Points = np.ndarray  # (N, 2) float, leaf coordinates


@dataclass(frozen=True)
class Leaf:
    """outline: closed polygon; veins: (polyline, relative width); stem: polyline from the base outwards."""

    outline: Points
    veins: tuple[tuple[Points, float], ...]
    stem: Points


def draw_oak(rng: np.random.Generator) -> Leaf:
    """Rounded lobes along an outline that is widest above the middle."""
    n_lobes = int(rng.integers(4, 6))
    depth, width = rng.uniform(0.52, 0.68), rng.uniform(0.25, 0.32)
    sides, veins = [], [_midrib()]
    for side in (1, -1):
        t = np.linspace(0, 1, 90)
        phase = t**0.9 * n_lobes + rng.uniform(-0.12, 0.12)
        wave = np.abs(np.cos(np.pi * phase)) ** 0.75  # broad round lobes between narrow bays
        envelope = width * np.sin(np.pi * np.clip(t, 0, 1) ** 1.25) ** 0.62 * (1 + _wobble(t, 0.1, rng))
        x = envelope * (1 - depth * (1 - wave))
        y = t + 0.02 * wave * np.sin(np.pi * t)
        sides.append(_rounded(np.stack([side * x, y], axis=1)))
        for lobe in range(1, n_lobes):
            at = float(np.clip(lobe / n_lobes, 0, 1) ** (1 / 0.9))
            reach = float(np.interp(at, t, envelope)) * 0.8
            veins.append((_branch(at - 0.11, side, reach, 0.13), 0.5))
    return Leaf(_closed(sides[0], sides[1]), tuple(veins), _stem(rng.uniform(0.08, 0.2), rng))


# The right half of a maple leaf, base to tip; lobes and bays are moved a little for every leaf.
# fmt: off
_MAPLE = np.array([
    (0, 0), (0.12, -0.05), (0.26, -0.05), (0.43, -0.11), (0.40, 0.00), (0.52, 0.05), (0.42, 0.11),
    (0.36, 0.17), (0.50, 0.19), (0.62, 0.17), (0.64, 0.27), (0.86, 0.34), (0.72, 0.42), (0.74, 0.54),
    (0.58, 0.50), (0.44, 0.49), (0.26, 0.42), (0.25, 0.54), (0.23, 0.61), (0.37, 0.68), (0.24, 0.74),
    (0.22, 0.84), (0.09, 0.88), (0, 1.04),
])
# fmt: on


def draw_maple(rng: np.random.Generator) -> Leaf:
    """Five pointed lobes, spread like a hand, with a few large teeth."""
    stretch = np.array([rng.uniform(0.78, 1.0), 1.0])
    bay = rng.uniform(-0.05, 0.06)  # how far the bays reach out: shallow or deep lobes
    sides, veins = [], [_midrib()]
    for side in (1, -1):
        half = _MAPLE.copy()
        half[1:-1] += rng.normal(0, 0.014, (len(half) - 2, 2))
        half[[7, 16]] += half[[7, 16]] * bay * 3
        half *= stretch
        sides.append(_scalloped(half, 0.045) * np.array([side, 1.0]))
        for tip, thickness in ((11, 0.8), (3, 0.55)):
            end = half[tip] * np.array([side, 1.0]) * 0.92
            veins.append((_curve(np.array([0.0, 0.02]), end, 0.04 * side), thickness))
        for tip, start in ((13, 0.55), (9, 0.5), (19, 0.0)):
            end = half[tip] * np.array([side, 1.0]) * 0.92
            root = np.array([0, 0.48]) if tip == 19 else half[11] * np.array([side, 1.0]) * start
            veins.append((_curve(root, end, 0.0), 0.35))
    return Leaf(_closed(sides[0], sides[1]), tuple(veins), _stem(rng.uniform(0.35, 0.6), rng))


def draw_birch(rng: np.random.Generator) -> Leaf:
    """A pointed oval, widest below the middle, with a double saw edge."""
    n_teeth = int(rng.integers(8, 12))
    width, widest = rng.uniform(0.35, 0.44), rng.uniform(0.24, 0.36)
    sides, veins = [], [_midrib()]
    for side in (1, -1):
        t = np.linspace(0, 1, 150)
        rise = np.sin(np.pi / 2 * np.clip(t / widest, 0, 1)) ** 0.75
        fall = np.cos(np.pi / 2 * np.clip((t - widest) / (1 - widest), 0, 1)) ** rng.uniform(1.0, 1.3)
        envelope = width * np.where(t < widest, rise, fall)
        envelope *= 1 + _wobble(t, 0.05, rng)
        coarse = (t * n_teeth + rng.uniform()) % 1.0  # teeth point to the tip
        fine = (t * n_teeth * 3) % 1.0
        x = envelope + (0.045 * coarse + 0.02 * fine) * np.sin(np.pi * t) ** 0.5 * (t > 0.06)
        y = t + 0.03 * coarse * (1 - t)
        sides.append(np.stack([side * x, y], axis=1))
        for at in np.linspace(0.08, 0.82, 7):
            reach = float(np.interp(at + 0.1, t, envelope)) * 0.9
            veins.append((_branch(float(at), side, reach, 0.14), 0.42))
    return Leaf(_closed(sides[0], sides[1]), tuple(veins), _stem(rng.uniform(0.22, 0.4), rng))


def draw_ginkgo(rng: np.random.Generator) -> Leaf:
    """A fan on a long stem, its rim wavy and often split in the middle."""
    spread = np.deg2rad(rng.uniform(52, 82))
    notch = rng.uniform(0.0, 0.5) if rng.uniform() < 0.75 else 0.0
    angle = np.linspace(-spread, spread, 160)
    rim = 0.86 + _wobble((angle / spread + 1) / 2, 0.06, rng) + 0.012 * np.sin(angle * rng.uniform(30, 60))
    rim *= 1 - notch * np.exp(-((angle - rng.normal(0, 0.05)) ** 2) / 0.004)
    rim *= 1 - 0.28 * np.abs(angle / spread) ** 6  # round shoulders
    arc = np.stack([np.sin(angle) * rim, np.cos(angle) * rim], axis=1)
    t = np.linspace(0, 1, 24)[1:-1, None]
    hollow = rng.uniform(0.10, 0.2)
    left, right = (_sag(arc[end], t, hollow) for end in (0, -1))
    outline = np.concatenate([left, arc, right[::-1], np.zeros((1, 2))])
    veins = []
    for bearing in np.linspace(-spread * 0.93, spread * 0.93, 19):
        reach = float(np.interp(bearing, angle, rim)) * 0.97
        end = np.array([np.sin(bearing), np.cos(bearing)]) * reach
        veins.append((_curve(np.zeros(2), end, -0.10 * bearing / spread), 0.3))
    lift = np.array([0.0, 0.08])
    moved = tuple((points + lift, thickness) for points, thickness in veins)
    return Leaf(outline + lift, moved, _stem(rng.uniform(0.35, 0.6), rng) + lift)


KINDS: dict[str, Callable[[np.random.Generator], Leaf]] = {
    "birch": draw_birch,
    "ginkgo": draw_ginkgo,
    "maple": draw_maple,
    "oak": draw_oak,
}


def draw_blade(rng: np.random.Generator) -> Leaf:
    """A narrow leaf of no kind in particular: it lies about in pictures of every class."""
    t = np.linspace(0, 1, 40)
    width = rng.uniform(0.05, 0.11) * np.sin(np.pi * t) ** 0.8
    right, left = (np.stack([side * width, t], axis=1) for side in (1, -1))
    return Leaf(_closed(right, left), (_midrib(),), _stem(0.08, rng))


def _wobble(t: Points, strength: float, rng: np.random.Generator) -> Points:
    """A slow random wave over t, 0 to 1."""
    waves = [rng.normal(0, strength / k) * np.sin(np.pi * k * t + rng.uniform(0, 6)) for k in (2, 3, 5)]
    return np.sum(waves, axis=0) * 0.6


def _closed(right: Points, left: Points) -> Points:
    return np.concatenate([right, left[::-1]])


def _rounded(line: Points) -> Points:
    """The polyline without its corners; the ends stay."""
    for _ in range(3):
        line = np.concatenate([line[:1], (line[:-2] + line[1:-1] + line[2:]) / 3, line[-1:]])
    return line


def _midrib() -> tuple[Points, float]:
    return np.stack([np.zeros(12), np.linspace(0, 0.97, 12)], axis=1), 1.0


def _branch(at: float, side: int, reach: float, rise: float) -> Points:
    """A side vein that leaves the midrib at height `at` and bends towards the tip."""
    s = np.linspace(0, 1, 8)
    return np.stack([side * reach * s, at + rise * s**1.25], axis=1)


def _curve(start: Points, end: Points, bulge: float) -> Points:
    s = np.linspace(0, 1, 9)[:, None]
    sideways = np.array([1.0, 0.0])
    return start + (end - start) * s + sideways * bulge * np.sin(np.pi * s)


def _sag(end: Points, t: Points, hollow: float) -> Points:
    """From the base to `end`, bent inwards."""
    straight = end * t
    return straight * (1 - hollow * np.array([1.0, 0.0]) * np.sin(np.pi * t) * 2)


def _scalloped(corners: Points, depth: float) -> Points:
    """The polyline with every edge bent inwards, as between the teeth of a maple leaf."""
    start, end = corners[:-1], corners[1:]
    along = end - start
    inward = np.stack([-along[:, 1], along[:, 0]], axis=1)
    s = np.linspace(0, 1, 7)[:-1]
    bow = depth * 4 * s * (1 - s)
    points = (
        start[:, None] + along[:, None] * s[None, :, None] + inward[:, None] * bow[None, :, None]
    )  # (E, S, 2)
    return np.concatenate([points.reshape(-1, 2), corners[-1:]])


def _stem(length: float, rng: np.random.Generator) -> Points:
    s = np.linspace(0, 1, 10)
    return np.stack([rng.normal(0, 0.12) * length * 2 * s**2, 0.04 - s * (length + 0.04)], axis=1)
