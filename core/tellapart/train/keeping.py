"""What is kept of a training in its run: its result, and its answers about the held-out pictures."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

from tellapart import atomic_files, runs
from tellapart.errors import RunError
from tellapart.planning.held_out import FILE
from tellapart.store.project import Project
from tellapart.store.sqlite.database_errors import disk_reason
from tellapart.train.result import TrainResult


def keep_held_out(run_dir: Path, result: TrainResult) -> None:
    """Write the answers about the held-out pictures into the run's folder.

    Raises:
        RunError: the disk does not take it.
    """
    if result.held_out is not None:
        try:
            atomic_files.write_bytes(run_dir / FILE, result.held_out.to_bytes())
        except OSError as error:
            raise RunError(disk_reason(run_dir.parent, error)) from error


def keep_as_run(project: Project, result: TrainResult) -> None:
    """Keep the result of a training that ran inside another program as a run: the Train page shows it, and Clean goes
    on with its backbone, as after the page's button.

    Raises:
        RunError: the disk does not take it.
    """
    weights = result.config.weights
    config = replace(
        result.config, weights=weights.absolute() if weights else None
    )  # a worker starts elsewhere
    run_id, seconds = result.bundle_dir.name, result.seconds["total"]
    kept = {} if result.held_out is None else {FILE: result.held_out.to_bytes()}
    runs.record(project.root, run_id, "train", config.to_json(), result.to_json(), seconds, kept)
