"""Class maps lie where the thing lies, add up to the answer, and say so when they cannot be exact."""

from __future__ import annotations

import itertools
import json
import shutil
from dataclasses import replace
from hashlib import sha256
from pathlib import Path

import numpy as np
import onnx
import pytest
from bundle_records import put_record
from onnx import helper, numpy_helper
from tellapart.bundle.averaged_maps import linear_head
from tellapart.bundle.inner import open_inner
from tellapart.bundle.loading import load_bundle
from tellapart.classify import Predictor
from tellapart.errors import BundleError, ExplainError
from tellapart.learning.maps.class_maps import hottest, rather_than_others, share_of_hottest, spread
from tellapart.pictures.preprocess import Preprocess
from tellapart.understanding import ClassMap, Explainer
from tellapart.understanding.occlusion import N_CELLS, lost_probability

Model = tuple[Path, Predictor]


def on_leaf(values: np.ndarray, place: np.ndarray) -> bool:
    return bool(place[hottest(values)].mean() > 0.5)


def test_the_hottest_tenth_lies_on_the_leaf(explainer, unseen_leaves):
    found = [
        on_leaf(explainer.class_maps(leaf.pixels, [leaf.label], "exact")[0].values, leaf.place)
        for leaf in unseen_leaves
    ]
    assert len(found) >= 15 and np.mean(found) >= 0.8


def test_occlusion_finds_the_leaf_too(explainer, unseen_leaves):
    found = []
    for leaf in unseen_leaves[:2]:
        (one,) = explainer.class_maps(leaf.pixels, [leaf.label], "occlusion")
        assert one.method == "occlusion" and one.values.shape == leaf.pixels.shape[:2]
        found.append(on_leaf(one.values, leaf.place))
    assert np.mean(found) >= 0.5


def test_a_leaf_in_a_corner_is_found_there_and_not_in_the_middle(explainer, unseen_leaves):
    found = []
    for number, leaf in enumerate(unseen_leaves[:8]):
        side = len(leaf.pixels)
        ground = np.full_like(leaf.pixels, leaf.pixels[~leaf.place].mean(axis=0).astype(np.uint8))
        half, (top, left) = (
            side // 2,
            [(0, 0), (0, side // 2), (side // 2, 0), (side // 2, side // 2)][number % 4],
        )
        ground[top : top + half, left : left + half] = leaf.pixels[::2, ::2]
        (one,) = explainer.class_maps(ground, [leaf.label])
        found.append(
            hottest(one.values)[top : top + half, left : left + half].sum() / hottest(one.values).sum() > 0.5
        )
    assert np.mean(found) >= 0.7


def test_an_exact_map_adds_up_to_the_answer(leaf_model: Model, explainer, unseen_leaves):
    bundle = leaf_model[1].bundle
    caution, n_classes = bundle.record["caution"], len(bundle.classes)
    for leaf in unseen_leaves[:4]:
        probs = leaf_model[1].predict_pixels(leaf.pixels[None])[0].probabilities
        logits = np.log(
            (np.array([probs[label] for label in bundle.classes]) - caution / n_classes) / (1 - caution)
        )
        maps, head = explainer.inner.maps(leaf.pixels), explainer.inner.head
        for index in range(n_classes):
            weights, bias = rather_than_others(head.weights, head.bias, index)
            parts = np.split(weights, np.cumsum([len(plane) for plane in maps])[:-1])
            total = bias + sum(
                np.tensordot(own, plane, axes=1).mean() for own, plane in zip(parts, maps, strict=True)
            )
            others = np.delete(logits, index).mean()
            assert total == pytest.approx(logits[index] - others, abs=0.02)


def test_maps_are_those_of_the_last_layer_and_of_three_blocks(explainer):
    maps = explainer.inner.maps(np.zeros((224, 224, 3), np.uint8))
    assert [plane.shape for plane in maps] == [(1280, 7, 7), (40, 28, 28), (112, 14, 14), (192, 7, 7)]


def test_cells_answer_to_the_place_where_they_are_put(explainer):
    """A bright spot moves each map around itself: on average over many spots to no side."""
    ground = np.random.default_rng(0).integers(100, 156, (224, 224, 3)).astype(np.uint8)
    before, off = explainer.inner.maps(ground), []
    for row, column in itertools.product((80, 112, 144), repeat=2):
        picture = ground.copy()
        picture[row - 8 : row + 8, column - 8 : column + 8] = 255
        for old, new in zip(before, explainer.inner.maps(picture), strict=True):
            moved = spread((np.abs(new - old).sum(axis=0)) ** 2, 224)
            along = np.arange(224) + 0.5
            off.append(
                [
                    (moved.sum(axis=1 - axis) @ along) / moved.sum() - at
                    for axis, at in ((0, row), (1, column))
                ]
            )
    means = np.array(off).reshape(9, len(before), 2).mean(axis=0)
    assert np.abs(means).max() < 6, "a cell of the last map has 32 pixels"


def test_what_speaks_for_all_labels_alike_is_no_evidence():
    weights, bias = np.array([[1.0, 1.0, 1.0], [3.0, 0.0, 0.0]]), np.array([5.0, 5.0, 5.0])
    own, level = rather_than_others(weights, bias, 0)
    assert own.tolist() == [0.0, 3.0] and level == 0.0


def test_the_hottest_tenth_is_a_tenth_and_its_share_tells_how_gathered_it_is():
    values = np.zeros((10, 10))
    values[2, 3:8] = 4.0
    assert hottest(values).sum() == 10 and hottest(values)[2, 3:8].all()
    assert share_of_hottest(values) == 1 and share_of_hottest(np.ones((10, 10))) == pytest.approx(0.1)
    assert share_of_hottest(-values) == 0


def test_words_say_where():
    size = Preprocess(40, 40, "crop")
    for (row, column), words in {
        (0, 0): "in the upper left", (0, 14): "at the top", (27, 27): "in the lower right",
        (14, 14): "in the middle", (14, 0): "on the left",
    }.items():  # fmt: skip
        values = np.zeros((40, 40), np.float32)
        values[row : row + 13, column : column + 13] = 1
        assert ClassMap("cat", values, "exact", 0.5).place(40, 40, size) == words
    # the square is the middle of a wide picture, so its left edge is not the picture's
    values = np.zeros((40, 40), np.float32)
    values[14:27, :13] = 1
    assert ClassMap("cat", values, "exact", 0.5).place(400, 40, size) == "in the middle"
    values[:, :4] = values[:, -4:] = 2
    assert ClassMap("cat", values, "exact", 0.5).place(40, 40, size) == "in several places"
    assert ClassMap("cat", values, "exact", 0.0).place(40, 40, size) == "nowhere"


def test_occlusion_tells_the_place_that_an_answer_hangs_on():
    pixels = np.full((64, 64, 3), 10, np.uint8)
    pixels[8:14, 42:48] = 250  # in the second row of cells and the sixth column

    def answer(pictures: np.ndarray) -> np.ndarray:
        bright = (pictures[:, 8:14, 42:48].mean(axis=(1, 2, 3)) > 200).astype(float)
        return np.stack([0.1 + 0.8 * bright, 0.9 - 0.8 * bright], axis=1)

    lost = lost_probability(answer, pixels, batch=3)
    assert lost.shape == (2, N_CELLS, N_CELLS)
    assert np.unravel_index(lost[0].argmax(), lost[0].shape) == (1, 5)
    assert lost[0, 4:].max() == 0 and lost[1].min() == pytest.approx(-0.8)


def test_an_unknown_label_is_helped(explainer, unseen_leaves):
    with pytest.raises(
        ExplainError, match=r"has no label 'Oka'\. Did you mean 'oak'\? Choose one of: birch, ginkgo"
    ):
        explainer.class_maps(unseen_leaves[0].pixels, ["Oka"])


@pytest.fixture
def other_network(leaf_model: Model, tmp_path: Path) -> Path:
    """The same model, its embedding multiplied by one, so that it is the average of no map any more."""
    folder = Path(shutil.copytree(leaf_model[1].bundle.bundle_dir, tmp_path / "other"))
    model = onnx.load(folder / "model.onnx")
    maker = next(node for node in model.graph.node if "embeddings" in node.output)
    maker.output[0] = "plain"
    place = list(model.graph.node).index(maker) + 1
    model.graph.initializer.append(numpy_helper.from_array(np.ones(1, np.float32), "one"))
    model.graph.node.insert(place, helper.make_node("Mul", ["plain", "one"], ["embeddings"]))
    onnx.save(model, folder / "model.onnx")
    record = json.loads((folder / "bundle.json").read_text("utf-8"))
    record["files"]["model.onnx"] = sha256((folder / "model.onnx").read_bytes()).hexdigest()
    put_record(folder, record)
    return folder


def test_a_network_without_averages_is_asked_by_occlusion(other_network: Path, unseen_leaves):
    explainer = Explainer(load_bundle(other_network, is_own=True))
    assert explainer.inner.head is None
    (found,) = explainer.class_maps(unseen_leaves[0].pixels, [unseen_leaves[0].label])
    assert found.method == "occlusion"
    with pytest.raises(ExplainError, match="no exact class map. Use the method occlusion"):
        explainer.class_maps(unseen_leaves[0].pixels, [unseen_leaves[0].label], "exact")


def test_averages_that_are_not_the_embedding_are_not_believed(explainer, unseen_leaves):
    head = explainer.inner.head
    lying = replace(explainer.inner, head=replace(head, maps=(head.maps[0], *reversed(head.maps[1:]))))
    assert explainer.inner.maps(unseen_leaves[0].pixels) is not None
    assert lying.maps(unseen_leaves[0].pixels) is None


def test_a_graph_that_joins_without_end_is_given_up(leaf_model: Model):
    names = ["embeddings", *(f"join{n}" for n in range(40)), "pixels"]
    nodes = [
        helper.make_node("Concat", [below, below], [name], axis=1)
        for name, below in reversed(list(itertools.pairwise(names)))
    ]
    nodes.append(helper.make_node("Gemm", ["embeddings", "w", "b"], ["head_logits"]))
    constants = [numpy_helper.from_array(np.zeros(1, np.float32), name) for name in ("w", "b")]
    assert linear_head(helper.make_graph(nodes, "g", [], [], constants)) is None


def test_a_model_that_changed_behind_an_open_bundle_is_not_opened(leaf_model: Model, tmp_path: Path):
    folder = Path(shutil.copytree(leaf_model[1].bundle.bundle_dir, tmp_path / "bundle"))
    bundle = load_bundle(folder, is_own=True)
    with (folder / "model.onnx").open("ab") as file:
        file.write(b"x")
    with pytest.raises(BundleError, match="was changed since it was opened"):
        open_inner(bundle)
    (folder / "model.onnx").unlink()
    with pytest.raises(BundleError, match="model.onnx cannot be read"):
        open_inner(bundle)
