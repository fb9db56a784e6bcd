import json
import shutil
from dataclasses import replace
from pathlib import Path

import numpy as np
import onnx
import pytest
from bundle_records import put_record, record_of
from PIL import Image
from safetensors.numpy import load_file
from tellapart.bundle.loading import load_bundle, newest_bundle
from tellapart.bundle.record import FORMAT
from tellapart.bundle.writer import copy_bundle, write_bundle
from tellapart.classify import Predictor
from tellapart.errors import BundleError
from tellapart.train import training


@pytest.fixture
def bundle_dir(trained, tmp_path):
    return Path(shutil.copytree(trained[1].bundle_dir, tmp_path / "bundle"))


def change_record(bundle_dir, **values):
    put_record(bundle_dir, {**record_of(bundle_dir), **values})


def test_a_bundle_holds_everything_and_no_pickle(bundle_dir):
    names = {path.relative_to(bundle_dir).as_posix() for path in bundle_dir.rglob("*") if path.is_file()}
    assert {"bundle.json", "model.onnx", "weights.safetensors", "MODEL_CARD.md", "golden/1.jpg"} <= names
    assert all(Path(name).suffix in (".json", ".onnx", ".safetensors", ".md", ".jpg") for name in names)
    record = json.loads((bundle_dir / "bundle.json").read_text("utf-8"))
    assert record["format"] == FORMAT and record["classes"] == ["circle", "cross", "square"]
    assert {"preprocess", "temperature", "threshold", "backbone", "counts", "versions", "golden"} <= set(
        record
    )
    onnx.checker.check_model(onnx.load(bundle_dir / "model.onnx"))


def test_weights_to_go_on_training_are_those_of_the_model(bundle_dir, trained):
    arrays = load_file(bundle_dir / "weights.safetensors")
    record = json.loads((bundle_dir / "bundle.json").read_text("utf-8"))
    assert arrays["weights"].shape == (record["backbone"]["embedding_size"], 3)


def test_the_model_card_states_the_error_beside_the_baselines(bundle_dir, trained):
    card = (bundle_dir / "MODEL_CARD.md").read_text("utf-8")
    assert f"{100 * trained[1].error_rate:.1f} %" in card and "always guessing the most common label" in card
    assert "folder, licence unknown" in card


def test_golden_pictures_carry_no_metadata(bundle_dir):
    for path in (bundle_dir / "golden").iterdir():
        with Image.open(path) as image:
            assert not image.getexif()


def test_a_changed_weight_is_noticed(bundle_dir):
    path = bundle_dir / "model.onnx"
    data = bytearray(path.read_bytes())
    data[len(data) // 2] ^= 0xFF
    path.write_bytes(data)
    with pytest.raises(BundleError, match="damaged: model.onnx is not the file it was made with. Export"):
        load_bundle(bundle_dir)


def test_a_network_whose_hash_is_not_that_of_the_record_is_refused_and_left_as_it_is(bundle_dir):
    record = json.loads((bundle_dir / "bundle.json").read_text("utf-8"))
    change_record(bundle_dir, files={**record["files"], "model.onnx": "0" * 64})
    before = {path: path.read_bytes() for path in bundle_dir.rglob("*.*")}
    with pytest.raises(BundleError, match=r"model.onnx is not the file it was made with\. Export the bundle"):
        load_bundle(bundle_dir)
    assert before == {path: path.read_bytes() for path in bundle_dir.rglob("*.*")}


@pytest.mark.parametrize("how", [{}, {"n_threads": 1, "is_own": True, "keeps_memory": True}])
def test_answers_that_moved_are_noticed_even_when_hashes_fit(bundle_dir, how):
    from hashlib import sha256

    model = onnx.load(bundle_dir / "model.onnx")
    bias = next(one for one in model.graph.initializer if one.name == "head_bias")
    bias.CopyFrom(onnx.numpy_helper.from_array(np.array([300, 0, -300], np.float32), "head_bias"))
    data = model.SerializeToString()
    (bundle_dir / "model.onnx").write_bytes(data)
    files = json.loads((bundle_dir / "bundle.json").read_text("utf-8"))["files"]
    change_record(bundle_dir, files={**files, "model.onnx": sha256(data).hexdigest()})
    with pytest.raises(
        BundleError, match=r"no longer gives the answers it was made with: golden/\d.jpg should be"
    ):
        load_bundle(bundle_dir, **how)


def test_a_golden_picture_that_cannot_be_read_leaves_its_place_to_the_next(
    tiny_project, tmp_path, monkeypatch
):
    contents = []
    monkeypatch.setattr(training, "write_bundle", lambda _, one: contents.append(one))
    training.train_head(tiny_project)
    broken = tmp_path / "broken.jpg"
    broken.write_bytes(b"\xff\xd8\xff broken")
    first, *others = contents[0].golden
    folders = [
        write_bundle(tmp_path / name, replace(contents[0], golden=golden))
        for name, golden in {"whole": (first, *others), "with": (broken, first, broken, *others)}.items()
    ]
    whole, other = (
        (record_of(one)["golden"], [path.read_bytes() for path in sorted((one / "golden").iterdir())])
        for one in folders
    )
    assert whole == other and [one["file"] for one in whole[0]] == [f"golden/{i}.jpg" for i in range(1, 9)]
    with pytest.raises(BundleError, match="No held-out picture could be read"):
        write_bundle(tmp_path / "none", replace(contents[0], golden=(broken,)))


def test_of_no_pictures_there_are_no_answers(bundle_dir):
    bundle = load_bundle(bundle_dir, is_own=True, gives_sketches=True)
    none = np.zeros((0, bundle.preprocess.size_px, bundle.preprocess.size_px, 3), np.uint8)
    assert [found.shape for found in bundle.run(none)] == [(0, 3), (0,)]
    assert [found.shape for found in bundle.run_with_sketches(none)] == [(0, 3), (0,), (0, 16)]


@pytest.mark.parametrize("change", ["labels turned round", "threshold", "backbone", "a note"])
def test_a_record_that_was_edited_is_refused(bundle_dir, change):
    """By a merge, a bad copy or by hand: golden pictures alone would pass."""
    record = record_of(bundle_dir)
    if change == "labels turned round":
        record["classes"] = [*record["classes"][1:], record["classes"][0]]
    elif change == "threshold":
        record["threshold"] = 1e9
    elif change == "backbone":
        record["backbone"]["sha256"] = "0" * 64
    else:
        record["note"] = "mine"
    (bundle_dir / "bundle.json").write_text(json.dumps(record), "utf-8")
    with pytest.raises(
        BundleError, match=r"bundle\.json is damaged \(it does not say what it said when it was made"
    ):
        load_bundle(bundle_dir, is_own=True)


def test_a_record_written_in_another_way_says_the_same_and_one_of_an_older_version_has_no_seal(bundle_dir):
    record = record_of(bundle_dir)
    turned = dict(reversed(record.items()))
    (bundle_dir / "bundle.json").write_text(json.dumps(turned, indent=7, ensure_ascii=True), "utf-8")
    assert load_bundle(bundle_dir, is_own=True).classes == tuple(record["classes"])
    del record["sha256"]
    (bundle_dir / "bundle.json").write_text(json.dumps(record), "utf-8")
    assert load_bundle(bundle_dir, is_own=True).classes == tuple(record["classes"])


def test_a_newer_format_asks_for_an_update(bundle_dir):
    change_record(bundle_dir, format=FORMAT + 1)
    with pytest.raises(BundleError, match="made by a newer tellapart.*pip install -U"):
        load_bundle(bundle_dir)


@pytest.mark.parametrize("text", ["", "{", "[]", '{"format": "one"}', '{"format": 1}'])
def test_a_damaged_record_is_said(bundle_dir, text):
    (bundle_dir / "bundle.json").write_text(text, "utf-8")
    with pytest.raises(BundleError, match=r"bundle.json is damaged.*Export the bundle again"):
        load_bundle(bundle_dir)


@pytest.mark.parametrize("missing", ["model.onnx", "weights.safetensors", "golden/1.jpg"])
def test_a_missing_file_is_named(bundle_dir, missing):
    (bundle_dir / missing).unlink()
    with pytest.raises(BundleError, match=missing):
        load_bundle(bundle_dir)


@pytest.mark.parametrize(
    "name", ["../../secret.jpg", "/etc/passwd", "C:\\secret.jpg", "golden\\..\\..\\x.jpg"]
)
def test_a_bundle_cannot_read_outside_itself(bundle_dir, name):
    golden = json.loads((bundle_dir / "bundle.json").read_text("utf-8"))["golden"]
    change_record(bundle_dir, golden=[{**golden[0], "file": name}])
    with pytest.raises(BundleError, match="lies outside it. Do not use"):
        load_bundle(bundle_dir)


def test_classes_that_do_not_fit_the_model_are_said(bundle_dir):
    change_record(bundle_dir, classes=["circle", "cross"])
    with pytest.raises(BundleError, match="there are 2 classes"):
        load_bundle(bundle_dir)


def test_a_folder_that_is_no_bundle_says_what_to_do(tmp_path):
    with pytest.raises(BundleError, match="has no bundle.json. Train a project"):
        load_bundle(tmp_path)
    with pytest.raises(BundleError, match="cannot be read"):
        load_bundle(tmp_path / ("x" * 300))


def test_an_export_is_a_checked_copy_that_works_elsewhere(trained, tmp_path):
    target = copy_bundle(trained[1].bundle_dir, tmp_path / "somewhere" / "else")
    assert Predictor(target).classes == ("circle", "cross", "square")
    with pytest.raises(BundleError, match="not empty. Choose a new folder"):
        copy_bundle(trained[1].bundle_dir, target)


def test_the_newest_bundle_is_found(tiny_project):
    from tellapart.train import train_head

    newest = train_head(tiny_project).bundle_dir
    assert newest_bundle(tiny_project.bundles_dir) == newest
    assert newest_bundle(tiny_project.root / "nowhere") is None


def test_a_bundle_that_is_deleted_while_the_newest_is_sought_does_no_harm(tmp_path, monkeypatch):
    for name in ("one", "other"):
        (tmp_path / "bundles" / name).mkdir(parents=True)
        (tmp_path / "bundles" / name / "bundle.json").touch()
    stat = Path.stat

    def seen_and_deleted(path, **how):
        status = stat(path, **how)
        if path.name == "bundle.json":
            shutil.rmtree(path.parent, ignore_errors=True)
        return status

    monkeypatch.setattr(Path, "stat", seen_and_deleted)
    newest_bundle(tmp_path / "bundles")
    assert newest_bundle(tmp_path / "bundles") is None


def test_a_bundle_of_before_the_prior_was_recorded_answers_as_it_did(bundle_dir, trained):
    record = record_of(bundle_dir)
    del record["prior"], record["caution"]
    put_record(bundle_dir, record)
    picture = bundle_dir / record["golden"][0]["file"]
    assert Predictor(bundle_dir).predict(picture) == Predictor(trained[1].bundle_dir).predict(picture)
