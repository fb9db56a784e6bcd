"""`tellapart clean` for texts: the findings, and decisions about them."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from tellapart.cli.console import explained, fail, print_json, progress_bar, say
from tellapart.words.commands import typed

if TYPE_CHECKING:
    from tellapart.kinds.decisions import ThingDecision
    from tellapart.texts.clean.review import TextReview

_SHOWN = 20


def clean(
    project_dir: Annotated[Path, typer.Argument(help="The project's folder.", metavar="DIR")],
    relabel: Annotated[
        list[str] | None, typer.Option(help="Give a text another label; may be repeated.", metavar="ID=LABEL")
    ] = None,
    remove: Annotated[
        list[str] | None, typer.Option(help="Take a text out; may be repeated.", metavar="ID")
    ] = None,
    keep: Annotated[
        list[str] | None,
        typer.Option(help="Say that a text is right as it is; may be repeated.", metavar="ID"),
    ] = None,
    apply_suggestions: Annotated[
        float | None,
        typer.Option(help="Apply suggestions above this score, 0 to 1, e.g. 0.95.", metavar="SURE"),
    ] = None,
    preview: Annotated[
        bool, typer.Option("--preview", help="With --apply-suggestions: only list what would change.")
    ] = False,
    is_json: Annotated[bool, typer.Option("--json", help="Print one JSON value and nothing else.")] = False,
) -> None:
    """Find wrong labels, copies, other languages and odd texts, most suspicious first; or decide about them."""
    from tellapart.texts.clean.review import TextReview
    from tellapart.texts.project import open_text_project

    if apply_suggestions is not None and not 0 <= apply_suggestions <= 1:
        fail(
            f"--apply-suggestions {apply_suggestions} is out of range. Choose 0 to 1, for instance 0.95.",
            is_json,
            2,
        )
    named = _named(relabel or [], remove or [], keep or [], is_json)
    with explained(is_json), progress_bar(is_json) as progress:
        project = open_text_project(project_dir)
        if named and apply_suggestions is None:  # said already; nothing has to be found for it
            project.decide(named)
            said, record = _decided(named, project_dir)
        else:
            review = TextReview(project, progress)
            if apply_suggestions is None:
                said, record = _report(review), review.to_json()
            else:
                named += review.suggestions(apply_suggestions)
                if not preview:
                    review.decide(named)
                said, record = _decided(named, project_dir, preview)
    if is_json:
        print_json(record)
        return
    for line in said:
        say(line)


def _named(relabel: list[str], remove: list[str], keep: list[str], is_json: bool) -> list[ThingDecision]:
    from tellapart.kinds.decisions import ThingDecision

    decisions = [ThingDecision(one, "remove") for one in remove] + [
        ThingDecision(one, "keep") for one in keep
    ]
    for one in relabel:
        text_id, sign, label = one.partition("=")
        if not sign:
            fail(f"--relabel {one!r} has no label. Write ID=LABEL, for instance {one}=spam.", is_json, 2)
        decisions.append(ThingDecision(text_id, "relabel", label))
    return decisions


def _report(review: TextReview) -> list[str]:
    from tellapart.texts.training import shortened

    findings = review.findings()
    said = review.sentences()
    for one in findings[:_SHOWN]:
        said.append(f"  {one.score:.2f}  {one.text_id}: {one.code}: {one.sentence}")
        said.append(f"        {shortened(review.texts[one.text_id].text, 100)}")
    if len(findings) > _SHOWN:
        said.append(f"  … and {len(findings) - _SHOWN} more (tellapart clean --json lists all)")
    if findings:
        said.append(
            f"Decide: tellapart clean {typed(review.project.root)} --relabel ID=LABEL (or --remove ID, --keep ID)"
        )
    return said


def _decided(
    decisions: list[ThingDecision], project_dir: Path, is_preview: bool = False
) -> tuple[list[str], Any]:
    said = [
        f"  {one.thing_id}: {one.action}{f' to {one.label!r}' if one.label else ''}"
        for one in decisions[:_SHOWN]
    ]
    if len(decisions) > _SHOWN:
        said.append(f"  … and {len(decisions) - _SHOWN} more")
    n = f"{len(decisions)} decision{'s' * (len(decisions) != 1)}"
    if is_preview:
        said.append(f"{n}; nothing was changed.")
    elif decisions:
        said.append(f"{n}, as one step. Take it back: tellapart undo {typed(project_dir)}")
    else:
        said.append("There is nothing to decide.")
    record = [{"text": one.thing_id, "do": one.action, "label": one.label} for one in decisions]
    return said, {"decisions": record, "preview": is_preview}
