"""How long a tuning takes, measured on a few views and steps before it starts, and what is left while it runs."""

from __future__ import annotations

import statistics
import time
from collections.abc import Callable
from copy import deepcopy
from dataclasses import dataclass, field, replace
from functools import partial
from typing import Any

import numpy as np

from tellapart.backbones.onnx_session import available_cpus
from tellapart.learning.tuning_curve import TuningCurve
from tellapart.network.device import PROCESSOR, Device
from tellapart.network.tuning.cores import Cores
from tellapart.network.tuning.last_blocks import LastBlocks
from tellapart.network.tuning.side_by_side import Tell, side_by_side
from tellapart.network.tuning.steps import Learning, Lesson, TuningSettings, Views, optimizer_of
from tellapart.network.tuning.views import PictureFile, ViewMaker, views_made
from tellapart.progress import Doing, Progress, Step

# Of what precedes and follows the networks' learning: heads without each fold, calibration, the line for none of these,
# the network's file and its check. Processor seconds, and for each picture; see docs/benchmarks.md.
_FITS_S, _FITS_PICTURE_S = 1.4, 0.0012
_WHOLE = 1.6  # what the whole network takes for a picture, over what its first blocks take
_TRIED_FILES = 2  # for each core
_TRIED_STEPS = 2
_CURVE_TOLD_S = (
    0.5  # a curve that has changed is told as long: of lines that follow fast, a run keeps some only
)
_SETTLED_S = 4.0  # until then what was measured beforehand tells more


@dataclass(frozen=True)
class Costs:
    """Seconds: file_s for the views of one picture, on all cores; step_s for one step; seen_s for a look at one picture
    without learning, n_looks of them: one for each share that is tried, afterwards one for each fold and one more;
    whole_s: for a look with the whole network, from the file on; waits: how much longer work takes than a processor is
    at it, since others want it, too."""

    file_s: float
    step_s: float
    seen_s: float = 0.0
    n_looks: int = 0
    whole_s: float = 0.0
    waits: float = 1.0

    def with_watching(self, n_watched: int, n_steps: int) -> Costs:
        """The same where in the course of so many steps so many pictures are looked at, for the curve."""
        return replace(self, step_s=self.step_s + self.seen_s * n_watched / max(1, n_steps))

    @property
    def fixed_s(self) -> float:
        """What fits and files take however few pictures there are."""
        return self.waits * _FITS_S

    def learning_s(self, n_files: int, n_steps: int) -> float:
        """Of so many views and steps, and of the looks at them."""
        return n_files * (self.file_s + self.n_looks * self.seen_s) + n_steps * self.step_s

    def total_s(self, n_files: int, n_steps: int, n_others: int) -> float:
        """The same with what precedes and follows it. n_others: held-out pictures."""
        fits_s = self.fixed_s + n_files * self.waits * _FITS_PICTURE_S
        return self.learning_s(n_files, n_steps) + n_others * self.whole_s + fits_s


def measured(
    files: list[PictureFile], maker: ViewMaker, network: LastBlocks, settings: TuningSettings, cores: Cores,
    device: Device = PROCESSOR, n_looks: int = 0,
) -> Costs:  # fmt: skip
    """The costs on this computer, as busy as it is now and with as much side by side as when it learns: cores that
    share memory are not twice as fast as one. The network learns nothing from it.

    Args:
        n_looks: at each picture when all have learned.
    """
    n = min(len(files), _TRIED_FILES * available_cpus())
    some = files[:: len(files) // n][:n]
    maker.of(some[0])  # what the first one sets up the others find
    clock, worked = time.perf_counter(), time.process_time()
    views = maker.apart(np.stack(list(views_made(some, maker))))
    taken_s, worked_s = time.perf_counter() - clock, time.process_time() - worked
    # of a few small pictures the clock of the processor may see nothing: on Windows it goes by 16 ms
    file_s, waits = taken_s / n, max(1.0, taken_s * available_cpus() / worked_s) if worked_s else 1.0
    tries = [partial(_tried, deepcopy(network), views, settings, device) for _ in range(cores.speed)]
    found = side_by_side(tries, cores.speed, cores.n_threads)
    step_s, seen_s = (statistics.fmean(of_one) / cores.speed for of_one in zip(*found, strict=True))
    whole_s = _WHOLE * file_s / (1 + settings.n_views) if settings.first else seen_s
    return Costs(file_s, step_s, seen_s, len(settings.shares) + n_looks, whole_s, waits)


def _tried(
    network: LastBlocks, views: Views, settings: TuningSettings, device: Device, tell: Tell
) -> tuple[float, float]:
    """Seconds for a step, and for a look at one picture, each after a first one that is not counted."""
    rows = np.arange(settings.batch) % len(views)
    lesson = Lesson(views, rows, np.zeros(len(views), np.int64), np.ones(len(views), np.float32))
    network.to(device.torch_device)
    learning = Learning(*device.prepared(network, optimizer_of(network, settings)), device, settings)
    step_s = _mean_s(lambda: learning.once(lesson, rows, 0))
    network.hurry()
    seen_s = _mean_s(lambda: learning.judged(lesson, rows)) / len(rows)
    return step_s, seen_s


def _mean_s(what: Callable[[], object]) -> float:
    what()
    clock = time.perf_counter()
    for _ in range(_TRIED_STEPS):
        what()
    return (time.perf_counter() - clock) / _TRIED_STEPS


@dataclass
class Pace:
    """Tells the progress of a training of which the parts are known beforehand.

    n_others: held-out pictures. n_steps: of each tuning. called: what the person calls it. curve: how they learn, as
    far as they are. n_done: steps done, of each tuning; by an earlier training to begin with.
    """

    progress: Progress
    costs: Costs
    n_files: int
    n_others: int
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
        """As measured before the start, up to the finished bundle."""
        return self.costs.total_s(self.n_files, sum(self.n_steps), self.n_others)

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
        learning_s = self.costs.learning_s(self.n_files, sum(self.n_steps))
        said = said or f"{self._name}: about {told_s(left_s)} left"
        facts = {"left_s": round(left_s, 1), "total_s": round(self.total_s, 1), **self._news()}
        self.progress(round(10 * done_s), max(1, round(10 * learning_s)), Doing(Step.TUNING, said, **facts))


def told_s(seconds: float) -> str:
    """As a person says it: "40 s", "3 min"."""
    if seconds < 90:
        return f"{max(5, 5 * round(seconds / 5))} s"
    return f"{round(seconds / 60)} min"
