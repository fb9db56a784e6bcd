"""Transforms of a description: how a picture becomes a square, and how whole batches are varied in training. Plain
values, which torch turns into pixels when they are used."""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass
from numbers import Integral
from typing import Any, Literal

from tellapart.errors import DescriptionError
from tellapart.pictures.preprocess import Fit

Method = Literal["crop", "squish", "pad"]
Padding = Literal["zeros", "reflect"]
_SIDES_PX = range(8, 2049)


@dataclass(frozen=True)
class Resize:
    """The whole picture as a square of `size` pixels a side, the same in training and in use.

    method: "crop" cuts the middle out, "squish" changes the proportions, "pad" keeps all and fills the rest: with black
    ("zeros") or with the picture mirrored at its border ("reflect").
    """

    size: int
    method: Method = "crop"
    pad: Padding = "zeros"

    def __post_init__(self) -> None:
        _check_size(self.size)
        if self.method not in ("crop", "squish", "pad") or self.pad not in ("zeros", "reflect"):
            raise ValueError(
                f"method={self.method!r}, pad={self.pad!r}: unknown; use crop, squish or pad, and zeros or reflect."
            )

    @property
    def n_px_needed(self) -> int:
        """Of the shorter side of a picture; a JPEG is decoded smaller where that is enough."""
        return self.size

    @property
    def fit(self) -> Fit:
        """How a bundle says it.

        Raises:
            DescriptionError: no bundle can say it.
        """
        if self.method == "pad":
            raise DescriptionError(
                "A bundle cuts pictures to a square or squishes them; it cannot pad them, so Resize(method='pad') "
                "cannot be exported. Train with method='crop' or method='squish'."
            )
        return "stretch" if self.method == "squish" else "crop"


@dataclass(frozen=True)
class RandomResizedCrop:
    """In training a random part of the picture, between `min_scale` of its area and all of it, as a square of `size`
    pixels a side: another part each time. In validation and in use, the middle of the picture."""

    size: int
    min_scale: float = 0.35

    def __post_init__(self) -> None:
        _check_size(self.size)
        if not 0 < self.min_scale <= 1:
            raise ValueError(
                f"min_scale={self.min_scale} is out of range; choose a share of the area, above 0 and at most 1."
            )

    @property
    def n_px_needed(self) -> int:
        """Of the shorter side of a picture, so that its smallest part is not enlarged."""
        return math.ceil(self.size / math.sqrt(self.min_scale))

    @property
    def fit(self) -> Fit:
        """How a bundle says what it does in use."""
        return "crop"


@dataclass(frozen=True)
class OwnSteps:
    """functions: of one's own, each from a Pillow picture to a picture, one after the other; then the square.

    They are given the whole picture, upright RGB, in training, in validation and in use alike; what a transform of
    torchvision draws is another draw for each view in training, and always the same otherwise.
    """

    functions: tuple[Callable[[Any], Any], ...]
    square: Resize | RandomResizedCrop

    @property
    def size(self) -> int:
        """Of the square."""
        return self.square.size

    @property
    def n_px_needed(self) -> None:
        """All there are: a function may cut a part out."""
        return

    @property
    def fit(self) -> Fit:
        """Raises DescriptionError: a bundle holds no program."""
        raise DescriptionError(
            "A bundle cannot carry functions of your own, so a description with them in `item` cannot be exported. "
            f"Save the pictures as files after these steps, and describe those: item={self.square}."
        )


ItemTransform = Resize | RandomResizedCrop | OwnSteps
_ITEM = "Resize(...) or RandomResizedCrop(...), or functions of a picture with one of these at the end: "


def item_transform(given: Any) -> ItemTransform:
    """What `item` of a description means: itself, or the steps of a list.

    Raises:
        TypeError: it is something else; the text says what to write.
    """
    if isinstance(given, ItemTransform):
        return given
    if isinstance(given, list | tuple) and given:
        *functions, last = given
        if isinstance(last, Resize | RandomResizedCrop) and all(map(callable, functions)):
            return OwnSteps(tuple(functions), last) if functions else last
    example = "[yours, Resize(224)]"
    if isinstance(given, Integral) and given in _SIDES_PX:
        example = f"[yours, Resize({given})]. For the whole picture at that size write item=Resize({given})"
    elif callable(given) and not isinstance(given, type):
        example = "[yours, Resize(224)]. Only so the size of the square is known: put that in"
    raise TypeError(f"item={given!r} cannot be used. It takes {_ITEM}{example}.")


@dataclass(frozen=True)
class Augmentation:
    """What may happen to each picture of a batch in training; see `aug_transforms`."""

    flip: bool
    flip_vertical: bool
    rotate: float
    zoom: float
    warp: float
    lighting: float
    p: float


def aug_transforms(
    flip: bool = True,
    flip_vertical: bool = False,
    rotate: float = 10.0,
    zoom: float = 1.1,
    warp: float = 0.2,
    lighting: float = 0.2,
    p: float = 0.75,
) -> Augmentation:
    """Variations for whole batches, drawn anew for each picture, in training only.

    Args:
        flip, flip_vertical: mirror half of the pictures, left to right or top to bottom.
        rotate: at most so many degrees, either way.
        zoom: at most so many times nearer, 1 for not at all.
        warp: as if seen from the side or from above: how much larger the near edge is at most, 0 to 1.
        lighting: brightness and contrast change at most by this share, 0 to 1.
        p: how likely turning and zooming, warping, and lighting are, each by itself, 0 to 1.
    Raises:
        ValueError: a value is out of range.
    """
    if not (0 <= rotate <= 180 and 1 <= zoom <= 10 and 0 <= warp <= 1 and 0 <= lighting < 1 and 0 <= p <= 1):
        raise ValueError(
            f"rotate={rotate}, zoom={zoom}, warp={warp}, lighting={lighting}, p={p}: out of range; choose 0 to 180 "
            "degrees, a zoom of 1 to 10, and shares between 0 and 1."
        )
    return Augmentation(flip, flip_vertical, rotate, zoom, warp, lighting, p)


def _check_size(size: int) -> None:
    if not isinstance(size, Integral) or size not in _SIDES_PX:  # 224.0 is in a range, too
        raise ValueError(f"size={size!r} is out of range; choose a side of 8 to 2048 whole pixels.")
