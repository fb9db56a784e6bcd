"""`tellapart runs`: the trainings of a project as a table; one of them named, deleted or brought back."""

from __future__ import annotations

from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from tellapart.cli.console import explained, print_json, say
from tellapart.words.commands import typed
from tellapart.words.percents import between, tenths, whole

if TYPE_CHECKING:
    from tellapart.store.project import Project
    from tellapart.training_runs.listing import TrainingRun
    from tellapart.training_runs.waiting import WaitingTraining

_HEADS = ("run", "recipe", "error (95 % interval)", "pictures", "labels", "seconds", "MB", "started")


def runs(
    project_dir: Annotated[Path, typer.Argument(help="The project's folder.", metavar="DIR")],
    rename: Annotated[
        tuple[str, str],
        typer.Option(help="Call a run so; '' takes its name away. RUN may be `newest`.", metavar="RUN NAME"),
    ] = ("", ""),
    delete: Annotated[
        str, typer.Option(help="Move a run and its model to the trash; `undo` takes it back.", metavar="RUN")
    ] = "",
    restore: Annotated[str, typer.Option(help="Bring a deleted run back.", metavar="RUN")] = "",
    is_json: Annotated[bool, typer.Option("--json", help="Print one JSON value and nothing else.")] = False,
) -> None:
    """List the trainings of a project, with their errors and the space they take."""
    from tellapart.store.project import open_project
    from tellapart.training_runs.listing import training_runs
    from tellapart.training_runs.loose_models import models_without_run
    from tellapart.training_runs.waiting import waiting_trainings

    with explained(is_json), open_project(project_dir) as project:
        said = _change(project, rename, delete, restore)
        rows = training_runs(project)
        loose = models_without_run(project)
        waiting = waiting_trainings(project, rows)
    if is_json:
        print_json({"runs": [one.to_json() for one in rows], "models_without_run": loose})
        return
    for line in (*said, *_table(rows), *_why(rows, waiting)):
        say(line)
    if not rows:
        say(f"No training yet. Train: tellapart train {typed(project_dir)}")
    if loose:
        say(
            f"{len(loose)} model(s) have no run any more, for instance {loose[0]}: was its folder deleted by hand? "
            "They still classify; `prune` removes old ones."
        )


def _change(project: Project, rename: tuple[str, str], delete: str, restore: str) -> list[str]:
    from tellapart.training_runs.changing import delete_runs, name_run, restore_run
    from tellapart.training_runs.finding import find_run

    said = []
    if rename[0]:
        run = find_run(project, rename[0])
        name = name_run(project, run, rename[1])
        said.append(
            f"Run {run.run_id} is called {name} now." if name else f"Run {run.run_id} has no name now."
        )
    if delete:
        run = find_run(project, delete)
        delete_runs(project, [run])
        said.append(
            f"Run {run.title} and its model are in the trash. To bring it back: tellapart runs {typed(project.root)} "
            f"--restore {typed(run.title)}"
        )
    if restore:
        run = find_run(project, restore, is_deleted=True)
        restore_run(project, run.run_id)
        said.append(f"Run {run.title} is back.")
    return said


def _table(rows: list[TrainingRun]) -> list[str]:
    cells = [_HEADS, *map(_cells, rows)]
    widths = [max(len(row[column]) for row in cells) for column in range(len(_HEADS))]
    lines = [
        "  ".join(cell.ljust(width) for cell, width in zip(row, widths, strict=True)).rstrip()
        for row in cells
    ]
    ends = ["", *("  in the trash" if row.is_deleted else "" for row in rows)]
    return [line + end for line, end in zip(lines, ends, strict=True)] if rows else []


def _why(rows: list[TrainingRun], waiting: list[WaitingTraining]) -> list[str]:
    """Why trainings failed, and how paused ones go on."""
    failed = [one for one in rows if one.stage == "failed" and not one.is_deleted]
    return [
        *(f"Run {one.title} failed: {one.said}" for one in failed),
        *(
            f"Run {one.run.title} is paused; {whole(one.fraction)} is done and kept. Resume it on the Train page."
            if one.is_kept
            else f"Run {one.run.title} is paused, and nothing of it is kept: resumed on the Train page, it begins anew."
            for one in waiting
        ),
    ]


def _cells(run: TrainingRun) -> tuple[str, ...]:
    recipe = run.recipe if run.kept in ("", run.recipe) else f"{run.recipe}, {run.kept} kept"
    error = run.ending
    if run.error_rate is not None and run.error_interval is not None:
        low, high = run.error_interval
        error = f"{tenths(run.error_rate)} ({between(low, high)})"
    started = datetime.fromtimestamp(run.started).astimezone()
    return (
        run.title, recipe, error, f"{run.n_pictures:,}" if run.n_pictures else "–", str(run.n_labels or "–"),
        f"{run.seconds:.1f}", f"{run.n_bytes / 1e6:.1f}", f"{started:%Y-%m-%d %H:%M}",
    )  # fmt: skip
