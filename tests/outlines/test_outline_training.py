"""Training outlines: numbers with a baseline, a file that proves itself, the same answers without torch."""

import json
import subprocess
import sys
from hashlib import sha256
from pathlib import Path

import numpy as np
import pytest
from made_outlines import NAMES, drawn, write_scenes
from onnx import TensorProto, helper, numpy_helper
from tellapart.bundle import trial
from tellapart.errors import BundleError, Cancelled, ImageError, TrainError
from tellapart.kinds.bundle_folder import KNOWN, copy_bundle
from tellapart.kinds.decisions import ThingDecision
from tellapart.kinds.sealed_json import seal
from tellapart.outlines import load_predictor
from tellapart.outlines.measuring import commonest_places, confusion, held_out, scores
from tellapart.outlines.model_file import NETWORK_NAME, read_model
from tellapart.outlines.project import MODEL_NAME, OUTLINES, create_outline_project, open_outline_project
from tellapart.outlines.reading import read_outlines
from tellapart.outlines.training import OutlineResult, train_outlines
from tellapart.pictures.index_masks import read_mask


def test_scores_are_those_of_the_definition():
    given = np.array([[0, 0, 1, 1, 255], [2, 2, 2, 2, 255]], np.uint8)
    told = np.array([[0, 1, 1, 1, 0], [2, 2, 2, 0, 1]], np.uint8)
    found = scores(np.stack([confusion(one, other, 4) for one, other in zip(given, told, strict=True)]))
    assert found.pixel_accuracy == 6 / 8
    assert found.ious == (1 / 3, 2 / 3, 3 / 4, None)
    assert found.mean_iou == pytest.approx((1 / 3 + 2 / 3 + 3 / 4) / 3)
    assert found.interval[0] <= found.mean_iou <= found.interval[1]


@pytest.mark.parametrize("n", [1, 6])
def test_pictures_that_tell_nothing_about_others_give_no_interval(n):
    found = scores(np.array([[[5, 1], [2, 4]]] * n))
    assert found.interval is None and found.to_json()["interval"] is None
    result = OutlineResult(Path("b"), ("a", "b"), 9, n, 64, 48, found, found, (), 3.0)
    assert "(no interval: too few pictures, or all alike)" in repr(result)
    assert ("1 picture that was not learned from" in repr(result)) == (n == 1)


def test_the_guess_is_the_commonest_class_of_each_place():
    masks = np.array([[[0, 1, 255]], [[0, 1, 255]], [[1, 1, 255]]], np.uint8)
    assert commonest_places(masks, 2).tolist() == [[0, 1, 1]]


def test_pictures_are_held_out_in_runs_and_copies_stay_together(outline_project):
    pictures = outline_project.pictures()
    is_out = held_out(pictures, 0)
    assert 2 <= is_out.sum() <= 4 and np.array_equal(is_out, held_out(pictures[::-1], 0)[::-1])
    inside, outside = np.flatnonzero(~is_out)[0], np.flatnonzero(is_out)[0]
    object.__setattr__(pictures[inside], "sha256", pictures[outside].sha256)
    assert held_out(pictures, 0)[inside]


@pytest.mark.parametrize("how", ["folder", "list"])
def test_where_all_pictures_are_held_out_a_fifth_is(tmp_path, how):
    root = write_scenes(tmp_path / "park" / "test" if how == "folder" else tmp_path / "park")
    if how == "list":
        (root / "valid.txt").write_text("\n".join(f"scene{i:02d}.png" for i in range(12)))
    table = read_outlines(tmp_path / "park")
    assert [one for one in table.notes if "so a fifth is held out instead" in one]
    pictures = create_outline_project(tmp_path / "p", table).pictures()
    assert {one.part for one in pictures} == {"valid"} and 2 <= held_out(pictures, 0).sum() <= 4


def test_it_learns_to_outline_and_says_how_well(trained_outlines):
    found = trained_outlines
    assert found.scores.mean_iou > 0.6 > found.baseline.mean_iou
    said = repr(found)
    assert f"mean IoU {found.scores.mean_iou:.3f} (95 % interval" in said and "not learned from" in said
    assert "Saying for each place the class that is there most often" in said
    card = (found.bundle_dir / "MODEL_CARD.md").read_text("utf-8")
    assert "| ball |" in card and "EfficientNet-Lite0" in card
    assert found.n_learned + found.n_held_out == 12
    kept = read_model(found.bundle_dir).measured
    assert {**found.to_json(), KNOWN: 0} == {**kept, "classes": list(NAMES)} and "classes" not in kept


def test_answers_for_a_new_picture_in_its_own_size(trained_outlines):
    predictor = load_predictor(trained_outlines)
    assert predictor.classes == NAMES
    picture, mask = drawn(99, 130, 97)
    found = predictor.predict(picture)
    assert found.places.shape == (97, 130) and (found.places == mask).mean() > 0.85
    assert sum(found.shares.values()) == pytest.approx(1) and next(iter(found.shares)) == "grass"
    assert found.confidence.min() > 0 and found.confidence.max() <= 1
    assert np.array_equal(read_mask(found.mask_png()).values, found.places)
    assert np.array_equal(np.asarray(found.overlay(0)), np.asarray(picture))
    assert np.abs(np.asarray(found.overlay(), int) - np.asarray(picture)).mean() > 5
    with pytest.raises(ImageError):
        predictor.predict(b"no picture")


def test_a_stopped_training_keeps_nothing_and_a_wrong_one_says_why(outline_project, monkeypatch):
    pytest.importorskip("torch", reason="torch is not installed (light path)")

    def stop(done, total, message):
        if "Learning" in message:
            raise Cancelled("stopped")

    with pytest.raises(Cancelled):
        train_outlines(outline_project, n_epochs=1, progress=stop)
    assert outline_project.newest_bundle() is None and not outline_project.bundles_dir.exists()
    outline_project.decide(
        [ThingDecision(one.picture_id, "remove") for one in outline_project.pictures()[:9]]
    )
    with pytest.raises(TrainError, match="has 3 pictures; training needs at least 4"):
        train_outlines(outline_project)
    monkeypatch.setattr("importlib.util.find_spec", lambda name: None)
    with pytest.raises(TrainError, match=r"needs torch.*pip install 'tellapart\[torch\]'"):
        train_outlines(outline_project)


def test_what_can_measure_nothing_is_said_before_the_training(outline_project, monkeypatch):
    pytest.importorskip("torch", reason="torch is not installed (light path)")
    pictures = outline_project.pictures()
    out = [one.picture_id for one, is_out in zip(pictures, held_out(pictures, 0), strict=True) if is_out]
    empty = np.full((48, 64), 255, np.uint8)
    outline_project.decide([outline_project.correction(one, empty) for one in out])
    monkeypatch.setattr(
        "tellapart.network.outlines.training.fit_outlines", lambda *_: pytest.fail("it learned")
    )
    with pytest.raises(TrainError, match=f"The {len(out)} pictures to be measured on show no class"):
        train_outlines(outline_project)


@pytest.mark.slow
def test_two_trainings_with_one_seed_are_the_same(outline_project):
    pytest.importorskip("torch", reason="torch is not installed (light path)")
    one, other = (train_outlines(outline_project, n_epochs=1) for _ in range(2))
    assert one.scores == other.scores and one.bundle_dir != other.bundle_dir
    assert outline_project.newest_bundle() == other.bundle_dir


def changed(record):
    """Changes that a stranger could make who knows the hash."""
    yield {"classes": record["classes"][:1]}
    yield {"classes": [*record["classes"][:2], {"value": 2, "name": "box", "colour": [1, 2, 999]}]}
    yield {"classes": [record["classes"][0]] * 3}
    yield {"classes": record["classes"][:2]}
    yield {"width": 99_999}
    yield {"width": record["width"] + 1}
    yield {"height": True}
    yield {"network": {}}
    yield {"measured": 5}
    yield {"golden": record["golden"][::-1]}
    yield {"golden": []}


def test_what_is_no_network_is_refused_with_a_reason(trained_outlines, tmp_path):
    copy = tmp_path / "copy"
    names = [MODEL_NAME, NETWORK_NAME]
    copy_bundle(trained_outlines.bundle_dir, copy, names, read_model)
    assert sorted(one.name for one in copy.iterdir()) == ["MODEL_CARD.md", "model.onnx", MODEL_NAME]
    whole, network = (copy / MODEL_NAME).read_bytes(), (copy / "model.onnx").read_bytes()
    record = json.loads(whole)
    for change in changed(record):
        one = {**record, **change}
        one["sha256"] = seal({key: value for key, value in one.items() if key != "sha256"})
        (copy / MODEL_NAME).write_text(json.dumps(one), encoding="utf-8")
        with pytest.raises(BundleError):
            read_model(copy)
    (copy / MODEL_NAME).write_bytes(whole)
    (copy / "model.onnx").write_bytes(network + b"x")
    with pytest.raises(BundleError, match=r"model\.onnx is not the file it was made with"):
        read_model(copy)
    (copy / "model.onnx").unlink()
    with pytest.raises(BundleError, match="cannot be read"):
        read_model(copy)
    with pytest.raises(BundleError, match="exists"):
        copy_bundle(trained_outlines.bundle_dir, copy, names, read_model)
    (copy / MODEL_NAME).write_bytes(whole[:-9])
    with pytest.raises(BundleError, match="damaged"):
        load_predictor(copy)


def test_an_answer_that_would_fill_the_memory_is_neither_trained_nor_tried(
    trained_outlines, outline_project, tmp_path
):
    copy = tmp_path / "copy"
    copy_bundle(trained_outlines.bundle_dir, copy, [MODEL_NAME, NETWORK_NAME], read_model)
    record = json.loads((copy / MODEL_NAME).read_bytes())
    many = [{"value": k, "name": f"class {k}", "colour": [k, 0, 0]} for k in range(150)]
    record |= {"classes": many, "width": 2048, "height": 2048}
    record["sha256"] = seal({key: value for key, value in record.items() if key != "sha256"})
    (copy / MODEL_NAME).write_text(json.dumps(record), encoding="utf-8")
    with pytest.raises(BundleError, match="an answer of 150 × 2048 × 2048 numbers is too large"):
        read_model(copy)
    with pytest.raises(ValueError, match="choose at least 1, and 32 to 2048"):
        train_outlines(outline_project, side_px=4096)  # no such network could be opened again


def test_a_strangers_network_that_takes_all_memory_is_refused_and_we_live_on(
    trained_outlines, tmp_path, monkeypatch
):
    copy = tmp_path / "copy"
    copy_bundle(trained_outlines.bundle_dir, copy, [MODEL_NAME, NETWORK_NAME], read_model)
    nodes = [
        helper.make_node("ConstantOfShape", ["size"], ["zeros"]),
        helper.make_node("Exp", ["zeros"], ["ones"]),
        helper.make_node("ReduceMean", ["ones"], ["probabilities"], keepdims=1),
    ]
    graph = helper.make_graph(
        nodes, "g",
        [helper.make_tensor_value_info("pixels", TensorProto.UINT8, ["N", "H", "W", 3])],
        [helper.make_tensor_value_info("probabilities", TensorProto.FLOAT, ["N", "C", "H", "W"])],
        [numpy_helper.from_array(np.array([4, 100, 1000, 1000]), "size")],  # 1.6 GB, twice
    )  # fmt: skip
    network = helper.make_model(
        graph, opset_imports=[helper.make_opsetid("", 17)], ir_version=8
    ).SerializeToString()
    (copy / NETWORK_NAME).write_bytes(network)
    record = json.loads((copy / MODEL_NAME).read_bytes())
    record["network"] = {"sha256": sha256(network).hexdigest(), "bytes": len(network)}
    record["sha256"] = seal({key: value for key, value in record.items() if key != "sha256"})
    (copy / MODEL_NAME).write_text(json.dumps(record), encoding="utf-8")
    monkeypatch.setattr(trial, "_MEMORY_BYTES", 700 * 2**20)
    with pytest.raises(BundleError, match=r"memory|does not run"):
        read_model(copy)


def test_our_own_network_needs_no_trial_and_a_strangers_is_tried_once(
    trained_outlines, tmp_path, monkeypatch, tmp_path_factory
):
    tried = []
    monkeypatch.setattr(trial, "_try", lambda folder, child: tried.append(child) or 1)
    read_model(trained_outlines.bundle_dir)
    assert tried == []
    monkeypatch.setenv("TELLAPART_CACHE", str(tmp_path_factory.mktemp("elsewhere") / "cache"))
    read_model(trained_outlines.bundle_dir)
    read_model(trained_outlines.bundle_dir)
    assert tried == ["tellapart.outlines.trial_process"]


def test_a_project_without_a_network_says_how_to_train_one(outline_project):
    with pytest.raises(BundleError, match="no trained network yet. Train it first: tellapart train"):
        OUTLINES.bundle_of(outline_project.root)


def test_answering_needs_no_torch_and_the_star_import_nothing(trained_outlines):
    folder = trained_outlines.bundle_dir.parents[1]
    picture = open_outline_project(folder).pictures()[0]
    code = (
        "import sys; from tellapart.outlines import *\n"
        "assert not {'numpy', 'scipy', 'PIL', 'sqlite3', 'onnxruntime'} & set(sys.modules), 'star'\n"
        "load_predictor(sys.argv[1]).predict(sys.argv[2])\n"
        "print(sorted({'torch', 'scipy', 'pandas', 'torchvision'} & set(sys.modules)))"
    )
    command = [sys.executable, "-c", code, str(trained_outlines.bundle_dir), str(folder / picture.file)]
    done = subprocess.run(command, capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"
