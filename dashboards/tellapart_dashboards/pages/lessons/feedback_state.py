"""What the lesson about feedback loops knows: two districts, their records, and where patrols go week by week."""

from __future__ import annotations

from typing import Any

import numpy as np
from tellapart.lessons.feedback import PatrolLoop, patrol_loop
from tellapart.words.percents import of_100
from traitlets import Float, HasTraits, Instance, Int, observe

from tellapart_dashboards.app.wording import percent

N_WEEKS = 52
N_CITIES = 8  # the same beginning, another chance
RECORDS = (30.0, 20.0)  # of the two districts at the beginning
_TOGETHER = 1.0  # incidents that a patrol meets, both districts together


class FeedbackState(HasTraits):
    """follow: how strongly patrols follow records. reported: percent of the records that residents report. north:
    percent of the incidents that happen in the north. first_seed: of the cities. loops: what came of it in each."""

    follow = Float(2.0, min=0.0, max=3.0)
    reported = Int(0, min=0, max=100)
    north = Int(50, min=10, max=90)
    first_seed = Int(0, min=0)
    loops = Instance(list)

    def __init__(self) -> None:
        super().__init__()
        self._run()

    @observe("follow", "reported", "north", "first_seed")
    def _run_anew(self, _: Any) -> None:
        self._run()

    def _run(self) -> None:
        share = self.north / 100
        rates = _TOGETHER * np.array([share, 1 - share])
        self.loops = [
            patrol_loop(rates, np.array(RECORDS), self.follow, self.reported / 100, N_WEEKS, seed)
            for seed in range(self.first_seed, self.first_seed + N_CITIES)
        ]

    def other_cities(self) -> None:
        """The same once more, with another chance."""
        self.first_seed += N_CITIES

    @property
    def first(self) -> PatrolLoop:
        """What came of it in the first city."""
        loop: PatrolLoop = self.loops[0]
        return loop

    def words(self) -> str:
        """What came of it in the end."""
        patrols = np.array([loop.patrols[-1, 0] for loop in self.loops])
        records = self.first.records[-1]
        return (
            f"The truth: {self.north} % of the incidents happen in the north. After {N_WEEKS} weeks {N_CITIES} "
            f"cities send {percent(patrols.min())} to {percent(patrols.max())} of their patrols there. The first "
            f"one has {records[0]:.0f} incidents on record in the north and {records[1]:.0f} in the south."
        )

    def judgement(self) -> str:
        """How far the patrols are from the truth."""
        gap = float(np.mean([loop.patrols[-1, 0] for loop in self.loops])) - self.north / 100
        if abs(gap) < 0.06:
            return "On average the patrols are where the incidents are."
        where = "north" if gap > 0 else "south"
        return f"On average {of_100(abs(gap))} too many of 100 patrols are in the {where}."
