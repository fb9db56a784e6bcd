"""The findings of rows as cards: each row with its cells."""

from __future__ import annotations

from operator import attrgetter
from typing import Any

from tellapart.progress import Progress
from tellapart.tables import open_review
from tellapart.tables.clean.review import TableReview
from tellapart.tables.project import ProjectRow, TableProject

from tellapart_dashboards.pages.kinds.cases import Case, LabelledThings, Looked, cases_of

MOST_CELLS = 24  # of a row on its card
_MOST_CELL, _MOST_LARGE = 200, 10_000  # characters of a cell there, and in a window of its own


class RowsLooked(LabelledThings):
    """A project of rows, looked through."""

    noun = "row"

    def __init__(self, project: TableProject) -> None:
        super().__init__(project)
        self._table = project
        self._review: TableReview | None = None

    def look(self, progress: Progress) -> Looked:
        review = open_review(self._table, progress)
        self._review = review
        cases = cases_of(review.findings(), attrgetter("row_id"))
        labels = tuple(self._table.label_counts())
        return Looked(len(review.rows), cases, labels, tuple(review.sentences()[1:]))

    def card(self, case: Case) -> dict[str, Any]:
        assert self._review is not None
        rows = self._review.rows
        row, wish = rows[case.thing_id], case.suggested
        other = next((rows.get(one.other_id) for one in case.doubts if one.other_id), None)
        return {
            "id": row.row_id,
            "name": f"Row {row.number}",
            "label": row.label,
            "reasons": [one.sentence for one in case.doubts],
            "pieces": [],
            "rest": "",
            "cells": [["row", str(row.number)], *self._cells(row)],
            "words": [],
            "other": {"label": other.label, "text": self._review.described(other.row_id)} if other else {},
            "action": wish.action if wish else "",
            "suggested": wish.label if wish else "",
            "has_large": len(row.cells) > MOST_CELLS or max(map(len, row.cells), default=0) > _MOST_CELL,
        }

    def large(self, case: Case) -> dict[str, Any]:
        assert self._review is not None
        row = self._review.rows[case.thing_id]
        return {
            "id": row.row_id,
            "pieces": [],
            "cells": self._cells(row, len(row.cells), _MOST_LARGE),
            "rest": "",
            "words": [],
            "near": [],
        }

    def _cells(self, row: ProjectRow, most: int = MOST_CELLS, longest: int = _MOST_CELL) -> list[list[str]]:
        """Titles and values; those that are learned from come first."""
        pairs = sorted(zip(self._table.columns, row.cells, strict=True), key=lambda one: not one[0].is_used)
        return [[column.title, cell.strip()[:longest]] for column, cell in pairs[:most]]
