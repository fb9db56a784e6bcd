"""What the lesson about baselines knows: drawn digits, their means, one held-out picture, a nudge."""

from __future__ import annotations

from typing import Any

import numpy as np
from tellapart.lessons.baseline import METRICS, accuracy_and_loss, distances, mean_digits, nearest
from tellapart.lessons.digits import NAMES, drawn_digits
from tellapart.words.percents import more_of_100
from traitlets import Enum, Float, HasTraits, Instance, Int, observe

from tellapart_dashboards.app.wording import percent

N_EACH = 100
_NUDGED = 0.0001  # how far the lesson looks beside the nudge
_THOUSANDTHS = 1000
MOST_NUDGE = 5.0


class BaselineState(HasTraits):
    """n_means: pictures of each kind that are averaged. metric: L1 or L2. number: of the held-out picture in sight,
    from 1. nudge: how much "7" is favoured, in thousandths of a distance. means: (2, 28, 28). away: (N, 2), see
    `distances`."""

    n_means = Int(N_EACH, min=1, max=N_EACH)
    metric = Enum(METRICS, "L1")
    number = Int(1, min=1, max=2 * N_EACH)
    nudge = Float(0.0, min=-MOST_NUDGE, max=MOST_NUDGE)
    means = Instance(np.ndarray)
    away = Instance(np.ndarray)

    def __init__(self) -> None:
        super().__init__()
        self.training, self.held_out = drawn_digits(N_EACH, seed=1), drawn_digits(N_EACH, seed=2)
        self._measure()

    @observe("n_means", "metric")
    def _measured_anew(self, _: Any) -> None:
        self._measure()

    def _measure(self) -> None:
        self.means = mean_digits(self.training, self.n_means)
        self.away = distances(self.held_out.pixels, self.means, self.metric)

    def accuracy(self, metric: str) -> float:
        """Share of the held-out pictures that are nearest to the right mean, 0 to 1."""
        away = distances(self.held_out.pixels, self.means, metric)
        return float((nearest(away) == self.held_out.targets).mean())

    def is_wrong(self) -> np.ndarray:
        """(N,) bool: which held-out pictures are nearest to the wrong mean."""
        return nearest(self.away) != self.held_out.targets

    def next_mistake(self) -> None:
        """The next held-out picture that is wrong comes in sight, after the last the first."""
        wrong = 1 + np.nonzero(self.is_wrong())[0]
        if len(wrong):
            later = wrong[wrong > self.number]
            self.number = int(later[0] if len(later) else wrong[0])

    def verdict(self) -> str:
        """What is said of the picture in sight."""
        i = self.number - 1
        to_three, to_seven = self.away[i]
        answer, truth = NAMES[int(nearest(self.away[i : i + 1])[0])], NAMES[self.held_out.targets[i]]
        end = "Right." if answer == truth else f"Wrong: it was drawn as a {truth}."
        return (
            f"{self.metric} distance to the mean 3: {to_three:.3f}, to the mean 7: {to_seven:.3f}. "
            f"Nearer to the {answer}. {end}"
        )

    def score(self) -> str:
        """How good the two metrics are."""
        shares = [f"{metric} {percent(self.accuracy(metric))}" for metric in METRICS]
        return (
            f"Of {len(self.held_out)} held-out pictures, right: {', '.join(shares)}. Guessing: 50 %. "
            f"Averaged: {self.n_means} of each kind."
        )

    def staircase(self) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
        """(K,) nudges in thousandths, (K,) accuracies, (K,) losses."""
        nudges = np.linspace(-MOST_NUDGE, MOST_NUDGE, 401)
        return (nudges, *accuracy_and_loss(self.away, self.held_out.targets, nudges / _THOUSANDTHS))

    def nudge_words(self) -> str:
        """What a tiny step further does to the accuracy and to the loss."""
        here = self.nudge / _THOUSANDTHS
        accuracy, loss = accuracy_and_loss(self.away, self.held_out.targets, np.array([here, here + _NUDGED]))
        changed = accuracy[1] - accuracy[0]
        does = "does not change" if changed == 0 else f"changes ({more_of_100(changed)} of 100 right)"
        way = "falls" if loss[1] < loss[0] else "rises"
        return (
            f"Accuracy {percent(accuracy[0])}, loss {loss[0]:.4f}. A nudge of {_NUDGED * _THOUSANDTHS:g} "
            f"thousandths more: the accuracy {does}, the loss {way} by {abs(loss[1] - loss[0]):.5f}."
        )
