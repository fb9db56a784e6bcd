"""The table of torchvision's classification networks with ImageNet weights: what can be said of them
without torch.

The rows lie in torchvision_models.json, written by `python -m tellapart.network.torchvision_table`.
"""

from __future__ import annotations

import functools
import hashlib
import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from tellapart.pictures.preprocess import Preprocess

TABLE_PATH = Path(__file__).parent / "torchvision_models.json"
FEATURE_SIZE_PX = 160  # frozen features at 160 px cost half of 224 px and are hardly worse


@dataclass(frozen=True)
class TorchvisionModel:
    """One row: a network, its default ImageNet weights, and how to recognise a state dict of it.

    file_name: of the weights below the download address; its last part is the beginning of their sha256.
    megabytes: of the download. embedding_size: numbers a picture once the last linear layer is gone.
    preprocess: as torchvision evaluates these weights. is_size_free: the network takes any square, not
        only that one.
    head: the state dict's name of the last layer, which we drop. fingerprint: of all other tensors' names
        and shapes.
    """

    name: str
    weights: str
    file_name: str
    megabytes: float
    n_params: int
    embedding_size: int
    preprocess: Preprocess
    is_size_free: bool
    head: str
    fingerprint: str
    licence: str

    @property
    def sha256_prefix(self) -> str:
        """The first hex digits of the weights' sha256, as torchvision keeps them in the file's name."""
        return Path(self.file_name).stem.rpartition("-")[2]

    def feature_preprocess(self, size_px: int | None = None) -> Preprocess:
        """How a picture is prepared for frozen features: `size_px` where the network allows, else its own.

        Left out, networks made for 224 to 240 px see 160: half the time. The crop's margin keeps its ratio.

        Raises:
            ValueError: the network takes only its own size.
        """
        own = self.preprocess
        if size_px is None:
            size_px = FEATURE_SIZE_PX if self.is_size_free and own.size_px <= 240 else own.size_px
        if size_px == own.size_px:
            return own
        if not self.is_size_free:
            raise ValueError(
                f"size_px={size_px}: {self.name} takes only {own.size_px} px; leave size_px out."
            )
        return replace(own, size_px=size_px, resize_px=round(size_px * own.resize_px / own.size_px))

    @classmethod
    def from_json(cls, row: dict[str, Any]) -> TorchvisionModel:
        """The row back from JSON."""
        return cls(**{**row, "preprocess": Preprocess.from_json(row["preprocess"])})


@functools.cache
def torchvision_models() -> Mapping[str, TorchvisionModel]:
    """Every torchvision classification network that has ImageNet weights, by its torchvision name."""
    rows = json.loads(TABLE_PATH.read_text(encoding="utf-8"))["models"]
    return {row["name"]: TorchvisionModel.from_json(row) for row in rows}


def fingerprint(shapes: Mapping[str, Sequence[int]], head: str) -> str:
    """A short hash of a state dict's names and shapes, without its head and without batch counters."""
    kept = sorted(
        f"{key}:{'x'.join(map(str, shape))}"
        for key, shape in shapes.items()
        if not key.startswith(f"{head}.") and not key.endswith(".num_batches_tracked")
    )
    return hashlib.sha256("\n".join(kept).encode()).hexdigest()[:16]


def recognise(shapes: Mapping[str, Sequence[int]]) -> TorchvisionModel | None:
    """The network whose state dict this is, with whatever number of classes; None if unknown."""
    models = torchvision_models().values()
    found = {head: fingerprint(shapes, head) for head in {model.head for model in models}}
    return next((model for model in models if found[model.head] == model.fingerprint), None)
