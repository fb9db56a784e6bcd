"""`tellapart serve` and `tellapart studio`: a bundle as an HTTP service, the pages in a browser."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path
from typing import Annotated

import typer

from tellapart.answering_process import main_of
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


def studio(
    project_dir: Annotated[
        Path | None,
        typer.Option(
            "--project",
            help="The project's folder, or its name in your projects folder; a new one is made empty. Without it, the "
            "one opened last.",
            metavar="DIR|NAME",
        ),
    ] = None,
    is_sample: Annotated[
        bool, typer.Option("--sample", help="Open the sample project, drawn leaves to try things on.")
    ] = False,
    port: Annotated[int, typer.Option(help="Preferred port. If it is busy, another one is used.")] = 8866,
    has_browser: Annotated[
        bool, typer.Option("--browser/--no-browser", help="Whether to open it in the browser.")
    ] = True,
    is_public: Annotated[
        bool, typer.Option("--public", help="Open it to others, who need a password and get a project each.")
    ] = False,
    password_file: Annotated[
        Path | None,
        typer.Option(
            help="--public: its first line is the password, or the hash of it. Else the variable "
            "TELLAPART_STUDIO_PASSWORD counts, or it is asked for.",
            metavar="FILE",
        ),
    ] = None,
    root: Annotated[
        Path | None, typer.Option(help="--public: where the visitors' projects lie.", metavar="DIR")
    ] = None,
    host: Annotated[
        str | None, typer.Option(help="--public: the address to listen on; 127.0.0.1 behind a proxy.")
    ] = None,
    certificate: Annotated[
        Path | None, typer.Option(help="--public: the certificate, for TLS.", metavar="FILE")
    ] = None,
    private_key: Annotated[
        Path | None, typer.Option(help="--public: the certificate's key.", metavar="FILE")
    ] = None,
    pages: Annotated[int | None, typer.Option(help="--public: pages open at once.", min=1)] = None,
    pages_each: Annotated[
        int | None, typer.Option(help="--public: pages open at once, of one visitor.", min=1)
    ] = None,
    pictures: Annotated[int | None, typer.Option(help="--public: pictures in a project.", min=1)] = None,
    megabytes: Annotated[
        int | None, typer.Option(help="--public: megabytes of pictures in a project.", min=1)
    ] = None,
    visitors: Annotated[int | None, typer.Option(help="--public: visitors who get a project.", min=1)] = None,
    idle_s: Annotated[
        int | None, typer.Option(help="--public: seconds until a page that nobody touches ends.", min=1)
    ] = None,
) -> None:
    """Open the studio: gather, clean, train, classify and share in your browser, on this computer."""
    command = [sys.executable, *main_of("tellapart_dashboards.__main__"), "--port", str(port)]
    command += [] if has_browser else ["--no-browser"]
    command += ["--public"] if is_public else []
    command += ["--sample"] if is_sample else []
    for name, value in (
        *(("--project", project_dir), ("--password-file", password_file), ("--root", root), ("--host", host)),
        *(("--certificate", certificate), ("--private-key", private_key), ("--pages", pages)),
        *(("--pages-each", pages_each), ("--pictures", pictures), ("--megabytes", megabytes)),
        *(("--visitors", visitors), ("--idle-s", idle_s)),
    ):
        command += [name, str(value)] if value is not None else []
    if os.name != "nt":  # the server takes the place of this process: whoever ends it ends the server
        sys.stdout.flush()
        os.dup2(sys.stderr.fileno(), 2)  # which the command line closes to what libraries say
        os.execv(command[0], command)
    command += ["--lives-with", str(os.getpid())]  # Windows tells no process that another was ended
    try:
        raise SystemExit(subprocess.run(command, stderr=sys.stderr).returncode)
    except KeyboardInterrupt:
        raise SystemExit(0) from None
