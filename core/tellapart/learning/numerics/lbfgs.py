"""L-BFGS on several smooth convex functions side by side: each step asks for all of them at once, which costs little
more than one where they are sums over the same data.

Source: Nocedal and Wright 2006, "Numerical Optimization", algorithms 7.4 and 7.5, with a line search that only halves:
coordinates are to be scaled so that a step of 1 is about right.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np

_MEMORY = 10  # steps that tell of the curvature
_ENOUGH = 1e-4  # share of the promised fall that a step must bring
_ROUNDING = 1e-7  # of the loss: falls below it are noise
_LEAST_STEP = 1e-4

# (indices of functions, (K, P) float64 points) -> (K,) losses, (K, P) gradients
Functions = Callable[[np.ndarray, np.ndarray], tuple[np.ndarray, np.ndarray]]


@dataclass(frozen=True)
class StopRule:
    """When a function's search ends: no gradient larger than this, or a step that saves a smaller share of the loss (of
    1, where that is more), or this many steps."""

    gradient: float
    loss: float
    n_steps: int = 300


def minimise(functions: Functions, starts: Sequence[np.ndarray], stop_at: StopRule) -> list[np.ndarray]:
    """The minimum of each function, from its (P,) start. The same each time, whatever else is minimised beside it."""
    searches = [_Descent(start, stop_at) for start in starts]
    active = list(range(len(searches)))
    while active:
        losses, gradients = functions(np.array(active), np.stack([searches[i].trial for i in active]))
        for i, loss, gradient in zip(active, losses.tolist(), gradients, strict=True):
            searches[i].take(loss, gradient)
        active = [i for i in active if not searches[i].is_done]
    return [search.point for search in searches]


class _Descent:
    """Of one function. trial: where it wants to be evaluated next."""

    def __init__(self, start: np.ndarray, stop_at: StopRule) -> None:
        self.trial = self.point = np.asarray(start, np.float64)
        self.is_done = False
        self._stop_at = stop_at
        self._loss = np.inf
        self._gradient = np.zeros_like(self.point)
        self._direction = np.zeros_like(self.point)
        self._step, self._n_steps = 1.0, 0
        self._moves: deque[tuple[np.ndarray, np.ndarray, float]] = deque(maxlen=_MEMORY)

    def take(self, loss: float, gradient: np.ndarray) -> None:
        """What the function is at the trial."""
        if self._loss == np.inf:
            self._loss, self._gradient = loss, gradient
            self._go_on()
            return
        promised = self._step * float(self._gradient @ self._direction)  # negative
        if loss > self._loss + _ENOUGH * promised + _ROUNDING * abs(self._loss) or not np.isfinite(loss):
            self._step *= 0.5
            self.is_done = self._step < _LEAST_STEP
            self.trial = self.point + self._step * self._direction
            return
        moved, bent = self.trial - self.point, gradient - self._gradient
        if (curvature := float(moved @ bent)) > 1e-12 * float(bent @ bent):
            self._moves.append((moved, bent, 1 / curvature))
        saved = self._loss - loss
        self.point, self._loss, self._gradient = self.trial, loss, gradient
        self._n_steps += 1
        self.is_done = (
            saved <= self._stop_at.loss * max(1.0, abs(loss)) or self._n_steps >= self._stop_at.n_steps
        )
        self._go_on()

    def _go_on(self) -> None:
        self.is_done = self.is_done or float(np.abs(self._gradient).max()) <= self._stop_at.gradient
        if not self.is_done:
            self._direction, self._step = self._downhill(), 1.0
            self.trial = self.point + self._direction

    def _downhill(self) -> np.ndarray:
        direction = -self._gradient
        shares = []
        for moved, bent, inverse in reversed(self._moves):
            share = inverse * float(moved @ direction)
            shares.append(share)
            direction = direction - share * bent
        if self._moves:
            _, bent, inverse = self._moves[-1]
            direction = direction / (inverse * float(bent @ bent))
        for (moved, bent, inverse), share in zip(self._moves, reversed(shares), strict=True):
            direction = direction + (share - inverse * float(bent @ direction)) * moved
        return direction
