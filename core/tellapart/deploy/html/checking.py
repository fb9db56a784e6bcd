"""The picture by which a page checks itself: drawn, nobody's, with the answer that the program gives it."""

from __future__ import annotations

import base64
import io
import zlib

import numpy as np
from PIL import Image

from tellapart.bundle.loading import Bundle
from tellapart.pictures.images import load_pixels

_WIDTH, _HEIGHT = 150, 250  # no square, and tall, so that every step has work


def drawn_png() -> bytes:
    """A PNG by integer arithmetic alone, the same everywhere: ramps, a disc and a chequered corner."""
    rows, columns = np.mgrid[0:_HEIGHT, 0:_WIDTH]
    ramp = np.stack(
        [rows * 255 // _HEIGHT, columns * 255 // _WIDTH, 255 - (rows + columns) * 255 // 400], axis=-1
    )
    is_disc = (rows - 60) ** 2 + (columns - 60) ** 2 < 40**2
    is_square = (rows // 7 + columns // 7) % 2 * (columns > 100) > 0
    ramp[is_disc] = (214, 160, 40)
    ramp[is_square] = (24, 40, 62)
    file = io.BytesIO()
    Image.fromarray(ramp.astype(np.uint8)).save(file, "PNG", optimize=True)
    return file.getvalue()


def tall_rows_first() -> bool:
    """Whether this Pillow makes a tall picture lower before it makes it narrower, as Pillow 13 began to."""
    rng = np.random.default_rng(0)
    image = Image.fromarray(rng.integers(0, 256, (80, 20, 3), dtype=np.uint8))
    half = Image.Resampling.BILINEAR
    return (
        image.resize((16, 16), half).tobytes()
        == image.resize((20, 16), half).resize((16, 16), half).tobytes()
    )


def check_of(bundle: Bundle) -> dict[str, object]:
    """Plain JSON values: the picture, the Adler-32 of the square it becomes, and what the bundle says of it."""
    png = drawn_png()
    pixels = load_pixels(png, bundle.preprocess)
    probs, novelty = bundle.run(pixels[None])
    return {
        "png": base64.b64encode(png).decode(),
        "pixels": zlib.adler32(pixels.tobytes()),
        "probabilities": [round(float(one), 6) for one in probs[0]],
        "novelty": float(novelty[0]),
    }
