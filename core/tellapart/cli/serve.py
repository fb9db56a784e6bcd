"""`tellapart serve`: a bundle as an HTTP service."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from tellapart.cli.bundle_argument import bundle_in
from tellapart.cli.console import explained, fail

_MB = 2**20


def serve(
    bundle_dir: Annotated[
        Path,
        typer.Argument(
            help="A bundle's folder, or a project's folder for its newest bundle.", metavar="BUNDLE"
        ),
    ],
    host: Annotated[
        str, typer.Option(help="Address to listen at; 0.0.0.0 for the whole network.")
    ] = "127.0.0.1",
    port: Annotated[int, typer.Option(help="0 for any that is free.", min=0, max=65_535)] = 8000,
    allowed_hosts: Annotated[
        list[str] | None,
        typer.Option(
            "--allow-host", help="A name it is called by, besides localhost; may be repeated.", metavar="NAME"
        ),
    ] = None,
    title: Annotated[str, typer.Option(help="Above its page at /docs.")] = "",
    corrections: Annotated[
        Path | None,
        typer.Option(
            help="Let people say that an answer is wrong, and keep what they send in this folder.",
            metavar="DIR",
        ),
    ] = None,
    consent: Annotated[str, typer.Option(help="What they agree to by that.")] = "",
    max_picture_mb: Annotated[int, typer.Option(help="Largest picture, in MB.", min=1, max=100)] = 20,
    max_pictures: Annotated[int, typer.Option(help="Most pictures in a request.", min=1, max=1000)] = 50,
    max_waiting: Annotated[
        int, typer.Option(help="Most requests at once; more are asked to come back.", min=1, max=500)
    ] = 64,
) -> None:
    """Answer over HTTP: POST /predict, described at /docs. A key goes into TELLAPART_API_KEY."""
    with explained(is_json=False):
        try:
            from tellapart.corrections.asking import Asking
            from tellapart.service.server import serve as run
            from tellapart.service.settings import Limits, Settings, settings_from
        except ImportError as error:
            missing = (
                f"The service needs the package {error.name}, which is not installed. Install what it needs: "
            )
            fail(f"{missing}pip install 'tellapart[api]'", is_json=False)
        request_bytes = max(Limits.request_bytes, max_picture_mb * _MB + _MB)
        limits = Limits(max_picture_mb * _MB, request_bytes, max_pictures, max_waiting)
        asking = Asking(corrections is not None, consent)
        settings = settings_from(
            hosts=allowed_hosts or (), limits=limits, title=title or Settings.title, corrections=corrections,
            consent=asking.consent,
        )  # fmt: skip
        run(bundle_in(bundle_dir), settings, host, port)
