"""A learner goes on from a bundle: new labels are learned, old ones are not forgotten, with their pictures and without."""

import json
import re
import shutil
import zipfile
from dataclasses import replace
from pathlib import Path

import numpy as np
import onnx
import pytest
import torch
from bundle_records import put_record
from described_shapes import SHAPES
from make_data import make_tiny_folder
from safetensors.torch import save_file
from tellapart.backbones.lite0 import keeping
from tellapart.backbones.lite0.graph import embedding_onnx
from tellapart.backbones.lite0.reading import stored_weights
from tellapart.backbones.torchvision_models import torchvision_models
from tellapart.bundle.classes import known_classes
from tellapart.bundle.loading import load_bundle
from tellapart.classify import Predictor
from tellapart.description import TableRow
from tellapart.description.assembly import assembled
from tellapart.errors import BackboneError, BundleError, DescriptionError, TrainError
from tellapart.gather import take_in
from tellapart.learning.statistics.paired import is_clearly_worse, paired
from tellapart.network.learner import continuing
from tellapart.network.weights import build_network
from tellapart.store.project import open_project
from tellapart.train import TrainConfig, keep_as_run, train_head
from tellapart.vision import Resize, continue_from, learner, random_split

SIDE_PX = 64
GOLDEN = Path(__file__).parents[2] / "golden" / "project-0.1.0.zip"
DESCRIBED = SHAPES.new(item=Resize(SIDE_PX), split=random_split(0.4))


@pytest.fixture(scope="module")
def folders(tmp_path_factory):
    """Old pictures, new ones of another label, and others of all labels that nobody learns from."""
    root = tmp_path_factory.mktemp("continuing")
    make_tiny_folder(root / "old", ("circle", "square"), n_per_class=20, size_px=48)
    make_tiny_folder(root / "new", ("cross",), n_per_class=20, seed=1, size_px=48)
    make_tiny_folder(root / "test", ("circle", "square", "cross"), n_per_class=15, seed=2, size_px=48)
    return root


@pytest.fixture(scope="module")
def before(folders):
    """A bundle of a network whose layers have learned circles and squares."""
    learn = learner(DESCRIBED.data(folders / "old"), say=lambda line: None)
    learn.fine_tune(1)
    return learn.export(folders / "before")


def is_wrong(bundle, folders, *labels):
    """(N,) of the pictures of these labels that nobody learned from."""
    predictor = Predictor(bundle)
    paths = [path for label in labels for path in sorted((folders / "test" / label).glob("*.png"))]
    return np.array([predictor.predict(path).label != path.parent.name for path in paths])


def assert_nothing_is_forgotten(after, before, folders):
    old = [is_wrong(bundle, folders, "circle", "square") for bundle in (before, after)]
    assert not is_clearly_worse(paired(*old)), "no more mistakes about old labels than chance explains"
    assert old[1].mean() <= old[0].mean() + 0.2
    assert is_wrong(after, folders, "cross").mean() <= 0.34


def going_on(before, folders, said=None, source="new", **options):
    say = (said if said is not None else []).append
    return continue_from(before, DESCRIBED, folders / source, say=say, **options)


def test_a_bundles_network_comes_back_as_it_was(before, folders):
    kept = {one.name: one for one in onnx.load(before / "model.onnx").graph.initializer}
    learn = going_on(before, folders, replay=folders / "old")
    content = learn.network.to_onnx(learn.classifier.body)
    for one in onnx.load_from_string(content).graph.initializer:
        values, stored = (onnx.numpy_helper.to_array(tensor) for tensor in (one, kept[one.name]))
        most = 1 if stored.dtype == np.int8 else 1e-3
        assert np.abs(values.astype(np.float64) - stored).max() <= most


def test_weights_are_read_back_from_the_backbones_own_file_and_no_other():
    model = onnx.load_from_string(keeping.made_onnx())
    again = embedding_onnx(stored_weights(model), keeping.record()["averaged_blocks"])
    for one, other in zip(
        model.graph.initializer, onnx.load_from_string(again).graph.initializer, strict=True
    ):
        values, stored = (onnx.numpy_helper.to_array(tensor).astype(np.float64) for tensor in (one, other))
        assert np.abs(values - stored).max() <= (1 if one.name.endswith("levels") else 1e-3)
    del model.graph.initializer[:3]
    assert stored_weights(model) == {}


def test_the_head_learns_a_new_label_beside_replayed_pictures(before, folders, tmp_path):
    learn = going_on(before, folders, replay=folders / "old")
    body = {name: values.clone() for name, values in learn.classifier.body.state_dict().items()}
    learn.fine_tune(0)
    assert all(torch.equal(values, learn.classifier.body.state_dict()[name]) for name, values in body.items())
    assert learn.data.classes == ("circle", "cross", "square")
    assert learn.confusion().counts.sum(axis=1).tolist() == [8, 8, 8]
    assert_nothing_is_forgotten(learn.export(tmp_path / "after"), before, folders)


def test_all_layers_learn_a_new_label_beside_replayed_pictures(before, folders, tmp_path):
    learn = going_on(before, folders, replay=folders / "old", n_replay=8)
    train = learn.data.assembly.targets[learn.data.assembly.rows(False)]
    assert np.bincount(train).tolist() == [8, 12, 8], "so many of each old label, all of the new one"
    learn.fine_tune(1)
    assert_nothing_is_forgotten(learn.export(tmp_path / "after"), before, folders)


def test_without_the_old_pictures_the_bundle_remembers_their_labels(before, folders, tmp_path):
    said = []
    learn = going_on(before, folders, said)
    assert any("no picture of 'circle', 'square' here" in line for line in said)
    with pytest.raises(TrainError, match=r"only with pictures of every label.*`replay`.*fine_tune\(0\)"):
        learn.fine_tune(1)
    learn.fine_tune(0)
    after = learn.export(tmp_path / "after")
    assert_nothing_is_forgotten(after, before, folders)
    load_bundle(after)
    record = json.loads((after / "bundle.json").read_text())
    assert record["counts"]["train"] == {"cross": 12, "circle": 12, "square": 12}
    assert record["sources"] == {"folder new": 20, "what the bundle before remembers": 24}
    predictor = Predictor(after)
    strange = [predictor.predict(path).is_none_of_these for path in (folders / "test").glob("*/*.png")]
    assert np.mean(strange) <= 0.4, "old labels are no strangers"


def test_more_pictures_of_known_labels_are_taken_in_too(before, folders):
    learn = going_on(before, folders, source="test", replay=folders / "old")
    learn.fine_tune(0)
    assert learn.judgement().prior.tolist() == pytest.approx([35 / 85, 15 / 85, 35 / 85])


def test_pictures_of_a_project_are_replayed(trained, tmp_path):
    root, result = trained
    make_tiny_folder(tmp_path / "new", ("ring",), n_per_class=10, seed=1)
    with open_project(root) as project:
        said = []
        learn = continue_from(result, DESCRIBED, tmp_path / "new", replay=project, say=said.append)
    assert "has no training" in said[0] and "usual split" in said[0], "nobody kept it as a run"
    assert {"ring", *result.classes} == {*learn.data.classes}
    n_valid = int((result.splits == "valid").sum())
    assert len(learn.data.assembly.rows(True)) == n_valid + 4, "what the project held out stays held out"


def test_no_picture_that_taught_the_bundle_measures_it_also_after_others_came(trained, tmp_path):
    root, _ = trained
    shutil.copytree(root, tmp_path / "project")
    make_tiny_folder(tmp_path / "more", n_per_class=9, seed=5)
    make_tiny_folder(tmp_path / "new", ("ring",), n_per_class=10, seed=1)
    said = []
    with open_project(tmp_path / "project") as project:
        result = train_head(project, TrainConfig(split="random", seed=3))
        keep_as_run(project, result)
        held_out = {str(project.file(project.manifest.picture(one))) for one in result.held_out.image_ids}
        for pictures in (None, tmp_path / "more"):
            if pictures:
                take_in(project, pictures)
            learn = continue_from(result, DESCRIBED, tmp_path / "new", replay=project, say=said.append)
            items = [learn.data.assembly.items[row] for row in learn.data.assembly.rows(True)]
            assert {str(item.picture) for item in items if isinstance(item, TableRow)} == held_out
    assert not any("has no training" in line for line in said)


def test_a_label_that_is_not_replayed_is_named(before, folders, tmp_path):
    make_tiny_folder(tmp_path / "some", ("circle",), n_per_class=6)
    said = []
    going_on(before, folders, said, replay=tmp_path / "some")
    assert any("No picture of 'square' is among those to replay" in line for line in said)


def test_what_cannot_go_on_is_said(before, folders, tmp_path):
    with pytest.raises(BundleError):
        going_on(tmp_path / "nothing", folders)
    with pytest.raises(DescriptionError, match="does not exist"):
        going_on(before, folders, replay=tmp_path / "gone")
    for n_replay in (0, -1):
        with pytest.raises(ValueError, match=f"n_replay={n_replay}: choose at least 1"):
            going_on(before, folders, replay=folders / "old", n_replay=n_replay)


def test_pictures_to_replay_that_are_all_held_out_elsewhere_are_told(before, folders, tmp_path):
    new = assembled(DESCRIBED, folders / "new", n_least=1)
    (tmp_path / "twins" / "circle").mkdir(parents=True)
    for row in new.rows(valid=True):
        shutil.copy(new.items[row], tmp_path / "twins" / "circle")
    with pytest.raises(DescriptionError, match="No picture of 'circle' is left to train on"):
        going_on(before, folders, replay=tmp_path / "twins")


def test_a_label_that_the_bundle_never_answers_has_nothing_to_stand_for_it(before, folders):
    known = known_classes(load_bundle(before), onnx.load(before / "model.onnx"))
    deaf = replace(known, head=replace(known.head, bias=known.head.bias - np.array([1e6, 0], np.float32)))
    new = assembled(DESCRIBED, folders / "new", n_least=1)
    with pytest.raises(BundleError, match="before never answers 'circle' by itself.*Give some with `replay`"):
        continuing._with_remembered(new, deaf, "before", 0)


def test_a_bundle_with_the_backbone_of_older_versions_names_a_way_that_works(folders, tmp_path):
    with zipfile.ZipFile(GOLDEN) as archive:
        archive.extractall(tmp_path)
    (old,) = (tmp_path / "shapes-project" / "bundles").iterdir()
    with pytest.raises(
        BackboneError, match=r"was made with pocket, .*removed.* together with today's: learner"
    ) as said:
        going_on(old, folders)
    (way,) = re.findall(r"learner\(.*\)", str(said.value))
    learn = eval(way, {"learner": learner, "data": DESCRIBED.data(folders / "old")})
    assert learn.data.classes == ("circle", "square")


def test_a_bundle_of_before_layers_could_learn_goes_on_with_its_network(folders, tmp_path, monkeypatch):
    with zipfile.ZipFile(GOLDEN) as archive:
        archive.extractall(tmp_path)
    (old,) = (tmp_path / "shapes-project" / "bundles").iterdir()
    record = json.loads((old / "bundle.json").read_text("utf-8"))
    record["backbone"] |= {"name": "squeezenet1_1", "licence": "BSD-3-Clause"}
    put_record(old, record)
    asked = []
    monkeypatch.setattr(continuing, "network_of", asked.append)
    bundle = load_bundle(old)
    continuing._network(bundle, onnx.load(old / "model.onnx"))
    assert asked == ["squeezenet1_1"]


@pytest.mark.slow
def test_another_network_whose_layers_learned_cannot_be_read_back(folders, tmp_path):
    torch.manual_seed(0)
    state = build_network(torchvision_models()["squeezenet1_1"]).state_dict()
    save_file(state, tmp_path / "start.safetensors")
    data = DESCRIBED.data(folders / "old")
    learn = learner(data, "squeezenet1_1", tmp_path / "start.safetensors", say=lambda line: None)
    learn.fine_tune(0)
    with pytest.raises(BackboneError, match=r"can be read back from a bundle, not those of squeezenet1_1"):
        going_on(learn.export(tmp_path / "app"), folders)


def test_a_network_made_of_a_weights_file_is_not_taken_for_the_published_one(trained, folders, tmp_path):
    shutil.copytree(trained[0], tmp_path / "project")
    torch.manual_seed(0)
    save_file(build_network(torchvision_models()["squeezenet1_1"]).state_dict(), tmp_path / "own.safetensors")
    with open_project(tmp_path / "project") as project:
        result = train_head(project, TrainConfig("squeezenet1_1", tmp_path / "own.safetensors"))
    with pytest.raises(BackboneError, match=r"made with the weights file own\.safetensors.*weights=FILE"):
        going_on(result.bundle_dir, folders)
