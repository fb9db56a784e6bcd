"""The bundle's one ONNX file: the backbone with head, temperature and novelty behind it. Needs the `onnx` package."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

import numpy as np
import onnx
from onnx import TensorProto, helper, numpy_helper

from tellapart.errors import BundleError

_MAX_BYTES = 2**31 - 2**20  # protobuf's limit for one file


@dataclass(frozen=True)
class Tail:
    """What follows the backbone, as arrays.

    weights: (D, C) and bias: (C,) give calibrated logits. projection: (D, R) and offset: (R,) lead to the space where
    novelty is the mean square distance to the nearest of means: (C, R).
    """

    weights: np.ndarray
    bias: np.ndarray
    projection: np.ndarray
    offset: np.ndarray
    means: np.ndarray


def classifier_onnx(backbone_onnx: Path, tail: Tail) -> bytes:
    """An ONNX model from "pixels" (N, H, W, 3) uint8 to "probabilities" (N, C) and "novelty" (N,).

    Raises:
        BundleError: the backbone is too large for one file.
    """
    if backbone_onnx.stat().st_size > _MAX_BYTES:
        raise BundleError(
            f"{backbone_onnx.name} has {backbone_onnx.stat().st_size / 2**30:.1f} GB, and one ONNX file holds 2 GB. Choose a smaller backbone."
        )
    model = onnx.load(backbone_onnx)
    graph = model.graph
    n_classes, size = len(tail.bias), tail.projection.shape[1]
    constants = {
        "head_weights": tail.weights,
        "head_bias": tail.bias,
        "novelty_projection": tail.projection,
        "novelty_offset": tail.offset,
        "novelty_means": -2.0 * tail.means.T,  # (R, C)
        "novelty_squares": (tail.means**2).sum(axis=1),
        "novelty_scale": np.array(1.0 / size),
    }
    for name, value in constants.items():
        graph.initializer.append(numpy_helper.from_array(np.ascontiguousarray(value, np.float32), name))
    graph.initializer.append(numpy_helper.from_array(np.array([1], np.int64), "novelty_axis"))
    opset = next(one.version for one in model.opset_import if one.domain in ("", "ai.onnx"))
    graph.node.extend(_tail(opset))
    del graph.output[:]
    graph.output.append(helper.make_tensor_value_info("probabilities", TensorProto.FLOAT, ["N", n_classes]))
    graph.output.append(helper.make_tensor_value_info("novelty", TensorProto.FLOAT, ["N"]))
    onnx.checker.check_model(model)
    return bytes(model.SerializeToString())


def _tail(opset: int) -> list[onnx.NodeProto]:
    if opset >= 18:  # from there the axes are an input
        nearest = helper.make_node("ReduceMin", ["novelty_all", "novelty_axis"], ["novelty_min"], keepdims=0)
    else:
        nearest = helper.make_node("ReduceMin", ["novelty_all"], ["novelty_min"], axes=[1], keepdims=0)
    return [
        helper.make_node("Gemm", ["embeddings", "head_weights", "head_bias"], ["head_logits"]),
        helper.make_node("Softmax", ["head_logits"], ["probabilities"], axis=1),
        helper.make_node("Gemm", ["embeddings", "novelty_projection", "novelty_offset"], ["novelty_point"]),
        helper.make_node("Mul", ["novelty_point", "novelty_point"], ["novelty_point_squared"]),
        helper.make_node("ReduceSum", ["novelty_point_squared", "novelty_axis"], ["novelty_length"], keepdims=1),
        helper.make_node("Gemm", ["novelty_point", "novelty_means", "novelty_squares"], ["novelty_cross"]),
        helper.make_node("Add", ["novelty_length", "novelty_cross"], ["novelty_all"]),
        nearest,
        helper.make_node("Relu", ["novelty_min"], ["novelty_positive"]),
        helper.make_node("Mul", ["novelty_positive", "novelty_scale"], ["novelty"]),
    ]
