"""What checking doubtful labels would bring: the head again with these labels as they would probably be afterwards.

Nobody knows the true labels, so what checking would find is drawn several times, each doubtful label wrong with the
probability it is doubted by. Heads on labels as they are and heads on those drawn are asked about the same pictures,
each of which they have not seen, and both are judged by the labels that were drawn: wrong labels among the judged ones
would blame whoever answers rightly, and hide a gain.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from tellapart.learning.gains.current_answers import CurrentAnswers
from tellapart.learning.gains.error_gain import ErrorGain, error_gain, mean_and_noise
from tellapart.learning.head import refit_head
from tellapart.learning.label_noise import Doubts

WORTH_CHECKING = 0.4  # of the score that orders the Clean page: from there it has a label in its queue
MOST = 200  # labels in one suggestion
N_DRAWS = 2
# What putting right brings as a rule, of the share of all labels that are put right, and how far it lies from that:
# with labels turned wrong on purpose 0.19 and 0.2 on pictures, 0.07 and 0.07 on drawn ones (benchmarks/advice.py).
USUAL, SPREAD = 0.15, 0.17
_LEAST_SPREAD = 0.002
# Doubts, truth and judgement come from one set of pictures, so that they agree more than they should: over sixty such
# cases what was measured told little of what came, and counts as if its error was so many times as large.
_OVERSURE = 2.0


@dataclass(frozen=True, eq=False)
class LabelGain:
    """rows: (S,) pictures to check, the most doubtful first; wrong: (S,) probability that the label is. gain: once they
    are put right."""

    rows: np.ndarray
    wrong: np.ndarray
    gain: ErrorGain

    @property
    def n_wrong(self) -> float:
        """How many of them are wrong, on average."""
        return float(self.wrong.sum())


def label_gain(now: CurrentAnswers, doubts: Doubts, is_open: np.ndarray, seed: int = 0) -> LabelGain | None:
    """What checking the doubtful labels would bring; None where none is doubtful enough.

    Args:
        doubts: about the same N pictures. is_open: (N,) bool, labels that nobody has decided about.
    """
    doubtful = np.flatnonzero(is_open & now.is_counted & (doubts.score >= WORTH_CHECKING))
    rows = doubtful[np.argsort(-doubts.score[doubtful], kind="stable")][:MOST]
    if not len(rows):
        return None
    # one is careful not to change good labels, the other takes some to be wrong in any case: the truth lies between
    wrong, suggested = (doubts.wrong[rows] + doubts.score[rows]) / 2, doubts.suggested[rows]
    rng = np.random.default_rng([seed, 23])
    found = np.zeros((N_DRAWS, len(now.targets)))
    for draw in range(N_DRAWS):
        truth = now.targets.copy()
        is_wrong = rng.random(len(rows)) < wrong
        truth[rows[is_wrong]] = suggested[is_wrong]
        _keep_every_class(truth, now.targets, now.n_classes)
        after = now.predicted_by(refit_head(truth, now.fit).oof_logits, truth)
        found[draw] = (now.predicted != truth).astype(float) - (after != truth)
    measured, noise = mean_and_noise(found.mean(axis=0)[now.is_counted], now.groups[now.is_counted])
    share = float(wrong.sum()) / len(now.targets)
    spread = max(_LEAST_SPREAD, SPREAD * share)
    return LabelGain(rows, wrong, error_gain(measured, _OVERSURE * noise, USUAL * share, spread, now.error))


def _keep_every_class(truth: np.ndarray, targets: np.ndarray, n_classes: int) -> None:
    """Where all pictures of a class were drawn to be of others, they stay."""
    for lost in np.flatnonzero(np.bincount(truth, minlength=n_classes) == 0).tolist():
        truth[targets == lost] = lost
