"""Weights files and torchvision networks: a file read safely, a network built without its last layer, both
joined."""

from __future__ import annotations

import re
import warnings
from collections.abc import Mapping, Sequence
from pathlib import Path
from pickle import UnpicklingError  # the name of an error only: nothing is unpickled but by weights_only=True
from typing import Any

import safetensors
import safetensors.torch
import torch
from torch import nn
from torchvision import models

from tellapart.backbones.torchvision_models import TorchvisionModel, recognise
from tellapart.errors import WeightsError

AUXILIARY = ("aux1.", "aux2.", "AuxLogits.")  # side outputs of googlenet and inception, for training only
WRAPPERS = ("module.", "model.", "backbone.", "_orig_mod.")
NESTS = ("state_dict", "model_state_dict", "model", "model_state", "backbone")
# what torchvision renamed since some of its weights were saved; `.1` and `.2` became `1` and `2` in densenets
OLD_NAMES = (
    (re.compile(r"^(.*denselayer\d+\.(?:norm|relu|conv))\.([12]\..*)$"), r"\1\2"),
    (re.compile(r"^(encoder\.layers\.\w+\.mlp)\.linear_1\.(.*)$"), r"\1.0.\2"),
    (re.compile(r"^(encoder\.layers\.\w+\.mlp)\.linear_2\.(.*)$"), r"\1.3.\2"),
)

State = dict[str, torch.Tensor]


def build_network(model: TorchvisionModel) -> nn.Module:
    """The network with random weights, in evaluation mode, giving embeddings: its last layer is gone."""
    options: dict[str, Any] = {}
    if model.name in ("googlenet", "inception_v3"):
        # their ImageNet weights expect inputs scaled as in TensorFlow; torchvision sets this along with
        # the weights
        options = {"transform_input": True, "aux_logits": False, "init_weights": False}
    elif model.name.startswith("vit_"):
        options = {"image_size": model.preprocess.size_px}
    network = models.get_model(model.name, weights=None, **options)
    drop_head(network)
    return network.eval()


def drop_head(network: nn.Module) -> str:
    """The name of the last layer, after it was replaced by one that passes its input on.

    Raises:
        ValueError: the network has no layer that looks like a classifier.
    """
    if isinstance(network, models.SqueezeNet):  # a 1x1 convolution and its ReLU before the pooling
        network.classifier[1] = nn.Identity()
        network.classifier[2] = nn.Identity()
        return "classifier.1"
    for name, module in reversed(list(network.named_modules())):
        if isinstance(module, nn.Linear):
            parent, _, child = name.rpartition(".")
            setattr(network.get_submodule(parent), child, nn.Identity())
            return name
    raise ValueError(f"{type(network).__name__} has no linear layer that could be its classifier.")


def read_state(path: Path) -> State:
    """The tensors of a state dict file by name: safetensors, or torch's .pth read without running any code
    in it.

    Wrappers around the dict and prefixes of all its names ("module.") are taken off; names that
    torchvision has changed get their new form. What the file is, its content says, not its ending.

    Raises:
        WeightsError: not a readable file of tensors.
    """
    return _clean(_read_mapping(path), path)


def load_state(
    network: nn.Module, state: Mapping[str, torch.Tensor], model: TorchvisionModel, source: str
) -> None:
    """Put `state` into a network of build_network; see `fit_state`.

    Raises:
        WeightsError: it does not fit.
    """
    fit_state(network, state, (model.head,), model.name, source)


def fit_state(
    network: nn.Module, state: Mapping[str, torch.Tensor], heads: Sequence[str], name: str, source: str
) -> None:
    """Put `state` into a network without its last layer; that layer, and training's side outputs, in it are left out.

    Args:
        heads: the state dict's names of the last layer. name: what the network is called. source: where it is from.
    Raises:
        WeightsError: a tensor is missing, is too many, has another shape, or holds a number that is not
            finite.
    """
    expected = network.state_dict()
    given = {
        key: tensor
        for key, tensor in state.items()
        if not key.startswith((*(f"{head}." for head in heads), *AUXILIARY))
        and (key in expected or not _is_counter(key))
    }
    missing = [key for key in expected if key not in given and not _is_counter(key)]
    unexpected = [key for key in given if key not in expected]
    misshapen = [
        f"{key} {_shape(tensor)} instead of {_shape(expected[key])}"
        for key, tensor in given.items()
        if key in expected and tensor.shape != expected[key].shape
    ]
    if missing or unexpected or misshapen:
        problems = [
            f"{len(names)} {kind} ({_few(names)})"
            for kind, names in (
                ("missing", missing),
                ("unexpected", unexpected),
                ("of another shape", misshapen),
            )
            if names
        ]
        looks_like = recognise({key: tuple(tensor.shape) for key, tensor in state.items()})
        remedy = (
            f"They look like {looks_like.name}: choose that backbone."
            if looks_like
            else ("Choose the backbone these weights were trained for, by its torchvision name.")
        )
        raise WeightsError(
            f"The weights in {source} do not fit {name}: tensors {'; '.join(problems)}. {remedy}"
        )
    broken = [key for key, tensor in given.items() if not torch.isfinite(tensor).all()]
    if broken:
        raise WeightsError(
            f"The weights in {source} hold numbers that are not finite, in {_few(broken)}: the training "
            "that made them went wrong. Use weights saved earlier."
        )
    if isinstance(network, models.MNASNet):
        # it asks for a version that safetensors cannot carry; 2 is its layout since torchvision 0.5
        versioned: Any = type("VersionedState", (dict,), {"_metadata": {"": {"version": 2}}})
        given = versioned(given)
    network.load_state_dict(given, strict=False)


def _read_mapping(path: Path) -> Mapping[Any, Any]:
    """What the file holds, as it is."""
    try:
        with path.open("rb") as file:
            start = file.read(16)
    except OSError as error:
        reason = "is a folder" if path.is_dir() else f"cannot be read ({error.strerror or error})"
        raise WeightsError(
            f"The weights {path} {reason}. Give a .safetensors or .pth file with a state dict."
        ) from error
    if not start:
        raise WeightsError(f"The weights file {path} is empty (0 bytes). Download or copy it again.")
    try:
        if start[8:9] == b"{":
            return safetensors.torch.load_file(path)
        if start.startswith((b"PK", b"\x80")):
            # an open file, since torch would go by the ending of a path
            with warnings.catch_warnings(), path.open("rb") as file:
                warnings.simplefilter("ignore")  # torch's notes on the layout of old files help nobody here
                content = torch.load(file, map_location="cpu", weights_only=True)
            if isinstance(content, Mapping):
                return content
            raise WeightsError(
                f"{path} holds a {type(content).__name__}, not a state dict. Save one with "
                "torch.save(network.state_dict(), path)."
            )
    except UnpicklingError as error:
        raise WeightsError(
            f"{path} was not opened: it is damaged, or holds more than tensors, which could run code on "
            "this computer. Save the bare state dict: torch.save(network.state_dict(), path), or better "
            "as safetensors."
        ) from error
    except (safetensors.SafetensorError, OSError, EOFError, RuntimeError, ValueError, KeyError) as error:
        first_line = str(error).strip().partition("\n")[0]
        raise WeightsError(
            f"The weights file {path} is damaged or cut short ({first_line}). Download or copy it again."
        ) from error
    raise WeightsError(
        f"{path} is neither a safetensors file nor one saved by torch. Give a .safetensors or .pth file "
        "with a state dict."
    )


def _clean(content: Mapping[Any, Any], path: Path) -> State:
    """The tensors by the names torchvision uses today, as float32 where they are floating point."""
    for nest in NESTS:
        if isinstance(content.get(nest), Mapping):
            content = content[nest]
    state = {str(key): value for key, value in content.items() if isinstance(value, torch.Tensor)}
    if not state:
        raise WeightsError(f"{path} holds no tensors. Give a file with the state dict of a network.")
    while wrapper := next((w for w in WRAPPERS if all(key.startswith(w) for key in state)), None):
        state = {key.removeprefix(wrapper): tensor for key, tensor in state.items()}
    for pattern, replacement in OLD_NAMES:
        state = {pattern.sub(replacement, key): tensor for key, tensor in state.items()}
    return {
        key: tensor.float() if tensor.is_floating_point() else tensor
        for key, tensor in state.items()
        if not key.startswith(AUXILIARY)
    }


def _is_counter(key: str) -> bool:
    return key.endswith(".num_batches_tracked")  # counts training steps; evaluation does not read it


def _few(names: list[str], n: int = 3) -> str:
    return ", ".join(names[:n]) + (" …" if len(names) > n else "")


def _shape(tensor: torch.Tensor) -> str:
    return "×".join(map(str, tensor.shape)) or "()"
