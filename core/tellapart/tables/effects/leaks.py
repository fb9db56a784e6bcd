"""Columns that give the answer away, or should not have a say: each told in a sentence."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from hashlib import sha256
from itertools import pairwise

import numpy as np

from tellapart.learning.metrics import interval_of_groups
from tellapart.tables.alone import cells_of
from tellapart.tables.columns import TableColumn
from tellapart.tables.encoding import Feature, encoded
from tellapart.words.percents import between, tenths

_TELLS_ALONE = 0.05  # share of the usual guess's error that a column alone may leave before it is suspected
MOST_GROUPS, LEAST_ROWS = 8, 10  # of a sensitive column that are told
_SHOWN = 3


@dataclass(frozen=True)
class ColumnRemark:
    """Something to know about a column. code: "leak", "identifier" or "sensitive"; sentence: for the person."""

    title: str
    code: str
    sentence: str


def leaks(
    features: Sequence[Feature], values: Sequence[np.ndarray], targets: np.ndarray, groups: Sequence[str]
) -> list[ColumnRemark]:
    """Columns that alone tell nearly every row: known before the answer was, or a copy of it?"""
    inputs = encoded(features, values)
    is_first = (
        np.array([sha256(group.encode()).digest()[0] < 128 for group in groups])
        if groups
        else np.zeros(0, bool)
    )
    usual = 1 - np.bincount(targets).max() / len(targets)
    found = []
    for at, feature in enumerate(features):
        cells = cells_of(inputs[:, at], feature.is_category)
        error = _error_alone(cells, targets, is_first)
        if error <= _TELLS_ALONE * usual:
            found.append(
                ColumnRemark(
                    feature.column.title,
                    "leak",
                    f"{feature.column.title!r} alone tells {tenths(1 - error)} of the rows. Is it known before the "
                    "answer is? If not, take the column out.",
                )
            )
    return found


def identifiers(columns: Sequence[TableColumn]) -> list[ColumnRemark]:
    """Columns with another value in each row, which are not learned from."""
    return [
        ColumnRemark(one.title, "identifier", f"{one.title!r} names each row; it is not learned from.")
        for one in columns
        if one.kind == "identifier"
    ]


def sensitive(
    features: Sequence[Feature], values: Sequence[np.ndarray], is_wrong: np.ndarray, groups: Sequence[str]
) -> list[ColumnRemark]:
    """Columns a person should not be judged by without a thought, with the error in each of their groups."""
    found = []
    for feature, one in zip(features, values, strict=True):
        if not feature.column.is_sensitive:
            continue
        parts = []
        for name, inside in groups_of(feature, one):
            n = int(inside.sum())
            if n >= LEAST_ROWS:
                copies = [groups[row] for row in np.flatnonzero(inside).tolist()]
                low, high = interval_of_groups(is_wrong[inside], copies)
                parts.append(
                    (
                        is_wrong[inside].mean(),
                        f"{name} {tenths(is_wrong[inside].mean())} ({between(low, high)}, {n:,} rows)",
                    )
                )
        parts = sorted(parts, reverse=True)[:MOST_GROUPS]
        said = "; ".join(text for _, text in parts) or "too few rows to tell"
        found.append(
            ColumnRemark(
                feature.column.title,
                "sensitive",
                f"{feature.column.title!r} is about who people are. Wrong: {said}.",
            )
        )
    return found


def groups_of(feature: Feature, values: np.ndarray) -> list[tuple[str, np.ndarray]]:
    """Names and (N,) bool: categories, the commonest first, or quarters of the numbers."""
    if feature.is_category:
        names = sorted(feature.categories, key=lambda name: -int((values == name).sum()))
        return [(name, values == name) for name in names[: 2 * MOST_GROUPS]]
    there = values[~np.isnan(values)]
    if feature.column.kind != "number" or not len(there):
        return []
    edges = np.unique(np.quantile(there, [0, 0.25, 0.5, 0.75, 1]))
    return [
        (f"{low:g} to {high:g}", (values >= low) & ((values < high) | (high == edges[-1]) & (values <= high)))
        for low, high in pairwise(edges.tolist())
    ]


def _error_alone(cells: np.ndarray, targets: np.ndarray, is_first: np.ndarray) -> float:
    """Share wrong of guessing the commonest label of each cell, learned from one half and judged on the other."""
    counts = np.zeros((2, int(cells.max(initial=0)) + 1, int(targets.max()) + 1))
    np.add.at(counts, (is_first.astype(int), cells, targets), 1)
    n_wrong = 0.0
    for learned, judged in ((0, 1), (1, 0)):
        usual = counts[learned].sum(axis=0).argmax()
        guess = np.where(counts[learned].sum(axis=1) > 0, counts[learned].argmax(axis=1), usual)
        n_wrong += counts[judged].sum() - counts[judged][np.arange(len(guess)), guess].sum()
    return float(n_wrong / max(1, len(targets)))
