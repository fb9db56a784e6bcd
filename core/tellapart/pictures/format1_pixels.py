"""Pixels as bundles of format 1 learned them: numbers as they stand, 16 bits by their full range.

Such a bundle goes on answering as it did. Nothing new is made this way.
"""

from __future__ import annotations

import numpy as np
from PIL import Image


def to_rgb_as_before(image: Image.Image) -> Image.Image:
    """A loaded picture of any mode as 8-bit RGB; itself where it is that."""
    if image.mode == "RGB":
        return image
    if image.mode.startswith("I") or image.mode == "F":
        return _from_deep(image)
    if image.mode in ("RGBA", "LA", "PA", "La", "RGBa") or "transparency" in image.info:
        rgba = image if image.mode == "RGBA" else image.convert("RGBA")
        paper = Image.new("RGB", rgba.size, (255, 255, 255))
        paper.paste(rgba, mask=rgba)
        return paper
    return image.convert("RGB")


def _from_deep(image: Image.Image) -> Image.Image:
    top = max(float(_row(image, y).max()) for y in range(image.height))
    if image.mode == "F":
        scale = 255.0 if top <= 1.0 else (1.0 if top <= 255.0 else 255.0 / top)
    else:
        scale = 1.0 if top <= 255.0 and image.mode == "I" else 255.0 / 65535.0
    done = Image.new("L", image.size)
    for y in range(image.height):  # one at a time: floats of all would take gigabytes
        levels = np.clip(_row(image, y) * scale, 0, 255).round().astype(np.uint8)
        done.paste(Image.fromarray(levels), (0, y))
    return done.convert("RGB")


def _row(image: Image.Image, y: int) -> np.ndarray:
    values = np.asarray(image.crop((0, y, image.width, y + 1))).astype(np.float32)
    return np.nan_to_num(values, nan=0.0, posinf=0.0, neginf=0.0)
