"""Pruning: old runs and models that nothing points to go to the trash, or for good; what they take is said first."""

from __future__ import annotations

import shutil
from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from tellapart.bundle.loading import newest_bundle
from tellapart.deploy.share_settings import shared_models
from tellapart.errors import OutsideError, ProjectError, RunError
from tellapart.store.files.sizes import size_on_disk
from tellapart.store.project import Project
from tellapart.store.run_changes import DELETE, RunChange, run_notes
from tellapart.store.sqlite.database_errors import disk_reason
from tellapart.train.work_folder import Unfinished, drop, unfinished_trainings
from tellapart.training_runs.listing import bundle_folder, run_folder, runs_in, training_runs
from tellapart.training_runs.waiting import waiting_trainings

KEEP = 5
_OPEN = ("running", "paused")  # these stages lead on


@dataclass(frozen=True)
class Pruning:
    """What goes. run_ids: of runs, or of models without one. in_trash: those that were deleted before, which go as well
    where it is for good. n_bytes: what all of them take. dropped: what unfinished trainings have so far, which goes for
    good; kept: what of it stays."""

    run_ids: tuple[str, ...]
    in_trash: tuple[str, ...]
    n_bytes: int
    for_good: bool
    dropped: tuple[Unfinished, ...] = ()
    kept: tuple[Unfinished, ...] = ()

    @property
    def n(self) -> int:
        """How many go."""
        return len(self.run_ids) + len(self.in_trash)

    def sentence(self, is_done: bool) -> str:
        """For a person, before or after."""
        said = [] if self.dropped and not self.n else [self._said_of_runs(is_done)]
        running = [one for one in self.kept if one.is_running]
        waiting = [one for one in self.kept if not one.is_running]
        if self.dropped:
            said.append(f"{'Deleted' if is_done else 'Would delete'}: what {_kept_by(self.dropped)}.")
        if waiting:
            said.append(
                f"Still there: what {_kept_by(waiting)}, to go on from; `prune --unfinished` deletes it."
            )
        if running:
            said.append(f"A training under way has {_megabytes(running)} in cache/tuning.")
        return " ".join(said)

    def _said_of_runs(self, is_done: bool) -> str:
        if not self.n:
            return "Nothing to prune: every run is new, named, shared or of use."
        what = f"{self.n} run(s) and their models, {self.n_bytes / 1e6:.1f} MB"
        if self.for_good:
            return f"Deleted for good: {what}." if is_done else f"Would delete for good: {what}."
        if not is_done:
            return f"Would move to the trash: {what}."
        return f"Moved to the trash: {what}. They take that space until `prune --for-good`; `undo` brings them back."

    def to_json(self) -> dict[str, Any]:
        """Plain JSON values."""
        return {
            "runs": list(self.run_ids), "in_trash": list(self.in_trash), "n_bytes": self.n_bytes,
            "for_good": self.for_good,
            "unfinished": {
                "n_dropped": len(self.dropped), "bytes_dropped": sum(one.n_bytes for one in self.dropped),
                "n_kept": len(self.kept), "bytes_kept": sum(one.n_bytes for one in self.kept),
            },
        }  # fmt: skip


def _kept_by(unfinished: Sequence[Unfinished]) -> str:
    return f"{len(unfinished)} unfinished training(s) kept in cache/tuning, {_megabytes(unfinished)}"


def _megabytes(unfinished: Sequence[Unfinished]) -> str:
    return f"{sum(one.n_bytes for one in unfinished) / 1e6:.1f} MB"


def to_prune(project: Project, keep: int = KEEP, for_good: bool = False, unfinished: bool = False) -> Pruning:
    """What nothing points to: neither among the `keep` newest trainings that ended well, nor named, shared, running
    or waiting to go on, nor the newest of its kind; and what is no model, or lies elsewhere behind a link, is left
    alone.

    Args:
        unfinished: what unfinished trainings have so far goes, too, not only what is too old to go on from.
    Raises:
        RunError: keep is below 1.
    """
    if keep < 1:
        raise RunError(f"--keep {keep} would delete the newest model. Keep at least 1.")
    pointed = _pointed_at(project, keep)
    runs = {run.run_id for run in runs_in(project.root, project.runs_dir)}
    bundles = {
        name for name in _names(project.bundles_dir) if (project.bundles_dir / name / "bundle.json").is_file()
    }
    old = sorted(one for one in (runs | bundles) - pointed if _folders(project, one, False))
    in_trash = sorted(one for one in _trashed(project) if _folders(project, one, True)) if for_good else []
    sizes = [
        size_on_disk(*_folders(project, run_id, is_deleted))
        for is_deleted, ids in ((False, old), (True, in_trash))
        for run_id in ids
    ]
    kept = unfinished_trainings(project)
    dropped = [one for one in kept if not one.is_running and (unfinished or one.is_outlived)]
    kept = [one for one in kept if one not in dropped]
    return Pruning(tuple(old), tuple(in_trash), sum(sizes), for_good, tuple(dropped), tuple(kept))


def prune(project: Project, pruning: Pruning) -> None:
    """Nothing; what was to go is in the trash, as one step of the journal, or gone for good.

    Raises:
        ProjectError: the disk does not take it.
    """
    project.check_writable()
    for one in pruning.dropped:
        drop(one.folder)
    if not pruning.for_good:
        project.journal.change_runs([RunChange(DELETE, run_id) for run_id in pruning.run_ids])
        return
    try:
        for is_deleted, ids in ((False, pruning.run_ids), (True, pruning.in_trash)):
            for run_id in ids:
                for folder in _folders(project, run_id, is_deleted):
                    if folder.is_dir():
                        shutil.rmtree(folder)
    except OSError as error:
        raise ProjectError(disk_reason(project.root, error)) from error


def _pointed_at(project: Project, keep: int) -> set[str]:
    found = training_runs(project)
    rows = [one for one in found if not one.is_deleted]
    done = [one.run_id for one in rows if one.is_done]
    pointed = {*done[:keep], *(one.run_id for one in rows if one.name or one.stage == "running")}
    pointed |= {one.run.run_id for one in waiting_trainings(project, found) if one.is_kept}
    pointed |= {run_id for run_id, note in run_notes(project.manifest).items() if note.name}
    pointed |= set(shared_models(project.manifest).values())
    if (newest := newest_bundle(project.bundles_dir)) is not None:
        pointed.add(newest.name)
    pointed |= {one.run_id for one in rows[:1]}  # a page that opens follows it
    return pointed | set(_of_other_work(project, keep))


def _of_other_work(project: Project, keep: int) -> Iterable[str]:
    """Runs that are no trainings and of which pages still read, and the models that were shared. Of each model, the
    newest run that shared it stays as long as the model does: that it is shared stands nowhere else."""
    runs = runs_in(project.root, project.runs_dir)
    unseen = {(task, name) for task in ("app", "publish") for name in _names(project.bundles_dir)}
    seen: Counter[str] = Counter()
    for run in sorted(runs, key=lambda run: run.order, reverse=True):
        try:
            task, config, stage = run.task, run.config, run.status().stage
        except RunError:
            yield run.run_id  # nobody knows what it is
            continue
        if (shared := (task, str(config.get("bundle")))) in unseen:
            unseen.remove(shared)
            yield from (run.run_id, shared[1])
        if task != "train":
            is_good = stage == "done"
            if seen[task] < keep or stage in _OPEN or (is_good and not seen[f"{task} done"]):
                yield run.run_id
            seen[task] += 1
            seen[f"{task} done"] += is_good


def _trashed(project: Project) -> set[str]:
    trash = project.root / "trash"
    return {name for place in (".runs", ".bundles") for name in _names(trash / place)}


def _names(folder: Path) -> list[str]:
    try:
        return [path.name for path in folder.iterdir() if not path.name.startswith(".")]
    except OSError:
        return []


def _folders(project: Project, run_id: str, is_deleted: bool) -> list[Path]:
    """Of the run and of its model; none where one is a link, which is not ours to move or delete."""
    try:
        return [place(project.root, run_id, is_deleted) for place in (run_folder, bundle_folder)]
    except OutsideError:
        return []
