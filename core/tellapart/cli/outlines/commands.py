"""new, train, undo, log and export for outlines; clean and predict are beside."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from tellapart.cli.console import explained, print_json, progress_bar, say
from tellapart.cli.outlines.cleaning import clean
from tellapart.cli.outlines.predicting import predict
from tellapart.words.commands import typed

outlines_app = typer.Typer(
    help="Outlines: every pixel a class. The same commands without `outlines` find them by what they are given.",
    no_args_is_help=True,
    pretty_exceptions_enable=False,
)
JsonFlag = Annotated[bool, typer.Option("--json", help="Print one JSON value and nothing else.")]
ProjectDir = Annotated[Path, typer.Argument(help="The project's folder.", metavar="DIR")]
_MOST_NAMED = 20


@outlines_app.command()
def new(
    project_dir: ProjectDir,
    place: Annotated[Path, typer.Option("--from", help="A folder of pictures and masks.", metavar="FOLDER")],
    void: Annotated[
        str | None,
        typer.Option(help="Name or number of the class that counts for nothing.", show_default=False),
    ] = None,
    kind: Annotated[str, typer.Option(help="Of things: outlines.", hidden=True)] = "outlines",
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
    for note in table.notes:
        say(note)
    say(f"Next: tellapart train {typed(project_dir)}")


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
    if is_json:
        print_json({**result.to_json(), "classes": list(result.classes), "bundle": str(result.bundle_dir)})
        return
    for line in result.sentences():
        say(line)
    say(f"Next: tellapart clean {typed(project_dir)}")


@outlines_app.command()
def undo(project_dir: ProjectDir, is_json: JsonFlag = False) -> None:
    """Take back the last step of decisions."""
    from tellapart.outlines.project import open_outline_project

    with explained(is_json):
        taken = open_outline_project(project_dir).undo()
    if is_json:
        print_json([{"picture": one.thing_id, "do": one.action, "mask": one.label} for one in taken])
        return
    said = f"Taken back: {len(taken)} decision{'s' * (len(taken) != 1)}."
    say(said if taken else "There is nothing to undo.")


@outlines_app.command()
def log(project_dir: ProjectDir, is_json: JsonFlag = False) -> None:
    """List the decisions, the oldest first."""
    from tellapart.outlines.project import open_outline_project

    with explained(is_json):
        lines = open_outline_project(project_dir).decisions.lines()
    if is_json:
        print_json(
            [
                {"n": one.n, "at": one.at, "picture": one.decision.thing_id, "do": one.decision.action,
                 "mask": one.decision.label, "undone": one.is_undone}
                for one in lines
            ]
        )  # fmt: skip
        return
    for one in lines:
        did = f"has the mask {one.decision.label}" if one.decision.label else one.decision.action
        say(f"{one.n}  {one.at}  {one.decision.thing_id}: {did}{' (undone)' * one.is_undone}")
    if not lines:
        say("No decisions yet.")


@outlines_app.command()
def export(
    project_dir: Annotated[Path, typer.Argument(help="A project's or a bundle's folder.", metavar="DIR")],
    target: Annotated[Path, typer.Argument(help="A new folder for the network.", metavar="OUT")],
    is_json: JsonFlag = False,
) -> None:
    """Copy a project's newest network to its own folder, and verify it."""
    from tellapart.outlines.bundle_folder import bundle_of, copy_outlines

    with explained(is_json):
        n_bytes = copy_outlines(bundle_of(project_dir), target)
    if is_json:
        print_json({"bundle": str(target), "megabytes": round(n_bytes / 1e6, 2)})
    else:
        say(f"The network is in {target} ({n_bytes / 1e6:.1f} MB), as ONNX. It holds no picture.")


@outlines_app.command()
def app(
    bundle_dir: Annotated[Path, typer.Argument(help="A bundle's or a project's folder.", metavar="BUNDLE")],
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
    from tellapart.outlines.bundle_folder import bundle_of
    from tellapart.outlines.page.export import TITLE, export_outlines_page

    with explained(is_json), progress_bar(is_json) as progress:
        looks = Appearance(title or TITLE, about)
        page = export_outlines_page(
            bundle_of(bundle_dir), out, looks, runtime=runtime, force=force, progress=progress
        )
    megabytes = page.stat().st_size / 1e6
    if is_json:
        print_json({"page": str(page), "megabytes": round(megabytes, 2)})
    else:
        say(f"{page} ({megabytes:.1f} MB). Open it in a browser; it works without the internet.")


outlines_app.command()(clean)
outlines_app.command()(predict)
