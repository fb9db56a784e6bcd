"""The networks that fastai's side starts from, with the very weights ours has; imported by a Python that has fastai."""

from __future__ import annotations

import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import torch
from fastai.vision.all import L, imagenet_stats, params
from fastai.vision.learner import model_meta
from safetensors.torch import load_file
from torch import nn
from torchvision.models import MobileNetV2, mobilenet_v2

sys.path.insert(0, str(Path(__file__).resolve().parents[1] / "core"))  # this Python has fastai, not tellapart
from tellapart.backbones.lite0.weights import read_weights
from tellapart.network.efficientnet_lite import EfficientNetLite

WEIGHTS: dict[str, Path] = {}


def registered(backbone: str, weights: Path) -> Callable[..., nn.Module]:
    """What vision_learner wants for a network that fastai does not know, registered as its other ones are."""
    WEIGHTS[backbone] = weights
    network, stats = NETWORKS[backbone]
    model_meta[network] = {"cut": -1, "split": split_in_three, "stats": stats, "weights": "DEFAULT"}
    return network


def lite0(weights: Any = None) -> nn.Sequential:
    """tellapart's torch form of the built-in backbone as fastai wants it: a body, and a last layer that it cuts off."""
    model = EfficientNetLite()
    if weights is not None:
        model.load(read_weights(WEIGHTS["efficientnet_lite0"]))
    stem, head = (model._conv_stem, model._bn0, nn.ReLU6()), (model._conv_head, model._bn1, nn.ReLU6())
    return nn.Sequential(nn.Sequential(*stem, *model._blocks, *head), model._fc)


def mobilenet(weights: Any = None) -> MobileNetV2:
    """torchvision's MobileNetV2 with the job's weights."""
    model = mobilenet_v2()
    if weights is not None:
        path = WEIGHTS["mobilenet_v2"]
        is_torch = path.suffix in (".pt", ".pth")
        model.load_state_dict(torch.load(path, weights_only=True) if is_torch else load_file(path))
    return model


def split_in_three(model: Any) -> L:
    """Layers that learn slowly, faster and fastest, as fastai splits the networks it knows."""
    return L(model[0][0][:9], model[0][0][9:], model[1:]).map(params)


NETWORKS: dict[str, tuple[Callable[..., nn.Module], Any]] = {
    "mobilenet_v2": (mobilenet, imagenet_stats),
    "efficientnet_lite0": (lite0, ([0.5] * 3, [0.5] * 3)),
}
