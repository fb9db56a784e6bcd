"""CSV and its likes as rows of cells, whichever encoding and delimiter; cells stay as they are written."""

from __future__ import annotations

import csv
import io
import threading
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from tellapart.errors import IntakeError
from tellapart.words.decoded import Decoded, decoded

MAX_BYTES = 512 * 2**20
MAX_TEXT = 2_000_000  # characters of one cell that are kept
_DELIMITERS = ",;\t|"
_LOCK, _n_reading, _limit = threading.Lock(), 0, 0  # of `_any_length`
_SNIFFED = 200_000  # characters that say which delimiter it is


def file_bytes(path: Path) -> bytes:
    """All of a file.

    Raises:
        IntakeError: it cannot be read, or is too large.
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


def read_plain_text(path: Path) -> Decoded:
    """A file as text, whichever its encoding.

    Raises:
        IntakeError: it cannot be read, is too large, or is no text.
    """
    text = decoded(file_bytes(path))
    if text is None:
        raise IntakeError(f"{path.name} is no text file. Save it as CSV with the encoding UTF-8.")
    return text


def separated_rows(path: Path, text: str) -> list[list[str]]:
    """The rows of a file whose cells are parted by commas, semicolons, tabs or bars, without empty rows.

    Raises:
        IntakeError: it is no such file.
    """
    is_by_tabs = path.suffix.lower() in (".tsv", ".tab")
    delimiter = "\t" if is_by_tabs else delimiter_of(text[:_SNIFFED], _DELIMITERS, 2)
    return rows_parted_by(delimiter, text, 2 * MAX_TEXT, path.name, "texts")


def rows_parted_by(delimiter: str, text: str, longest: int, name: str, quoted: str) -> list[list[str]]:
    """Rows of cells, without empty rows.

    Args:
        longest: characters that a cell may have. name: of the file, and quoted: what in it may need quotes, for errors.
    Raises:
        IntakeError: quotes do not end, or a cell is huge.
    """
    try:
        with _any_length():
            reader = csv.reader(io.StringIO(text, newline=""), delimiter=delimiter)
            rows = [row for row in reader if any(cell.strip() for cell in row)]
        most = max((len(cell) for row in rows for cell in row), default=0)
        if most > longest:
            raise csv.Error(f"a cell has {most:,} characters, more than {longest:,}")
    except csv.Error as error:
        raise IntakeError(
            f"{name} cannot be read as a table ({error}). Save it as CSV again, with quotes around {quoted}."
        ) from error
    return rows


@contextmanager
def _any_length() -> Iterator[None]:
    """Cells of any length are read. Python has one limit for all threads, so that the last of them brings it back."""
    global _n_reading, _limit
    with _LOCK:
        if not _n_reading:
            _limit = csv.field_size_limit(MAX_BYTES)
        _n_reading += 1
    try:
        yield
    finally:
        with _LOCK:
            _n_reading -= 1
            if not _n_reading:
                csv.field_size_limit(_limit)


def delimiter_of(head: str, tried: str, least: int) -> str:
    """The one by which most rows get the same number of cells, at least so many; of equally good ones the first."""
    best, found = 0, ","
    for one in tried:
        try:
            widths = [len(row) for row in csv.reader(io.StringIO(head, newline=""), delimiter=one) if row]
        except csv.Error:
            continue
        counts = Counter(widths[:-1] or widths)  # the last may be cut
        width, n = max(counts.items(), key=lambda item: item[1], default=(0, 0))
        if width >= least and n > best:
            best, found = n, one
    return found
