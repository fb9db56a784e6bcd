"""new, train, undo, log and export for tables; clean and predict are beside."""

from __future__ import annotations

import shutil
import uuid
from pathlib import Path
from typing import Annotated

import typer

from tellapart.cli.console import explained, print_json, progress_bar, say
from tellapart.cli.tables.cleaning import clean
from tellapart.cli.tables.predicting import bundle_of, predict
from tellapart.words.commands import typed

tables_app = typer.Typer(
    help="Tables instead of pictures. The same commands without `tables` find them by what they are given.",
    no_args_is_help=True,
    pretty_exceptions_enable=False,
)
JsonFlag = Annotated[bool, typer.Option("--json", help="Print one JSON value and nothing else.")]
ProjectDir = Annotated[Path, typer.Argument(help="The project's folder.", metavar="DIR")]


@tables_app.command()
def new(
    project_dir: ProjectDir,
    place: Annotated[Path, typer.Option("--from", help="A CSV or TSV file.", metavar="FILE")],
    target: Annotated[
        str | None,
        typer.Option(help="Title of the column to be told; a usual one, else the last.", show_default=False),
    ] = None,
    kind: Annotated[str, typer.Option(help="Of things: tables.", hidden=True)] = "tables",
    is_json: JsonFlag = False,
) -> None:
    """Make a project from a table, a row for each thing. The original is not changed."""
    from tellapart.tables.project import create_table_project
    from tellapart.tables.reading import read_table, value_counts

    with explained(is_json):
        table = read_table(place, target)
        project = create_table_project(project_dir, table)
    if is_json:
        columns = [
            {"title": one.title, "kind": one.kind, "sensitive": one.is_sensitive} for one in table.columns
        ]
        print_json(
            {
                "project": str(project.root),
                "target": table.target,
                "labels": project.label_counts(),
                "columns": columns,
                "notes": list(table.notes),
            }
        )
        return
    say(f"{len(table.rows):,} rows; {table.target} is to be told: {value_counts(table.labels)}.")
    for one in table.columns:
        say(
            f"  {one.title}: {one.kind}{'' if one.is_used else ', not learned from'}{', sensitive' * one.is_sensitive}"
        )
    for note in table.notes:
        say(note)
    say(f"Next: tellapart train {typed(project_dir)}")


@tables_app.command()
def train(project_dir: ProjectDir, is_json: JsonFlag = False) -> None:
    """Train a classifier, and measure its error on rows it had not seen."""
    from tellapart.tables.project import open_table_project
    from tellapart.tables.training import train_table

    with explained(is_json), progress_bar(is_json) as progress:
        result = train_table(open_table_project(project_dir), progress)
    if is_json:
        print_json({**result.to_json(), "bundle": str(result.bundle_dir)})
        return
    for line in result.sentences():
        say(line)
    say(f"Next: tellapart clean {typed(project_dir)}")


@tables_app.command()
def undo(project_dir: ProjectDir, is_json: JsonFlag = False) -> None:
    """Take back the last step of decisions."""
    from tellapart.tables.project import open_table_project

    with explained(is_json):
        taken = open_table_project(project_dir).undo()
    if is_json:
        print_json([{"row": one.thing_id, "do": one.action, "label": one.label} for one in taken])
        return
    say(
        f"Taken back: {len(taken)} decision{'s' * (len(taken) != 1)}."
        if taken
        else "There is nothing to undo."
    )


@tables_app.command()
def log(project_dir: ProjectDir, is_json: JsonFlag = False) -> None:
    """List the decisions, the oldest first."""
    from tellapart.tables.project import open_table_project

    with explained(is_json):
        lines = open_table_project(project_dir).decisions.lines()
    if is_json:
        print_json(
            [
                {"n": one.n, "at": one.at, "row": one.decision.thing_id, "do": one.decision.action,
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


@tables_app.command()
def export(
    project_dir: Annotated[Path, typer.Argument(help="A project's or a bundle's folder.", metavar="DIR")],
    target: Annotated[Path, typer.Argument(help="A new folder for the bundle.", metavar="OUT")],
    is_json: JsonFlag = False,
) -> None:
    """Copy a project's newest classifier to its own folder, and verify it."""
    from tellapart.errors import BundleError
    from tellapart.store.sqlite.database_errors import disk_reason
    from tellapart.tables.model_file import FILE_NAME, read_model

    with explained(is_json):
        bundle = bundle_of(project_dir)
        read_model(bundle)
        if target.exists():
            raise BundleError(f"{target} exists. Choose a new folder name.")
        beside = target.with_name(f".{target.name}.{uuid.uuid4().hex[:8]}.part")
        try:
            beside.mkdir(parents=True)
            for name in (FILE_NAME, "MODEL_CARD.md"):
                if (bundle / name).is_file():
                    shutil.copyfile(bundle / name, beside / name)
            beside.rename(target)
        except OSError as error:
            raise BundleError(disk_reason(target.parent, error)) from error
        finally:
            shutil.rmtree(beside, ignore_errors=True)
        n_bytes = sum(one.stat().st_size for one in target.iterdir())
    if is_json:
        print_json({"bundle": str(target), "megabytes": round(n_bytes / 1e6, 2)})
    else:
        say(
            f"The classifier is in {target} ({n_bytes / 1e6:.1f} MB). It holds categories and thresholds of the table."
        )


tables_app.command()(clean)
tables_app.command()(predict)
