"""The form of a table's columns: what can be filled in, by what the classifier learned."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from tellapart.tables.columns import TableColumn
from tellapart.tables.model import TableModel

MOST_FIELDS = 60
_DAY = datetime(2024, 5, 31, 14, 30)


@dataclass(frozen=True)
class FormField:
    """A column to fill in. options: its categories, () where anything can be typed. hint: what is usual there."""

    title: str
    options: tuple[str, ...] = ()
    hint: str = ""


def form_of(model: TableModel) -> list[FormField]:
    """The columns that the classifier learned from, in their order."""
    return [
        FormField(one.column.title, tuple(one.categories))
        if one.is_category
        else FormField(one.column.title, hint=_hint(one.column, one.centre))
        for one in model.features[:MOST_FIELDS]
    ]


def _hint(column: TableColumn, centre: float) -> str:
    """A number as it is in the middle of the rows; how dates are written."""
    if column.kind == "date":
        return f"such as {_DAY.strftime(column.style)}"
    return f"usually about {centre:.0f}" if abs(centre) >= 100 else f"usually about {centre:.3g}"
