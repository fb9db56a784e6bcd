"""new, train, undo, log, export and app for texts; clean and predict are beside."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from tellapart.cli.console import explained, print_json, progress_bar, say
from tellapart.cli.texts.cleaning import clean
from tellapart.cli.texts.predicting import predict
from tellapart.words.commands import typed

texts_app = typer.Typer(
    help="Texts instead of pictures. The same commands without `texts` find them by what they are given.",
    no_args_is_help=True,
    pretty_exceptions_enable=False,
)
JsonFlag = Annotated[bool, typer.Option("--json", help="Print one JSON value and nothing else.")]
ProjectDir = Annotated[Path, typer.Argument(help="The project's folder.", metavar="DIR")]


@texts_app.command()
def new(
    project_dir: ProjectDir,
    place: Annotated[
        Path,
        typer.Option(
            "--from",
            help="A CSV, TSV, JSON or JSON-lines file, or a folder of .txt files per label.",
            metavar="FILE|FOLDER",
        ),
    ],
    text_column: Annotated[
        str | None, typer.Option(help="Title of the column with the texts.", show_default=False)
    ] = None,
    label_column: Annotated[
        str | None, typer.Option(help="Title of the column with the labels.", show_default=False)
    ] = None,
    is_json: JsonFlag = False,
) -> None:
    """Make a project from labelled texts. The original is not changed."""
    from tellapart.texts.project import create_text_project
    from tellapart.texts.reading import read_texts

    with explained(is_json):
        table = read_texts(place, text_column, label_column)
        project = create_text_project(project_dir, table)
        counts = project.label_counts()
    if is_json:
        print_json(
            {
                "project": str(project.root),
                "labels": counts,
                "columns": table.understood,
                "notes": list(table.notes),
            }
        )
        return
    say(
        f"{len(table.texts)} texts ({table.understood}): {', '.join(f'{n} {label}' for label, n in counts.items())}."
    )
    for note in table.notes:
        say(note)
    say(f"Next: tellapart train {typed(project_dir)}")


@texts_app.command()
def add(
    project_dir: ProjectDir,
    files: Annotated[
        list[Path], typer.Argument(help="Tables, or folders of .txt files per label.", metavar="FILE…")
    ],
    text_column: Annotated[
        str | None, typer.Option(help="Title of the column with the texts.", show_default=False)
    ] = None,
    label_column: Annotated[
        str | None, typer.Option(help="Title of the column with the labels.", show_default=False)
    ] = None,
    is_json: JsonFlag = False,
) -> None:
    """Add labelled texts to a project; those that are there word for word are passed over."""
    from tellapart.texts.project import open_text_project
    from tellapart.texts.reading import read_texts

    with explained(is_json):
        project = open_text_project(project_dir)
        tables = [read_texts(file, text_column, label_column, is_more=True) for file in files]
        n_given, n_added = sum(len(one.texts) for one in tables), sum(project.add(one) for one in tables)
    if is_json:
        print_json({"added": n_added, "there already": n_given - n_added, "labels": project.label_counts()})
        return
    for note in [note for one in tables for note in one.notes]:
        say(note)
    say(f"{n_added} texts added; {n_given - n_added} were there already.")
    say(f"Next: tellapart train {typed(project_dir)}")


@texts_app.command()
def train(project_dir: ProjectDir, is_json: JsonFlag = False) -> None:
    """Train a classifier, and measure its error on texts it had not seen."""
    from tellapart.texts.project import open_text_project
    from tellapart.texts.training import train_texts

    with explained(is_json), progress_bar(is_json) as progress:
        result = train_texts(open_text_project(project_dir), progress)
    if is_json:
        print_json({**result.to_json(), "bundle": str(result.bundle_dir)})
        return
    for line in result.sentences():
        say(line)
    say(f"Next: tellapart clean {typed(project_dir)}")


@texts_app.command()
def undo(project_dir: ProjectDir, is_json: JsonFlag = False) -> None:
    """Take back the last step of decisions."""
    from tellapart.texts.project import open_text_project

    with explained(is_json):
        taken = open_text_project(project_dir).undo()
    if is_json:
        print_json([{"text": one.thing_id, "do": one.action, "label": one.label} for one in taken])
        return
    say(
        f"Taken back: {len(taken)} decision{'s' * (len(taken) != 1)}."
        if taken
        else "There is nothing to undo."
    )


@texts_app.command()
def log(project_dir: ProjectDir, is_json: JsonFlag = False) -> None:
    """List the decisions, the oldest first."""
    from tellapart.texts.project import open_text_project

    with explained(is_json):
        lines = open_text_project(project_dir).decisions.lines()
    if is_json:
        print_json(
            [
                {"n": one.n, "at": one.at, "text": one.decision.thing_id, "do": one.decision.action,
                 "label": one.decision.label, "undone": one.is_undone}
                for one in lines
            ]
        )  # fmt: skip
        return
    for one in lines:
        to = f" to {one.decision.label!r}" if one.decision.label else ""
        say(
            f"{one.n}  {one.at}  {one.decision.thing_id}: {one.decision.action}{to}{' (undone)' * one.is_undone}"
        )
    if not lines:
        say("No decisions yet.")


@texts_app.command()
def export(
    project_dir: Annotated[Path, typer.Argument(help="A project's or a bundle's folder.", metavar="DIR")],
    target: Annotated[Path, typer.Argument(help="A new folder for the bundle.", metavar="OUT")],
    is_json: JsonFlag = False,
) -> None:
    """Copy a project's newest classifier to its own folder, and verify it."""
    from tellapart.texts.bundle_folder import bundle_of, copy_bundle

    with explained(is_json):
        n_bytes = copy_bundle(bundle_of(project_dir), target)
    if is_json:
        print_json({"bundle": str(target), "megabytes": round(n_bytes / 1e6, 2)})
    else:
        say(
            f"The classifier is in {target} ({n_bytes / 1e6:.1f} MB). It holds the words that two texts or more have."
        )


@texts_app.command("app")
def app(
    bundle_dir: Annotated[Path, typer.Argument(help="A bundle's or a project's folder.", metavar="BUNDLE")],
    out: Annotated[Path, typer.Argument(help="A new file that ends in .html.", metavar="OUT")],
    title: Annotated[str, typer.Option(help="Above the page.")] = "",
    about: Annotated[str, typer.Option(help="A few sentences below the title.")] = "",
    force: Annotated[bool, typer.Option("--force", help="Replace a page that tellapart made.")] = False,
    is_json: JsonFlag = False,
) -> None:
    """Make one web page that classifies texts in the visitor's browser, without a server."""
    from tellapart.texts.bundle_folder import bundle_of
    from tellapart.texts.page.export import export_text_page

    with explained(is_json):
        page = export_text_page(bundle_of(bundle_dir), out, title, about, force=force)
    if is_json:
        print_json({"page": str(page), "megabytes": round(page.stat().st_size / 1e6, 2)})
    else:
        say(
            f"{page} ({page.stat().st_size / 1e6:.1f} MB). Open it in a browser; it works without the internet."
        )


texts_app.command()(clean)
texts_app.command()(predict)
