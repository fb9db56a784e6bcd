"""NumPy arrays as Pillow pictures, by what their shape and numbers say."""

from __future__ import annotations

import numpy as np
from PIL import Image

from tellapart.errors import ImageError
from tellapart.pictures.cost import check_size

_MODES = {1: "L", 3: "RGB", 4: "RGBA"}


def image_of(pixels: np.ndarray) -> Image.Image:
    """A Pillow picture of an array: (H, W), (H, W, 1), (H, W, 3) or (H, W, 4), rows from the top, colours as RGB(A).

    Bytes are taken as they are; bool as black and white; 16-bit numbers as 0 to 65535; other numbers
    as 0 to 255, and floats as 0 to 1 if none is larger.

    Raises:
        ImageError: the shape, the type or the range of its numbers is not one of these.
    """
    shape = pixels.shape
    if len(shape) == 3 and shape[2] == 1:
        pixels, shape = pixels[:, :, 0], shape[:2]
    if len(shape) not in (2, 3) or (len(shape) == 3 and shape[2] not in _MODES) or 0 in shape:
        raise ImageError(
            f"an array of shape {tuple(pixels.shape)} is not a picture; give (height, width) or (height, "
            "width, 3)"
        )
    check_size(shape[1], shape[0])
    return Image.fromarray(np.ascontiguousarray(_bytes_of(pixels)))


def _bytes_of(pixels: np.ndarray) -> np.ndarray:
    """The same picture as uint8."""
    kind = pixels.dtype.kind
    if pixels.dtype == np.uint8:
        return pixels
    if kind == "b":
        return pixels.astype(np.uint8) * np.uint8(255)
    if pixels.dtype.kind == "u" and pixels.dtype.itemsize == 2:
        return (pixels // 257).astype(np.uint8)
    if kind not in "fiu":
        raise ImageError(f"an array of {pixels.dtype} is not a picture; give uint8 from 0 to 255")
    lowest, highest = float(np.min(pixels)), float(np.max(pixels))
    if not (lowest >= 0 and highest <= 255):
        raise ImageError(
            f"an array with numbers from {lowest:g} to {highest:g} is not a picture; give 0 to 255, or 0 to 1"
        )
    scale = 255.0 if highest <= 1 and kind == "f" else 1.0
    rows = [(np.asarray(row, np.float32) * scale).round().astype(np.uint8) for row in pixels]
    return np.stack(rows)
