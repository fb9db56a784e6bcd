"""`tellapart predict` for tables: whole tables, or one row given by its values."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from tellapart.cli.console import explained, fail, print_json, progress_bar, say
from tellapart.cli.kinds.arguments import BundleDir, JsonFlag
from tellapart.words.percents import tenths

if TYPE_CHECKING:
    from tellapart.tables.predictor import RowPrediction

_SHOWN, _AT_ONCE = 20, 500  # rows


def predict(
    bundle_dir: BundleDir,
    file: Annotated[
        Path | None, typer.Argument(help="A table (CSV, TSV or Parquet).", metavar="FILE", show_default=False)
    ] = None,
    given: Annotated[
        list[str] | None,
        typer.Option("--set", help="A value of one row; may be repeated.", metavar="COLUMN=VALUE"),
    ] = None,
    out: Annotated[
        Path | None,
        typer.Option("--out", help="Write rows and answers to a new CSV file.", metavar="FILE.csv"),
    ] = None,
    is_json: JsonFlag = False,
) -> None:
    """Classify the rows of a table, or one row given with --set."""
    from tellapart.kinds.answered import answers_csv, answers_for, write_answers
    from tellapart.tables.predictor import TablePredictor
    from tellapart.tables.project import TABLES
    from tellapart.tables.reading import titled_rows

    if (file is None) == (not given):
        fail("Give a table, or one row: --set COLUMN=VALUE for each value that is known.", is_json, 2)
    if out is not None and out.exists():
        fail(f"{out} exists. Choose another name.", is_json)
    row = {}
    for one in given or []:
        title, sign, value = one.partition("=")
        if not sign:
            fail(f"--set {one!r} has no value. Write COLUMN=VALUE, for instance {one}=3.", is_json, 2)
        row[title.strip()] = value
    with explained(is_json), progress_bar(is_json) as progress:
        predictor = TablePredictor(TABLES.bundle_of(bundle_dir))
        if file is None:
            titles, rows, answers = list(row), [list(row.values())], [predictor.predict(row)]
        else:
            titles, rows = titled_rows(file)
            answers = answers_for(
                rows, lambda some: predictor.predict_table(titles, some), _AT_ONCE, progress
            )
        if out is not None:
            write_answers(out, answers_csv(titles, rows, answers, predictor.labels))
    if is_json:
        print_json(
            [
                {
                    "label": one.label,
                    "probabilities": one.probabilities,
                    "unknown": list(one.unknown),
                    "unread": list(one.unread),
                }
                for one in answers
            ]
        )
    elif out is not None:
        say(f"{len(answers):,} rows classified: {out}")
        if n := sum(bool(one.remark) for one in answers):
            say(f"{n:,} with something that could not be used: the column “remark” says what.")
    else:
        for number, answer in enumerate(answers[:_SHOWN], start=1):
            say(f"{f'row {number}: ' if file else ''}{_sentence(answer)}")
        if len(answers) > _SHOWN:
            say(f"… and {len(answers) - _SHOWN:,} more (--out FILE.csv writes all)")


def _sentence(answer: RowPrediction) -> str:
    listed = ", ".join(f"{label} {tenths(prob)}" for label, prob in list(answer.probabilities.items())[:3])
    return f"{listed} ({answer.remark})" if answer.remark else listed
