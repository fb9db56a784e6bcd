"""OutlineNetwork: the built-in network's maps at five sizes, joined from the coarsest to the finest, a class a pixel.

The batch norms of the encoder stay as ImageNet left them, so they are folded into its convolutions: small batches
cannot disturb them, and a step takes less time.
Sources: Ronneberger et al. 2015, "U-Net" (arXiv:1505.04597); Lin et al. 2017, "Feature Pyramid Networks"
(arXiv:1612.03144).
"""

from __future__ import annotations

from typing import cast

import torch
from torch import nn
from torch.nn import functional

from tellapart.backbones.lite0.graph import folded
from tellapart.backbones.lite0.weights import Weights
from tellapart.network.efficientnet_lite import LITE0, EfficientNetLite

_TAPS = (
    0,
    2,
    4,
    10,
    15,
)  # blocks whose outputs are joined: 1/2, 1/4, 1/8, 1/16 and 1/32 of the picture's side
_CHANNELS = (16, 24, 40, 112, 320)
_WIDTHS = (32, 64, 96, 128, 160)  # of the joined maps
FROZEN_BLOCKS = 3  # edges and colours need not be learned again


class OutlineNetwork(nn.Module):
    """(N, 3, H, W) of `x / 127.5 - 1` to (N, C, H, W) logits."""

    def __init__(self, n_classes: int, weights: Weights | None = None) -> None:
        super().__init__()
        self.encoder = _encoder(weights)
        self.top = _convolution(_CHANNELS[-1], _WIDTHS[-1], 1)
        self.scene = nn.Sequential(nn.Linear(_CHANNELS[-1], _WIDTHS[-1]), nn.ReLU())
        self.joins = nn.ModuleList(
            _convolution(_WIDTHS[i + 1] + _CHANNELS[i], _WIDTHS[i], 3) for i in reversed(range(4))
        )
        self.classes = nn.Conv2d(_WIDTHS[0], n_classes, 1)

    def forward(self, planes: torch.Tensor) -> torch.Tensor:
        """(N, C, H, W) logits."""
        maps = self._maps(planes)
        coarsest = maps.pop()
        scene = self.scene(coarsest.mean(dim=(2, 3)))
        joined = self.top(coarsest) + scene[:, :, None, None]
        for join in self.joins:
            finer = maps.pop()
            joined = join(torch.cat([_enlarged(joined, finer), finer], dim=1))
        return _enlarged(self.classes(joined), planes)

    def _maps(self, planes: torch.Tensor) -> list[torch.Tensor]:
        with torch.no_grad():
            planes = functional.relu6(self.encoder._conv_stem(planes))
        maps = []
        for i, block in enumerate(self.encoder._blocks):
            with torch.set_grad_enabled(torch.is_grad_enabled() and i >= FROZEN_BLOCKS):
                planes = block(planes)
            if i in _TAPS:
                maps.append(planes)
        return maps

    def parameter_groups(self, rate: float, encoder_share: float) -> list[dict[str, object]]:
        """Of the encoder that learns, at that share of the rate, and of the decoder."""
        encoder = [values for block in self.encoder._blocks[FROZEN_BLOCKS:] for values in block.parameters()]
        known = {id(values) for values in self.encoder.parameters()}
        decoder = [values for values in self.parameters() if id(values) not in known]
        return [{"params": encoder, "lr": rate * encoder_share}, {"params": decoder, "lr": rate}]


def _encoder(weights: Weights | None) -> EfficientNetLite:
    """The blocks with their norms folded in; without weights, to load a whole state."""
    network = EfficientNetLite(LITE0)
    if weights is not None:
        network.load(weights)
    pairs = [(cast(nn.Module, network), "_conv_stem", "_bn0", "")]
    for i, block in enumerate(network._blocks):
        names = [("_expand_conv", "_bn0"), ("_depthwise_conv", "_bn1"), ("_project_conv", "_bn2")]
        pairs += [(block, conv, norm, f"_blocks.{i}.") for conv, norm in names if hasattr(block, conv)]
    for owner, conv, norm, prefix in pairs:
        layer = getattr(owner, conv)
        n_channels = layer.out_channels
        layer.bias = nn.Parameter(torch.zeros(n_channels))
        if weights is not None:
            kernel, bias = folded(weights, f"{prefix}{conv}", f"{prefix}{norm}")
            layer.weight.data.copy_(torch.from_numpy(kernel))
            layer.bias.data.copy_(torch.from_numpy(bias))
        setattr(owner, norm, nn.Identity())
    network._conv_head, network._bn1, network._fc = nn.Identity(), nn.Identity(), nn.Identity()  # type: ignore[assignment]
    return network


def _convolution(n_in: int, n_out: int, kernel: int) -> nn.Sequential:
    return nn.Sequential(
        nn.Conv2d(n_in, n_out, kernel, padding=kernel // 2, bias=False), nn.BatchNorm2d(n_out), nn.ReLU()
    )


def _enlarged(planes: torch.Tensor, like: torch.Tensor) -> torch.Tensor:
    return functional.interpolate(planes, size=like.shape[-2:], mode="bilinear", align_corners=False)
