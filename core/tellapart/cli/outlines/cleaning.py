"""`tellapart clean` for outlines: the worst pictures and regions, and decisions about them."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from tellapart.cli.console import explained, fail, print_json, progress_bar, say
from tellapart.cli.kinds.arguments import JsonFlag, ProjectDir
from tellapart.cli.kinds.cleaning import check_one_each, check_sure, kept_or_removed
from tellapart.cli.kinds.deciding import decision_lines, decision_records, said_kept
from tellapart.words.commands import typed
from tellapart.words.percents import tenths

if TYPE_CHECKING:
    from tellapart.kinds.decisions import ThingDecision
    from tellapart.outlines.project import OutlineProject
    from tellapart.outlines.review import OutlineReview

_SHOWN = 12
_DRAWN = 24  # pictures, at most


def clean(
    project_dir: ProjectDir,
    accept: Annotated[
        list[str] | None,
        typer.Option(help="Draw a region as the network tells it; may be repeated.", metavar="NAME@X,Y"),
    ] = None,
    correct: Annotated[
        list[str] | None,
        typer.Option(help="Give a picture the mask of a PNG file; may be repeated.", metavar="NAME=FILE"),
    ] = None,
    remove: Annotated[
        list[str] | None, typer.Option(help="Take a picture out; may be repeated.", metavar="NAME")
    ] = None,
    keep: Annotated[
        list[str] | None,
        typer.Option(help="Say that a mask is right as it is; may be repeated.", metavar="NAME"),
    ] = None,
    apply_suggestions: Annotated[
        float | None,
        typer.Option(help="Accept all regions above this score, 0 to 1, e.g. 0.95.", metavar="SURE"),
    ] = None,
    draw: Annotated[
        Path | None,
        typer.Option(help="A new folder for the worst pictures: mask left, network right.", metavar="FOLDER"),
    ] = None,
    is_json: JsonFlag = False,
) -> None:
    """Find masks that may be wrong, worst pictures and regions first; or decide about them."""
    from tellapart.outlines.project import open_outline_project
    from tellapart.outlines.review import OutlineReview

    check_sure(apply_suggestions, is_json)
    regions = accept or []
    if draw is not None and draw.exists():
        fail(f"{draw} exists. Choose a new folder name.", is_json)
    with explained(is_json), progress_bar(is_json) as progress:
        project = open_outline_project(project_dir)
        decisions = [*kept_or_removed(remove, keep), *_corrected(project, correct or [], is_json)]
        check_one_each([*decisions, *_said_by_network(regions)], is_json)
        is_deciding = bool(decisions or regions) or apply_suggestions is not None
        review = None
        if regions or apply_suggestions is not None or draw is not None or not is_deciding:
            review = OutlineReview(project, progress)
            if apply_suggestions is not None:
                regions = [*regions, *review.surer_than(apply_suggestions, decisions)]
            decisions += review.accepted(regions)
        if draw is not None and review is not None:
            _draw(review, draw)
        if is_deciding:
            project.decide(decisions)
    if is_deciding or review is None:
        said = [*decision_lines(decisions, project.kind), said_kept(decisions, project_dir)]
        record: dict[str, Any] = {"decisions": decision_records(decisions, project.kind)}
    else:
        said, record = _report(review), review.to_json()
    if is_json:
        print_json(record)
        return
    for line in said:
        say(line)


def _corrected(project: OutlineProject, correct: list[str], is_json: bool) -> list[ThingDecision]:
    decisions = []
    for one in correct:
        picture_id, sign, file = one.partition("=")
        if not sign:
            fail(f"--correct {one!r} has no file. Write NAME=FILE, for instance {one}=mask.png.", is_json, 2)
        decisions.append(project.correction_from(picture_id, Path(file).expanduser()))
    return decisions


def _said_by_network(regions: list[str]) -> list[ThingDecision]:
    """What accepting regions says of their pictures, before there is a mask."""
    from tellapart.kinds.decisions import ThingDecision

    return [ThingDecision(one.rpartition("@")[0], "relabel", "as the network tells it") for one in regions]


def _draw(review: OutlineReview, folder: Path) -> None:
    from tellapart.errors import ProjectError
    from tellapart.kinds.new_folder import new_folder

    with new_folder(folder.absolute(), ProjectError) as beside:
        for number, one in enumerate(review.findings()[:_DRAWN], start=1):
            review.drawn(one.picture_id).save(beside / f"{number:02d}-{one.picture_id}.png")


def _report(review: OutlineReview) -> list[str]:
    said = review.sentences()
    said.append("Worst pictures:")
    for one in review.findings()[:_SHOWN]:
        held_out = ", held out" * one.is_held_out
        said.append(
            f"  {one.picture_id}: {tenths(one.share_wrong)} told otherwise, loss {one.loss:.2f}{held_out}"
        )
    regions = review.regions()
    if regions:
        said.append("Worst regions:")
    for region in regions[:_SHOWN]:
        said.append(f"  {region.score:.2f}  {region.region_id}: {region.sentence()}")
    if len(regions) > _SHOWN:
        said.append(f"  … and {len(regions) - _SHOWN} more (tellapart clean --json lists all)")
    said.append(f"See them: tellapart clean {typed(review.project.root)} --draw FOLDER")
    said.append(
        f"Decide: tellapart clean {typed(review.project.root)} --accept NAME@X,Y (or --correct NAME=FILE, "
        "--remove NAME, --keep NAME)"
    )
    return said
