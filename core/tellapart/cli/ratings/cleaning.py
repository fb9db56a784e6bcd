"""`tellapart clean` for ratings: the findings, and decisions about them."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated

import typer

from tellapart.cli.console import explained, print_json, say
from tellapart.cli.kinds.arguments import JsonFlag, ProjectDir
from tellapart.cli.kinds.cleaning import check_one_each, kept_or_removed
from tellapart.cli.kinds.deciding import decision_records, said_kept
from tellapart.words.commands import typed

if TYPE_CHECKING:
    from tellapart.ratings.clean.review import RatingReview

_SHOWN = 20


def clean(
    project_dir: ProjectDir,
    remove: Annotated[
        list[str] | None,
        typer.Option(
            help="Leave out a row, a user or an item; may be repeated.", metavar="row:N|user:NAME|item:NAME"
        ),
    ] = None,
    keep: Annotated[
        list[str] | None, typer.Option(help="Say that it is right as it is; may be repeated.", metavar="ID")
    ] = None,
    apply_suggestions: Annotated[
        float | None,
        typer.Option(
            min=0, max=1, help="Apply suggestions above this score, 0 to 1, e.g. 0.7.", metavar="SURE"
        ),
    ] = None,
    is_json: JsonFlag = False,
) -> None:
    """Find ratings that may be wrong (outside the scale, contradictory, all alike, in bursts), worst first; or decide
    about them."""
    from tellapart.ratings.clean.review import RatingReview
    from tellapart.ratings.project import open_rating_project

    decisions = kept_or_removed(remove, keep)
    check_one_each(decisions, is_json)
    with explained(is_json):
        review = RatingReview(open_rating_project(project_dir))
        if apply_suggestions is not None:
            decisions += review.suggestions(apply_suggestions, decisions)
        if decisions:
            review.decide(decisions)
            review.refresh()
    if is_json:
        print_json({**review.to_json(), "decided": decision_records(decisions, review.project.kind)})
        return
    if decisions:
        say(said_kept(decisions, project_dir))
    elif apply_suggestions is not None:
        say("No suggestion is as sure as that.")
    for line in _report(review):
        say(line)


def _report(review: RatingReview) -> list[str]:
    findings = review.findings()
    said = review.sentences()
    said += [f"  {one.score:.2f}  {one.thing_id}: {one.code}: {one.sentence}" for one in findings[:_SHOWN]]
    if len(findings) > _SHOWN:
        said.append(f"  … and {len(findings) - _SHOWN} more (tellapart clean --json lists all)")
    if findings:
        said.append(f"Decide: tellapart clean {typed(review.project.root)} --remove ID (or --keep ID)")
    return said
