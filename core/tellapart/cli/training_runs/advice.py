"""`tellapart advice`: what would help a project's newest training most, with what each would probably bring."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from tellapart.cli.console import explained, print_json, progress_bar, say
from tellapart.words.commands import typed


def advice(
    project_dir: Annotated[Path, typer.Argument(help="The project's folder.", metavar="DIR")],
    run: Annotated[
        str, typer.Option(help="The training, by its name or its folder's.", metavar="RUN")
    ] = "newest",
    is_anew: Annotated[
        bool, typer.Option("--anew", help="Look again at the pictures as they are now.")
    ] = False,
    is_json: Annotated[bool, typer.Option("--json", help="Print one JSON value and nothing else.")] = False,
) -> None:
    """Say what would help most: labels to check, pictures to add, or another way to train, and what it brings."""
    from tellapart.advice import AdviceKind, advise
    from tellapart.advice.words import ABOUT, sentences
    from tellapart.store.project import open_project

    with (
        explained(is_json),
        progress_bar(is_json) as progress,
        open_project(project_dir, progress) as project,
    ):
        found = advise(project, run, is_anew, progress)
    if is_json:
        print_json(found.to_json())
        return
    for line in sentences(found):
        say(line)
    if not found.advice:
        return
    say(ABOUT)
    first = found.advice[0]
    commands = {
        AdviceKind.CHECK_LABELS: f"tellapart clean {typed(project_dir)}",
        AdviceKind.ADD_PICTURES: f"tellapart gather {typed(project_dir)} --label {typed(first.labels[0])}"
        if first.labels
        else "",
        AdviceKind.LOOK_AT_PAIR: f"tellapart studio --project {typed(project_dir)}",
        AdviceKind.SHARPER_BACKBONE: f"tellapart train {typed(project_dir)} --backbone {typed(first.backbone)}",
        AdviceKind.TRAIN_THOROUGHLY: f"tellapart train {typed(project_dir)} --recipe thorough",
    }
    say(f"Next: {commands[first.kind]}")
