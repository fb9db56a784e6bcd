"""How long a tuning takes, measured on a few views and steps before it starts, and what is left while it runs."""

from __future__ import annotations

import time
from dataclasses import dataclass, field

import numpy as np
import torch

from tellapart.backbones.onnx_session import available_cpus
from tellapart.network.tuning.last_blocks import LastBlocks
from tellapart.network.tuning.steps import Lesson, TuningSettings, learn_once
from tellapart.network.tuning.views import PictureFile, ViewMaker
from tellapart.progress import Doing, Progress, Step

_TRIED_FILES, _TRIED_STEPS = 2, 3
_SETTLED_S = 4.0  # until then what was measured beforehand tells more


@dataclass(frozen=True)
class Costs:
    """Seconds: file_s for the views of one picture, on all cores; step_s for one step."""

    file_s: float
    step_s: float

    def total_s(self, n_files: int, n_steps: int) -> float:
        """Of so many."""
        return n_files * self.file_s + n_steps * self.step_s


def measured(
    files: list[PictureFile], maker: ViewMaker, network: LastBlocks, settings: TuningSettings
) -> Costs:
    """The costs on this computer, as busy as it is now. The network learns nothing from it."""
    some = files[:: max(1, len(files) // _TRIED_FILES)][:_TRIED_FILES]
    clock = time.perf_counter()
    views = np.stack([maker.of(file) for file in some])
    file_s = (time.perf_counter() - clock) / len(some) / available_cpus()
    before = {name: values.clone() for name, values in network.state_dict().items()}
    rows = np.arange(settings.batch) % len(some)
    lesson = Lesson(views, rows, np.zeros(len(some), np.int64), np.ones(len(some), np.float32))
    optimizer = torch.optim.SGD(network.parameters(), lr=0.0)
    seconds = []
    for _ in range(_TRIED_STEPS):
        clock = time.perf_counter()
        learn_once(network, optimizer, lesson, rows, 0, settings)
        seconds.append(time.perf_counter() - clock)
    network.load_state_dict(before)
    return Costs(file_s, min(seconds))


@dataclass
class Pace:
    """Tells the progress of a training of which the parts are known beforehand.

    n_steps: of each tuning.
    """

    progress: Progress
    costs: Costs
    n_files: int
    n_steps: list[int]
    _started: float = field(default_factory=time.monotonic)
    _own_s: float = 0.0  # of the work that was not done by an earlier training

    @property
    def total_s(self) -> float:
        """As measured before the start."""
        return self.costs.total_s(self.n_files, sum(self.n_steps))

    def start(self) -> None:
        """Say how long it will take."""
        self._tell(0.0, f"Training thoroughly: about {told_s(self.total_s)}")

    def views(self, n_done: int) -> None:
        """So many pictures have their views."""
        self._own_s += self.costs.file_s
        self._tell(n_done * self.costs.file_s)

    def steps(self, part: int, n_done: int) -> None:
        """So many steps of that tuning are done."""
        self._own_s += self.costs.step_s
        n_before = sum(self.n_steps[:part])
        self._tell(self.costs.total_s(self.n_files, n_before + n_done))

    def _tell(self, done_s: float, said: str = "") -> None:
        spent_s = time.monotonic() - self._started
        slower = spent_s / self._own_s if self._own_s > 0 and spent_s > _SETTLED_S else 1.0
        left_s = max(0.0, self.total_s - done_s) * slower
        said = said or f"Training thoroughly: about {told_s(left_s)} left"
        facts = {"left_s": round(left_s, 1), "total_s": round(self.total_s, 1)}
        self.progress(round(10 * done_s), max(1, round(10 * self.total_s)), Doing(Step.TUNING, said, **facts))


def told_s(seconds: float) -> str:
    """As a person says it: "40 s", "3 min"."""
    if seconds < 90:
        return f"{max(5, 5 * round(seconds / 5))} s"
    return f"{round(seconds / 60)} min"
