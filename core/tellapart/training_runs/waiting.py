"""Trainings that were paused and wait to go on, whatever was trained since."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Any

from tellapart.errors import TellapartError
from tellapart.planning.config import TrainConfig
from tellapart.planning.variation import kept_variation
from tellapart.runs import Run
from tellapart.store.project import Project
from tellapart.train.work_folder import kept_settings
from tellapart.training_runs.listing import TrainingRun, run_folder


@dataclass(frozen=True)
class WaitingTraining:
    """A training that goes on when another begins with its settings, config. fraction: that was done, 0 to 1. is_kept:
    whether what it did is still there to go on from; else it begins anew."""

    run: TrainingRun
    config: dict[str, Any]
    fraction: float
    is_kept: bool


def waiting_trainings(project: Project, found: Sequence[TrainingRun]) -> list[WaitingTraining]:
    """Those of the found ones that wait, the newest first. One waits until another with the same settings took its
    place: one that was lost, such as by a power cut, did not, and one in the trash did.

    Args:
        found: all trainings of the project, see `training_runs`.
    """
    if not any(_waits(one) for one in found):
        return []
    kept = kept_settings(project)
    replaced: set[TrainConfig] = set()
    waiting = []
    for one in sorted(found, key=lambda one: one.started, reverse=True):
        if one.stage == "failed":
            continue
        run = Run(run_folder(project.root, one.run_id, one.is_deleted))
        try:
            config, fraction = run.config, run.status().fraction if _waits(one) else 0.0
            settings = _settings(project, config)
        except TellapartError:  # it went meanwhile, or another version wrote it
            continue
        if _waits(one) and settings not in replaced:
            waiting.append(WaitingTraining(one, config, fraction, not {settings, None}.isdisjoint(kept)))
        replaced.add(settings)
    return waiting


def _waits(one: TrainingRun) -> bool:
    return one.stage == "paused" and not one.is_deleted


def _settings(project: Project, config: dict[str, Any]) -> TrainConfig:
    """All that a training goes by, also what its config leaves out."""
    known = TrainConfig.from_json(config)
    return replace(known, variation=known.variation or kept_variation(project.manifest))
