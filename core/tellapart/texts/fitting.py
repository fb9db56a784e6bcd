"""From counted terms to a classifier: cross-validated, so that every text is judged by one that never saw it."""

from __future__ import annotations

from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from tellapart.learning.calibration import Calibration, fit_calibration
from tellapart.learning.folds import N_FOLDS, assign_folds, can_be_told
from tellapart.learning.head import calibrated_loss
from tellapart.learning.numerics.blas_threads import one_thread
from tellapart.learning.sparse.sparse_head import SparseHead, fit_sparse_head, log_ratios
from tellapart.progress import Doing, Progress, Step, silent
from tellapart.texts.terms import TermCounts
from tellapart.texts.weighing import Vocabulary, choose_vocabulary, weighed

if TYPE_CHECKING:
    from scipy.sparse import csr_matrix

STRENGTHS = (1.5, 0.5, 0.15)  # of the penalty, in units of one text's loss; from strong to weak
_EASE = 0.5  # power of the log ratios: half of what counting tells is taken over
_AT_ONCE = 2  # folds: products of sparse matrices let other threads run


@dataclass(frozen=True)
class TextFit:
    """head and vocabulary are of all texts. oof_logits: (N, C), each by a classifier that learned from the other folds
    and whose strength was chosen by them. folds: (N,) int. strength: of the head, one of STRENGTHS."""

    head: SparseHead
    vocabulary: Vocabulary
    calibration: Calibration
    oof_logits: np.ndarray
    folds: np.ndarray
    strength: float


def fit_texts(
    counts: TermCounts,
    targets: np.ndarray,
    n_classes: int,
    groups: Sequence[str],
    progress: Progress = silent,
) -> TextFit:
    """A classifier of texts, and what its likes say of each text out of fold.

    Args:
        targets: (N,) int, each of the n_classes at least once. groups: (N,), texts of one group stay in one fold.
    """
    with one_thread():
        folds = assign_folds(targets, groups)
        logits = _out_of_fold(counts, targets, n_classes, folds, progress)
        told = can_be_told(targets, folds)
        oof = np.empty((len(targets), n_classes), np.float32)
        for fold in range(N_FOLDS):
            oof[folds == fold] = logits[_best(logits, targets, told & (folds != fold)), folds == fold]
        strength = STRENGTHS[_best(logits, targets, told)]
        progress(N_FOLDS, N_FOLDS + 1, Doing(Step.FITTING, "Fitting the classifier to all texts"))
        everything = np.arange(len(targets))
        vocabulary = choose_vocabulary(counts, everything, n_classes)
        rows = weighed(counts, vocabulary, everything)
        head = _fitted(rows, targets, n_classes, strength, _ease(rows, targets, n_classes), None)
        calibration = fit_calibration(oof, targets, folds, groups, "project")
    return TextFit(head, vocabulary, calibration, oof, folds, strength)


def _out_of_fold(
    counts: TermCounts, targets: np.ndarray, n_classes: int, folds: np.ndarray, progress: Progress
) -> np.ndarray:
    """(S, N, C) for each strength; a class that the other folds lack gets the lowest logit of its text."""
    logits = np.zeros((len(STRENGTHS), len(targets), n_classes), np.float32)

    def judge(fold: int) -> None:
        others, own = np.flatnonzero(folds != fold), np.flatnonzero(folds == fold)
        if not len(own) or not len(others):
            return
        there, known = np.unique(targets[others], return_inverse=True)
        vocabulary = choose_vocabulary(counts, others, len(there))
        rows, judged = weighed(counts, vocabulary, others), weighed(counts, vocabulary, own)
        ease, start = _ease(rows, known, len(there)), None
        for number, strength in enumerate(STRENGTHS):
            head = _fitted(rows, known, len(there), strength, ease, start)
            start, found = head.solution, head.logits(judged)
            logits[number][own] = found.min(axis=1, keepdims=True) - 1
            logits[number][np.ix_(own, there)] = found

    with ThreadPoolExecutor(_AT_ONCE) as pool:
        for n_done, _ in enumerate(pool.map(judge, range(N_FOLDS)), start=1):
            progress(n_done, N_FOLDS + 1, Doing(Step.FITTING, "Judging each text by the others"))
    return logits


def _fitted(
    rows: csr_matrix,
    targets: np.ndarray,
    n_classes: int,
    strength: float,
    ease: np.ndarray,
    start: np.ndarray | None,
) -> SparseHead:
    return fit_sparse_head(rows, targets, n_classes, strength / len(targets), ease, start)


def _ease(rows: csr_matrix, targets: np.ndarray, n_classes: int) -> np.ndarray:
    return np.asarray(log_ratios(rows, targets, n_classes) ** _EASE)


def _best(logits: np.ndarray, targets: np.ndarray, counted: np.ndarray) -> int:
    """Place of the strength whose logits (S, N, C) tell the counted texts best; the strongest where none counts."""
    weights = 1.0 / np.bincount(targets)[targets[counted]]
    losses = [calibrated_loss(one[counted], targets[counted], weights) for one in logits]
    return int(np.argmin(losses))
