"""The steps of one tuning: AdamW, one cycle, label smoothing, lower rates for earlier blocks. The same bits each time.

The head starts fitted (linear probe first), so that the blocks learn from its gradient and not from noise.
Source: Kumar et al. 2022, "Fine-tuning can distort pretrained features" (arXiv:2202.10054).
"""

from __future__ import annotations

import math
import time
from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
import torch
from torch.nn import functional

from tellapart.network.device import PROCESSOR, Device
from tellapart.network.tuning.checkpoints import Checkpoints, bring_back, with_optimizer
from tellapart.network.tuning.last_blocks import FIRST, LastBlocks
from tellapart.network.tuning.memory import in_parts
from tellapart.network.tuning.noted_curve import NotedCurve
from tellapart.planning.variation import USUAL, Variation

_BETAS, _WEIGHT_DECAY = (0.9, 0.99), 0.01
_WARM_UP = 0.2  # share of the steps in which the rate rises
_LEAST_RATE = 0.01  # of the highest
_MOST_PARTS = 16
_JUDGED_AT_ONCE = 16


@dataclass(frozen=True)
class TuningSettings:
    """first: of the blocks that learn; 0 for all layers. rate: highest learning rate, of the last layers; each block
    before has rate_falls times that of the next. n_views: varied views of each picture; the epochs take them in turn.
    side_px: of these; as of pictures in use unless given. shares: of the tuned weights that are tried beside none; 1 is
    among them. save_every_s: between checkpoints; 0 for each step. variation: how views differ."""

    first: int = FIRST
    n_epochs: int = 4
    n_views: int = 2
    side_px: int | None = 192
    batch: int = 16
    rate: float = 3e-4
    rate_falls: float = 0.8
    smoothing: float = 0.1
    seed: int = 0
    shares: tuple[float, ...] = (0.5, 0.75, 1.0)
    save_every_s: float = 8.0
    variation: Variation = USUAL

    def n_steps(self, n_pictures: int) -> int:
        """Of a tuning on so many pictures."""
        return self.n_epochs * self.n_batches(n_pictures)

    def n_batches(self, n_pictures: int) -> int:
        """Of one epoch."""
        return max(1, round(n_pictures / self.batch))

    def rate_at(self, step: int, n_steps: int) -> float:
        """As a share of the highest: up along a line, down along a cosine."""
        at = (step + 0.5) / n_steps
        if at < _WARM_UP:
            return _LEAST_RATE + (1 - _LEAST_RATE) * at / _WARM_UP
        falling = 0.5 * (1 + math.cos(math.pi * (at - _WARM_UP) / (1 - _WARM_UP)))
        return _LEAST_RATE + (1 - _LEAST_RATE) * falling

    def rates(self, n_steps: int) -> np.ndarray:
        """(n_steps,) of the last layers."""
        return self.rate * np.array([self.rate_at(step, n_steps) for step in range(n_steps)])


class DivergedError(Exception):
    """The loss is no number any more."""


@dataclass(frozen=True)
class Views:
    """plain: (N, F), of pictures as the network sees them in use. varied: (N, V, G), of V variations of each."""

    plain: np.ndarray
    varied: np.ndarray

    def __len__(self) -> int:
        return len(self.plain)


@dataclass(frozen=True)
class Lesson:
    """What is learned from. rows: (M,) of the N views. targets, weights: (N,) class, and how much each
    picture counts, 1 on average."""

    views: Views
    rows: np.ndarray
    targets: np.ndarray
    weights: np.ndarray

    def batches(self, settings: TuningSettings, epoch: int) -> list[np.ndarray]:
        """Rows in the order of that epoch."""
        order = np.random.default_rng([settings.seed, epoch, len(self.rows)]).permutation(self.rows)
        return np.array_split(order, settings.n_batches(len(self.rows)))


def tune(
    network: LastBlocks, lesson: Lesson, settings: TuningSettings, checkpoints: Checkpoints, part: str,
    tell: Callable[[int], None], device: Device = PROCESSOR, n_parts: int = 1, curve: NotedCurve | None = None,
) -> int:  # fmt: skip
    """Let the network learn, from where its last checkpoint is; in how many parts batches are taken at the end.

    Args:
        tell: is told the steps done after each; when it raises, a checkpoint is kept first.
        n_parts: as many to begin with. curve: notes the loss of each step, and of its rows before the first epoch and
            after each but the last; None where nobody looks.
    Raises:
        TrainError: a checkpoint cannot be read or kept, or memory is not enough. DivergedError: the loss is no number.
    """
    network.to(device.torch_device)
    network.hurry()  # where it is only looked at
    optimizer = optimizer_of(network, settings)
    n_steps = settings.n_steps(len(lesson.rows))
    step, state = checkpoints.load(part)
    if state:
        bring_back(state, network, optimizer)
    learner = Learning(*device.prepared(network, optimizer), device, settings, n_parts)
    n_batches = settings.n_batches(len(lesson.rows))
    if curve is not None and state:
        curve.take(state)
    elif curve is not None:
        curve.note_epoch(0, learner.judged(lesson, curve.rows))
    saved_at = time.monotonic()

    def save() -> None:
        noted = {} if curve is None else curve.tensors()
        going_on = optimizer if step < n_steps else None
        checkpoints.save(part, step, {**with_optimizer(network, going_on), **noted})

    while step < n_steps:
        epoch, place = divmod(step, n_batches)
        rows = lesson.batches(settings, epoch)[place]
        for group in optimizer.param_groups:
            group["lr"] = group["highest"] * settings.rate_at(step, n_steps)
        view = epoch % lesson.views.varied.shape[1]
        loss = learner.once(lesson, rows, view)
        step += 1
        if curve is not None:
            curve.note_step(step, loss)
            if step % n_batches == 0 and step < n_steps:
                curve.note_epoch(epoch + 1, learner.judged(lesson, curve.rows))
        try:
            tell(step)
        except BaseException:
            save()
            raise
        if step == n_steps or time.monotonic() - saved_at >= settings.save_every_s:
            save()
            saved_at = time.monotonic()
    network.cpu()
    return learner.n_parts


@dataclass
class Learning:
    """A network and its optimizer, ready for steps. n_parts: in how many parts a batch is taken; twice as many where
    memory was short."""

    network: torch.nn.Module
    optimizer: torch.optim.Optimizer
    device: Device
    settings: TuningSettings
    n_parts: int = 1

    def once(self, lesson: Lesson, rows: np.ndarray, view: int) -> float:
        """One step; the loss before it.

        Raises:
            DivergedError: the loss is no number; nothing was changed.
            MemoryError, RuntimeError: memory is not enough for a few pictures.
        """
        loss, self.n_parts = in_parts(
            lambda n_parts: self._gradient(lesson, rows, view, n_parts),
            self.n_parts,
            _MOST_PARTS,
            self.device.free,
        )
        if not math.isfinite(loss):
            raise DivergedError
        self.optimizer.step()
        return loss

    def judged(self, lesson: Lesson, rows: np.ndarray) -> tuple[float, float]:
        """The loss of these pictures as they are in use, counted as in learning, and the share of them that is wrong;
        NaN where there are none."""
        found = []
        with torch.inference_mode(), self.device.precision():
            for at in range(0, len(rows), _JUDGED_AT_ONCE):
                some = torch.from_numpy(lesson.views.plain[rows[at : at + _JUDGED_AT_ONCE]])
                found.append(self.network(some.to(self.device.torch_device).float()).float().cpu().numpy())
        return counted(np.concatenate(found), lesson, rows, self.settings) if found else (math.nan, math.nan)

    def _gradient(self, lesson: Lesson, rows: np.ndarray, view: int, n_parts: int) -> float:
        self.optimizer.zero_grad(set_to_none=True)
        total, to = 0.0, self.device.torch_device
        for some in np.array_split(rows, min(n_parts, len(rows))):
            features = torch.from_numpy(lesson.views.varied[some, view]).to(to).float()
            targets = torch.from_numpy(lesson.targets[some]).to(to)
            weights = torch.from_numpy(lesson.weights[some]).to(to)
            with self.device.precision():
                logits = self.network(features)
            losses = functional.cross_entropy(
                logits.float(), targets, reduction="none", label_smoothing=self.settings.smoothing
            )
            loss = (losses * weights).sum() / len(rows)
            self.device.backward(loss)
            total += float(loss.detach())
        return total


def counted(
    logits: np.ndarray, lesson: Lesson, rows: np.ndarray, settings: TuningSettings
) -> tuple[float, float]:
    """The loss of these pictures by their (M, C) logits, counted as in learning, and the share that is wrong."""
    found = torch.from_numpy(logits)
    targets, weights = torch.from_numpy(lesson.targets[rows]), torch.from_numpy(lesson.weights[rows])
    losses = functional.cross_entropy(found, targets, reduction="none", label_smoothing=settings.smoothing)
    return float((losses * weights).mean()), float((found.argmax(dim=1) != targets).float().mean())


def optimizer_of(network: LastBlocks, settings: TuningSettings) -> torch.optim.AdamW:
    """AdamW with the highest rate of each layer."""
    groups = [
        {"params": parameters, "highest": settings.rate * settings.rate_falls**depth}
        for depth, parameters in enumerate(network.layers())
    ]
    # the processor then goes through its memory once: a step takes a twelfth less
    fused = network.head.weight.device.type == "cpu" or None
    return torch.optim.AdamW(groups, lr=settings.rate, betas=_BETAS, weight_decay=_WEIGHT_DECAY, fused=fused)
