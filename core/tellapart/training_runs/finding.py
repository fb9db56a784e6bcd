"""One training of a project by what a person types: its name, its folder's name or how that begins, or "newest"."""

from __future__ import annotations

from pathlib import Path

from tellapart.errors import RunError
from tellapart.store.project import Project, is_project
from tellapart.training_runs.listing import TrainingRun, training_runs
from tellapart.words.commands import typed
from tellapart.words.near_names import did_you_mean

NEWEST = "newest"


def find_run(project: Project, words: str, is_deleted: bool = False) -> TrainingRun:
    """The training that is meant, of those in use or of those in the trash; "newest": the last that ended well.

    Raises:
        RunError: none is, or several are.
    """
    rows = [one for one in training_runs(project) if one.is_deleted == is_deleted]
    if words == NEWEST:
        done = [one for one in rows if one.is_done]
        if not done:
            raise RunError(
                f"{project.name} has no training that ended well. Train it first: "
                f"tellapart train {typed(project.root)}"
            )
        return done[0]
    exact = [one for one in rows if words in (one.name, one.run_id)]
    found = exact or [one for one in rows if words and one.run_id.startswith(words)]
    if len(found) == 1:
        return found[0]
    if found:
        listed = ", ".join(one.title for one in found[:5])
        raise RunError(f"{words!r} may mean {len(found)} runs: {listed}. Give more of the name.")
    raise RunError(_unknown(project, words, is_deleted, rows))


def done_run(project: Project, words: str) -> TrainingRun:
    """The same, of a training that ended well.

    Raises:
        RunError: none is meant, or it has no result.
    """
    run = find_run(project, words)
    if not run.is_done:
        raise RunError(
            f"Run {run.title} has no result: it is {run.stage}. {run.said} Choose one that ended well."
        )
    return run


def project_and_words(place: Path) -> tuple[Path, str]:
    """The project's folder and what is to be found in it, of a place such as `bears` (its newest training),
    `bears/NAME`, `bears/runs/RUN` or `bears/bundles/RUN`.

    Raises:
        RunError: there is no project at or above it.
    """
    place = place.expanduser().absolute()
    if is_project(place):
        return place, NEWEST
    for root in (place.parent, place.parent.parent):
        is_above = root == place.parent or place.parent.name in ("runs", "bundles")
        if is_above and is_project(root):
            return root, place.name
    raise RunError(
        f"{place} is no training: there is no project there. Give a project's folder for its newest training, or "
        "PROJECT/NAME. To list them: tellapart runs PROJECT"
    )


def _unknown(project: Project, words: str, is_deleted: bool, rows: list[TrainingRun]) -> str:
    others = [one for one in training_runs(project) if one.is_deleted != is_deleted]
    if any(words in (one.name, one.run_id) for one in others):
        where = (
            "is not deleted"
            if is_deleted
            else "is in the trash. Bring it back: tellapart runs DIR --restore RUN"
        )
        return f"Run {words!r} {where}."
    known = [name for one in rows for name in (one.name, one.run_id) if name]
    hint = did_you_mean(words, known) or " To list them: tellapart runs DIR"
    where = "in the trash of " if is_deleted else "in "
    return f"There is no run {words!r} {where}{project.name}; was its folder deleted by hand?{hint}"
