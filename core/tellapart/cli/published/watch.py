"""`tellapart watch`: an app's answers week by week."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from tellapart.cli.bundle_argument import bundle_in
from tellapart.cli.console import explained, print_json, say


def watch(
    logs: Annotated[
        list[Path],
        typer.Argument(help="What the app or service wrote down, one file or more.", metavar="LOG…"),
    ],
    bundle_dir: Annotated[
        Path | None,
        typer.Option(
            "--bundle",
            help="The bundle that answers, or its project, to compare its pictures with.",
            metavar="BUNDLE",
        ),
    ] = None,
    page: Annotated[Path | None, typer.Option("--html", help="Write a page as well.", metavar="OUT")] = None,
    is_json: Annotated[bool, typer.Option("--json", help="Print one JSON value and nothing else.")] = False,
) -> None:
    """Say what an app answered, week by week, and whether its pictures still are of the kind it was made from."""
    from tellapart.watching.watch import watch_log
    from tellapart.watching.weekly_page import write_page

    with explained(is_json):
        bundle = None if bundle_dir is None else bundle_in(bundle_dir)
        watched = watch_log(logs, bundle)
        written = None if page is None else write_page(watched, page, f"Model {watched.model}")
    if is_json:
        print_json({**watched.to_json(), "page": None if written is None else str(written)})
        return
    for sentence in watched.sentences():
        say(sentence)
    if written is not None:
        say(f"The page is {written}.")
