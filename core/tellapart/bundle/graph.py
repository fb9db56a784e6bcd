"""The bundle's one ONNX file: the backbone with head, temperature and novelty behind it. Needs the `onnx` package."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

import numpy as np
import onnx
from onnx import TensorProto, helper, numpy_helper

from tellapart.bundle.graph_rules import check_graph
from tellapart.errors import BundleError
from tellapart.learning.metrics import cautious, softmax

_MAX_BYTES = 2**31 - 2**20  # protobuf's limit for one file


@dataclass(frozen=True)
class Tail:
    """What follows the backbone, as arrays.

    weights: (D, C) and bias: (C,) give calibrated logits; of their softmax the share caution is spread evenly over the
    classes. The others give novelty, the squared distance to the nearest class: mean, scale: (D,); axes: (D, R)
    orthonormal; spread: (R,); means: (C, R); beside: (D,) weights of the squares that the axes leave.
    """

    weights: np.ndarray
    bias: np.ndarray
    caution: float
    mean: np.ndarray
    scale: np.ndarray
    axes: np.ndarray
    spread: np.ndarray
    means: np.ndarray
    beside: np.ndarray

    def probs(self, embeddings: np.ndarray) -> np.ndarray:
        """(N, C) probabilities of (N, D), as the graph computes them."""
        return cautious(softmax(embeddings @ self.weights + self.bias), self.caution)


def classifier_onnx(backbone_onnx: Path | bytes, tail: Tail) -> bytes:
    """An ONNX model from "pixels" (N, H, W, 3) uint8 to "probabilities" (N, C) and "novelty" (N,).

    Raises:
        BundleError: the backbone is too large for one file, or breaks `graph_rules`.
    """
    n_bytes = len(backbone_onnx) if isinstance(backbone_onnx, bytes) else backbone_onnx.stat().st_size
    if n_bytes > _MAX_BYTES:
        raise BundleError(
            f"The backbone has {n_bytes / 2**30:.1f} GB, and one ONNX file holds 2 GB. Choose a smaller backbone."
        )
    model = (
        onnx.load_from_string(backbone_onnx) if isinstance(backbone_onnx, bytes) else onnx.load(backbone_onnx)
    )
    graph = model.graph
    n_features, n_classes = tail.weights.shape
    constants = {
        "head_weights": tail.weights,
        "head_bias": tail.bias,
        "caution_rest": np.array(1 - tail.caution),
        "caution_even": np.array(tail.caution / n_classes),
        "novelty_mean": tail.mean,
        "novelty_scale": tail.scale,
        "novelty_axes": tail.axes,
        "novelty_spread": tail.spread,
        "novelty_means": -2.0 * tail.means.T,  # (R, C)
        "novelty_squares": (tail.means**2).sum(axis=1),
        "novelty_weights": tail.beside[:, None],  # (D, 1)
        "novelty_size": np.array(float(n_features)),
    }
    for name, value in constants.items():
        graph.initializer.append(numpy_helper.from_array(np.ascontiguousarray(value, np.float32), name))
    graph.initializer.append(numpy_helper.from_array(np.array([1], np.int64), "novelty_axis"))
    opset = next(one.version for one in model.opset_import if one.domain in ("", "ai.onnx"))
    graph.node.extend(_tail(opset))
    del graph.output[:]
    graph.output.append(helper.make_tensor_value_info("probabilities", TensorProto.FLOAT, ["N", n_classes]))
    graph.output.append(helper.make_tensor_value_info("novelty", TensorProto.FLOAT, ["N"]))
    check_graph(model)  # else nobody could load it
    return bytes(model.SerializeToString())


def _tail(opset: int) -> list[onnx.NodeProto]:
    if opset >= 18:  # from there the axes are an input
        nearest = helper.make_node("ReduceMin", ["novelty_all", "novelty_axis"], ["novelty_min"], keepdims=0)
    else:
        nearest = helper.make_node("ReduceMin", ["novelty_all"], ["novelty_min"], axes=[1], keepdims=0)
    return [
        helper.make_node("Gemm", ["embeddings", "head_weights", "head_bias"], ["head_logits"]),
        helper.make_node("Softmax", ["head_logits"], ["head_probabilities"], axis=1),
        helper.make_node("Mul", ["head_probabilities", "caution_rest"], ["head_cautious"]),
        helper.make_node("Add", ["head_cautious", "caution_even"], ["probabilities"]),
        helper.make_node("Sub", ["embeddings", "novelty_mean"], ["novelty_centred"]),
        helper.make_node("Div", ["novelty_centred", "novelty_scale"], ["novelty_inputs"]),
        helper.make_node("MatMul", ["novelty_inputs", "novelty_axes"], ["novelty_along"]),
        helper.make_node("Div", ["novelty_along", "novelty_spread"], ["novelty_points"]),
        *_sum_of_squares("novelty_points"),
        helper.make_node("Transpose", ["novelty_axes"], ["novelty_axes_back"], perm=[1, 0]),
        helper.make_node("MatMul", ["novelty_along", "novelty_axes_back"], ["novelty_explained"]),
        helper.make_node("Sub", ["novelty_inputs", "novelty_explained"], ["novelty_rest"]),
        helper.make_node("Mul", ["novelty_rest", "novelty_rest"], ["novelty_rest_squared"]),
        helper.make_node("MatMul", ["novelty_rest_squared", "novelty_weights"], ["novelty_stray"]),
        helper.make_node("Gemm", ["novelty_points", "novelty_means", "novelty_squares"], ["novelty_cross"]),
        helper.make_node("Add", ["novelty_points_sum", "novelty_cross"], ["novelty_within"]),
        helper.make_node("Add", ["novelty_within", "novelty_stray"], ["novelty_all"]),
        nearest,
        helper.make_node("Div", ["novelty_min", "novelty_size"], ["novelty"]),
    ]


def _sum_of_squares(name: str) -> list[onnx.NodeProto]:
    return [
        helper.make_node("Mul", [name, name], [f"{name}_squared"]),
        helper.make_node("ReduceSum", [f"{name}_squared", "novelty_axis"], [f"{name}_sum"], keepdims=1),
    ]
