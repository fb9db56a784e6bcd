"""Labels the model doubts: how probably each is wrong, and which one the picture looks like.

Confident learning with the noise written down: out-of-fold judgements are scaled, and the share of wrong labels found,
so that together they explain the given labels best; from both follows how probable it is that a label is wrong given
what the picture looks like. A label that everything else agrees with needs much to be doubted in a clean set, and
little in a noisy one.
Sources: Northcutt et al. 2021, "Confident Learning: Estimating Uncertainty in Dataset Labels" (arXiv:1911.00068);
Patrini et al. 2017, "Making Deep Neural Networks Robust to Label Noise: A Loss Correction Approach" (arXiv:1609.03683).
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from tellapart.learning.cross_validation import NOT_A_MEMBER, UNTOLD
from tellapart.learning.metrics import softmax

_LEAST_NOISE = 0.1  # for the order of the queue: whoever looks through it suspects something
_ENOUGH, _ENOUGH_NUMBERS = 2000, 40_000  # pictures, and probabilities of them, to find two numbers from
_NOISES = np.concatenate([np.geomspace(0.002, 0.1, 14), np.linspace(0.12, 0.6, 17)])  # shares that are tried
_NEARLY = 1.35  # of the log likelihood: the lower end of a one-sided 95 % interval
_TOGETHER = 16  # probabilities, each 1e-12 at least, whose product is no number too small
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
    wrong; 0 for pictures without one. score: (N,), the same as if some labels were wrong in any case, so that even
    in a clean set the most doubtful come first. suggested: (N,) int, the best other class. confidence: (N,), of the
    suggestion, looks and given label taken together. margin: (N,), probability of the best other class minus that of
    the given one.
    """

    probs: np.ndarray
    wrong: np.ndarray
    score: np.ndarray
    suggested: np.ndarray
    confidence: np.ndarray
    margin: np.ndarray
    model: NoiseModel


def find_doubts(logits: np.ndarray, targets: np.ndarray) -> Doubts:
    """Doubts about every given label.

    Args:
        logits: (N, C) out-of-fold. targets: (N,) int, NOT_A_MEMBER for pictures without a label.
    """
    if not logits.size:
        nothing = np.zeros(len(targets))
        return Doubts(logits, nothing, nothing, nothing.astype(int), nothing, nothing, NoiseModel(1.0, 0.0))
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
    wrong, share = _posterior(own, best, model.noise, n_classes)
    score, _ = _posterior(own, best, max(model.noise, _LEAST_NOISE), n_classes)
    wrong, score = np.where(has_label, wrong, 0.0), np.where(has_label, score, 0.0)
    return Doubts(probs, wrong, score, suggested, np.where(has_label, share, 0.0), best - own, model)


def _posterior(
    own: np.ndarray, best: np.ndarray, noise: float, n_classes: int
) -> tuple[np.ndarray, np.ndarray]:
    """(N,) probabilities that the given label is wrong and that the best other one is right, by looks and label."""
    each = noise / max(1, n_classes - 1)
    seen = np.maximum((1 - noise) * own + each * (1 - own), 1e-12)  # probability of the given label
    return each * (1 - own) / seen, each * best / seen


def fit_noise(logits: np.ndarray, targets: np.ndarray) -> NoiseModel:
    """The scale of the logits, and the smallest share of wrong labels that explains the given labels nearly as well as
    the best one does.

    The smallest, because a classifier that is often sure and wrong looks like wrong labels, and good labels must not
    be changed for that.
    """
    n_classes = logits.shape[1] if logits.ndim == 2 else 0
    if n_classes < 2 or len(targets) == 0:
        return NoiseModel(1.0, 0.0)
    # a label that no other fold has cannot be judged: it says nothing about noise, nor its lowest of logits about scale
    can_be_told = logits[np.arange(len(targets)), targets] > UNTOLD / 2
    if not can_be_told.any():
        return NoiseModel(1.0, 0.0)
    logits, targets = logits[can_be_told], targets[can_be_told]
    step = -(-len(targets) // max(200, min(_ENOUGH, _ENOUGH_NUMBERS // n_classes)))
    logits, targets = logits[::step], targets[::step]
    logits = logits - logits.max(axis=1, keepdims=True)
    own = logits[np.arange(len(targets)), targets]
    scales = np.geomspace(0.03, 30, 31) / max(1e-6, float(logits[logits > UNTOLD / 2].std()))
    likelihood = np.array([_likelihood(logits * scale, own * scale, n_classes) for scale in scales])  # (S, M)
    profile = likelihood.max(axis=0)  # (M,)
    place = int(np.flatnonzero(profile >= profile.max() - _NEARLY).min())
    return NoiseModel(float(scales[likelihood[:, place].argmax()]), float(_NOISES[place]))


def _likelihood(logits: np.ndarray, own: np.ndarray, n_classes: int) -> np.ndarray:
    """(M,) log likelihood of the given labels for each of the shares of wrong ones that are tried."""
    probs = np.exp(own) / np.exp(logits).sum(axis=1)  # (N,)
    each = _NOISES / (n_classes - 1)
    seen = probs[:, None] * (1 - _NOISES - each)
    seen += each + 1e-12
    # logarithms are what takes long: one for several pictures
    together = np.multiply.reduceat(seen, np.arange(0, len(seen), _TOGETHER), axis=0)
    prior = _PRIOR_WRONG * np.log(_NOISES) + _PRIOR_RIGHT * np.log(1 - _NOISES)
    return np.asarray(np.log(together).sum(axis=0) + prior)
