"""Preprocess: how a picture becomes the square of pixels a network sees. Data, not code: the same record is used for
embeddings, evaluation, the bundle and the web page, and is written to bundle.json as it is."""

from __future__ import annotations

from dataclasses import asdict, dataclass
from typing import Any, Literal

PIXELS = 2  # how files become pixels today; raise it when that changes

IMAGENET_MEAN = (0.485, 0.456, 0.406)
IMAGENET_STD = (0.229, 0.224, 0.225)

Fit = Literal["crop", "stretch"]
Interpolation = Literal["bilinear", "bicubic"]


@dataclass(frozen=True)
class Preprocess:
    """Resize, cut to a square, normalise.

    size_px: side of the square the network sees.
    resize_px: with fit "crop", the short side is first resized to this and the centre is cut out; with "stretch"
        both sides are resized to size_px at once and resize_px equals size_px.
    mean, std: of RGB values in 0..1. They are applied inside the ONNX file, whose input is uint8 pixels.
    pixels: how files become RGB: 2 for colours as their profiles mean them, depth by the range in use and a ground on
        which the drawing shows; 1 for numbers as they stand, as in bundles of format 1.
    """

    size_px: int
    resize_px: int
    fit: Fit = "crop"
    interpolation: Interpolation = "bilinear"
    mean: tuple[float, float, float] = IMAGENET_MEAN
    std: tuple[float, float, float] = IMAGENET_STD
    pixels: int = PIXELS

    def __post_init__(self) -> None:
        if self.fit not in ("crop", "stretch") or self.interpolation not in ("bilinear", "bicubic"):
            raise ValueError(
                f"fit={self.fit!r}, interpolation={self.interpolation!r}: unknown; "
                "use crop or stretch, bilinear or bicubic."
            )
        if not 8 <= self.size_px <= 2048:
            raise ValueError(f"size_px={self.size_px} is out of range; choose 8 to 2048.")
        if self.resize_px < self.size_px:
            raise ValueError(
                f"size_px={self.size_px} is larger than resize_px={self.resize_px}; choose at most {self.resize_px}."
            )
        if self.pixels not in (1, PIXELS):
            raise ValueError(f"pixels={self.pixels!r} is unknown; this version knows 1 and {PIXELS}.")
        if len(self.mean) != 3 or len(self.std) != 3 or min(self.std) <= 0:
            raise ValueError(
                f"mean={self.mean}, std={self.std}: expected three numbers each, deviations above 0."
            )

    def to_json(self) -> dict[str, Any]:
        """The record as plain JSON values."""
        return asdict(self)

    @classmethod
    def from_json(cls, record: dict[str, Any]) -> Preprocess:
        """The record back from JSON; an unknown name is a TypeError, a wrong value a ValueError."""
        return cls(**{**record, "mean": tuple(record["mean"]), "std": tuple(record["std"])})
