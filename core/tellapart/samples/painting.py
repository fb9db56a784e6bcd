"""A leaf painted on a canvas: posed in space, coloured, veined, lit, with its shadow on what lies below."""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np
from PIL import Image, ImageDraw, ImageFilter

from tellapart.samples.shapes import Leaf, Points

# Middle and rim of a leaf, RGB 0..1. All kinds of leaves share them, so colour alone decides nothing.
PALETTES = {
    "green": ((0.30, 0.44, 0.15), (0.20, 0.34, 0.11)),
    "pale green": ((0.50, 0.58, 0.24), (0.40, 0.50, 0.18)),
    "turning": ((0.52, 0.56, 0.18), (0.80, 0.58, 0.16)),
    "yellow": ((0.90, 0.74, 0.20), (0.86, 0.62, 0.13)),
    "orange": ((0.86, 0.54, 0.14), (0.74, 0.30, 0.09)),
    "red": ((0.70, 0.22, 0.10), (0.52, 0.10, 0.08)),
    "brown": ((0.55, 0.37, 0.20), (0.40, 0.25, 0.13)),
}

_DRY = np.array([[0.36], [0.22], [0.12]], np.float32)
_BARK = np.array([[[0.36]], [[0.26]], [[0.19]]], np.float32)


@dataclass(frozen=True)
class Light:
    """towards: unit (x, y) on the picture, to the light; low: 0 overhead to 1 grazing; soft: 0 to 1."""

    towards: tuple[float, float]
    low: float
    soft: float


@dataclass(frozen=True)
class Pose:
    """Where a leaf lies and how it is turned; lengths in pixels, angles in radians."""

    centre: tuple[float, float]
    length_px: float
    turn: float
    tilt: tuple[float, float]
    curl: tuple[float, float]

    def place(self, points: Points) -> Points:
        """(N, 2) leaf coordinates -> (N, 2) pixels, seen in perspective."""
        x, y = points[:, 0], points[:, 1] - 0.5
        z = self.curl[0] * x**2 + self.curl[1] * y**2
        y, z = y * np.cos(self.tilt[0]) - z * np.sin(self.tilt[0]), y * np.sin(self.tilt[0]) + z
        x, z = x * np.cos(self.tilt[1]) - z * np.sin(self.tilt[1]), x * np.sin(self.tilt[1]) + z
        away = 1 / (1 + 0.35 * z)
        x, y = x * away, -y * away  # pixels count downwards
        cos, sin = np.cos(self.turn), np.sin(self.turn)
        turned = np.stack([x * cos - y * sin, x * sin + y * cos], axis=1)
        return turned * self.length_px + np.asarray(self.centre)


def paint_leaf(
    canvas: np.ndarray,
    leaf: Leaf,
    pose: Pose,
    palette: str,
    light: Light,
    noise: np.ndarray,
    rng: np.random.Generator,
    covered_by: np.ndarray | None = None,
) -> None:
    """Paints into canvas, (3, H, W) float32 in 0..1: one plane per colour, which numpy is quickest with.

    What lies outside is cut off. covered_by: (H, W) bool, becomes True where the leaf with its stem lies.
    """
    length = pose.length_px
    outline = pose.place(leaf.outline)
    stem = pose.place(leaf.stem)
    drop = length * rng.uniform(0.02, 0.07) * (0.5 + light.low)  # how far the shadow falls
    pad = int(drop + 0.08 * length) + 3
    everything = np.concatenate([outline, stem])
    height, width = canvas.shape[1:]
    left, top = np.maximum(np.floor(everything.min(axis=0)).astype(int) - pad, 0)
    right, bottom = np.minimum(np.ceil(everything.max(axis=0)).astype(int) + pad, (width, height))
    if right - left < 8 or bottom - top < 8:
        return
    corner = np.array([left, top])
    mask, veins = _stencils(
        outline - corner, stem - corner, leaf, pose, corner, (right - left, bottom - top), rng
    )

    inside = _array(mask.filter(ImageFilter.BoxBlur(0.07 * length)))
    near_veins = _array(veins.filter(ImageFilter.BoxBlur(max(1.0, 0.016 * length))))
    alpha, vein = _array(mask), _array(veins)
    if covered_by is not None:
        covered_by[top:bottom, left:right] |= alpha > 0.5
    shift = rng.integers(0, 200, 2)
    patch = noise[shift[0] : shift[0] + alpha.shape[0], shift[1] : shift[1] + alpha.shape[1]]
    grain = noise[shift[1] : shift[1] + alpha.shape[0], shift[0] : shift[0] + alpha.shape[1]][::-1]

    relief = 0.5 * inside - 0.55 * near_veins + 0.10 * grain
    slope_y, slope_x = np.gradient(relief, axis=0), np.gradient(relief, axis=1)
    u, v = _leaf_coordinates(pose, corner, alpha.shape)
    covered = alpha > 0  # from here on (N,) arrays of the pixels that the leaf covers, a third of the box
    u, v, patch = u[covered], v[covered], patch[covered]
    colour = _colours(palette, inside[covered], near_veins[covered], vein[covered], patch, v, rng)
    lit = (slope_x[covered] * light.towards[0] + slope_y[covered] * light.towards[1]) * (-0.05 * length)
    across = math.cos(pose.turn) * light.towards[0] + math.sin(pose.turn) * light.towards[1]
    fold = np.clip(u / 0.06, -1, 1) * (rng.uniform(0.04, 0.20) * across) + u * (pose.curl[0] * 1.2 * across)
    shade = 1 + (0.6 + light.low) * (lit + fold) + 0.06 * patch
    shine = np.clip(shade - 1.08, 0, 1) * rng.uniform(0.0, 0.7)
    painted = colour * np.clip(shade, 0.35, 1.6) + shine  # (3, N)

    shadow = mask.reduce(2).filter(ImageFilter.GaussianBlur(0.5 + drop * (0.12 + 0.3 * light.soft)))
    moved = Image.new("L", mask.size)
    moved.paste(shadow.resize(mask.size), (int(-light.towards[0] * drop), int(-light.towards[1] * drop)))
    contact = _array(mask.filter(ImageFilter.BoxBlur(2 + 0.012 * length)))
    darkness = np.maximum(_array(moved) * (0.68 - 0.28 * light.soft), contact * 0.35)

    part = canvas[:, top:bottom, left:right]
    part *= (1 - darkness) * (1 - alpha)
    for plane, paint in zip(part, painted * alpha[covered], strict=True):  # five times as fast as all at once
        plane[covered] += paint


def paint_twig(canvas: np.ndarray, light: Light, rng: np.random.Generator) -> None:
    """A crooked twig from one side of the picture to somewhere in it."""
    height, width = canvas.shape[1:]
    start = rng.uniform(-0.05, 1.05, 2) * (width, height)
    bearing = rng.uniform(0, 2 * np.pi)
    steps = rng.uniform(0.05, 0.12) * width
    turns = bearing + np.cumsum(rng.normal(0, 0.18, 9))
    path = start + np.cumsum(np.stack([np.cos(turns), np.sin(turns)], axis=1) * steps, axis=0)
    mask = Image.new("L", (width, height))
    _draw_path(ImageDraw.Draw(mask), path, 0.018 * width, 0.007 * width, 255)
    soft = _array(mask.filter(ImageFilter.BoxBlur(2.5)))
    drop = int(0.012 * width)
    dark = np.roll(soft, (int(-light.towards[1] * drop), int(-light.towards[0] * drop)), (0, 1))
    slope_y, slope_x = np.gradient(soft, axis=0), np.gradient(soft, axis=1)
    lit = 1 - (slope_x * light.towards[0] + slope_y * light.towards[1]) * 2.5
    alpha = _array(mask.filter(ImageFilter.BoxBlur(0.6)))
    bark = _BARK * rng.uniform(0.7, 1.4)
    canvas *= (1 - 0.5 * dark) * (1 - alpha)
    canvas += bark * (np.clip(lit, 0.4, 1.7) * alpha)


def _array(mask: Image.Image) -> np.ndarray:
    return np.asarray(mask, np.float32) * (1 / 255)


def _stencils(
    outline: Points,
    stem: Points,
    leaf: Leaf,
    pose: Pose,
    corner: np.ndarray,
    size: tuple[int, int],
    rng: np.random.Generator,
) -> tuple[Image.Image, Image.Image]:
    """Leaf with stem, and its veins, as smooth-edged masks: drawn at twice the size, then halved."""
    double = (int(size[0]) * 2, int(size[1]) * 2)
    mask, veins = Image.new("L", double), Image.new("L", double)
    on_mask, on_veins = ImageDraw.Draw(mask), ImageDraw.Draw(veins)
    on_mask.polygon([tuple(p) for p in (outline * 2).tolist()], fill=255)
    length = pose.length_px * 2
    for _ in range(int(rng.choice(4, p=(0.55, 0.2, 0.15, 0.1)))):  # somebody has eaten from it
        x, y = outline[int(rng.integers(len(outline)))] * 2 + rng.normal(0, 0.04, 2) * length
        radius = rng.uniform(0.012, 0.04) * length
        on_mask.ellipse((x - radius, y - radius * 0.8, x + radius, y + radius * 0.8), fill=0)
    for points, thickness in leaf.veins:
        path = (pose.place(points) - corner) * 2
        _draw_path(
            on_veins, path, 0.014 * length * thickness, 0.004 * length * thickness, int(120 + 135 * thickness)
        )
    veins = Image.composite(veins, Image.new("L", double), mask)
    for target in (on_mask, ImageDraw.Draw(veins)):
        _draw_path(target, stem * 2, 0.016 * length, 0.02 * length, 255)
    return mask.reduce(2), veins.reduce(2)


def _draw_path(
    draw: ImageDraw.ImageDraw, path: Points, width_from: float, width_to: float, fill: int
) -> None:
    for i in range(len(path) - 1):
        width = width_from + (width_to - width_from) * i / (len(path) - 1)
        draw.line(
            [tuple(path[i].tolist()), tuple(path[i + 1].tolist())], fill=fill, width=max(1, round(width))
        )


def _leaf_coordinates(
    pose: Pose, corner: np.ndarray, shape: tuple[int, ...]
) -> tuple[np.ndarray, np.ndarray]:
    """For every pixel its place in the leaf, by the pose's linear part: good enough for light and colour."""
    start_x, start_y = float(corner[0]) - pose.centre[0], float(corner[1]) - pose.centre[1]
    x = (np.arange(shape[1], dtype=np.float32) + start_x)[None, :] / pose.length_px
    y = (np.arange(shape[0], dtype=np.float32) + start_y)[:, None] / pose.length_px
    cos, sin = math.cos(pose.turn), math.sin(pose.turn)
    return x * cos + y * sin, 0.5 - (y * cos - x * sin)


def _colours(
    palette: str,
    inside: np.ndarray,
    near_veins: np.ndarray,
    vein: np.ndarray,
    patch: np.ndarray,
    v: np.ndarray,
    rng: np.random.Generator,
) -> np.ndarray:
    """(3, N) colours before light, for N covered pixels."""
    tints = rng.uniform(0.85, 1.15, (2, 3, 1)).astype(np.float32)
    middle, rim = np.asarray(PALETTES[palette], np.float32)[..., None] * tints  # (3, 1) each
    reach = rng.uniform(0.3, 0.9)
    weight = np.clip((1 - inside) * 1.5 + 0.25 * patch + rng.uniform(-0.2, 0.5) * v - 0.1, 0, 1) * reach
    colour = middle + (rim - middle) * weight
    spots = np.clip((patch - rng.uniform(0.9, 2.2)) * 3, 0, 1) * 0.7  # dry places
    colour += (_DRY - colour) * spots
    pale = np.clip(middle * 1.25 + 0.12, 0, 1)
    strength = 0.25 * near_veins + rng.uniform(0.25, 0.6) * vein
    colour += (pale - colour) * np.clip(strength, 0, 1)
    return colour
