"""`tellapart report`: everything about a training as one page that needs nothing else."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from tellapart.cli.console import explained, print_json, say


def report(
    run: Annotated[
        Path,
        typer.Argument(help="A project's folder for its newest training, or PROJECT/NAME.", metavar="RUN"),
    ],
    out: Annotated[
        Path | None, typer.Option(help="The page; NAME-report.html here unless given.", metavar="FILE.html")
    ] = None,
    notebook: Annotated[
        Path | None, typer.Option(help="The same as a notebook, its outputs inside.", metavar="FILE.ipynb")
    ] = None,
    is_json: Annotated[bool, typer.Option("--json", help="Print one JSON value and nothing else.")] = False,
) -> None:
    """Write a report of a training: data, settings, errors, mistakes, probabilities, weak points. One HTML file."""
    from tellapart.label_names import safe_name
    from tellapart.store.project import open_project
    from tellapart.training_runs.finding import done_run, project_and_words
    from tellapart.training_runs.report.notebook import write_notebook
    from tellapart.training_runs.report.page import write_report

    with explained(is_json):
        root, words = project_and_words(run)
        with open_project(root) as project:
            found = done_run(project, words)
            place = out or Path(f"{safe_name(f'{project.name} {found.title}')}-report.html")
            written = write_report(project, found, place)
            beside = write_notebook(project, found, notebook) if notebook else None
    if is_json:
        record = {"file": str(written), "run": found.run_id, "n_bytes": written.stat().st_size}
        print_json({**record, "notebook": str(beside) if beside else None})
        return
    say(
        f"The report is {written} ({written.stat().st_size / 1e6:.1f} MB). It holds small copies of pictures."
    )
    if beside:
        say(f"The notebook is {beside}. Its cells run where the project's folder lies beside it.")
