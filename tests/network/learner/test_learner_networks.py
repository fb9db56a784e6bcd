"""Networks by name: torchvision's and timm's learn and are exported like the built-in one; fewer bits through Fabric."""

import importlib.util
from copy import deepcopy

import numpy as np
import pytest
import torch
from described_shapes import SHAPES
from make_data import make_tiny_folder
from safetensors.torch import save_file
from tellapart.backbones.torchvision_models import torchvision_models
from tellapart.classify import Predictor
from tellapart.errors import BackboneError
from tellapart.network.learner.networks import network_of
from tellapart.network.weights import build_network
from tellapart.vision import Resize, learner


@pytest.fixture
def shapes(tmp_path):
    make_tiny_folder(tmp_path / "shapes", n_per_class=8)
    return tmp_path / "shapes"


def learned(shapes, name, path, size_px, **options):
    learn = learner(
        SHAPES.new(item=Resize(size_px)).data(shapes), name, weights=path, say=lambda line: None, **options
    )
    learn.fine_tune(1)
    return learn


def assert_exported_alike(learn, shapes, folder):
    predictor = Predictor(learn.export(folder))
    for path in sorted(shapes.glob("*/*_00[01].png")):
        one, other = predictor.predict(path), learn.predict(path)
        wanted = np.array(list(other.probabilities.values()))
        assert np.abs(np.array(list(one.probabilities.values())) - wanted).max() < 0.02


@pytest.mark.parametrize(
    ("name", "size_px"),
    [
        ("squeezenet1_1", 48),
        *(pytest.param(name, 64, marks=pytest.mark.slow) for name in ("mobilenet_v2", "resnet18", "regnet_y_400mf", "convnext_tiny")),
    ],
)  # fmt: skip
def test_torchvision_s_networks_learn_and_go_out(name, size_px, shapes, tmp_path):
    torch.manual_seed(0)
    save_file(build_network(torchvision_models()[name]).state_dict(), tmp_path / "start.safetensors")
    learn = learned(shapes, name, tmp_path / "start.safetensors", size_px)
    assert learn.network.mean == (0.485, 0.456, 0.406) and len(learn.history) == 1
    assert_exported_alike(learn, shapes, tmp_path / "app")


def test_on_the_processor_channels_lie_side_by_side_and_answers_are_the_same(shapes, tmp_path):
    torch.manual_seed(0)
    network = build_network(torchvision_models()["squeezenet1_1"])
    save_file(network.state_dict(), tmp_path / "start.safetensors")
    learn = learned(shapes, "squeezenet1_1", tmp_path / "start.safetensors", 48, device="cpu")
    seen = []
    learn.classifier.body.register_forward_hook(lambda _, given, found: seen.append((given[0], found)))
    with torch.inference_mode():
        learn.classifier.eval()(torch.rand(3, 3, 48, 48))
        ((given, found),) = seen
        usual = deepcopy(learn.classifier.body)(given.contiguous())
    assert given.is_contiguous(memory_format=torch.channels_last) and not given.is_contiguous()
    assert torch.allclose(found, usual, atol=1e-4) and found.std() > 1e-3
    save_file(
        learn.classifier.state_dict(), tmp_path / "learned.safetensors"
    )  # which takes usual weights alone


def test_a_timm_network_from_a_file(tmp_path):
    import timm

    torch.manual_seed(0)
    name = "mobilenetv3_small_050"
    state = timm.create_model(name, pretrained=False, num_classes=5).state_dict()
    save_file(state, tmp_path / "start.safetensors")
    network = network_of(name, tmp_path / "start.safetensors")
    assert torch.equal(network.body.state_dict()["conv_stem.weight"], state["conv_stem.weight"])
    assert (
        network.body(torch.zeros(2, 3, 64, 64)).shape == (2, network.n_features) and network.size_px is None
    )


def test_timm_s_names_work_as_timm_writes_them_and_its_own_resnet18_can_be_had(tmp_path):
    import timm

    state = timm.create_model("resnet18", pretrained=False, num_classes=5).state_dict()
    path = tmp_path / "start.safetensors"
    save_file(state, path)
    for name, own in (("resnet18.a1_in1k", "resnet18.a1_in1k"), ("hf_hub:timm/resnet18.a2_in1k", "resnet18.a2_in1k"),
                      ("timm/resnet18", "timm/resnet18"), ("resnet18", "resnet18")):  # fmt: skip
        network = network_of(name, path)
        is_timm_s = hasattr(network.body, "global_pool")
        assert network.name == own and is_timm_s == (name != "resnet18")


def test_a_name_that_only_timm_could_have_and_has_not_is_told_with_the_nearest(monkeypatch):
    with pytest.raises(
        BackboneError, match=r"timm has no network 'resnet18.a1_in2k'. Did you mean 'resnet18.a1_in1k'"
    ):
        network_of("resnet18.a1_in2k")
    find = importlib.util.find_spec
    monkeypatch.setattr(importlib.util, "find_spec", lambda name: None if name == "timm" else find(name))
    with pytest.raises(
        BackboneError, match=r"'timm/resnet18' is a network of timm, which is not installed.*\[timm\]"
    ):
        network_of("timm/resnet18")


@pytest.mark.slow
@pytest.mark.parametrize(("name", "size_px"), [("mobilenetv3_small_050", 64), ("vit_tiny_patch16_224", 224)])
def test_timm_s_networks_learn_and_go_out(name, size_px, shapes, tmp_path):
    import timm

    torch.manual_seed(0)
    save_file(timm.create_model(name, pretrained=False).state_dict(), tmp_path / "start.safetensors")
    learn = learned(shapes, name, tmp_path / "start.safetensors", size_px)
    assert_exported_alike(learn, shapes, tmp_path / "app")


@pytest.mark.slow
def test_fewer_bits_come_near_to_32(shapes):
    found = {}
    for precision in ("32", "bf16"):
        learn = learned(shapes, "efficientnet_lite0", None, 32, device="cpu", precision=precision)
        found[precision] = learn.history[0]
        assert next(learn.classifier.parameters()).dtype == torch.float32
    assert found["bf16"].train_loss != found["32"].train_loss
    assert found["bf16"].train_loss == pytest.approx(found["32"].train_loss, rel=0.1)
