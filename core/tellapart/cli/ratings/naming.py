"""`tellapart titles`: what the items of a project of ratings are called, from a file of its own."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from tellapart.cli.console import explained, print_json, say
from tellapart.cli.kinds.arguments import JsonFlag, ProjectDir
from tellapart.words.commands import typed


def titles(
    project_dir: ProjectDir,
    file: Annotated[
        Path, typer.Argument(help="A CSV, TSV or JSON file with item and title.", metavar="FILE")
    ],
    is_json: JsonFlag = False,
) -> None:
    """Take titles of items from a file of their own, for answers and for what is shared."""
    from tellapart.ratings.project import open_rating_project
    from tellapart.ratings.titles import keep_titles, read_titles, title_sentence

    with explained(is_json):
        project = open_rating_project(project_dir)
        keep_titles(project, read_titles(file))
        named = project.table.titles
    if is_json:
        print_json({"titles": sum(map(bool, named)), "items": len(named)})
        return
    say(title_sentence(project.table))
    say(f"Next: tellapart train {typed(project_dir)}")
