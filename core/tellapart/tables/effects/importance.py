"""Permutation importance: how much worse rows that a classifier had not seen are told once a column is shuffled.

Sources: Breiman 2001, "Random Forests", section 10; Fisher, Rudin and Dominici 2019, "All Models are Wrong, but Many
are Useful" (arXiv:1801.01489).
"""

from __future__ import annotations

from dataclasses import asdict, dataclass
from typing import Any

import numpy as np

from tellapart.errors import TrainError
from tellapart.learning.folds import N_FOLDS
from tellapart.learning.numerics.blas_threads import one_thread
from tellapart.progress import Doing, Progress, Step, silent
from tellapart.tables.effects.other_rows import PartClassifier, learned_from
from tellapart.tables.judging import TableJudgement
from tellapart.words.percents import more_between, more_of_100, tenths

_REPEATS = 3
_MOST_ASKED = 4_000_000  # rows in all, however many columns there are
_LEAST_OF_FOLD = 50
_MOST_COLUMNS = 100  # that are shuffled
_Z = 1.959964  # of 95 %
_SHOWN = 20


@dataclass(frozen=True)
class ColumnImportance:
    """What shuffling a column does to rows not seen. error: by so much the share wrong grows; low, high: 95 % interval
    of that; loss: by so much the mean negative log likelihood grows."""

    title: str
    error: float
    low: float
    high: float
    loss: float
    is_sensitive: bool

    @property
    def sentence(self) -> str:
        """For the person."""
        doubt = "" if self.low > 0 else ", which may be chance"
        said = f"{more_of_100(self.error)} of 100 wrong ({more_between(self.low, self.high)}{doubt})"
        return f"{self.title}: {said}{', about who people are' * self.is_sensitive}"


@dataclass(frozen=True)
class Importance:
    """columns: those with most to say first. n_others: columns that are asked for least, which were not shuffled. n:
    rows that were asked about, of n_rows; error: share of them wrong before anything was shuffled."""

    columns: tuple[ColumnImportance, ...]
    n_others: int
    n: int
    n_rows: int
    error: float

    def sentences(self) -> list[str]:
        """The whole in words."""
        of_all = "" if self.n == self.n_rows else f" of {self.n_rows:,}"
        return [
            f"By how much the error of {tenths(self.error)} grows when one column is shuffled, with a 95 % interval "
            f"({self.n:,}{of_all} rows, each judged by a classifier that learned from others):",
            *(f"  {one.sentence}" for one in self.columns[:_SHOWN]),
            *([f"  … and {len(self.columns) - _SHOWN:,} more"] if len(self.columns) > _SHOWN else []),
            *(
                [f"{self.n_others:,} columns that it asks for least were not shuffled."]
                if self.n_others
                else []
            ),
            "Columns that say the same share their say: shuffled alone each may seem to have none.",
        ]

    def to_json(self) -> dict[str, Any]:
        """Plain JSON values."""
        return asdict(self)

    def __repr__(self) -> str:
        return "\n".join(self.sentences())


def column_importance(judged: TableJudgement, progress: Progress = silent) -> Importance:
    """How much each column that is learned from has to say, on held-out folds.

    Raises:
        TrainError: no row can be judged by others.
    """
    features = judged.fit.features
    classifiers: dict[int, PartClassifier] = {}
    with one_thread():  # threads for each of hundreds of small trees cost more than they give
        for fold in range(N_FOLDS):
            progress(fold, 2 * N_FOLDS, Doing(Step.FITTING, "Learning from all folds but one"))
            is_own = judged.fit.folds == fold
            if is_own.any() and len(np.unique(judged.targets[~is_own])) > 1:
                classifiers[fold] = learned_from(judged, np.flatnonzero(~is_own))
        say = sum(
            (one.say / max(1e-12, one.say.sum()) for one in classifiers.values()), np.zeros(len(features))
        )
        tried = np.sort(np.argsort(-say, kind="stable")[:_MOST_COLUMNS])
        n_of_fold = max(_LEAST_OF_FOLD, _MOST_ASKED // (N_FOLDS * _REPEATS * len(tried)))
        parts, rows = [], []
        for fold, classifier in classifiers.items():
            progress(N_FOLDS + fold, 2 * N_FOLDS, Doing(Step.FITTING, "Shuffling column after column"))
            rng = np.random.default_rng(fold)
            own = np.sort(rng.permutation(np.flatnonzero(judged.fit.folds == fold))[:n_of_fold])
            parts.append(_shuffled(judged, classifier, own, tried, rng))
            rows.append(own)
    if not parts:
        raise TrainError(
            "No row can be judged by a classifier that learned from others, since rows with the same cells stay "
            "together and too few are left. Add rows."
        )
    asked = np.concatenate(rows)
    wrong, more_wrong, more_loss = (np.concatenate(one) for one in zip(*parts, strict=True))
    groups = np.unique([judged.groups[row] for row in asked.tolist()], return_inverse=True)[1]
    found = []
    for at in tried.tolist():
        low, high = _interval(more_wrong[:, at], groups)
        column = features[at].column
        error, loss = float(more_wrong[:, at].mean()), float(more_loss[:, at].mean())
        found.append(ColumnImportance(column.title, error, low, high, loss, column.is_sensitive))
    found.sort(key=lambda one: (-one.error, -one.loss))
    return Importance(
        tuple(found), len(features) - len(tried), len(asked), len(judged.targets), float(wrong.mean())
    )


def _shuffled(
    judged: TableJudgement,
    part: PartClassifier,
    rows: np.ndarray,
    tried: np.ndarray,
    rng: np.random.Generator,
) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """(N,) wrong before, 0 or 1; (N, F) how much more wrong, and how much more loss, with each tried one shuffled."""
    inputs, targets = part.encoded(judged.values, rows), judged.targets[rows]
    wrong, loss = _judged(judged, part.logits(inputs), targets)
    more_wrong, more_loss = (np.zeros((len(rows), inputs.shape[1])) for _ in range(2))
    for at in tried[part.say[tried] > 0].tolist():
        as_it_was = inputs[:, at].copy()
        for _ in range(_REPEATS):
            inputs[:, at] = rng.permutation(as_it_was)
            wrong_now, loss_now = _judged(judged, part.logits(inputs), targets)
            more_wrong[:, at] += (wrong_now - wrong) / _REPEATS
            more_loss[:, at] += (loss_now - loss) / _REPEATS
        inputs[:, at] = as_it_was
    return wrong, more_wrong, more_loss


def _judged(judged: TableJudgement, logits: np.ndarray, targets: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """(N,) wrong, 0 or 1, and (N,) negative log likelihood."""
    probs = judged.calibrated(logits)
    of_target = probs[np.arange(len(targets)), targets]
    return (probs.argmax(axis=1) != targets).astype(float), -np.log(np.maximum(of_target, 1e-12))


def _interval(values: np.ndarray, groups: np.ndarray) -> tuple[float, float]:
    """95 % of the mean of (N,) values, of which those of one group go together; groups: (N,) int."""
    mean = values.mean()
    sums = np.bincount(groups, weights=values - mean)
    half = _Z * float(np.sqrt((sums**2).sum())) / len(values)
    return float(mean - half), float(mean + half)
