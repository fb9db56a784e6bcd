"""What the lesson about gradient descent knows: a walk down a curve, and the same steps on threes and sevens."""

from __future__ import annotations

import asyncio
from typing import Any

import numpy as np
from tellapart.errors import LessonError
from tellapart.lessons.descent import (
    N_STEPS,
    CurveWalk,
    LearnedSteps,
    learn_by_hand,
    learn_with_torch,
    slope,
    walk,
)
from tellapart.lessons.digits import drawn_digits
from traitlets import Bool, Enum, Float, HasTraits, Instance, Int, Unicode, observe

from tellapart_dashboards.app.wording import error_sentence, percent

RATES = {"small": 0.05, "right": 0.7, "jump": 1.6, "large": 8.0}
DIGIT_RATES = {"small": 0.003, "right": 0.3, "large": 3.0}
_N_EACH = 100
_FAR = 100.0


class DescentState(HasTraits):
    """rate, start: of the walk down the curve. at: its step in sight. digit_rate: key of DIGIT_RATES. digit_at: the
    step in sight of the classifier. by_torch: the same with torch, None until asked for. said: what there is to say of
    that."""

    rate = Float(RATES["small"], min=RATES["small"], max=RATES["large"])
    start = Float(4.5, min=-5.0, max=5.0)
    at = Int(N_STEPS, min=0, max=N_STEPS)
    walked = Instance(CurveWalk)
    digit_rate = Enum(tuple(DIGIT_RATES), "right")
    digit_at = Int(N_STEPS, min=0, max=N_STEPS)
    by_hand = Instance(LearnedSteps)
    by_torch = Instance(LearnedSteps, allow_none=True, default_value=None)
    is_busy = Bool(False)
    said = Unicode("")

    def __init__(self) -> None:
        super().__init__()
        self._digits = drawn_digits(_N_EACH, seed=1)
        self._walk()
        self._learn()

    @observe("rate", "start")
    def _walked_anew(self, _: Any) -> None:
        self._walk()

    @observe("digit_rate")
    def _learned_anew(self, _: Any) -> None:
        self._learn()

    def _walk(self) -> None:
        self.walked = walk(self.start, self.rate)

    def _learn(self) -> None:
        self.by_torch, self.said = None, ""
        self.by_hand = learn_by_hand(self._digits.pixels, self._digits.targets, DIGIT_RATES[self.digit_rate])

    async def ask_torch(self) -> None:
        """The same steps with torch, on a thread: importing it takes seconds."""
        if self.is_busy:
            return
        self.is_busy, self.said = True, "Starting torch, which takes some seconds …"
        key = self.digit_rate
        digits = self._digits
        try:
            found = await asyncio.to_thread(learn_with_torch, digits.pixels, digits.targets, DIGIT_RATES[key])
        except (LessonError, ImportError, OSError) as error:  # a damaged torch raises the last two
            self.said = error_sentence(error)
        else:
            if key == self.digit_rate:  # else another rate was chosen meanwhile
                gap = float(np.abs(found.weights - self.by_hand.weights).max())
                self.by_torch = found
                self.said = f"The largest difference between the two, over all weights and steps: {gap:.0e}."
            else:
                self.said = "The learning rate was changed meanwhile. Ask again."
        finally:
            self.is_busy = False

    def step_words(self) -> str:
        """Where the walk is, and the step that comes next."""
        place, height = self.walked.places[self.at], self.walked.heights[self.at]
        where = f"Step {self.at} of {N_STEPS}: at {place:.2f}, height {height:.2f}."
        if abs(place) > _FAR or height > _FAR:
            where += " Far outside the chart: each step is longer than the last."
        if self.at == N_STEPS:
            return f"{where} {self._end_words()}"
        steep = float(slope(place))
        way = "left" if steep > 0 else "right"
        return (
            f"{where} The slope there is {steep:.2f}, so the next step is {self.rate:g} × {abs(steep):.2f} = "
            f"{self.rate * abs(steep):.2f} to the {way}."
        )

    def _end_words(self) -> str:
        end = self.walked.places[-1]
        if abs(end) > 5.5:
            return "The steps grow and grow: the learning rate is too large."
        if abs(float(slope(end))) > 0.2 and self.rate < 0.5:
            return "Still on the slope: the learning rate is too small."
        if 1.5 < end < 2.1:
            return "At rest in the first dip. It is not the deepest one, but nothing here says so."
        if -1.0 < end < 0.0:
            return "In the deepest dip, or jumping about in it."
        return "Not at rest yet."

    def digit_words(self) -> str:
        """How the classifier does after the step in sight."""
        i = self.digit_at
        return (
            f"After {i} of {N_STEPS} steps: loss {self.by_hand.losses[i]:.3f}, "
            f"{percent(self.by_hand.accuracies[i])} of its 200 pictures right."
        )
