"""A classifier of the kept kind that learned from some of the rows, to be asked about others."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np

from tellapart.tables.encoding import Feature, encoded, learn_features, widened
from tellapart.tables.fitting import fit_linear, grow, logits_of
from tellapart.tables.judging import TableJudgement


@dataclass(frozen=True)
class PartClassifier:
    """scores: (N, O) of (N, F) encoded rows; there: (K,) labels that it knows; asked: (F,) bool, who has a say."""

    features: tuple[Feature, ...]
    scores: Callable[[np.ndarray], np.ndarray]
    there: np.ndarray
    asked: np.ndarray
    n_labels: int

    def encoded(self, values: list[np.ndarray], rows: np.ndarray) -> np.ndarray:
        """(N, F) of some of the rows."""
        return encoded(self.features, [one[rows] for one in values])

    def logits(self, inputs: np.ndarray) -> np.ndarray:
        """(N, C) of all labels, the lowest for those that it does not know."""
        return logits_of(self.scores(inputs), self.there, self.n_labels)


def learned_from(judged: TableJudgement, rows: np.ndarray) -> PartClassifier:
    """What a training of these rows alone gives, with as many trees, or as linear, as that of all.

    Args:
        rows: (N,) places; they have at least two labels.
    """
    fit = judged.fit
    columns = judged.project.columns
    features = learn_features(columns, [one[rows] for one in judged.values])
    inputs = encoded(features, [one[rows] for one in judged.values])
    there, known = np.unique(judged.targets[rows], return_inverse=True)
    n_labels = len(judged.labels)
    if fit.kind == "linear":
        linear = fit_linear(widened(features, inputs), known)
        every = np.ones(len(features), bool)
        return PartClassifier(
            features, lambda asked: linear.decision_function(widened(features, asked)), there, every, n_labels
        )
    booster, order = grow(features, inputs, known, fit.n_trees)
    nodes = np.concatenate([tree.nodes for step in booster._predictors for tree in step])
    asked = np.isin(np.arange(len(features)), np.asarray(order)[nodes["feature_idx"][nodes["is_leaf"] == 0]])
    return PartClassifier(
        features, lambda rows: booster.decision_function(rows[:, order]), there, asked, n_labels
    )
