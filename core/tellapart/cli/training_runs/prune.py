"""`tellapart prune`: old runs and models that nothing points to go to the trash, or for good; and what old unfinished
trainings keep goes."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from tellapart.cli.console import explained, print_json, say


def prune(
    project_dir: Annotated[Path, typer.Argument(help="The project's folder.", metavar="DIR")],
    keep: Annotated[int, typer.Option(help="How many of the newest trainings stay.", metavar="N")] = 5,
    dry_run: Annotated[bool, typer.Option("--dry-run", help="Only say what would go.")] = False,
    for_good: Annotated[
        bool, typer.Option("--for-good", help="Delete instead of moving to the trash, and empty it of runs.")
    ] = False,
    unfinished: Annotated[
        bool,
        typer.Option("--unfinished", help="Delete what stopped thorough trainings would go on from as well."),
    ] = False,
    is_json: Annotated[bool, typer.Option("--json", help="Print one JSON value and nothing else.")] = False,
) -> None:
    """Move old runs and their models to the trash. Never the newest, and none that has a name or was shared."""
    from tellapart.store.project import open_project
    from tellapart.training_runs import pruning

    with explained(is_json), open_project(project_dir) as project:
        found = pruning.to_prune(project, keep, for_good, unfinished)
        if not dry_run:
            pruning.prune(project, found)
    if is_json:
        print_json({**found.to_json(), "is_dry_run": dry_run, "sentence": found.sentence(not dry_run)})
        return
    for run_id in (*found.run_ids, *found.in_trash) if dry_run else ():
        say(f"  {run_id}")
    say(found.sentence(not dry_run))
