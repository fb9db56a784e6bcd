"""The last blocks of EfficientNet-Lite0 with a head behind them, as a torch module: from what the earlier blocks give,
`lite0.graph.first_blocks_onnx`, to logits.

Batch norms are folded into the convolutions, so their statistics stay as they are. Pointwise weights and all biases
learn; the filters of single channels (depthwise) keep their weights: they are few, and their gradient is the slowest.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
import torch
from torch import nn
from torch.nn import functional

from tellapart.backbones.lite0.graph import folded, in_8_bits, n_blocks, unfolded
from tellapart.learning.head import Head

FIRST = 12  # of the blocks that learn, counted from 0; from here on no block halves the map
State = dict[str, torch.Tensor]


class _Filters(torch.autograd.Function):
    """A depthwise convolution whose weights stay. Its gradient by the input is a convolution with the filters turned
    round, by the same forward kernel, which takes half the time of torch's own backward."""

    @staticmethod
    def forward(ctx: Any, planes: torch.Tensor, filters: torch.Tensor, bias: torch.Tensor) -> torch.Tensor:
        """(N, C, H, W) alike."""
        ctx.save_for_backward(filters)
        return functional.conv2d(planes, filters, bias, padding=filters.shape[2] // 2, groups=len(filters))

    @staticmethod
    def backward(ctx: Any, *gradients: Any) -> tuple[torch.Tensor, None, torch.Tensor]:
        """By planes and bias."""
        (gradient,), (filters,) = gradients, ctx.saved_tensors
        turned = filters.flip(2, 3)
        by_planes = functional.conv2d(gradient, turned, padding=filters.shape[2] // 2, groups=len(filters))
        return by_planes, None, gradient.sum(dim=(0, 2, 3))


class _Block(nn.Module):
    """Widen, filter each channel, narrow again (MBConv), at stride 1."""

    filters: torch.Tensor

    def __init__(self, weights: Mapping[str, np.ndarray], index: int) -> None:
        super().__init__()
        prefix = f"_blocks.{index}."
        self.expand = _pointwise(weights, f"{prefix}_expand_conv", f"{prefix}_bn0")
        kernel, bias = folded(weights, f"{prefix}_depthwise_conv", f"{prefix}_bn1")
        self.register_buffer("filters", torch.from_numpy(kernel.astype(np.float16).astype(np.float32)))
        self.filters_bias = nn.Parameter(torch.from_numpy(bias))
        self.project = _pointwise(weights, f"{prefix}_project_conv", f"{prefix}_bn2")
        self.is_residual = self.expand.in_features == self.project.out_features

    def forward(self, planes: torch.Tensor) -> torch.Tensor:
        """(N, H, W, C) -> (N, H, W, C'), channels last: pointwise convolutions are then plain products."""
        inner = functional.relu6(self.expand(planes)).permute(0, 3, 1, 2)
        inner = functional.relu6(_Filters.apply(inner, self.filters, self.filters_bias))
        inner = self.project(inner.permute(0, 2, 3, 1))
        return planes + inner if self.is_residual else inner


class LastBlocks(nn.Module):
    """Blocks from FIRST on, the last convolution, and a head on standardised embeddings."""

    mean: torch.Tensor
    scale: torch.Tensor

    def __init__(self, weights: Mapping[str, np.ndarray], averaged_blocks: Sequence[int], head: Head) -> None:
        """Weights as the backbone's ONNX file stores them, so that its embeddings come out.

        Args:
            weights: the state dict, see `lite0.weights.read_weights`. head: where the head starts from.
        """
        super().__init__()
        self.averaged_blocks = tuple(averaged_blocks)
        self.n_in = len(weights[f"_blocks.{FIRST - 1}._project_conv.weight"])
        self.n_before = [
            len(weights[f"_blocks.{block}._project_conv.weight"])
            for block in averaged_blocks
            if block < FIRST
        ]
        self.blocks = nn.ModuleList(_Block(weights, index) for index in range(FIRST, n_blocks(weights)))
        self.last = _pointwise(weights, "_conv_head", "_bn1")
        self.head = nn.Linear(*head.weights.shape)
        self.register_buffer("mean", torch.from_numpy(head.mean.copy()))
        self.register_buffer("scale", torch.from_numpy(head.scale.copy()))
        self.start_from(head)

    def embeddings(self, features: torch.Tensor) -> torch.Tensor:
        """(N, D) of (N, F), as the backbone's."""
        n_after = features.shape[1] - sum(self.n_before)
        side = round((n_after / self.n_in) ** 0.5)
        planes = features[:, :n_after].reshape(-1, side, side, self.n_in)  # (N, H, W, C)
        averages = list(torch.split(features[:, n_after:], self.n_before, dim=1))
        for index, block in enumerate(self.blocks, FIRST):
            planes = block(planes)
            if index in self.averaged_blocks:
                averages.append(planes.mean(dim=(1, 2)))
        last = functional.relu6(self.last(planes)).mean(dim=(1, 2))
        return torch.cat([last, *averages], dim=1)

    def forward(self, features: torch.Tensor) -> torch.Tensor:
        """(N, C) logits of (N, F)."""
        logits: torch.Tensor = self.head((self.embeddings(features) - self.mean) / self.scale)
        return logits

    def start_from(self, head: Head) -> None:
        """Let the head give the logits of this one, which may be standardised otherwise."""
        weights, bias = head.folded()
        with torch.no_grad():
            self.head.bias.copy_(torch.from_numpy(bias + self.mean.numpy() @ weights))
            self.head.weight.copy_(torch.from_numpy((weights * self.scale.numpy()[:, None]).T.copy()))

    def fitted_head(self, l2: float) -> Head:
        """The head as it is now."""
        weights, bias = self.head.weight.detach().numpy(), self.head.bias.detach().numpy()
        return Head(self.mean.numpy().copy(), self.scale.numpy().copy(), weights.T.copy(), bias.copy(), l2)

    def round_as_stored(self) -> None:
        """Pointwise weights as an ONNX file in 8 bits gives them back."""
        for module in self.modules():
            if isinstance(module, nn.Linear) and module is not self.head:
                with torch.no_grad():
                    module.weight.copy_(torch.from_numpy(_as_stored(_kernel(module))[:, :, 0, 0]))

    def into(self, weights: Mapping[str, np.ndarray]) -> dict[str, np.ndarray]:
        """The state dict with what was learned in its place; `lite0.graph.embedding_onnx` takes it."""
        changed = dict(weights)
        own = [block for block in self.blocks if isinstance(block, _Block)]
        for index, block in enumerate(own, FIRST):
            prefix = f"_blocks.{index}."
            filters, bias = block.filters.numpy(), block.filters_bias.detach().numpy()
            changed |= unfolded(
                _kernel(block.expand), _bias(block.expand), f"{prefix}_expand_conv", f"{prefix}_bn0"
            )
            changed |= unfolded(filters, bias, f"{prefix}_depthwise_conv", f"{prefix}_bn1")
            changed |= unfolded(
                _kernel(block.project), _bias(block.project), f"{prefix}_project_conv", f"{prefix}_bn2"
            )
        return changed | unfolded(_kernel(self.last), _bias(self.last), "_conv_head", "_bn1")


def mixed(start: State, tuned: State, share: float) -> State:
    """Weights between those at the start, share 0, and tuned ones, share 1.

    Source: Wortsman et al. 2022, "Robust fine-tuning of zero-shot models" (arXiv:2109.01903).
    """
    return {name: torch.lerp(values, tuned[name], share) for name, values in start.items()}


def averaged(states: Sequence[State]) -> State:
    """The mean of several tunings from one start.

    Source: Wortsman et al. 2022, "Model soups" (arXiv:2203.05482).
    """
    return {name: torch.stack([state[name] for state in states]).mean(dim=0) for name in states[0]}


def _pointwise(weights: Mapping[str, np.ndarray], name: str, norm: str) -> nn.Linear:
    kernel, bias = folded(weights, name, norm)
    linear = nn.Linear(kernel.shape[1], kernel.shape[0])
    with torch.no_grad():
        linear.weight.copy_(torch.from_numpy(_as_stored(kernel)[:, :, 0, 0]))
        linear.bias.copy_(torch.from_numpy(bias))
    return linear


def _kernel(linear: nn.Linear) -> np.ndarray:
    return np.asarray(linear.weight.detach().numpy()[:, :, None, None])


def _bias(linear: nn.Linear) -> np.ndarray:
    return np.asarray(linear.bias.detach().numpy())


def _as_stored(kernel: np.ndarray) -> np.ndarray:
    levels, scale = in_8_bits(kernel)
    return levels.astype(np.float32) * scale
