"""Weights files of users: read safely whatever they are, fitted to their network, refused in words."""

import os
from functools import cache
from pathlib import Path

import pytest
import torch
from safetensors.torch import save_file
from tellapart.backbones.catalogue import load_backbone
from tellapart.backbones.torchvision_models import torchvision_models
from tellapart.errors import BackboneError, WeightsError
from tellapart.network.conversion import recognise_file
from tellapart.network.weights import build_network, load_state, read_state

SQUEEZENET = torchvision_models()["squeezenet1_1"]


@pytest.fixture(scope="module")
def state():
    """A state dict of squeezenet1_1 with a head for 7 classes."""
    torch.manual_seed(0)
    tensors = build_network(SQUEEZENET).state_dict()
    return {**tensors, "classifier.1.weight": torch.rand(7, 512, 1, 1), "classifier.1.bias": torch.rand(7)}


@pytest.fixture
def path(tmp_path):
    return tmp_path / "weights.pth"


@cache
def some_network():
    """To load weights into, again and again."""
    return build_network(SQUEEZENET)


def fits(path):
    load_state(some_network(), read_state(path), SQUEEZENET, path.name)
    return recognise_file(path) == SQUEEZENET


@pytest.mark.parametrize("wrapper", ["", "module.", "model.", "backbone.", "module.model."])
@pytest.mark.parametrize("nest", [None, "state_dict", "model"])
def test_wrapped_and_nested_state_dicts_are_found(state, path, wrapper, nest):
    wrapped = {wrapper + key: tensor for key, tensor in state.items()}
    torch.save({nest: wrapped, "epoch": 3} if nest else wrapped, path)
    assert fits(path)


def test_safetensors_in_16_bits_are_read_as_float32(state, tmp_path):
    path = tmp_path / "weights.safetensors"
    save_file({key: tensor.half() for key, tensor in state.items()}, path)
    assert fits(path)
    assert {tensor.dtype for tensor in read_state(path).values()} == {torch.float32}


def test_what_a_file_is_its_content_says(state, tmp_path):
    path = tmp_path / "weights.safetensors"
    torch.save(state, path)
    assert fits(path)


def test_the_old_layout_of_torch_files_is_read(state, path):
    torch.save(state, path, _use_new_zipfile_serialization=False)
    assert fits(path)


def test_names_from_older_torchvisions_are_known(path):
    model = torchvision_models()["densenet121"]
    old = {}
    for key, tensor in build_network(model).state_dict().items():
        for kind in ("norm", "conv"):  # norm1.weight was norm.1.weight
            if "denselayer" in key:
                key = key.replace(f"{kind}1.", f"{kind}.1.").replace(f"{kind}2.", f"{kind}.2.")
        old[key] = tensor
    torch.save(old, path)
    assert recognise_file(path) == model
    load_state(build_network(model), read_state(path), model, path.name)

    layer = "encoder.layers.encoder_layer_0.mlp."  # of the vision transformers
    torch.save({f"{layer}linear_1.bias": torch.zeros(1), f"{layer}linear_2.bias": torch.zeros(1)}, path)
    assert set(read_state(path)) == {f"{layer}0.bias", f"{layer}3.bias"}


def test_side_outputs_for_training_are_left_out(path):
    model = torchvision_models()["googlenet"]
    tensors = build_network(model).state_dict()
    torch.save({**tensors, "aux1.fc1.weight": torch.rand(3, 3), "fc.weight": torch.rand(5, 1024)}, path)
    assert recognise_file(path) == model
    load_state(build_network(model), read_state(path), model, path.name)


def test_mnasnet_weights_without_their_version_are_loaded(path):
    model = torchvision_models()["mnasnet0_5"]
    network = build_network(model)
    save_file({key: tensor.contiguous() for key, tensor in network.state_dict().items()}, path)
    load_state(build_network(model), read_state(path), model, path.name)


def test_loading_really_puts_the_numbers_in(state, path):
    torch.save(state, path)
    network = build_network(SQUEEZENET)
    load_state(network, read_state(path), SQUEEZENET, path.name)
    assert all(torch.equal(tensor, state[key]) for key, tensor in network.state_dict().items())


def test_weights_of_another_network_say_what_they_look_like(state, path):
    torch.save(state, path)
    resnet = torchvision_models()["resnet18"]
    with pytest.raises(WeightsError, match=r"fit resnet18.*missing \(conv1\.weight.*look like squeezenet1_1"):
        load_state(build_network(resnet), read_state(path), resnet, path.name)


def test_missing_extra_and_misshapen_tensors_are_named_at_once(state, path):
    changed = {key: tensor for key, tensor in state.items() if key != "features.0.bias"}
    changed |= {"surplus": torch.zeros(2), "features.3.squeeze.bias": torch.zeros(3)}
    torch.save(changed, path)
    expected = (
        r"1 missing \(features\.0\.bias\); 1 unexpected \(surplus\); "
        r"1 of another shape \(features\.3\.squeeze\.bias 3 instead of 16\)"
    )
    with pytest.raises(WeightsError, match=expected):
        fits(path)


def test_numbers_that_are_not_finite_are_refused(state, path):
    torch.save({**state, "features.0.bias": torch.full((64,), float("nan"))}, path)
    with pytest.raises(WeightsError, match=r"not finite, in features\.0\.bias"):
        fits(path)


def test_tensors_of_no_known_network_ask_for_a_name(path, own_cache):
    torch.save({"layer.weight": torch.zeros(3)}, path)
    with pytest.raises(WeightsError, match=r"not the state dict of a known network.*--backbone NAME"):
        load_backbone(weights=path)


class Malicious:
    """Runs a command when it is unpickled."""

    def __init__(self, witness: Path) -> None:
        self.witness = witness

    def __reduce__(self):
        return os.mkdir, (str(self.witness),)


@pytest.mark.parametrize("is_zip", [True, False])
def test_code_in_a_weights_file_is_refused_and_not_run(path, tmp_path, own_cache, is_zip):
    witness = tmp_path / "was-here"
    torch.save({"weight": Malicious(witness)}, path, _use_new_zipfile_serialization=is_zip)
    with pytest.raises(WeightsError, match=r"could run code.*state_dict"):
        load_backbone("resnet18", path)
    assert not witness.exists()


def test_a_whole_pickled_network_is_refused_with_the_way_on(path):
    torch.save(build_network(SQUEEZENET), path)
    with pytest.raises(WeightsError, match=r"torch.save\(network.state_dict\(\), path\)"):
        read_state(path)


@pytest.mark.parametrize(
    ("content", "sentence"),
    [
        (b"", r"is empty \(0 bytes\)"),
        (b"hello", "neither a safetensors file nor one saved by torch"),
        (b"PK\x03\x04" + b"x" * 50, "damaged or cut short"),
        (b"\x80\x02" + b"x" * 50, "damaged"),
        (b"\x10\x00\x00\x00\x00\x00\x00\x00{}", "damaged or cut short"),
        (b"\xff\xff\xff\xff\xff\xff\xff\x7f{}" + b"x" * 50, "damaged or cut short"),
    ],
)
def test_files_that_are_no_weights_end_in_a_sentence(path, content, sentence):
    path.write_bytes(content)
    with pytest.raises(WeightsError, match=sentence):
        read_state(path)


@pytest.mark.parametrize("suffix", [".pth", ".safetensors"])
@pytest.mark.parametrize("kept", [0.99, 0.5, 0.01])
def test_files_cut_short_end_in_a_sentence(state, tmp_path, suffix, kept):
    path = tmp_path / f"weights{suffix}"
    save_file(state, path) if suffix == ".safetensors" else torch.save(state, path)
    content = path.read_bytes()
    path.write_bytes(content[: int(kept * len(content))])
    with pytest.raises(WeightsError, match=r"damaged|cut short"):
        read_state(path)


def test_a_tensor_alone_is_not_a_state_dict(path):
    torch.save(torch.zeros(3), path)
    with pytest.raises(WeightsError, match=r"holds a Tensor, not a state dict"):
        read_state(path)
    torch.save({"epoch": 3}, path)
    with pytest.raises(WeightsError, match=r"holds no tensors"):
        read_state(path)


def test_real_weights_are_recognised_and_tell_pictures_apart(own_cache):
    given = os.environ.get("TELLAPART_WEIGHTS")
    if not given:
        pytest.skip("TELLAPART_WEIGHTS names no real weights file, for instance of mobilenet_v2")
    try:
        backbone = load_backbone(weights=Path(given))
    except BackboneError as error:
        pytest.fail(str(error))
    assert backbone.name in torchvision_models()
