"""`tellapart publish`: an app's folder as a repository whose link opens it."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from tellapart.cli.console import explained, fail, print_json, progress_bar, say


def publish(
    folder: Annotated[
        Path, typer.Argument(help="What `tellapart app --target voila` made.", metavar="FOLDER")
    ],
    repository: Annotated[
        str, typer.Argument(help="Its name on GitHub, for instance maria/which-leaf.", metavar="OWNER/NAME")
    ],
    is_update: Annotated[
        bool, typer.Option("--update", help="Add to a repository that is there already.")
    ] = False,
    qr: Annotated[
        Path | None, typer.Option(help="Also save the link as a QR code, for a poster.", metavar="FILE.svg")
    ] = None,
    is_json: Annotated[bool, typer.Option("--json", help="Print one JSON value and nothing else.")] = False,
) -> None:
    """Put an app on GitHub, so that a link opens it. The token is read from GITHUB_TOKEN, taken
    from gh or git where they have one, or asked for."""
    from tellapart import atomic_files
    from tellapart.deploy.publishing import publish as publish_folder
    from tellapart.deploy.publishing.qr_code import check_code_file, qr_svg
    from tellapart.deploy.publishing.token import TOKEN_VARIABLES, token_at_hand
    from tellapart.deploy.voila.repository import parsed

    with explained(is_json):
        place = parsed(repository)
        if qr is not None:
            check_code_file(qr)
        token = token_at_hand()
        if not token:
            if is_json:
                fail(
                    f"There is no token. Put it into the environment variable {TOKEN_VARIABLES[0]}.",
                    is_json,
                    2,
                )
            say(
                "A token lets tellapart make the repository. Make one at github.com/settings/tokens (box public_repo)."
            )
            token = str(typer.prompt("Token", hide_input=True)).strip()
        with progress_bar(is_json) as progress:
            done = publish_folder(folder, place, token, update=is_update, progress=progress)
    if is_json:
        print_json({"address": done.address, "link": done.link, "commit": done.commit, "new": done.is_new})
    else:
        say(f"Published: {done.address}")
        say(f"The link to share: {done.link}")
        say("The first visitor waits some minutes while mybinder.org builds it; open the link once yourself.")
    if qr is not None:  # last, for what goes wrong with it shall not hide where the app is
        with explained(is_json=False):
            atomic_files.write_bytes(qr, qr_svg(done.link).encode())
