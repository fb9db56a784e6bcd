"""Calibration: probabilities that mean what they say, for pictures as they come or with every label equally likely.

A head takes its classes for equally common. Out of fold, on pictures that it had not seen, one temperature for all its
logits and one bias for each class are fitted: so that a label that 5 % of the pictures have gets 5 % on average, and
confidence matches accuracy. What few pictures cannot tell, a prior decides.
Sources: Guo et al. 2017, "On Calibration of Modern Neural Networks", section 4.2 (arXiv:1706.04599); Alexandari et al.
2020, "Maximum Likelihood with Bias-Corrected Calibration is Hard-To-Beat at Label Shift Adaptation" (arXiv:1901.06852).
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

import numpy as np

from tellapart.learning.folds import can_be_told
from tellapart.learning.metrics import cautious, softmax
from tellapart.learning.numerics.lbfgs import StopRule, minimise
from tellapart.learning.numerics.principal_components import sample_rows

PriorKind = Literal["project", "equal"]

TEMPERATURES = (0.05, 20.0)
_TEMPERATURE_SPREAD = (
    0.5  # of its logarithm around 0: a cross-validated L2 strength leaves the scale nearly right
)
_BIAS_SPREAD = (
    0.1  # of each class around the logarithm of its share; more follows wrong labels, and errs more
)
_SPREAD_BY_SHARE = 3.0  # so much more for each unit that this logarithm is from that of an even share
_MOST_CAUTION = 0.5  # even where nothing could be checked an answer is half the head's own
_STOP_AT = StopRule(gradient=1e-5, loss=1e-10)
_ENOUGH = 20_000  # pictures; more do not move a handful of numbers


@dataclass(frozen=True)
class Calibration:
    """What makes probabilities of the logits of a class-balanced head: (1 - caution) softmax(logits / temperature +
    bias), and the caution spread evenly over the classes.

    bias, prior: (C,); prior is the share of each class that the probabilities are meant for, sum 1. caution: so much
    that no answer is surer than the rule of succession allows: after n pictures told right out of fold the next one
    is with (n + 1) / (n + 2).
    """

    temperature: float
    bias: np.ndarray
    caution: float
    prior: np.ndarray

    def probs(self, logits: np.ndarray) -> np.ndarray:
        """(N, C) of (N, C); rows sum to 1, and the order within a row is that of the biased logits."""
        return cautious(softmax(logits / self.temperature + self.bias), self.caution)

    def folded(self, weights: np.ndarray, bias: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
        """A head's weights (D, C) and bias (C,) with temperature and bias inside; only the caution is left to add."""
        return weights / self.temperature, bias / self.temperature + self.bias


def label_prior(targets: np.ndarray, n_classes: int, kind: PriorKind) -> np.ndarray:
    """(C,) how common each class is taken to be: as among these pictures, or all the same; sum 1."""
    if kind == "equal":
        return np.full(n_classes, 1 / n_classes)
    return np.bincount(targets, minlength=n_classes) / len(targets)


def fit_calibration(
    logits: np.ndarray, targets: np.ndarray, folds: np.ndarray, groups: Sequence[str], kind: PriorKind
) -> Calibration:
    """The calibration under which the labels of these pictures are likeliest, priors included.

    Only pictures whose class other folds have, too, count, and copies of one picture count as one; where there are
    none the priors alone speak.

    Args:
        logits: (N, C) out of fold. targets, folds: (N,) int. groups: (N,) of near-duplicates.
    """
    prior = label_prior(targets, logits.shape[1], kind)
    return _calibrated(logits, targets, np.flatnonzero(can_be_told(targets, folds)), groups, prior)


def calibrate_held_out(
    logits: np.ndarray, targets: np.ndarray, groups: Sequence[str], prior: np.ndarray
) -> Calibration:
    """The same from pictures that were held out, where each class was learned from others.

    Args:
        logits: (N, C). targets: (N,) int. groups: (N,) of near-duplicates. prior: (C,) how common each class is,
            above 0.
    """
    return _calibrated(logits, targets, np.arange(len(targets)), groups, prior)


def _calibrated(
    logits: np.ndarray, targets: np.ndarray, told: np.ndarray, groups: Sequence[str], prior: np.ndarray
) -> Calibration:
    """From the rows `told`."""
    n_classes = logits.shape[1]
    n_told = len({groups[i] for i in told.tolist()})
    caution = min(_MOST_CAUTION, n_classes / max(1, n_classes - 1) / (n_told + 2))
    told = told[sample_rows(targets[told], _ENOUGH)] if len(told) else told
    counts = np.bincount(targets[told], minlength=n_classes)
    weights = (prior / np.maximum(counts, 1))[targets[told]]
    weights *= n_told / max(float(weights.sum()), 1e-12)
    temperature, bias = _fit(logits[told], targets[told], weights, np.log(prior), counts > 0, caution)
    return Calibration(temperature, bias.astype(np.float32), caution, prior)


def _fit(
    logits: np.ndarray, targets: np.ndarray, weights: np.ndarray, centre: np.ndarray, is_free: np.ndarray,
    caution: float,
) -> tuple[float, np.ndarray]:  # fmt: skip
    """Temperature and bias (C,). weights: (N,) how many pictures each stands for. A class that is not free keeps its
    centre: nothing in these rows could hold it up."""
    logits = (logits - logits.max(axis=1, keepdims=True, initial=-np.inf)).astype(np.float64)
    rows = np.arange(len(targets))
    even = caution / len(centre)
    spread = _BIAS_SPREAD * (1 + _SPREAD_BY_SHARE * np.abs(centre + np.log(len(centre))))
    stiffness = np.append(1 / _TEMPERATURE_SPREAD**2, 1 / spread**2)  # (1 + C,) of the prior
    scale = 1 / np.sqrt(stiffness + _curvature(logits, weights, centre))

    def functions(_: np.ndarray, points: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
        flat = points[0] * scale + origin
        scaled = logits * np.exp(-flat[0])
        probs = softmax(scaled + centre + flat[1:])  # (N, C)
        own = (1 - caution) * probs[rows, targets]
        likelihood = own + even
        slope = probs * (weights * own / likelihood)[:, None]  # by the biased logits
        slope[rows, targets] -= weights * own / likelihood
        loss = 0.5 * float(stiffness @ flat**2) - float(weights @ np.log(likelihood))
        gradient = stiffness * flat
        gradient[0] -= float((slope * scaled).sum())
        gradient[1:] += np.where(is_free, slope.sum(axis=0), 0.0)
        return np.array([loss]), (gradient * scale * is_moved)[None]

    origin, is_moved = np.zeros(len(scale)), np.ones(len(scale))
    found = origin + scale * minimise(functions, [origin], _STOP_AT)[0]
    least, most = np.log(TEMPERATURES)
    if not least <= found[0] <= most:  # then the best lies where the temperature is held
        origin, is_moved = np.append(np.clip(found[0], least, most), found[1:]), np.append(0.0, is_moved[1:])
        found = origin + scale * minimise(functions, [np.zeros(len(scale))], _STOP_AT)[0]
    return float(np.exp(found[0])), centre + found[1:]


def _curvature(logits: np.ndarray, weights: np.ndarray, centre: np.ndarray) -> np.ndarray:
    """(1 + C,) of the likelihood by temperature and biases, where the search begins."""
    probs = softmax(logits + centre)
    spread = (probs * logits**2).sum(axis=1) - (probs * logits).sum(axis=1) ** 2
    return np.append(weights @ spread, weights @ (probs * (1 - probs)))
