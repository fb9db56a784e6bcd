"""Labels the model doubts: how probably each is wrong, and which one the picture looks like.

Confident learning with the noise written down: out-of-fold judgements are scaled, and the share of wrong labels found,
so that together they explain the given labels best; from both follows how probable it is that a label is wrong given
what the picture looks like. A label that everything else agrees with needs much to be doubted in a clean set, and
little in a noisy one.
Sources: Northcutt et al. 2021, "Confident Learning: Estimating Uncertainty in Dataset Labels" (arXiv:1911.00068);
Patrini et al. 2017, "Making Deep Neural Networks Robust to Label Noise: A Loss Correction Approach" (arXiv:1609.03683).
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import numpy as np
from scipy.optimize import minimize

from tellapart.clean.findings import WRONG_LABEL, Finding, Suggestion, percent
from tellapart.clean.learner import NOT_A_MEMBER
from tellapart.metrics import softmax

WORTH_A_LOOK = 0.5  # a label is shown when it is more probably wrong than right
_ENOUGH = 4000  # pictures to find two numbers from
_PRIOR_WRONG, _PRIOR_RIGHT = 1.0, 19.0  # as if twenty labels had been checked and one was wrong


@dataclass(frozen=True)
class NoiseModel:
    """scale: of logits, to make them mean what they say. noise: share of labels that are wrong, 0 to 1."""

    scale: float
    noise: float


@dataclass(frozen=True)
class Doubts:
    """What the pictures look like and how their labels fare.

    probs: (N, C), of what each picture shows, by its looks alone. wrong: (N,), probability that the given label is
    wrong; 0 for pictures without one. suggested: (N,) int, the best other class. confidence: (N,), of the suggestion,
    looks and given label taken together. margin: (N,), probability of the best other class minus that of the given.
    """

    probs: np.ndarray
    wrong: np.ndarray
    suggested: np.ndarray
    confidence: np.ndarray
    margin: np.ndarray
    model: NoiseModel


def find_doubts(logits: np.ndarray, targets: np.ndarray, trusted: np.ndarray) -> Doubts:
    """Doubts about every given label.

    Args:
        logits: (N, C) out-of-fold. targets: (N,) int, NOT_A_MEMBER for pictures without a label.
        trusted: (N,) bool, labels that a person has confirmed.
    """
    has_label = targets != NOT_A_MEMBER
    model = fit_noise(logits[has_label], targets[has_label])
    probs = softmax(logits * model.scale)
    n_classes = logits.shape[1]
    rows = np.arange(len(targets))
    given = np.where(has_label, targets, 0)
    own = probs[rows, given]
    others = probs.copy()
    others[rows, given] = -1.0
    suggested = others.argmax(axis=1)
    best = np.maximum(others[rows, suggested], 0.0)
    stays, each = 1 - model.noise, model.noise / max(1, n_classes - 1)
    seen = stays * own + each * (1 - own)  # probability of the given label
    with np.errstate(invalid="ignore", divide="ignore"):
        wrong = np.where(has_label & ~trusted, each * (1 - own) / seen, 0.0)
        confidence = np.where(has_label & ~trusted, each * best / seen, best)
    return Doubts(probs, np.nan_to_num(wrong), suggested, np.nan_to_num(confidence), best - own, model)


def fit_noise(logits: np.ndarray, targets: np.ndarray) -> NoiseModel:
    """The scale and the share of wrong labels that explain the given labels best."""
    n_classes = logits.shape[1] if logits.ndim == 2 else 0
    if n_classes < 2 or len(targets) == 0:
        return NoiseModel(1.0, 0.0)
    step = -(-len(targets) // _ENOUGH)
    logits, targets = logits[::step].astype(np.float64), targets[::step]
    logits = logits - logits.max(axis=1, keepdims=True)
    own = logits[np.arange(len(targets)), targets]

    def loss(place: np.ndarray) -> float:
        scale, noise = np.exp(place[0]), 1 / (1 + np.exp(-place[1]))
        probs = np.exp(scale * own) / np.exp(scale * logits).sum(axis=1)
        seen = (1 - noise) * probs + noise / (n_classes - 1) * (1 - probs)
        prior = _PRIOR_WRONG * np.log(noise + 1e-12) + _PRIOR_RIGHT * np.log(1 - noise + 1e-12)
        return float(-(np.log(seen + 1e-12).sum() + prior) / len(targets))

    start = np.array([-np.log(max(1e-6, float(logits.std()))), -3.0])
    options = {"maxiter": 120, "xatol": 0.01, "fatol": 1e-5}
    found = minimize(loss, start, method="Nelder-Mead", options=options)
    return NoiseModel(float(np.exp(found.x[0])), float(1 / (1 + np.exp(-found.x[1]))))


def wrong_labels(
    image_ids: Sequence[str], targets: np.ndarray, classes: Sequence[str], doubts: Doubts
) -> Iterator[Finding]:
    """A finding for every label that is more probably wrong than `WORTH_A_LOOK`."""
    for row in np.flatnonzero(doubts.wrong > WORTH_A_LOOK).tolist():
        given, other = classes[targets[row]], classes[doubts.suggested[row]]
        looks, sure = percent(doubts.probs[row, doubts.suggested[row]]), float(doubts.confidence[row])
        yield Finding(
            image_ids[row],
            WRONG_LABEL,
            float(doubts.wrong[row]),
            f"looks like {other} {looks}",
            f"The label is {given!r}, but it looks like {other!r}: {percent(sure)} sure, judged by classifiers that "
            "never saw this picture.",
            Suggestion("relabel", other, sure),
        )
