"""`tellapart compare`: two trainings on the held-out pictures that both were judged on."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from tellapart.cli.console import explained, fail, print_json, say
from tellapart.words.percents import whole

if TYPE_CHECKING:
    from tellapart.training_runs.comparing import ChangedPicture, RunComparison

_SHOWN = 20
_RUN = "A project's folder for its newest training, or PROJECT/NAME."


def compare(
    first: Annotated[Path, typer.Argument(help=_RUN, metavar="RUN")],
    second: Annotated[Path, typer.Argument(help=_RUN, metavar="RUN")],
    is_json: Annotated[bool, typer.Option("--json", help="Print one JSON value and nothing else.")] = False,
) -> None:
    """Say whether the second training is better than the first, picture by picture, or whether it may be chance."""
    from tellapart.store.project import open_project
    from tellapart.training_runs.comparing import compare_runs
    from tellapart.training_runs.finding import done_run, project_and_words

    with explained(is_json):
        (root, one), (other_root, other) = project_and_words(first), project_and_words(second)
        if root.resolve() != other_root.resolve():
            fail(f"{first} and {second} are of two projects. Compare trainings of one project.", is_json)
        with open_project(root) as project:
            found = compare_runs(project, done_run(project, one), done_run(project, other))
    if is_json:
        print_json(found.to_json())
        return
    for line in (*found.sentences(), *_counts(found)):
        say(line)
    for picture in found.changed[:_SHOWN]:
        say(f"  {_change(picture)}")
    if len(found.changed) > _SHOWN:
        say(f"  and {len(found.changed) - _SHOWN} more; --json lists all.")


def _counts(found: RunComparison) -> list[str]:
    if not found.pairs.n:
        return []
    pairs, first, second = found.pairs, found.first.title, found.second.title
    return [
        f"Both right: {pairs.both_right}. Only {first} right: {pairs.only_first}. Only {second} right: "
        f"{pairs.only_second}. Both wrong: {pairs.both_wrong}."
    ]


def _change(one: ChangedPicture) -> str:
    before, after = (
        f"{label} {whole(prob)}" for label, prob in zip(one.predicted, one.probabilities, strict=True)
    )
    return f"{'now right' if one.is_better else 'now wrong'}: {one.path or one.image_id[:12]}: {before} → {after}"
