"""TableProject: a folder with rows.jsonl, decisions.jsonl and bundles/. Every path inside it is spelled here."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from tellapart import atomic_files
from tellapart.kinds.labelled_project import LabelledProject, LabelledThing
from tellapart.kinds.project_kind import ProjectKind, absolute, vacant
from tellapart.kinds.thing_file import ids_of, thing_lines
from tellapart.label_names import clean_label
from tellapart.tables.columns import TableColumn
from tellapart.tables.kind import KIND
from tellapart.tables.reading import Table

TABLES = ProjectKind(
    name=KIND.name,
    title="a table",
    things="rows",
    noun="row",
    head_name=KIND.head_name,
    given_name="rows.jsonl",
    model_name=KIND.model_name,
)


@dataclass(frozen=True)
class ProjectRow(LabelledThing):
    """A row of a project. number: its place in the table, from 1."""

    number: int
    cells: list[str]

    row_id = property(lambda self: self.thing_id, doc="Of its cells and label.")


class TableProject(LabelledProject[ProjectRow]):
    """An open project of rows. target: title of the column to be told."""

    kind = TABLES

    def __init__(self, root: Path, head: dict[str, Any]):
        self.target = str(head["target"])
        self.columns = tuple(TableColumn(one["title"], one["kind"], one["style"]) for one in head["columns"])
        super().__init__(root, self._row_of)

    def rows(self, with_removed: bool = False) -> list[ProjectRow]:
        """The rows as they stand, in the order of the table."""
        return self.things(with_removed)

    def add(self, rows: Sequence[Sequence[str]], labels: Sequence[str]) -> int:
        """Take in those rows that are not here yet, cell for cell, or not as often; how many they are.

        Args:
            rows: (N, F) cells in the order of the columns. labels: (N,) of them.
        Raises:
            ProjectError: the disk does not take them; the project is as it was.
        """

        def records_of(given: list[ProjectRow]) -> Iterable[dict[str, Any]]:
            there = Counter(_content(one.cells, one.given_label) for one in given)
            new = []
            for cells, label in zip(rows, labels, strict=True):
                content = _content(cells, label)
                there[content] -= 1
                if there[content] < 0:
                    new.append((list(cells), label))
            known = [(one.cells, one.given_label) for one in given]
            return _records([*known, *new], first=len(known))

        return self._take_in(records_of)

    def _row_of(self, record: dict[str, Any]) -> ProjectRow:
        cells, label = [str(cell) for cell in record["cells"]], clean_label(record["label"])
        if len(cells) != len(self.columns):
            raise ValueError(f"row {record['row']} has {len(cells)} cells")
        return ProjectRow(str(record["id"]), label, label, int(record["row"]), cells)


def create_table_project(root: Path | str, table: Table) -> TableProject:
    """A new project of these rows: there as a whole, or not at all.

    Raises:
        ProjectError: the folder holds something already, or the disk does not take it.
    """
    root = vacant(root)
    head = {
        "source": table.source,
        "target": table.target,
        "columns": [{"title": one.title, "kind": one.kind, "style": one.style} for one in table.columns],
    }
    with TABLES.created(root, head) as folder:
        atomic_files.write_bytes(
            folder / TABLES.given_name,
            thing_lines(_records(list(zip(table.rows, table.labels, strict=True)))),
        )
    return open_table_project(root)


def open_table_project(root: Path | str) -> TableProject:
    """The project of rows in a folder.

    Raises:
        ProjectError: there is none, it is damaged, or of a newer version.
    """
    root = absolute(root)
    head = TABLES.head(root)
    try:
        return TableProject(root, head)
    except (ValueError, TypeError, KeyError) as error:
        raise TABLES.damaged(root) from error


def _records(rows: Sequence[tuple[list[str], str]], first: int = 0) -> Iterable[dict[str, Any]]:
    """Of the rows from that place on; each id is of all rows, so that no two are the same."""
    ids = ids_of(_content(cells, label) for cells, label in rows)
    for at in range(first, len(rows)):
        cells, label = rows[at]
        yield {"id": ids[at], "row": at + 1, "label": label, "cells": cells}


def _content(cells: Sequence[str], label: str) -> bytes:
    return json.dumps([*cells, label]).encode()
