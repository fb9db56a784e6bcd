"""`tellapart app`: one classifier as something that anyone can open."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from tellapart.cli.bundle_argument import bundle_in
from tellapart.cli.console import explained, fail, print_json, progress_bar, say
from tellapart.words.commands import typed

if TYPE_CHECKING:
    from tellapart.deploy.share_settings import ShareSettings


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
    title: Annotated[str | None, typer.Option(help="Above the app.")] = None,
    about: Annotated[str | None, typer.Option(help="A few sentences on what it is for.")] = None,
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
    service_worker: Annotated[
        bool | None,
        typer.Option(
            "--service-worker/--no-service-worker",
            help="html only: a second file beside the page; on a web server it then opens offline, too.",
        ),
    ] = None,
    repository: Annotated[
        str | None,
        typer.Option(help="voila only: where it lies on GitHub, for the links.", metavar="OWNER/NAME"),
    ] = None,
    example: Annotated[
        list[str] | None,
        typer.Option(
            help="html and voila: a picture that visitors may try, or golden/1.jpg; may be repeated.",
            metavar="FILE",
        ),
    ] = None,
    corrections: Annotated[
        bool | None,
        typer.Option(
            "--corrections/--no-corrections",
            help="Whether visitors may say that an answer is wrong; see the docs.",
        ),
    ] = None,
    consent: Annotated[str | None, typer.Option(help="What visitors agree to by that.")] = None,
    corrections_to: Annotated[
        str | None,
        typer.Option(
            help="Your own service, where corrections are sent, ending in /corrections.", metavar="URL"
        ),
    ] = None,
    is_forced: Annotated[bool, typer.Option("--force", help="Replace OUT if it is an app.")] = False,
    is_json: Annotated[bool, typer.Option("--json", help="Print one JSON value and nothing else.")] = False,
) -> None:
    """Make an app of a classifier: a web page that anyone can open, also from a USB stick.

    Of a project, what its Share page remembers (title, text, colour, examples, answers for the model card) counts where
    no option says otherwise. Afterwards it says what to think about before the app is published.
    """
    from dataclasses import replace

    from tellapart.deploy.fit_check import FitLevel, fit_check, stops
    from tellapart.deploy.fit_words import fit_sentence
    from tellapart.deploy.making import make_app, second_file, size_of
    from tellapart.deploy.targets import TARGETS

    if target not in TARGETS:
        fail(f"--target {target} is not known. Choose {' or '.join(TARGETS)}.", is_json, 2)
    chosen = TARGETS[target]
    given: dict[str, Any] = {
        "runtime": runtime,
        "service_worker": service_worker,
        "repository": repository,
        "examples": example,
    }
    own = {name: value for name, value in given.items() if value}
    for name in sorted(set(own) - set(chosen.takes)):
        of = " and ".join(one.name for one in TARGETS.values() if name in one.takes)
        option = name.removesuffix("s").replace("_", "-")
        fail(f"--{option} is for --target {of}; {target} needs none. Leave it out.", is_json, 2)
    with explained(is_json), progress_bar(is_json) as progress:
        settings, known = _settings(bundle_dir, target, title, about, accent)
        said: dict[str, Any] = {"is_on": corrections, "consent": consent, "address": corrections_to}
        said = {name: value for name, value in said.items() if value is not None}
        settings = replace(settings, corrections=replace(settings.corrections, **said))
        if service_worker is not None:
            settings = replace(settings, service_worker=service_worker)
        bundle = bundle_in(bundle_dir)
        made = make_app(bundle, out, settings, force=is_forced, progress=progress, **{**known, **own})
        findings = fit_check(bundle, target, settings.answers, made)
    megabytes = size_of(made) / 1e6
    if is_json:
        check = [{**one.to_json(), "sentence": fit_sentence(one)} for one in findings]
        print_json({"target": target, "made": str(made), "megabytes": round(megabytes, 2), "check": check})
        return
    say(f"The app is {made} ({megabytes:.1f} MB).")
    if worker := second_file(made, settings):
        say(f"{worker.name} lies beside it: put both into one folder of your web site.")
    say(chosen.then.replace("OUT", typed(made)))
    held, all_stops = stops(findings, settings.all_the_same), stops(findings)
    for some, heading in (
        (held, "Do not publish it yet:"),
        (
            [one for one in all_stops if one not in held],
            "On the Share page you said to share it all the same:",
        ),
        ([one for one in findings if one.level is FitLevel.THINK], "Before you publish it:"),
    ):
        for line in [heading, *(f"- {fit_sentence(one)}" for one in some)] if some else []:
            say(line)


def _settings(
    place: Path, target: str, title: str | None, about: str | None, accent: str | None
) -> tuple[ShareSettings, dict[str, Any]]:
    """What the project remembers, if it is one, and over it what the options say; and what only some kinds take."""
    from dataclasses import replace

    from tellapart.deploy.making import remembered
    from tellapart.deploy.share_settings import ShareSettings, read_share
    from tellapart.store.project import is_project, open_project

    known, own = ShareSettings(), dict[str, Any]()
    if is_project(place):
        with open_project(place) as project:
            known = read_share(project.manifest)
            own = remembered(project, known)
    said = {"title": title, "about": about, "accent": accent}
    looks = replace(known.appearance, **{name: text for name, text in said.items() if text is not None})
    return replace(known, appearance=looks, target=target), own
