"""new, train and app for outlines, and the commands that all kinds share; clean and predict are beside."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from tellapart.cli.console import explained, print_json, progress_bar, say
from tellapart.cli.kinds.arguments import BundleDir, JsonFlag, ProjectDir, kind_app
from tellapart.cli.kinds.deciding import add_steps_and_log
from tellapart.cli.kinds.notebook_door import ProjectDoor
from tellapart.cli.kinds.sharing import add_export, say_page
from tellapart.cli.kinds.training import say_trained, say_what_came, then_clean
from tellapart.cli.outlines.cleaning import clean
from tellapart.cli.outlines.predicting import predict

outlines_app = kind_app("outlines", "Outlines: every pixel a class.")
_MOST_NAMED = 20


@outlines_app.command()
def new(
    project_dir: ProjectDir,
    place: Annotated[Path, typer.Option("--from", help="A folder of pictures and masks.", metavar="FOLDER")],
    void: Annotated[
        str | None,
        typer.Option(help="Name or number of the class that counts for nothing.", show_default=False),
    ] = None,
    is_json: JsonFlag = False,
) -> None:
    """Make a project from pictures and their masks. The originals are not changed."""
    from tellapart.outlines.project import create_outline_project
    from tellapart.outlines.reading import read_outlines

    with explained(is_json), progress_bar(is_json) as progress:
        table = read_outlines(place, void, progress)
        project = create_outline_project(project_dir, table, progress)
    names = [one.name for one in table.classes.classes]
    if is_json:
        print_json(
            {
                "project": str(project.root),
                "n": len(table.pictures),
                "classes": [one.to_json() for one in table.classes.classes],
                "void": list(table.classes.void),
                "notes": list(table.notes),
            }
        )
        return
    more = " …" if len(names) > _MOST_NAMED else ""
    say(
        f"{len(table.pictures):,} pictures with masks, {len(names)} classes: {', '.join(names[:_MOST_NAMED])}{more}."
    )
    say_what_came(table.notes, project_dir)


@outlines_app.command()
def train(
    project_dir: ProjectDir,
    epochs: Annotated[int, typer.Option(min=1, max=500, help="How often each picture is learned from.")] = 12,
    size: Annotated[
        int, typer.Option(min=32, max=1024, help="Longer side, in pixels, of what the network sees.")
    ] = 256,
    is_json: JsonFlag = False,
) -> None:
    """Train a network, and measure it on pictures that were held out."""
    from tellapart.outlines.project import open_outline_project
    from tellapart.outlines.training import train_outlines

    with explained(is_json), progress_bar(is_json) as progress:
        result = train_outlines(open_outline_project(project_dir), epochs, size, progress=progress)
    say_trained(result, then_clean(project_dir), is_json)


def _outlines() -> ProjectDoor:
    from tellapart import outlines

    return outlines


def _copy_newest(place: Path, target: Path) -> int:
    from tellapart.kinds.bundle_folder import copy_bundle
    from tellapart.outlines.model_file import NETWORK_NAME, read_model
    from tellapart.outlines.project import OUTLINES

    return copy_bundle(OUTLINES.bundle_of(place), target, [OUTLINES.model_name, NETWORK_NAME], read_model)


add_steps_and_log(outlines_app, _outlines)
add_export(
    outlines_app,
    _copy_newest,
    about="Copy a project's newest network to its own folder, and verify it.",
    learned="network",
    holds="It is there as ONNX. It holds no picture.",
)


@outlines_app.command()
def app(
    bundle_dir: BundleDir,
    out: Annotated[Path, typer.Argument(help="A new file that ends in .html.", metavar="OUT")],
    title: Annotated[str, typer.Option(help="Above the page.")] = "",
    about: Annotated[str, typer.Option(help="A few sentences below the title.")] = "",
    runtime: Annotated[
        Path | None,
        typer.Option(help="A local copy of onnxruntime-web; else downloaded once.", metavar="FILE"),
    ] = None,
    force: Annotated[bool, typer.Option("--force", help="Replace a page that tellapart made.")] = False,
    is_json: JsonFlag = False,
) -> None:
    """Make one web page that draws outlines in the visitor's browser, without a server."""
    from tellapart.deploy.appearance import Appearance
    from tellapart.outlines.page.export import TITLE, export_outlines_page
    from tellapart.outlines.project import OUTLINES

    with explained(is_json), progress_bar(is_json) as progress:
        looks = Appearance(title or TITLE, about)
        page = export_outlines_page(
            OUTLINES.bundle_of(bundle_dir), out, looks, runtime=runtime, force=force, progress=progress
        )
    say_page(page, "", is_json)


outlines_app.command()(clean)
outlines_app.command()(predict)
