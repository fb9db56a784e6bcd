"""A training that ran inside another program, kept so that the studio finds it."""

from __future__ import annotations

from dataclasses import replace

from tellapart import runs
from tellapart.store.project import Project
from tellapart.train.result import TrainResult


def keep_as_run(project: Project, result: TrainResult) -> None:
    """Keep a result as a run: the Train page shows it, and Clean goes on with its backbone, as after the page's button.

    Raises:
        RunError: the disk does not take it.
    """
    weights = result.config.weights
    config = replace(
        result.config, weights=weights.absolute() if weights else None
    )  # a worker starts elsewhere
    run_id, seconds = result.bundle_dir.name, result.seconds["total"]
    runs.record(project.root, run_id, "train", config.to_json(), result.to_json(), seconds)
