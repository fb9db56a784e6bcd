"""The grounds that leaves lie on, made of noise: wood, sand, cloth, grass, gravel, soil, stone.

Each is a large square RGB picture; a scene cuts a turned, scaled and tinted piece out of it.
"""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
from PIL import Image, ImageDraw, ImageFilter

SIDE_PX = 640


def smooth_noise(shape: tuple[int, int], cells: tuple[int, int], rng: np.random.Generator) -> np.ndarray:
    """(H, W) float32, mean 0 and deviation about 1, with `cells` random hills down and across."""
    coarse = Image.fromarray(rng.normal(0, 1, (cells[0] + 3, cells[1] + 3)).astype(np.float32))
    fine = coarse.resize(
        (shape[1], shape[0]), Image.Resampling.BICUBIC, box=(1, 1, cells[1] + 2, cells[0] + 2)
    )
    return np.asarray(fine) * 1.3


def rough_noise(cells: int, octaves: int, rng: np.random.Generator) -> np.ndarray:
    """(SIDE_PX, SIDE_PX) float32 of hills upon hills, about -1 to 1."""
    total = np.zeros((SIDE_PX, SIDE_PX), np.float32)
    for octave in range(octaves):
        n_cells = min(cells * 2**octave, SIDE_PX)
        total += smooth_noise((SIDE_PX, SIDE_PX), (n_cells, n_cells), rng) * 0.55**octave
    return total * 0.5


def _lit(height: np.ndarray, strength: float) -> np.ndarray:
    """Brightness of a relief lit from the upper left."""
    return (height - np.roll(height, (2, 2), (0, 1))) * strength


def _coloured(tone: np.ndarray, dark: tuple[float, ...], light: tuple[float, ...]) -> np.ndarray:
    low, high = np.asarray(dark, np.float32), np.asarray(light, np.float32)
    return low + (high - low) * tone[..., None]


def wood(rng: np.random.Generator) -> np.ndarray:
    """Boards with rings and grain."""
    y = np.linspace(0, 1, SIDE_PX, dtype=np.float32)[:, None]
    n_boards = int(rng.integers(3, 6))
    board = np.floor(y * n_boards).astype(int)
    shift = rng.uniform(0, 30, n_boards + 1)[board]
    warp = smooth_noise((SIDE_PX, SIDE_PX), (8, 3), rng)
    rings = np.sin((y * 30 + shift + warp * 1.4) * 2.2)
    grain = smooth_noise((SIDE_PX, SIDE_PX), (320, 10), rng)
    tone = 0.5 + 0.10 * rings + 0.10 * grain + 0.05 * smooth_noise((SIDE_PX, SIDE_PX), (60, 5), rng)
    tone += rng.uniform(-0.14, 0.14, n_boards + 1)[board]
    seam = np.abs((y * n_boards) % 1.0 - 0.5) > 0.5 - 0.008 * n_boards / 4
    tone = np.where(seam, tone * 0.35, tone)
    dark, light = [
        ((70, 42, 24), (190, 138, 90)),
        ((88, 80, 72), (196, 186, 172)),
        ((96, 66, 38), (226, 190, 140)),
    ][int(rng.integers(3))]
    return _coloured(tone, dark, light)


def sand(rng: np.random.Generator) -> np.ndarray:
    """Rippled sand, fine grains."""
    y = np.linspace(0, 1, SIDE_PX, dtype=np.float32)[:, None]
    ripples = np.sin(y * rng.uniform(50, 90) + smooth_noise((SIDE_PX, SIDE_PX), (5, 5), rng) * 2.5)
    height = ripples * 0.5 + rough_noise(24, 4, rng)
    grains = rng.normal(0, 1, (SIDE_PX, SIDE_PX)).astype(np.float32)
    tone = 0.55 + _lit(height, 0.22) + 0.07 * grains + 0.06 * smooth_noise((SIDE_PX, SIDE_PX), (4, 4), rng)
    return _coloured(tone, (120, 92, 60), (236, 212, 170))


def cloth(rng: np.random.Generator) -> np.ndarray:
    """Woven cloth in one colour, sometimes with stripes."""
    axis = np.arange(SIDE_PX, dtype=np.float32) / rng.uniform(4.2, 7.0)
    over = np.abs(np.sin(np.pi * axis)) ** 0.6
    across, down = over[None, :] * np.ones((SIDE_PX, 1)), over[:, None] * np.ones((1, SIDE_PX))
    checker = (np.floor(axis)[None, :] + np.floor(axis)[:, None]) % 2
    weave = np.where(checker == 0, across, down).astype(np.float32)
    threads = smooth_noise((SIDE_PX, SIDE_PX), (10, 160), rng) + smooth_noise(
        (SIDE_PX, SIDE_PX), (160, 10), rng
    )
    folds = smooth_noise((SIDE_PX, SIDE_PX), (3, 4), rng)
    tone = 0.25 + 0.45 * weave + 0.06 * threads + 0.10 * folds
    bright = [(226, 214, 190), (150, 168, 186), (186, 92, 76), (108, 122, 96), (222, 222, 220), (78, 84, 102)]
    colour = np.asarray(bright[int(rng.integers(len(bright)))], np.float32)
    pixels = _coloured(tone, tuple(colour * 0.45), tuple(colour * 1.12))
    if rng.uniform() < 0.5:
        stripe = (np.sin(np.arange(SIDE_PX) / rng.uniform(14, 30)) > rng.uniform(0.3, 0.8))[None, :, None]
        pixels = np.where(stripe, pixels * rng.uniform(0.6, 0.85, 3), pixels)
    return pixels


def grass(rng: np.random.Generator) -> np.ndarray:
    """Blades over blades, the lower ones in the dark."""
    picture = Image.new("RGB", (SIDE_PX, SIDE_PX), (34, 46, 20))
    draw = ImageDraw.Draw(picture)
    n_blades = 2600
    roots = rng.uniform(-40, SIDE_PX + 40, (n_blades, 2))
    bearing = rng.normal(rng.uniform(0, 6.3), 0.9, n_blades)
    length, width = rng.uniform(40, 110, n_blades), rng.uniform(1.5, 4.0, n_blades)
    bend = rng.normal(0, 0.5, n_blades)
    hue = rng.uniform(0, 1, n_blades)
    for i in range(n_blades):
        depth = 0.35 + 0.65 * i / n_blades
        colour = (
            np.array([70 + 75 * hue[i], 105 + 45 * hue[i], 36 + 24 * hue[i]]) * depth * rng.uniform(0.8, 1.15)
        )
        x, y = roots[i]
        middle = (x + np.cos(bearing[i]) * length[i] * 0.5, y + np.sin(bearing[i]) * length[i] * 0.5)
        turned = bearing[i] + bend[i]
        tip = (middle[0] + np.cos(turned) * length[i] * 0.5, middle[1] + np.sin(turned) * length[i] * 0.5)
        side = (-np.sin(bearing[i]) * width[i], np.cos(bearing[i]) * width[i])
        corners = [(x - side[0], y - side[1]), (middle[0] - side[0], middle[1] - side[1]), tip]
        corners += [(middle[0] + side[0], middle[1] + side[1]), (x + side[0], y + side[1])]
        fill = tuple(int(c) for c in np.clip(colour, 0, 255))
        draw.polygon(corners, fill=fill)
        draw.line([(x, y), middle, tip], fill=tuple(min(255, int(c * 1.2)) for c in fill), width=1)
    return np.asarray(picture.filter(ImageFilter.GaussianBlur(0.7)), np.float32)


def gravel(rng: np.random.Generator) -> np.ndarray:
    """Pebbles in greys and browns."""
    return _pebbles(
        rng, 1000, (9, 25), ((120, 112, 104), (176, 164, 150), (142, 120, 98), (96, 98, 104), (200, 196, 190))
    )


def soil(rng: np.random.Generator) -> np.ndarray:
    """Dark crumbs of earth."""
    crumbs = _pebbles(rng, 1500, (3, 9), ((74, 54, 40), (92, 68, 48), (60, 46, 36), (112, 88, 62)))
    return crumbs * (0.95 + 0.3 * rough_noise(40, 3, rng)[..., None])


def stone(rng: np.random.Generator) -> np.ndarray:
    """A slab with specks."""
    rough = rough_noise(5, 6, rng)
    specks = rng.normal(0, 1, (SIDE_PX, SIDE_PX)).astype(np.float32)
    tone = (
        0.5 + 0.14 * rough + _lit(rough, 0.5) + 0.06 * specks - 0.25 * (specks > 2.2) + 0.2 * (specks < -2.4)
    )
    dark, light = [
        ((92, 92, 96), (196, 194, 190)),
        ((120, 100, 86), (206, 184, 164)),
        ((56, 60, 66), (150, 152, 156)),
    ][int(rng.integers(3))]
    return _coloured(tone, dark, light)


def _pebbles(
    rng: np.random.Generator, n: int, radii: tuple[float, float], colours: tuple[tuple[int, int, int], ...]
) -> np.ndarray:
    picture = Image.new("RGB", (SIDE_PX, SIDE_PX), tuple(c // 2 for c in colours[0]))
    draw = ImageDraw.Draw(picture)
    turn = np.linspace(0, 2 * np.pi, 10)[:-1]
    for i in range(n):
        radius = float(rng.uniform(*radii)) * (1.3 - 0.6 * i / n)  # the small ones come to lie on top
        knobbly = radius * (1 + rng.normal(0, 0.09, len(turn)))
        stretch, bearing = rng.uniform(0.6, 1.0), rng.uniform(0, 3.2)
        along, across = np.cos(turn) * knobbly, np.sin(turn) * knobbly * stretch
        shape = np.stack(
            [
                along * np.cos(bearing) - across * np.sin(bearing),
                along * np.sin(bearing) + across * np.cos(bearing),
            ],
            1,
        )
        centre = rng.uniform(-10, SIDE_PX + 10, 2)
        colour = np.asarray(colours[int(rng.integers(len(colours)))]) * rng.uniform(0.75, 1.15)
        for grow, move, tone in ((1.12, 0.12, 0.3), (1.0, 0.0, 0.78), (0.8, -0.1, 1.0), (0.45, -0.25, 1.14)):
            fill = tuple(int(c) for c in np.clip(colour * tone, 0, 255))
            draw.polygon([tuple(p) for p in (shape * grow + centre + radius * move).tolist()], fill=fill)
    pixels = np.asarray(picture.filter(ImageFilter.GaussianBlur(0.9)), np.float32)
    return pixels * (1 + 0.06 * rng.normal(0, 1, (SIDE_PX, SIDE_PX, 1)).astype(np.float32))


# Calm grounds more often than busy ones.
GROUNDS: tuple[Callable[[np.random.Generator], np.ndarray], ...]
GROUNDS = (wood, sand, cloth, stone, grass, wood, cloth, gravel, stone, soil, wood, sand)


def make_ground(number: int, seed: int) -> Image.Image:
    """Ground `number` of a seed as an RGB square: the kinds take turns, no two are alike."""
    rng = np.random.default_rng([seed, 1, number])
    pixels = GROUNDS[number % len(GROUNDS)](rng)
    return Image.fromarray(np.clip(pixels, 0, 255).astype(np.uint8))
