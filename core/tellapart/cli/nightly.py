"""`tellapart nightly`: what came is learned, and a model that is not worse takes the old one's place."""

from __future__ import annotations

import os
from dataclasses import asdict, replace
from pathlib import Path
from typing import Annotated

import typer

from tellapart.cli.console import explained, fail, print_json, progress_bar, say


def nightly(
    project_dir: Annotated[Path, typer.Argument(help="The project's folder.", metavar="DIR")],
    inbox: Annotated[
        Path | None,
        typer.Option(
            help="A folder with new pictures, one folder per label, and decision files.", metavar="FOLDER"
        ),
    ] = None,
    corrections: Annotated[
        list[str] | None,
        typer.Option(
            help="What visitors corrected, as in `tellapart corrections`; may be repeated. It waits for your decision.",
            metavar="ZIP|FOLDER|URL",
        ),
    ] = None,
    app: Annotated[
        Path | None,
        typer.Option(
            help="Make this app anew from a model that is published, with what the Share page remembers.",
            metavar="OUT",
        ),
    ] = None,
    target: Annotated[str, typer.Option(help="The kind of that app, as in `tellapart app`.")] = "html",
    is_json: Annotated[bool, typer.Option("--json", help="Print one JSON value and nothing else.")] = False,
) -> None:
    """Take in new pictures, train again, and keep the better model. For cron or the Windows task scheduler."""
    from tellapart.corrections.asking import KEY_VARIABLE
    from tellapart.deploy.targets import TARGETS
    from tellapart.nightly import nightly as one_night

    if target not in TARGETS:
        fail(f"--target {target} is not known. Choose {' or '.join(TARGETS)}.", is_json, 2)
    with explained(is_json), progress_bar(is_json) as progress:
        night = one_night(
            project_dir,
            inbox,
            corrections=corrections or (),
            key=os.environ.get(KEY_VARIABLE, ""),
            publish=None if app is None else lambda bundle: _make_app(project_dir, bundle, app, target),
            progress=progress,
        )
    if is_json:
        print_json(asdict(night))
        return
    say(night.sentence())


def _make_app(project_dir: Path, bundle: Path, out: Path, target: str) -> None:
    from tellapart.deploy.making import make_app, remembered
    from tellapart.deploy.share_settings import read_share
    from tellapart.store.project import open_project

    with open_project(project_dir) as project:
        settings = replace(read_share(project.manifest), target=target)
        own = remembered(project, settings)
    make_app(bundle, out, settings, force=True, **own)
