"""Made pictures and embeddings for measurements without data: repeatable, quick to make, every one different."""

from __future__ import annotations

from pathlib import Path

import numpy as np
from PIL import Image, ImageDraw


def made_picture(rng: np.random.Generator, side_px: int) -> Image.Image:
    """A soft colour field with some grain, as different from the next as two photos are."""
    field = Image.fromarray(rng.integers(0, 256, (6, 6, 3), np.uint8)).resize(
        (side_px, side_px), Image.Resampling.BICUBIC
    )
    grain = rng.integers(0, 12, (side_px, side_px, 1), np.uint8)
    return Image.fromarray((np.asarray(field) // 2 + 60 + grain).astype(np.uint8))


def make_pictures(folder: Path, n: int, n_labels: int = 10, side_px: int = 96, seed: int = 0) -> list[Path]:
    """n JPEG files, spread evenly over folder/label-<k>/."""
    rng = np.random.default_rng(seed)
    for k in range(n_labels):
        (folder / f"label-{k}").mkdir(parents=True, exist_ok=True)
    paths = [folder / f"label-{i % n_labels}" / f"{i:06d}.jpg" for i in range(n)]
    for path in paths:
        made_picture(rng, side_px).save(path, "JPEG", quality=80)
    return paths


def made_embeddings(n: int, size: int, n_classes: int, seed: int = 0) -> tuple[np.ndarray, np.ndarray]:
    """(N, D) float32 and (N,) int targets that resemble a network's pooled features: positive, a few strong directions
    and many weak ones, classes that overlap, one label in fifty wrong."""
    rng = np.random.default_rng(seed)
    targets = np.arange(n) % n_classes
    n_directions = min(size, 256)
    directions = rng.normal(size=(n_directions, size)).astype(np.float32) / np.sqrt(n_directions)
    spread = (1 / np.sqrt(1 + np.arange(n_directions))).astype(np.float32) * 4
    centres = rng.normal(size=(n_classes, n_directions)).astype(np.float32) * spread * 0.5
    embeddings = np.empty((n, size), np.float32)
    for start in range(0, n, 10_000):
        some = targets[start : start + 10_000]
        inner = centres[some] + rng.normal(size=(len(some), n_directions)).astype(np.float32) * spread
        noise = rng.normal(size=(len(some), size)).astype(np.float32) * 0.3
        embeddings[start : start + 10_000] = np.maximum(inner @ directions + noise, 0)
    wrong = rng.random(n) < 0.02
    return embeddings, np.where(wrong, rng.integers(0, n_classes, n), targets)


def no_photographs(n: int, side_px: int, seed: int = 0) -> list[Image.Image]:
    """n pictures that no camera took, in turn: blank, noise, a gradient, shapes that are drawn, lines of writing."""
    rng = np.random.default_rng(seed)
    makers = (_blank, _noise, _gradient, _shapes, _writing)
    return [makers[i % len(makers)](rng, side_px) for i in range(n)]


def _colour(rng: np.random.Generator) -> tuple[int, int, int]:
    red, green, blue = rng.integers(0, 256, 3).tolist()
    return red, green, blue


def _blank(rng: np.random.Generator, side_px: int) -> Image.Image:
    grey = int(rng.integers(0, 256))
    return Image.new("RGB", (side_px, side_px), _colour(rng) if rng.random() < 0.5 else (grey, grey, grey))


def _noise(rng: np.random.Generator, side_px: int) -> Image.Image:
    return Image.fromarray(rng.integers(0, 256, (side_px, side_px, 3), np.uint8))


def _gradient(rng: np.random.Generator, side_px: int) -> Image.Image:
    corners = rng.integers(0, 256, (2, 2, 3), np.uint8)
    return Image.fromarray(corners).resize((side_px, side_px), Image.Resampling.BILINEAR)


def _shapes(rng: np.random.Generator, side_px: int) -> Image.Image:
    image = Image.new("RGB", (side_px, side_px), "white")
    draw = ImageDraw.Draw(image)
    for _ in range(int(rng.integers(3, 9))):
        x, y = rng.integers(0, side_px, 2).tolist()
        size = int(rng.integers(side_px // 10, side_px // 2))
        shape = draw.ellipse if rng.random() < 0.5 else draw.rectangle
        shape(
            (x, y, x + size, y + size),
            outline="black",
            width=3,
            fill=_colour(rng) if rng.random() < 0.7 else None,
        )
    return image


def _writing(rng: np.random.Generator, side_px: int) -> Image.Image:
    image = Image.new("RGB", (side_px, side_px), "white")
    draw = ImageDraw.Draw(image)
    for y in range(8, side_px - 8, 14):
        letters = rng.integers(97, 123, int(rng.integers(8, side_px // 7)))
        letters[rng.random(len(letters)) < 0.17] = 32
        draw.text((8, y), bytes(letters.tolist()).decode(), fill="black")
    return image
