"""What the lesson about overfitting knows: a few noisy points, a curve through them, points that were held out."""

from __future__ import annotations

from typing import Any

import numpy as np
from tellapart.lessons.overfitting import FittedCurve, Points, errors_by_degree, fitted, noisy_points
from traitlets import Bool, HasTraits, Instance, Int, observe

N_POINTS = 10
MOST_DEGREE = N_POINTS - 1
_FIRST_DRAW = 37  # its best degree is 3, and more bends do visibly worse
_NEARLY = 1.15  # times the smallest error: as good, but for chance
_HELD_OUT = 1000  # seeds of held-out points lie beyond those of training points


class OverfitState(HasTraits):
    """degree: of the curve. draw: number of the points that were drawn. is_shown: whether the held-out points and their
    error are in sight. errors: (degrees, 2), see `errors_by_degree`."""

    degree = Int(1, min=0, max=MOST_DEGREE)
    draw = Int(_FIRST_DRAW, min=0, max=_HELD_OUT - 1)
    is_shown = Bool(False)
    training = Instance(Points)
    held_out = Instance(Points)
    curve = Instance(FittedCurve)
    errors = Instance(np.ndarray)

    def __init__(self) -> None:
        super().__init__()
        self._draw()

    @observe("draw")
    def _drawn_anew(self, _: Any) -> None:
        self._draw()

    @observe("degree")
    def _fitted_anew(self, _: Any) -> None:
        self.curve = fitted(self.training, self.degree)

    def _draw(self) -> None:
        self.training = noisy_points(N_POINTS, self.draw)
        self.held_out = noisy_points(N_POINTS, _HELD_OUT + self.draw)
        self.errors = errors_by_degree(self.training, self.held_out, MOST_DEGREE)
        self.curve = fitted(self.training, self.degree)

    def new_points(self) -> None:
        """Other points, the held-out ones out of sight again."""
        self.is_shown = False
        self.draw = (self.draw + 1) % _HELD_OUT

    @property
    def best_degree(self) -> int:
        """The degree with the smallest error on the held-out points."""
        return int(self.errors[:, 1].argmin())

    def words(self) -> str:
        """What the degree does."""
        on_training, on_held_out = self.errors[self.degree]
        said = f"Degree {self.degree}: error {on_training:.2f} on the {N_POINTS} points it was fitted to"
        if not self.is_shown:
            return f"{said}. How well would it do on new ones?"
        said += f", {on_held_out:.2f} on {N_POINTS} points that were held out."
        if self.degree == self.best_degree:
            return f"{said} No other degree does better there."
        best = self.errors[self.best_degree, 1]
        kind = "Too stiff" if self.degree < self.best_degree else "Too bendy"
        if on_held_out < _NEARLY * best:
            kind = "Nearly as good as any"
        return f"{said} {kind}: degree {self.best_degree} reaches {best:.2f}."
