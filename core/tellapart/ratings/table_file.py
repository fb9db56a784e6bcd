"""A table of ratings as rows of cells: separators are comma, semicolon, tab, bar, or :: as in MovieLens."""

from __future__ import annotations

import csv
import io
from collections import Counter
from pathlib import Path

from tellapart.errors import IntakeError
from tellapart.words.decoded import decoded

MAX_BYTES = 512 * 2**20
_DELIMITERS = "\t,;|"
_MAX_CELL = 100_000  # characters
_SNIFFED = 20_000  # characters that say which separator it is


def rows_of(data: bytes, name: str) -> list[list[str]]:
    """The rows that have something in them; name: what errors call the file.

    Raises:
        IntakeError: it is empty, no text, or no table.
    """
    text = decoded(data)
    if text is None:
        raise IntakeError(f"{name} is no text file. Save the ratings as CSV with the encoding UTF-8.")
    rows = split_rows(text, name)
    if not rows:
        raise IntakeError(f"{name} is empty. It needs a row for each rating: user, item, rating.")
    return rows


def split_rows(text: str, name: str) -> list[list[str]]:
    """Rows of cells.

    Raises:
        IntakeError: quotes do not end, or a cell is huge.
    """
    head = text[:_SNIFFED]
    lines = head.splitlines()[:20]
    if lines and all(line.count("::") >= 2 for line in lines[:-1] or lines if line.strip()):
        return [line.split("::") for line in text.splitlines() if line.strip()]
    before = csv.field_size_limit(_MAX_CELL)
    try:
        reader = csv.reader(io.StringIO(text, newline=""), delimiter=_delimiter(head))
        return [row for row in reader if any(cell.strip() for cell in row)]
    except csv.Error as error:
        raise IntakeError(
            f"{name} cannot be read as a table ({error}). Save it as CSV again, with quotes around titles."
        ) from error
    finally:
        csv.field_size_limit(before)


def file_bytes(path: Path) -> bytes:
    """All of a file.

    Raises:
        IntakeError: it cannot be read or is too large.
    """
    try:
        size = path.stat().st_size
        if size > MAX_BYTES:
            raise IntakeError(
                f"{path.name} has {size / 2**20:,.0f} MB; at most {MAX_BYTES >> 20} MB are read. Split it."
            )
        return path.read_bytes()
    except OSError as error:
        raise IntakeError(f"{path} cannot be read: {error.strerror or error}. Check the path.") from error


def _delimiter(head: str) -> str:
    """The one by which most rows get the same number of cells, at least three."""
    best, found = 0, ","
    for tried in _DELIMITERS:
        try:
            widths = [len(row) for row in csv.reader(io.StringIO(head, newline=""), delimiter=tried) if row]
        except csv.Error:
            continue
        width, n = max(Counter(widths[:-1] or widths).items(), key=lambda one: one[1], default=(0, 0))
        if width >= 3 and n > best:
            best, found = n, tried
    return found
