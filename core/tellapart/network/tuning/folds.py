"""Tuning without each fold: every training picture is judged by a network that had not seen it, and the mean of these
networks' weights is the one to use, which has seen them all."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, replace
from functools import partial
from pathlib import Path
from typing import Any

import numpy as np
import psutil
import torch

from tellapart import atomic_files
from tellapart.backbones.lite0.graph import first_blocks_onnx
from tellapart.backbones.lite0.weights import read_weights, weights_file
from tellapart.backbones.onnx_session import available_cpus, open_session
from tellapart.errors import BackboneError, TrainError
from tellapart.learning.head import Head
from tellapart.network.tuning.checkpoints import Checkpoints, not_kept
from tellapart.network.tuning.last_blocks import FIRST, LastBlocks, State, averaged, mixed
from tellapart.network.tuning.memory import kept_memory
from tellapart.network.tuning.pace import Pace, measured
from tellapart.network.tuning.steps import Lesson, TuningSettings, is_memory, tune
from tellapart.network.tuning.views import PictureFile, ViewMaker, kept_views
from tellapart.pictures.preprocess import Preprocess
from tellapart.progress import Progress

SHARES = (0.0, 0.25, 0.5, 0.75, 1.0)  # of the tuned weights in those between them and the start
_MOST_BYTES = 2**30  # of views on disk
_BATCH = 32
_BUSY = 1.5  # processes that want a core, for each core


@dataclass(frozen=True)
class TuningTask:
    """What is to be tuned. targets, folds: (N,) of the files; every class is in the training part of every fold.

    heads: fitted without each fold; head: fitted on all. backbone: lite0.keeping.record(). key: of all that decides the
    result.
    """

    files: Sequence[PictureFile]
    targets: np.ndarray
    folds: np.ndarray
    heads: Sequence[Head]
    head: Head
    backbone: Mapping[str, Any]
    key: str
    settings: TuningSettings


@dataclass(frozen=True)
class Tunings:
    """oof_logits: share -> (N, C), from the network that had not seen the picture, weights rounded as stored."""

    task: TuningTask
    views: np.ndarray
    starts: tuple[State, ...]
    tuned: tuple[State, ...]
    oof_logits: dict[float, np.ndarray]

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
        with torch.inference_mode():
            found = [network.embeddings(some).numpy() for some in _plain(self.views, rows)]
        return np.concatenate(found)


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
            "The memory is not enough to train thoroughly. Close other programs, or choose the recipe quick, which "
            "needs a tenth of it."
        ) from error


def _tune(task: TuningTask, folder: Path, progress: Progress) -> Tunings:
    weights, averages = read_weights(weights_file()), task.backbone["averaged_blocks"]
    content = first_blocks_onnx(weights, FIRST, averages)
    session = open_session(content, BackboneError, n_threads=1, keeps_memory=True)
    preprocess = Preprocess.from_json(dict(task.backbone["preprocess"]))
    maker = ViewMaker(session, preprocess, task.settings.n_views, task.settings.seed)
    network = _network(task)
    n_folds = len(task.heads)
    n_steps = [task.settings.n_steps(int((task.folds != fold).sum())) for fold in range(n_folds)]
    pace = Pace(progress, measured(list(task.files), maker, network, task.settings), len(task.files), n_steps)
    pace.start()
    checkpoints = Checkpoints(folder, task.key)
    try:
        views = kept_views(folder / "views.f16", task.files, _within_bytes(maker, task), pace.views)
    except OSError as error:
        raise not_kept(folder, error) from error
    balance = _balance(task.targets)
    starts, tuned = [], []
    oof_logits = {share: np.empty((len(task.files), len(task.head.bias)), np.float32) for share in SHARES}
    for fold, head in enumerate(task.heads):
        network = _network(task)
        network.start_from(head)
        starts.append({name: values.clone() for name, values in network.state_dict().items()})
        lesson = Lesson(views, np.flatnonzero(task.folds != fold), task.targets, balance)
        tune(network, lesson, task.settings, checkpoints, f"fold-{fold}", partial(pace.steps, fold))
        tuned.append({name: values.clone() for name, values in network.state_dict().items()})
        unseen = np.flatnonzero(task.folds == fold)
        for share in SHARES:
            network.load_state_dict(mixed(starts[fold], tuned[fold], share))
            network.round_as_stored()
            with torch.inference_mode():
                oof_logits[share][unseen] = np.concatenate(
                    [network(some).numpy() for some in _plain(views, unseen)]
                )
    return Tunings(task, views, tuple(starts), tuple(tuned), oof_logits)


def _network(task: TuningTask) -> LastBlocks:
    return LastBlocks(read_weights(weights_file()), task.backbone["averaged_blocks"], task.head)


def _plain(views: np.ndarray, rows: np.ndarray) -> Iterator[torch.Tensor]:
    """The first views of these rows, a few at a time: all of them may be more than fits into memory."""
    for at in range(0, len(rows), _BATCH):
        yield torch.from_numpy(views[rows[at : at + _BATCH], 0].astype(np.float32))


def _within_bytes(maker: ViewMaker, task: TuningTask) -> ViewMaker:
    """With fewer views where all of them would not fit; epochs then share them."""
    n_bytes = len(task.files) * maker.of(task.files[0])[0].nbytes
    return replace(maker, n_views=max(1, min(maker.n_views, _MOST_BYTES // n_bytes - 1)))


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
