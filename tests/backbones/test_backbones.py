"""The registry as the light path sees it: names, offers, the built-in one, and what is said when one is not at hand."""

import hashlib
import json
import os
import re
import subprocess
import sys
import time
from pathlib import Path

import numpy as np
import onnxruntime
import pytest
from tellapart.backbones.catalogue import RECOMMENDED, all_names, load_backbone, offers
from tellapart.backbones.names import TIME_BESIDE
from tellapart.backbones.torchvision_models import torchvision_models
from tellapart.deploy.html import runtime
from tellapart.errors import BackboneError, WeightsError
from tellapart.train.estimate import quick_seconds

WITHOUT_TORCH = """
import sys
sys.modules["torch"] = None  # what `import torch` finds when it is not installed
sys.modules["torchvision"] = None
from tellapart.backbones.catalogue import load_backbone, offers
from tellapart.errors import BackboneError
assert load_backbone().embedding_size
assert "Needs torch once" in offers()[1].needs
try:
    load_backbone("mobilenet_v2")
except BackboneError as error:
    print(error)
"""


pytestmark = pytest.mark.usefixtures("own_cache")


def test_the_built_in_backbone_answers_as_its_record_says():
    backbone = load_backbone()
    size_px = backbone.preprocess.size_px
    pixels = np.random.default_rng(0).integers(0, 256, (3, size_px, size_px, 3), dtype=np.uint8)
    session = onnxruntime.InferenceSession(backbone.onnx, providers=["CPUExecutionProvider"])
    (several,) = session.run(["embeddings"], {"pixels": pixels})
    (single,) = session.run(["embeddings"], {"pixels": pixels[:1]})
    assert several.shape == (3, backbone.embedding_size) and several.dtype == np.float32
    assert np.isfinite(several).all() and several.std() > 0
    np.testing.assert_allclose(single[0], several[0], rtol=1e-4, atol=1e-4)


def test_the_built_in_backbone_sees_what_is_in_a_picture_and_not_how_bright_it_is():
    backbone = load_backbone()
    session = onnxruntime.InferenceSession(backbone.onnx, providers=["CPUExecutionProvider"])
    size_px = backbone.preprocess.size_px
    rows, columns = np.mgrid[0:size_px, 0:size_px]
    disc = 180.0 * ((rows - size_px / 2) ** 2 + (columns - size_px / 2) ** 2 < (size_px / 4) ** 2) + 20
    stripes = 90 + 90 * np.sign(np.sin(rows / 3))
    pixels = np.stack([disc, disc + 15, stripes])[..., None].repeat(3, axis=-1).astype(np.uint8)
    (embeddings,) = session.run(["embeddings"], {"pixels": pixels})
    to_brighter, to_stripes = np.linalg.norm(embeddings[1:] - embeddings[0], axis=1)
    assert to_brighter < 0.5 * to_stripes


def test_its_size_may_be_chosen_and_the_embedding_keeps_its_length():
    small = load_backbone(size_px=160)
    assert (small.preprocess.size_px, small.preprocess.resize_px) == (160, 160)
    pixels = np.zeros((1, 160, 160, 3), np.uint8)
    session = onnxruntime.InferenceSession(small.onnx, providers=["CPUExecutionProvider"])
    assert session.run(None, {"pixels": pixels})[0].shape == (1, small.embedding_size)


def test_a_backbone_of_older_versions_is_told_from_a_misspelt_name():
    with pytest.raises(BackboneError, match=r"'pocket' was built into older versions.*efficientnet_lite0"):
        load_backbone("pocket")


def test_every_name_is_listed_with_the_built_in_one_first():
    names = all_names()
    assert names[0] == "efficientnet_lite0" and len(names) == len(set(names)) > 70
    assert {"mobilenet_v2", "resnet50", "vit_b_16", "convnext_tiny", *RECOMMENDED} <= set(names)


def test_each_network_is_told_from_all_others_by_its_tensors():
    models = torchvision_models().values()
    assert len({model.fingerprint for model in models}) == len(models)
    assert all(len(model.sha256_prefix) >= 8 and int(model.sha256_prefix, 16) for model in models)


def test_offers_name_sizes_and_say_what_is_ready():
    first, *others = offers()
    assert first.name == "efficientnet_lite0" and first.is_ready and 0 < first.megabytes <= 6
    assert [offer.name for offer in others] == list(RECOMMENDED)
    assert not any(offer.is_ready for offer in others)
    assert all(offer.megabytes > first.megabytes and offer.sentence for offer in others)


def test_what_is_said_of_their_time_is_what_was_measured_everywhere():
    table = (Path(__file__).parents[2] / "docs" / "benchmarks.md").read_text("utf-8")
    measured = dict(re.findall(r"^\| (\w+) \| \d+ px \| [\d.]+ ms \| ([\d.]+) \|$", table, re.MULTILINE))
    assert {name: float(beside) for name, beside in measured.items()} == {
        "efficientnet_lite0": 1,
        **TIME_BESIDE,
    }
    assert list(TIME_BESIDE.values()) == sorted(TIME_BESIDE.values())
    said = {offer.name: offer.sentence for offer in offers()}
    assert "Takes 73 % of the built-in one's time" in said["efficientnet_b0"]
    assert "Takes 4.1 times as long as the built-in one" in said["resnet50"]
    assert quick_seconds(1000, "efficientnet_b0") < quick_seconds(1000) < quick_seconds(1000, "resnet50")


def test_a_cache_folder_of_no_use_does_not_hide_the_networks(monkeypatch, tmp_path):
    weights = tmp_path / "mine.safetensors"
    weights.write_bytes(b"no network")
    monkeypatch.setenv("TELLAPART_CACHE", str(tmp_path / ("long" * 100)))
    assert [offer.is_ready for offer in offers()] == [True, *[False] * len(RECOMMENDED)]
    with pytest.raises(BackboneError, match=r"mine.safetensors"):
        load_backbone(weights=weights)


@pytest.mark.skipif(sys.platform == "win32", reason="any name after ~ may be somebody there")
@pytest.mark.parametrize("ask", [offers, load_backbone, runtime.is_kept])
def test_a_cache_folder_of_nobody_is_said(monkeypatch, ask):
    monkeypatch.setenv("TELLAPART_CACHE", "~nosuchuser/x")
    with pytest.raises(
        BackboneError, match=r"TELLAPART_CACHE is '~nosuchuser/x', but nobody.*Set it to the full"
    ):
        ask()


def test_what_killed_programs_left_half_done_is_gone_after_a_day(own_cache):
    folder, then = own_cache / "backbones", time.time() - 25 * 3600
    names = [
        ".efficientnet_lite0-{}.onnx.1f.part",
        "converting-{}/model.onnx",
        "weights/resnet50-{}.part",
        "{}.onnx",
    ]
    for path in (folder / name.format(age) for name in names for age in ("old", "new")):
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(b"half")
        for one in (path, path.parent) if "old" in str(path) else ():
            os.utime(one, (then, then))
    kept = load_backbone().onnx_path
    left = {path.relative_to(folder).as_posix() for path in folder.rglob("*") if path.is_file()}
    assert left == {*(name.format("new") for name in names), "old.onnx", kept.name}


@pytest.mark.parametrize(
    ("given", "meant"),
    [
        ("ResNet-50", "resnet50"),
        ("mobilenetv2", "mobilenet_v2"),
        ("EfficientNet-Lite0", "efficientnet_lite0"),
    ],
)
def test_a_misspelt_name_is_answered_with_the_near_one(given, meant):
    with pytest.raises(
        BackboneError, match=rf"There is no backbone '{given}'.*Did you mean .*{meant}.*efficientnet_lite0"
    ):
        load_backbone(given)


def test_a_name_far_from_all_others_suggests_nothing_but_the_built_in_one():
    with pytest.raises(
        BackboneError, match=r"There is no backbone '../../etc'\. Choose `efficientnet_lite0`"
    ):
        load_backbone("../../etc")


def test_without_torch_the_error_says_how_to_install_it_and_names_the_built_in_one(own_cache):
    ended = subprocess.run([sys.executable, "-c", WITHOUT_TORCH], capture_output=True, text=True, check=True)
    assert 'pip install "tellapart[torch]"' in ended.stdout and "`efficientnet_lite0`" in ended.stdout
    assert not list(own_cache.rglob("*.part"))


def test_a_converted_backbone_is_used_without_torch(own_cache):
    """What conversion leaves in the cache is a file and its record; a damaged file is not trusted."""
    model = torchvision_models()["mobilenet_v2"]
    folder = own_cache / "backbones"
    folder.mkdir(parents=True)
    content = load_backbone().onnx_path.read_bytes()
    record = {
        "format": 1,
        "name": model.name,
        "file": "mobilenet_v2.onnx",
        "sha256": hashlib.sha256(content).hexdigest(),
        "embedding_size": model.embedding_size,
        "licence": model.licence,
    }
    (folder / "mobilenet_v2.onnx").write_bytes(content)
    (folder / f"mobilenet_v2-{model.sha256_prefix}.json").write_text(json.dumps(record))
    code = (
        "import sys; sys.modules['torch'] = None\n"
        "from tellapart.backbones.catalogue import load_backbone\n"
        "print(load_backbone('mobilenet_v2').onnx_path.name)"
    )
    ended = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert ended.stdout.strip() == "mobilenet_v2.onnx"
    assert offers()[1].is_ready

    (folder / "mobilenet_v2.onnx").write_bytes(content[:-100])
    ended = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=False)
    assert "BackboneError" in ended.stderr and "must be converted once" in ended.stderr


def test_the_size_is_free_only_where_the_network_allows():
    models = torchvision_models()
    mobilenet = models["mobilenet_v2"]
    assert mobilenet.feature_preprocess().size_px < mobilenet.preprocess.size_px
    assert mobilenet.feature_preprocess(224) == mobilenet.preprocess
    assert mobilenet.feature_preprocess(128).resize_px == round(128 * 232 / 224)
    assert models["vit_b_16"].feature_preprocess().size_px == 224
    with pytest.raises(ValueError, match=r"takes only 224 px"):
        models["vit_b_16"].feature_preprocess(160)


@pytest.mark.parametrize("name", ["efficientnet_lite0", "mobilenet_v2"])
def test_weights_that_cannot_be_read_end_in_a_sentence(name, tmp_path):
    with pytest.raises(WeightsError, match=r"cannot be read.*Check the path"):
        load_backbone(name, weights=tmp_path / "nowhere.safetensors")
    with pytest.raises(WeightsError, match=r"are a folder .*Give a \.safetensors or \.pth"):
        load_backbone(name, weights=tmp_path)


def test_weights_with_a_misspelt_backbone_name_the_near_one(tmp_path):
    with pytest.raises(BackboneError, match=r"Did you mean .*resnet18"):
        load_backbone("resnet_18", weights=tmp_path / "nowhere.pth")
