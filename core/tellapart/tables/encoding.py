"""Rows as numbers: what a classifier learns from, and how it was learned which numbers these are."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from tellapart.tables.cells import day, is_missing, number
from tellapart.tables.columns import MOST_CATEGORIES, TableColumn


@dataclass(frozen=True)
class Feature:
    """A column that is learned from. categories: their values in order, () for numbers and dates; centre, scale: of
    its numbers, with which a linear classifier makes them comparable."""

    column: TableColumn
    categories: tuple[str, ...] = ()
    centre: float = 0.0
    scale: float = 1.0

    is_category = property(
        lambda self: self.column.kind == "category", doc="Whether its values have no order."
    )


def raw_values(columns: Sequence[TableColumn], rows: Sequence[Sequence[str]]) -> list[np.ndarray]:
    """The used columns, (N,) each: numbers, days since 1970, or (of categories) texts; missing is NaN or ""."""
    found: list[np.ndarray] = []
    for at, column in enumerate(columns):
        if column.kind == "number":
            found.append(np.array([number(row[at], column.style) for row in rows], float))
        elif column.kind == "date":
            found.append(np.array([day(row[at], column.style) for row in rows], float))
        elif column.kind == "category":
            cells = (row[at].strip() for row in rows)
            found.append(np.array(["" if is_missing(cell) else cell for cell in cells], object))
    return found


def learn_features(columns: Sequence[TableColumn], values: Sequence[np.ndarray]) -> tuple[Feature, ...]:
    """What these values of the used columns say of each."""
    used = [column for column in columns if column.is_used]
    return tuple(_feature(column, one) for column, one in zip(used, values, strict=True))


def encoded(features: Sequence[Feature], values: Sequence[np.ndarray]) -> np.ndarray:
    """(N, F) float64: numbers as they are, categories by their places from 0; what is missing or unknown is NaN."""
    columns = []
    for feature, one in zip(features, values, strict=True):
        if feature.is_category:
            place = {category: i for i, category in enumerate(feature.categories)}
            columns.append(np.array([place.get(cell, np.nan) for cell in one.tolist()], float))
        else:
            columns.append(one)
    return np.column_stack(columns) if columns else np.zeros((0, 0))


def widened(features: Sequence[Feature], inputs: np.ndarray) -> np.ndarray:
    """(N, D) for a linear classifier of (N, F) encoded ones: numbers standardised and at most 10 from 0, with a mark
    where they are missing; a mark for each category."""
    parts = []
    for at, feature in enumerate(features):
        one = inputs[:, at]
        is_there = ~np.isnan(one)
        if feature.is_category:
            marks = np.zeros((len(one), len(feature.categories)))
            marks[np.flatnonzero(is_there), one[is_there].astype(int)] = 1.0
            parts.append(marks)
        else:
            filled = np.where(is_there, (one - feature.centre) / feature.scale, 0.0)
            parts.append(np.column_stack([np.clip(filled, -10, 10), ~is_there]))
    return np.concatenate(parts, axis=1)


def _feature(column: TableColumn, values: np.ndarray) -> Feature:
    if column.kind == "category":
        counts = Counter(cell for cell in values.tolist() if cell)
        common = sorted(one for one, _ in counts.most_common(MOST_CATEGORIES))
        return Feature(column, tuple(common))
    there = values[~np.isnan(values)]
    if not len(there):
        return Feature(column)
    return Feature(column, (), float(there.mean()), float(there.std()) or 1.0)
