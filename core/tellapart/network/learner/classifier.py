"""A network with a head on standardised features, and which of its layers learn how fast."""

from __future__ import annotations

import math
from typing import Any

import numpy as np
import torch
from torch import nn
from torch.nn.modules.batchnorm import _BatchNorm

from tellapart.learning.head import Head
from tellapart.network.learner.networks import Network

_N_GROUPS = 6  # of layers, from the first to the last; rates fall from one to the next


class Classifier(nn.Module):
    """(N, 3, H, W) of 0 to 1 to (N, C) logits, in which classes count alike however many pictures they have.

    Statistics of batch norms stay as they are: small batches of few pictures would spoil them.
    """

    pixel_mean: torch.Tensor
    pixel_std: torch.Tensor
    mean: torch.Tensor
    scale: torch.Tensor

    def __init__(self, network: Network, n_classes: int, seed: int) -> None:
        super().__init__()
        self.body = network.body
        self.register_buffer("pixel_mean", torch.tensor(network.mean).view(1, 3, 1, 1), persistent=False)
        self.register_buffer("pixel_std", torch.tensor(network.std).view(1, 3, 1, 1), persistent=False)
        self.register_buffer("mean", torch.zeros(network.n_features))
        self.register_buffer("scale", torch.ones(network.n_features))
        with torch.random.fork_rng(devices=[]):
            torch.manual_seed(seed)
            self.head = nn.Linear(network.n_features, n_classes)

    def features(self, pictures: torch.Tensor) -> torch.Tensor:
        """(N, D)."""
        pixels = (pictures - self.pixel_mean) / self.pixel_std
        if pixels.device.type == "cpu":  # convolutions then take less time; cards were not measured
            pixels = pixels.contiguous(memory_format=torch.channels_last)
        return torch.flatten(self.body(pixels), 1)

    def forward(self, pictures: torch.Tensor) -> torch.Tensor:
        """(N, C) logits."""
        logits: torch.Tensor = self.head((self.features(pictures).float() - self.mean) / self.scale)
        return logits

    def train(self, mode: bool = True) -> Classifier:
        """The same, ready to learn; batch norms only to be learned through."""
        super().train(mode)
        for module in self.modules():
            if isinstance(module, _BatchNorm):
                module.eval()
        return self

    def start_from(self, head: Head) -> None:
        """Let the head be this one."""
        with torch.no_grad():
            self.mean.copy_(torch.from_numpy(head.mean))
            self.scale.copy_(torch.from_numpy(head.scale))
            self.head.weight.copy_(torch.from_numpy(head.weights.T.copy()))
            self.head.bias.copy_(torch.from_numpy(head.bias))

    def fitted_head(self) -> Head:
        """The head as it is now."""
        weights, bias = self.head.weight.detach().cpu().numpy(), self.head.bias.detach().cpu().numpy()
        mean, scale = self.mean.cpu().numpy(), self.scale.cpu().numpy()
        return Head(mean.copy(), scale.copy(), np.ascontiguousarray(weights.T), bias.copy(), math.nan)

    def parameter_groups(self, rate: float, least: float) -> list[dict[str, Any]]:
        """For an optimizer: the head with the highest rate, the first layers with `least` times that, those between by
        equal factors."""
        modules = [
            module for module in self.body.modules() if any(True for _ in module.parameters(recurse=False))
        ]
        groups: list[dict[str, Any]] = [{"params": list(self.head.parameters()), "lr": rate}]
        for number, some in enumerate(np.array_split(np.arange(len(modules)), min(_N_GROUPS, len(modules)))):
            share = number / max(1, _N_GROUPS - 1)
            parameters = [one for i in some for one in modules[i].parameters(recurse=False)]
            groups.append({"params": parameters, "lr": rate * least ** (1 - share)})
        return groups
