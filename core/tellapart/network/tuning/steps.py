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

from tellapart.network.tuning.checkpoints import Checkpoints, bring_back, with_optimizer
from tellapart.network.tuning.last_blocks import LastBlocks

_BETAS, _WEIGHT_DECAY = (0.9, 0.99), 0.01
_WARM_UP = 0.2  # share of the steps in which the rate rises
_LEAST_RATE = 0.01  # of the highest
_MOST_PARTS = 16


@dataclass(frozen=True)
class TuningSettings:
    """rate: highest learning rate, of the last layers; each block before has rate_falls times that of the next.
    n_views: augmented views of each picture; the epochs take them in turn. save_every_s: between checkpoints; 0 for
    each step."""

    n_epochs: int = 5
    n_views: int = 5
    batch: int = 16
    rate: float = 3e-4
    rate_falls: float = 0.8
    smoothing: float = 0.1
    seed: int = 0
    save_every_s: float = 8.0

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


class DivergedError(Exception):
    """The loss is no number any more."""


@dataclass(frozen=True)
class Lesson:
    """What is learned from. views: (N, 1 + V, F). rows: (M,) of them. targets, weights: (N,) class, and how much each
    picture counts, 1 on average."""

    views: np.ndarray
    rows: np.ndarray
    targets: np.ndarray
    weights: np.ndarray

    def batches(self, settings: TuningSettings, epoch: int) -> list[np.ndarray]:
        """Rows in the order of that epoch."""
        order = np.random.default_rng([settings.seed, epoch, len(self.rows)]).permutation(self.rows)
        return np.array_split(order, settings.n_batches(len(self.rows)))


def tune(
    network: LastBlocks, lesson: Lesson, settings: TuningSettings, checkpoints: Checkpoints, part: str,
    tell: Callable[[int], None],
) -> None:  # fmt: skip
    """Let the network learn, from where its last checkpoint is.

    Args:
        tell: is told the steps done after each; when it raises, a checkpoint is kept first.
    Raises:
        TrainError: a checkpoint cannot be read or kept, or memory is not enough. DivergedError: the loss is no number.
    """
    optimizer = _optimizer(network, settings)
    n_steps = settings.n_steps(len(lesson.rows))
    step, state = checkpoints.load(part)
    if state:
        bring_back(state, network, optimizer)
    saved_at, n_parts = time.monotonic(), 1
    while step < n_steps:
        epoch, place = divmod(step, settings.n_batches(len(lesson.rows)))
        rows = lesson.batches(settings, epoch)[place]
        for group in optimizer.param_groups:
            group["lr"] = group["highest"] * settings.rate_at(step, n_steps)
        view = 1 + epoch % max(1, lesson.views.shape[1] - 1)
        n_parts = learn_once(network, optimizer, lesson, rows, view, settings, n_parts)
        step += 1
        try:
            tell(step)
        except BaseException:
            checkpoints.save(part, step, with_optimizer(network, optimizer))
            raise
        if step == n_steps or time.monotonic() - saved_at >= settings.save_every_s:
            checkpoints.save(part, step, with_optimizer(network, optimizer))
            saved_at = time.monotonic()


def learn_once(
    network: LastBlocks, optimizer: torch.optim.Optimizer, lesson: Lesson, rows: np.ndarray, view: int,
    settings: TuningSettings, n_parts: int = 1,
) -> int:  # fmt: skip
    """One step; in how many parts the batch was taken: twice as many where memory is short.

    Raises:
        DivergedError: the loss is no number; nothing was changed.
    """
    while True:
        try:
            optimizer.zero_grad(set_to_none=True)
            total = 0.0
            for some in np.array_split(rows, min(n_parts, len(rows))):
                features = torch.from_numpy(lesson.views[some, view].astype(np.float32))
                targets = torch.from_numpy(lesson.targets[some])
                weights = torch.from_numpy(lesson.weights[some])
                losses = functional.cross_entropy(
                    network(features), targets, reduction="none", label_smoothing=settings.smoothing
                )
                loss = (losses * weights).sum() / len(rows)
                loss.backward()  # type: ignore[no-untyped-call]
                total += float(loss.detach())
            break
        except (MemoryError, RuntimeError) as error:
            if not is_memory(error) or n_parts >= _MOST_PARTS:
                raise
            n_parts *= 2
    if not math.isfinite(total):
        raise DivergedError
    optimizer.step()
    return n_parts


def is_memory(error: BaseException) -> bool:
    """Whether it says that memory ran out; torch has no class of its own for that on a CPU."""
    return isinstance(error, MemoryError) or "memory" in str(error).lower()


def _optimizer(network: LastBlocks, settings: TuningSettings) -> torch.optim.AdamW:
    layers = [[*network.last.parameters(), *network.head.parameters()]]
    layers += [list(block.parameters()) for block in reversed(network.blocks)]
    groups = [
        {"params": parameters, "highest": settings.rate * settings.rate_falls**depth}
        for depth, parameters in enumerate(layers)
    ]
    return torch.optim.AdamW(groups, lr=settings.rate, betas=_BETAS, weight_decay=_WEIGHT_DECAY)
