"""A picture as thorough training varies it: a crop of it, mirrored or not, turned, nearer, tilted, lit otherwise.

What one view gets is drawn from the picture's name: the same each time. A setting changes what it says and leaves the
other draws as they are.
"""

from __future__ import annotations

import numpy as np
from PIL import Image

from tellapart.pictures.images import pixels_of, read_image
from tellapart.pictures.preprocess import Preprocess
from tellapart.planning.variation import Variation

_ASPECT = 4 / 3  # of a crop, at most
_CONTRAST_OF_LIGHT = 1.25  # how much of the lighting contrast may change


def rng_of_view(image_id: str, seed: int, view: int) -> np.random.Generator:
    """What that view of a picture is drawn from."""
    return np.random.default_rng([seed, view, int(image_id[:12], 16)])


def views_of(
    data: bytes,
    image_id: str,
    preprocess: Preprocess,
    side_px: int,
    n_views: int,
    how: Variation,
    seed: int = 0,
) -> list[np.ndarray]:
    """A picture as the network sees it in use, and so many views of it, as training makes them: (S, S, 3) uint8 each,
    side_px that of the views.

    Args:
        data: its file.
    Raises:
        ImageError: it cannot be read.
    """
    least = preprocess.resize_px
    image = read_image(data, max(least, int(side_px / how.min_scale**0.5)), preprocess.pixels)
    # a JPEG that is large enough is decoded at half its size for use: then these are other pixels
    in_use = image if min(image.size) < 2 * least else read_image(data, least, preprocess.pixels)
    rngs = [rng_of_view(image_id, seed, view) for view in range(n_views)]
    return [pixels_of(in_use, preprocess), *(varied(image, side_px, how, rng) for rng in rngs)]


def varied(image: Image.Image, size_px: int, how: Variation, rng: np.random.Generator) -> np.ndarray:
    """A random view of an upright RGB picture: (size_px, size_px, 3) uint8."""
    width, height = image.size
    area = rng.uniform(how.min_scale, 1) * min(width, height) ** 2
    aspect = np.exp(rng.uniform(-np.log(_ASPECT), np.log(_ASPECT)))
    wide, high = min(width, (area * aspect) ** 0.5), min(height, (area / aspect) ** 0.5)
    left, top = rng.uniform(0, width - wide), rng.uniform(0, height - high)
    view = image.resize(
        (size_px, size_px), Image.Resampling.BILINEAR, box=(left, top, left + wide, top + high)
    )
    if rng.random() < 0.5 and how.flip:
        view = view.transpose(Image.Transpose.FLIP_LEFT_RIGHT)
    stretch = np.log(1 + _CONTRAST_OF_LIGHT * how.lighting)
    contrast = np.exp(rng.uniform(-stretch, stretch))
    levels = (np.arange(256) - 127.5) * contrast + 127.5 + 255 * rng.uniform(-how.lighting, how.lighting)
    if how.moves:
        view = _moved(view, how, rng)
    table = np.clip(np.rint(levels), 0, 255).astype(np.uint8)
    return np.asarray(table[np.asarray(view)])


def _moved(view: Image.Image, how: Variation, rng: np.random.Generator) -> Image.Image:
    """Turned, nearer and tilted in one resampling; beyond its border the picture is mirrored."""
    side = view.width
    margin = side - 1
    wide = np.pad(np.asarray(view), ((margin, margin), (margin, margin), (0, 0)), "reflect")
    places = np.array([[2 / side, 0, -1], [0, 2 / side, -1], [0, 0, 1]])  # pixels -> -1 to 1
    back = np.array([[side / 2, 0, side / 2 + margin], [0, side / 2, side / 2 + margin], [0, 0, 1]])
    matrix = back @ move(how, rng) @ places
    return Image.fromarray(wide).transform(
        (side, side),
        Image.Transform.PERSPECTIVE,
        (matrix / matrix[2, 2]).ravel()[:8].tolist(),
        Image.Resampling.BILINEAR,
    )


def move(how: Variation, rng: np.random.Generator) -> np.ndarray:
    """(3, 3) from places in the result to places in the picture, in coordinates of -1 to 1."""
    turn, nearer, x, y, tilt_x, tilt_y = rng.uniform(-1, 1, 6)
    angle = np.deg2rad(how.rotate * turn)
    turned = np.array([[np.cos(angle), -np.sin(angle), 0], [np.sin(angle), np.cos(angle), 0], [0, 0, 1]])
    shown = 1 / (1 + (how.zoom - 1) * (nearer + 1) / 2)
    zoomed = np.array([[shown, 0, x * (1 - shown)], [0, shown, y * (1 - shown)], [0, 0, 1]])
    tilt = how.warp / (2 + how.warp)  # so that the near edge is 1 + warp times as large as the far one
    tilted = np.array([[1, 0, 0], [0, 1, 0], [tilt * tilt_x, tilt * tilt_y, 1]])
    return np.asarray(turned @ zoomed @ tilted)
