"""The last blocks of EfficientNet-Lite0, or all its layers, with a head behind them, as a torch module: from what the
earlier blocks give, `lite0.graph.first_blocks_onnx`, or from pixels, to logits.

Batch norms are folded into the convolutions, so their statistics stay as they are. Where the last blocks learn, the
filters of single channels (depthwise) keep their weights: they are few, and their gradient is the slowest.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import numpy as np
import torch
from torch import nn
from torch.nn import functional

from tellapart.backbones.lite0.graph import block_strides
from tellapart.learning.head import Head
from tellapart.network.tuning.blocks import MobileBlock, Pointwise, SpatialFilters

FIRST = 13  # of the blocks that learn, counted from 0; with 12 as well they take a fourth longer and learn no more
State = dict[str, torch.Tensor]


class LastBlocks(nn.Module):
    """Blocks from `first` on, the last convolution, and a head on standardised embeddings; from 0 on with the first
    convolution before them, which is the whole network."""

    mean: torch.Tensor
    scale: torch.Tensor

    def __init__(
        self,
        weights: Mapping[str, np.ndarray],
        averaged_blocks: Sequence[int],
        head: Head,
        first: int = FIRST,
    ) -> None:
        """Weights as the backbone's ONNX file stores them, so that its embeddings come out.

        Args:
            weights: the state dict, see `lite0.weights.read_weights`. head: where the head starts from.
        """
        super().__init__()
        self.averaged_blocks, self.first = tuple(averaged_blocks), first
        n_out = {block: len(weights[f"_blocks.{block}._project_conv.weight"]) for block in range(first)}
        self.n_in = n_out.get(first - 1, 3)
        self.n_before = [n_out[block] for block in averaged_blocks if block < first]
        self.stem = None if first else SpatialFilters(weights, "_conv_stem", "_bn0", stride=2, learns=True)
        strides = block_strides(weights)
        self.blocks = nn.ModuleList(
            MobileBlock(weights, index, strides[index], filters_learn=not first)
            for index in range(first, len(strides))
        )
        self.last = Pointwise(weights, "_conv_head", "_bn1", 2 * len(strides))
        self.head = nn.Linear(*head.weights.shape)
        self.register_buffer("mean", torch.from_numpy(head.mean.copy()))
        self.register_buffer("scale", torch.from_numpy(head.scale.copy()))
        self.start_from(head)

    def embeddings(self, features: torch.Tensor) -> torch.Tensor:
        """(N, D) of (N, F), as the backbone's."""
        n_after = features.shape[1] - sum(self.n_before)
        side = round((n_after / self.n_in) ** 0.5)
        planes = features[:, :n_after].reshape(-1, side, side, self.n_in)  # (N, H, W, C)
        averages = list(torch.split(features[:, n_after:], self.n_before, dim=1)) if self.n_before else []
        if self.stem is not None:
            planes = functional.relu6(self.stem(planes * (2 / 255) - 1))  # (x / 255 - 0.5) / 0.5
        for index, block in enumerate(self.blocks, self.first):
            planes = block(planes)
            if index in self.averaged_blocks:
                averages.append(planes.mean(dim=(1, 2)))
        last = functional.relu6(self.last(planes)).mean(dim=(1, 2))
        return torch.cat([last, *averages], dim=1)

    def forward(self, features: torch.Tensor) -> torch.Tensor:
        """(N, C) logits of (N, F)."""
        logits: torch.Tensor = self.head((self.embeddings(features).float() - self.mean) / self.scale)
        return logits

    def layers(self) -> list[list[nn.Parameter]]:
        """What learns, layer by layer, the last one first."""
        found = [[*self.last.parameters(), *self.head.parameters()]]
        found += [list(block.parameters()) for block in reversed(self.blocks)]
        return found if self.stem is None else [*found, list(self.stem.parameters())]

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

    def hurry(self) -> None:
        """Look at pictures in products of 16 bits, too, where the processor is quick at them: a third of the time.
        Embeddings then differ by 0.2 % of their spread from those of the file. Of all layers the errors add up: the
        whole network does not."""
        for module in self.modules():
            if isinstance(module, Pointwise):
                module.is_hurried = self.first > 0

    def round_as_stored(self) -> None:
        """Weights as the backbone's ONNX file would give them back."""
        for convolution in self._convolutions():
            convolution.round_as_stored()

    def into(self, weights: Mapping[str, np.ndarray]) -> dict[str, np.ndarray]:
        """The state dict with what was learned in its place; `lite0.graph.embedding_onnx` takes it."""
        changed = dict(weights)
        for convolution in self._convolutions():
            changed |= convolution.entries()
        return changed

    def _convolutions(self) -> list[Pointwise | SpatialFilters]:
        return [module for module in self.modules() if isinstance(module, Pointwise | SpatialFilters)]


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
