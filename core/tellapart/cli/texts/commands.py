"""new and add for texts, and the commands that all kinds share; predict is beside."""

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
from tellapart.cli.texts.predicting import TextColumn, predict

texts_app = kind_app("texts", "Texts instead of pictures.")
LabelColumn = Annotated[
    str | None, typer.Option(help="Title of the column with the labels.", show_default=False)
]


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
    text_column: TextColumn = None,
    label_column: LabelColumn = None,
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
    say_what_came(table.notes, project_dir)


@texts_app.command()
def add(
    project_dir: ProjectDir,
    files: Annotated[
        list[Path], typer.Argument(help="Tables, or folders of .txt files per label.", metavar="FILE…")
    ],
    text_column: TextColumn = None,
    label_column: LabelColumn = None,
    is_json: JsonFlag = False,
) -> None:
    """Add labelled texts to a project; those that are there word for word are passed over."""
    from tellapart.kinds.labelled_project import added_sentence
    from tellapart.texts.project import open_text_project
    from tellapart.texts.reading import read_texts

    with explained(is_json):
        project = open_text_project(project_dir)
        tables = [read_texts(file, text_column, label_column, is_more=True) for file in files]
        n_given, n_added = sum(len(one.texts) for one in tables), sum(project.add(one) for one in tables)
    if is_json:
        print_json({"added": n_added, "there already": n_given - n_added, "labels": project.label_counts()})
        return
    notes = [note for one in tables for note in one.notes]
    say_what_came([*notes, added_sentence("text", n_added, n_given - n_added)], project_dir)


def _texts() -> ReviewDoor:
    from tellapart import texts

    return texts


def _copy_newest(place: Path, target: Path) -> int:
    from tellapart.kinds.bundle_folder import copy_bundle
    from tellapart.texts.model_file import read_model
    from tellapart.texts.project import TEXTS

    return copy_bundle(TEXTS.bundle_of(place), target, [TEXTS.model_name], read_model)


def _export_page(place: Path, out: Path, title: str, about: str, force: bool) -> Path:
    from tellapart.texts.page.export import export_text_page
    from tellapart.texts.project import TEXTS

    return export_text_page(TEXTS.bundle_of(place), out, title, about, force=force)


add_train(texts_app, _texts, "Train a classifier, and measure its error on texts it had not seen.")
add_clean(
    texts_app,
    _texts,
    noun="text",
    about="Find wrong labels, copies, other languages and odd texts, most suspicious first; or decide about them.",
)
add_steps_and_log(texts_app, _texts)
texts_app.command()(predict)
add_export(
    texts_app,
    _copy_newest,
    about="Copy a project's newest classifier to its own folder, and verify it.",
    learned="classifier",
    holds="It holds words of your texts: of 100 texts or more, only those that two of them have.",
)
add_app(
    texts_app,
    _export_page,
    about="Make one web page that classifies texts in the visitor's browser, without a server.",
)
