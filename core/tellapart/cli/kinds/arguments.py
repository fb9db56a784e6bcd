"""Arguments and options that the commands of several kinds share, and how the commands of a kind begin."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

JsonFlag = Annotated[bool, typer.Option("--json", help="Print one JSON value and nothing else.")]
ProjectDir = Annotated[Path, typer.Argument(help="The project's folder.", metavar="DIR")]
BundleDir = Annotated[
    Path, typer.Argument(help="A bundle's folder, or a project's for its newest.", metavar="BUNDLE")
]


def kind_app(name: str, about: str) -> typer.Typer:
    """No commands yet; about: a sentence that says which things these are."""
    return typer.Typer(
        name=name,
        help=f"{about} The same commands without `{name}` find them by what they are given.",
        no_args_is_help=True,
        pretty_exceptions_enable=False,
    )
