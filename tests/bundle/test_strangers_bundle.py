"""A stranger's bundle: its network computes within limits, or it is refused in a sentence."""

from __future__ import annotations

import os
import shutil
import sys
from hashlib import sha256

import numpy as np
import onnx
import pytest
from bundle_records import put_record, record_of
from onnx import TensorProto, helper, numpy_helper
from tellapart.bundle import trial
from tellapart.bundle.graph_rules import check_graph
from tellapart.bundle.loading import load_bundle
from tellapart.errors import BundleError


def put_model(bundle, model):
    """The network, with a record that fits it: hashes are no secret."""
    data = model.SerializeToString()
    (bundle / "model.onnx").write_bytes(data)
    record = record_of(bundle)
    record["files"]["model.onnx"] = sha256(data).hexdigest()
    put_record(bundle, record)


def tiny_model(*nodes, constants=(), n_classes=3, opset=17):
    """Nodes from "pixels" to "x", behind them a tail that makes probabilities and novelty of the mean of x."""
    tail = [
        helper.make_node("Cast", ["x"], ["x_float"], to=TensorProto.FLOAT),
        helper.make_node("ReduceMean", ["x_float"], ["mean"], keepdims=1),
        helper.make_node("Reshape", ["mean", "one_by_one"], ["flat"]),
        helper.make_node("MatMul", ["flat", "weights"], ["logits"]),
        helper.make_node("Softmax", ["logits"], ["probabilities"], axis=1),
        helper.make_node("Reshape", ["mean", "one"], ["novelty"]),
    ]
    arrays = {
        "one_by_one": np.array([1, 1]), "one": np.array([1]), "weights": np.zeros((1, n_classes), np.float32),
        **dict(constants),
    }  # fmt: skip
    graph = helper.make_graph(
        [*nodes, *tail], "g",
        [helper.make_tensor_value_info("pixels", TensorProto.UINT8, ["N", "H", "W", 3])],
        [helper.make_tensor_value_info("probabilities", TensorProto.FLOAT, ["N", n_classes]),
         helper.make_tensor_value_info("novelty", TensorProto.FLOAT, ["N"])],
        [numpy_helper.from_array(array, name) for name, array in arrays.items()],
    )  # fmt: skip
    return helper.make_model(graph, opset_imports=[helper.make_opsetid("", opset)], ir_version=8)


def node(kind, inputs, **attributes):
    return helper.make_node(kind, inputs, ["x"], **attributes)


def subgraph():
    value = helper.make_tensor_value_info("y", TensorProto.FLOAT, [1])
    inner = helper.make_node("Constant", [], ["y"], value=numpy_helper.from_array(np.ones(1, np.float32)))
    return helper.make_graph([inner], "inner", [], [value])


def external(name="weights", **where):
    model = tiny_model(node("Identity", ["pixels"]))
    tensor = next(one for one in model.graph.initializer if one.name == name)
    tensor.ClearField("raw_data")
    tensor.data_location = TensorProto.EXTERNAL
    for key, value in where.items():
        tensor.external_data.add(key=key, value=value)
    return model


def shaped(*dims, **fields):
    model = tiny_model(node("Identity", ["pixels"]))
    tensor = model.graph.initializer[2]
    del tensor.dims[:]
    tensor.dims.extend(dims)
    for name, value in fields.items():
        setattr(tensor, name, value)
    return model


def with_function():
    model = tiny_model(node("Identity", ["pixels"]))
    made = helper.make_function("", "f", ["a"], ["b"], [helper.make_node("Identity", ["a"], ["b"])], [])
    model.functions.append(made)
    return model


def with_sparse():
    model = tiny_model(node("Identity", ["pixels"]))
    model.graph.sparse_initializer.add().dims.extend([10**9, 10**9])
    return model


def with_other_domain():
    model = tiny_model(helper.make_node("FusedConv", ["pixels"], ["x"], domain="com.microsoft"))
    model.opset_import.append(helper.make_opsetid("com.microsoft", 1))
    return model


def with_second_input():
    model = tiny_model(node("Identity", ["pixels"]))
    model.graph.input.append(helper.make_tensor_value_info("more", TensorProto.FLOAT, [1]))
    return model


def shown(*nodes, **constants):
    """Sizes made of what a picture shows: small for the golden pictures, huge for one with a white corner."""
    numbers = [
        helper.make_node("ReduceMean", ["pixels_float"], ["bright"], keepdims=0),
        helper.make_node("Cast", ["bright"], ["bright_int"], to=TensorProto.INT64),
        helper.make_node("Unsqueeze", ["bright_int", "axis"], ["size"]),
    ]
    first = helper.make_node("Cast", ["pixels"], ["pixels_float"], to=TensorProto.FLOAT)
    return tiny_model(first, *numbers, *nodes, constants={"axis": np.array([0]), **constants}.items())


FORBIDDEN = {
    "if": lambda: tiny_model(node("If", ["pixels"], then_branch=subgraph(), else_branch=subgraph())),
    "loop": lambda: tiny_model(node("Loop", ["pixels"], body=subgraph())),
    "scan": lambda: tiny_model(node("Scan", ["pixels"], body=subgraph(), num_scan_inputs=1)),
    "a graph in an allowed operator": lambda: tiny_model(node("Relu", ["pixels"], body=subgraph())),
    "random numbers": lambda: tiny_model(node("RandomNormal", [], shape=[10**6])),
    "another domain": with_other_domain,
    "a function": with_function,
    "sparse tensors": with_sparse,
    "strings": lambda: tiny_model(node("StringNormalizer", ["pixels"])),
    "tile": lambda: tiny_model(node("Tile", ["pixels", "r"]), constants=[("r", np.array([9, 9, 9, 9]))]),
    "resize": lambda: tiny_model(node("Resize", ["pixels", "", "s"]), constants=[("s", np.ones(4, np.float32) * 99)]),
    "a second input": with_second_input,
    "external data": lambda: external(location="../own/letter.txt"),
    "external data, absolute": lambda: external(location="/etc/passwd", offset="0", length="12"),
    "external data of the file itself": lambda: external(location="model.onnx"),
    "external data without a place": external,
    "a huge shape": lambda: shaped(2**40),
    "a shape larger than its values": lambda: shaped(1000, 3),
    "a negative shape": lambda: shaped(-1, 3),
    "many dimensions": lambda: shaped(*[1] * 20),
    "a kind of number of its own": lambda: shaped(1, 3, data_type=TensorProto.COMPLEX128),
    "a string tensor": lambda: shaped(1, 3, data_type=TensorProto.STRING),
    "an old opset": lambda: tiny_model(node("Identity", ["pixels"]), opset=7),
    "expand by what is shown": lambda: shown(node("Expand", ["pixels_float", "size"])),
    "a constant of what is shown": lambda: shown(node("ConstantOfShape", ["size"])),
    "reshape by what is shown": lambda: shown(node("Reshape", ["pixels_float", "size"])),
    "a range of what is shown": lambda: shown(node("Range", ["zero", "bright", "step"]), zero=np.array(0.0), step=np.array(1.0)),
    "pad by what is shown": lambda: shown(node("Pad", ["bright", "size"])),
    "through another step": lambda: shown(
        helper.make_node("Mul", ["size", "size"], ["size2"]), node("ConstantOfShape", ["size2"])
    ),
}  # fmt: skip


@pytest.mark.parametrize("kind", FORBIDDEN)
def test_a_network_that_breaks_a_rule_is_refused(kind):
    with pytest.raises(BundleError, match="not one that tellapart makes"):
        check_graph(FORBIDDEN[kind]())


def test_what_tellapart_trains_keeps_the_rules(trained):
    check_graph(onnx.load(trained[1].bundle_dir / "model.onnx"))
    check_graph(tiny_model(node("Identity", ["pixels"])))


@pytest.mark.parametrize("kind", ["if", "external data", "a huge shape"])
def test_a_whole_bundle_with_such_a_network_is_refused(bundle, kind):
    put_model(bundle, FORBIDDEN[kind]())
    with pytest.raises(BundleError, match=r"bundle is refused: its network .* Do not use this bundle"):
        load_bundle(bundle)


def test_a_network_that_takes_all_memory_is_refused_and_we_live_on(bundle, monkeypatch):
    monkeypatch.setattr(trial, "_MEMORY_BYTES", 700 * 2**20)
    nodes = [
        helper.make_node("ConstantOfShape", ["size"], ["zeros"]),
        helper.make_node("Exp", ["zeros"], ["x"]),
    ]
    put_model(bundle, tiny_model(*nodes, constants=[("size", np.array([400, 1000, 1000]))]))  # 1.6 GB, twice
    with pytest.raises(BundleError, match=r"memory|cannot be (opened|computed)"):
        load_bundle(bundle)


@pytest.mark.slow
def test_a_network_that_never_answers_is_ended(bundle, monkeypatch):
    monkeypatch.setattr(trial, "_TIME_S", 3.0)
    matrix = [helper.make_node("ConstantOfShape", ["size"], ["m0"])]
    matrix += [helper.make_node("MatMul", [f"m{i}", f"m{i}"], [f"m{i + 1}"]) for i in range(40)]
    ends = helper.make_node("Identity", ["m40"], ["x"])
    # 432 GFLOP and 144 MB each: a quick processor must not come to the limit of memory before that of time.
    put_model(bundle, tiny_model(*matrix, ends, constants=[("size", np.array([6000, 6000]))]))
    with pytest.raises(BundleError, match="does not answer within 3 s"):
        load_bundle(bundle)


@pytest.mark.parametrize("data", [b"", b"\xff" * 500, b"\x0a" * 4000], ids=["empty", "no protobuf", "broken"])
def test_a_file_that_is_no_network_is_refused(bundle, data):
    (bundle / "model.onnx").write_bytes(data)
    record = record_of(bundle)
    record["files"]["model.onnx"] = sha256(data).hexdigest()
    put_record(bundle, record)
    with pytest.raises(BundleError, match="refused"):
        load_bundle(bundle)


def test_a_bundle_is_tried_once_and_again_when_it_changed(bundle, monkeypatch):
    tried = []
    real = trial._try
    monkeypatch.setattr(trial, "_try", lambda place, child: tried.append(place) or real(place, child))
    before = load_bundle(bundle)
    load_bundle(bundle)
    moved = bundle.with_name("moved")
    bundle.rename(moved)
    assert load_bundle(moved).batch == before.batch == trial.MAX_BATCH and len(tried) == 1
    record = record_of(moved)
    put_record(moved, {**record, "name": "other"})
    load_bundle(moved)
    assert len(tried) == 2


@pytest.mark.parametrize(
    "text", ["", "{}", "[]", '{"batch": 99}', '{"batch": "all"}', '{"batch": 0}', "\x00"]
)
def test_a_broken_memory_means_another_trial(bundle, monkeypatch, text):
    monkeypatch.setattr(trial, "_try", lambda place, child: 7)
    key = trial.bundle_key((bundle / "bundle.json").read_bytes())
    trial.remember(key)
    trial._memory(key).write_text(text)
    assert trial.tried_batch(bundle, key) == 7


def test_of_many_remembered_the_oldest_are_forgotten(own_cache, monkeypatch):
    monkeypatch.setattr(trial, "_MAX_REMEMBERED", 5)
    monkeypatch.setattr(trial, "_LEFT", 3)
    for number in range(6):
        trial.remember(f"key-{number}")
        os.utime(trial._memory(f"key-{number}"), (number, number))
    assert all(trial._memory(f"key-{number}").is_file() for number in range(6))
    trial.remember("latest")
    left = {path.stem for path in trial._memory("latest").parent.glob("*.json")}
    assert left == {"key-3", "key-4", "key-5", "latest"}


def test_what_was_trained_here_needs_no_trial(trained, own_cache, monkeypatch, tmp_path):
    from tellapart.store.project import open_project
    from tellapart.train import train_head

    def no_trial(place, child):
        raise AssertionError("tried")

    monkeypatch.setattr(trial, "_try", no_trial)
    shutil.copytree(trained[0], tmp_path / "project")
    with open_project(tmp_path / "project") as project:
        load_bundle(train_head(project).bundle_dir)


def test_a_stranger_cannot_answer_for_the_trial_from_where_we_stand(bundle, tmp_path, monkeypatch):
    (tmp_path / "here").mkdir()
    for name in ("numpy", "onnx", "json", "tellapart"):
        (tmp_path / "here" / f"{name}.py").write_text("raise SystemExit('stranger was run')")
    monkeypatch.chdir(tmp_path / "here")
    assert load_bundle(bundle).classes == ("circle", "cross", "square")


def test_more_pictures_than_were_tried_come_in_turns(trained):
    bundle = load_bundle(trained[1].bundle_dir)
    size = bundle.preprocess.size_px
    pixels = np.random.default_rng(0).integers(0, 256, (19, size, size, 3), np.uint8)
    probs, novelty = bundle.run(pixels)
    one, _ = bundle.run(pixels[18:])
    assert probs.shape == (19, 3) and novelty.shape == (19,) and np.allclose(probs[18:], one, atol=1e-4)


def test_a_network_with_another_hash_than_its_record_is_refused(bundle):
    (bundle / "model.onnx").write_bytes(tiny_model(node("Identity", ["pixels"])).SerializeToString())
    with pytest.raises(BundleError, match="model.onnx is not the file it was made with"):
        load_bundle(bundle)


@pytest.mark.skipif(sys.platform != "linux", reason="only Linux lets a process limit its own memory for good")
def test_the_trial_itself_cannot_take_more_than_it_is_given(tmp_path):
    import subprocess

    code = (
        "from tellapart.bundle.trial import limit_memory; limit_memory(100 * 2**20); "
        "x = bytearray(3 * 2**30); print('taken')"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True)
    assert "MemoryError" in done.stderr and "taken" not in done.stdout
