"""classifier_onnx: an ONNX graph that takes the columns of a table and answers as a TableModel does.

All is counted in double precision: in single precision a number beside a threshold would fall on its other side.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
import onnx
from onnx import NodeProto, TensorProto, helper, numpy_helper

import tellapart
from tellapart.tables.encoding import Feature
from tellapart.tables.graph.tree_nodes import tree_attributes
from tellapart.tables.model import LinearScores, TableModel
from tellapart.tables.trees import Trees

_OPSET, _ML_OPSET, _IR = 17, 3, 8  # old enough for every ONNX Runtime that tellapart takes
_ML = "ai.onnx.ml"
_FARTHEST = 10.0  # see `widened`


class _Nodes:
    """Nodes and constants as they come together; names of ours begin with a slash, which no input's does."""

    def __init__(self) -> None:
        self.nodes: list[NodeProto] = []
        self.constants: list[TensorProto] = []

    def constant(self, value: np.ndarray) -> str:
        name = f"/constant{len(self.constants)}"
        self.constants.append(numpy_helper.from_array(np.ascontiguousarray(value), name))
        return name

    def add(self, kind: str, inputs: Sequence[str], output: str = "", **attributes: Any) -> str:
        name = output or f"/{kind}{len(self.nodes)}"
        self.nodes.append(helper.make_node(kind, list(inputs), [name], **attributes))
        return name


def classifier_onnx(model: TableModel) -> bytes:
    """Inputs: one for each feature, named as `input_names` says, (N, 1) double (NaN is missing; a date is its days
    since 1970) or string ("" is missing). Outputs: "label" (N,) string and "probabilities" (N, C) float.

    Raises:
        DeployError: the trees are too large.
    """
    graph, names = _Nodes(), input_names(model.features)
    columns = [
        _category(graph, name, feature.categories) if feature.is_category else name
        for name, feature in zip(names, model.features, strict=True)
    ]
    scores = _scores(graph, model, columns)
    if len(model.labels) == 2:
        half = graph.add("Mul", [scores, graph.constant(np.array(0.5))])
        scores = graph.add("Concat", [graph.add("Neg", [half]), half], axis=1)
    scaled = graph.add("Div", [scores, graph.constant(np.array(float(model.temperature)))])
    likely = graph.add("Softmax", [graph.add("Add", [scaled, graph.constant(model.shift)])], axis=1)
    sure = graph.add("Mul", [likely, graph.constant(np.array(1.0 - model.caution))])
    even = graph.constant(np.array(model.caution / len(model.labels)))
    probabilities = graph.add("Add", [sure, even])
    graph.add("Cast", [probabilities], "probabilities", to=TensorProto.FLOAT)
    best = graph.add("ArgMax", [probabilities], axis=1, keepdims=0)
    graph.add(
        "LabelEncoder", [best], "label", domain=_ML, keys_int64s=list(range(len(model.labels))),
        values_strings=list(model.labels), default_string="",
    )  # fmt: skip
    return _written(graph, model, names)


def input_names(features: Sequence[Feature]) -> list[str]:
    """The titles, but for one that is empty, begins with a slash, or has the name of an output or of another input:
    these get "column " in front until nothing has the name."""
    titles = [one.column.title for one in features]
    taken, names = {"label", "probabilities", "", *titles}, []
    given: set[str] = set()
    for title in titles:
        name = title
        if title in given or title in ("label", "probabilities", "") or title[:1] == "/":
            while name in taken or name[:1] == "/":
                name = f"column {name}"
        names.append(name)
        given.add(title)
        taken.add(name)
    return names


def _category(graph: _Nodes, name: str, categories: Sequence[str]) -> str:
    """The category's place from 0; NaN for what is missing or unknown."""
    known = list(categories) or [""]
    place = [float(i) for i in range(len(categories))] or [float("nan")]
    found = graph.add(
        "LabelEncoder",
        [name],
        domain=_ML,
        keys_strings=known,
        values_floats=place,
        default_float=float("nan"),
    )
    return graph.add("Cast", [found], to=TensorProto.DOUBLE)


def _scores(graph: _Nodes, model: TableModel, columns: Sequence[str]) -> str:
    if isinstance(model.scorer, Trees):
        inputs = graph.add("Concat", columns, axis=1) if len(columns) > 1 else columns[0]
        attributes = tree_attributes(model.scorer)
        for name in ("nodes_values", "target_weights"):
            values = np.ascontiguousarray(attributes.pop(name), float)
            attributes[f"{name}_as_tensor"] = numpy_helper.from_array(values, name)
        found = graph.add(
            "TreeEnsembleRegressor",
            [inputs],
            domain=_ML,
            aggregate_function="SUM",
            post_transform="NONE",
            **attributes,
        )
        wide = graph.add("Cast", [found], to=TensorProto.DOUBLE)
        return graph.add("Add", [wide, graph.constant(model.scorer.base)])
    return _linear(graph, model.features, model.scorer, columns)


def _linear(graph: _Nodes, features: Sequence[Feature], scorer: LinearScores, columns: Sequence[str]) -> str:
    """What `widened` does, and its product with the weights."""
    parts = []
    for feature, column in zip(features, columns, strict=True):
        if feature.is_category:
            places = graph.constant(np.arange(len(feature.categories), dtype=float)[None])  # (1, K)
            marks = graph.add("Cast", [graph.add("Equal", [column, places])], to=TensorProto.DOUBLE)
            parts += [marks] if feature.categories else []
            continue
        is_missing = graph.add("IsNaN", [column])
        centred = graph.add("Sub", [column, graph.constant(np.array(feature.centre))])
        scaled = graph.add("Div", [centred, graph.constant(np.array(feature.scale))])
        near = graph.add(
            "Clip", [scaled, graph.constant(np.array(-_FARTHEST)), graph.constant(np.array(_FARTHEST))]
        )
        parts.append(graph.add("Where", [is_missing, graph.constant(np.array(0.0)), near]))
        parts.append(graph.add("Cast", [is_missing], to=TensorProto.DOUBLE))
    wide = graph.add("Concat", parts, axis=1)
    product = graph.add("MatMul", [wide, graph.constant(scorer.weights)])
    return graph.add("Add", [product, graph.constant(scorer.bias)])


def _written(graph: _Nodes, model: TableModel, names: Sequence[str]) -> bytes:
    inputs = [
        helper.make_tensor_value_info(
            name, TensorProto.STRING if one.is_category else TensorProto.DOUBLE, ["N", 1]
        )
        for name, one in zip(names, model.features, strict=True)
    ]
    outputs = [
        helper.make_tensor_value_info("label", TensorProto.STRING, ["N"]),
        helper.make_tensor_value_info("probabilities", TensorProto.FLOAT, ["N", len(model.labels)]),
    ]
    whole = helper.make_model(
        helper.make_graph(graph.nodes, "table", inputs, outputs, graph.constants),
        opset_imports=[helper.make_opsetid("", _OPSET), helper.make_opsetid(_ML, _ML_OPSET)],
        ir_version=_IR,
        producer_name="tellapart",
        producer_version=tellapart.__version__,
    )
    helper.set_model_props(whole, {"target": model.target})
    onnx.checker.check_model(whole)
    return bytes(whole.SerializeToString())
