"""Answers of `predict` as a new CSV file."""

from __future__ import annotations

from pathlib import Path

from tellapart import atomic_files
from tellapart.errors import ProjectError
from tellapart.store.sqlite.database_errors import disk_reason


def write_answers(out: Path, table: str) -> None:
    """The file, with the mark by which spreadsheets know UTF-8.

    Raises:
        ProjectError: the disk does not take it.
    """
    try:
        atomic_files.write_bytes(out, table.encode("utf-8-sig", "replace"))
    except OSError as error:
        raise ProjectError(disk_reason(out.absolute().parent, error)) from error
