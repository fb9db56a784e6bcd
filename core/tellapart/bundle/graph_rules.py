"""What a bundle's network may be made of: ONNX that computes, in sizes that no picture decides.

Rules for files of strangers; what tellapart writes itself passes them, which `bundle_writer` sees to.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from math import prod

from onnx import AttributeProto, ModelProto, NodeProto, TensorProto

from tellapart.errors import BundleError

Operators = Mapping[str, tuple[int, ...]]
# Every operator of the networks that `network.conversion` makes (all families of torchvision), of the built-in
# backbone, and of the tail that `bundle_graph` adds. The numbers are the inputs that decide
# how large the output is: they must come from shapes and constants. None runs another graph, reads a file or makes
# random numbers.
OPERATORS: Operators = {
    "Add": (), "AveragePool": (), "BatchNormalization": (), "Cast": (), "Clip": (), "Concat": (), "Constant": (),
    "ConstantOfShape": (0,), "Conv": (), "Div": (), "Einsum": (), "Equal": (), "Erf": (),
    "Exp": (), "Expand": (1,), "Flatten": (), "Gather": (), "Gemm": (), "GlobalAveragePool": (), "HardSigmoid": (),
    "HardSwish": (), "Identity": (), "LayerNormalization": (), "MatMul": (), "MaxPool": (), "Mod": (), "Mul": (),
    "Not": (), "Pad": (1, 3), "Pow": (), "Range": (0, 1, 2), "ReduceL2": (1,), "ReduceMean": (1,), "ReduceMin": (1,),
    "ReduceSum": (1,), "Relu": (), "Reshape": (1,), "ScatterND": (), "Shape": (), "Sigmoid": (),
    "Slice": (1, 2, 3, 4), "Softmax": (), "Split": (1,), "Sqrt": (), "Squeeze": (1,), "Sub": (), "Tanh": (),
    "Transpose": (), "Unsqueeze": (1,), "Where": (),
}  # fmt: skip
_ITEM_BYTES: dict[int, int] = {
    TensorProto.FLOAT: 4, TensorProto.FLOAT16: 2, TensorProto.DOUBLE: 8, TensorProto.INT8: 1, TensorProto.UINT8: 1,
    TensorProto.INT32: 4, TensorProto.INT64: 8, TensorProto.BOOL: 1,
}  # fmt: skip
_PLAIN_ATTRIBUTES = (
    AttributeProto.FLOAT, AttributeProto.FLOATS, AttributeProto.INT, AttributeProto.INTS, AttributeProto.STRING,
    AttributeProto.STRINGS, AttributeProto.TENSOR,
)  # fmt: skip
_MAX_NODES = 50_000  # the largest of torchvision has 7,000
_MAX_DIMENSIONS = 8
_MAX_TENSOR_BYTES = 2**31
_OPSETS = range(13, 26)


def check_graph(model: ModelProto, operators: Operators = OPERATORS) -> None:
    """Raise unless the model keeps to the rules. Its values are not looked at, nothing is computed.

    Args:
        operators: it may use, each with the inputs that decide how large its output is.
    Raises:
        BundleError: the first thing in it that does not; the text has no file name.
    """
    graph = model.graph
    for one in model.opset_import:
        if one.domain not in ("", "ai.onnx") or one.version not in _OPSETS:
            raise _refused(f"it uses the operators {one.domain or 'ai.onnx'} {one.version}")
    if model.functions or model.training_info or graph.sparse_initializer:
        raise _refused("it holds functions, training steps or sparse tensors")
    if len(graph.node) > _MAX_NODES:
        raise _refused(f"it has {len(graph.node)} steps, and at most {_MAX_NODES} are allowed")
    if [one.name for one in graph.input if one.name not in {tensor.name for tensor in graph.initializer}] != [
        "pixels"
    ]:
        raise _refused("it takes something else than pixels")
    for tensor in graph.initializer:
        _check_tensor(tensor)
    for node in graph.node:
        _check_node(node, operators)
    _check_sizes_are_fixed(graph.node, operators)


def _check_node(node: NodeProto, operators: Operators) -> None:
    if node.domain not in ("", "ai.onnx") or node.op_type not in operators:
        raise _refused(f"it uses the operator {_short(node.domain + ' ' + node.op_type)}")
    for attribute in node.attribute:
        if attribute.type not in _PLAIN_ATTRIBUTES or attribute.ref_attr_name:
            raise _refused(f"the attribute {_short(attribute.name)} of {node.op_type} holds another graph")
        if attribute.type == AttributeProto.TENSOR:
            _check_tensor(attribute.t)


def _check_tensor(tensor: TensorProto) -> None:
    """Its values lie in the file itself, as many as its shape says; so no tensor is larger than the file."""
    name = _short(tensor.name or "a constant")
    if tensor.external_data or tensor.data_location != TensorProto.DEFAULT or tensor.HasField("segment"):
        raise _refused(f"the values of {name} lie in another file")
    if tensor.data_type not in _ITEM_BYTES:
        raise _refused(f"{name} is of a kind of number ({tensor.data_type}) that tellapart never writes")
    if len(tensor.dims) > _MAX_DIMENSIONS or any(side < 0 for side in tensor.dims):
        raise _refused(f"{name} has the shape {list(tensor.dims)[:12]}")
    n_values, item_bytes = prod(tensor.dims), _ITEM_BYTES[tensor.data_type]
    if n_values * item_bytes > _MAX_TENSOR_BYTES:
        raise _refused(f"{name} has {n_values:,} values, more than 2 GB")
    least = item_bytes if tensor.HasField("raw_data") else 1  # a list of numbers may pack small ones
    if tensor.ByteSize() < n_values * least:
        raise _refused(f"{name} holds fewer values than its shape {list(tensor.dims)} says")


def _check_sizes_are_fixed(nodes: Iterable[NodeProto], operators: Operators) -> None:
    """The size of every value follows from the number and size of the pictures alone, never from what they show: so
    what a trial took in time and memory holds for every picture."""
    from_pixels = {"pixels"}
    for node in nodes:
        deciding = operators[node.op_type]
        if any(i < len(node.input) and node.input[i] in from_pixels for i in deciding):
            raise _refused(f"the size of what {node.op_type} gives depends on what a picture shows")
        if node.op_type != "Shape" and not from_pixels.isdisjoint(node.input):
            from_pixels.update(node.output)


def _short(text: str) -> str:
    text = text.strip()
    return repr(text if len(text) <= 60 else text[:60] + "…")


def _refused(reason: str) -> BundleError:
    return BundleError(f"its network is not one that tellapart makes: {reason}")
