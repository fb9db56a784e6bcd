"""`tellapart add`: more pictures for a project that is there already."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from tellapart.cli.console import EXIT_PARTLY, explained, print_json, progress_bar, say
from tellapart.cli.intake_words import LABELS_HELP, tell_intake


def add(
    project_dir: Annotated[Path, typer.Argument(help="The project's folder.", metavar="DIR")],
    files: Annotated[list[Path], typer.Argument(help="Pictures, folders, zips or tars.", metavar="FILE…")],
    label: Annotated[
        str | None,
        typer.Option(help="One label for all pictures. Without it, the folder names are the labels."),
    ] = None,
    labels: Annotated[str, typer.Option(help=LABELS_HELP, metavar="WHERE")] = "auto",
    is_json: Annotated[bool, typer.Option("--json", help="Print one JSON value and nothing else.")] = False,
) -> None:
    """Add pictures to a project. Exit code 3 when some files or folders could not be used."""
    from tellapart.errors import IntakeError
    from tellapart.gather import IntakeSummary, take_in
    from tellapart.store.project import open_project

    total, failed = IntakeSummary(), []
    with explained(is_json), open_project(project_dir) as project, progress_bar(is_json) as progress:
        for file in files:
            try:
                summary = take_in(project, file, label, progress=progress, labels=labels)
            except IntakeError as error:
                if len(files) == 1:
                    raise
                failed.append((str(file), str(error)))
                continue
            total = total.joined(summary)
    if is_json:
        rows = [{"path": path, "reason": reason} for path, reason in failed]
        print_json({"project": str(project_dir), **total.to_json(), "failed": rows})
    else:
        tell_intake(total, "add")
        for path, reason in failed:
            say(f"  {path}: {reason}")
    if failed:
        raise SystemExit(EXIT_PARTLY)
