"""What it costs to leave columns out: the error with and without, row by row, in all and in each group of people."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from tellapart.errors import TrainError
from tellapart.learning.metrics import error_interval
from tellapart.learning.statistics.paired import Paired, paired, told_apart
from tellapart.progress import Progress, silent
from tellapart.tables.columns import listed
from tellapart.tables.effects.leaks import LEAST_ROWS, groups_of
from tellapart.tables.fitting import fit_table
from tellapart.tables.judging import TableJudgement
from tellapart.words.near_names import did_you_mean
from tellapart.words.percents import more_between, more_of_100, tenths

_SHOWN = 20
_TIMES = 10  # groups, from which on one that differs by chance is to be expected
_MANY = "Of {} groups, one in twenty differs beyond chance by chance alone."


@dataclass(frozen=True)
class Without:
    """Some rows judged with the columns and without them; pairs: who is wrong where, the one with them first; apart:
    the same without their copies, for what may be chance."""

    name: str
    pairs: Paired
    apart: Paired

    @property
    def sentence(self) -> str:
        """For the person."""
        before, after = self.pairs.errors
        chance = "" if self.apart.is_beyond_chance else ", which may be chance"
        return (
            f"{self.name}: error {tenths(before)} with, {tenths(after)} without: {more_of_100(after - before)} of 100 "
            f"wrong ({more_between(*self.apart.interval)}{chance}; {self.pairs.n:,} rows)"
        )

    def to_json(self) -> dict[str, Any]:
        """Plain JSON values."""
        before, after = self.pairs.errors
        n = self.pairs.n
        before_apart, after_apart = (
            error_interval(one * self.apart.n, self.apart.n) for one in (before, after)
        )
        return {
            "rows": self.name,
            "n": n,
            "error_with": before,
            "error_with_interval": list(before_apart),
            "error_without": after,
            "error_without_interval": list(after_apart),
            "difference": after - before,
            "difference_interval": list(self.apart.interval),
            "p_value": self.apart.p_value,
        }


@dataclass(frozen=True)
class LeavingOut:
    """titles: of the columns that were left out. whole: all rows; groups: those of each group that such a column names,
    the one that loses most first."""

    titles: tuple[str, ...]
    whole: Without
    groups: tuple[Without, ...]

    def sentences(self) -> list[str]:
        """The whole in words."""
        n = len(self.titles)
        return [
            f"Without the column{'s' * (n != 1)} {', '.join(self.titles)}; the same rows and folds, each row judged by "
            "a classifier that learned from others:",
            *(f"  {one.sentence}" for one in (self.whole, *self.groups[:_SHOWN])),
            *([f"  … and {len(self.groups) - _SHOWN} more groups"] if len(self.groups) > _SHOWN else []),
            *([_MANY.format(len(self.groups))] if len(self.groups) >= _TIMES else []),
            "A column that is left out may still speak through others that go together with it.",
        ]

    def to_json(self) -> dict[str, Any]:
        """Plain JSON values."""
        return {
            "without": list(self.titles),
            "all": self.whole.to_json(),
            "groups": [one.to_json() for one in self.groups],
        }

    def __repr__(self) -> str:
        return "\n".join(self.sentences())


def cost_of_leaving_out(
    judged: TableJudgement, titles: Sequence[str] = (), progress: Progress = silent
) -> LeavingOut:
    """What leaving these columns out costs; the sensitive ones where none is named.

    Raises:
        TrainError: there is no such column, none is sensitive, or none would be left.
    """
    used = [one.column for one in judged.fit.features]
    chosen = _chosen(judged, titles)
    left = [at for at, column in enumerate(used) if column.title not in chosen]
    if not left:
        raise TrainError(f"Without {listed(chosen)} no column is left to learn from. Leave fewer out.")
    fit = fit_table(
        [used[at] for at in left], [judged.values[at] for at in left], judged.targets, judged.groups, progress
    )
    wrong = fit.calibration.probs(fit.balanced).argmax(axis=1) != judged.targets
    whole = _without("all rows", judged, wrong, np.ones(len(wrong), bool))
    groups = []
    for feature, values in zip(judged.fit.features, judged.values, strict=True):
        if feature.column.title in chosen:
            groups += [
                _without(f"{feature.column.title} {name}", judged, wrong, inside)
                for name, inside in groups_of(feature, values)
                if int(np.sum(inside)) >= LEAST_ROWS
            ]
    return LeavingOut(tuple(chosen), whole, tuple(sorted(groups, key=lambda one: -one.pairs.difference)))


def _without(name: str, judged: TableJudgement, wrong: np.ndarray, inside: np.ndarray) -> Without:
    pairs = paired(judged.is_wrong[inside], wrong[inside])
    return Without(
        name, pairs, told_apart(pairs, [judged.groups[row] for row in np.flatnonzero(inside).tolist()])
    )


def _chosen(judged: TableJudgement, titles: Sequence[str]) -> list[str]:
    known = [one.column.title for one in judged.fit.features]
    if not titles:
        found = [one.column.title for one in judged.fit.features if one.column.is_sensitive]
        if not found:
            raise TrainError(
                f"No column has a title by which it would be known as sensitive. Name what to leave out; there is "
                f"{listed(known)}."
            )
        return found
    for title in titles:
        if title not in known:
            raise TrainError(
                f"No column {title!r} is learned from.{did_you_mean(title, known)} There is {listed(known)}."
            )
    return list(dict.fromkeys(titles))
