"""CSV and its likes as rows of cells, whichever encoding and delimiter; cells stay as they are written."""

from __future__ import annotations

import csv
import io
from collections import Counter
from pathlib import Path

from tellapart.errors import IntakeError
from tellapart.words.decoded import decoded

MAX_BYTES = 512 * 2**20
MAX_TEXT = 2_000_000  # characters of one cell that are kept
_DELIMITERS = ",;\t|"
_SNIFFED = 200_000  # characters that say which delimiter it is


def read_plain_text(path: Path) -> str:
    """A file as text, whichever its encoding.

    Raises:
        IntakeError: it cannot be read, is too large, or is no text.
    """
    try:
        status = path.stat()
        if status.st_size > MAX_BYTES:
            raise IntakeError(
                f"{path.name} has {status.st_size / 2**20:,.0f} MB; at most {MAX_BYTES >> 20} MB are read. Split it."
            )
        text = decoded(path.read_bytes())
    except OSError as error:
        raise IntakeError(f"{path} cannot be read: {error.strerror or error}. Check the path.") from error
    if text is None:
        raise IntakeError(f"{path.name} is no text file. Save it as CSV with the encoding UTF-8.")
    return text


def separated_rows(path: Path, text: str) -> list[list[str]]:
    """The rows of a file whose cells are parted by commas, semicolons, tabs or bars, without empty rows.

    Raises:
        IntakeError: it is no such file.
    """
    delimiter = "\t" if path.suffix.lower() in (".tsv", ".tab") else _delimiter(text[:_SNIFFED])
    before = csv.field_size_limit(2 * MAX_TEXT)
    try:
        reader = csv.reader(io.StringIO(text, newline=""), delimiter=delimiter)
        return [row for row in reader if any(cell.strip() for cell in row)]
    except csv.Error as error:
        raise IntakeError(
            f"{path.name} cannot be read as a table ({error}). Save it as CSV again, with quotes around texts."
        ) from error
    finally:
        csv.field_size_limit(before)


def _delimiter(head: str) -> str:
    """The one by which most rows get the same number of cells, more than one."""
    best, found = 0, ","
    for tried in _DELIMITERS:
        try:
            rows = [len(row) for row in csv.reader(io.StringIO(head, newline=""), delimiter=tried) if row]
        except csv.Error:
            continue
        widths = Counter(rows[:-1] or rows)  # the last may be cut
        width, n = max(widths.items(), key=lambda item: item[1], default=(0, 0))
        if width > 1 and n > best:
            best, found = n, tried
    return found
