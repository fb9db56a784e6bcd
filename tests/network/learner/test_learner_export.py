"""A learner's bundle: in the form of every other one, and with the answers that torch gave."""

import json

import numpy as np
import onnx
import pytest
from described_shapes import SHAPES
from tellapart.bundle.loading import load_bundle
from tellapart.bundle.reference import read_reference
from tellapart.classify import Predictor
from tellapart.errors import BundleError, DescriptionError
from tellapart.vision import Resize, learner


@pytest.fixture(scope="module")
def bundle_dir(tuned, tmp_path_factory):
    folder = tmp_path_factory.mktemp("exported") / "shapes-app"
    assert tuned[0].export(folder) == folder
    return folder


def test_it_has_the_form_of_every_bundle(bundle_dir, trained):
    usual = trained[1].bundle_dir
    record, other = (json.loads((place / "bundle.json").read_text()) for place in (bundle_dir, usual))
    assert record.keys() == other.keys() and record["backbone"].keys() == other["backbone"].keys()
    assert (
        record["scores"].keys() == other["scores"].keys()
        and record["counts"].keys() == other["counts"].keys()
    )
    files, usual_files = (
        {path.relative_to(place).as_posix() for path in place.rglob("*")} for place in (bundle_dir, usual)
    )
    assert files == usual_files
    assert record["backbone"]["is_tuned"] and record["backbone"]["name"] == "efficientnet_lite0"
    assert record["preprocess"]["size_px"] == 64 and record["counts"]["n_train"] == 54
    assert record["scores"]["n_valid"] == 18 and read_reference(bundle_dir) is not None


def test_weights_are_stored_in_8_bits_and_computed_in_32(bundle_dir, trained):
    model, usual = (onnx.load(place / "model.onnx") for place in (bundle_dir, trained[1].bundle_dir))

    def kinds(one):
        return {tensor.name: tensor.data_type for tensor in one.graph.initializer}

    assert kinds(model) == kinds(usual)
    assert [node.op_type for node in model.graph.node] == [node.op_type for node in usual.graph.node]


def test_it_answers_as_torch_did(bundle_dir, tuned, tiny_folder):
    learn, predictor = tuned[0], Predictor(bundle_dir)
    same = 0
    paths = sorted(tiny_folder.glob("*/*_01*.png"))
    for path in paths:
        one, other = predictor.predict(path), learn.predict(path)
        same += one.label == other.label
        wanted = np.array(list(other.probabilities.values()))
        assert np.abs(np.array(list(one.probabilities.values())) - wanted).max() < 0.1  # weights are rounded
    assert same >= len(paths) - 1


def test_its_scores_are_those_of_the_file(bundle_dir, tuned):
    """Out of calibration folds the error may differ by a picture; the record says what the file itself does."""
    learn, record = tuned[0], json.loads((bundle_dir / "bundle.json").read_text())
    predictor = Predictor(bundle_dir)
    items = [learn.data.assembly.items[row] for row in learn.data.assembly.rows(True)]
    wrong = sum(predictor.predict(path).label != path.parent.name for path in items)
    assert abs(wrong - record["scores"]["n_wrong"]) <= 1
    assert record["prior"]["shares"] == pytest.approx(
        {"circle": 1 / 3, "cross": 1 / 3, "square": 1 / 3}, abs=1e-5
    )


def test_a_stranger_is_none_of_these_and_members_mostly_are_not(bundle_dir, tuned):
    predictor = Predictor(bundle_dir)
    items = [tuned[0].data.assembly.items[row] for row in tuned[0].data.assembly.rows(True)]
    assert sum(predictor.predict(path).is_none_of_these for path in items) <= 4
    noise = np.random.default_rng(0).integers(0, 256, (64, 64, 3), np.uint8)
    assert predictor.predict(noise).is_none_of_these


def test_it_tells_nothing_of_this_computer(bundle_dir, tiny_folder):
    for name in ("bundle.json", "MODEL_CARD.md", "CREDITS.md"):
        text = (bundle_dir / name).read_text()
        assert str(tiny_folder.parent) not in text
    assert "folder shapes" in (bundle_dir / "bundle.json").read_text()
    assert "trained on" in (bundle_dir / "MODEL_CARD.md").read_text()


def test_nothing_is_overwritten_and_an_empty_folder_is_taken(bundle_dir, tuned, tmp_path):
    before = (bundle_dir / "bundle.json").read_bytes()
    with pytest.raises(BundleError, match=r"is not empty. Choose a new folder"):
        tuned[0].export(bundle_dir)
    assert (bundle_dir / "bundle.json").read_bytes() == before
    (tmp_path / "deep" / "new").mkdir(parents=True)
    load_bundle(tuned[0].export(tmp_path / "deep" / "new"))
    assert [path.name for path in (tmp_path / "deep").iterdir()] == ["new"]


def test_what_no_bundle_can_say_is_refused_before_anything_is_written(tiny_folder, tmp_path):
    said = []
    learn = learner(SHAPES.new(item=Resize(32, "pad")).data(tiny_folder), say=said.append)
    assert "cannot be exported" in said[0]  # before the work
    learn.fine_tune(0)
    with pytest.raises(DescriptionError, match="cannot pad"):
        learn.export(tmp_path / "app")
    assert not list(tmp_path.iterdir())


def test_pictures_that_are_no_files_cannot_be_carried(tiny_folder, tmp_path):
    described = SHAPES.new(
        items=lambda folder: [path.read_bytes() for path in sorted(folder.glob("*/*_00*.png"))],
        labels=lambda data: "odd" if len(data) % 2 else "even", item=Resize(32),
    )  # fmt: skip
    learn = learner(described.data(tiny_folder), say=lambda line: None)
    with pytest.raises(BundleError, match=r"none of them is a file.*items=image_files"):
        learn.export(tmp_path / "app")
    assert not list(tmp_path.iterdir())
