"""The epochs of a training, each judged on the validation part; it stops where the loss is no number any more."""

from __future__ import annotations

import math
import time
from collections.abc import Callable, Sequence

import torch

from tellapart.errors import Interrupted, TrainError
from tellapart.network.data.data import Data
from tellapart.network.device import Device
from tellapart.network.learner.classifier import Classifier
from tellapart.network.learner.epoch import Epoch
from tellapart.network.learner.kept_epochs import KeptEpochs, KeptState
from tellapart.network.learner.probe import check_readable, judge
from tellapart.network.learner.steps import FineTuning, OneCycle, class_balance, in_groups
from tellapart.network.tuning.memory import kept_memory, want_of_memory_told

Say = Callable[[str], object]


def train_all(
    classifier: Classifier, data: Data, device: Device, settings: FineTuning, seed: int, start: Epoch, say: Say,
    kept: KeptEpochs | None = None, found: KeptState | None = None,
) -> list[Epoch]:  # fmt: skip
    """The epochs; the network then has the weights of the last one, or, where the loss became no number or nothing got
    better any more, of the best.

    Args:
        start: how good the network is before. kept: where each epoch is kept. found: what an earlier training kept
            there; this one goes on from it.
    Raises:
        TrainError: memory is not even enough for one picture, an epoch cannot be kept, or the pictures of a class can
            no longer be read; then the weights are those of the best epoch before. Interrupted: so are they.
    """
    with torch.random.fork_rng(devices=[]), kept_memory():
        torch.manual_seed(seed)  # for dropout and its like
        with want_of_memory_told(device.share.n, data.train.batch_size):
            return _epochs(classifier, data, device, settings, start, say, kept, found)


def _epochs(
    classifier: Classifier, data: Data, device: Device, settings: FineTuning, start: Epoch, say: Say,
    kept: KeptEpochs | None, found: KeptState | None,
) -> list[Epoch]:  # fmt: skip
    balance = class_balance(data.assembly.targets[data.readable(valid=False)], len(data.classes))
    steps = OneCycle(classifier, device, settings, settings.n_steps(len(data.train)), balance)
    epochs = list(found.epochs[1:]) if found else []
    best, best_weights = _best([start, *epochs]), found.go_on(steps) if found else _copied(classifier)
    if kept and not found:
        kept.save(data, [start], steps, best_weights)
    number = len(epochs)
    try:
        for number in range(len(epochs) + 1, settings.epochs + 1):
            if settings.patience is not None and number - 1 - best.number >= settings.patience:
                classifier.load_state_dict(best_weights)
                say(
                    f"Nothing got better in {settings.patience} epochs. Training stopped, and the weights {_of(best)} "
                    "were kept."
                )
                return [one for one in epochs if one.number <= best.number]
            clock = time.monotonic()
            classifier.train()
            try:
                train_loss = _pass(steps, data, number - 1, say)
                learning = _copied(classifier)
                if steps.average is not None:
                    classifier.load_state_dict(steps.average.values)
                judgement = judge(classifier, data, device) if math.isfinite(train_loss) else None
                if judgement:
                    check_readable(data)
            except TrainError:
                classifier.load_state_dict(best_weights)
                raise
            if judgement is None or not math.isfinite(judgement.loss):
                classifier.load_state_dict(best_weights)
                say(_diverged(number, settings, best))
                return [one for one in epochs if one.number <= best.number]
            epoch = Epoch(number, train_loss, judgement, time.monotonic() - clock)
            epochs.append(epoch)
            say(_said(epoch, settings.epochs))
            if epoch.is_better(best):
                best, best_weights = epoch, _copied(classifier)
            classifier.load_state_dict(learning)
            if kept:
                kept.save(data, [start, *epochs], steps, best_weights)
    except KeyboardInterrupt:
        classifier.load_state_dict(best_weights)
        raise Interrupted(
            f"Training was stopped in epoch {number} of {settings.epochs}, and the weights {_of(best)} were kept. A "
            "further fine_tune goes on from them."
        ) from None
    if steps.average is not None:
        classifier.load_state_dict(steps.average.values)
    if epochs[-1].error_rate > start.error_rate:
        say(
            f"It was better before: {start.judgement.sentence()}. Try a lower rate, fewer epochs, or more pictures; "
            "fine_tune(0) of a new learner gives what it was."
        )
    return epochs


def _best(epochs: Sequence[Epoch]) -> Epoch:
    best, *rest = epochs
    for epoch in rest:
        best = epoch if epoch.is_better(best) else best
    return best


def _pass(steps: OneCycle, data: Data, epoch: int, say: Say) -> float:
    """The mean loss of one pass over the training pictures; NaN as soon as a loss is no finite number."""
    total, n_seen, n_parts = 0.0, 0, steps.n_parts
    batches = data.train.epoch(epoch, steps.device.torch_device, steps.device.share)
    for batch, is_last in in_groups(batches, steps.settings.accumulate):
        loss, n = steps.once(batch, is_last)
        if not math.isfinite(loss):
            return math.nan
        total, n_seen = total + loss * n, n_seen + n
        if steps.n_parts > n_parts:
            n_parts = steps.n_parts
            size = -(-data.train.batch_size // n_parts)
            say(f"The memory was not enough: batches are taken {size} pictures at a time from here on.")
    return total / max(1, n_seen)


def _said(epoch: Epoch, n_epochs: int) -> str:
    left_s = epoch.seconds * (n_epochs - epoch.number)
    left = f", about {left_s:.0f} s left" if left_s else ""
    return (
        f"Epoch {epoch.number} of {n_epochs}: training loss {epoch.train_loss:.3f}, {epoch.judgement.sentence()}; "
        f"{epoch.seconds:.0f} s{left}"
    )


def _of(best: Epoch) -> str:
    return f"of epoch {best.number}, the best so far," if best.number else "from before the first epoch"


def _diverged(number: int, settings: FineTuning, best: Epoch) -> str:
    return (
        f"The loss was no longer a number in epoch {number} of {settings.epochs}. Training stopped, and the weights "
        f"{_of(best)} were kept. Try a lower rate: fine_tune({settings.epochs}, rate={settings.rate / 10:.0e}), or see "
        "what lr_find() suggests; and look for damaged pictures."
    )


def _copied(classifier: Classifier) -> dict[str, torch.Tensor]:
    return {name: values.detach().clone() for name, values in classifier.state_dict().items()}
