"""How well outlines are told: pixels right, and the mean over the classes of intersection over union."""

from __future__ import annotations

import math
from dataclasses import dataclass
from hashlib import sha256
from typing import Any

import numpy as np

from tellapart.outlines.classes import VOID
from tellapart.outlines.project import ProjectOutline

HELD_OUT = 0.2
FEW = 10  # pictures, of which an interval says little
_RUNS = 20  # into how many runs of names pictures are parted; fewer where there are few pictures
_DRAWS = 1000


@dataclass(frozen=True)
class OutlineScores:
    """pixel_accuracy: share of the pixels right, void left out. mean_iou: over the classes that are in the masks;
    interval: of that, 95 %, see `scores`; None where one picture, or many that are all alike, tell nothing about
    others. ious: of each class, None where no mask has it."""

    pixel_accuracy: float
    mean_iou: float
    interval: tuple[float, float] | None
    ious: tuple[float | None, ...]

    def to_json(self) -> dict[str, Any]:
        """Plain JSON values."""
        return {
            "pixel_accuracy": self.pixel_accuracy,
            "mean_iou": self.mean_iou,
            "interval": list(self.interval) if self.interval else None,
            "ious": list(self.ious),
        }


def confusion(given: np.ndarray, told: np.ndarray, n_classes: int) -> np.ndarray:
    """(C, C) int64 pixels of each class as given (rows) and told (columns); void in `given` is left out."""
    counted = given != VOID
    pairs = given[counted].astype(np.int64) * n_classes + told[counted]
    return np.bincount(pairs, minlength=n_classes**2).reshape(n_classes, n_classes)


def scores(confusions: np.ndarray) -> OutlineScores:
    """Of (N, C, C), one for each picture, in the order of their names.

    The interval is of drawing pictures again, in runs of about √N neighbours: frames of a film lie side by side and are
    alike, so that single ones drawn would make it too narrow. Where there is one film alone it is still too narrow for
    others, which no drawing mends. Source: Politis and Romano 1992, "A circular block-resampling procedure for
    stationary data".
    """
    total = confusions.sum(axis=0)
    ious = _ious(total[None])[0]
    rng = np.random.default_rng(0)
    drawn = np.tensordot(_times_drawn(len(confusions), rng), confusions, 1)  # (draws, C, C)
    low, high = np.nanpercentile(_means(_ious(drawn)), [2.5, 97.5]).tolist()
    return OutlineScores(
        float(np.trace(total) / max(1, total.sum())),
        float(_means(ious[None])[0]),
        (low, high) if low < high else None,
        tuple(None if np.isnan(one) else float(one) for one in ious),
    )


def _times_drawn(n: int, rng: np.random.Generator) -> np.ndarray:
    """(draws, n) int64: how often each of n pictures is drawn, in runs of neighbours that go on from the last to the
    first."""
    length = max(1, math.isqrt(n))
    begins = rng.integers(0, n, (_DRAWS, -(-n // length)))
    drawn = (begins[..., None] + np.arange(length)).reshape(_DRAWS, -1)[:, :n] % n
    times = np.zeros((_DRAWS, n), np.int64)
    np.add.at(times, (np.arange(_DRAWS)[:, None], drawn), 1)
    return times


def commonest_places(masks: np.ndarray, n_classes: int) -> np.ndarray:
    """(H, W) uint8: at each place the class that the masks (N, H, W) have there most often; the guess to beat."""
    counts = np.stack([(masks == k).sum(axis=0) for k in range(n_classes)])
    overall = int(counts.sum(axis=(1, 2)).argmax())
    return np.where(counts.max(axis=0) > 0, counts.argmax(axis=0), overall).astype(np.uint8)


def held_out(pictures: list[ProjectOutline], seed: int) -> np.ndarray:
    """(N,) which pictures are only measured on: those that the folder holds out, else (also where it holds out all) a
    fifth in runs of names, since pictures with neighbouring names may be of one film. Copies of a picture are on one
    side."""
    given = np.array([one.part == "valid" for one in pictures])
    if not given.any() or given.all():
        given[:] = False
        order = sorted(range(len(pictures)), key=lambda i: pictures[i].picture_id)
        n_runs = min(_RUNS, max(2, len(pictures) // 2))
        runs = np.array_split(np.array(order), n_runs)
        runs.sort(key=lambda run: sha256(f"{seed} {pictures[run[0]].picture_id}".encode()).digest())
        given[np.concatenate(runs[: max(1, round(HELD_OUT * n_runs))])] = True
    hashes = {one.sha256 for one, is_out in zip(pictures, given, strict=True) if is_out}
    whole = np.array([one.sha256 in hashes for one in pictures])
    return given if whole.all() else whole


def _ious(confusions: np.ndarray) -> np.ndarray:
    """(M, C) of (M, C, C); not a number where no pixel of the class is given."""
    right = np.diagonal(confusions, axis1=1, axis2=2).astype(float)
    given = confusions.sum(axis=2)
    union = given + confusions.sum(axis=1) - right
    return np.where(given > 0, right / np.maximum(union, 1), np.nan)


def _means(ious: np.ndarray) -> np.ndarray:
    n = (~np.isnan(ious)).sum(axis=1)
    return np.where(n > 0, np.nansum(ious, axis=1) / np.maximum(n, 1), np.nan)
