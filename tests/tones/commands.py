"""The commands of tones: two of their own, and those that all kinds share."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated, Any

import typer
from tellapart.cli.console import explained, say
from tellapart.cli.kinds.arguments import BundleDir, ProjectDir, kind_app
from tellapart.cli.kinds.cleaning import add_clean
from tellapart.cli.kinds.deciding import add_steps_and_log
from tellapart.cli.kinds.sharing import add_app, add_export
from tellapart.cli.kinds.training import add_train, say_what_came
from tellapart.kinds.bundle_folder import copy_bundle

import tones
from tones.project import TONES, read_model

tones_app = kind_app("tones", "Tones instead of pictures.")


@tones_app.command()
def new(
    project_dir: ProjectDir,
    place: Annotated[Path, typer.Option("--from")],
    tuned_to: Annotated[float, typer.Option(help="What an a is.")] = 440,
) -> None:
    """Make a project of tones."""
    with explained(False):
        project = tones.new_project(project_dir, place)
    say_what_came([f"{len(project.things())} tones, a at {tuned_to:g} Hz."], project_dir)


@tones_app.command()
def predict(bundle_dir: BundleDir, hertz: float) -> None:
    """Say whether a tone is high."""
    with explained(False):
        limit = read_model(TONES.bundle_of(bundle_dir))
    say("high" if hertz > limit else "low")


def _verbs() -> Any:
    return tones


def _copy_newest(place: Path, target: Path) -> int:
    return copy_bundle(TONES.bundle_of(place), target, [TONES.model_name], read_model)


def _export_page(place: Path, out: Path, title: str, about: str, force: bool) -> Path:
    out.write_text(f"{title}, {about}: {read_model(TONES.bundle_of(place))}, {force}", "utf-8")
    return out


add_train(tones_app, _verbs, "Train a classifier of tones.")
add_clean(tones_app, _verbs, noun="tone", about="Find tones that are off.")
add_steps_and_log(tones_app, _verbs)
add_export(tones_app, _copy_newest, about="Copy it.", learned="classifier", holds="It holds one number.")
add_app(tones_app, _export_page, about="Make a page.", holds="It holds one number.")
