"""Drawn pictures with masks: a ball and a box on grass, seeded; small, and told by colour and shape."""

from __future__ import annotations

from pathlib import Path

import numpy as np
from PIL import Image, ImageDraw

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
