"""torch -> ONNX: both give the same embeddings, in every family, and what does not is not kept."""

import hashlib
import shutil
import subprocess
import sys
from dataclasses import replace
from pathlib import Path

import numpy as np
import onnx
import onnxruntime
import pytest
import torch
from tellapart.backbones import catalogue
from tellapart.backbones.catalogue import load_backbone
from tellapart.backbones.torchvision_models import torchvision_models
from tellapart.errors import BackboneError
from tellapart.network import conversion
from tellapart.network.weights import build_network, drop_head
from tellapart.pictures.preprocess import Preprocess
from torch import nn
from torchvision import models

SIZE_PX = 96
CONVOLUTIONAL = (  # as they are, but on small pictures
    "squeezenet1_1",
    *(
        pytest.param(name, marks=pytest.mark.slow)
        for name in ("mobilenet_v2", "shufflenet_v2_x0_5", "mnasnet0_5", "inception_v3")
    ),
)
FAMILIES = (
    "vit",
    *(
        pytest.param(family, marks=pytest.mark.slow)
        for family in ("convnext", "densenet", "regnet", "swin", "swin_v2", "maxvit")
    ),
)


def small_relatives() -> dict[str, nn.Module]:
    """Families too large for a quick test, built from torchvision's own classes with few layers."""
    blocks = [models.convnext.CNBlockConfig(8, 16, 1), models.convnext.CNBlockConfig(16, None, 1)]
    widths = models.regnet.BlockParams([1, 1], [16, 32], [8, 8], [1.0, 1.0], [2, 2], 0.25)
    return {
        "convnext": models.ConvNeXt(blocks),
        "densenet": models.DenseNet(growth_rate=8, block_config=(2, 2), num_init_features=16),
        "regnet": models.RegNet(widths),
        "swin": models.SwinTransformer([4, 4], 24, [2, 2], [2, 2], [7, 7]),
        "swin_v2": models.SwinTransformer(
            [4, 4],
            24,
            [2, 2],
            [2, 2],
            [8, 8],
            block=models.swin_transformer.SwinTransformerBlockV2,
            downsample_layer=models.swin_transformer.PatchMergingV2,
        ),
        "vit": models.VisionTransformer(SIZE_PX, 16, 2, 2, 32, 64),
        "maxvit": models.MaxVit((SIZE_PX, SIZE_PX), 16, 3, [16], [1], 8, 0.0),
    }


def lively(network: nn.Module) -> nn.Module:
    """The network with random weights that matter, also where torchvision starts with zeros."""
    generator = torch.Generator().manual_seed(0)
    for name, tensor in network.state_dict().items():
        if tensor.is_floating_point() and tensor.ndim <= 1:
            noise = torch.rand(tensor.shape, generator=generator)
            is_factor = name.endswith(("weight", "running_var"))
            tensor.copy_(0.8 + 0.4 * noise if is_factor else 0.1 * (noise - 0.5))
    return network


def embed(onnx_path: Path, pixels: np.ndarray) -> np.ndarray:
    session = onnxruntime.InferenceSession(onnx_path, providers=["CPUExecutionProvider"])
    return session.run(["embeddings"], {"pixels": pixels})[0]


def assert_same_after_conversion(
    network: nn.Module, preprocess: Preprocess, path: Path, is_size_free: bool
) -> tuple[np.ndarray, set[str]]:
    """The embeddings of two pictures and the kinds of steps in the file, after comparing with torch."""
    lively(network.eval())
    conversion.export(network, preprocess, path, is_size_free)
    size_px = 128 if is_size_free else preprocess.size_px
    pixels = np.random.default_rng(1).integers(0, 256, (2, size_px, size_px, 3), dtype=np.uint8)
    embeddings = embed(path, pixels)
    planes = torch.from_numpy(pixels).permute(0, 3, 1, 2) / 255
    mean = torch.tensor(preprocess.mean).view(3, 1, 1)
    std = torch.tensor(preprocess.std).view(3, 1, 1)
    with torch.inference_mode():
        wanted = network((planes - mean) / std).numpy()
    assert embeddings.dtype == np.float32
    assert np.linalg.norm(embeddings[0] - embeddings[1]) > 0
    np.testing.assert_allclose(embeddings, wanted, rtol=1e-3, atol=1e-3 * np.abs(wanted).max())
    graph_file = onnx.load(path)
    assert graph_file.ir_version <= 9 and graph_file.opset_import[0].version <= 17
    return embeddings, {node.op_type for node in graph_file.graph.node}


@pytest.mark.parametrize("name", CONVOLUTIONAL)
def test_a_convolutional_network_gives_the_same_embeddings_at_any_size(name, tmp_path):
    model = torchvision_models()[name]
    preprocess = replace(model.preprocess, size_px=SIZE_PX, resize_px=SIZE_PX)
    network = build_network(model)
    embeddings, steps = assert_same_after_conversion(network, preprocess, tmp_path / "m.onnx", True)
    assert embeddings.shape == (2, model.embedding_size)
    assert "BatchNormalization" not in steps  # folded into the convolutions


@pytest.mark.parametrize("family", FAMILIES)
def test_a_family_gives_the_same_embeddings_after_conversion(family, tmp_path):
    network = small_relatives()[family]
    drop_head(network)
    preprocess = Preprocess(SIZE_PX, SIZE_PX, mean=(0.5, 0.4, 0.3), std=(0.2, 0.3, 0.4))
    is_size_free = family in ("convnext", "densenet", "regnet")
    embeddings, _ = assert_same_after_conversion(network, preprocess, tmp_path / "m.onnx", is_size_free)
    assert embeddings.ndim == 2


def test_a_network_that_answers_differently_is_not_kept(tmp_path):
    class Moody(nn.Module):
        """Gives another answer each time; tracing keeps one of them."""

        n_calls = 0

        def forward(self, planes: torch.Tensor) -> torch.Tensor:
            self.n_calls += 1
            return planes.mean(dim=(2, 3)) + self.n_calls

    with pytest.raises(
        BackboneError, match=r"differ from torch's by .*Nothing was kept.*`efficientnet_lite0`"
    ):
        conversion.export(Moody(), Preprocess(32, 32), tmp_path / "model.onnx", is_size_free=False)


def test_a_network_that_cannot_be_converted_is_told(tmp_path):
    class Sorting(nn.Module):
        def forward(self, planes: torch.Tensor) -> torch.Tensor:
            return torch.linalg.eigvals(planes.mean(dim=1)).real

    with pytest.raises(BackboneError, match=r"cannot convert Sorting to ONNX.*`efficientnet_lite0`"):
        conversion.export(Sorting(), Preprocess(32, 32), tmp_path / "model.onnx", is_size_free=False)


def test_weights_stored_in_16_bits_halve_the_file_and_answer_alike(tmp_path):
    model = torchvision_models()["squeezenet1_1"]
    network = lively(build_network(model))
    whole, half = tmp_path / "whole.onnx", tmp_path / "half.onnx"
    conversion.export(network, model.preprocess, whole, is_size_free=True)
    shutil.copy(whole, half)
    conversion.store_half(half)
    assert half.stat().st_size < 0.55 * whole.stat().st_size
    pixels = np.random.default_rng(1).integers(0, 256, (2, 96, 96, 3), dtype=np.uint8)
    wanted = embed(whole, pixels)
    assert np.abs(embed(half, pixels) - wanted).max() < 2e-3 * np.abs(wanted).max()


@pytest.fixture(scope="module")
def mine(tmp_path_factory):
    """A weights file, a cache with the backbone that was made of it, that backbone, and what was told meanwhile."""
    folder, messages = tmp_path_factory.mktemp("mine"), []
    path = folder / "mine.pth"
    torch.save(lively(build_network(torchvision_models()["squeezenet1_1"])).state_dict(), path)
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("TELLAPART_CACHE", str(folder / "cache"))
        made = load_backbone("squeezenet1_1", path, lambda done, total, message: messages.append(message))
    return path, folder / "cache", made, messages


def test_a_weights_file_is_converted_once_and_kept_under_its_content(mine, own_cache, tmp_path):
    path, cache, first, messages = mine
    assert first.embedding_size == 512 and first.name == "squeezenet1_1" and "mine.pth" in first.licence
    assert any("Converting squeezenet1_1" in message for message in messages)

    shutil.copytree(cache, own_cache)
    moved, told = shutil.copy(path, tmp_path / "renamed.pth"), []
    again = load_backbone(weights=moved, progress=lambda done, total, message: told.append(message))
    assert again.onnx_sha256 == first.onnx_sha256 and not told

    state = torch.load(path, weights_only=True)
    state["features.0.bias"] += 1
    torch.save(state, moved)
    assert load_backbone(weights=moved).onnx_sha256 != first.onnx_sha256
    kept = sorted(file.suffix for file in (own_cache / "backbones").iterdir())
    assert kept == [".json", ".json", ".onnx", ".onnx"]


@pytest.mark.slow
def test_two_processes_converting_at_once_leave_one_whole_backbone(mine, own_cache):
    path = mine[0]
    code = (
        "from pathlib import Path; from tellapart.backbones.catalogue import load_backbone\n"
        f"print(load_backbone('squeezenet1_1', Path({str(path)!r})).onnx_sha256)"
    )
    both = [
        subprocess.Popen([sys.executable, "-c", code], stdout=subprocess.PIPE, text=True) for _ in range(2)
    ]
    given = {process.communicate()[0].strip() for process in both}
    assert [process.returncode for process in both] == [0, 0]
    backbone = load_backbone("squeezenet1_1", path)
    assert given == {backbone.onnx_sha256} == {hashlib.sha256(backbone.onnx_path.read_bytes()).hexdigest()}
    assert {file.suffix for file in backbone.onnx_path.parent.iterdir()} == {".json", ".onnx"}


def test_a_damaged_conversion_is_made_again(mine, own_cache):
    path, cache, first, _ = mine
    shutil.copytree(cache, own_cache)
    kept = own_cache / first.onnx_path.relative_to(cache)
    kept.write_bytes(kept.read_bytes()[:1000])
    again = load_backbone("squeezenet1_1", path)
    assert embed(again.onnx_path, np.zeros((1, 96, 96, 3), np.uint8)).shape == (1, 512)


def test_a_downloaded_network_needs_no_second_download(own_cache, tmp_path, monkeypatch):
    """With weights in torch's own cache the whole way runs offline: found, checked, converted."""
    model = torchvision_models()["squeezenet1_1"]
    saved = tmp_path / "saved.pth"
    torch.save(lively(build_network(model)).state_dict(), saved)
    name = f"squeezenet-{hashlib.sha256(saved.read_bytes()).hexdigest()[:8]}.pth"
    kept = tmp_path / "torch" / "hub" / "checkpoints" / name
    kept.parent.mkdir(parents=True)
    saved.rename(kept)
    table = {**torchvision_models(), "squeezenet1_1": replace(model, file_name=name)}
    monkeypatch.setattr(catalogue, "torchvision_models", lambda: table)
    backbone = load_backbone("squeezenet1_1")
    assert backbone.licence == model.licence and backbone.onnx_path.is_relative_to(own_cache)
    kept.unlink()
    assert load_backbone("squeezenet1_1") == backbone


def test_a_full_or_closed_cache_ends_in_a_sentence(tmp_path, monkeypatch):
    (tmp_path / "file").write_text("not a folder")
    monkeypatch.setenv("TELLAPART_CACHE", str(tmp_path / "file"))
    path = tmp_path / "mine.pth"
    torch.save(build_network(torchvision_models()["squeezenet1_1"]).state_dict(), path)
    with pytest.raises(BackboneError, match=r"cannot be saved in .*TELLAPART_CACHE.*efficientnet_lite0"):
        load_backbone("squeezenet1_1", path)
