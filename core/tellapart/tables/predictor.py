"""TablePredictor: what answers for new rows."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from tellapart.errors import BundleError
from tellapart.tables.cells import is_missing
from tellapart.tables.columns import listed
from tellapart.tables.model import TableModel
from tellapart.tables.model_file import read_model
from tellapart.words.near_names import did_you_mean


@dataclass(frozen=True)
class RowPrediction:
    """label: the likeliest; probabilities: label -> 0 to 1, likeliest first. unknown: titles of the columns whose value
    was never learned from, so that they count as missing."""

    label: str
    probabilities: dict[str, float]
    unknown: tuple[str, ...] = ()

    @property
    def confidence(self) -> float:
        """Probability of the label, 0 to 1."""
        return self.probabilities[self.label]

    @property
    def remark(self) -> str:
        """What a person should know of the answer; "" for nothing."""
        return f"never seen before: {', '.join(self.unknown)}" if self.unknown else ""


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
        known = [
            (at, feature.column.title, set(feature.categories))
            for at, feature in zip(self._used_places(), self.model.features, strict=True)
            if feature.is_category
        ]
        answers = []
        for cells, probs in zip(rows, self.model.probabilities(rows).tolist(), strict=True):
            order = dict(sorted(zip(self.model.labels, probs, strict=True), key=lambda one: -one[1]))
            unknown = tuple(
                title
                for at, title, categories in known
                if not is_missing(cells[at]) and cells[at].strip() not in categories
            )
            answers.append(RowPrediction(next(iter(order)), order, unknown))
        return answers

    def _used_places(self) -> list[int]:
        return [at for at, column in enumerate(self.model.columns) if column.is_used]
