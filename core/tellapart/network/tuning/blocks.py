"""The layers of EfficientNet-Lite that learn, batch norms folded into them, as the backbone's ONNX file stores them.

Maps are channels last between layers: pointwise convolutions are then plain products.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from functools import cache
from typing import Any

import numpy as np
import torch
from torch import nn
from torch.nn import functional
from torch.nn.grad import conv2d_weight

from tellapart.backbones.lite0.graph import as_stored, folded, unfolded

Weights = Mapping[str, np.ndarray]


class Pointwise(nn.Linear):
    """A convolution of one pixel."""

    def __init__(self, weights: Weights, name: str, norm: str, number: int) -> None:
        """number: see `as_stored`."""
        kernel, bias = folded(weights, name, norm)
        super().__init__(kernel.shape[1], kernel.shape[0])
        self.name, self.norm, self.number = name, norm, number
        self.is_hurried = False  # short products where nothing learns, too
        with torch.no_grad():
            self.weight.copy_(torch.from_numpy(as_stored(kernel, number)[:, :, 0, 0]))
            self.bias.copy_(torch.from_numpy(bias))

    def forward(self, planes: torch.Tensor) -> torch.Tensor:
        """(N, H, W, C) -> (N, H, W, C'), in 32 bits as in the file where nothing learns from it and nobody hurries."""
        may_differ = torch.is_grad_enabled() or self.is_hurried
        if may_differ and planes.device.type == "cpu" and has_short_products():
            short: torch.Tensor = ShortProduct.apply(planes, self.weight, self.bias)
            return short
        return super().forward(planes)

    def round_as_stored(self) -> None:
        """Weights as the file gives them back."""
        with torch.no_grad():
            self.weight.copy_(torch.from_numpy(as_stored(self._kernel(), self.number)[:, :, 0, 0]))

    def entries(self) -> dict[str, np.ndarray]:
        """Its part of the state dict."""
        return unfolded(self._kernel(), self.bias.detach().numpy(), self.name, self.norm)

    def _kernel(self) -> np.ndarray:
        return np.asarray(self.weight.detach().numpy()[:, :, None, None])


@cache
def has_short_products() -> bool:
    """Whether this processor multiplies numbers of 16 bits (bf16) faster than those of 32, as far as torch knows."""
    known: Callable[[], Mapping[str, Any]] = getattr(torch.cpu, "get_capabilities", dict)  # not in older ones
    return bool(known().get("avx512_bf16"))


class ShortProduct(torch.autograd.Function):
    """A pointwise convolution on the processor whose products are of numbers of 16 bits, forth and back: a step then
    takes less than half the time. Weights, sums and all else keep 32."""

    @staticmethod
    def forward(ctx: Any, planes: torch.Tensor, weight: torch.Tensor, bias: torch.Tensor) -> torch.Tensor:
        """(N, H, W, C) -> (N, H, W, C')."""
        short, short_weight = planes.bfloat16(), weight.bfloat16()
        ctx.save_for_backward(short, short_weight)
        return functional.linear(short, short_weight).float() + bias

    @staticmethod
    def backward(ctx: Any, *gradients: Any) -> tuple[torch.Tensor | None, torch.Tensor, torch.Tensor]:
        """By planes, weight and bias."""
        (gradient,), (planes, weight) = gradients, ctx.saved_tensors
        rows = gradient.flatten(0, -2)
        short = rows.bfloat16()
        by_planes = (short @ weight).float().view(planes.shape) if ctx.needs_input_grad[0] else None
        return by_planes, (short.t() @ planes.flatten(0, -2)).float(), rows.sum(dim=0)


class SpatialFilters(nn.Module):
    """A convolution of several pixels: of each channel by itself (depthwise), or the first one of all."""

    weight: torch.Tensor

    def __init__(self, weights: Weights, name: str, norm: str, stride: int, learns: bool) -> None:
        """learns: whether the weights do, and not the bias alone."""
        super().__init__()
        kernel, bias = folded(weights, name, norm)
        self.name, self.norm, self.stride = name, norm, stride
        values = torch.from_numpy(as_stored(kernel, 0))
        if learns:
            self.weight = nn.Parameter(values)
        else:
            self.register_buffer("weight", values)
        self.bias = nn.Parameter(torch.from_numpy(bias))

    def forward(self, planes: torch.Tensor) -> torch.Tensor:
        """(N, H, W, C) -> (N, H', W', C'), padded as TensorFlow does: the odd row or column right and below."""
        inner = planes.permute(0, 3, 1, 2)
        side, groups = self.weight.shape[2], inner.shape[1] // self.weight.shape[1]
        if self.stride > 1:
            missing = [
                max((-(-n // self.stride) - 1) * self.stride + side - n, 0) for n in inner.shape[:1:-1]
            ]
            around = [part for one in missing for part in (one // 2, one - one // 2)]
            inner = functional.pad(inner, around)
            inner = functional.conv2d(inner, self.weight, self.bias, self.stride, groups=groups)
        elif inner.device.type == "cpu":
            inner = OwnBackward.apply(inner, self.weight, self.bias)
        else:
            inner = functional.conv2d(inner, self.weight, self.bias, padding=side // 2, groups=groups)
        return inner.permute(0, 2, 3, 1)

    def round_as_stored(self) -> None:
        """Weights as the file gives them back."""
        with torch.no_grad():
            self.weight.copy_(torch.from_numpy(as_stored(self.weight.detach().numpy(), 0)))

    def entries(self) -> dict[str, np.ndarray]:
        """Its part of the state dict."""
        return unfolded(self.weight.detach().numpy(), self.bias.detach().numpy(), self.name, self.norm)


class OwnBackward(torch.autograd.Function):
    """A depthwise convolution at stride 1 on the processor. Its gradient by the input is a convolution with the filters
    turned round, by the same forward kernel, which takes half the time of torch's own backward."""

    @staticmethod
    def forward(ctx: Any, planes: torch.Tensor, filters: torch.Tensor, bias: torch.Tensor) -> torch.Tensor:
        """(N, C, H, W) alike."""
        ctx.save_for_backward(filters, *([planes] if ctx.needs_input_grad[1] else []))
        return functional.conv2d(planes, filters, bias, padding=filters.shape[2] // 2, groups=len(filters))

    @staticmethod
    def backward(ctx: Any, *gradients: Any) -> tuple[torch.Tensor, torch.Tensor | None, torch.Tensor]:
        """By planes, filters and bias."""
        (gradient,), (filters, *planes) = gradients, ctx.saved_tensors
        turned, padding = filters.flip(2, 3), filters.shape[2] // 2
        by_planes = functional.conv2d(gradient, turned, padding=padding, groups=len(filters))
        by_filters = None
        if planes:
            by_filters = conv2d_weight(
                planes[0], filters.shape, gradient, padding=padding, groups=len(filters)
            )
        return by_planes, by_filters, gradient.sum(dim=(0, 2, 3))


class MobileBlock(nn.Module):
    """Widen, filter each channel, narrow again (MBConv); the first block of the network does not widen."""

    def __init__(self, weights: Weights, index: int, stride: int, filters_learn: bool) -> None:
        super().__init__()
        prefix = f"_blocks.{index}."
        self.expand: Pointwise | None = None
        if f"{prefix}_expand_conv.weight" in weights:
            self.expand = Pointwise(weights, f"{prefix}_expand_conv", f"{prefix}_bn0", 2 * index)
        self.filters = SpatialFilters(
            weights, f"{prefix}_depthwise_conv", f"{prefix}_bn1", stride, filters_learn
        )
        self.project = Pointwise(weights, f"{prefix}_project_conv", f"{prefix}_bn2", 2 * index + 1)
        n_in = self.expand.in_features if self.expand is not None else self.project.in_features
        self.is_residual = stride == 1 and n_in == self.project.out_features

    def forward(self, planes: torch.Tensor) -> torch.Tensor:
        """(N, H, W, C) -> (N, H', W', C')."""
        inner = planes if self.expand is None else functional.relu6(self.expand(planes))
        inner = self.project(functional.relu6(self.filters(inner)))
        return planes + inner if self.is_residual else inner
