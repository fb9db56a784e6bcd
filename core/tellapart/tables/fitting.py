"""From encoded rows to a classifier: boosted trees beside a linear one, each row judged by one that never saw it."""

from __future__ import annotations

import warnings
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from typing import Any

import numpy as np

from tellapart.errors import TrainError
from tellapart.learning.calibration import Calibration, fit_calibration
from tellapart.learning.folds import N_FOLDS, assign_folds, can_be_told
from tellapart.learning.metrics import log_softmax
from tellapart.learning.numerics.blas_threads import one_thread
from tellapart.progress import Doing, Progress, Step, silent
from tellapart.tables.alone import most_telling
from tellapart.tables.columns import TableColumn
from tellapart.tables.encoding import Feature, encoded, learn_features, widened
from tellapart.tables.model import LinearScores, both_sides
from tellapart.tables.trees import Trees, trees_of

STAGES = (10, 20, 40, 70, 100, 150)  # trees of each output, from few to many
_RATE, _LEAVES, _LEAST_IN_LEAF = 0.1, 31, 20
MOST_GROWN = 400  # columns that trees ask for: each costs time whether or not it says something
_MOST_NUMBERS = 40_000_000  # of widened rows, above which no linear classifier is fitted
_UNTOLD = 20.0  # so much less than its lowest logit gets a label that the other folds lack
_AT_ONCE = 2


@dataclass(frozen=True)
class TableFit:
    """scorer, features: of all rows. kind: "trees" or "linear", losses: mean negative log likelihood of both out of
    fold. oof_logits: (N, C), each by a classifier that learned from the other folds and that these chose. folds: (N,).
    n_trees: of each output, 0 where the linear one is kept."""

    scorer: Trees | LinearScores
    features: tuple[Feature, ...]
    calibration: Calibration
    oof_logits: np.ndarray
    folds: np.ndarray
    kind: str
    losses: dict[str, float]
    n_trees: int

    @property
    def balanced(self) -> np.ndarray:
        """(N, C) out of fold, as if all labels were equally common."""
        return np.asarray(self.oof_logits - np.log(self.calibration.prior))

    @property
    def shift(self) -> np.ndarray:
        """(C,): what is added to scaled logits so that probabilities mean what they say."""
        return np.asarray(
            self.calibration.bias - np.log(self.calibration.prior) / self.calibration.temperature
        )


def fit_table(
    columns: Sequence[TableColumn],
    values: Sequence[np.ndarray],
    targets: np.ndarray,
    groups: Sequence[str],
    progress: Progress = silent,
) -> TableFit:
    """A classifier of rows, and what its likes say of each row out of fold.

    Args:
        values: the used columns, see `raw_values`. targets: (N,) int, from 0 without a gap. groups: (N,), rows of one
            group stay in one fold.
    Raises:
        TrainError: scikit-learn is missing.
    """
    _need_sklearn()
    n_classes = int(targets.max()) + 1
    folds = assign_folds(targets, groups)
    with one_thread(), warnings.catch_warnings():
        warnings.simplefilter("ignore")  # a linear classifier that did not converge is judged as it is
        tried = _out_of_fold(columns, values, targets, n_classes, folds, progress)  # (S, N, C)
        progress(N_FOLDS, N_FOLDS + 1, Doing(Step.FITTING, "Fitting the classifier to all rows"))
        told = can_be_told(targets, folds)
        rows = np.arange(len(targets))
        losses = np.stack([-log_softmax(one)[rows, targets] for one in tried])  # (S, N)
        oof = np.empty(tried.shape[1:])
        for fold in range(N_FOLDS):
            oof[folds == fold] = tried[_best(losses, told & (folds != fold)), folds == fold]
        best = _best(losses, told)
        features = learn_features(columns, values)
        inputs = encoded(features, values)
        is_linear = best == len(STAGES)
        scorer: Trees | LinearScores
        if is_linear:
            scorer = _linear_scores(fit_linear(widened(features, inputs), targets))
        else:
            booster, order = grow(features, inputs, targets, STAGES[best])
            scorer = trees_of(booster, order)
    prior = np.bincount(targets, minlength=n_classes) / len(targets)
    calibration = fit_calibration(oof - np.log(prior), targets, folds, groups, "project")
    means = losses[:, told].mean(axis=1) if told.any() else losses.mean(axis=1)
    named = {"trees": float(means[: len(STAGES)].min())}
    if len(means) > len(STAGES):
        named["linear"] = float(means[len(STAGES)])
    n_trees = 0 if is_linear else STAGES[best]
    return TableFit(
        scorer, features, calibration, oof, folds, "linear" if is_linear else "trees", named, n_trees
    )


def _out_of_fold(
    columns: Sequence[TableColumn], values: Sequence[np.ndarray], targets: np.ndarray, n_classes: int,
    folds: np.ndarray, progress: Progress,
) -> np.ndarray:  # fmt: skip
    """(S, N, C) for each number of trees, and last for the linear classifier where it is tried."""
    features = learn_features(columns, values)
    n_wide = sum(max(2, len(one.categories)) for one in features)
    with_linear = n_wide * len(targets) <= _MOST_NUMBERS
    logits = np.zeros((len(STAGES) + with_linear, len(targets), n_classes))

    def judge(fold: int) -> None:
        others, own = np.flatnonzero(folds != fold), np.flatnonzero(folds == fold)
        there, known = np.unique(targets[others], return_inverse=True)
        if not len(own) or len(there) < 2:
            return
        features = learn_features(columns, [one[others] for one in values])
        inputs, judged = (encoded(features, [one[part] for one in values]) for part in (others, own))

        def keep(place: int, scores: np.ndarray) -> None:
            logits[place][own] = logits_of(scores, there, n_classes)

        with one_thread():  # folds run beside each other
            booster, order = grow(features, inputs, known, STAGES[-1])
            for n, scores in enumerate(booster.staged_decision_function(judged[:, order]), start=1):
                if n in STAGES:
                    keep(STAGES.index(n), scores)
        if with_linear:
            keep(len(STAGES), fit_linear(widened(features, inputs), known).decision_function(
                widened(features, judged)
            ))  # fmt: skip

    with ThreadPoolExecutor(_AT_ONCE) as pool:
        for n_done, _ in enumerate(pool.map(judge, range(N_FOLDS)), start=1):
            progress(n_done, N_FOLDS + 1, Doing(Step.FITTING, "Judging each row by the others"))
    return logits


def logits_of(scores: np.ndarray, there: np.ndarray, n_classes: int) -> np.ndarray:
    """(N, C) of the scores of N rows by a classifier that knows some of the C labels, there: (K,) int, in order."""
    found = both_sides(scores.reshape(len(scores), -1))
    logits = np.repeat(found.min(axis=1, keepdims=True) - _UNTOLD, n_classes, axis=1)
    logits[:, there] = found
    return logits


def grow(
    features: Sequence[Feature], inputs: np.ndarray, targets: np.ndarray, n_trees: int
) -> tuple[Any, list[int]]:
    """A fitted booster, and the place of each of its features, categories first, among the encoded ones: of many
    columns those that alone say most of these rows."""
    from sklearn.ensemble import HistGradientBoostingClassifier

    order = sorted(
        most_telling(features, inputs, targets, MOST_GROWN),
        key=lambda at: not (features[at].is_category and features[at].categories),
    )
    n_categories = sum(1 for at in order if features[at].is_category and features[at].categories)
    booster = HistGradientBoostingClassifier(
        learning_rate=_RATE,
        max_iter=n_trees,
        max_leaf_nodes=_LEAVES,
        min_samples_leaf=int(np.clip(len(targets) // 20, 2, _LEAST_IN_LEAF)),
        categorical_features=[at < n_categories for at in range(len(order))] if n_categories else None,
        early_stopping=False,
        random_state=0,
    )
    asked = inputs[:, order]
    asked[:, np.isnan(asked).all(axis=0)] = 0.0  # scikit-learn fails at columns that these rows never have
    return booster.fit(asked, targets), order


def fit_linear(wide: np.ndarray, targets: np.ndarray) -> Any:
    """A fitted logistic regression of widened rows."""
    from sklearn.linear_model import LogisticRegression

    return LogisticRegression(max_iter=100, tol=1e-3).fit(wide, targets)


def _linear_scores(fitted: Any) -> LinearScores:
    return LinearScores(np.asarray(fitted.coef_, float).T, np.asarray(fitted.intercept_, float))


def _best(losses: np.ndarray, counted: np.ndarray) -> int:
    return int(losses[:, counted].mean(axis=1).argmin()) if counted.any() else 0


def _need_sklearn() -> None:
    try:
        import sklearn  # noqa: F401
    except ImportError as error:
        raise TrainError(
            "Learning from tables needs scikit-learn, which is not installed. Install it: "
            "pip install 'tellapart[tables]'"
        ) from error
