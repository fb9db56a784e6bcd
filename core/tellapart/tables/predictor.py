"""TablePredictor: what answers for new rows."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from tellapart.errors import BundleError
from tellapart.tables.cells import is_missing
from tellapart.tables.columns import listed
from tellapart.tables.encoding import encoded, raw_values
from tellapart.tables.model import TableModel
from tellapart.tables.model_file import read_model
from tellapart.words.near_names import did_you_mean


@dataclass(frozen=True)
class RowPrediction:
    """label: the likeliest; probabilities: label -> 0 to 1, likeliest first. unknown: titles of the columns whose value
    was never learned from; unread: of those of numbers and dates whose value is written otherwise than those learned;
    both count as missing."""

    label: str
    probabilities: dict[str, float]
    unknown: tuple[str, ...] = ()
    unread: tuple[str, ...] = ()

    @property
    def confidence(self) -> float:
        """Probability of the label, 0 to 1."""
        return self.probabilities[self.label]

    @property
    def remark(self) -> str:
        """What a person should know of the answer; "" for nothing."""
        said = [("never seen before", self.unknown), ("no number or date as it learned them", self.unread)]
        return "; ".join(f"{why}: {', '.join(titles)}" for why, titles in said if titles)


class TablePredictor:
    """A trained classifier of rows, from a bundle's folder or its file.

    Raises:
        BundleError: it cannot be used; see `read_model`.
    """

    def __init__(self, place: Path | str):
        self.model: TableModel = read_model(Path(place))

    labels = property(lambda self: self.model.labels, doc="What it tells apart.")
    titles = property(
        lambda self: [one.title for one in self.model.columns if one.is_used],
        doc="Of the columns it asks for.",
    )

    def predict(self, row: Mapping[str, object]) -> RowPrediction:
        """The answer for one row, {title: value}; what is not given is missing.

        Raises:
            BundleError: it knows no column of that title.
        """
        known = [one.title for one in self.model.columns]
        for title in row:
            if title not in known and title != self.model.target:
                raise BundleError(
                    f"The classifier knows no column {title!r}.{did_you_mean(title, known)} It has {listed(known)}."
                )
        cells = ["" if row.get(title) is None else str(row[title]) for title in known]
        return self._predict_cells([cells])[0]

    def predict_table(self, titles: Sequence[str], rows: Sequence[Sequence[str]]) -> list[RowPrediction]:
        """One answer for each row of a table; columns are found by their titles, others are passed over.

        Raises:
            BundleError: the table has none of the columns the classifier learned from.
        """
        place = {title: at for at, title in enumerate(titles)}
        if not any(title in place for title in self.titles):
            raise BundleError(
                f"The table has none of the classifier's columns. It has {listed(titles)}; the classifier learned from "
                f"{listed(self.titles)}."
            )
        at = [place.get(one.title) for one in self.model.columns]
        return self._predict_cells([["" if i is None else row[i] for i in at] for row in rows])

    def _predict_cells(self, rows: list[list[str]]) -> list[RowPrediction]:
        if not rows:
            return []
        model = self.model
        inputs = encoded(model.features, raw_values(model.columns, rows))
        is_lost = np.isnan(inputs)
        used = list(zip(self._used_places(), model.features, strict=True))
        answers = []
        for cells, probs, lost in zip(
            rows, model.encoded_probabilities(inputs).tolist(), is_lost.tolist(), strict=True
        ):
            order = dict(sorted(zip(model.labels, probs, strict=True), key=lambda one: -one[1]))
            uncounted = [
                feature
                for (at, feature), is_nan in zip(used, lost, strict=True)
                if is_nan and not is_missing(cells[at])
            ]
            unknown = tuple(one.column.title for one in uncounted if one.is_category)
            unread = tuple(one.column.title for one in uncounted if not one.is_category)
            answers.append(RowPrediction(next(iter(order)), order, unknown, unread))
        return answers

    def _used_places(self) -> list[int]:
        return [at for at, column in enumerate(self.model.columns) if column.is_used]
