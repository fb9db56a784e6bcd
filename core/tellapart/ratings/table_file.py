"""A table of ratings as rows of cells: separators are comma, semicolon, tab, bar, or :: as in MovieLens."""

from __future__ import annotations

from tellapart.errors import IntakeError
from tellapart.json_lines import lines_of
from tellapart.kinds.delimited import delimiter_of, rows_parted_by
from tellapart.words.decoded import decoded

_DELIMITERS = "\t,;|"
_MAX_CELL = 100_000  # characters
_FEWEST = 3  # cells of a row: user, item, rating
_SNIFFED = 20_000  # characters that say which separator it is


def rows_of(data: bytes, name: str) -> tuple[list[list[str]], list[str]]:
    """The rows that have something in them, and what a person has to know about the file; name: what it is called.

    Raises:
        IntakeError: it is empty, no text, or no table.
    """
    found = decoded(data)
    if found is None:
        raise IntakeError(f"{name} is no text file. Save the ratings as CSV with the encoding UTF-8.")
    rows = split_rows(found.text, name)
    if not rows:
        raise IntakeError(f"{name} is empty. It needs a row for each rating: user, item, rating.")
    return rows, found.notes(name)


def split_rows(text: str, name: str) -> list[list[str]]:
    """Rows of cells.

    Raises:
        IntakeError: quotes do not end, or a cell is huge.
    """
    head = text[:_SNIFFED]
    lines = lines_of(head)[:20]
    if lines and all(line.count("::") >= 2 for line in lines[:-1] or lines if line.strip()):
        return [line.split("::") for line in lines_of(text) if line.strip()]
    return rows_parted_by(delimiter_of(head, _DELIMITERS, _FEWEST), text, _MAX_CELL, name, "titles")
