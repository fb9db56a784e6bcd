"""Advice found out in a process of its own, for pages: what takes seconds of arithmetic would hold them up."""

from __future__ import annotations

from pathlib import Path

from tellapart.advice.keeping import kept_advice
from tellapart.advice.standing import still_to_do
from tellapart.advice.values import Advised
from tellapart.answering_process import NoAnswerError, answer_of, program
from tellapart.errors import RunError
from tellapart.store.project import Project

ADVICE_PROCESS = program("tellapart.advice.process")
_PATIENCE_S = 600.0


def advised_beside(project: Project, run_id: str) -> Advised:
    """What `advise` gives about a training, as kept, else found out by another process meanwhile.

    Raises:
        RunError: the process says why not, or ended without a word.
    """
    kept = kept_advice(project.runs_dir / run_id)
    return still_to_do(project, kept if kept is not None else _found(project.root, run_id))


def _found(project_dir: Path, run_id: str) -> Advised:
    try:
        told = answer_of([*ADVICE_PROCESS, str(project_dir), run_id], _PATIENCE_S)
        if "advice" in told:
            return Advised.from_json(told)
    except (NoAnswerError, ValueError, KeyError, TypeError) as error:
        raise RunError(
            "What would help most could not be found out. Train again, or ask: tellapart advice DIR"
        ) from error
    raise RunError(str(told["error"]))
