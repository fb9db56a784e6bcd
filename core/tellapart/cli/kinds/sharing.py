"""`export` and `app` for any kind: a bundle, or a page of one file, for others."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Annotated

import typer

from tellapart.cli.console import explained, print_json, say
from tellapart.cli.kinds.arguments import BundleDir, JsonFlag


def add_export(
    app: typer.Typer, copy_newest: Callable[[Path, Path], int], about: str, learned: str, holds: str
) -> None:
    """Give a kind its command.

    Args:
        copy_newest: copies the bundle in a folder, or a project's newest, to a new folder; gives its bytes.
        about: what the command does. learned: what is copied, "classifier". holds: a sentence on what it tells of
            the things it learned from.
    """

    @app.command(help=about)
    def export(
        project_dir: Annotated[Path, typer.Argument(help="A project's or a bundle's folder.", metavar="DIR")],
        target: Annotated[Path, typer.Argument(help="A new folder for the bundle.", metavar="OUT")],
        is_json: JsonFlag = False,
    ) -> None:
        with explained(is_json):
            megabytes = copy_newest(project_dir, target) / 1e6
        if is_json:
            print_json({"bundle": str(target), "megabytes": round(megabytes, 2)})
        else:
            say(f"The {learned} is in {target} ({megabytes:.1f} MB). {holds}")


def add_app(
    app: typer.Typer,
    export_page: Callable[[Path, Path, str, str, bool], Path],
    about: str,
    holds: str = "",
) -> None:
    """Give a kind its command.

    Args:
        export_page: (bundle or project, file, title, sentences below it, whether a page that tellapart made may be
            replaced) -> the file. about: what the command does. holds: a sentence on what the page tells of the things
            it learned from, where a person may wonder.
    """

    @app.command("app", help=about)
    def make_page(
        bundle_dir: BundleDir,
        out: Annotated[Path, typer.Argument(help="A new file that ends in .html.", metavar="OUT")],
        title: Annotated[str, typer.Option(help="Above the page.")] = "",
        below: Annotated[str, typer.Option("--about", help="A few sentences below the title.")] = "",
        force: Annotated[bool, typer.Option("--force", help="Replace a page that tellapart made.")] = False,
        is_json: JsonFlag = False,
    ) -> None:
        with explained(is_json):
            page = export_page(bundle_dir, out, title, below, force)
        say_page(page, holds, is_json)


def say_page(page: Path, holds: str, is_json: bool) -> None:
    """The end of `app`: where the page is; holds: as `add_app` has it."""
    megabytes = page.stat().st_size / 1e6
    if is_json:
        print_json({"page": str(page), "megabytes": round(megabytes, 2)})
    else:
        works = "Open it in a browser; it works without the internet."
        say(f"{page} ({megabytes:.1f} MB). {works} {holds}".rstrip())
