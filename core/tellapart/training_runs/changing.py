"""Naming a run, deleting it to the trash and bringing it back: lines of the journal, so that `undo` takes them back."""

from __future__ import annotations

import unicodedata
from collections.abc import Sequence

from tellapart.errors import RunError
from tellapart.label_names import name_key
from tellapart.store.project import Project
from tellapart.store.run_changes import DELETE, NAME, RESTORE, RunChange, RunNote, run_notes
from tellapart.training_runs.finding import NEWEST
from tellapart.training_runs.listing import TrainingRun, bundle_folder, run_folder, training_runs

MOST_CHARACTERS = 60


def name_run(project: Project, run: TrainingRun, name: str) -> str:
    """The name as kept; "" takes the name away.

    Raises:
        RunError: the name cannot be used. ProjectError: the disk does not take it.
    """
    name = _clean(name)
    key = name_key(name)
    for other in training_runs(project):
        if name and other.run_id != run.run_id and key in (name_key(other.name), name_key(other.run_id)):
            raise RunError(f"Another run is called {name!r} already. Choose another name.")
    project.check_writable()
    project.journal.change_runs([RunChange(NAME, run.run_id, name)])
    return name


def delete_runs(project: Project, runs: Sequence[TrainingRun]) -> int:
    """How many were moved to the trash, with their models.

    Raises:
        RunError: one is still running. ProjectError: the disk does not take it.
    """
    for run in runs:
        if run.stage == "running":
            raise RunError(f"Run {run.title} is still running. Cancel it first, or wait until it is done.")
    project.check_writable()
    return project.journal.change_runs([RunChange(DELETE, run.run_id) for run in runs])


def restore_run(project: Project, run_id: str) -> None:
    """Nothing; the run and its model are back from the trash.

    Raises:
        RunError: it is not in the trash any more, or something lies in its place. ProjectError: the disk does not take
            it.
    """
    if not run_folder(project.root, run_id, is_deleted=True).is_dir():
        raise RunError(
            f"Run {run_id} is no longer in the trash: its folder was deleted by hand, so it cannot be brought back."
        )
    for place in (run_folder(project.root, run_id), bundle_folder(project.root, run_id)):
        if place.exists():
            raise RunError(f"{place} is there already. Move it elsewhere, then bring the run back.")
    project.check_writable()
    if not run_notes(project.manifest).get(run_id, RunNote()).is_deleted:
        raise RunError(
            f"Run {run_id} was put into the trash by hand. Move its folder back to {project.runs_dir} by hand, too."
        )
    project.journal.change_runs([RunChange(RESTORE, run_id)])


def _clean(name: str) -> str:
    name = " ".join(unicodedata.normalize("NFC", name).split())
    if len(name) > MOST_CHARACTERS:
        raise RunError(
            f"The name {name[:30]!r}… has {len(name)} characters; at most {MOST_CHARACTERS} are allowed."
        )
    if any(unicodedata.category(one) in ("Cc", "Cs") or one in "/\\" for one in name) or name == NEWEST:
        raise RunError(
            f"The name {name!r} cannot be used. Leave out / and \\, and choose another than newest."
        )
    return name
