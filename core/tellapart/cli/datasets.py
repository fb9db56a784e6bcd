"""`tellapart datasets`: ready-made data sets, listed or fetched."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from tellapart.cli.console import explained, fail, out, print_json, progress_bar, say
from tellapart.words.commands import typed


def datasets(
    name: Annotated[str | None, typer.Argument(help="Which data set. Without it, all are listed.")] = None,
    directory: Annotated[Path | None, typer.Argument(help="Where to save it.", metavar="DIR")] = None,
    is_json: Annotated[bool, typer.Option("--json", help="Print one JSON value and nothing else.")] = False,
) -> None:
    """List ready-made data sets, or download one into DIR/NAME, with one folder of pictures per label."""
    from tellapart.gather.datasets import datasets as table
    from tellapart.gather.datasets import fetch_dataset

    if name is None:
        _list(is_json)
        return
    if directory is None:
        fail(f"Say where to save it: tellapart datasets {typed(name)} DIR", is_json, 2)
    with explained(is_json), progress_bar(is_json) as progress:
        folder = fetch_dataset(name, directory, progress)
    row = table()[name]
    if is_json:
        print_json({"name": name, "folder": str(folder), "licence": row.licence, "citation": row.citation})
        return
    say(f"{row.title} is in {folder}.")
    say(f"Licence: {row.licence or 'none stated'}. {row.licence_note}".rstrip())
    say(f"Please cite: {row.citation}")
    say(f"Next: tellapart new {typed(f'my-{name}')} --from {typed(folder)}")


def _list(is_json: bool) -> None:
    from rich.table import Table

    from tellapart.gather.datasets import datasets as table

    rows = table().values()
    if is_json:
        print_json(
            [
                {
                    "name": row.name, "title": row.title, "what": row.what, "n_pictures": row.n_pictures,
                    "n_labels": row.n_labels, "megabytes": row.megabytes, "licence": row.licence,
                    "licence_note": row.licence_note, "page": row.page, "citation": row.citation,
                }
                for row in rows
            ]
        )  # fmt: skip
        return
    shown = Table("name", "what", "pictures", "labels", "MB", "licence", box=None, header_style="bold")
    for row in rows:
        licence = row.licence or "none stated"
        shown.add_row(
            row.name, row.what, f"{row.n_pictures:,}", str(row.n_labels), f"{row.megabytes:,.0f}", licence
        )
    out.print(shown)
    say("Download one: tellapart datasets NAME DIR")
