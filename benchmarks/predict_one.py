"""One picture through Predictor, beside the least it could take: Pillow's quickest decode plus a raw ONNX Runtime call.

    python benchmarks/predict_one.py --data FOLDER --weights FILE

For each backbone a bundle is trained first. Then the same pictures go through `Predictor.predict`, and through
the floor: Image.open, draft, resize with the bundle's crop, InferenceSession.run of the bundle's model.onnx. ONNX
Runtime's defaults let its threads spin between calls: quicker alone, far slower on a busy machine. Ours spin for a
moment within a call. So the floor is measured with its default session and with our session options, and the lower one
counts. In turn, a block of pictures each.
"""

from __future__ import annotations

import argparse
import os
import statistics
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import onnxruntime
import picture_sets
import report
from PIL import Image
from tellapart.backbones.onnx_session import open_session
from tellapart.classify import Predictor
from tellapart.errors import BundleError
from tellapart.gather import take_in
from tellapart.pictures.preprocess import Preprocess
from tellapart.store.project import create_project
from tellapart.train import TrainConfig, train_head

BLOCK = 25  # pictures one side has to itself before the other has its turn


def main() -> None:
    """Measure, print, finish with JSON."""
    parser = argparse.ArgumentParser(
        description="One picture through Predictor beside decode plus raw ONNX Runtime."
    )
    parser.add_argument(
        "--data", type=Path, required=True, help="folder with the picture sets, unpacked or as .tgz"
    )
    parser.add_argument(
        "--weights",
        type=Path,
        help="state dict of mobilenet_v2; without it only the built-in backbone is measured",
    )
    parser.add_argument("--set", default="bears_web", help="name of a set")
    parser.add_argument("--pictures", type=int, default=200, help="so many of its pictures")
    parser.add_argument("--rounds", type=int, default=5, help="how often each goes through")
    options = parser.parse_args()
    if options.weights and not options.weights.is_file():
        sys.exit(
            f"{options.weights} is not there. --weights needs a state dict of mobilenet_v2, .safetensors or .pth."
        )
    report.machine_line()
    result: dict[str, Any] = {}
    with tempfile.TemporaryDirectory(prefix="tellapart-bench-") as folder:
        scratch = Path(folder)
        os.environ["TELLAPART_CACHE"] = str(scratch / "cache")
        pictures = picture_sets.class_folders(options.data.absolute(), options.set, scratch)
        files = picture_sets.pictures_in(pictures)
        chosen = [files[i] for i in np.random.default_rng(0).permutation(len(files))[: options.pictures]]
        with create_project(scratch / "project") as project:
            take_in(project, pictures)
            configs = [TrainConfig()] + (
                [TrainConfig("mobilenet_v2", options.weights.absolute())] if options.weights else []
            )
            for config in configs:
                bundle_dir = train_head(project, config).bundle_dir
                result[config.backbone] = _measure(bundle_dir, chosen, options.rounds)
    _show(result, options)
    report.finish(result)


def _measure(bundle_dir: Path, files: list[Path], n_rounds: int) -> dict[str, Any]:
    predictor = Predictor(bundle_dir)
    model, preprocess = bundle_dir / "model.onnx", predictor.bundle.preprocess
    plain = onnxruntime.InferenceSession(str(model), providers=["CPUExecutionProvider"])
    calls: dict[str, Callable[[Path], Any]] = {
        "predict": predictor.predict,
        "floor_default": _floor(plain, preprocess),
        "floor_quiet": _floor(open_session(model, BundleError), preprocess),
    }
    for file in files[:10]:
        ours = np.array(list(predictor.predict(file).probabilities.values()))
        if not np.allclose(ours, calls["floor_default"](file), atol=0.02):
            raise RuntimeError(
                f"{file.name}: Predictor and the raw call disagree, so their times cannot be compared."
            )
    seconds: dict[str, list[float]] = {name: [] for name in calls}
    names = list(calls)
    for _ in range(n_rounds):
        for start in range(0, len(files), BLOCK):
            block = files[start : start + BLOCK]
            names = names[1:] + names[:1]
            for name in names:
                time.sleep(0.02)  # the other session's threads spin for a while before they sleep
                calls[name](block[0])
                for file in block:
                    clock = time.perf_counter()
                    calls[name](file)
                    seconds[name].append(time.perf_counter() - clock)
    ms = {name: 1000 * statistics.median(some) for name, some in seconds.items()}
    floor_ms = min(ms["floor_default"], ms["floor_quiet"])
    return {
        "predict_ms": ms["predict"], "floor_ms": floor_ms, "ratio": ms["predict"] / floor_ms,
        "floor_default_ms": ms["floor_default"], "floor_quiet_ms": ms["floor_quiet"],
        "predict_p95_ms": 1000 * float(np.quantile(seconds["predict"], 0.95)),
        "n": len(seconds["predict"]), "size_px": preprocess.size_px,
    }  # fmt: skip


def _floor(session: onnxruntime.InferenceSession, preprocess: Preprocess) -> Callable[[Path], np.ndarray]:
    resampling = (
        Image.Resampling.BICUBIC if preprocess.interpolation == "bicubic" else Image.Resampling.BILINEAR
    )
    size = (preprocess.size_px, preprocess.size_px)

    def floor(file: Path) -> np.ndarray:
        with Image.open(file) as image:
            image.draft("RGB", (preprocess.resize_px, preprocess.resize_px))
            rgb = image.convert("RGB")
        box = (0.0, 0.0, float(rgb.width), float(rgb.height))
        if preprocess.fit == "crop":
            side = min(rgb.size) * preprocess.size_px / preprocess.resize_px
            left, top = (rgb.width - side) / 2, (rgb.height - side) / 2
            box = (left, top, left + side, top + side)
        pixels = np.asarray(rgb.resize(size, resampling, box=box))
        probabilities: np.ndarray = session.run(["probabilities"], {"pixels": pixels[None]})[0][0]
        return probabilities

    return floor


def _show(result: dict[str, Any], options: argparse.Namespace) -> None:
    figures = ("predict_ms", "floor_ms", "ratio", "predict_p95_ms", "floor_default_ms", "floor_quiet_ms")
    rows = [
        [name, str(one["size_px"]), *(report.number(one[figure]) for figure in figures)]
        for name, one in result.items()
    ]
    report.table(
        f"One picture of {options.set}, decode included, ms: median of {options.pictures} × {options.rounds}",
        [
            "backbone",
            "px",
            "Predictor",
            "floor",
            "ratio",
            "Predictor 95 %",
            "floor, default session",
            "our session",
        ],
        rows,
    )


if __name__ == "__main__":
    main()
