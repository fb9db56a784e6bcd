"""The network's tensors, read back from an ONNX file that `graph.embedding_onnx` has made, as a bundle carries it."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np
import onnx
from onnx import numpy_helper

from tellapart.backbones.lite0.graph import unfolded


def stored_weights(model: onnx.ModelProto) -> dict[str, np.ndarray]:
    """The state dict whose ONNX file this is, to the rounding of its 8 and 16 bits; {} where it is of another network.

    Batch norms do nothing in it: they were folded into the convolutions.
    """
    constants = {one.name: one for one in model.graph.initializer}
    weights: dict[str, np.ndarray] = {}
    for name, norm in _convolutions(constants):
        bias = constants.get(f"{name}.bias")
        half, levels = (constants.get(f"{name}.weight_{kind}") for kind in ("half", "levels"))
        if bias is None:
            return {}
        if half is not None:
            kernel = numpy_helper.to_array(half).astype(np.float32)
        elif levels is not None and f"{name}.weight_scale" in constants:
            scale = numpy_helper.to_array(constants[f"{name}.weight_scale"])
            kernel = numpy_helper.to_array(levels).astype(np.float32) * scale
        else:
            return {}
        weights |= unfolded(kernel, numpy_helper.to_array(bias), name, norm)
    return {name: np.asarray(values, np.float32) for name, values in weights.items()}


def _convolutions(constants: dict[str, onnx.TensorProto]) -> Iterator[tuple[str, str]]:
    """The name of each convolution and of its batch norm."""
    yield "_conv_stem", "_bn0"
    block = 0
    while f"_blocks.{block}._project_conv.bias" in constants:
        prefix = f"_blocks.{block}."
        if f"{prefix}_expand_conv.bias" in constants:
            yield f"{prefix}_expand_conv", f"{prefix}_bn0"
        yield f"{prefix}_depthwise_conv", f"{prefix}_bn1"
        yield f"{prefix}_project_conv", f"{prefix}_bn2"
        block += 1
    yield "_conv_head", "_bn1"
