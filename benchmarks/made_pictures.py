"""Made pictures and embeddings for measurements without data: repeatable, quick to make, every one different."""

from __future__ import annotations

from pathlib import Path

import numpy as np
from PIL import Image


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
