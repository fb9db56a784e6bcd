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
    """scores: (N, O) of (N, F) encoded rows; there: (K,) labels that it knows. say: (F,) how much
    it asks for each feature, 0 for not at all: the gain of its splits, or its largest weight in a linear classifier."""

    features: tuple[Feature, ...]
    scores: Callable[[np.ndarray], np.ndarray]
    there: np.ndarray
    say: np.ndarray
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
        say = _largest_weights(features, linear.coef_)
        return PartClassifier(
            features, lambda asked: linear.decision_function(widened(features, asked)), there, say, n_labels
        )
    booster, order = grow(features, inputs, known, fit.n_trees)
    nodes = np.concatenate([tree.nodes for step in booster._predictors for tree in step])
    inner = nodes[nodes["is_leaf"] == 0]
    say = np.bincount(np.asarray(order)[inner["feature_idx"]], inner["gain"], minlength=len(features))
    return PartClassifier(
        features, lambda rows: booster.decision_function(rows[:, order]), there, say, n_labels
    )


def _largest_weights(features: tuple[Feature, ...], weights: np.ndarray) -> np.ndarray:
    """(F,) of (O, D) weights of the widened features."""
    widths = [len(one.categories) if one.is_category else 2 for one in features]
    parts = np.split(np.abs(weights).max(axis=0), np.cumsum(widths)[:-1])
    return np.array([one.max(initial=0.0) for one in parts])
