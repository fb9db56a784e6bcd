"""The steps of training all layers: AdamW, one cycle, label smoothing, rates that fall towards the first layers."""

from __future__ import annotations

import math
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field

import numpy as np
import torch
from torch.nn import functional
from torch.optim.lr_scheduler import OneCycleLR

from tellapart.network.data.batches import PictureBatch
from tellapart.network.data.growing import made_smaller, side_at
from tellapart.network.data.share import NOBODY
from tellapart.network.device import Device
from tellapart.network.learner.classifier import Classifier
from tellapart.network.learner.mixed_pictures import Mixer
from tellapart.network.learner.moving_average import MovingAverage
from tellapart.network.tuning.memory import in_parts

RATE = 1e-3
_FULL_CYCLE = 100  # steps
_BETAS, _WEIGHT_DECAY = (0.9, 0.99), 0.01
_WARM_UP = 0.25  # share of the steps in which rates rise
_FEWEST = 8  # steps of a cycle; a shorter training ends within one
_LONGEST = 1.0  # of the gradient


@dataclass(frozen=True)
class FineTuning:
    """rate: highest learning rate, of the head. least: what the first layers' is of that. smoothing: share of each
    label that is spread over all. mixup, cutmix: see `Mixer`. ema: decay of a moving average of the weights, which is
    then what is judged and kept; 0 for none. patience: epochs without a better one until it stops; None for never.
    start_px: side of the pictures at the start, see `growing`; None for their full one throughout. accumulate: batches
    that one step learns from."""

    epochs: int
    rate: float
    least: float = 0.05
    smoothing: float = 0.1
    mixup: float = 0.0
    cutmix: float = 0.0
    ema: float = 0.0
    patience: int | None = None
    start_px: int | None = None
    accumulate: int = field(
        default=1, repr=False
    )  # by what is shown, epochs of versions without it are known again

    def n_steps(self, n_batches: int) -> int:
        """Of all epochs, with so many batches each; an epoch ends with a step, be it from fewer batches."""
        return self.epochs * -(-n_batches // self.accumulate)


class OneCycle:
    """The optimizer and its schedule. n_parts: into how many parts a batch is cut, since memory was short. average: of
    the weights, None where none was asked for."""

    def __init__(
        self, classifier: Classifier, device: Device, settings: FineTuning, n_steps: int, balance: np.ndarray
    ) -> None:
        groups = classifier.parameter_groups(settings.rate, settings.least)
        highest = [group["lr"] for group in groups]
        self.adam = optimizer = torch.optim.AdamW(groups, betas=_BETAS, weight_decay=_WEIGHT_DECAY)
        self.schedule = OneCycleLR(
            optimizer, highest, total_steps=max(_FEWEST, n_steps), pct_start=_WARM_UP, cycle_momentum=False
        )
        self.device, self.settings, self._n_steps = device, settings, n_steps
        self.network, self.optimizer = device.prepared(classifier, optimizer)
        self.balance = torch.from_numpy(balance.astype(np.float32)).to(device.torch_device)
        self.mixer = Mixer(settings.mixup, settings.cutmix, len(balance))
        self.classifier = classifier
        self.average = MovingAverage(classifier, settings.ema) if settings.ema else None
        self.n_parts = 1
        self._n_first = self._n_seen = (
            0  # pictures of the first batch since the last step, and of all batches since
        )

    def once(self, batch: PictureBatch, is_last: bool = True) -> tuple[float, int]:
        """Learn from one batch; its mean loss and how many pictures it has, the shares of all processes together.
        Nothing is learned where the loss is not a finite number.

        Args:
            is_last: of those that one step learns from, each picture of them alike; the step is made after it.
        Raises:
            RuntimeError, MemoryError: memory is not even enough for one picture, or for one of several processes.
        """
        share = self.device.share
        weight = (batch.places != NOBODY).float().to(batch.targets.device)
        pictures, targets = self.mixer(batch)
        n = round(self.device.total(float(weight.sum()))[0])
        if not n and not self._n_seen:  # none of them could be read
            return 0.0, 0
        before = [one.grad if self._n_seen else None for one in self.classifier.parameters()]
        if not self._n_seen:
            self._n_first = n
        weight = weight * share.n / self._n_first  # since the mean of the processes' gradients is taken
        with self.device.apart(self.network, not is_last):
            loss, self.n_parts = in_parts(
                lambda n_parts: self._gradient(pictures, targets, weight, n_parts, before),
                self.n_parts, len(batch.targets) if share.n == 1 else 1, self.device.free,
            )  # fmt: skip
        loss = self.device.total(loss)[0] / share.n * (self._n_first / max(1, n))
        self._n_seen += n
        if math.isfinite(loss) and is_last:
            self._step()
        return loss, n

    def _step(self) -> None:
        """Along the mean gradient of all pictures since the last one; a schedule's rate and an average follow."""
        if self._n_seen != self._n_first:
            for one in self.classifier.parameters():
                if one.grad is not None:
                    one.grad.mul_(self._n_first / self._n_seen)
        self._n_seen = 0
        self.device.shorten(self.network, self.optimizer, _LONGEST)
        self.optimizer.step()
        if self.schedule.last_epoch < self.schedule.total_steps - 1:
            self.schedule.step()
        if self.average is not None:
            self.average.update(self.classifier)

    def _side(self, full_px: int) -> int:
        start_px = self.settings.start_px
        if start_px is None:
            return full_px
        return side_at(self.schedule.last_epoch / self._n_steps, start_px, full_px)

    def _gradient(
        self, pictures: torch.Tensor, targets: torch.Tensor, weight: torch.Tensor, n_parts: int,
        before: Sequence[torch.Tensor | None],
    ) -> float:  # fmt: skip
        """The batch's loss; its gradient is added to that from before, which stays as it is for another attempt."""
        side_px = self._side(pictures.shape[-1])
        for one, gradient in zip(self.classifier.parameters(), before, strict=True):
            one.grad = None if gradient is None else gradient.clone()
        total, n = 0.0, len(targets)
        for part in torch.arange(n).tensor_split(min(n_parts, n)):
            own = slice(int(part[0]), int(part[-1]) + 1)
            wanted = targets[own]
            with self.device.precision():
                logits = self.network(made_smaller(pictures[own], side_px))
            losses = functional.cross_entropy(
                logits.float(), wanted, reduction="none", label_smoothing=self.settings.smoothing
            )
            balance = wanted @ self.balance if wanted.dim() == 2 else self.balance[wanted]
            loss = (losses * balance * weight[own]).sum()
            self.device.backward(loss)
            total += float(loss.detach())
        return total


def in_groups(batches: Iterable[PictureBatch], n: int) -> Iterator[tuple[PictureBatch, bool]]:
    """Each batch, and whether it is the last of its group; groups have n batches, the last one perhaps fewer."""
    left = iter(batches)
    batch, number = next(left, None), 0
    while batch is not None:
        number += 1
        if number % n:
            following = next(left, None)
            yield batch, following is None
        else:
            yield batch, True
            following = next(left, None)  # only now: steps of one's own draw what they need in order
        batch = following


def usual_rate(n_steps: int) -> float:
    """The highest rate that a cycle of so many steps can still come down from; a few large ones undo what the head was
    fitted to, and there is no time to mend it."""
    return RATE * min(1.0, max(1, n_steps) / _FULL_CYCLE)


def class_balance(targets: np.ndarray, n_classes: int) -> np.ndarray:
    """(C,) weights under which classes count alike, 1 on average over the pictures."""
    counts = np.bincount(targets, minlength=n_classes)
    return np.asarray(len(targets) / n_classes / np.maximum(counts, 1))
