"""`clean` for a kind that has a ThingReview: the findings, and decisions about them; parts of it for other kinds."""

# The options' texts name the things of the kind, so that annotations have to be values here, not text.

from collections.abc import Callable
from typing import TYPE_CHECKING, Annotated, Any

import typer

from tellapart.cli.console import explained, fail, print_json, progress_bar, say
from tellapart.cli.kinds.arguments import JsonFlag, ProjectDir
from tellapart.cli.kinds.deciding import counted, decision_lines, decision_records, said_kept
from tellapart.cli.kinds.notebook_door import ReviewDoor
from tellapart.words.commands import typed

if TYPE_CHECKING:
    from tellapart.kinds.decisions import ThingDecision
    from tellapart.kinds.thing_review import ThingReview

_SHOWN = 20


def add_clean(app: typer.Typer, door: Callable[[], ReviewDoor], noun: str, about: str) -> None:
    """Give a kind its command.

    Args:
        door: imports and gives what the kind offers to notebooks. noun: what a thing is called. about: what is found.
    """

    @app.command(help=about)
    def clean(
        project_dir: ProjectDir,
        relabel: Annotated[
            list[str] | None,
            typer.Option(help=f"Give a {noun} another label; may be repeated.", metavar="ID=LABEL"),
        ] = None,
        remove: Annotated[
            list[str] | None, typer.Option(help=f"Take a {noun} out; may be repeated.", metavar="ID")
        ] = None,
        keep: Annotated[
            list[str] | None,
            typer.Option(help=f"Say that a {noun} is right as it is; may be repeated.", metavar="ID"),
        ] = None,
        apply_suggestions: Annotated[
            float | None,
            typer.Option(help="Apply suggestions above this score, 0 to 1, e.g. 0.95.", metavar="SURE"),
        ] = None,
        preview: Annotated[bool, typer.Option("--preview", help="Only list what would change.")] = False,
        is_json: JsonFlag = False,
    ) -> None:
        check_sure(apply_suggestions, is_json)
        decisions = [*kept_or_removed(remove, keep), *_relabelled(relabel or [], is_json)]
        check_one_each(decisions, is_json)
        with explained(is_json), progress_bar(is_json) as progress:
            project = door().open_project(project_dir)
            is_deciding = apply_suggestions is not None or bool(decisions)
            if apply_suggestions is not None or not decisions:  # else nothing has to be found for them
                review = door().open_review(project, progress)
            if apply_suggestions is not None:
                decisions += review.suggestions(apply_suggestions, decisions)
            if is_deciding and preview:
                project.check(decisions)
            elif is_deciding:
                project.decide(decisions)
        if not is_deciding:
            lines, record = [*review.sentences(), *_finding_lines(review)], review.to_json()
        else:
            end = (
                f"{counted(decisions)}; nothing was changed."
                if preview
                else said_kept(decisions, project_dir)
            )
            lines = [*decision_lines(decisions, project.kind), end]
            record = {"decisions": decision_records(decisions, project.kind), "preview": preview}
        if is_json:
            print_json(record)
            return
        for line in lines:
            say(line)


def check_sure(above: float | None, is_json: bool) -> None:
    """End with a sentence where a share of sureness is none."""
    if above is not None and not 0 <= above <= 1:
        said = f"--apply-suggestions {above} is out of range. Choose 0 to 1, for instance 0.95."
        fail(said, is_json, 2)


def kept_or_removed(remove: list[str] | None, keep: list[str] | None) -> "list[ThingDecision]":
    """What a person said about things by their ids."""
    from tellapart.kinds.decisions import ThingDecision

    return [
        *(ThingDecision(one, "remove") for one in remove or []),
        *(ThingDecision(one, "keep") for one in keep or []),
    ]


def check_one_each(decisions: "list[ThingDecision]", is_json: bool) -> None:
    """End with a sentence where a thing is to be two things at once: only the last would count."""
    first: dict[str, ThingDecision] = {}
    for one in decisions:
        before = first.setdefault(one.thing_id, one)
        if before != one:
            both = " and ".join(f"{said.action} {said.label}".strip() for said in (before, one))
            fail(f"{one.thing_id!r} cannot be both: {both}. Choose one.", is_json, 2)


def _relabelled(relabel: list[str], is_json: bool) -> "list[ThingDecision]":
    from tellapart.kinds.decisions import ThingDecision

    decisions = []
    for one in relabel:
        thing_id, sign, label = one.partition("=")
        if not sign:
            fail(f"--relabel {one!r} has no label. Write ID=LABEL, for instance {one}=spam.", is_json, 2)
        decisions.append(ThingDecision(thing_id, "relabel", label))
    return decisions


def _finding_lines(review: "ThingReview[Any, Any]") -> list[str]:
    """The most suspicious findings, and how to decide about them."""
    findings, lines = review.findings(), []
    for one in findings[:_SHOWN]:
        lines.append(f"  {one.score:.2f}  {one.thing_id}: {one.code}: {one.sentence}")
        lines.append(f"        {review.described(one.thing_id)}")
    if len(findings) > _SHOWN:
        lines.append(f"  … and {len(findings) - _SHOWN} more (tellapart clean --json lists all)")
    if findings:
        lines.append(
            f"Decide: tellapart clean {typed(review.project.root)} --relabel ID=LABEL (or --remove ID, --keep ID)"
        )
    return lines
