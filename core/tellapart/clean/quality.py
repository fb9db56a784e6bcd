"""Quality: blurred, dark, bright, flat, tiny, oddly shaped, framed, grey or drawn pictures, odd for this set.

A picture is only called out when it differs from the others of its label and would look wrong in any set: night
photographs among night photographs are fine, and so is the least sharp of a hundred sharp ones.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from tellapart.clean.findings import QUALITY, WORTH_A_WORD, Finding, Suggestion
from tellapart.learning.outliers import robust_scores
from tellapart.store.manifest import Picture

_BLURRED = -1.6  # sharp pictures of four sets lie above -1.2, out of focus by 2 of 160 pixels below -1.8
_RARE = 0.2  # what more than this share of the set has is how the set is
_SURE = 0.6  # of its score: a poor picture of the right thing may still be wanted

_REASONS = {
    "blurred": "It has far less fine detail than the others. It may be blurred or enlarged.",
    "dark": "Even its lightest parts are dark, far darker than in the others.",
    "bright": "Even its darkest parts are light: overexposed or faded.",
    "low contrast": "Its light and dark parts hardly differ.",
    "tiny": "It has far fewer pixels than the others. Important details may be lost.",
    "odd shape": "It is far longer or narrower than the others. The model sees it squeezed or cropped.",
    "framed": "A frame of one colour covers much of it. The model may learn the frame.",
    "collage or strip": "A straight line runs right across it, as in a collage, a caption or a frame.",
    "plain background": (
        "Its edges are one even colour, unlike most others. It may be cut out, drawn or framed."
    ),
    "without colour": "It is greyscale, and most others have colour.",
    "drawing or text": "It has large flat areas or many hard edges, as in drawings, logos and text.",
}


@dataclass(frozen=True)
class Flaws:
    """scores: (N, F), 0 where the picture has not this flaw, else 0 to 1. names: (F,) short words."""

    names: tuple[str, ...]
    scores: np.ndarray


def find_flaws(looks: np.ndarray, pictures: Sequence[Picture]) -> Flaws:
    """What is odd about how each picture was taken.

    Args:
        looks: (N,) records of `looks.LOOKS`.
    """
    names = tuple(_REASONS)
    scores = np.zeros((len(looks), len(names)), np.float32)
    known = np.flatnonzero(looks["is_known"] == 1)
    if len(known):
        rows = [pictures[row] for row in known.tolist()]
        labels = np.unique([one.label for one in rows], return_inverse=True)[1]
        found = _found(looks[known], rows, labels)
        scores[known] = np.stack([found[name] for name in names], axis=1)
    return Flaws(names, scores)


def _found(looks: np.ndarray, pictures: Sequence[Picture], labels: np.ndarray) -> dict[str, np.ndarray]:
    width, height = (
        np.array([getattr(one, side) for one in pictures], float) for side in ("width", "height")
    )
    side, shape = np.log(np.minimum(width, height)), np.log(width / height)

    def odd(values: np.ndarray, is_bad: np.ndarray, usual: float = 3.0, range_: float = 4.0) -> np.ndarray:
        return np.asarray(
            0.9 * (1 - np.exp(-np.maximum(robust_scores(values, labels) - usual, 0) / range_)) * is_bad
        )

    is_sharp, is_dark = looks["sharpness"] > _BLURRED, looks["bright_end"] < 0.45
    can_be_drawn = is_sharp & ~is_dark  # the dark has no detail either
    # a soft background is as flat as a drawing, but has no outlines
    has_steps = can_be_drawn & (looks["steps"] > 0.02)
    stepped = odd(looks["steps"], has_steps, 0.5, 6.0)
    is_outlined = has_steps & (robust_scores(looks["steps"], labels) > 0)
    flat = odd(looks["flat"], is_outlined & (looks["flat"] > 0.3), 2.0, 5.0)
    return {
        "blurred": odd(-looks["sharpness"], ~is_sharp),
        "dark": odd(-looks["bright_end"], is_dark),
        "bright": odd(looks["dark_end"], looks["dark_end"] > 0.5),
        "low contrast": odd(-looks["contrast"], looks["contrast"] < 0.3),
        "tiny": odd(-side, side < np.median(side) - np.log(2)),
        "odd shape": odd(np.abs(shape - np.median(shape)), np.abs(shape) > np.log(2)),
        "framed": _rare(looks["frame"] > 0.3) * 0.3 * looks["frame"],
        "collage or strip": _rare_of(labels, looks["lines"] > 0.3)
        * 0.7
        * np.minimum(1, looks["lines"] / 0.5),
        "plain background": _rare_of(labels, (looks["plain"] > 0.5) & ~is_dark) * 0.4,
        "without colour": _rare(looks["colour"] < 0.03) * 0.4,
        "drawing or text": 1 - (1 - stepped) * (1 - flat),
    }


def poorness(flaws: Flaws) -> np.ndarray:
    """(N,) score of each picture's flaws together."""
    return np.asarray(1 - np.prod(1 - flaws.scores, axis=1))


def quality_finding(image_id: str, flaws: np.ndarray, names: Sequence[str], score: float) -> Finding:
    """The finding about one picture's flaws, (F,)."""
    order = np.argsort(-flaws, kind="stable")
    has = [names[i] for i in order if flaws[i] >= min(WORTH_A_WORD, float(flaws.max()))]
    return Finding(
        image_id,
        QUALITY,
        score,
        ", ".join(has[:2]),
        " ".join(_REASONS[name] for name in has),
        Suggestion("remove", None, _SURE * score),
    )


def _rare(has: np.ndarray) -> np.ndarray:
    return has * float(has.mean() <= _RARE)


def _rare_of(labels: np.ndarray, has: np.ndarray) -> np.ndarray:
    """(N,) 0 where it has not, and towards 1 the fewer of the same label have."""
    share = np.bincount(labels, has) / np.bincount(labels)
    return has * np.maximum(0.0, 1 - share[labels] / _RARE)
