"""answer_table: a table of texts with an answer for each, as a new file."""

from __future__ import annotations

from pathlib import Path

from tellapart.kinds.answered import (
    AnsweredRows,
    answers_csv,
    answers_for,
    check_rows,
    summary,
    write_answers,
)
from tellapart.progress import Progress, silent
from tellapart.texts.columns import find_text_column, numbered
from tellapart.texts.predictor import TextPredictor
from tellapart.texts.reading import MAX_ROWS, table_rows_of

_AT_ONCE = 20  # long ones take a while


def answer_table(
    predictor: TextPredictor,
    source: Path,
    out: Path,
    column: str | None = None,
    progress: Progress = silent,
    most_rows: int = MAX_ROWS,
) -> AnsweredRows:
    """What became of it: `out` is the table as CSV with an answer beside each text.

    Args:
        source: a CSV, TSV, JSON or JSON-lines file. column: title of the one with the texts; recognised unless given.
    Raises:
        IntakeError: it cannot be read, has no such column, no row, or more than most_rows.
        ProjectError: the disk does not take the answers. Cancelled: from `progress`.
    """
    rows = table_rows_of(source)
    at, has_header = find_text_column(rows, column, source.name)
    check_rows(len(rows) - has_header, most_rows, source.name)
    titles = [cell.strip() for cell in rows[0]] if has_header else numbered(len(rows[0]))
    answers = answers_for([row[at] for row in rows[has_header:]], predictor.predict_many, _AT_ONCE, progress)
    write_answers(out, answers_csv(titles, rows[has_header:], answers, predictor.labels))
    return summary(answers, titles[at], titles)
