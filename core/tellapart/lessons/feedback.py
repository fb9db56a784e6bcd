"""A feedback loop: patrols go where records say, and records come from where patrols are.

Source: the urn of Ensign et al. 2018, "Runaway Feedback Loops in Predictive Policing" (arXiv:1706.09847), after Lum and
Isaac 2016, "To predict and serve?".
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from tellapart.errors import LessonError

N_PATROLS = 20
MOST_WEEKS = 1000


@dataclass(frozen=True)
class PatrolLoop:
    """What came of it. patrols: (weeks + 1, D), share of the patrols in each district, rows sum to 1; the first row is
    before the first week. records: (weeks + 1, D), incidents on record so far."""

    patrols: np.ndarray
    records: np.ndarray


def patrol_loop(
    rates: np.ndarray,
    records: np.ndarray,
    follow: float = 1.0,
    reported: float = 0.0,
    n_weeks: int = 52,
    seed: int = 0,
) -> PatrolLoop:
    """Week by week: patrols are sent by the records, and what they find is put on record.

    Args:
        rates: (D,), at least 0: incidents that one patrol meets in a week, were it there: the truth.
        records: (D,), above 0: incidents on record at the beginning.
        follow: how strongly patrols follow the records: shares go as records ** follow. 0 sends the same everywhere,
            1 in proportion, more sends nearly all to the first of them.
        reported: share of the records, 0 to 1, that residents report, wherever patrols are.
    Raises:
        LessonError: one of these makes no sense.
    """
    rates, start = np.asarray(rates, float), np.asarray(records, float)
    _check(rates, start, follow, reported, n_weeks)
    random = np.random.default_rng(seed)
    kept, shares = [start], [_shares(start, follow)]
    for _ in range(n_weeks):
        here = (1 - reported) * shares[-1] + reported / len(rates)  # eyes on each district
        found = random.poisson(N_PATROLS * rates * here)
        kept.append(kept[-1] + found)
        shares.append(_shares(kept[-1], follow))
    return PatrolLoop(np.stack(shares), np.stack(kept))


def _shares(records: np.ndarray, follow: float) -> np.ndarray:
    powers = (records / records.max()) ** follow
    return np.asarray(powers / powers.sum())


def _check(rates: np.ndarray, records: np.ndarray, follow: float, reported: float, n_weeks: int) -> None:
    if rates.ndim != 1 or rates.shape != records.shape or len(rates) < 2:
        raise LessonError(
            f"There are {rates.size} rates and {records.size} records. Give one of each for two or more districts."
        )
    if not (
        np.isfinite(rates).all() and (rates >= 0).all() and np.isfinite(records).all() and (records > 0).all()
    ):
        raise LessonError(
            "Rates must be 0 or more, and records above 0: a district without any is never visited."
        )
    if not 0 <= follow <= 10:
        raise LessonError(f"follow={follow:g}: choose from 0, the same everywhere, to 10.")
    if not 0 <= reported <= 1:
        raise LessonError(f"reported={reported:g}: it is a share; choose from 0 to 1.")
    if not 1 <= n_weeks <= MOST_WEEKS:
        raise LessonError(f"{n_weeks} weeks were asked for. Choose from 1 to {MOST_WEEKS:,}.")
