"""The commands about what is wrong with the pictures: clean, undo, redo, log and replay."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from tellapart.backbones.names import DEFAULT_BACKBONE
from tellapart.cli.console import explained, fail, print_json, progress_bar, say
from tellapart.words.commands import typed

if TYPE_CHECKING:
    from tellapart.clean import Finding, Review
    from tellapart.store.journal import Entry


JsonFlag = Annotated[bool, typer.Option("--json", help="Print one JSON value and nothing else.")]
ProjectDir = Annotated[Path, typer.Argument(help="The project's folder.", metavar="DIR")]
_SHOWN = 20


def clean(
    project_dir: ProjectDir,
    report: Annotated[bool, typer.Option("--report", help="List the findings (the default).")] = False,
    apply_suggestions: Annotated[
        float | None,
        typer.Option(help="Apply suggestions above this probability, 0 to 1, e.g. 0.95.", metavar="SURE"),
    ] = None,
    preview: Annotated[
        bool, typer.Option("--preview", help="With --apply-suggestions: only list what would change.")
    ] = False,
    backbone: Annotated[
        str, typer.Option(help="efficientnet_lite0, or a torchvision name such as resnet50.")
    ] = DEFAULT_BACKBONE,
    weights: Annotated[
        Path | None, typer.Option(help="A local weights file, .safetensors or .pth.", metavar="FILE")
    ] = None,
    is_json: JsonFlag = False,
) -> None:
    """Find wrong labels, pictures out of place, duplicates and poor pictures, most suspicious first."""
    from tellapart.clean import open_review
    from tellapart.planning.config import TrainConfig
    from tellapart.store.project import open_project

    if apply_suggestions is not None and not 0 <= apply_suggestions <= 1:
        fail(
            f"--apply-suggestions {apply_suggestions} is out of range. Choose 0 to 1, for instance 0.95.",
            is_json,
            2,
        )
    with (
        explained(is_json),
        progress_bar(is_json) as progress,
        open_project(project_dir, progress) as project,
    ):
        review = open_review(project, TrainConfig(backbone, weights), progress)
        if apply_suggestions is None or report:
            said, record = _report(review), _report_json(review)
        if apply_suggestions is not None:
            said, record = _apply(review, apply_suggestions, preview, project_dir)
    if is_json:
        print_json(record)
        return
    for line in said:
        say(line)


def _report(review: Review) -> list[str]:
    said = review.summary().sentences()
    queue = review.queue()
    said += [_line(review, finding) for finding in queue[:_SHOWN]]
    if len(queue) > _SHOWN:
        said.append(f"  … and {len(queue) - _SHOWN} more (tellapart clean --json lists all)")
    return said


def _line(review: Review, finding: Finding) -> str:
    chips = "; ".join(one.short for one in (finding, *finding.also))
    return f"  {finding.score:.2f}  {review.picture(finding.image_id).path}: {finding.kind}: {chips}"


def _report_json(review: Review) -> dict[str, Any]:
    findings = [{**asdict(one), "path": review.picture(one.image_id).path} for one in review.queue()]
    return {**review.summary().to_json(), "findings": findings}


def _apply(
    review: Review, sure: float, is_preview: bool, project_dir: Path
) -> tuple[list[str], dict[str, Any]]:
    from tellapart.clean import decision_of

    findings = review.suggestions(sure)
    kinds = Counter(one.suggestion.action for one in findings if one.suggestion)
    listed = ", ".join(f"{n} to {action}" for action, n in kinds.most_common())
    said = [
        f"{len(findings)} suggestion{'s' * (len(findings) != 1)} above {sure:g}{': ' * bool(listed)}{listed}."
    ]
    shown = findings if is_preview else findings[:_SHOWN]
    said += [f"  {review.picture(one.image_id).path}: {_suggestion(one)}" for one in shown]
    if not is_preview and findings:
        review.decide([decision for one in findings if (decision := decision_of(one))])
        review.refresh()
        said += [
            "Applied as one step.",
            review.gain().sentence,
            f"To undo: tellapart undo {typed(project_dir)}",
        ]
    record = {
        "n_suggestions": len(findings), "actions": dict(kinds), "is_preview": is_preview,
        "decisions": [
            {"image_id": one.image_id, "path": review.picture(one.image_id).path, **asdict(one.suggestion)}
            for one in findings if one.suggestion
        ],
        "gain": review.gain().to_json(),
    }  # fmt: skip
    return said, record


def _suggestion(finding: Finding) -> str:
    return f"{finding.suggestion.sentence()} ({finding.short})" if finding.suggestion else finding.short


def undo(project_dir: ProjectDir, is_json: JsonFlag = False) -> None:
    """Undo the latest decisions."""
    _step(project_dir, "undo", is_json)


def redo(project_dir: ProjectDir, is_json: JsonFlag = False) -> None:
    """Redo the decisions that were undone last."""
    _step(project_dir, "redo", is_json)


def _step(project_dir: Path, step: str, is_json: bool) -> None:
    from tellapart.store.project import open_project

    with explained(is_json), open_project(project_dir) as project:
        entries = project.journal.undo() if step == "undo" else project.journal.redo()
    if is_json:
        print_json([asdict(entry) for entry in entries])
        return
    done = "Undone" if step == "undo" else "Redone"
    say(f"{done}: {len(entries)} decision(s)." if entries else f"There is nothing to {step}.")
    for line in _entry_lines(entries[:_SHOWN]):
        say(line)


def log(
    project_dir: ProjectDir,
    export: Annotated[
        Path | None,
        typer.Option(help="Write the current decisions to a .json or .csv file.", metavar="FILE"),
    ] = None,
    is_json: JsonFlag = False,
) -> None:
    """List the decisions, newest first."""
    from tellapart.store.decision_files import export_decisions
    from tellapart.store.project import open_project

    with explained(is_json), open_project(project_dir) as project:
        entries = project.journal.entries()
        n = export_decisions(project, export.expanduser().absolute()) if export else 0
    if is_json:
        print_json([asdict(entry) for entry in entries])
        return
    for line in _entry_lines(entries):
        say(line)
    if not entries:
        say("No decisions yet.")
    if export:
        say(f"{n} decision{'s' * (n != 1)} written to {export}.")


def _entry_lines(entries: Sequence[Entry]) -> list[str]:
    return [
        f"  {entry.number:>5}  {entry.at}  {_words(entry)}{'  (undone)' * entry.is_undone}  "
        f"{entry.before.get('path', '')}".rstrip()
        for entry in entries
    ]


def _words(entry: Entry) -> str:
    if "run" in entry.before:
        from tellapart.store.run_changes import change_words

        return change_words(entry.kind, entry.before, entry.after)
    if not entry.image_id and None in (entry.before["label"], entry.after["label"]):
        return f"{entry.kind} {entry.before['label'] or entry.after['label']}"
    if entry.kind == "mark":
        return f"mark {entry.after['mark'] or 'taken away'}"
    if entry.before["label"] != entry.after["label"]:
        return f"{entry.kind} {entry.before['label']} → {entry.after['label']}"
    return entry.kind


def replay(
    project_dir: ProjectDir,
    file: Annotated[Path, typer.Argument(help="What tellapart log --export wrote.", metavar="FILE")],
    is_json: JsonFlag = False,
) -> None:
    """Apply exported decisions to another copy of the pictures, matched by their content."""
    from tellapart.store.decision_files import replay_decisions
    from tellapart.store.project import open_project

    with explained(is_json), open_project(project_dir) as project:
        done = replay_decisions(project, file.expanduser().absolute())
    if is_json:
        print_json({**asdict(done), "sentence": done.sentence()})
    else:
        say(done.sentence())
