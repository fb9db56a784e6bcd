"""new for tables, and the commands that all kinds share; predict is beside."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from tellapart.cli.console import explained, print_json, say
from tellapart.cli.kinds.arguments import JsonFlag, ProjectDir, kind_app
from tellapart.cli.kinds.cleaning import add_clean
from tellapart.cli.kinds.deciding import add_steps_and_log
from tellapart.cli.kinds.notebook_door import ReviewDoor
from tellapart.cli.kinds.sharing import add_app, add_export
from tellapart.cli.kinds.training import add_train, say_what_came
from tellapart.cli.tables.looking import by_time, influence, leave_out
from tellapart.cli.tables.predicting import predict
from tellapart.cli.tables.sharing import export_page, onnx

tables_app = kind_app("tables", "Tables instead of pictures.")


@tables_app.command()
def new(
    project_dir: ProjectDir,
    place: Annotated[Path, typer.Option("--from", help="A CSV, TSV or Parquet file.", metavar="FILE")],
    target: Annotated[
        str | None,
        typer.Option(help="Title of the column to be told; a usual one, else the last.", show_default=False),
    ] = None,
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
    say_what_came(table.notes, project_dir)


@tables_app.command()
def add(
    project_dir: ProjectDir,
    files: Annotated[list[Path], typer.Argument(help="CSV, TSV or Parquet files.", metavar="FILE…")],
    is_json: JsonFlag = False,
) -> None:
    """Add rows to a project, columns found by their titles; those that are there cell for cell are passed over."""
    from tellapart.tables.files.adding import add_rows
    from tellapart.tables.project import open_table_project

    with explained(is_json):
        project = open_table_project(project_dir)
        added = [add_rows(project, file) for file in files]
    if is_json:
        counts = {
            "added": sum(one.n_added for one in added),
            "there already": sum(one.n_there for one in added),
        }
        print_json(
            {
                **counts,
                "notes": [note for one in added for note in one.notes],
                "labels": project.label_counts(),
            }
        )
        return
    say_what_came([said for one in added for said in one.sentences()], project_dir)


def _tables() -> ReviewDoor:
    from tellapart import tables

    return tables


def _copy_newest(place: Path, target: Path) -> int:
    from tellapart.kinds.bundle_folder import copy_bundle
    from tellapart.tables.model_file import read_model
    from tellapart.tables.project import TABLES

    return copy_bundle(TABLES.bundle_of(place), target, [TABLES.model_name], read_model)


add_train(tables_app, _tables, "Train a classifier, and measure its error on rows it had not seen.")
add_clean(
    tables_app,
    _tables,
    noun="row",
    about="Find wrong labels, copies, outlying rows and columns that give the answer away; or decide about them.",
)
add_steps_and_log(tables_app, _tables)
tables_app.command()(predict)
add_export(
    tables_app,
    _copy_newest,
    about="Copy a project's newest classifier to its own folder, and verify it.",
    learned="classifier",
    holds="It holds categories and thresholds of the table.",
)
add_app(
    tables_app,
    export_page,
    about="Make one web page with a form that answers in the visitor's browser, without a server.",
)
for command in (influence, leave_out, by_time, onnx):
    tables_app.command()(command)
