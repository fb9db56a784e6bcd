"""Advice to train thoroughly: by what it brought here before, else by what it brought on sets that we measured."""

from __future__ import annotations

import math

from tellapart.advice.ground import Ground
from tellapart.advice.values import Advice, AdviceKind, Basis
from tellapart.backbones.onnx_session import available_cpus
from tellapart.errors import RunError
from tellapart.learning.gains.error_gain import error_gain
from tellapart.train.estimate import noted_seconds, quick_seconds, why_not
from tellapart.train.thorough import LEAST_PICTURES
from tellapart.training_runs.comparing import compare_runs
from tellapart.training_runs.listing import TrainingRun, training_runs

# Of the mistakes of quick training, the share that thorough training takes away, and how far it lies from that: 0.31 on
# trashnet, 0.33 on ants_bees, 0 on bears_web, one split each, by benchmarks/fine_tune.py.
USUAL, SPREAD = 0.2, 0.15
_ALIKE = 0.2  # of the number of pictures, by which it may differ for an earlier training to say something
_Z_95 = 1.959964
_START_S, _PICTURE_CORE_S = 8.0, 0.033  # roughly, until it was tried: of a picture on one core


def thorough_advice(ground: Ground, n_wrong_labels: int = 0) -> Advice | None:
    """To train thoroughly; None where that was done last, cannot be done here, or brought nothing before.

    n_wrong_labels: probably so many; what they make wrong no training mends.
    """
    if ground.run.recipe != "quick" or why_not(ground.config):
        return None
    if min(_n_different(ground).values()) < LEAST_PICTURES:
        return None
    error = max(0.0, ground.now.error - n_wrong_labels / len(ground.pictures))
    measured, noise, basis = 0.0, math.inf, Basis.OUR_SETS
    if earlier := _earlier(ground):
        if earlier.kept != "thorough":
            return None
        try:
            told = compare_runs(ground.project, ground.run, earlier).told
        except RunError:
            told = None  # of an older version, without the answers to compare
        if told is not None and told.n:
            low, high = told.interval
            measured, noise, basis = -told.difference, (high - low) / (2 * _Z_95), Basis.EARLIER_RUN
    gain = error_gain(measured, noise, USUAL * error, max(SPREAD * error, 1e-6), error)
    return Advice(AdviceKind.TRAIN_THOROUGHLY, gain, basis, thorough_minutes(ground))


def thorough_minutes(ground: Ground) -> float:
    """How long it takes on this computer: as tried within a day, else roughly."""
    n = ground.n_pictures
    seconds = noted_seconds(ground.project.cache_dir, "thorough", n)
    if seconds is None:
        return (_START_S + n * _PICTURE_CORE_S / available_cpus()) / 60
    return (quick_seconds(0) + seconds) / 60


def _n_different(ground: Ground) -> dict[str, int]:
    """Label -> pictures to train on, copies counted once, about as many as a training will have."""
    names: dict[str, set[str]] = {label: set() for label in ground.classes}
    for picture, group in zip(ground.pictures, ground.groups, strict=True):
        names[picture.label].add(group)
    share = (1 - ground.config.valid) * ground.n_pictures / len(ground.pictures)
    return {label: int(share * len(own)) for label, own in names.items()}


def _earlier(ground: Ground) -> TrainingRun | None:
    """The newest thorough training of about as many pictures."""
    n = ground.n_pictures
    for run in training_runs(ground.project):
        is_alike = abs(run.n_pictures - n) <= _ALIKE * n
        if run.is_done and not run.is_deleted and run.recipe == "thorough" and is_alike:
            return run
    return None
