"""`tellapart influence`, `leave-out` and `by-time` for tables: what columns have to say."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from tellapart.cli.console import explained, print_json, progress_bar, say
from tellapart.cli.kinds.arguments import JsonFlag, ProjectDir

if TYPE_CHECKING:
    from tellapart.progress import Progress
    from tellapart.tables.judging import TableJudgement


def influence(
    project_dir: ProjectDir,
    out: Annotated[
        Path | None,
        typer.Option("--out", help="Also write it as CSV and as figures to a new folder.", metavar="FOLDER"),
    ] = None,
    is_json: JsonFlag = False,
) -> None:
    """Tell what each column has to say, and how the answer changes with it."""
    from tellapart.kinds.project_kind import vacant
    from tellapart.tables.effects.report import influence_of
    from tellapart.tables.project import open_table_project

    with explained(is_json), progress_bar(is_json) as progress:
        if out is not None:
            vacant(out)  # before minutes of work
            from tellapart.network import charts  # noqa: F401  # says what to install where matplotlib is missing
        found = influence_of(open_table_project(project_dir), progress)
        files = found.save(out) if out is not None else []
    if is_json:
        print_json({**found.to_json(), "files": [str(one) for one in files]})
        return
    for line in found.sentences():
        say(line)
    for file in files:
        say(str(file))


def leave_out(
    project_dir: ProjectDir,
    titles: Annotated[
        list[str] | None,
        typer.Argument(
            help="Columns; those about who people are where none is named.",
            metavar="COLUMN…",
            show_default=False,
        ),
    ] = None,
    is_json: JsonFlag = False,
) -> None:
    """Tell what it would cost to leave columns out: in all, and for each group of people."""
    from tellapart.tables.effects.left_out import cost_of_leaving_out

    with explained(is_json), progress_bar(is_json) as progress:
        found = cost_of_leaving_out(_judged(project_dir, progress), titles or [], progress)
    if is_json:
        print_json(found.to_json())
        return
    for line in found.sentences():
        say(line)


def by_time(
    project_dir: ProjectDir,
    by: Annotated[
        str, typer.Option(help="Title of the column of dates; the first unless named.", metavar="COLUMN")
    ] = "",
    is_json: JsonFlag = False,
) -> None:
    """Tell the error on the latest rows of a classifier that learned from those before."""
    from tellapart.tables.effects.time_order import split_by_time

    with explained(is_json), progress_bar(is_json) as progress:
        found = split_by_time(_judged(project_dir, progress), by, progress)
    if is_json:
        print_json(found.to_json())
        return
    for line in found.sentences():
        say(line)


def _judged(project_dir: Path, progress: Progress) -> TableJudgement:
    from tellapart.tables.judging import judge_rows
    from tellapart.tables.project import open_table_project

    return judge_rows(open_table_project(project_dir), progress)
