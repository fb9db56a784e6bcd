"""A table with an answer for each of its rows, as a CSV file: the rows as they are, and what they were told to be."""

from __future__ import annotations

import csv
import io
import re
from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Protocol, TypeVar

from tellapart import atomic_files
from tellapart.errors import IntakeError, ProjectError
from tellapart.progress import Doing, Progress, Step, silent
from tellapart.safe_text import csv_cell, harmless
from tellapart.store.sqlite.database_errors import disk_reason

_NUMBER = re.compile(r"[+-]?[0-9][0-9.,]*(?:[eE][+-]?[0-9]+)?")  # a spreadsheet calculates nothing there
_BREAK = re.compile(r"(\r\n|[\r\n\t])")


class RowAnswer(Protocol):
    """What a classifier says of a row."""

    @property
    def label(self) -> str:
        """The likeliest."""

    @property
    def probabilities(self) -> dict[str, float]:
        """Of each label."""

    @property
    def confidence(self) -> float:
        """That of the label."""

    @property
    def remark(self) -> str:
        """What a person should know of the answer; "" for nothing."""


Row = TypeVar("Row")
Given = TypeVar("Given", bound=RowAnswer)


@dataclass(frozen=True)
class AnsweredRows:
    """What became of a table. counts: label -> rows told to be that, the commonest first; n_remarks: rows with a
    remark. column: title of the one that was classified, of these columns, or "" where all of them were."""

    counts: dict[str, int]
    n_remarks: int
    column: str = ""
    columns: tuple[str, ...] = ()

    @property
    def n(self) -> int:
        """Rows."""
        return sum(self.counts.values())


def check_rows(n: int, most: int, name: str) -> None:
    """That there are rows, and no more than `most`.

    Raises:
        IntakeError: there are none, or too many.
    """
    if not n:
        raise IntakeError(
            f"{name} has titles and no row. Give a table with a row for each thing to classify."
        )
    if n > most:
        raise IntakeError(
            f"{name} has {n:,} rows; at most {most:,} are classified at once here. Split it, or use the command line: "
            "tellapart predict DIR FILE --out ANSWERS.csv"
        )


def answers_for(
    rows: Sequence[Row],
    answer: Callable[[Sequence[Row]], Sequence[Given]],
    at_once: int,
    progress: Progress = silent,
) -> list[Given]:
    """An answer for each row; at_once: rows that are answered without a look at whether to stop.

    Raises:
        Cancelled: from `progress`.
    """
    found: list[Given] = []
    for start in range(0, len(rows), at_once):
        progress(start, len(rows), Doing(Step.CHECKING, f"{start:,} of {len(rows):,} rows"))
        found += answer(rows[start : start + at_once])
    return found


def summary(answers: Sequence[RowAnswer], column: str = "", columns: Sequence[str] = ()) -> AnsweredRows:
    """The answers in numbers."""
    counts = Counter(one.label for one in answers)
    return AnsweredRows(
        dict(counts.most_common()), sum(bool(one.remark) for one in answers), column, tuple(columns)
    )


def answers_csv(
    titles: Sequence[str], rows: Sequence[Sequence[str]], answers: Sequence[RowAnswer], labels: Sequence[str]
) -> str:
    """The table as CSV, with columns for the label, its probability, that of each label and a remark. An apostrophe
    stands before what a spreadsheet would calculate."""
    written = io.StringIO(newline="")
    table = csv.writer(written)
    own = ("predicted", "confidence", *(f"P({one})" for one in labels), "remark")
    table.writerow(map(csv_cell, [*titles, *(_free(one, titles) for one in own)]))
    for cells, answer in zip(rows, answers, strict=True):
        shares = [f"{answer.probabilities[label]:.6f}" for label in labels]
        said = [csv_cell(answer.label), f"{answer.confidence:.6f}", *shares, csv_cell(answer.remark)]
        table.writerow([*map(_cell, cells), *said])
    return written.getvalue()


def write_answers(out: Path, table: str) -> None:
    """The file, with the mark by which spreadsheets know UTF-8.

    Raises:
        ProjectError: the disk does not take it.
    """
    try:
        atomic_files.write_bytes(out, table.encode("utf-8-sig", "replace"))
    except OSError as error:
        raise ProjectError(disk_reason(out.absolute().parent, error)) from error


def _free(title: str, taken: Sequence[str]) -> str:
    """The title, numbered where the table has it already."""
    name, n = title, 2
    while name in taken:
        name, n = f"{title} ({n})", n + 1
    return name


def _cell(text: str) -> str:
    """As it was given, with its lines and tabs; behind these a spreadsheet calculates, too."""
    if _NUMBER.fullmatch(text):
        return text
    parts = _BREAK.split(text)
    kept = "".join(part if n % 2 else harmless(part) for n, part in enumerate(parts))
    begins = kept.lstrip()
    return kept if csv_cell(begins) == harmless(begins) else f"'{kept}"
