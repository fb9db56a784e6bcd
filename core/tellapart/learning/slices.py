"""Error by slice: where a classifier is wrong more often than elsewhere, and whether that may be chance.

Near-duplicates count as one picture. A slice is named the worst only when the exact test says so, with all the slices
that were looked at taken into account. Sources: Fisher 1935, "The Design of Experiments" (the exact test); Holm 1979,
"A simple sequentially rejective multiple test procedure".
"""

from __future__ import annotations

from collections.abc import Hashable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from scipy.special import gammaln

from tellapart.learning.metrics import error_interval

LEAST = 10  # pictures in a slice; about fewer nothing can be said
ALPHA = 0.05
_MOST = 40  # slices kept in a bundle
_DARK, _BRIGHT = 0.25, 0.65  # mean luma of the square that the network sees
_LUMA = np.array([0.299, 0.587, 0.114], np.float32) / 255  # ITU-R BT.601


@dataclass(frozen=True)
class Slice:
    """by: what pictures were told apart by. value: which of them. n, n_wrong: different pictures, and those wrong.
    chance: how probable so many wrong ones would be if the slice were like the rest, 0 to 1, not corrected."""

    by: str
    value: str
    n: int
    n_wrong: int
    chance: float

    @property
    def error_rate(self) -> float:
        """0 to 1."""
        return self.n_wrong / self.n

    @property
    def interval(self) -> tuple[float, float]:
        """95 %, 0 to 1."""
        return error_interval(self.n_wrong, self.n)


def error_by_slice(
    is_wrong: np.ndarray, values: Mapping[str, Sequence[str]], groups: Sequence[Hashable]
) -> list[Slice]:
    """Every slice of at least 10 different pictures that is not all of them, the most suspicious first.

    Args:
        is_wrong: (N,) bool. values: what to tell apart by -> (N,) the value of each picture, "" for unknown.
        groups: (N,), shared by near-duplicates: of each group the first picture counts.
    """
    first = np.array(sorted({group: row for row, group in reversed(list(enumerate(groups)))}.values()), int)
    wrong = np.asarray(is_wrong, bool)[first]
    n, n_wrong = len(first), int(wrong.sum())
    found = []
    for by, all_values in values.items():
        of_each = np.array(list(all_values), object)[first]
        for value in sorted({str(one) for one in of_each} - {""}):
            is_in = of_each == value
            size, n_wrong_in = int(is_in.sum()), int(wrong[is_in].sum())
            if LEAST <= size < n:
                chance = _chance(n_wrong_in, size, n_wrong, n)
                found.append(Slice(by, value, size, n_wrong_in, chance))
    return sorted(found, key=lambda one: (one.chance, -one.error_rate, one.by, one.value))


def worst_slice(slices: Sequence[Slice], alpha: float = ALPHA) -> Slice | None:
    """The first of them if it is worse than the rest beyond chance, with all of them looked at; else None."""
    if not slices or slices[0].chance * len(slices) > alpha:
        return None
    return slices[0]


def slices_json(slices: Sequence[Slice]) -> dict[str, Any]:
    """Plain JSON for bundle.json: "slices", the most suspicious first, and "worst", one of them or None."""
    rows = [
        {
            "by": one.by, "value": one.value, "n": one.n, "n_wrong": one.n_wrong,
            "error_interval": [round(end, 4) for end in one.interval], "chance": float(f"{one.chance:.3g}"),
        }
        for one in slices[:_MOST]
    ]  # fmt: skip
    return {"slices": rows, "worst": rows[0] if worst_slice(slices) else None}


def brightness(tiny: np.ndarray) -> list[str]:
    """ "dark", "medium" or "bright" for each of (N, H, W, 3) uint8 miniatures."""
    luma = (tiny.astype(np.float32) @ _LUMA).reshape(len(tiny), -1).mean(axis=1) if len(tiny) else np.empty(0)
    return ["dark" if one < _DARK else "bright" if one > _BRIGHT else "medium" for one in luma]


def _chance(n_wrong_in: int, size: int, n_wrong: int, n: int) -> float:
    """Of `size` pictures drawn blindly from n, of which n_wrong are wrong: how probable n_wrong_in or more of them are.

    The hypergeometric tail; scipy.stats would take half a second to import.
    """
    least, most = max(n_wrong_in, size + n_wrong - n, 0), min(size, n_wrong)
    counts = np.arange(least, most + 1)
    logs = _log_choose(n_wrong, counts) + _log_choose(n - n_wrong, size - counts) - _log_choose(n, size)
    return float(min(1.0, np.exp(logs).sum()))


def _log_choose(n: int, k: np.ndarray | int) -> np.ndarray:
    return np.asarray(gammaln(n + 1) - gammaln(np.asarray(k) + 1) - gammaln(n - np.asarray(k) + 1))
