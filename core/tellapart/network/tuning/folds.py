"""Tuning without each fold: every training picture is judged by a network that had not seen it, and the mean of these
networks' weights is the one to use, which has seen them all."""

from __future__ import annotations

import contextlib
from collections.abc import Callable, Iterator, Mapping, Sequence
from copy import deepcopy
from dataclasses import dataclass, replace
from functools import partial
from pathlib import Path
from typing import Any

import numpy as np

from tellapart.backbones.lite0.weights import read_weights, weights_file
from tellapart.errors import TrainError
from tellapart.learning.head import Head
from tellapart.learning.tuning_curve import TuningCurve
from tellapart.network.device import Device
from tellapart.network.tuning.checkpoints import Checkpoints, not_kept
from tellapart.network.tuning.cores import Cores, cores_for, noted_cores
from tellapart.network.tuning.judging import Judging, judged_shares
from tellapart.network.tuning.last_blocks import LastBlocks, State, averaged, mixed
from tellapart.network.tuning.memory import is_memory, kept_memory
from tellapart.network.tuning.noted_curve import NotedCurve, curve_of
from tellapart.network.tuning.pace import Pace, measured
from tellapart.network.tuning.side_by_side import Tell, side_by_side
from tellapart.network.tuning.steps import Lesson, TuningSettings, Views, counted, tune
from tellapart.network.tuning.views import PictureFile, ViewMaker, kept_views, view_maker
from tellapart.progress import Progress

_MOST_BYTES = 2**30  # of views on disk
MOST_WATCHED = 32  # pictures judged after each epoch, for the curve: they cost a twentieth of the steps


@dataclass(frozen=True)
class TuningTask:
    """What is to be tuned. targets, folds: (N,) of the files; every class is in the training part of every fold. trust:
    (K, N) how probably each label is right, 0 to 1, as it looks without each fold: so much it counts in learning.

    heads: fitted without each fold; start_logits: (N, C) from the one that had not seen the picture; head: fitted on
    all. They are of the embeddings before. backbone: lite0.keeping.record(). device: where it is tuned.
    key: of all that decides the result, the device as well. called: what the person calls it, as in "training of all
    layers". n_others: pictures that are held out.
    """

    files: Sequence[PictureFile]
    targets: np.ndarray
    folds: np.ndarray
    trust: np.ndarray
    heads: Sequence[Head]
    start_logits: np.ndarray
    head: Head
    backbone: Mapping[str, Any]
    device: Device
    key: str
    settings: TuningSettings
    called: str
    n_others: int


@dataclass(frozen=True)
class Tunings:
    """oof_logits: share -> (N, C), from the network that had not seen the picture, weights rounded as stored. n_parts:
    in how many parts batches had to be taken for want of memory. curve: how they learned. cores: that did it. tell: is
    told of pictures looked at afterwards, as of `Judging`; may raise."""

    task: TuningTask
    views: Views
    starts: tuple[State, ...]
    tuned: tuple[State, ...]
    oof_logits: dict[float, np.ndarray]
    n_parts: int
    curve: TuningCurve
    cores: Cores
    tell: Callable[[int, bool], None] = lambda n, is_new: None

    def weights(self, share: float) -> tuple[Mapping[str, np.ndarray], Head]:
        """The state dict and the head to use: between the start and the mean of the tunings."""
        network = self._to_use(share)
        return network.into(read_weights(weights_file())), network.fitted_head(self.task.head.l2)

    def embeddings(self, share: float) -> np.ndarray:
        """(N, D) of the pictures, by the network to use."""
        network = self._to_use(share)
        network.round_as_stored()
        return self._seen(network, np.arange(len(self.views)))

    def embeddings_without(self, fold: int, share: float, rows: np.ndarray) -> np.ndarray:
        """(M, D) of the pictures in these (M,) rows, by the network that had not seen this fold."""
        network = _network(self.task)
        network.load_state_dict(mixed(self.starts[fold], self.tuned[fold], share))
        network.round_as_stored()
        return self._seen(network, rows)

    def _to_use(self, share: float) -> LastBlocks:
        network = _network(self.task)
        start = {name: values.clone() for name, values in network.state_dict().items()}
        network.load_state_dict(mixed(start, averaged(self.tuned), share))
        return network

    def _seen(self, network: LastBlocks, rows: np.ndarray) -> np.ndarray:
        some = [rows for rows in np.array_split(rows, self.cores.n_looking) if len(rows)]
        # each moves its own to the device
        jobs = [partial(self._looked, deepcopy(network), rows) for rows in some]
        with _memory_for(self.task):
            return np.concatenate(side_by_side(jobs, self.cores.n_looking, self.cores.n_threads))

    def _looked(self, network: LastBlocks, rows: np.ndarray, tell: Tell) -> np.ndarray:
        judging = Judging(
            network, self.views, rows, self.task.device,
            lambda n, is_new: tell(partial(self.tell, n, is_new)),
        )  # fmt: skip
        return judging.of(network.embeddings)


def tune_without_each(task: TuningTask, folder: Path, progress: Progress) -> Tunings:
    """The tunings, from where an earlier training with the same key was when it ended.

    Args:
        folder: for what is kept meanwhile; the caller has it alone.
    Raises:
        TrainError: a picture is gone; the disk or the memory is not enough; a checkpoint is another training's.
        DivergedError: the loss became no number.
        Cancelled: from progress; the next training with this key goes on from there.
    """
    with _memory_for(task):
        return _tune(task, folder, progress)


@contextlib.contextmanager
def _memory_for(task: TuningTask) -> Iterator[None]:
    """A block in which memory is kept, and a want of it told in words."""
    try:
        with kept_memory():
            yield
    except (MemoryError, RuntimeError) as error:
        if not is_memory(error):
            raise
        raise TrainError(
            f"The memory is not enough for {task.called}. Close other programs, or choose the recipe quick, which "
            "needs a tenth of it."
        ) from error


def _tune(task: TuningTask, folder: Path, progress: Progress) -> Tunings:
    settings, device = task.settings, task.device
    maker = view_maker(task.backbone, settings)
    network = _network(task)
    n_folds = len(task.heads)
    n_steps = [settings.n_steps(int((task.folds != fold).sum())) for fold in range(n_folds)]
    cores = noted_cores(folder, cores_for(settings, device, n_folds))
    costs = measured(list(task.files), maker, network, settings, cores, device, n_folds + 1)
    checkpoints = Checkpoints(folder, task.key)
    curves, n_done = [], {}
    for fold in range(n_folds):
        curves.append(NotedCurve(settings.n_epochs, n_steps[fold], _watched(task.folds == fold)))
        n_done[fold], state = checkpoints.load(f"fold-{fold}")
        curves[fold].take(state)
    curve = partial(curve_of, curves, settings.n_epochs, settings.rates(n_steps[0]))
    costs = costs.with_watching(settings.n_epochs * sum(len(one.rows) for one in curves), sum(n_steps))
    pace = Pace(progress, costs, len(task.files), task.n_others, n_steps, task.called, curve, n_done)
    pace.start()
    try:
        views = kept_views(folder / "views", task.files, _within_bytes(maker, task), pace.views)
    except OSError as error:
        raise not_kept(folder, error) from error
    part = partial(_part, task, views, checkpoints)
    jobs = [partial(part, fold, curves[fold], pace) for fold in range(n_folds)]
    parts = side_by_side(jobs, cores.n_at_once, cores.n_threads)
    oof_logits = {0.0: task.start_logits}
    oof_logits |= {share: np.empty_like(task.start_logits) for share in settings.shares}
    for fold, one in enumerate(parts):
        for share, logits in one.logits.items():
            oof_logits[share][task.folds == fold] = logits
    starts, tuned = tuple(one.start for one in parts), tuple(one.tuned for one in parts)
    n_parts = max(one.n_parts for one in parts)
    return Tunings(task, views, starts, tuned, oof_logits, n_parts, curve(), cores, pace.judged)


@dataclass(frozen=True)
class _Part:
    """What came of one fold. logits: share -> (M, C) of the pictures of the fold, which it had not seen."""

    start: State
    tuned: State
    logits: dict[float, np.ndarray]
    n_parts: int


def _part(
    task: TuningTask,
    views: Views,
    checkpoints: Checkpoints,
    fold: int,
    curve: NotedCurve,
    pace: Pace,
    tell: Tell,
) -> _Part:
    """The tuning without a fold, and how it judges that."""
    settings, device = task.settings, task.device
    network = _network(task)
    network.start_from(task.heads[fold])
    start = {name: values.clone() for name, values in network.state_dict().items()}
    lesson = Lesson(views, np.flatnonzero(task.folds != fold), task.targets, _weights(task, fold))
    n_parts = tune(
        network, lesson, settings, checkpoints, f"fold-{fold}",
        lambda n_done: tell(partial(pace.steps, fold, n_done)), device, curve=curve,
    )  # fmt: skip
    tuned = {name: values.clone() for name, values in network.state_dict().items()}
    judging = Judging(
        network, views, np.flatnonzero(task.folds == fold), device,
        lambda n, is_new: tell(partial(pace.judged, n, is_new)),
    )  # fmt: skip
    logits = judged_shares(judging, start, tuned, settings.shares, checkpoints, f"judged-{fold}")
    of_rows = logits[1.0][np.searchsorted(judging.rows, curve.rows)]
    curve.note_epoch(settings.n_epochs, counted(of_rows, lesson, curve.rows, settings))
    return _Part(start, tuned, logits, n_parts)


def _network(task: TuningTask) -> LastBlocks:
    first, averaged_blocks = task.settings.first, task.backbone["averaged_blocks"]
    return LastBlocks(read_weights(weights_file()), averaged_blocks, task.head, first)


def _within_bytes(maker: ViewMaker, task: TuningTask) -> ViewMaker:
    """With fewer views where all of them would not fit; epochs then share them."""
    one = maker.apart(maker.of(task.files[0])[None])
    left = _MOST_BYTES - len(task.files) * one.plain.nbytes
    of_each = len(task.files) * one.varied[0, 0].nbytes
    return replace(maker, n_views=max(1, min(maker.n_views, left // of_each)))


def _watched(is_unseen: np.ndarray) -> np.ndarray:
    """Rows of the pictures that a network does not learn from, evenly spread where there are many."""
    rows = np.flatnonzero(is_unseen)
    places = np.linspace(0, len(rows) - 1, min(len(rows), MOST_WATCHED)).round().astype(int)
    return np.asarray(rows[places])


def _weights(task: TuningTask, fold: int) -> np.ndarray:
    """(N,) how much each picture counts without that fold, 1 on average: as it is trusted, and classes alike, as of the
    head; calibration sees to the prior."""
    trust, targets = task.trust[fold], task.targets
    of_class = np.bincount(targets, trust)
    shares = trust / np.maximum(of_class, 1e-6)[targets]
    return np.asarray(len(targets) * shares / shares.sum(), np.float32)
