"""Gradient descent by hand: some steps down a bumpy curve, and the same steps on a classifier of threes and sevens."""

from __future__ import annotations

import importlib.util
import math
from dataclasses import dataclass

import numpy as np

from tellapart.errors import LessonError

N_STEPS = 7
MOST_STEPS = 1000
MOST_RATE = 1e6


@dataclass(frozen=True)
class CurveWalk:
    """places, heights: (n_steps + 1,) float, the start first."""

    places: np.ndarray
    heights: np.ndarray


@dataclass(frozen=True)
class LearnedSteps:
    """A classifier before the first step and after each: S = n_steps + 1.

    weights: (S, D), one for each pixel. biases: (S,). losses: (S,), mean of -log(probability of the right answer).
    accuracies: (S,), 0 to 1.
    """

    weights: np.ndarray
    biases: np.ndarray
    losses: np.ndarray
    accuracies: np.ndarray


def height(place: np.ndarray) -> np.ndarray:
    """A bumpy curve: a wide bowl with a shallow dip at 1.8 on the right of its deepest one, at -0.6."""
    return 0.15 * place**2 + 0.3 * np.sin(2 * place)


def slope(place: np.ndarray) -> np.ndarray:
    """How steep the curve is: above 0 where it rises to the right."""
    return 0.3 * place + 0.6 * np.cos(2 * place)


def walk(start: float, rate: float, n_steps: int = N_STEPS) -> CurveWalk:
    """Steps down the curve, each `rate` times the slope under the feet, to the side where it goes down.

    Raises:
        LessonError: the rate or the number of steps makes no sense, or the steps grow beyond all numbers.
    """
    check_steps(rate, n_steps)
    places = np.full(n_steps + 1, float(start))
    with np.errstate(all="ignore"):
        for step in range(n_steps):
            places[step + 1] = places[step] - rate * slope(places[step])
        heights = height(places)
    if not np.isfinite(heights).all():
        raise _too_large(rate)
    return CurveWalk(places, heights)


def learn_by_hand(
    pixels: np.ndarray, targets: np.ndarray, rate: float, n_steps: int = N_STEPS
) -> LearnedSteps:
    """Logistic regression that starts at nothing and steps down the slope of its loss over all pictures.

    pixels: (N, 28, 28) or (N, D), 0 to 1. targets: (N,), 0 or 1.

    Raises:
        LessonError: the rate or the number of steps makes no sense, or the weights grow beyond all numbers.
    """
    check_steps(rate, n_steps)
    inputs = pixels.reshape(len(pixels), -1).astype(np.float64)  # (N, D)
    weights, biases = np.zeros((n_steps + 1, inputs.shape[1])), np.zeros(n_steps + 1)
    for step in range(n_steps):
        probabilities = _sigmoid(inputs @ weights[step] + biases[step])  # (N,)
        errors = probabilities - targets
        weights[step + 1] = weights[step] - rate * inputs.T @ errors / len(inputs)
        biases[step + 1] = biases[step] - rate * errors.mean()
    return judged(inputs, targets, weights, biases, rate)


def learn_with_torch(
    pixels: np.ndarray, targets: np.ndarray, rate: float, n_steps: int = N_STEPS
) -> LearnedSteps:
    """The same as `learn_by_hand`, with torch finding the slopes. Imports torch, which takes seconds.

    Raises:
        LessonError: as `learn_by_hand`, or torch is not installed.
    """
    check_steps(rate, n_steps)
    if not has_torch():
        raise LessonError(
            'torch is not installed here. Install it to compare: pip install "tellapart[torch]". The steps by hand are '
            "the same without it."
        )
    from tellapart.network.lesson_descent import torch_steps

    inputs = pixels.reshape(len(pixels), -1).astype(np.float64)
    return judged(inputs, targets, *torch_steps(inputs, targets, rate, n_steps), rate)


def has_torch() -> bool:
    """Whether torch is installed. Nothing is imported."""
    return importlib.util.find_spec("torch") is not None


def check_steps(rate: float, n_steps: int) -> None:
    """Nothing where steps can be made like this.

    Raises:
        LessonError: otherwise; the sentence says what to choose.
    """
    if not 1 <= n_steps <= MOST_STEPS:
        raise LessonError(f"{n_steps} steps were asked for. Choose from 1 to {MOST_STEPS:,}.")
    if math.isnan(rate) or rate <= 0:
        why = (
            "it would stay where it is"
            if rate == 0
            else "it would walk uphill"
            if rate < 0
            else "it says nothing"
        )
        raise LessonError(
            f"A learning rate of {rate:g} does not work: {why}. Choose a number above 0, such as 0.1."
        )
    if rate > MOST_RATE:
        raise LessonError(
            f"A learning rate of {rate:g} is beyond all use. Choose at most {MOST_RATE:,.0f}; 0.1 is a good start."
        )


def judged(
    inputs: np.ndarray, targets: np.ndarray, weights: np.ndarray, biases: np.ndarray, rate: float
) -> LearnedSteps:
    """The classifiers of all steps with their losses and accuracies. inputs: (N, D). weights: (S, D). biases: (S,).

    Raises:
        LessonError: a weight is not finite.
    """
    with np.errstate(all="ignore"):
        scores = weights @ inputs.T + biases[:, None]  # (S, N)
    if not np.isfinite(scores).all():
        raise _too_large(rate)
    signed = scores * np.where(targets > 0, 1.0, -1.0)
    losses = np.logaddexp(0.0, -signed).mean(axis=1)
    return LearnedSteps(weights, biases, losses, ((scores > 0) == (targets > 0)).mean(axis=1))


def _sigmoid(scores: np.ndarray) -> np.ndarray:
    """Probabilities, also for scores at which exp would overflow."""
    return np.asarray(0.5 * (1.0 + np.tanh(0.5 * scores)))


def _too_large(rate: float) -> LessonError:
    return LessonError(
        f"With a learning rate of {rate:g} each step is longer than the last, until no computer can write the "
        "numbers. Choose a smaller one."
    )
