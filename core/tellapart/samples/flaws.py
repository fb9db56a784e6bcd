"""What is wrong with some of the samples, on purpose: so that there is something to find and to mend."""

from __future__ import annotations

import io
from collections.abc import Callable
from dataclasses import dataclass
from typing import Literal

import numpy as np
from PIL import Image, ImageFilter, ImageOps

FlawName = Literal["wrong label", "near-duplicate", "exact duplicate", "blurred", "dark", "rotated", "broken"]

ORIENTATION = 0x0112  # the EXIF tag
# Orientation tag -> how an upright picture must be stored for it.
STORED = {
    3: Image.Transpose.ROTATE_180,
    6: Image.Transpose.ROTATE_90,  # shown after a quarter turn clockwise, so stored a quarter turn back
    8: Image.Transpose.ROTATE_270,
}


@dataclass(frozen=True)
class Flaw:
    """One planted flaw.

    path: the file, relative to the samples' folder, with "/".
    reason: what was done, in words.
    drawn: the kind that is really in the picture; for a wrong label another than the folder's.
    twin: for duplicates, the path of the picture they were made from; else empty.
    """

    name: FlawName
    path: str
    reason: str
    drawn: str
    twin: str = ""


def to_jpeg(picture: Image.Image, quality: int, orientation: int = 1) -> bytes:
    """The picture as the bytes of a JPEG file, with an Orientation tag when that is not 1 (upright)."""
    out = io.BytesIO()
    if orientation == 1:
        picture.save(out, format="JPEG", quality=quality)
    else:
        exif = Image.Exif()
        exif[ORIENTATION] = orientation
        picture.transpose(STORED[orientation]).save(out, format="JPEG", quality=quality, exif=exif)
    return out.getvalue()


def blur(picture: Image.Image) -> Image.Image:
    """The picture badly out of focus."""
    return picture.filter(ImageFilter.GaussianBlur(max(picture.size) / 60))


def darken(picture: Image.Image, rng: np.random.Generator) -> Image.Image:
    """The picture as taken with far too little light, noise included."""
    pixels = np.asarray(picture, np.float32) * rng.uniform(0.08, 0.13)
    pixels += rng.normal(0, 1.5, pixels.shape)
    return Image.fromarray(np.clip(pixels, 0, 255).astype(np.uint8))


def cut_off(jpeg: bytes) -> bytes:
    """The first part of the file, as after a download that stopped."""
    return jpeg[: len(jpeg) * 2 // 5]


def _resized(picture: Image.Image) -> bytes:
    size = (picture.width * 5 // 8, picture.height * 5 // 8)
    return to_jpeg(picture.resize(size, Image.Resampling.LANCZOS), 88)


def _recompressed(picture: Image.Image) -> bytes:
    return to_jpeg(picture, 40)


def _cropped(picture: Image.Image) -> bytes:
    width, height = picture.size
    return to_jpeg(picture.crop((width // 25, height // 30, width - width // 40, height - height // 20)), 90)


def _mirrored(picture: Image.Image) -> bytes:
    return to_jpeg(ImageOps.mirror(picture), 90)


# What was done to the copy -> how. The samples hold one near-duplicate of each.
COPIES: dict[str, Callable[[Image.Image], bytes]] = {
    "the same picture at five eighths of the size": _resized,
    "the same picture saved again at low quality": _recompressed,
    "the same picture with its border cut off": _cropped,
    "the same picture mirrored": _mirrored,
}
