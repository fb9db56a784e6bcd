"""The learning-rate finder: the rate grows from tiny to huge over a few steps, and the loss says where to stop.

Source: Smith 2017, "Cyclical learning rates for training neural networks" (arXiv:1506.01186); to take a tenth of the
rate at which the loss is lowest: Howard and Gugger 2020, "Deep Learning for Coders", chapter 5.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from itertools import count
from typing import TYPE_CHECKING

import numpy as np
import torch

from tellapart.network.chart_table import chart_and_table
from tellapart.network.data.batches import PictureBatch
from tellapart.network.data.data import Data
from tellapart.network.device import Device
from tellapart.network.learner.classifier import Classifier
from tellapart.network.learner.judging import shown
from tellapart.network.learner.probe import check_readable, share_refused
from tellapart.network.learner.steps import FineTuning, OneCycle, class_balance

if TYPE_CHECKING:
    from tellapart.network.charts import Chart

LOWEST, HIGHEST, N_STEPS = 1e-6, 1.0, 60
_MEMORY = 0.85  # of the smoothed loss
_TOO_HIGH = 3.0  # times the lowest loss: it has blown up
_N_ROWS, _HEADS = 10, ("rate", "loss", "")  # of a table
_BELOW = 10  # the suggestion is so many times lower than the rate of the lowest loss


@dataclass(frozen=True)
class RateSearch:
    """rates, losses: of each step, the losses smoothed. suggestion: the rate for `fine_tune`; None where no rate that
    was tried lowered the loss."""

    rates: tuple[float, ...]
    losses: tuple[float, ...]
    suggestion: float | None

    def figure(self) -> Chart:
        """Loss against rate.

        Raises:
            DescriptionError: matplotlib is not installed.
        """
        from tellapart.network.charts import rate_chart

        return rate_chart(self.rates, self.losses, self.suggestion)

    def sentence(self) -> str:
        """The suggestion, or why there is none."""
        if self.suggestion is not None:
            return f"Suggested learning rate: {self.suggestion:.1e}"
        if not self.rates:
            return (
                "No learning rate can be suggested: the loss was no number from the first step on. Look for damaged "
                "pictures."
            )
        return (
            "No learning rate can be suggested: the loss was lowest where the search begins, so every rate made it "
            "worse. Leave the rate out; where the head fits these pictures already, there is little to gain."
        )

    def table(self) -> list[dict[str, float]]:
        """Each step's "rate" and "loss", as a data frame takes them."""
        return [{"rate": rate, "loss": loss} for rate, loss in zip(self.rates, self.losses, strict=True)]

    def lines(self) -> list[str]:
        """About ten of the steps as a table of text; none where there were no steps."""
        rows = self._rows()
        return (
            [f"{rate:>10}  {loss:>8}  {mark}".rstrip() for rate, loss, mark in (_HEADS, *rows)]
            if rows
            else []
        )

    def __repr__(self) -> str:
        return "\n".join([*self.lines(), self.sentence()])

    def _repr_png_(self) -> bytes | None:
        return shown(self.figure)

    def _repr_html_(self) -> str:
        picture, title = self._repr_png_(), "How the loss changes as the rate grows"
        return f"{chart_and_table(picture, title, _HEADS, self._rows())}<p>{self.sentence()}</p>"

    def _rows(self) -> list[tuple[str, str, str]]:
        """Rate, loss and mark of about ten steps, evenly spread, with the lowest loss among them marked."""
        if not self.rates:
            return []
        last, lowest = len(self.rates) - 1, int(np.argmin(self.losses))
        steps = sorted({lowest, *(round(last * row / (_N_ROWS - 1)) for row in range(_N_ROWS))})
        return [
            (f"{self.rates[step]:.1e}", f"{self.losses[step]:.3f}", "lowest" if step == lowest else "")
            for step in steps
        ]


def search_rate(
    classifier: Classifier, data: Data, device: Device, seed: int, n_steps: int, tell: Callable[[int], object]
) -> RateSearch:
    """The losses under growing rates; the network's weights are as before afterwards, also where something raises.

    Raises:
        TrainError: the pictures of a class can no longer be read.
    """
    kept = {name: values.detach().clone() for name, values in classifier.state_dict().items()}
    balance = class_balance(data.assembly.targets[data.readable(valid=False)], len(data.classes))
    rates, losses = [], []
    smoothed = 0.0
    try:
        with torch.random.fork_rng(devices=[]):
            torch.manual_seed(seed)
            steps = OneCycle(classifier, device, FineTuning(1, HIGHEST), n_steps + 1, balance)
            highest = [group["max_lr"] for group in steps.optimizer.param_groups]
            classifier.train()
            for step, batch in zip(range(n_steps), _endless(data, device), strict=False):
                rate = LOWEST * (HIGHEST / LOWEST) ** (step / (n_steps - 1))
                for group, most in zip(steps.optimizer.param_groups, highest, strict=True):
                    group["lr"] = rate * most / HIGHEST
                tell(step)
                loss, _ = steps.once(batch)
                if not math.isfinite(loss):
                    break
                smoothed = _MEMORY * smoothed + (1 - _MEMORY) * loss
                rates.append(rate)
                losses.append(smoothed / (1 - _MEMORY ** (step + 1)))
                if losses[-1] > _TOO_HIGH * min(losses):
                    break
    finally:
        classifier.load_state_dict(kept)
    suggestion = rates[int(np.argmin(losses))] / _BELOW if rates else 0.0
    return RateSearch(tuple(rates), tuple(losses), suggestion if suggestion >= LOWEST else None)


def _endless(data: Data, device: Device) -> Iterator[PictureBatch]:
    for epoch in count():
        yield from data.train.epoch(epoch, device.torch_device, device.share)
        share_refused(data, device)
        check_readable(data)  # or nothing might be left to go on with
