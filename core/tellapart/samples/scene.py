"""One picture: a ground, things that lie about, one to three leaves of a kind, light and a camera."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from PIL import Image, ImageFilter

from tellapart.samples.painting import PALETTES, Light, Pose, paint_leaf, paint_twig
from tellapart.samples.shapes import KINDS, draw_blade
from tellapart.samples.textures import SIDE_PX, rough_noise, smooth_noise

SIZES_PX = ((480, 360), (400, 300), (400, 300), (300, 400), (384, 256), (320, 240))

# How often a kind has which of the PALETTES: as in nature they lean one way and overlap; colour is a hint.
PALETTE_CHANCES = {
    "birch": (0.40, 0.34, 0.12, 0.08, 0.02, 0.00, 0.04),
    "ginkgo": (0.06, 0.12, 0.16, 0.59, 0.04, 0.00, 0.03),
    "maple": (0.07, 0.03, 0.06, 0.07, 0.31, 0.41, 0.05),
    "oak": (0.20, 0.06, 0.08, 0.05, 0.07, 0.06, 0.48),
}


class Scenery:
    """What all pictures of a seed share: the grounds and fields of noise. Read only: threads share it."""

    def __init__(self, grounds: Sequence[Image.Image], seed: int) -> None:
        self.grounds = tuple(grounds)
        noise = rough_noise(12, 5, np.random.default_rng([seed, 2]))
        self.noise = np.tile(noise, (2, 2))  # leaves up to SIDE_PX find a piece that is large enough
        self.grain = np.random.default_rng([seed, 3]).standard_normal((SIDE_PX, SIDE_PX), dtype=np.float32)


def draw_scene(kind: str, scenery: Scenery, rng: np.random.Generator) -> Image.Image:
    """An RGB picture of `kind`, one of KINDS; the same generator state gives the same pixels."""
    return draw_scene_and_place(kind, scenery, rng)[0]


def draw_scene_and_place(
    kind: str, scenery: Scenery, rng: np.random.Generator
) -> tuple[Image.Image, np.ndarray]:
    """The same picture, and where its leaves of that kind lie: (H, W) bool, stems among them."""
    width, height = SIZES_PX[int(rng.integers(len(SIZES_PX)))]
    bearing = rng.uniform(0, 2 * np.pi)
    light = Light((float(np.cos(bearing)), float(np.sin(bearing))), rng.uniform(0.1, 1.0), rng.uniform(0, 1))
    canvas = _lay_ground(scenery, (width, height), rng)
    place_of_leaves = np.zeros((height, width), bool)

    for _ in range(int(rng.choice(3, p=(0.8, 0.18, 0.02)))):
        _scatter(canvas, scenery, light, rng)
    n_leaves = int(rng.choice((1, 2, 3), p=(0.92, 0.06, 0.02)))
    for place in _places(n_leaves, rng):
        leaf = KINDS[kind](rng)
        extent = float(np.ptp(leaf.outline, axis=0).max())  # a maple leaf is wider than long
        pose = Pose(
            centre=(float(place[0]) * width, float(place[1]) * height),
            length_px=min(width, height) * rng.uniform(0.74, 1.0) / n_leaves**0.4 / extent,
            turn=float(rng.normal(0, 0.26)),
            tilt=(rng.uniform(-0.35, 0.35), rng.uniform(-0.25, 0.25)),
            curl=(float(rng.normal(0, 0.3)), float(rng.normal(0, 0.25))),
        )
        palette = _pick_palette(kind, rng)
        paint_leaf(canvas, leaf, pose, palette, light, scenery.noise, rng, place_of_leaves)
    if rng.uniform() < 0.15:  # something lies partly over the leaf
        _scatter(canvas, scenery, light, rng)
    return _photograph(canvas, scenery, rng), place_of_leaves


def _pick_palette(kind: str, rng: np.random.Generator) -> str:
    return str(rng.choice(list(PALETTES), p=PALETTE_CHANCES[kind]))


def _lay_ground(scenery: Scenery, size: tuple[int, int], rng: np.random.Generator) -> np.ndarray:
    """A turned, scaled, sometimes mirrored piece of a ground, tinted: (3, H, W) float32 in 0..1."""
    ground = scenery.grounds[int(rng.integers(len(scenery.grounds)))]
    reach = (SIDE_PX / 2 - 4) / (0.5 * float(np.hypot(*size)))  # at most this scale fits at any angle
    scale = rng.uniform(0.55, 1.0) * reach
    angle = rng.uniform(0, 2 * np.pi)
    cos, sin = np.cos(angle) * scale, np.sin(angle) * scale
    slack = (SIDE_PX / 2 - 4) - scale * 0.5 * float(np.hypot(*size))
    middle = SIDE_PX / 2 + rng.uniform(-1, 1, 2) * slack
    flip = 1 if rng.uniform() < 0.5 else -1
    across = (cos, -sin * flip, middle[0] - cos * size[0] / 2 + sin * flip * size[1] / 2)
    down = (sin, cos * flip, middle[1] - sin * size[0] / 2 - cos * flip * size[1] / 2)
    piece = ground.transform(size, Image.Transform.AFFINE, across + down, Image.Resampling.BILINEAR)
    tint = rng.uniform(0.78, 1.05) * rng.uniform(0.95, 1.05, 3)
    return np.stack(
        [np.asarray(plane) * np.float32(gain / 255) for plane, gain in zip(piece.split(), tint, strict=True)]
    )


def _places(n: int, rng: np.random.Generator) -> np.ndarray:
    """(n, 2) fractions of the picture: one near the middle, several around it, some cut by the border."""
    middle = np.clip(rng.normal(0.5, 0.04, 2), 0.35, 0.65)
    if n == 1:
        return middle[None]
    angles = rng.uniform(0, 2 * np.pi) + np.arange(n) * 2 * np.pi / n
    return middle + np.stack([np.cos(angles), np.sin(angles)], axis=1) * rng.uniform(0.17, 0.27)


def _scatter(canvas: np.ndarray, scenery: Scenery, light: Light, rng: np.random.Generator) -> None:
    """A twig or narrow leaf, anywhere: it belongs to no class."""
    if rng.uniform() < 0.5:
        paint_twig(canvas, light, rng)
        return
    height, width = canvas.shape[1:]
    pose = Pose(
        centre=(rng.uniform(0, width), rng.uniform(0, height)),
        length_px=min(width, height) * rng.uniform(0.3, 0.6),
        turn=rng.uniform(0, 2 * np.pi),
        tilt=(rng.uniform(-0.6, 0.6), 0.0),
        curl=(0.0, rng.normal(0, 0.5)),
    )
    paint_leaf(canvas, draw_blade(rng), pose, _pick_palette("oak", rng), light, scenery.noise, rng)


def _photograph(canvas: np.ndarray, scenery: Scenery, rng: np.random.Generator) -> Image.Image:
    """Shade of trees, vignette, white balance, exposure, focus and sensor noise."""
    height, width = canvas.shape[1:]
    if rng.uniform() < 0.16:
        shade = smooth_noise((height, width), (int(rng.integers(2, 5)), int(rng.integers(2, 5))), rng)
        canvas *= 1 - np.clip(0.5 + 1.5 * shade, 0, 1) * rng.uniform(0.25, 0.5)
    x, y = (np.linspace(-1, 1, n, dtype=np.float32) for n in (width, height))
    slant = rng.normal(0, 0.10, 2).astype(np.float32)
    falloff = 1 - rng.uniform(0, 0.16) * (x[None, :] ** 2 + y[:, None] ** 2)
    falloff += x[None, :] * slant[0] + y[:, None] * slant[1]
    warmth = rng.normal(0, 0.05)
    balance = np.array([1 + warmth, 1.0, 1 - warmth]) * rng.uniform(0.85, 1.2)
    canvas *= falloff
    canvas *= balance.astype(np.float32)[:, None, None] * 255
    top, left = rng.integers(0, SIDE_PX - height), rng.integers(0, SIDE_PX - width)
    grain = scenery.grain[top : top + height, left : left + width] * rng.uniform(1, 6)
    canvas += grain
    np.clip(canvas, 0, 255, out=canvas)
    picture = Image.merge("RGB", [Image.fromarray(plane) for plane in canvas.astype(np.uint8)])
    softness = rng.uniform(0, 0.9)
    return picture.filter(ImageFilter.BoxBlur(softness)) if softness > 0.5 else picture
