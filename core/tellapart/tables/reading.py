"""A table from a CSV, TSV or Parquet file. Cells are kept as they are written; a formula stays its text."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from tellapart.errors import IntakeError
from tellapart.kinds.delimited import read_plain_text, separated_rows
from tellapart.label_names import clean_label, refused_labels
from tellapart.tables.cells import is_missing
from tellapart.tables.columns import TableColumn, find_target, recognised

SUFFIXES = (".csv", ".tsv", ".tab", ".parquet")
MOST_COLUMNS = 2000
MOST_ROWS = 1_000_000
_MOST_CELL = 10_000  # characters


@dataclass(frozen=True)
class Table:
    """columns: what they are, without the target. rows: (N, F) cells in their order. labels: (N,) of the target.
    target: its title. source: file it was read from. notes: what was left out and why, a sentence each."""

    columns: tuple[TableColumn, ...]
    rows: list[list[str]]
    labels: list[str]
    target: str
    source: str
    notes: tuple[str, ...] = ()


def read_table(path: Path | str, target: str | None = None) -> Table:
    """The rows of a file, its first row being the titles.

    Args:
        target: title of the column to be told, or its number from 1; recognised where it is not given.
    Raises:
        IntakeError: it cannot be read, or nothing can be learned from it; the text says what to do.
    """
    path = Path(path).expanduser()
    titles, rows, odd = noted_rows(path)
    if len(titles) < 2:
        raise IntakeError(
            f"{path.name} has one column, {titles[0][:40]!r}; at least two are needed: what is to be told, and what "
            "tells it."
        )
    if len(rows) < 2:
        raise IntakeError(
            f"{path.name} has {len(rows)} row{'s' * (len(rows) != 1)} below its titles. Nothing can be learned from "
            "fewer than two; check that the first row holds the titles."
        )
    at = find_target(titles, rows, target, path.name)
    kept, labels, notes = labelled_rows(rows, at, titles[at])
    if len(set(labels)) < 2:
        raise IntakeError(f"Nothing can be told apart in {path.name}. {' '.join(notes)}")
    cells = [[*row[:at], *row[at + 1 :]] for row in kept]
    others = [*titles[:at], *titles[at + 1 :]]
    columns = tuple(recognised(title, [row[i] for row in cells]) for i, title in enumerate(others))
    if not any(column.is_used for column in columns):
        raise IntakeError(
            f"No column of {path.name} but {titles[at]!r} holds numbers, dates or categories, so nothing tells it."
        )
    return Table(columns, cells, labels, titles[at], path.name, (*odd, *notes))


def labelled_rows(
    rows: Sequence[list[str]], at: int, title: str
) -> tuple[list[list[str]], list[str], list[str]]:
    """The rows that have a label in the column at that place, their labels, and what is said of the others."""
    kept, labels, refused, n_empty = [], [], [], 0
    for number, row in enumerate(rows, start=1):
        if is_missing(row[at]):
            n_empty += 1
            continue
        try:
            labels.append(clean_label(row[at]))
        except IntakeError as error:  # one odd row in thousands
            refused.append((number, error))
        else:
            kept.append(row)
    notes = (
        [f"{n_empty:,} row{'s' * (n_empty != 1)} left out: nothing stands in {title!r}."] if n_empty else []
    )
    return kept, labels, notes + refused_labels("row", refused)


def titled_rows(path: Path) -> tuple[list[str], list[list[str]]]:
    """The titles of a table, each once, and its other rows, all of one width.

    Raises:
        IntakeError: it is not there, too large, or no table.
    """
    titles, rows, _ = noted_rows(path)
    return titles, rows


def noted_rows(path: Path) -> tuple[list[str], list[list[str]], list[str]]:
    """The same, and what a person has to know about the file, a sentence each."""
    notes: list[str] = []
    if path.suffix.lower() not in SUFFIXES:
        raise IntakeError(f"{path.name} is no table. Give a CSV, TSV or Parquet file.")
    if path.suffix.lower() == ".parquet":
        from tellapart.tables.parquet import parquet_rows

        rows = parquet_rows(path, MOST_COLUMNS, MOST_ROWS, _MOST_CELL)
    else:
        found = read_plain_text(path)
        rows, notes = separated_rows(path, found.text), found.notes(path.name)
    if not rows:
        raise IntakeError(f"{path.name} is empty. It needs a row of titles, and a row for each thing.")
    width = max(map(len, rows))
    if width > MOST_COLUMNS:
        raise IntakeError(
            f"{path.name} has {width:,} columns; at most {MOST_COLUMNS:,} are read. Keep those that may tell something."
        )
    if len(rows) > MOST_ROWS:
        raise IntakeError(
            f"{path.name} has {len(rows):,} rows; at most {MOST_ROWS:,} are read. Give a part of it."
        )
    longest = max((len(cell) for row in rows for cell in row), default=0)
    if longest > _MOST_CELL:
        raise IntakeError(
            f"A cell of {path.name} has {longest:,} characters; at most {_MOST_CELL:,} are read. If a quote is never "
            "closed, save the table again."
        )
    titles = _different([*rows[0], *[""] * (width - len(rows[0]))])
    return titles, [[*row, *[""] * (width - len(row))] for row in rows[1:]], notes


def _different(given: list[str]) -> list[str]:
    """Titles, each once: an empty one by its number, a second one numbered."""
    titles: list[str] = []
    for number, title in enumerate((one.strip() for one in given), start=1):
        name, n = title or f"column {number}", 2
        while name in titles:
            name, n = f"{title or 'column'} ({n})", n + 1
        titles.append(name)
    return titles


def value_counts(labels: list[str]) -> str:
    """How many rows each label has, for a sentence."""
    return ", ".join(f"{n:,} {label}" for label, n in Counter(labels).most_common())
