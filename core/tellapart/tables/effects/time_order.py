"""The split by time: what rows of later days are told as by who learned from earlier ones, beside random folds.

Random folds let a classifier learn from the days after those it is asked about. Where things change, that looks better
than any classifier will be once it is used. So does a number of trees, or a calibration, that later rows helped to
choose: the earlier ones get a training of their own, as on the day after them.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

import numpy as np

from tellapart.errors import TrainError
from tellapart.learning.metrics import error_interval
from tellapart.learning.statistics.paired import Paired, is_clearly_worse, paired, told_apart
from tellapart.progress import Progress, silent
from tellapart.tables.columns import TableColumn, listed
from tellapart.tables.judging import TableJudgement
from tellapart.words.percents import between, tenths

_LATER = 0.2  # share of the rows that are judged
LEAST_LATER = 20  # rows
_EPOCH = date(1970, 1, 1)


@dataclass(frozen=True)
class TimeOrder:
    """title: of the date column. until: the last day that was learned from, n_earlier: rows up to then. pairs: of the
    later rows, judged in random folds (first) and by a training of the earlier ones (second); apart: the same without
    their copies, for what may be chance."""

    title: str
    until: str
    n_earlier: int
    pairs: Paired
    apart: Paired

    @property
    def is_alarm(self) -> bool:
        """Whether random folds look better beyond chance."""
        return is_clearly_worse(self.apart)

    def sentences(self) -> list[str]:
        """What a person has to know, in words."""
        by_folds, by_time = self.pairs.errors
        low, high = error_interval(by_time * self.apart.n, self.apart.n)
        said = (
            f"Split by time ({self.title}): learned from {self.n_earlier:,} rows up to {self.until}, {tenths(by_time)} "
            f"of the {self.pairs.n:,} later ones are wrong (95 % interval {between(low, high)}); random folds say "
            f"{tenths(by_folds)} of the same rows."
        )
        if not self.is_alarm:
            return [said]
        return [
            said,
            "Random folds look better than time allows: for rows to come, expect the error by time.",
        ]

    def to_json(self) -> dict[str, Any]:
        """Plain JSON values."""
        by_folds, by_time = self.pairs.errors
        n = self.pairs.n
        return {
            "column": self.title,
            "until": self.until,
            "n_earlier": self.n_earlier,
            "n_later": n,
            "error_by_time": by_time,
            "error_by_time_interval": list(error_interval(by_time * self.apart.n, self.apart.n)),
            "error_in_random_folds": by_folds,
            "difference_interval": list(self.apart.interval),
            "alarm": self.is_alarm,
        }

    def __repr__(self) -> str:
        return "\n".join(self.sentences())


def time_order_of(judged: TableJudgement, progress: Progress = silent) -> TimeOrder | None:
    """The split by the first column of dates; None where there is none but birthdays and the like, or too
    little on one of its sides."""
    if all(one.is_sensitive for one in _dates(judged)):
        return None
    try:
        return split_by_time(judged, progress=progress)
    except TrainError:
        return None


def _dates(judged: TableJudgement) -> list[TableColumn]:
    """The columns of dates, those about who people are last: a birthday does not say when a row came."""
    found = [one.column for one in judged.fit.features if one.column.kind == "date"]
    return sorted(found, key=lambda one: one.is_sensitive)


def split_by_time(judged: TableJudgement, title: str = "", progress: Progress = silent) -> TimeOrder:
    """The last fifth of the rows, told by a training of those before; title: of the date column, else the first.

    Rows without a date are left out, and later ones that are copies of earlier ones.

    Raises:
        TrainError: there is no such column, or too little on one of the sides.
    """
    dates = [one.title for one in _dates(judged)]
    if not dates:
        raise TrainError("The table has no column of dates, so nothing says which rows came later.")
    if title and title not in dates:
        raise TrainError(f"{title!r} is no column of dates. There is {listed(dates)}.")
    title = title or dates[0]
    at = next(i for i, one in enumerate(judged.fit.features) if one.column.title == title)
    days = judged.values[at]
    cut = _cut(days[~np.isnan(days)])
    earlier = np.flatnonzero(days <= cut)  # no NaN is
    seen = {judged.groups[row] for row in earlier.tolist()}
    later = np.array(
        [row for row in np.flatnonzero(days > cut).tolist() if judged.groups[row] not in seen], int
    )
    if len(later) < LEAST_LATER or len(np.unique(judged.targets[earlier])) < 2:
        raise TrainError(
            f"By {title!r} there are {len(earlier):,} earlier and {len(later):,} later rows; at least "
            f"{LEAST_LATER} later ones are needed, and two labels before."
        )
    told = judged.told_by(earlier, later, progress)
    pairs = paired(judged.is_wrong[later], told != judged.targets[later])
    apart = told_apart(pairs, [judged.groups[row] for row in later.tolist()])
    until = (_EPOCH + timedelta(days=int(np.floor(cut)))).isoformat()
    return TimeOrder(title, until, len(earlier), pairs, apart)


def _cut(days: np.ndarray) -> float:
    """The day after which about a fifth of the rows comes; rows of one day stay together."""
    values, counts = np.unique(days, return_counts=True)
    if len(values) < 2:
        return float(values[0]) if len(values) else 0.0
    after = 1 - np.cumsum(counts) / len(days)
    return float(values[int(np.abs(after[:-1] - _LATER).argmin())])
