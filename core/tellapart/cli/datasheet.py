"""`tellapart datasheet`: a command of its own, since what it writes is a file that a person goes on writing."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from tellapart.cli.console import explained, print_json, say


def datasheet(
    project_dir: Annotated[Path, typer.Argument(help="The project's folder.", metavar="DIR")],
    out: Annotated[
        Path | None, typer.Option(help="Another file instead of DIR/DATASHEET.md.", metavar="FILE")
    ] = None,
    is_json: Annotated[bool, typer.Option("--json", help="Print one JSON value and nothing else.")] = False,
) -> None:
    """Write DATASHEET.md: facts about the pictures, and questions for you. Updating it keeps your answers."""
    from tellapart import atomic_files
    from tellapart.deploy.datasheet import TITLE, TO_ANSWER
    from tellapart.deploy.datasheet import datasheet as written
    from tellapart.duplicates.project_copies import copies_in
    from tellapart.errors import ProjectError
    from tellapart.store.project import open_project
    from tellapart.store.sqlite.database_errors import disk_reason

    with explained(is_json), open_project(project_dir) as project:
        path = (out or project.root / "DATASHEET.md").expanduser().absolute()
        pairs = copies_in(project, project.manifest.pictures())
        n_look_alikes = len({*pairs.first.tolist(), *pairs.second.tolist()})
        try:
            answered = path.read_text("utf-8-sig") if path.is_file() else ""
            if answered.strip() and not answered.startswith(TITLE):
                raise ProjectError(
                    f"{path} does not begin with {TITLE!r}, so it is not replaced. Choose another file with --out, or "
                    "rename that one."
                )
            text = written(project.manifest, project.name, n_look_alikes, answered)
            atomic_files.write_bytes(path, text.encode())
        except UnicodeDecodeError as error:
            raise ProjectError(
                f"{path} is not UTF-8, so it is not replaced. Save it as UTF-8, or choose another file with --out."
            ) from error
        except OSError as error:
            raise ProjectError(disk_reason(path.parent, error)) from error
    n_open = text.count(TO_ANSWER)
    if is_json:
        print_json({"file": str(path), "n_open_questions": n_open})
        return
    say(f"Wrote {path}")
    if n_open:
        say(
            f"{n_open} questions are left for you. Write each answer below its question; updating the "
            "datasheet keeps it."
        )
