"""Calibration: probabilities that mean what they say."""

from __future__ import annotations

import numpy as np
from scipy.optimize import minimize_scalar

from tellapart.metrics import log_softmax


def fit_temperature(logits: np.ndarray, targets: np.ndarray) -> float:
    """The number to divide logits by so that confidence matches accuracy, 0.05 to 20.

    Args:
        logits: (N, C), of pictures the head had not seen.
        targets: (N,) int.
    Source: Guo et al. 2017, "On Calibration of Modern Neural Networks", section 4.2 (arXiv:1706.04599).
    """
    rows = np.arange(len(targets))

    def loss(log_temperature: float) -> float:
        return -float(log_softmax(logits / np.exp(log_temperature))[rows, targets].mean())

    found = minimize_scalar(
        loss, bounds=(np.log(0.05), np.log(20.0)), method="bounded", options={"xatol": 1e-3}
    )
    return float(np.exp(found.x))
