"""`tellapart app`: one classifier as something that anyone can open."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from tellapart.cli.bundle_argument import bundle_in
from tellapart.cli.console import explained, fail, print_json, progress_bar, say

TARGETS = ("html",)


def app(
    bundle_dir: Annotated[
        Path,
        typer.Argument(
            help="A bundle's folder, or a project's folder for its newest bundle.", metavar="BUNDLE"
        ),
    ],
    out: Annotated[Path, typer.Argument(help="The file to make, ending in .html.", metavar="OUT")],
    target: Annotated[str, typer.Option(help="html: one web page that works without the internet.")] = "html",
    title: Annotated[str | None, typer.Option(help="Above the page.")] = None,
    about: Annotated[str, typer.Option(help="A few sentences on what it is for.")] = "",
    accent: Annotated[
        str | None, typer.Option(help="Colour of buttons and bars, for instance #0b6e5f.")
    ] = None,
    runtime: Annotated[
        Path | None,
        typer.Option(
            help="A local copy of the onnxruntime-web package, instead of a download.", metavar="FILE"
        ),
    ] = None,
    is_forced: Annotated[bool, typer.Option("--force", help="Replace OUT if it is there.")] = False,
    is_json: Annotated[bool, typer.Option("--json", help="Print one JSON value and nothing else.")] = False,
) -> None:
    """Make an app of a classifier: a web page that anyone can open, also from a USB stick."""
    from tellapart.deploy import export_html
    from tellapart.deploy.html.accent import DEFAULT_ACCENT
    from tellapart.deploy.html.export import TITLE

    if target not in TARGETS:
        fail(f"--target {target} is not known. Choose {' or '.join(TARGETS)}.", is_json, 2)
    with explained(is_json), progress_bar(is_json) as progress:
        page = export_html(
            bundle_in(bundle_dir),
            out,
            title=title or TITLE,
            about=about,
            accent=accent or DEFAULT_ACCENT,
            runtime=runtime,
            force=is_forced,
            progress=progress,
        )
    megabytes = page.stat().st_size / 1e6
    if is_json:
        print_json({"target": target, "file": str(page), "megabytes": round(megabytes, 2)})
        return
    say(f"The page is {page} ({megabytes:.1f} MB). It holds none of your pictures.")
    say(
        "Open it in a browser, send it, or put it on any web server; pictures never leave the visitor's device."
    )
