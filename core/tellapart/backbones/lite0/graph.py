"""EfficientNet-Lite as an ONNX graph: uint8 pixels in, embeddings out, weights in 8 and 16 bits, arithmetic in 32.

Integer kernels answer differently from machine to machine; weights that are widened when the file is opened do not.
Only elementwise arithmetic is used on the way, which IEEE 754 fixes to the bit: the same bytes come out everywhere.
Source: Tan & Le 2019, "EfficientNet" (arXiv:1905.11946); the Lite form has ReLU6 and no squeeze-and-excitation.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import numpy as np
import onnx
from onnx import TensorProto, helper, numpy_helper

OPSET = 17
IR_VERSION = 8  # opened by ONNX Runtime 1.14 and later
_EPSILON = 1e-3  # of the batch norms
_STRIDED_STAGES = (1, 2, 3, 5)  # the first block of these halves the map
_POINTWISE_IN_16_BITS = 5  # the first ones are small, and errors there reach everything behind
_LEVELS = 127


@dataclass
class _Graph:
    """Nodes and constants so far; `n_pointwise` counts convolutions of one pixel."""

    nodes: list[onnx.NodeProto] = field(default_factory=list)
    constants: list[onnx.TensorProto] = field(default_factory=list)
    n_pointwise: int = 0

    def constant(self, name: str, values: np.ndarray) -> str:
        self.constants.append(numpy_helper.from_array(values, name))
        return name

    def number(self, name: str, value: float) -> str:
        return self.constant(name, np.array(value, np.float32))

    def node(self, kind: str, inputs: Sequence[str], output: str, **attributes: Any) -> str:
        self.nodes.append(helper.make_node(kind, list(inputs), [output], **attributes))
        return output


def embedding_onnx(weights: Mapping[str, np.ndarray], averaged_blocks: Sequence[int]) -> bytes:
    """An ONNX model from "pixels" (N, H, W, 3) uint8 RGB to "embeddings" (N, D) float32.

    An embedding is the global average of the last map, and then those of the outputs of `averaged_blocks`.

    Args:
        weights: the state dict, by the names of efficientnet-lite's PyTorch form.
        averaged_blocks: counted from 0.
    """
    graph = _Graph()
    outputs = _block_outputs(graph, weights, n_blocks(weights))
    last = _convolution(graph, weights, outputs[-1], "_conv_head", "_bn1")
    maps = [last, *(outputs[block] for block in averaged_blocks)]
    averages = [graph.node("GlobalAveragePool", [name], f"{name}_average") for name in maps]
    joined = graph.node("Concat", averages, "averages", axis=1)
    graph.node("Flatten", [joined], "embeddings", axis=1)
    return _serialised(graph, embedding_size(weights, averaged_blocks))


def first_blocks_onnx(
    weights: Mapping[str, np.ndarray], n_first: int, averaged_blocks: Sequence[int]
) -> bytes:
    """An ONNX model from "pixels" (N, H, W, 3) uint8 RGB to "embeddings" (N, H' * W' * C + A) float32, for whoever goes
    on from there: the output of the last of the first blocks, channels last, then the averages of those of
    `averaged_blocks` that are among them. Its numbers are the very ones inside `embedding_onnx`.
    """
    graph = _Graph()
    outputs = _block_outputs(graph, weights, n_first)
    last = graph.node("Transpose", [outputs[-1]], "last_planes", perm=[0, 2, 3, 1])
    averages = [
        graph.node("GlobalAveragePool", [outputs[block]], f"block_{block}_average")
        for block in averaged_blocks
        if block < n_first
    ]
    flat = [graph.node("Flatten", [name], f"{name}_flat", axis=1) for name in (last, *averages)]
    graph.node("Concat", flat, "embeddings", axis=1)
    return _serialised(graph, "n_features")


def n_blocks(weights: Mapping[str, np.ndarray]) -> int:
    """How many blocks the network has."""
    return 1 + max(int(name.split(".")[1]) for name in weights if name.startswith("_blocks."))


def folded(weights: Mapping[str, np.ndarray], name: str, norm: str) -> tuple[np.ndarray, np.ndarray]:
    """Kernel (C, C_in, k, k) and bias (C,) float32 of a convolution with its batch norm inside."""
    kernel = weights[f"{name}.weight"].astype(np.float64)
    gain = weights[f"{norm}.weight"] / np.sqrt(weights[f"{norm}.running_var"].astype(np.float64) + _EPSILON)
    bias = weights[f"{norm}.bias"] - weights[f"{norm}.running_mean"].astype(np.float64) * gain
    return (kernel * gain[:, None, None, None]).astype(np.float32), bias.astype(np.float32)


def unfolded(kernel: np.ndarray, bias: np.ndarray, name: str, norm: str) -> dict[str, np.ndarray]:
    """The other way round: entries for which `folded` gives these arrays, to the bit; the batch norm does nothing."""
    n_channels = len(bias)
    return {
        f"{name}.weight": kernel, f"{norm}.bias": bias, f"{norm}.weight": np.ones(n_channels),
        f"{norm}.running_mean": np.zeros(n_channels), f"{norm}.running_var": np.full(n_channels, 1 - _EPSILON),
    }  # fmt: skip


def block_strides(weights: Mapping[str, np.ndarray]) -> list[int]:
    """Of each block: 2 where it halves the map."""
    strides, stage, channels = [], 0, 0
    for block in range(n_blocks(weights)):
        n_out = weights[f"_blocks.{block}._project_conv.weight"].shape[0]
        is_first = n_out != channels
        stage += is_first and block > 0
        strides.append(2 if is_first and stage in _STRIDED_STAGES else 1)
        channels = n_out
    return strides


def as_stored(kernel: np.ndarray, n_pointwise: int) -> np.ndarray:
    """The kernel (C, C_in, k, k) as `embedding_onnx` stores it and gives it back, float32.

    Args:
        n_pointwise: how many convolutions of one pixel there are up to this one, itself included.
    """
    if kernel.shape[2] == 1 and n_pointwise > _POINTWISE_IN_16_BITS:
        levels, scale = in_8_bits(kernel)
        return np.asarray(levels.astype(np.float32) * scale)
    return kernel.astype(np.float16).astype(np.float32)


def in_8_bits(kernel: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Levels int8, -127 to 127, and scales (C, 1, 1, 1) float32 whose product stands for a kernel (C, C_in, k, k)."""
    largest = np.abs(kernel).max(axis=(1, 2, 3), keepdims=True)
    scale = (np.maximum(largest, np.float32(1e-12)) / np.float32(_LEVELS)).astype(np.float32)
    return np.rint(kernel / scale).astype(np.int8), scale


def embedding_size(weights: Mapping[str, np.ndarray], averaged_blocks: Sequence[int]) -> int:
    """How many numbers an embedding has."""
    names = ["_conv_head", *(f"_blocks.{block}._project_conv" for block in averaged_blocks)]
    return sum(weights[f"{name}.weight"].shape[0] for name in names)


def _block_outputs(graph: _Graph, weights: Mapping[str, np.ndarray], n_first: int) -> list[str]:
    """The names of what the stem and the first blocks give, from "pixels"."""
    planes = graph.node("Transpose", ["pixels"], "planes_uint8", perm=[0, 3, 1, 2])
    planes = graph.node("Cast", [planes], "planes", to=TensorProto.FLOAT)
    # (x / 255 - 0.5) / 0.5
    planes = graph.node("Mul", [planes, graph.number("pixel_scale", 2 / 255)], "scaled")
    planes = graph.node("Sub", [planes, graph.number("pixel_shift", 1)], "normalised")
    x = _convolution(graph, weights, planes, "_conv_stem", "_bn0", stride=2)
    outputs = []
    channels = 0
    for block, stride in enumerate(block_strides(weights)[:n_first]):
        n_out = weights[f"_blocks.{block}._project_conv.weight"].shape[0]
        x = _block(graph, weights, x, f"_blocks.{block}.", stride, is_residual=n_out == channels)
        channels = n_out
        outputs.append(x)
    return outputs


def _serialised(graph: _Graph, n_features: int | str) -> bytes:
    pixels = helper.make_tensor_value_info("pixels", TensorProto.UINT8, ["n", "height", "width", 3])
    embeddings = helper.make_tensor_value_info("embeddings", TensorProto.FLOAT, ["n", n_features])
    proto = helper.make_graph(graph.nodes, "efficientnet_lite", [pixels], [embeddings], graph.constants)
    model = helper.make_model(
        proto,
        opset_imports=[helper.make_opsetid("", OPSET)],
        ir_version=IR_VERSION,
        producer_name="tellapart",
    )
    return bytes(model.SerializeToString(deterministic=True))


def _block(
    graph: _Graph, weights: Mapping[str, np.ndarray], x: str, prefix: str, stride: int, is_residual: bool
) -> str:
    """Widen, filter each channel, narrow again (MBConv)."""
    inner = x
    if f"{prefix}_expand_conv.weight" in weights:
        inner = _convolution(graph, weights, inner, f"{prefix}_expand_conv", f"{prefix}_bn0")
    inner = _convolution(graph, weights, inner, f"{prefix}_depthwise_conv", f"{prefix}_bn1", stride)
    inner = _convolution(graph, weights, inner, f"{prefix}_project_conv", f"{prefix}_bn2", is_clipped=False)
    return graph.node("Add", [x, inner], f"{prefix}sum") if is_residual else inner


def _convolution(
    graph: _Graph, weights: Mapping[str, np.ndarray], x: str, name: str, norm: str, stride: int = 1,
    is_clipped: bool = True,
) -> str:  # fmt: skip
    """A convolution with its batch norm folded in, and ReLU6 behind it if `is_clipped`."""
    kernel, bias = folded(weights, name, norm)
    is_pointwise = kernel.shape[2] == 1
    graph.n_pointwise += is_pointwise
    store = _store_8_bits if is_pointwise and graph.n_pointwise > _POINTWISE_IN_16_BITS else _store_16_bits
    inputs = [
        x,
        store(graph, f"{name}.weight", kernel),
        graph.constant(f"{name}.bias", bias),
    ]
    is_depthwise = kernel.shape[1] == 1
    y = graph.node(
        "Conv", inputs, f"{name}_out", strides=[stride, stride], kernel_shape=list(kernel.shape[2:]),
        group=kernel.shape[0] if is_depthwise else 1, auto_pad="SAME_UPPER",
    )  # fmt: skip
    if not is_clipped:
        return y
    if not any(tensor.name == "zero" for tensor in graph.constants):
        graph.number("zero", 0)
        graph.number("six", 6)
    return graph.node("Clip", [y, "zero", "six"], f"{name}_relu6")


def _store_16_bits(graph: _Graph, name: str, values: np.ndarray) -> str:
    half = graph.constant(f"{name}_half", values.astype(np.float16))
    return graph.node("Cast", [half], name, to=TensorProto.FLOAT)


def _store_8_bits(graph: _Graph, name: str, values: np.ndarray) -> str:
    """-127 to 127 times a scale for each output channel. Cast and Mul are folded when a session is made;
    DequantizeLinear on weights is not, and takes three times as long."""
    whole, scale = in_8_bits(values)
    levels = graph.constant(f"{name}_levels", whole)
    wide = graph.node("Cast", [levels], f"{name}_wide", to=TensorProto.FLOAT)
    return graph.node("Mul", [wide, graph.constant(f"{name}_scale", scale)], name)
