"""What is noted of a tuning while it goes on: the loss of each step, and after each epoch that of pictures which the
network does not learn from. It lies in the checkpoints, so that a tuning that goes on has all of it."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import torch

from tellapart.learning.tuning_curve import NetworkCurve, TuningCurve, quarter_means
from tellapart.network.tuning.last_blocks import State

_LOSSES, _HELD_OUT = "curve.losses", "curve.held_out"


class NotedCurve:
    """Of one network. rows: the pictures that it is judged on after each epoch."""

    def __init__(self, n_epochs: int, n_steps: int, rows: np.ndarray) -> None:
        self.rows = rows
        self._losses = torch.full((n_steps,), torch.nan)
        self._held_out = torch.full((n_epochs + 1, 2), torch.nan)

    def note_step(self, n_done: int, loss: float) -> None:
        """The loss of the last of so many steps."""
        self._losses[n_done - 1] = loss

    def note_epoch(self, n_done: int, judgement: tuple[float, float]) -> None:
        """The loss of the rows, and the share of them that is wrong, after so many epochs; 0 for before it learns."""
        self._held_out[n_done] = torch.tensor(judgement)

    def tensors(self) -> State:
        """What a checkpoint keeps of it."""
        return {_LOSSES: self._losses.clone(), _HELD_OUT: self._held_out.clone()}

    def take(self, state: State) -> None:
        """What a checkpoint kept; nothing of one that knows no curve."""
        for name, own in ((_LOSSES, self._losses), (_HELD_OUT, self._held_out)):
            if name in state and state[name].shape == own.shape:
                own.copy_(state[name])

    def network(self, n_epochs: int) -> NetworkCurve:
        """As it is now."""
        held_out = self._held_out.numpy().astype(float)
        losses = quarter_means(self._losses.numpy().astype(float), n_epochs)
        return NetworkCurve(losses, held_out[:, 0].copy(), held_out[:, 1].copy())


def curve_of(curves: Sequence[NotedCurve], n_epochs: int, rates: np.ndarray) -> TuningCurve:
    """All of them together. rates: (S,) of each step."""
    return TuningCurve(
        n_epochs, quarter_means(rates, n_epochs), tuple(one.network(n_epochs) for one in curves)
    )
