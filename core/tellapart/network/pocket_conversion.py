"""The embedded backbone from its weights: `python -m tellapart.network.pocket_conversion WEIGHTS CARD
OUT_DIR`.

Writes pocket.onnx, pocket.json (the one record of its sizes) and CARD.md. This module alone knows what
pocket is made of; a pocket of another kind is another function here, and nothing elsewhere changes.
"""

from __future__ import annotations

import hashlib
import json
import sys
from pathlib import Path

import torch
from torch import nn
from torchvision import models

from tellapart.errors import WeightsError
from tellapart.network.conversion import export
from tellapart.network.weights import read_state
from tellapart.preprocess import Preprocess

VERSION = 1
PREPROCESS = Preprocess(size_px=96, resize_px=96)  # a crop was a little better than stretching
EMBEDDING_SIZE = 576
LICENCE = "Apache-2.0, as tellapart itself; how it was trained is in CARD.md"


def convert_pocket(weights_path: Path, card_path: Path, out_dir: Path) -> None:
    """Write the three files of pocket into `out_dir`.

    Raises:
        WeightsError: the file cannot be read or is not the `features` part of mobilenet_v3_small.
        BackboneError: the embeddings changed in the conversion.
    """
    network = nn.Sequential()
    network.features = models.mobilenet_v3_small(weights=None).features
    network.pool = nn.AdaptiveAvgPool2d(1)
    try:
        network.load_state_dict(read_state(weights_path))
    except RuntimeError as error:
        raise WeightsError(
            f"{weights_path} does not hold the `features` part of mobilenet_v3_small: {error}. "
            "For another network, teach tellapart/network/pocket_conversion.py its construction."
        ) from error
    out_dir.mkdir(parents=True, exist_ok=True)
    onnx_path = out_dir / "pocket.onnx"
    with torch.inference_mode():
        export(network.eval(), PREPROCESS, onnx_path, is_size_free=True, is_half=True)
    record = {
        "format": 1,
        "name": "pocket",
        "version": VERSION,
        "file": onnx_path.name,
        "sha256": hashlib.sha256(onnx_path.read_bytes()).hexdigest(),
        "embedding_size": EMBEDDING_SIZE,
        "preprocess": PREPROCESS.to_json(),
        "licence": LICENCE,
    }
    (out_dir / "pocket.json").write_text(json.dumps(record, indent=2) + "\n", encoding="utf-8")
    (out_dir / "CARD.md").write_bytes(card_path.read_bytes())


if __name__ == "__main__":
    convert_pocket(*(Path(argument) for argument in sys.argv[1:4]))
