"""`tellapart corrections`: what visitors of an app said becomes pictures to decide about."""

from __future__ import annotations

import os
from pathlib import Path
from typing import Annotated

import typer

from tellapart.cli.console import explained, print_json, progress_bar, say
from tellapart.words.commands import typed

_SHOWN = 10


def corrections(
    project_dir: Annotated[Path, typer.Argument(help="The project's folder.", metavar="DIR")],
    place: Annotated[
        str,
        typer.Argument(
            help="A zip that a visitor saved, the corrections folder of an app, or the address of your service.",
            metavar="ZIP|FOLDER|URL",
        ),
    ],
    is_json: Annotated[bool, typer.Option("--json", help="Print one JSON value and nothing else.")] = False,
) -> None:
    """Take in what visitors of an app corrected. Nothing is learned from it until you decide about it with clean.

    The key of a service is taken from TELLAPART_API_KEY.
    """
    from tellapart.corrections.asking import KEY_VARIABLE
    from tellapart.gather.corrections import corrections_from
    from tellapart.store.project import open_project

    with explained(is_json), open_project(project_dir) as project, progress_bar(is_json) as progress:
        summary = corrections_from(project, place, os.environ.get(KEY_VARIABLE, ""), progress)
    if is_json:
        print_json({"project": str(project_dir), **summary.to_json()})
        return
    say(summary.sentence())
    for one in summary.refusals[:_SHOWN]:
        say(f"  {one.path}: {one.reason}")
    if summary.n_refused > _SHOWN:
        say(f"  … and {summary.n_refused - _SHOWN:,} more.")
    if summary.n_added:
        say(f"Next: tellapart clean {typed(project_dir)}, or the Clean page: they come first.")
