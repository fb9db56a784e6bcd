"""`tellapart credits`: who made the pictures of a project, and what may be done with them."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from tellapart.cli.console import explained, fail, print_json, say


def credits(
    project_dir: Annotated[Path, typer.Argument(help="The project's folder.", metavar="DIR")],
    allow: Annotated[
        str, typer.Option(help="Only pictures that allow this use: any, commercial or public-domain.")
    ] = "any",
    out: Annotated[
        Path | None,
        typer.Option(help="Write CREDITS.md and credits.csv into this folder.", metavar="FOLDER"),
    ] = None,
    is_json: Annotated[bool, typer.Option("--json", help="Print one JSON value and nothing else.")] = False,
) -> None:
    """List authors and licences. With --out, also as CREDITS.md and credits.csv."""
    from tellapart.licences import USES
    from tellapart.store.ledger import allowed, ledger, ledger_json, write_credits
    from tellapart.store.project import open_project

    use = next((one for one in USES if one == allow), None)
    if use is None:
        fail(f"--allow {allow} is not known. Choose any, commercial or public-domain.", is_json, 2)
    with explained(is_json), open_project(project_dir) as project:
        all_pictures = project.manifest.pictures()
        pictures = allowed(all_pictures, use)
        rows = ledger(pictures)
        written = write_credits(out, pictures, project.name) if out else []
    if is_json:
        print_json({"project": str(project_dir), "allow": use, "n_left_out": len(all_pictures) - len(pictures),
                    **ledger_json(rows), "files": [str(path) for path in written]})  # fmt: skip
        return
    table = ledger_json(rows)
    for licence in table["licences"]:  # type: ignore[attr-defined]
        say(f"{licence['n_pictures']:>6}  {licence['name']}: {licence['conditions']}")
        authors = [row for row in rows if row.licence.code == licence["code"] and row.author]
        for row in authors[:10]:
            say(f"          {row.n_pictures:>6}  {row.author}")
        if len(authors) > 10:
            say(
                f"                  … and {len(authors) - 10} more authors (tellapart credits --json lists all)"
            )
    say(
        f"{len(pictures)} of {len(all_pictures)} pictures"
        + (f" allow this use: {use}." if use != "any" else ".")
    )
    for path in written:
        say(f"Wrote {path}")
