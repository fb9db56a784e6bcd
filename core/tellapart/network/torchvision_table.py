"""Write torchvision_models.json anew from the installed torchvision: `python -m
tellapart.network.torchvision_table`.

To be run when torchvision publishes new networks or weights; a test compares the table with torchvision's
own.
"""

from __future__ import annotations

import json
import warnings
from typing import Any

import torch
import torchvision
from torch import nn
from torchvision import models

from tellapart.backbones.torchvision_models import TABLE_PATH, fingerprint
from tellapart.network.weights import AUXILIARY, drop_head
from tellapart.pictures.preprocess import Preprocess

LICENCE = "BSD-3-Clause (torchvision); trained on ImageNet, whose pictures are for non-commercial research"
SWAG_LICENCE = "CC-BY-NC-4.0 (SWAG): not for commercial use"
N_BYTES_MB = 1_000_000


def table_row(name: str) -> dict[str, Any]:
    """The row of one network with its default weights."""
    weights = models.get_model_weights(name).DEFAULT
    size_px = weights.transforms().crop_size[0]
    network = _shapes_only(name, {"image_size": size_px} if name.startswith("vit_") else {})
    shapes = {
        key: tuple(tensor.shape)
        for key, tensor in network.state_dict().items()
        if not key.startswith(AUXILIARY)
    }
    is_size_free = _is_size_free(network)
    embedding_size = _embedding_size(network)
    head = drop_head(network)
    return {
        "name": name,
        "weights": weights.name,
        "file_name": weights.url.rpartition("/")[2],
        "megabytes": round(weights.meta["_file_size"] * 2**20 / N_BYTES_MB, 1),  # torchvision counts in MiB
        "n_params": weights.meta["num_params"],
        "embedding_size": embedding_size,
        "preprocess": _preprocess(weights.transforms()).to_json(),
        "is_size_free": is_size_free,
        "head": head,
        "fingerprint": fingerprint(shapes, head),
        "licence": SWAG_LICENCE if "SWAG" in weights.name else LICENCE,
    }


def write_table() -> None:
    """Write the table of every classification network that has ImageNet weights."""
    rows = [table_row(name) for name in models.list_models(module=models)]
    table = {"format": 1, "torchvision": torchvision.__version__.partition("+")[0], "models": rows}
    TABLE_PATH.write_text(json.dumps(table, indent=1) + "\n", encoding="utf-8")


def _shapes_only(name: str, options: dict[str, Any]) -> nn.Module:
    """The network without memory behind its weights, where its construction allows that."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", FutureWarning)  # on how random weights are drawn; they are not used
        try:
            with torch.device("meta"):
                return models.get_model(name, weights=None, **options)
        except (NotImplementedError, RuntimeError):  # some compute with tensors while they are built
            return models.get_model(name, weights=None, **options)


def _preprocess(transforms: Any) -> Preprocess:
    return Preprocess(
        size_px=transforms.crop_size[0],
        resize_px=transforms.resize_size[0],
        interpolation=transforms.interpolation.value,
        mean=tuple(transforms.mean),
        std=tuple(transforms.std),
    )


def _is_size_free(network: nn.Module) -> bool:
    """Whether every square will do: convolutions, then one average over the whole map."""
    if isinstance(network, (models.VisionTransformer, models.SwinTransformer, models.MaxVit)):
        return False
    pools = [module for module in network.modules() if isinstance(module, nn.AdaptiveAvgPool2d)]
    return all(pool.output_size in (1, (1, 1)) for pool in pools)


def _embedding_size(network: nn.Module) -> int:
    if isinstance(network, models.SqueezeNet):
        return network.classifier[1].in_channels
    return [module for module in network.modules() if isinstance(module, nn.Linear)][-1].in_features


if __name__ == "__main__":
    write_table()
