"""`tellapart shadow`: what the model would have said beside what people said."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from tellapart.cli.bundle_argument import bundle_in
from tellapart.cli.console import EXIT_PARTLY, explained, print_json, progress_bar, say
from tellapart.words.percents import whole

_SHOWN = 12


def shadow(
    bundle_dir: Annotated[
        Path,
        typer.Argument(
            help="A bundle's folder, or a project's folder for its newest bundle.", metavar="BUNDLE"
        ),
    ],
    table: Annotated[
        Path,
        typer.Argument(help="CSV or JSON lines: file, and what a person said (said).", metavar="TABLE"),
    ],
    is_json: Annotated[bool, typer.Option("--json", help="Print one JSON value and nothing else.")] = False,
) -> None:
    """Compare the model with people who judged the same pictures. Exit code 3 when some could not be read."""
    from tellapart.classify import Predictor
    from tellapart.watching.shadow import read_table
    from tellapart.watching.shadow import shadow as compared

    with explained(is_json), progress_bar(is_json) as progress:
        predictor = Predictor(bundle_in(bundle_dir))
        found = compared(predictor, read_table(table, predictor.classes), progress)
    if is_json:
        print_json(found.to_json())
    else:
        for sentence in found.sentences():
            say(sentence)
        for one in found.by_label:
            low, high = one.interval
            say(f"  {one.label}: {one.n_agreed} of {one.n} ({100 * low:.0f} to {whole(high)})")
        for person, model, n in found.apart[:_SHOWN]:
            say(f"  {n} called {person!r} by people, {model!r} by the model")
    if found.unread:
        raise SystemExit(EXIT_PARTLY)
