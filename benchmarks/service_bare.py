"""The bare side of service.py: decode and classify, nothing else. Says which way was the quickest."""

from __future__ import annotations

import io
import json
import queue
import sys
import threading
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import machine
import numpy as np
import onnxruntime
from PIL import Image
from tellapart.backbones.onnx_session import open_session
from tellapart.errors import BundleError


def main() -> None:
    """Measure each arrangement on some pictures, then the quickest on all of them."""
    job: dict[str, Any] = json.loads(sys.stdin.read())
    model = Path(job["bundle"]) / "model.onnx"
    preprocess = json.loads((Path(job["bundle"]) / "bundle.json").read_text("utf-8"))["preprocess"]
    data = [Path(file).read_bytes() for file in job["files"]]
    cpus = machine.cpus()
    ways: dict[str, Callable[[list[bytes]], None]] = {
        "each thread decodes and runs": _each_alone(open_session(model, BundleError, 1), preprocess, cpus),
        "the same, memory kept": _each_alone(open_session(model, BundleError, 1, True), preprocess, cpus),
        "one runs pairs, the others decode": _pipeline(open_session(model, BundleError), preprocess, cpus, 2),
        "one runs, the others decode, default session": _pipeline(
            onnxruntime.InferenceSession(str(model), providers=["CPUExecutionProvider"]), preprocess, cpus, 1
        ),
    }
    rates = {}
    for name, way in ways.items():
        way(data[:10])
        rates[name] = len(data) / _seconds(way, data)
    best = max(rates, key=lambda name: rates[name])
    everything = data * job["times"]
    before = time.process_time()
    rate = len(everything) / _seconds(ways[best], everything)
    cpu_ms = 1000 * (time.process_time() - before) / len(everything)
    print(json.dumps({"best": best, "rate": rate, "cpu_ms": cpu_ms, "trial": rates}))


def _seconds(way: Callable[[list[bytes]], None], data: list[bytes]) -> float:
    started = time.perf_counter()
    way(data)
    return time.perf_counter() - started


def _each_alone(
    session: onnxruntime.InferenceSession, preprocess: dict[str, Any], n_threads: int
) -> Callable[[list[bytes]], None]:
    def one(data: bytes) -> None:
        session.run(["probabilities", "novelty"], {"pixels": _decoded(data, preprocess)[None]})

    def way(data: list[bytes]) -> None:
        with ThreadPoolExecutor(n_threads) as pool:
            list(pool.map(one, data))

    return way


def _pipeline(
    session: onnxruntime.InferenceSession, preprocess: dict[str, Any], n_threads: int, size: int
) -> Callable[[list[bytes]], None]:
    def way(data: list[bytes]) -> None:
        decoded: queue.Queue[np.ndarray] = queue.Queue(4 * size)

        def run() -> None:
            for start in range(0, len(data), size):
                batch = [decoded.get() for _ in range(min(size, len(data) - start))]
                session.run(["probabilities", "novelty"], {"pixels": np.stack(batch)})

        runner = threading.Thread(target=run)
        runner.start()
        with ThreadPoolExecutor(n_threads) as pool:
            list(pool.map(lambda one: decoded.put(_decoded(one, preprocess)), data))
        runner.join()

    return way


def _decoded(data: bytes, preprocess: dict[str, Any]) -> np.ndarray:
    """The least that gives the network its square: no profile, no turn, no check."""
    size_px, resize_px = preprocess["size_px"], preprocess["resize_px"]
    bicubic = preprocess.get("interpolation") == "bicubic"
    with Image.open(io.BytesIO(data)) as image:
        image.draft("RGB", (resize_px, resize_px))
        rgb = image.convert("RGB")
    box = (0.0, 0.0, float(rgb.width), float(rgb.height))
    if preprocess.get("fit", "crop") == "crop":
        side = min(rgb.size) * size_px / resize_px
        left, top = (rgb.width - side) / 2, (rgb.height - side) / 2
        box = (left, top, left + side, top + side)
    resampling = Image.Resampling.BICUBIC if bicubic else Image.Resampling.BILINEAR
    return np.asarray(rgb.resize((size_px, size_px), resampling, box=box))


if __name__ == "__main__":
    main()
