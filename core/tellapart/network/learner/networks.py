"""Networks by name, with their weights: the built-in one, torchvision's, and timm's where timm is installed."""

from __future__ import annotations

import importlib.util
import re
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import torch
from torch import nn

from tellapart.backbones.catalogue import OF_FILE, cache_dir, known_model
from tellapart.backbones.lite0 import keeping
from tellapart.backbones.lite0.graph import embedding_onnx
from tellapart.backbones.lite0.weights import PACKAGE, read_weights, weights_file
from tellapart.backbones.names import DEFAULT_BACKBONE
from tellapart.backbones.torchvision_models import TorchvisionModel, torchvision_models
from tellapart.backbones.weight_downloads import download_weights
from tellapart.errors import BackboneError
from tellapart.network.efficientnet_lite import EfficientNetLite
from tellapart.network.weights import build_network, fit_state, load_state, read_state
from tellapart.pictures.preprocess import Preprocess
from tellapart.progress import Progress, silent
from tellapart.words.near_names import did_you_mean

_OF_TIMM = re.compile(r"^(?:hf[-_]hub:)?timm/")  # as timm's pages and its hub write their names


@dataclass(frozen=True)
class Network:
    """A network without its last layer. body: (N, 3, H, W) of pixels less `mean` over `std`, both of 0 to 1, to
    (N, D). size_px: the only side it takes, None where any will do. parts: see `Backbone`. to_onnx: the body as the
    bytes of an ONNX file, where the network has a way of its own; else it is traced."""

    name: str
    body: nn.Module
    n_features: int
    mean: tuple[float, float, float]
    std: tuple[float, float, float]
    size_px: int | None
    licence: str
    parts: tuple[int, ...] = ()
    to_onnx: Callable[[nn.Module], bytes] | None = None


def network_of(name: str, weights: Path | None = None, progress: Progress = silent) -> Network:
    """The network with weights to start from.

    Args:
        name: `efficientnet_lite0`, a torchvision name, or a timm name where timm is installed, with the tag of its
            weights or without: resnet18d, resnet18.a1_in1k. Of a name that both have, torchvision's is meant;
            timm/resnet18 and hf_hub:timm/resnet18 are timm's.
        weights: a state dict of that network (.safetensors, .pth), whose last layer is not used; its published weights
            unless given.
    Raises:
        BackboneError: unknown name, or the weights cannot be downloaded. WeightsError: they cannot be read safely or do
            not fit.
    """
    if weights is not None:
        weights = Path(weights).expanduser()
    if name == DEFAULT_BACKBONE:
        return _built_in(weights)
    if (of_timm := _timm_name(name)) is not None:
        return _of_timm(of_timm, weights)
    return _of_torchvision(known_model(name, _timm_names()), weights, progress)


class _Lite0(nn.Module):
    """The built-in network as a body: the averages that its backbone gives."""

    def __init__(self, averaged_blocks: tuple[int, ...]) -> None:
        super().__init__()
        self.network = EfficientNetLite()
        del self.network._fc
        self.averaged_blocks = averaged_blocks

    def forward(self, planes: torch.Tensor) -> torch.Tensor:
        """(N, 3, H, W) -> (N, D)."""
        return self.network.features(planes, self.averaged_blocks)


def _built_in(weights: Path | None) -> Network:
    licence = _licence(keeping.record()["licence"], weights)
    if weights is not None:
        return built_in(read_state(weights), str(weights), licence)
    state = {name: torch.from_numpy(values.copy()) for name, values in read_weights(weights_file()).items()}
    return built_in(state, PACKAGE, licence)


def built_in(state: dict[str, torch.Tensor], source: str, licence: str) -> Network:
    """The built-in network with these weights.

    Args:
        source: where they are from, in words.
    Raises:
        WeightsError: they do not fit.
    """
    record = keeping.record()
    averaged = tuple(record["averaged_blocks"])
    body = _Lite0(averaged)
    fit_state(body.network, state, ("_fc",), DEFAULT_BACKBONE, source)
    preprocess = Preprocess.from_json(record["preprocess"])

    def to_onnx(module: nn.Module) -> bytes:
        values = {
            name.removeprefix("network."): tensor.detach().cpu().float().numpy()
            for name, tensor in module.state_dict().items()
        }
        return embedding_onnx(values, averaged)

    return Network(
        name=DEFAULT_BACKBONE, body=body, n_features=record["embedding_size"], mean=preprocess.mean,
        std=preprocess.std, size_px=None, licence=licence,
        parts=tuple(record["parts"]), to_onnx=to_onnx,
    )  # fmt: skip


def _of_torchvision(model: TorchvisionModel, weights: Path | None, progress: Progress) -> Network:
    body = build_network(model)
    path = weights or download_weights(model, cache_dir() / "weights", progress)
    load_state(body, read_state(path), model, str(path))
    return Network(
        name=model.name, body=body, n_features=model.embedding_size, mean=model.preprocess.mean,
        std=model.preprocess.std, size_px=None if model.is_size_free else model.preprocess.size_px,
        licence=_licence(model.licence, weights),
    )  # fmt: skip


def _timm_names() -> tuple[str, ...]:
    if importlib.util.find_spec("timm") is None:
        return ()
    import timm

    return (*timm.list_models(), *timm.list_models(pretrained=True))


def _timm_name(name: str) -> str | None:
    """What timm calls the network of that name; None where torchvision has it, or nobody.

    Raises:
        BackboneError: it can only be timm's, and timm has none of that name, or is not installed.
    """
    known = _OF_TIMM.sub("", name)
    is_clear = known != name or "." in name  # the dot before the tag
    if not is_clear and name in torchvision_models():
        return None
    if importlib.util.find_spec("timm") is None:
        if is_clear:
            raise BackboneError(
                f'{name!r} is a network of timm, which is not installed. Install it: pip install "tellapart[timm]", or '
                f"choose `{DEFAULT_BACKBONE}`, which is built in, or the torchvision name of a network."
            )
        return None
    from timm.models import is_model, is_model_pretrained, split_model_name_tag

    if is_model(known) and (not split_model_name_tag(known)[1] or is_model_pretrained(known)):
        return known
    if is_clear:
        raise BackboneError(
            f"timm has no network {known!r}.{did_you_mean(known, _timm_names(), n=3)} "
            "`timm.list_models(pretrained=True)` lists those with weights."
        )
    return None


def _of_timm(name: str, weights: Path | None) -> Network:
    import timm

    own = f"timm/{name}" if name in torchvision_models() else name
    try:
        body: Any = timm.create_model(name, pretrained=weights is None, num_classes=0)
    except Exception as error:  # its hub's client raises errors of its own
        raise BackboneError(
            f"The weights of {own} could not be fetched from timm's hub ({_first_line(error)}). Try again with a "
            f"connection, or pass a file with them (weights=FILE), or use `{DEFAULT_BACKBONE}`, which is built in."
        ) from error
    facts, known = timm.data.resolve_model_data_config(body), body.default_cfg
    if weights is not None:
        heads = known.get("classifier") or "head"
        fit_state(
            body,
            read_state(weights),
            (heads,) if isinstance(heads, str) else tuple(heads),
            own,
            str(weights),
        )
    is_fixed = bool(known.get("fixed_input_size"))
    return Network(
        name=own, body=body.eval(), n_features=_n_features(body, tuple(facts["input_size"])),
        mean=tuple(facts["mean"]), std=tuple(facts["std"]), size_px=int(facts["input_size"][1]) if is_fixed else None,
        licence=_licence(f"{known.get('license') or 'unknown'} (timm's hub)", weights),
    )  # fmt: skip


def _n_features(body: nn.Module, input_size: tuple[int, ...]) -> int:
    """Asked of the network itself: what timm notes of it may leave out the layers before its last one."""
    with torch.inference_mode():
        return int(torch.flatten(body.eval()(torch.zeros(1, *input_size)), 1).shape[1])


def check_size(network: Network, size_px: int) -> None:
    """Whether the network takes squares of that side.

    Raises:
        BackboneError: it takes another one only.
    """
    if network.size_px not in (None, size_px):
        raise BackboneError(
            f"{network.name} takes pictures of {network.size_px} pixels a side only, and the description makes "
            f"{size_px}. Change it: item=Resize({network.size_px}), or choose another network."
        )


def _first_line(error: Exception) -> str:
    return str(error).strip().partition("\n")[0][:200] or type(error).__name__


def _licence(known: str, weights: Path | None) -> str:
    return known if weights is None else f"{OF_FILE} {weights.name}"
