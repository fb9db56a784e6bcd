"""Drawn pictures with masks: a ball and a box on grass, seeded; small, and told by colour and shape."""

from __future__ import annotations

from pathlib import Path
from typing import Any, cast

import numpy as np
from PIL import Image, ImageDraw
from tellapart.outlines.model import OutlineModel
from tellapart.outlines.project import OutlineProject

NAMES = ("grass", "ball", "box")


def drawn(seed: int, width: int = 64, height: int = 48) -> tuple[Image.Image, np.ndarray]:
    """A picture and its (H, W) uint8 mask: 0 grass, 1 ball, 2 box."""
    rng = np.random.default_rng(seed)
    ground = np.array([60, 130, 50]) + rng.integers(-25, 25, (height, width, 3))
    picture = Image.fromarray(ground.clip(0, 255).astype(np.uint8))
    mask = Image.new("L", (width, height), 0)
    for number, fill in ((1, (210, 60, 40)), (2, (70, 80, 200))):
        side = int(rng.integers(height // 4, height // 2))
        left, top = int(rng.integers(0, width - side)), int(rng.integers(0, height - side))
        box = (left, top, left + side, top + side)
        shade = tuple(int(one + rng.integers(-20, 20)) for one in fill)
        for image, colour in ((picture, shade), (mask, number)):
            draw = ImageDraw.Draw(image)
            (draw.ellipse if number == 1 else draw.rectangle)(box, fill=colour)
    return picture, np.asarray(mask)


def write_scenes(root: Path, n: int = 12, masks: str = "labels") -> Path:
    """`images/` and masks beside it, with codes.txt."""
    (root / "images").mkdir(parents=True)
    (root / masks).mkdir()
    for i in range(n):
        picture, mask = drawn(i)
        picture.save(root / "images" / f"scene{i:02d}.png")
        Image.fromarray(mask).save(root / masks / f"scene{i:02d}.png")
    (root / "codes.txt").write_text("\n".join(NAMES), encoding="utf-8")
    return root


class ColourSession:
    """Stands in for a trained network: each pixel is the class whose colour is nearest."""

    colours = np.array([[60, 130, 50], [210, 60, 40], [70, 80, 200]], np.float32)

    def run(self, _names: list[str], given: dict[str, np.ndarray]) -> list[np.ndarray]:
        away = np.abs(given["pixels"][:, None].astype(np.float32) - self.colours[None, :, None, None]).sum(-1)
        near = np.exp(-away / 30)
        return [near / near.sum(axis=1, keepdims=True)]


def colour_model(project: OutlineProject) -> OutlineModel:
    """A model of drawn scenes that nobody trained."""
    measured = {
        "pixel_accuracy": 0.9, "mean_iou": 0.8, "interval": [0.7, 0.9], "ious": [0.9, None, 0.7], "n_learned": 9,
        "n_held_out": 3, "baseline": {"pixel_accuracy": 0.7, "mean_iou": 0.3}, "unlearned": ["ball"], "seconds": 31.0,
        "n_epochs": 12,
    }  # fmt: skip
    return OutlineModel(project.classes, False, 64, 48, measured, b"", cast(Any, ColourSession()))
