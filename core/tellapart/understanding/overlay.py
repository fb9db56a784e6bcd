"""A class map drawn over its picture: purple to pale yellow where the evidence is, the picture through it."""

from __future__ import annotations

import numpy as np
from PIL import Image, ImageEnhance

from tellapart.pictures.images import seen_box
from tellapart.pictures.preprocess import Preprocess
from tellapart.understanding.class_map import ClassMap

# Rising in lightness, so that it reads without colour, too: five points of matplotlib's "inferno" (CC0).
_HEAT = np.array([(87, 16, 110), (150, 38, 103), (205, 66, 72), (249, 142, 9), (252, 240, 150)], np.float32)
_MOST_COVER = 0.78  # of the picture, where the evidence is strongest
_GREYED = 0.45  # of the picture's colour that is left, so that the map's stands out
_UNSEEN = 0.55  # of the brightness that is left where the network does not look


def draw_overlay(picture: Image.Image, shown: ClassMap, preprocess: Preprocess) -> Image.Image:
    """The picture with the map over it, of the same size, RGB. What the network does not see is dimmed.

    Only what speaks for the label more than the picture's middling places do is coloured: all of that, from faint to
    strong, whatever the size of the numbers.

    Args:
        picture: upright, RGB, the one whose square the map is of.
        preprocess: of the bundle.
    """
    left, top, right, bottom = (round(edge) for edge in seen_box(*picture.size, preprocess))
    strength = Image.fromarray(np.asarray(_strength(shown.values) * 255, np.uint8))
    strength = strength.resize((max(1, right - left), max(1, bottom - top)), Image.Resampling.BILINEAR)
    ground = ImageEnhance.Color(picture).enhance(_GREYED)
    whole = ImageEnhance.Brightness(ground).enhance(_UNSEEN)
    seen = np.asarray(ground.crop((left, top, left + strength.width, top + strength.height)), np.float32)
    level = np.asarray(strength, np.float32) / 255  # (h, w)
    cover = (_MOST_COVER * level**0.8)[..., None]
    painted = seen * (1 - cover) + _colours(level) * cover
    whole.paste(Image.fromarray(np.rint(painted).astype(np.uint8)), (left, top))
    return whole


def _strength(values: np.ndarray) -> np.ndarray:
    """(S, S) 0 to 1: 0 for the lower half of the places, and for all that does not speak for the label."""
    low, high = max(0.0, float(np.median(values))), float(values.max())
    if high <= low:
        return np.zeros_like(values)
    return np.clip((values - low) / (high - low), 0, 1)


def _colours(level: np.ndarray) -> np.ndarray:
    """(h, w, 3) of (h, w) levels 0 to 1."""
    points = np.linspace(0, 1, len(_HEAT))
    return np.stack([np.interp(level, points, plane) for plane in _HEAT.T], axis=-1).astype(np.float32)
