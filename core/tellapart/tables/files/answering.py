"""answer_table: a table with an answer for each of its rows, as a new file."""

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
from tellapart.tables.predictor import TablePredictor
from tellapart.tables.reading import MOST_ROWS, titled_rows

_AT_ONCE = 500


def answer_table(
    predictor: TablePredictor,
    source: Path,
    out: Path,
    progress: Progress = silent,
    most_rows: int = MOST_ROWS,
) -> AnsweredRows:
    """What became of it: `out` is the table as CSV with an answer beside each row; columns are found by their titles.

    Args:
        source: a CSV, TSV or Parquet file.
    Raises:
        IntakeError: it cannot be read, has no row, or more than most_rows.
        BundleError: it has none of the columns that the classifier learned from.
        ProjectError: the disk does not take the answers. Cancelled: from `progress`.
    """
    titles, rows = titled_rows(source)
    check_rows(len(rows), most_rows, source.name)
    answers = answers_for(rows, lambda some: predictor.predict_table(titles, some), _AT_ONCE, progress)
    write_answers(out, answers_csv(titles, rows, answers, predictor.labels))
    return summary(answers)
