"""ClassMap: where in a picture the evidence for one label lies, as numbers and in words."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Any, Literal

import numpy as np

from tellapart.learning.maps.class_maps import hottest
from tellapart.pictures.images import seen_box
from tellapart.pictures.preprocess import Preprocess

Method = Literal["exact", "occlusion"]
_SIDEWAYS = 0.12  # of a side, from the middle: beyond it is left or right, upper or lower
_APART = 0.27  # mean distance from their middle, of the picture's sides: a tenth in one piece has about 0.13
_WORDS = (
    ("in the upper left", "at the top", "in the upper right"),
    ("on the left", "in the middle", "on the right"),
    ("in the lower left", "at the bottom", "in the lower right"),
)


@dataclass(frozen=True)
class ClassMap:
    """Where the evidence for a label lies.

    values: (S, S) float32 over the square that the network sees; above 0 speaks for the label, below 0 against it. With
    the method "exact" they are parts of the logit above the others', whose mean over the picture they add up to; with
    "occlusion" the probability that is lost where a patch is blurred. share: of all that speaks for the label, what
    lies in the hottest tenth: 0.1 where it is spread evenly, up to 1; 0 where nothing speaks for it.
    """

    label: str
    values: np.ndarray
    method: Method
    share: float

    def place(self, width: int, height: int, preprocess: Preprocess) -> str:
        """Where the hottest tenth lies in an upright picture of that size, for instance "in the upper left"."""
        if self.share == 0:
            return "nowhere"
        left, top, right, bottom = seen_box(width, height, preprocess)
        rows, columns = np.nonzero(hottest(self.values))
        side = len(self.values)
        x = (left + (columns + 0.5) / side * (right - left)) / width
        y = (top + (rows + 0.5) / side * (bottom - top)) / height
        if math.hypot(float(x.std()), float(y.std())) > _APART:
            return "in several places"
        return _WORDS[_third(float(y.mean()))][_third(float(x.mean()))]

    def to_json(self) -> dict[str, Any]:
        """Plain JSON values, without the map itself."""
        return {"label": self.label, "method": self.method, "share": round(self.share, 4)}


def _third(fraction: float) -> int:
    return 0 if fraction < 0.5 - _SIDEWAYS else 2 if fraction > 0.5 + _SIDEWAYS else 1
