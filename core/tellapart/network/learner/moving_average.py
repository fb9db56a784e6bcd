"""The moving average of a network's weights over the steps of a training (EMA): steadier than those of one step."""

from __future__ import annotations

import torch
from torch import nn

_YOUNG = 10  # steps; until some times as many were made, the average forgets faster, or it would remember the start


class MovingAverage:
    """decay: what is kept of the average at each step, 0 to 1. n_steps: made so far. values: name -> the average."""

    def __init__(self, network: nn.Module, decay: float) -> None:
        self.decay, self.n_steps = decay, 0
        self.values = {name: values.detach().clone() for name, values in network.state_dict().items()}

    @torch.no_grad()
    def update(self, network: nn.Module) -> None:
        """One more step was made."""
        self.n_steps += 1
        decay = min(self.decay, self.n_steps / (self.n_steps + _YOUNG))
        for name, values in network.state_dict().items():
            if values.is_floating_point():
                self.values[name].lerp_(values, 1 - decay)
            else:
                self.values[name].copy_(values)
