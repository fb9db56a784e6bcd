"""ErrorGain: how much less would be wrong after a step, measured on the pictures there are, with its interval."""

from __future__ import annotations

import math
from dataclasses import dataclass
from statistics import NormalDist

import numpy as np

from tellapart.learning.metrics import effective_size

INTERVAL = 0.8
_Z = NormalDist().inv_cdf((1 + INTERVAL) / 2)


@dataclass(frozen=True)
class ErrorGain:
    """Error rate of now minus that after a step: fractions, above 0 where the step helps.

    It is the error on pictures to come that are rightly labelled, their labels as common as in the project after the
    step; not the figure that the next training measures on its few held-out pictures, which chance moves besides.
    expected: on average. low, high: the middle 80 % of what it may be. likely: how probable it helps at all, 0 to 1.
    """

    expected: float
    low: float
    high: float
    likely: float


def error_gain(measured: float, noise: float, usual: float, spread: float, error: float) -> ErrorGain:
    """What is measured and what such steps usually bring, put together: each counts by how sure it is.

    Two normal distributions of one quantity multiplied, as Bayes' rule has it where the second is what was known
    before.

    Args:
        measured, noise: the gain as measured, a fraction, and its standard error; infinite where nothing was.
        usual, spread: what such a step brings as a rule, and how far it lies from that; spread above 0.
        error: of now, 0 to 1: no step gains more than that.
    """
    weight = spread**2 / (spread**2 + noise**2) if math.isfinite(noise) else 0.0
    expected = min(error, (weight * measured if weight else 0.0) + (1 - weight) * usual)
    deviation = spread * math.sqrt(1 - weight)
    if not deviation:
        return ErrorGain(expected, expected, expected, float(expected > 0))
    likely = 1 - NormalDist(expected, deviation).cdf(0.0)
    return ErrorGain(expected, expected - _Z * deviation, min(error, expected + _Z * deviation), likely)


def mean_and_noise(of_each: np.ndarray, groups: np.ndarray, step: float = 1.0) -> tuple[float, float]:
    """The mean of (N,) numbers, one of each picture, and its standard error, which is never 0.

    Copies, which share a number in groups (N,) int, count once in the error; and one picture more is taken to have
    changed, by `step`, since none that did says little of few pictures.
    """
    n = len(of_each)
    if not n:
        return 0.0, math.inf
    n_apart = effective_size(groups.tolist())
    mean = float(of_each.mean())
    variance = (float((of_each**2).sum()) + step**2) / n - mean**2
    return mean, math.sqrt(max(variance, 0.0) / n_apart)
