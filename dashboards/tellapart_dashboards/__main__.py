"""`python -m tellapart_dashboards --project DIR`: the studio in a browser. A command, so it prints."""

from __future__ import annotations

import argparse
import sys
from pathlib import Path

from tellapart.errors import TellapartError
from tellapart.safe_text import harmless

from tellapart_dashboards.app import launcher


def main(argv: list[str] | None = None) -> int:
    """0 when the studio was closed in the ordinary way, 2 when it could not start (the sentence says why)."""
    parser = argparse.ArgumentParser(
        prog="python -m tellapart_dashboards", description="Open the studio in a browser."
    )
    parser.add_argument("--project", type=Path, default=launcher.DEFAULT_PROJECT, help="the project folder")
    parser.add_argument(
        "--port", type=int, default=8866, help="the next free one is taken when this one is busy"
    )
    parser.add_argument("--no-browser", action="store_true", help="only print the address")
    parser.add_argument("--page", choices=sorted(launcher.PAGES), default="studio", help="which page to open")
    arguments = parser.parse_args(argv)
    try:
        launcher.check_studio_is_installed()
        project_dir = launcher.ready_project(arguments.project)
        studio = launcher.Studio(project_dir, launcher.free_port(arguments.port), page=arguments.page)
    except TellapartError as error:
        print(harmless(str(error)), file=sys.stderr)  # noqa: T201
        return 2

    def announce(url: str) -> None:
        print(f"The studio on {harmless(str(project_dir))} is at {url} (stop it with Ctrl+C)", flush=True)  # noqa: T201
        if not arguments.no_browser:
            launcher.open_browser(studio)

    return studio.serve(announce)


if __name__ == "__main__":
    sys.exit(main())
