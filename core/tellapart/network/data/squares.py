"""From an item to the square of pixels that a network sees: as in use, or another view of it for each draw."""

from __future__ import annotations

import math
import threading
from pathlib import Path
from typing import Any

import numpy as np
import torch
from PIL import Image
from torchvision.transforms.v2 import functional

from tellapart.description.items import TableRow, said
from tellapart.description.transforms import ItemTransform, OwnSteps, RandomResizedCrop, Resize
from tellapart.errors import DescriptionError, ImageError
from tellapart.pictures.boundary import one_picture
from tellapart.pictures.images import pixels_of, read_given, read_image
from tellapart.pictures.preprocess import Preprocess

_RATIO = [3 / 4, 4 / 3]  # of the sides of a random part
_TRIES = 10
_drawing = threading.Lock()  # torch's transforms draw from one generator for all threads


def opened(item: Any, n_px_needed: int | None = None) -> Image.Image:
    """The picture of an item, upright RGB.

    Raises:
        ImageError: the reason, in words.
    """
    source = item.picture if isinstance(item, TableRow) else item
    if isinstance(source, str | Path | bytes):
        return read_image(source if isinstance(source, bytes) else Path(source), n_px_needed)
    if isinstance(source, Image.Image | np.ndarray):
        return read_given(source)
    raise ImageError(
        f"a {type(source).__name__} is not a picture; give a path, bytes, a Pillow image or an array"
    )


def square(image: Image.Image, transform: ItemTransform, draw: int | None = None) -> np.ndarray:
    """(size, size, 3) uint8.

    Args:
        draw: which random view, in training; the view in use unless given.
    Raises:
        DescriptionError: a function of one's own fails, or gives no picture.
    """
    if isinstance(transform, OwnSteps):
        return square(_after_own_steps(image, transform, draw or 0), transform.square, draw)
    if draw is not None and isinstance(transform, RandomResizedCrop):
        return _random_part(image, transform, draw)
    if isinstance(transform, Resize) and transform.method == "pad":
        return _padded(image, transform)
    return pixels_of(image, preprocess_of(transform))


def preprocess_of(transform: ItemTransform) -> Preprocess:
    """How a bundle says what it does in use; mean and deviation are the network's to say.

    Raises:
        DescriptionError: no bundle can say it.
    """
    return Preprocess(size_px=transform.size, resize_px=transform.size, fit=transform.fit)


def base(item: Any, transform: ItemTransform) -> np.ndarray:
    """What all views of an item in training are made from: (H, W, 3) uint8. The picture made as small as they need it;
    where nothing is drawn, the square itself.

    Raises:
        ImageError: the reason, in words.
    """
    with one_picture():
        image = opened(item, transform.n_px_needed)
        if isinstance(transform, Resize):
            return square(image, transform)
        if isinstance(transform, OwnSteps):
            return np.asarray(image)
        scale = transform.n_px_needed / min(image.size)
        if scale < 1:
            width, height = image.size
            smaller = (max(1, round(width * scale)), max(1, round(height * scale)))
            image = image.resize(smaller, Image.Resampling.BILINEAR, reducing_gap=3.0)
        return np.asarray(image)


def view(pixels: np.ndarray, transform: ItemTransform, draw: int) -> np.ndarray:
    """(size, size, 3) uint8: one of the views of a `base`."""
    return pixels if isinstance(transform, Resize) else square(Image.fromarray(pixels), transform, draw)


def square_of_item(item: Any, transform: ItemTransform) -> np.ndarray:
    """(size, size, 3) uint8 as in use, straight from the item.

    Raises:
        ImageError: the reason, in words.
    """
    with one_picture():
        return square(opened(item, None if isinstance(transform, OwnSteps) else transform.size), transform)


def _after_own_steps(image: Image.Image, steps: OwnSteps, draw: int) -> Image.Image:
    """Upright RGB after the functions of one's own; what they draw by torch depends on `draw` alone."""
    with _drawing, torch.random.fork_rng(devices=[]):
        torch.default_generator.manual_seed(draw)
        for function in steps.functions:
            try:
                image = _picture_of(function(image))
            except Exception as error:  # a person's own function raises what it likes
                kind = "" if isinstance(error, ImageError) else f"{type(error).__name__}: "
                name = getattr(function, "__name__", None) or said(function)
                raise DescriptionError(
                    f"The function {name} in `item` fails: {kind}{error}. It is given a Pillow picture and gives "
                    "a picture. Change `item`."
                ) from error
    return image


def _picture_of(given: Any) -> Image.Image:
    """Raises ValueError, ImageError: it is no picture."""
    if isinstance(given, torch.Tensor):
        if given.is_floating_point() and not (given.min() >= 0 and given.max() <= 1):
            raise ValueError(
                f"it gave numbers from {float(given.min()):.3g} to {float(given.max()):.3g}, not 0 to 1; each network "
                "normalises by itself"
            )
        given = functional.to_pil_image(given)
    if not isinstance(given, Image.Image | np.ndarray):
        raise ValueError(f"it gave a {type(given).__name__}, not a picture")
    return read_given(given)


def _random_part(image: Image.Image, transform: RandomResizedCrop, draw: int) -> np.ndarray:
    box = _drawn_box(image.width, image.height, transform.min_scale, torch.Generator().manual_seed(draw))
    return np.asarray(functional.resized_crop(image, *box, [transform.size, transform.size]))


def _drawn_box(
    width: int, height: int, min_scale: float, generator: torch.Generator
) -> tuple[int, int, int, int]:
    """Top, left, height and width of a random part. Torchvision's `RandomResizedCrop.get_params` draws the very same,
    but from the one generator of all threads, which training draws from meanwhile."""
    log_ratio = torch.log(torch.tensor(_RATIO)).tolist()

    def uniform(low: float, high: float) -> torch.Tensor:
        return torch.empty(1).uniform_(low, high, generator=generator)

    for _ in range(_TRIES):
        area = width * height * uniform(min_scale, 1.0).item()
        ratio = torch.exp(uniform(*log_ratio)).item()
        wide, high = round(math.sqrt(area * ratio)), round(math.sqrt(area / ratio))
        if 0 < wide <= width and 0 < high <= height:
            top = int(torch.randint(0, height - high + 1, (1,), generator=generator))
            return top, int(torch.randint(0, width - wide + 1, (1,), generator=generator)), high, wide
    wide = min(width, round(height * _RATIO[1]))  # the middle, where no part of that shape fits
    high = min(height, round(width / _RATIO[0]))
    return (height - high) // 2, (width - wide) // 2, high, wide


def _padded(image: Image.Image, transform: Resize) -> np.ndarray:
    """The whole picture in the middle. NumPy reflects as often as there is room; torchvision's pad does so once."""
    size, (width, height) = transform.size, image.size
    scale = size / max(width, height)
    inner = (max(1, round(width * scale)), max(1, round(height * scale)))
    pixels = np.asarray(image.resize(inner, Image.Resampling.BILINEAR))
    wide, high = size - inner[0], size - inner[1]
    around = ((high // 2, high - high // 2), (wide // 2, wide - wide // 2), (0, 0))
    return np.pad(pixels, around, mode="constant" if transform.pad == "zeros" else "symmetric")
