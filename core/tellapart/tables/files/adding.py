"""add_rows: more rows of a file into a project, whose columns stay what they are."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

import numpy as np

from tellapart.errors import IntakeError
from tellapart.kinds.labelled_project import added_sentence
from tellapart.tables.cells import is_missing
from tellapart.tables.columns import listed
from tellapart.tables.encoding import raw_values
from tellapart.tables.project import TableProject
from tellapart.tables.reading import labelled_rows, noted_rows


@dataclass(frozen=True)
class AddedRows:
    """n_added: rows that came in; n_there: that were there already, cell for cell. notes: what was left out or could
    not be read, a sentence each."""

    n_added: int
    n_there: int
    notes: tuple[str, ...] = ()

    def sentences(self) -> list[str]:
        """What a person has to know, in words."""
        return [*self.notes, added_sentence("row", self.n_added, self.n_there)]


def add_rows(project: TableProject, path: Path) -> AddedRows:
    """What became of the rows of a file: columns are found by their titles, and read as the project reads them.

    Raises:
        IntakeError: it cannot be read, or has not the column to be told, or none of the others.
        ProjectError: the disk does not take the rows; the project is as it was.
    """
    titles, rows, odd = noted_rows(path)
    if project.target not in titles:
        raise IntakeError(
            f"{path.name} has no column {project.target!r}, which this project tells. It has {listed(titles)}."
        )
    place = {title: at for at, title in enumerate(titles)}
    wanted = [place.get(one.title) for one in project.columns]
    if not any(at is not None for at, one in zip(wanted, project.columns, strict=True) if one.is_used):
        used = listed([one.title for one in project.columns if one.is_used])
        raise IntakeError(f"{path.name} has none of the columns that are learned from: {used}.")
    target = place[project.target]
    kept, labels, left_out = labelled_rows(rows, target, project.target)
    cells = [["" if at is None else row[at] for at in wanted] for row in kept]
    n_added = project.add(cells, labels)
    notes = [
        *odd,
        *left_out,
        *_columns(project, titles),
        *_unread(project, cells),
    ]
    return AddedRows(n_added, len(kept) - n_added, tuple(notes))


def _columns(project: TableProject, titles: list[str]) -> list[str]:
    """What is said of columns that one side lacks."""
    known = [one.title for one in project.columns]
    absent = [one for one in known if one not in titles]
    others = [one for one in titles if one not in known and one != project.target]
    return [
        *([f"Not in the file, so missing in its rows: {listed(absent)}."] if absent else []),
        *([f"Passed over, since the project has no such column: {listed(others)}."] if others else []),
    ]


def _unread(project: TableProject, cells: list[list[str]]) -> list[str]:
    """What is said of numbers and dates that are written otherwise than in the project."""
    used = [(at, one) for at, one in enumerate(project.columns) if one.is_used]
    said = []
    for (at, column), values in zip(used, raw_values(project.columns, cells), strict=True):
        if column.kind == "category":
            continue
        n = int(np.isnan(values).sum()) - sum(is_missing(row[at]) for row in cells)
        if n:
            said.append(
                f"{n:,} of {column.title!r} cannot be read as a {column.kind} and count as missing; write them as in "
                "the first table."
            )
    return said
