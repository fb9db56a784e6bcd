"""Which maps a bundle's embedding is the averages of, told by its graph alone. Needs the `onnx` package.

Where the head weighs global averages of maps, its logits are sums over the places of a picture, so what each place adds
is known exactly. Source: Zhou et al. 2016, "Learning Deep Features for Discriminative Localization" (arXiv:1512.04150).
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
from onnx import GraphProto, NodeProto, TensorProto, numpy_helper

_MOST_STEPS = 200  # from the embedding back to its maps; the built-in network has 9
_HANDED_ON = ("Flatten", "Reshape", "Squeeze", "Identity")  # the same numbers in another shape
_SPACE = {(2, 3): False, (1, 2): True}  # the axes that are averaged over -> whether channels come last


@dataclass(frozen=True)
class AveragedMap:
    """name: of the tensor in the graph. is_channels_last: (N, h, w, C) and not (N, C, h, w)."""

    name: str
    is_channels_last: bool


@dataclass(frozen=True)
class LinearHead:
    """maps: their averages, one after the other, are the (N, D) embeddings. weights: (D, C) and bias: (C,) give logits
    of embeddings."""

    maps: tuple[AveragedMap, ...]
    weights: np.ndarray
    bias: np.ndarray


def linear_head(graph: GraphProto) -> LinearHead | None:
    """The head and the maps it stands on; None where the embedding is something else than averages of maps.

    It says what the graph looks like, not what it computes: compare the averages with the embeddings.

    Args:
        graph: of a bundle that was loaded, see `load_bundle`.
    """
    makers = {name: node for node in graph.node for name in node.output}
    constants = {tensor.name: tensor for tensor in graph.initializer}
    head = makers.get("head_logits")
    if head is None or head.op_type != "Gemm" or len(head.input) != 3 or head.attribute:
        return None
    if head.input[0] != "embeddings" or not {head.input[1], head.input[2]} <= set(constants):
        return None
    sources = _sources("embeddings", makers, constants)
    if not sources:
        return None
    weights, bias = (numpy_helper.to_array(constants[name]) for name in head.input[1:])
    return LinearHead(tuple(AveragedMap(*source) for source in sources), weights, bias)


def _sources(
    name: str, makers: Mapping[str, NodeProto], constants: Mapping[str, TensorProto]
) -> list[tuple[str, bool]]:
    """The tensors whose averages stand one after the other in this one, each with whether its channels come last."""
    found: list[tuple[str, bool]] = []
    waiting = [name]
    for _ in range(_MOST_STEPS):
        if not waiting:
            return found
        node = makers.get(waiting.pop())
        if node is None or not node.input:
            return []
        if node.op_type == "GlobalAveragePool":
            found.append((node.input[0], False))
        elif node.op_type == "ReduceMean" and (axes := _axes(node, makers, constants)) in _SPACE:
            found.append((node.input[0], _SPACE[axes]))
        elif node.op_type in _HANDED_ON:
            waiting.append(node.input[0])
        elif node.op_type == "Concat":
            waiting += reversed(node.input)  # the last that is put there comes first
        else:
            return []
    return []


def _axes(
    node: NodeProto, makers: Mapping[str, NodeProto], constants: Mapping[str, TensorProto]
) -> tuple[int, ...]:
    """The axes that it averages over, rising, of a tensor with four; () where they are not plain to see."""
    given = [list(attribute.ints) for attribute in node.attribute if attribute.name == "axes"]
    if len(node.input) > 1:  # from opset 18 on they are an input
        constant = constants.get(node.input[1]) or _value_of(makers.get(node.input[1]))
        given = [] if constant is None else [numpy_helper.to_array(constant).ravel().tolist()]
    return tuple(sorted(axis % 4 for axis in given[0][:4])) if given else ()


def _value_of(node: NodeProto | None) -> TensorProto | None:
    if node is None or node.op_type != "Constant":
        return None
    return next((attribute.t for attribute in node.attribute if attribute.name == "value"), None)
