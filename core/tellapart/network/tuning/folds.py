"""Tuning without each fold: every training picture is judged by a network that had not seen it, and the mean of these
networks' weights is the one to use, which has seen them all."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, replace
from functools import partial
from pathlib import Path
from typing import Any

import numpy as np
import psutil
import torch

from tellapart import atomic_files
from tellapart.backbones.lite0.weights import read_weights, weights_file
from tellapart.backbones.onnx_session import available_cpus
from tellapart.errors import TrainError
from tellapart.learning.head import Head
from tellapart.learning.tuning_curve import TuningCurve
from tellapart.network.device import Device
from tellapart.network.tuning.checkpoints import Checkpoints, not_kept
from tellapart.network.tuning.last_blocks import LastBlocks, State, averaged, mixed
from tellapart.network.tuning.memory import is_memory, kept_memory
from tellapart.network.tuning.noted_curve import NotedCurve, curve_of
from tellapart.network.tuning.pace import Pace, measured
from tellapart.network.tuning.steps import Lesson, TuningSettings, counted, tune
from tellapart.network.tuning.views import PictureFile, ViewMaker, kept_views, view_maker
from tellapart.progress import Progress

_MOST_BYTES = 2**30  # of views on disk
_BATCH = 32
_MOST_WATCHED = 32  # pictures judged after each epoch, for the curve: they cost a twentieth of the steps
_BUSY = 1.5  # processes that want a core, for each core


@dataclass(frozen=True)
class TuningTask:
    """What is to be tuned. targets, folds: (N,) of the files; every class is in the training part of every fold.

    heads: fitted without each fold; head: fitted on all. backbone: lite0.keeping.record(). device: where it is tuned.
    key: of all that decides the result, the device as well. called: what the person calls it, as in "training of all
    layers".
    """

    files: Sequence[PictureFile]
    targets: np.ndarray
    folds: np.ndarray
    heads: Sequence[Head]
    head: Head
    backbone: Mapping[str, Any]
    device: Device
    key: str
    settings: TuningSettings
    called: str


@dataclass(frozen=True)
class Tunings:
    """oof_logits: share -> (N, C), from the network that had not seen the picture, weights rounded as stored. n_parts:
    in how many parts batches had to be taken for want of memory. curve: how they learned. n_threads: that did it."""

    task: TuningTask
    views: np.ndarray
    starts: tuple[State, ...]
    tuned: tuple[State, ...]
    oof_logits: dict[float, np.ndarray]
    n_parts: int
    curve: TuningCurve
    n_threads: int

    def weights(self, share: float) -> tuple[Mapping[str, np.ndarray], Head]:
        """The state dict and the head to use: between the start and the mean of the tunings."""
        network = _network(self.task)
        start = {name: values.clone() for name, values in network.state_dict().items()}
        network.load_state_dict(mixed(start, averaged(self.tuned), share))
        return network.into(read_weights(weights_file())), network.fitted_head(self.task.head.l2)

    def embeddings_without(self, fold: int, share: float, rows: np.ndarray) -> np.ndarray:
        """(M, D) of the pictures in these (M,) rows, by the network that had not seen this fold."""
        network = _network(self.task)
        network.load_state_dict(mixed(self.starts[fold], self.tuned[fold], share))
        network.round_as_stored()
        with _threads(self.n_threads), kept_memory():
            return _Judging(network, self.views, rows, self.task.device).of(network.embeddings)


def tune_without_each(task: TuningTask, folder: Path, progress: Progress) -> Tunings:
    """The tunings, from where an earlier training with the same key was when it ended.

    Args:
        folder: for what is kept meanwhile; the caller has it alone.
    Raises:
        TrainError: a picture is gone; the disk or the memory is not enough; a checkpoint is another training's.
        DivergedError: the loss became no number.
        Cancelled: from progress; the next training with this key goes on from there.
    """
    try:
        with _threads(_n_threads(folder)), kept_memory():
            return _tune(task, folder, progress)
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
    costs = measured(list(task.files), maker, network, settings, device)
    checkpoints = Checkpoints(folder, task.key)
    curves = []
    for fold in range(n_folds):
        curves.append(NotedCurve(settings.n_epochs, n_steps[fold], _watched(task.folds == fold)))
        curves[fold].take(checkpoints.load(f"fold-{fold}")[1])
    curve = partial(curve_of, curves, settings.n_epochs, settings.rates(n_steps[0]))
    pace = Pace(progress, costs, len(task.files), n_steps, task.called, curve)
    pace.start()
    try:
        views = kept_views(folder / "views", task.files, _within_bytes(maker, task), pace.views)
    except OSError as error:
        raise not_kept(folder, error) from error
    balance = _balance(task.targets)
    starts, tuned, n_parts = [], [], 1
    shape = len(task.files), len(task.head.bias)
    oof_logits = {share: np.empty(shape, np.float32) for share in settings.shares}
    for fold, head in enumerate(task.heads):
        network = _network(task)
        network.start_from(head)
        starts.append({name: values.clone() for name, values in network.state_dict().items()})
        lesson = Lesson(views, np.flatnonzero(task.folds != fold), task.targets, balance)
        tell = partial(pace.steps, fold)
        n_parts = tune(
            network, lesson, settings, checkpoints, f"fold-{fold}", tell, device, n_parts, curves[fold]
        )
        tuned.append({name: values.clone() for name, values in network.state_dict().items()})
        unseen = np.flatnonzero(task.folds == fold)
        judging = _Judging(network, views, unseen, device, partial(pace.judged, fold))
        found = _judged(judging, starts[fold], tuned[fold], settings.shares, checkpoints, f"judged-{fold}")
        for share, logits in found.items():
            oof_logits[share][unseen] = logits
        rows = curves[fold].rows
        curves[fold].note_epoch(settings.n_epochs, counted(oof_logits[1.0][rows], lesson, rows, settings))
    n_threads = torch.get_num_threads()
    return Tunings(task, views, tuple(starts), tuple(tuned), oof_logits, n_parts, curve(), n_threads)


def _network(task: TuningTask) -> LastBlocks:
    first, averaged_blocks = task.settings.first, task.backbone["averaged_blocks"]
    return LastBlocks(read_weights(weights_file()), averaged_blocks, task.head, first)


@dataclass(frozen=True)
class _Judging:
    """A look at the first views of some rows. tell: is told how many more pictures were looked at, and whether now."""

    network: LastBlocks
    views: np.ndarray
    rows: np.ndarray
    device: Device
    tell: Callable[[int, bool], None] = lambda n, is_new: None

    def of(self, give: Callable[[torch.Tensor], torch.Tensor]) -> np.ndarray:
        """What the network gives; it is on the processor before and afterwards."""
        self.network.to(self.device.torch_device)
        found = []
        with torch.inference_mode():
            for some in _plain(self.views, self.rows):
                found.append(give(some.to(self.device.torch_device).float()).cpu().numpy())
                self.tell(len(some), True)
        self.network.cpu()
        return np.concatenate(found)


def _judged(
    judging: _Judging, start: State, tuned: State, shares: Sequence[float], checkpoints: Checkpoints,
    part: str,
) -> dict[float, np.ndarray]:  # fmt: skip
    """(M, C) logits with each share of what was tuned; as kept, where an earlier training came that far."""
    _, kept = checkpoints.load(part)
    if kept:
        judging.tell(len(shares) * len(judging.rows), False)
        return {share: kept[str(share)].numpy() for share in shares}
    found = {}
    for share in shares:
        judging.network.load_state_dict(mixed(start, tuned, share))
        judging.network.round_as_stored()
        found[share] = judging.of(judging.network)
    checkpoints.save(part, 1, {str(share): torch.from_numpy(logits) for share, logits in found.items()})
    return found


def _plain(views: np.ndarray, rows: np.ndarray) -> Iterator[torch.Tensor]:
    """The first views of these rows, a few at a time: all of them may be more than fits into memory."""
    for at in range(0, len(rows), _BATCH):
        yield torch.from_numpy(views[rows[at : at + _BATCH], 0])


def _within_bytes(maker: ViewMaker, task: TuningTask) -> ViewMaker:
    """With fewer views where all of them would not fit; epochs then share them."""
    n_bytes = len(task.files) * maker.of(task.files[0])[0].nbytes
    return replace(maker, n_views=max(1, min(maker.n_views, _MOST_BYTES // n_bytes - 1)))


def _watched(is_unseen: np.ndarray) -> np.ndarray:
    """Rows of the pictures that a network does not learn from, evenly spread where there are many."""
    rows = np.flatnonzero(is_unseen)
    places = np.linspace(0, len(rows) - 1, min(len(rows), _MOST_WATCHED)).round().astype(int)
    return np.asarray(rows[places])


def _balance(targets: np.ndarray) -> np.ndarray:
    """(N,) weights under which classes count alike, 1 on average, as of the head; calibration sees to the prior."""
    counts = np.bincount(targets)
    return np.asarray(len(targets) / (counts > 0).sum() / np.maximum(counts, 1), np.float32)[targets]


def _n_threads(folder: Path) -> int:
    """As many as there are cores; one on a busy machine, where threads that wait for one another take several times as
    long. A training that goes on takes as many as it began with: the bits may depend on them."""
    noted = folder / "threads"
    if noted.is_file():
        return int(noted.read_text("ascii"))
    is_busy = psutil.getloadavg()[0] > _BUSY * available_cpus()
    n_threads = 1 if is_busy else available_cpus()
    try:
        atomic_files.write_bytes(noted, str(n_threads).encode())
    except OSError as error:
        raise not_kept(folder, error) from error
    return n_threads


@contextmanager
def _threads(n_threads: int) -> Iterator[None]:
    before = torch.get_num_threads()
    torch.set_num_threads(n_threads)
    try:
        yield
    finally:
        torch.set_num_threads(before)
