"""Masks: pictures whose pixels are numbers of classes, or colours that stand for them; read without changing any."""

from __future__ import annotations

import io
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from PIL import Image

from tellapart.errors import ImageError
from tellapart.pictures.boundary import one_picture
from tellapart.pictures.formats.png import MAGIC
from tellapart.pictures.opening import bytes_of, loaded

_GREY = 0  # colour type of a PNG
_GREY_COLOUR = 0x010101  # times a level: that grey
_STRETCHED = {2: 85, 4: 17}  # by what Pillow multiplies grey levels of so few bits


@dataclass(frozen=True)
class MaskPixels:
    """values: (H, W) uint32, numbers as they stand in the file, or 0xRRGGBB where `is_colour`. is_grey: they are levels
    of colours of which all are grey, so that the colours themselves may be meant."""

    values: np.ndarray
    is_colour: bool
    is_grey: bool = False

    def as_meant(self, is_colour: bool) -> MaskPixels:
        """The same, as colours where these are asked for and the file may mean them."""
        if is_colour and self.is_grey:
            return MaskPixels(self.values * _GREY_COLOUR, True)
        return self


def read_mask(source: Path | bytes) -> MaskPixels:
    """The pixels of a mask: a PNG of grey levels, of a palette's places, or of colours (where all are grey: levels).

    Raises:
        ImageError: it is no PNG, or damaged; the reason, in words, without the file's name.
    """
    with one_picture():
        data = bytes_of(source)
        if data and not data.startswith(MAGIC):
            raise ImageError("no PNG; other formats blur the edges or change the numbers, so save it as PNG")
        with loaded(data, ["PNG"]) as found:
            image = found.image
            if image.mode in ("RGB", "RGBA"):
                return _of_colours(np.asarray(image)[..., :3].astype(np.uint32))
            levels = np.asarray(image.getchannel(0) if image.mode == "LA" else image)
            by = _STRETCHED.get(data[24], 1) if data[25] == _GREY else 1
            return MaskPixels(levels.astype(np.uint32) // by, False)


def mask_png(values: np.ndarray, colours: Sequence[tuple[int, int, int]] = ()) -> bytes:
    """A PNG whose pixels are the numbers of (H, W) uint8; with colours, by number, a viewer shows those."""
    image = Image.fromarray(np.ascontiguousarray(values, np.uint8))
    if colours:
        image.putpalette([level for colour in colours for level in colour])
    file = io.BytesIO()
    image.save(file, "PNG")
    return file.getvalue()


def resized_mask(values: np.ndarray, width: int, height: int) -> np.ndarray:
    """(height, width) uint8 of the nearest pixels of (H, W) uint8; no number between two arises."""
    image = Image.fromarray(np.ascontiguousarray(values, np.uint8))
    return np.asarray(image.resize((width, height), Image.Resampling.NEAREST))


def _of_colours(planes: np.ndarray) -> MaskPixels:
    if (planes == planes[..., :1]).all():
        return MaskPixels(planes[..., 0], False, True)
    return MaskPixels((planes[..., 0] << 16) | (planes[..., 1] << 8) | planes[..., 2], True)
