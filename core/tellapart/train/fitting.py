"""Fitting: head, calibration and the line for 'none of these', with the honest numbers and answers."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass

import numpy as np

from tellapart.learning.baselines import majority_error, pixel_error
from tellapart.learning.calibration import Calibration, PriorKind, fit_calibration
from tellapart.learning.evaluation import Evaluation, evaluate
from tellapart.learning.folds import can_be_told
from tellapart.learning.head import HeadFit, fit_head
from tellapart.learning.learning_curve import LearningCurve, learning_curve
from tellapart.learning.novelty import NoveltyFit, fit_novelty
from tellapart.learning.numerics.blas_threads import one_thread
from tellapart.planning.held_out import HeldOut
from tellapart.progress import Doing, Progress, Step, silent
from tellapart.train.preparation import TrainData


@dataclass(frozen=True)
class FittedHead:
    """A head with its calibration and its line for 'none of these', fitted on the training pictures only."""

    fit: HeadFit
    calibration: Calibration
    novelty: NoveltyFit

    def probs(self, embeddings: np.ndarray) -> np.ndarray:
        """(N, C) calibrated probabilities."""
        return self.calibration.probs(self.fit.head.logits(embeddings))

    def is_none(self, embeddings: np.ndarray) -> np.ndarray:
        """(N,) bool, whether the picture is none of these."""
        return np.asarray(self.novelty.model.novelty(embeddings) > self.novelty.threshold)


def fit(data: TrainData, prior: PriorKind = "project") -> FittedHead:
    """Head, calibration and novelty from the training pictures."""
    train = data.of("train")
    rows, targets = np.flatnonzero(train), data.targets[train]
    groups = [data.plan.groups[row] for row in rows]
    embeddings, n_classes = data.embeddings.array[train], len(data.classes)
    folds = data.plan.folds(rows)
    with one_thread(), ThreadPoolExecutor(1, thread_name_prefix="novelty") as beside:
        novelty = beside.submit(fit_novelty, embeddings, targets, n_classes, folds)
        head_fit = fit_head(embeddings, targets, n_classes, folds)
        calibration = fit_calibration(head_fit.oof_logits, targets, folds, groups, prior)
        return FittedHead(head_fit, calibration, novelty.result())


def check(
    data: TrainData, fitted: FittedHead, split: str = "valid", prior: PriorKind = "project"
) -> Evaluation:
    """Scores on pictures the head has not seen."""
    chosen = np.flatnonzero(data.of(split))
    array = data.embeddings.array[chosen]
    return evaluate(
        probs=fitted.probs(array),
        targets=data.targets[chosen],
        is_rejected=fitted.is_none(array),
        classes=data.classes,
        image_ids=[data.pictures[i].image_id for i in chosen],
        paths=[data.pictures[i].path for i in chosen],
        groups=[data.plan.groups[i] for i in chosen],
        prior=prior,
    )


def out_of_fold_probs(data: TrainData, fitted: FittedHead) -> np.ndarray:
    """(N, C) for every picture, from a head that had not seen it: its fold's, or for held-out pictures the whole. What
    such a head says of a label that it never saw means nothing, see `is_told`."""
    train = data.of("train")
    probs = np.empty((len(data.pictures), len(data.classes)), np.float32)
    probs[train] = fitted.calibration.probs(fitted.fit.oof_logits)
    probs[~train] = fitted.probs(data.embeddings.array[~train])
    return probs


def is_told(data: TrainData, fitted: FittedHead) -> np.ndarray:
    """(N,) bool: the head that judges the picture in `out_of_fold_probs` had seen others of its label."""
    train = data.of("train")
    told = np.ones(len(train), bool)
    told[train] = can_be_told(data.targets[train], fitted.fit.folds)
    return told


def baselines(data: TrainData) -> dict[str, float]:
    """Error rates of the "majority" label and of "pixels", on the held-out pictures."""
    train, valid = data.of("train"), data.of("valid")
    tiny, targets, n_classes = data.embeddings.tiny, data.targets, len(data.classes)
    return {
        "majority": majority_error(targets[train], targets[valid], n_classes),
        "pixels": pixel_error(tiny[train], targets[train], tiny[valid], targets[valid], n_classes),
    }


def more_pictures(data: TrainData, times: float = 2.0, progress: Progress = silent) -> LearningCurve:
    """How the error of such heads falls with the number of pictures, and what so many times as many would bring.

    Raises:
        SplitError: fewer than two labels have pictures that nobody would know by a copy. Cancelled: from progress.
    """
    return learning_curve(
        data.embeddings.array, data.targets, data.classes, data.plan.groups, times,
        tell=lambda share: progress(
            round(100 * share), 100, Doing(Step.FITTING, "Training on parts of the pictures")
        ),
    )  # fmt: skip


def held_out_of(data: TrainData, fitted: FittedHead) -> HeldOut:
    """What the fitted head answers about the held-out pictures."""
    rows = np.flatnonzero(data.of("valid"))
    embeddings = data.embeddings.array[rows]
    _, groups = np.unique([data.plan.groups[row] for row in rows], return_inverse=True)
    return HeldOut(
        tuple(data.pictures[row].image_id for row in rows),
        data.targets[rows],
        fitted.probs(embeddings),
        groups,
        fitted.is_none(embeddings),
    )
