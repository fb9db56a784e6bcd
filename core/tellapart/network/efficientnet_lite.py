"""EfficientNet-Lite as a torch module, which torchvision has not: to change its weights, and to compare with others.

Names of modules are those of the weights file, so that its state dict loads as it is.
Source: Tan & Le 2019, "EfficientNet" (arXiv:1905.11946); ReLU6 and no squeeze-and-excitation in the Lite form.
"""

from __future__ import annotations

from dataclasses import dataclass

import torch
from torch import nn
from torch.nn import functional

from tellapart.backbones.lite0.weights import Weights

HEAD_CHANNELS = 1280
_EPSILON = 1e-3  # of the batch norms


@dataclass(frozen=True)
class Stage:
    """So many blocks alike; the first one has the stride and changes the number of channels."""

    n_blocks: int
    kernel: int
    stride: int
    expansion: int
    channels: int


LITE0 = (
    Stage(1, 3, 1, 1, 16),
    Stage(2, 3, 2, 6, 24),
    Stage(2, 5, 2, 6, 40),
    Stage(3, 3, 2, 6, 80),
    Stage(3, 5, 1, 6, 112),
    Stage(4, 5, 2, 6, 192),
    Stage(1, 3, 1, 6, 320),
)


class SameConv2d(nn.Conv2d):
    """A convolution padded as TensorFlow does: where a row or column too few is left, it is added right and below."""

    def forward(self, planes: torch.Tensor) -> torch.Tensor:
        """(N, C, H, W) -> (N, C', ceil(H / stride), ceil(W / stride))."""
        padding = []
        for side, kernel, stride in zip(
            planes.shape[:1:-1], self.kernel_size[::-1], self.stride[::-1], strict=True
        ):
            n_out = (side + stride - 1) // stride  # above 0: ONNX rounds quotients towards it, Python down
            total = max((n_out - 1) * stride + kernel - side, 0)
            padding += [total // 2, total - total // 2]
        return super().forward(functional.pad(planes, padding))


class Block(nn.Module):
    """Widen, filter each channel, narrow again (MBConv)."""

    def __init__(self, n_in: int, n_out: int, kernel: int, stride: int, expansion: int) -> None:
        super().__init__()
        inner = n_in * expansion
        self.is_residual = stride == 1 and n_in == n_out
        self.is_wide = expansion > 1
        if self.is_wide:
            self._expand_conv = SameConv2d(n_in, inner, 1, bias=False)
            self._bn0 = _norm(inner)
        self._depthwise_conv = SameConv2d(inner, inner, kernel, stride, groups=inner, bias=False)
        self._bn1 = _norm(inner)
        self._project_conv = SameConv2d(inner, n_out, 1, bias=False)
        self._bn2 = _norm(n_out)

    def forward(self, planes: torch.Tensor) -> torch.Tensor:
        """(N, C, H, W) -> (N, C', H', W')."""
        inner = planes
        if self.is_wide:
            inner = functional.relu6(self._bn0(self._expand_conv(inner)))
        inner = functional.relu6(self._bn1(self._depthwise_conv(inner)))
        inner = self._bn2(self._project_conv(inner))
        return planes + inner if self.is_residual else inner


class EfficientNetLite(nn.Module):
    """Stem, blocks, last convolution, average, linear layer: (N, 3, H, W) of `(x / 255 - 0.5) / 0.5` to logits."""

    def __init__(self, stages: tuple[Stage, ...] = LITE0, n_classes: int = 1000) -> None:
        super().__init__()
        channels = 32
        self._conv_stem = SameConv2d(3, channels, 3, 2, bias=False)
        self._bn0 = _norm(channels)
        blocks = []
        for stage in stages:
            for i in range(stage.n_blocks):
                stride = stage.stride if i == 0 else 1
                blocks.append(Block(channels, stage.channels, stage.kernel, stride, stage.expansion))
                channels = stage.channels
        self._blocks = nn.ModuleList(blocks)
        self._conv_head = SameConv2d(channels, HEAD_CHANNELS, 1, bias=False)
        self._bn1 = _norm(HEAD_CHANNELS)
        self._fc = nn.Linear(HEAD_CHANNELS, n_classes)

    def features(self, planes: torch.Tensor, averaged_blocks: tuple[int, ...] = ()) -> torch.Tensor:
        """(N, D) embeddings: the average of the last map, then those of these blocks' outputs."""
        planes = functional.relu6(self._bn0(self._conv_stem(planes)))
        averages = []
        for i, block in enumerate(self._blocks):
            planes = block(planes)
            if i in averaged_blocks:
                averages.append(planes.mean(dim=(2, 3)))
        last = functional.relu6(self._bn1(self._conv_head(planes)))
        return torch.cat([last.mean(dim=(2, 3)), *averages], dim=1)

    def forward(self, planes: torch.Tensor) -> torch.Tensor:
        """(N, 3, H, W) -> (N, classes) logits."""
        logits: torch.Tensor = self._fc(self.features(planes))
        return logits

    def load(self, weights: Weights) -> None:
        """Take the tensors of a weights file, as `lite0.weights.read_weights` gives them.

        Raises:
            RuntimeError: names or shapes do not fit.
        """
        state = {name: torch.from_numpy(values.copy()) for name, values in weights.items()}
        missing, unexpected = self.load_state_dict(state, strict=False)
        wanting = [name for name in missing if not name.endswith("num_batches_tracked")]
        if wanting or unexpected:
            raise RuntimeError(f"Weights that do not fit: missing {wanting}, unexpected {list(unexpected)}.")


def _norm(channels: int) -> nn.BatchNorm2d:
    return nn.BatchNorm2d(channels, eps=_EPSILON)
