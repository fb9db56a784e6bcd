"""How long the networks that tellapart offers take for a picture, beside the built-in one: processor seconds of one
thread, in turn, the least and the median of each. Weights are drawn, since the time does not depend on them.

    python benchmarks/backbone_speed.py [--turns 20] [--work FOLDER]
"""

from __future__ import annotations

import argparse
import json
import statistics
import tempfile
import time
from pathlib import Path

import numpy as np
import onnxruntime
from machine import describe
from tellapart.backbones.catalogue import RECOMMENDED
from tellapart.backbones.lite0 import keeping
from tellapart.backbones.names import DEFAULT_BACKBONE
from tellapart.backbones.torchvision_models import torchvision_models

AT_ONCE = 2  # pictures, as tellapart asks for them


def session(model: Path | bytes) -> onnxruntime.InferenceSession:
    """On one thread."""
    options = onnxruntime.SessionOptions()
    options.intra_op_num_threads = options.inter_op_num_threads = 1
    options.log_severity_level = 3
    return onnxruntime.InferenceSession(model, options, providers=["CPUExecutionProvider"])


def exported(name: str, folder: Path) -> Path:
    """A torchvision network as tellapart converts it, with drawn weights."""
    import torch
    from tellapart.network import conversion
    from tellapart.network.weights import build_network

    file, model = folder / f"{name}.onnx", torchvision_models()[name]
    if not file.exists():
        torch.manual_seed(0)
        conversion.export(build_network(model), model.preprocess, file, is_size_free=model.is_size_free)
    return file


def main() -> None:
    parser = argparse.ArgumentParser(
        description="Time the networks that tellapart offers beside the built-in one."
    )
    parser.add_argument("--turns", type=int, default=20)
    parser.add_argument("--work", type=Path, help="a folder that keeps the converted networks")
    options = parser.parse_args()
    with tempfile.TemporaryDirectory() as scratch:
        folder = options.work or Path(scratch)
        folder.mkdir(parents=True, exist_ok=True)
        built_in = keeping.record()["preprocess"]["size_px"]
        networks = {DEFAULT_BACKBONE: (session(keeping.made_onnx()), built_in)}
        for name in RECOMMENDED:
            side = torchvision_models()[name].feature_preprocess().size_px
            networks[name] = (session(exported(name, folder)), side)
        print(json.dumps(describe()))
        seconds = timed(networks, options.turns)
    own = seconds[DEFAULT_BACKBONE]
    for name, (_, side) in networks.items():
        least, median = min(seconds[name]), statistics.median(seconds[name])
        print(
            f"{name}, {side} px: least {1000 * least:.2f} ms, {least / min(own):.2f} times the built-in one's; "
            f"median {1000 * median:.2f} ms, {median / statistics.median(own):.2f} times"
        )


def timed(
    networks: dict[str, tuple[onnxruntime.InferenceSession, int]], turns: int
) -> dict[str, list[float]]:
    """Processor seconds of a picture, a number a turn."""
    rng = np.random.default_rng(0)
    seconds: dict[str, list[float]] = {name: [] for name in networks}
    for turn in range(turns + 1):  # the first warms up
        for name, (network, side) in networks.items():
            pixels = rng.integers(0, 256, (AT_ONCE, side, side, 3), dtype=np.uint8)
            network.run(None, {"pixels": pixels})
            started = time.process_time()
            for _ in range(3):
                network.run(None, {"pixels": pixels})
            if turn:
                seconds[name].append((time.process_time() - started) / 3 / AT_ONCE)
    return seconds


if __name__ == "__main__":
    main()
