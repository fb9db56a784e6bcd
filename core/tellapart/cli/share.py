"""`tellapart app`: one classifier as something that anyone can open."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated, Any

import typer

from tellapart.cli.bundle_argument import bundle_in
from tellapart.cli.console import explained, fail, print_json, progress_bar, say, typed


def app(
    bundle_dir: Annotated[
        Path,
        typer.Argument(
            help="A bundle's folder, or a project's folder for its newest bundle.", metavar="BUNDLE"
        ),
    ],
    out: Annotated[
        Path, typer.Argument(help="What to make: a file ending in .html, or a new folder.", metavar="OUT")
    ],
    target: Annotated[
        str,
        typer.Option(
            help="html: one web page that works without the internet. voila: a repository that mybinder.org opens. "
            "api: a service that programs ask over HTTP. space: a folder for Hugging Face Spaces."
        ),
    ] = "html",
    title: Annotated[str, typer.Option(help="Above the app.")] = "",
    about: Annotated[str, typer.Option(help="A few sentences on what it is for.")] = "",
    accent: Annotated[
        str | None, typer.Option(help="Colour of buttons and bars, for instance #0b6e5f.")
    ] = None,
    runtime: Annotated[
        Path | None,
        typer.Option(
            help="html only: a local copy of the onnxruntime-web package, instead of a download.",
            metavar="FILE",
        ),
    ] = None,
    repository: Annotated[
        str | None,
        typer.Option(help="voila only: where it lies on GitHub, for the links.", metavar="OWNER/NAME"),
    ] = None,
    example: Annotated[
        list[str] | None,
        typer.Option(
            help="voila only: a picture that visitors may try, or golden/1.jpg; may be repeated.",
            metavar="FILE",
        ),
    ] = None,
    is_forced: Annotated[bool, typer.Option("--force", help="Replace OUT if it is an app.")] = False,
    is_json: Annotated[bool, typer.Option("--json", help="Print one JSON value and nothing else.")] = False,
) -> None:
    """Make an app of a classifier: a web page that anyone can open, also from a USB stick."""
    from tellapart.deploy import Appearance
    from tellapart.deploy.accent import DEFAULT_ACCENT
    from tellapart.deploy.targets import TARGETS

    if target not in TARGETS:
        fail(f"--target {target} is not known. Choose {' or '.join(TARGETS)}.", is_json, 2)
    chosen = TARGETS[target]
    given: dict[str, Any] = {"runtime": runtime, "repository": repository, "examples": example}
    own = {name: value for name, value in given.items() if value}
    for name in sorted(set(own) - set(chosen.takes)):
        of = next(one.name for one in TARGETS.values() if name in one.takes)
        option = name.removesuffix("s")
        fail(f"--{option} is for --target {of}; {target} needs none. Leave it out.", is_json, 2)
    with explained(is_json), progress_bar(is_json) as progress:
        appearance = Appearance(title, about, accent or DEFAULT_ACCENT)
        made = chosen.export(
            bundle_in(bundle_dir), out, appearance, force=is_forced, progress=progress, **own
        )
    files = [made] if made.is_file() else [path for path in made.rglob("*") if path.is_file()]
    megabytes = sum(path.stat().st_size for path in files) / 1e6
    if is_json:
        print_json({"target": target, "made": str(made), "megabytes": round(megabytes, 2)})
        return
    say(f"The app is {made} ({megabytes:.1f} MB).")
    say(chosen.then.replace("OUT", typed(made)))
