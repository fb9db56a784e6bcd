"""Quality: blurred, dark, bright, flat, tiny, oddly shaped, framed, grey or drawn pictures, odd for this set.

A picture is only called out when it differs from the others in the set and would look wrong in any set: night
photographs among night photographs are fine, and so is the least sharp of a hundred sharp ones.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import numpy as np

from tellapart.clean.findings import QUALITY, Finding, Suggestion
from tellapart.manifest import Picture

_FAR = 3.5  # robust standard deviations from the median
_RARE = 0.2  # what more than this share of the set has is how the set is


@dataclass(frozen=True)
class Flaws:
    """scores: (N, F), 0 where the picture has not this flaw, else 0 to 1. names: (F,) short words; reasons: (F,)."""

    names: tuple[str, ...]
    reasons: tuple[str, ...]
    scores: np.ndarray


_REASONS = {
    "blurred": "It has far less fine detail than the other pictures: blurred, or enlarged from a small one.",
    "dark": "Even its lightest parts are dark, far darker than the other pictures.",
    "bright": "Even its darkest parts are light: overexposed or faded, unlike the other pictures.",
    "low contrast": "Hardly any difference between its light and dark parts, unlike the other pictures.",
    "tiny": "It has far fewer pixels than the other pictures; details that tell the labels apart may be lost.",
    "odd shape": "It is far longer or narrower than the other pictures; a classifier sees it squeezed or cut.",
    "framed": "A frame of one colour takes much of it; a classifier may learn the frame.",
    "without colour": "It is greyscale, and most other pictures have colour.",
    "drawing or text": "Large areas of one colour and hard edges, as in drawings, logos and text.",
}


def find_flaws(looks: np.ndarray, pictures: Sequence[Picture]) -> Flaws:
    """What is odd about how each picture was taken.

    Args:
        looks: (N,) records of `looks.LOOKS`.
    """
    n, known = len(looks), looks["is_known"] == 1
    names = tuple(_REASONS)
    scores = np.zeros((n, len(names)), np.float32)
    if n and known.any():
        width, height = (
            np.array([getattr(one, side) for one in pictures], float) for side in ("width", "height")
        )
        side, shape = np.log(np.minimum(width, height)), np.log(width / height)
        found = {
            "blurred": _low(looks["sharpness"], known) * (looks["sharpness"] < -2.3),
            "dark": _low(looks["bright_end"], known) * (looks["bright_end"] < 0.45),
            "bright": _high(looks["dark_end"], known) * (looks["dark_end"] > 0.5),
            "low contrast": _low(looks["contrast"], known) * (looks["contrast"] < 0.3),
            "tiny": _low(side, known) * (side < np.median(side) - np.log(2)),
            "odd shape": _high(np.abs(shape - np.median(shape)), known) * (np.abs(shape) > np.log(2)),
            "framed": _rare(looks["border"] > 0.15, known) * np.minimum(1, 0.4 + looks["border"]),
            "without colour": _rare(looks["colour"] < 0.05, known) * 0.6,
            "drawing or text": _high(_drawn(looks), known) * (_drawn(looks) > 0.45),
        }
        for place, name in enumerate(names):
            scores[:, place] = np.where(known, found[name], 0)
    return Flaws(names, tuple(_REASONS.values()), scores)


def quality_findings(image_ids: Sequence[str], flaws: Flaws, is_kept: np.ndarray) -> Iterator[Finding]:
    """One finding for each kept picture that has flaws, after its worst."""
    for row in np.flatnonzero((flaws.scores.max(axis=1, initial=0) > 0) & is_kept).tolist():
        order = np.argsort(-flaws.scores[row], kind="stable")
        has = [int(i) for i in order if flaws.scores[row, i] > 0]
        score = float(flaws.scores[row, has[0]])
        yield Finding(
            image_ids[row],
            QUALITY,
            score,
            ", ".join(flaws.names[i] for i in has[:2]),
            " ".join(flaws.reasons[i] for i in has),
            Suggestion("remove", None, score),
        )


def _drawn(looks: np.ndarray) -> np.ndarray:
    return np.asarray(looks["flatness"] + 2 * looks["edges"] * (looks["flatness"] > 0.25))


def _low(values: np.ndarray, known: np.ndarray) -> np.ndarray:
    return _high(-values, known)


def _high(values: np.ndarray, known: np.ndarray) -> np.ndarray:
    """0 for what is usual in the set, rising from 0.3 towards 0.8 the further above it."""
    middle = float(np.median(values[known]))
    below = np.abs(values[known] - middle)
    spread = max(1.4826 * float(np.median(below)), 0.1 * float(values[known].std()), 1e-6)
    far = (values - middle) / spread - _FAR
    return np.where(far > 0, 0.3 + 0.5 * (1 - np.exp(-far / 4)), 0.0)


def _rare(has: np.ndarray, known: np.ndarray) -> np.ndarray:
    return has * float(has[known].mean() <= _RARE)
