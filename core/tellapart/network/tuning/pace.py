"""How long a tuning takes, measured on a few views and steps before it starts, and what is left while it runs."""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import dataclass, field
from functools import partial
from typing import Any

import numpy as np
import torch

from tellapart.backbones.onnx_session import available_cpus
from tellapart.learning.tuning_curve import TuningCurve
from tellapart.network.device import PROCESSOR, Device
from tellapart.network.tuning.cores import Cores
from tellapart.network.tuning.last_blocks import LastBlocks
from tellapart.network.tuning.side_by_side import Tell, side_by_side
from tellapart.network.tuning.steps import Learning, Lesson, TuningSettings
from tellapart.network.tuning.views import PictureFile, ViewMaker
from tellapart.progress import Doing, Progress, Step

_TRIED_FILES, _TRIED_STEPS = 2, 3
_CURVE_TOLD_S = (
    0.5  # a curve that has changed is told as long: of lines that follow fast, a run keeps some only
)
_SETTLED_S = 4.0  # until then what was measured beforehand tells more


@dataclass(frozen=True)
class Costs:
    """Seconds: file_s for the views of one picture, on all cores; step_s for one step; seen_s for a look at one picture
    without learning, n_looks of them: one for each share that is tried, afterwards one for each fold and one more."""

    file_s: float
    step_s: float
    seen_s: float = 0.0
    n_looks: int = 0

    def total_s(self, n_files: int, n_steps: int) -> float:
        """Of so many."""
        return n_files * (self.file_s + self.n_looks * self.seen_s) + n_steps * self.step_s


def measured(
    files: list[PictureFile], maker: ViewMaker, network: LastBlocks, settings: TuningSettings, cores: Cores,
    device: Device = PROCESSOR, n_looks: int = 0,
) -> Costs:  # fmt: skip
    """The costs on this computer, as busy as it is now. The network learns nothing from it.

    Args:
        n_looks: at each picture when all have learned.
    """
    return side_by_side(
        [partial(_measured, files, maker, network, settings, cores, device, n_looks)], 1, cores.n_threads
    )[0]


def _measured(
    files: list[PictureFile], maker: ViewMaker, network: LastBlocks, settings: TuningSettings, cores: Cores,
    device: Device, n_looks: int, tell: Tell,
) -> Costs:  # fmt: skip
    some = files[:: max(1, len(files) // _TRIED_FILES)][:_TRIED_FILES]
    clock = time.perf_counter()
    views = maker.apart(np.stack([maker.of(file) for file in some]))
    file_s = (time.perf_counter() - clock) / len(some) / available_cpus()
    before = {name: values.clone() for name, values in network.state_dict().items()}
    rows = np.arange(settings.batch) % len(some)
    lesson = Lesson(views, rows, np.zeros(len(some), np.int64), np.ones(len(some), np.float32))
    network.to(device.torch_device)
    ready = device.prepared(network, torch.optim.SGD(network.parameters(), lr=0.0))
    learning = Learning(*ready, device, settings)
    seconds = []
    for _ in range(_TRIED_STEPS):
        clock = time.perf_counter()
        learning.once(lesson, rows, 0)
        seconds.append(time.perf_counter() - clock)
    network.hurry()
    clock = time.perf_counter()
    with torch.inference_mode():
        network(torch.from_numpy(views.plain[rows]).to(device.torch_device).float()).cpu()
    seen_s = (time.perf_counter() - clock) / len(rows)
    network.cpu().load_state_dict(before)
    return Costs(file_s, min(seconds) / cores.speed, seen_s / cores.speed, len(settings.shares) + n_looks)


@dataclass
class Pace:
    """Tells the progress of a training of which the parts are known beforehand.

    n_steps: of each tuning. called: what the person calls it. curve: how they learn, as far as they are. n_done: steps
    done, of each tuning; by an earlier training to begin with.
    """

    progress: Progress
    costs: Costs
    n_files: int
    n_steps: list[int]
    called: str = "training"
    curve: Callable[[], TuningCurve | None] = lambda: None
    n_done: dict[int, int] = field(default_factory=dict)
    _n_known: int = -1  # of the curve when it was told last
    _changed_at: float = 0.0
    _started: float = field(default_factory=time.monotonic)
    _own_s: float = 0.0  # of the work that was not done by an earlier training
    _seen: int = 0  # pictures looked at, each as often as it was

    @property
    def total_s(self) -> float:
        """As measured before the start."""
        return self.costs.total_s(self.n_files, sum(self.n_steps))

    def start(self) -> None:
        """Say how long it will take."""
        self._tell(0.0, f"{self._name}: about {told_s(self.total_s)}")

    def views(self, n_done: int) -> None:
        """So many pictures have their views."""
        self._own_s += self.costs.file_s
        self._tell(n_done * self.costs.file_s)

    def steps(self, part: int, n_done: int) -> None:
        """So many steps of that tuning are done."""
        self._own_s += self.costs.step_s
        self.n_done[part] = n_done
        self._tell(self._done_s())

    def judged(self, n: int, is_new: bool) -> None:
        """So many more pictures were looked at with what a tuning gave; is_new: now, and by no earlier training."""
        self._seen += n
        if is_new:
            self._own_s += n * self.costs.seen_s
            self._tell(self._done_s())

    @property
    def _name(self) -> str:
        return self.called[:1].upper() + self.called[1:]

    def _done_s(self) -> float:
        n_steps = sum(self.n_done.values())
        return self.n_files * self.costs.file_s + n_steps * self.costs.step_s + self._seen * self.costs.seen_s

    def _news(self) -> dict[str, Any]:
        """The curve, when it has changed."""
        curve = self.curve()
        if curve is None:
            return {}
        if curve.n_known != self._n_known:
            self._n_known, self._changed_at = curve.n_known, time.monotonic()
        is_news = curve.n_known > 0 and time.monotonic() - self._changed_at < _CURVE_TOLD_S
        return {"curve": curve.to_json()} if is_news else {}

    def _tell(self, done_s: float, said: str = "") -> None:
        spent_s = time.monotonic() - self._started
        slower = spent_s / self._own_s if self._own_s > 0 and spent_s > _SETTLED_S else 1.0
        left_s = max(0.0, self.total_s - done_s) * slower
        said = said or f"{self._name}: about {told_s(left_s)} left"
        facts = {"left_s": round(left_s, 1), "total_s": round(self.total_s, 1), **self._news()}
        self.progress(round(10 * done_s), max(1, round(10 * self.total_s)), Doing(Step.TUNING, said, **facts))


def told_s(seconds: float) -> str:
    """As a person says it: "40 s", "3 min"."""
    if seconds < 90:
        return f"{max(5, 5 * round(seconds / 5))} s"
    return f"{round(seconds / 60)} min"
