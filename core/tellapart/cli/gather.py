"""`tellapart gather`: pictures from the web into a project, with their authors and licences."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from tellapart.cli.console import EXIT_ERROR, EXIT_PARTLY, explained, print_json, progress_bar, say
from tellapart.words.commands import typed

if TYPE_CHECKING:
    from tellapart.gather import GatherSummary
    from tellapart.store.project import Project

_TOLD = 20


def gather(
    project_dir: Annotated[
        Path, typer.Argument(help="The project's folder. Created if it does not exist.", metavar="DIR")
    ],
    label: Annotated[
        str | None, typer.Option(help="The label of the pictures. Not needed for a list with labels.")
    ] = None,
    query: Annotated[str | None, typer.Option(help="What to search for. Without it, the label.")] = None,
    source: Annotated[
        str,
        typer.Option(
            help="auto, openverse, commons, inaturalist, bing, duckduckgo, or a .csv or .txt file of addresses.",
            metavar="NAME|FILE",
        ),
    ] = "auto",
    limit: Annotated[
        int, typer.Option(help="How many pictures this query should bring in total, earlier runs included.")
    ] = 60,
    licence: Annotated[
        str, typer.Option("--license", help="any, commercial or public-domain.", metavar="USE")
    ] = "any",
    kind: Annotated[str, typer.Option(help="any, photo, clipart or line.", metavar="KIND")] = "any",
    contact: Annotated[
        str | None,
        typer.Option(
            help="Your email address or web page, for services that require one. Saved with the project.",
            metavar="CONTACT",
        ),
    ] = None,
    is_json: Annotated[bool, typer.Option("--json", help="Print one JSON value and nothing else.")] = False,
) -> None:
    """Search the web for pictures and add them. Run the same command again to continue."""
    from tellapart.gather import gather as gather_pictures
    from tellapart.gather.requests import check

    with explained(is_json):
        labels = _labels(label, source)
        for one in labels:  # before a project is made
            check(one, one if query is None else query, source, limit, licence, kind)
        with _project(project_dir) as project, progress_bar(is_json) as progress:
            changes = project.changes
            summaries = [
                gather_pictures(
                    project,
                    one,
                    one if query is None else query,
                    source,
                    limit,
                    licence,
                    kind,
                    contact=contact,
                    progress=progress,
                )
                for one in labels
            ]
    has_list = Path(source).suffix != ""
    code = _exit_code(summaries, has_list)
    if is_json:
        found = [summary.to_json() for summary in summaries]
        print_json({"project": str(project_dir), **(found[0] if label else {"labels": found})})
    else:
        for line in changes:
            say(line)
        for summary in summaries:
            _tell(summary, has_list)
        if any(summary.n_added for summary in summaries):
            say(f"Next: tellapart credits {typed(project_dir)}, or gather another label.")
    if code:
        raise SystemExit(code)


def _labels(label: str | None, source: str) -> list[str]:
    """The one that was given, or all that a list names."""
    from tellapart.errors import GatherError
    from tellapart.gather.sources.url_list import list_labels

    if label is not None:
        return [label]
    found = list_labels(Path(source)) if Path(source).suffix.lower() in (".csv", ".tsv") else []
    if not found:
        raise GatherError("The pictures need a label. Add one, for instance --label grizzly.")
    return found


@contextmanager
def _project(project_dir: Path) -> Iterator[Project]:
    """The project in that folder, a new one where there is nothing."""
    from tellapart.store.project import create_project, is_project, open_project

    if is_project(project_dir):
        with open_project(project_dir) as project:
            yield project
    else:
        with create_project(project_dir) as project:
            yield project


def _exit_code(summaries: list[GatherSummary], has_list: bool) -> int:
    """1 when nothing came and nothing was here; 3 when addresses of the person's own list could not be used."""
    from tellapart.errors import RefusalCode

    if not any(summary.n_added or summary.n_before for summary in summaries):
        return EXIT_ERROR
    failed = sum(
        n for summary in summaries for code, n in summary.n_refused.items() if code is not RefusalCode.COPY
    )
    return EXIT_PARTLY if has_list and failed else 0


def _tell(summary: GatherSummary, has_list: bool) -> None:
    say(f"{summary.label}: {summary.sentence()}.")
    for report in summary.sources:
        if sentence := report.sentence():
            say(f"  {sentence}")
    for note in summary.remarks():
        say(f"  {note}")
    for refusal in summary.refusals[:_TOLD]:
        say(f"  {refusal.path}: {refusal.reason}")
    n_more = sum(summary.n_refused.values()) - _TOLD
    if n_more > 0:
        say(f"  … and {n_more} more (tellapart gather --json lists them)")
    if not summary.n_added and not summary.n_before and not has_list:
        say("  Try other words, another source, or --license any.")
