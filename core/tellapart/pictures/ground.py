"""Transparent pictures as a person would see them: on white, or on black where a drawing would not show on white."""

from __future__ import annotations

import numpy as np
from PIL import Image, ImageChops

_WHITE, _BLACK = (255, 255, 255), (0, 0, 0)
_IS_VISIBLE = [
    255 if level >= 16 else 0 for level in range(256)
]  # what is fainter is the soft edge of something
_SAMPLED_SIDE = 64  # so many rows and columns of the drawing tell enough
_STANDS_OFF = 32  # levels below white that make a pixel show on paper
_ENOUGH = 0.1  # of the visible pixels have to show


def clear_value_of(image: Image.Image) -> int | tuple[int, ...] | None:
    """The value or colour that is clear (PNG's tRNS), as in the loaded picture; None if there is none.

    Of an open picture that is not loaded yet: then it is still known how many bits its grey values have.
    """
    value = image.info.get("transparency")
    if image.mode == "L" and isinstance(value, int):
        rawmode = next((tile[3] for tile in getattr(image, "tile", ())), "")
        return value * {"L;2": 85, "L;4": 17}.get(rawmode if isinstance(rawmode, str) else "", 1)
    return value if isinstance(value, int | tuple) else None


def with_alpha(image: Image.Image, clear_value: int | tuple[int, ...] | None) -> Image.Image:
    """A loaded picture of 8 bits as "LA" or "RGBA" where `clear_value` makes a part of it clear, else itself."""
    if image.mode == "RGB" and isinstance(clear_value, tuple) and len(clear_value) == 3:
        red, green, blue = map(_equal, image.split(), clear_value)
        is_clear = ImageChops.darker(ImageChops.darker(red, green), blue)
    elif image.mode in ("1", "L") and isinstance(clear_value, int):
        image = image.convert("L")
        is_clear = _equal(image, clear_value)
    else:
        return image
    image = image.copy()
    image.putalpha(ImageChops.invert(is_clear))
    return image


def on_ground(image: Image.Image) -> Image.Image:
    """RGB, from "L", "LA", "RGB" or "RGBA": what is clear becomes white, or black where the drawing is about white."""
    if image.mode not in ("RGBA", "LA"):
        return image if image.mode == "RGB" else image.convert("RGB")
    alpha = image.getchannel("A")
    if alpha.getextrema() == (255, 255):
        return image.convert("RGB")
    paper = _laid_on(image, alpha, _WHITE)
    return _laid_on(image, alpha, _BLACK) if _is_lost(paper, alpha) else paper


def _laid_on(image: Image.Image, alpha: Image.Image, colour: tuple[int, int, int]) -> Image.Image:
    ground = Image.new("RGB", image.size, colour)
    ground.paste(image, mask=alpha)
    return ground


def _is_lost(paper: Image.Image, alpha: Image.Image) -> bool:
    """Whether next to nothing of the drawing shows on white paper: in no channel does enough of it stand off."""
    drawn = alpha.getbbox() or (0, 0, 1, 1)
    size = (min(_SAMPLED_SIDE, drawn[2] - drawn[0]), min(_SAMPLED_SIDE, drawn[3] - drawn[1]))
    sampled, shares = (one.resize(size, Image.Resampling.NEAREST, drawn) for one in (paper, alpha))
    counts = np.array(sampled.histogram(shares.point(_IS_VISIBLE))).reshape(3, 256)
    n_visible = int(counts[0].sum())
    shown = counts[:, : 256 - _STANDS_OFF].sum(axis=1).max()
    return n_visible > 0 and bool(shown < _ENOUGH * n_visible)


def _equal(band: Image.Image, value: int) -> Image.Image:
    return band.point([255 if level == value else 0 for level in range(256)])
