"""TableProject: a folder with rows.jsonl, decisions.jsonl and bundles/. Every path inside it is spelled here."""

from __future__ import annotations

import json
import shutil
import uuid
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timezone
from hashlib import sha256
from pathlib import Path
from typing import Any

from tellapart import atomic_files
from tellapart.errors import ProjectError
from tellapart.kinds.decisions import ACTIONS, DecisionFile, ThingDecision
from tellapart.label_names import clean_label, label_order
from tellapart.store.sqlite.database_errors import disk_reason
from tellapart.tables.columns import TableColumn
from tellapart.tables.model_file import FILE_NAME as MODEL_NAME
from tellapart.tables.reading import Table
from tellapart.words.near_names import did_you_mean

HEAD_NAME = "tellapart-tables.json"  # written last: where it is, the project is whole
FORMAT = 1
_ID_DIGITS = 16


@dataclass(frozen=True)
class ProjectRow:
    """A row of a project. row_id: of its cells, so that it stays the same when the table is read again; number: its
    place in the table, from 1. label: as it stands after all decisions; given_label: as it was read. decided: what a
    person did with it last, "" for nothing."""

    row_id: str
    number: int
    cells: list[str]
    label: str
    given_label: str
    decided: str = ""

    is_removed = property(lambda self: self.decided == "remove", doc="Whether it is out of the project.")


class TableProject:
    """An open project of rows. Several may be open on one folder; each sees what the others decided."""

    def __init__(self, root: Path, head: dict[str, Any]):
        self.root = root
        self.target = str(head["target"])
        self.columns = tuple(TableColumn(one["title"], one["kind"], one["style"]) for one in head["columns"])
        self.decisions = DecisionFile(root / "decisions.jsonl", "row")
        self._given = _rows(root / "rows.jsonl", len(self.columns))

    name = property(lambda self: self.root.name, doc="The folder's name.")
    bundles_dir = property(lambda self: self.root / "bundles", doc="Trained classifiers.")

    def rows(self, with_removed: bool = False) -> list[ProjectRow]:
        """The rows as they stand, in the order of the table."""
        last, labels = self.decisions.standing()
        rows = [
            replace(one, label=labels.get(one.row_id, one.label), decided=last[one.row_id].action)
            if one.row_id in last
            else one
            for one in self._given
        ]
        return rows if with_removed else [one for one in rows if not one.is_removed]

    def label_counts(self) -> dict[str, int]:
        """How many rows each label has, labels in their order."""
        counts = Counter(one.label for one in self.rows())
        return {label: counts[label] for label in sorted(counts, key=label_order)}

    def decide(self, decisions: Sequence[ThingDecision]) -> None:
        """Keep what a person decided, as one step that `undo` takes back.

        Raises:
            ProjectError: a row is not of this project, a new label is no label, or the disk does not take it.
            ValueError: there is no such action.
        """
        known = {one.row_id for one in self._given}
        checked = []
        for one in decisions:
            if one.thing_id not in known:
                raise ProjectError(
                    f"{self.name} has no row {one.thing_id!r}.{did_you_mean(one.thing_id, known)} "
                    "The findings name each row."
                )
            if one.action not in ACTIONS:
                raise ValueError(f"{one.action!r} is no decision; choose from {', '.join(ACTIONS)}.")
            checked.append(replace(one, label=clean_label(one.label) if one.action == "relabel" else ""))
        self.decisions.append(checked)

    def undo(self) -> list[ThingDecision]:
        """Take back the last step; what it was, [] where there is nothing to undo."""
        return self.decisions.undo()

    def newest_bundle(self) -> Path | None:
        """The folder of the classifier made last; None when there is none."""
        folders = self.bundles_dir.iterdir() if self.bundles_dir.is_dir() else ()
        found = [one for one in folders if not one.name.startswith(".") and (one / MODEL_NAME).is_file()]
        return max(found, key=lambda one: ((one / MODEL_NAME).stat().st_mtime_ns, one.name), default=None)


def is_table_project(root: Path | str) -> bool:
    """Whether a folder is a project of rows."""
    return (Path(root) / HEAD_NAME).is_file()


def create_table_project(root: Path | str, table: Table) -> TableProject:
    """A new project of these rows: there as a whole, or not at all.

    Raises:
        ProjectError: the folder holds something already, or the disk does not take it.
    """
    root = Path(root).expanduser().absolute()
    if root.exists() and (not root.is_dir() or any(root.iterdir())):
        raise ProjectError(f"{root} exists and is not empty. Choose a new folder name.")
    head = {
        "format": FORMAT,
        "kind": "tables",
        "created": datetime.now(timezone.utc).isoformat(timespec="seconds").replace("+00:00", "Z"),
        "source": table.source,
        "target": table.target,
        "columns": [{"title": one.title, "kind": one.kind, "style": one.style} for one in table.columns],
    }
    beside = root.with_name(f".{root.name}.{uuid.uuid4().hex[:8]}.part")
    try:
        beside.mkdir(parents=True)
        atomic_files.write_bytes(beside / "rows.jsonl", _lines(table))
        atomic_files.write_json(beside / HEAD_NAME, head)
        if root.exists():
            root.rmdir()  # empty, see above
        beside.rename(root)
    except OSError as error:
        raise ProjectError(disk_reason(root.parent, error)) from error
    finally:
        shutil.rmtree(beside, ignore_errors=True)
    return TableProject(root, head)


def open_table_project(root: Path | str) -> TableProject:
    """The project of rows in a folder.

    Raises:
        ProjectError: there is none, it is damaged, or of a newer version.
    """
    root = Path(root).expanduser().absolute()
    if not is_table_project(root):
        raise ProjectError(f"{root} is no project of a table. Make one: tellapart new DIR --from FILE.csv")
    try:
        head = json.loads((root / HEAD_NAME).read_bytes())
        if int(head["format"]) > FORMAT:
            raise ProjectError(
                f"{root} has format {head['format']}; this tellapart reads up to {FORMAT}. Update tellapart: "
                "pip install -U tellapart"
            )
        return TableProject(root, head)
    except (OSError, ValueError, TypeError, KeyError) as error:
        raise ProjectError(
            f"{root / HEAD_NAME} is damaged. Your rows are in {root / 'rows.jsonl'}."
        ) from error


def _lines(table: Table) -> bytes:
    """Of rows.jsonl."""
    n_times: Counter[str] = Counter()
    lines = []
    for number, (cells, label) in enumerate(zip(table.rows, table.labels, strict=True), start=1):
        digest = sha256(json.dumps([*cells, label]).encode()).hexdigest()[:_ID_DIGITS]
        n_times[digest] += 1
        row_id = digest if n_times[digest] == 1 else f"{digest}-{n_times[digest]}"
        one = {"id": row_id, "row": number, "label": label, "cells": cells}
        lines.append(json.dumps(one, ensure_ascii=False) + "\n")
    return "".join(lines).encode("utf-8", "replace")


def _rows(path: Path, width: int) -> list[ProjectRow]:
    try:
        records = [json.loads(line) for line in path.read_bytes().split(b"\n") if line.strip()]
        rows = []
        for one in records:
            cells, label = [str(cell) for cell in one["cells"]], clean_label(one["label"])
            if len(cells) != width:
                raise ValueError(f"row {one['row']} has {len(cells)} cells")
            rows.append(ProjectRow(str(one["id"]), int(one["row"]), cells, label, label))
        return rows
    except OSError as error:
        raise ProjectError(disk_reason(path.parent, error)) from error
    except (ValueError, TypeError, KeyError, AttributeError) as error:
        raise ProjectError(
            f"{path} is damaged ({type(error).__name__}). Bring the file back from a copy; your decisions are safe in "
            f"{path.with_name('decisions.jsonl')}."
        ) from error
