"""`undo`, `redo` and `log` for a kind whose things are decided about, and decisions in words."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

import typer

from tellapart.cli.console import explained, print_json, say
from tellapart.cli.kinds.arguments import JsonFlag, ProjectDir
from tellapart.cli.kinds.notebook_door import ProjectDoor
from tellapart.words.commands import typed

if TYPE_CHECKING:
    from tellapart.kinds.decisions import ThingDecision
    from tellapart.kinds.project_kind import ProjectKind

_SHOWN = 20


def add_steps_and_log(app: typer.Typer, door: Callable[[], ProjectDoor]) -> None:
    """Give a kind the three commands; door: imports and gives what it offers to notebooks."""

    @app.command()
    def undo(project_dir: ProjectDir, is_json: JsonFlag = False) -> None:
        """Take back the last step of decisions."""
        with explained(is_json):
            project = door().open_project(project_dir)
            taken = project.undo()
        _say_step(taken, project.kind, is_json, "Taken back", "There is nothing to undo.")

    @app.command()
    def redo(project_dir: ProjectDir, is_json: JsonFlag = False) -> None:
        """Carry out again the step that was taken back last."""
        with explained(is_json):
            project = door().open_project(project_dir)
            again = project.redo()
        _say_step(again, project.kind, is_json, "Done again", "There is nothing to redo.")

    @app.command()
    def log(project_dir: ProjectDir, is_json: JsonFlag = False) -> None:
        """List the decisions, the oldest first."""
        with explained(is_json):
            project = door().open_project(project_dir)
            lines, damage = project.decisions.lines(), project.decisions.damage()
        if is_json:
            records = decision_records([one.decision for one in lines], project.kind)
            print_json(
                [
                    {"n": one.n, "at": one.at, **record, "undone": one.is_undone}
                    for one, record in zip(lines, records, strict=True)
                ]
            )
            return
        for one in lines:
            say(f"{one.n}  {one.at}  {_in_words(one.decision, project.kind)}{' (undone)' * one.is_undone}")
        if damage:
            say(damage)
        elif not lines:
            say("No decisions yet.")


def _say_step(
    decisions: Sequence[ThingDecision], kind: ProjectKind, is_json: bool, done: str, nothing: str
) -> None:
    if is_json:
        print_json(decision_records(decisions, kind))
    else:
        say(f"{done}: {counted(decisions)}." if decisions else nothing)


def decision_records(decisions: Sequence[ThingDecision], kind: ProjectKind) -> list[dict[str, Any]]:
    """Plain JSON values."""
    return [{kind.noun: one.thing_id, "do": one.action, kind.label_noun: one.label} for one in decisions]


def decision_lines(decisions: Sequence[ThingDecision], kind: ProjectKind) -> list[str]:
    """The first of them, a line each."""
    lines = [f"  {_in_words(one, kind)}" for one in decisions[:_SHOWN]]
    return [*lines, f"  … and {len(decisions) - _SHOWN} more"] if len(decisions) > _SHOWN else lines


def said_kept(decisions: Sequence[ThingDecision], project_dir: Path) -> str:
    """That they were kept, and how to take them back."""
    if not decisions:
        return "There is nothing to decide."
    return f"{counted(decisions)}, as one step. Take it back: tellapart undo {typed(project_dir)}"


def counted(decisions: Sequence[ThingDecision]) -> str:
    """How many they are, in words."""
    return f"{len(decisions)} decision{'s' * (len(decisions) != 1)}"


def _in_words(one: ThingDecision, kind: ProjectKind) -> str:
    did = kind.relabelled.format(label=one.label) if one.action == "relabel" else one.action
    return f"{one.thing_id}: {did}"
