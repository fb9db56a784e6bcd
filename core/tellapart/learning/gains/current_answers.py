"""CurrentAnswers: every picture judged by a head that had not seen it, as a training would; where gains start from."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from tellapart.errors import SplitError
from tellapart.learning.calibration import Calibration, PriorKind, fit_calibration, label_prior
from tellapart.learning.folds import can_be_told
from tellapart.learning.head import HeadFit, fit_head


@dataclass(frozen=True, eq=False)
class CurrentAnswers:
    """fit: on all N pictures. predicted: (N,) int, out of fold. groups: (N,) int, copies share one. is_counted: (N,)
    bool, pictures whose class other folds have, too. prior: see `TrainConfig`."""

    fit: HeadFit
    calibration: Calibration
    predicted: np.ndarray
    groups: np.ndarray
    is_counted: np.ndarray
    prior: PriorKind

    @property
    def targets(self) -> np.ndarray:
        """(N,) int, the labels as they are."""
        return self.fit.targets

    @property
    def n_classes(self) -> int:
        """How many there are to tell apart."""
        return int(self.fit.oof_logits.shape[1])

    @property
    def is_wrong(self) -> np.ndarray:
        """(N,) bool, by the labels as they are."""
        return np.asarray(self.predicted != self.targets)

    @property
    def error(self) -> float:
        """Share of the counted pictures that are wrong, 0 to 1."""
        return float(self.is_wrong[self.is_counted].mean())

    def predicted_by(self, oof_logits: np.ndarray, taught: np.ndarray) -> np.ndarray:
        """(N,) int answers of other heads, (N, C) logits, whose training pictures had the targets `taught` (M,)."""
        shift = np.log(label_prior(taught, self.n_classes, self.prior)) - np.log(self.calibration.prior)
        biased = oof_logits / self.calibration.temperature + self.calibration.bias + shift
        return np.asarray(biased.argmax(axis=1))


def current_answers(
    embeddings: np.ndarray, targets: np.ndarray, n_classes: int, folds: np.ndarray, groups: Sequence[str],
    prior: PriorKind = "project",
) -> CurrentAnswers:  # fmt: skip
    """The answers about these pictures.

    Args:
        embeddings: (N, D) float32. targets: (N,) int, each of the n_classes at least once. folds: (N,) int, of five.
        groups: (N,) names, shared by copies.
    Raises:
        SplitError: fewer than two classes have pictures in two folds, so that nothing can be judged.
    """
    is_counted = can_be_told(targets, folds)
    if len(np.unique(targets[is_counted])) < 2:
        raise SplitError(
            "What would help cannot be estimated: that needs at least 2 labels with 2 different pictures each; copies "
            "and pictures of one subject count once. Add pictures."
        )
    fit = fit_head(embeddings, targets, n_classes, folds)
    calibration = fit_calibration(fit.oof_logits, targets, folds, groups, prior)
    _, places = np.unique(np.array(groups, object).astype(str), return_inverse=True)
    predicted = calibration.probs(fit.oof_logits).argmax(axis=1)
    return CurrentAnswers(fit, calibration, predicted, places, is_counted, prior)
