"""The least that looking at pictures can take: Pillow's quickest decode and a bare ONNX Runtime call, on all cores."""

from __future__ import annotations

import time
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import numpy as np
import onnxruntime
from PIL import Image
from tellapart.backbones.catalogue import Backbone
from tellapart.backbones.onnx_session import available_cpus
from tellapart.pictures.preprocess import Preprocess
from tellapart.store.project import Project

BATCH = 4


def limit_s(project: Project, backbone: Backbone) -> float:
    """Seconds for every picture of a project, from file to embedding, with a session that is open already."""
    session = quiet_session(backbone.onnx)
    files = [project.file(picture) for picture in project.manifest.pictures()]
    batches = [files[i : i + BATCH] for i in range(0, len(files), BATCH)]

    def look(batch: list[Path]) -> None:
        session.run(None, {"pixels": np.stack([square(file, backbone.preprocess) for file in batch])})

    look(batches[0])
    started = time.perf_counter()
    with ThreadPoolExecutor(available_cpus()) as pool:
        list(pool.map(look, batches))
    return time.perf_counter() - started


def quiet_session(model: Path | bytes) -> onnxruntime.InferenceSession:
    """One thread a call: calls run beside one another, as many as there are cores."""
    options = onnxruntime.SessionOptions()
    options.intra_op_num_threads = options.inter_op_num_threads = 1
    return onnxruntime.InferenceSession(model, options, providers=["CPUExecutionProvider"])


def square(file: Path, preprocess: Preprocess) -> np.ndarray:
    """The pixels a network sees, by Pillow alone."""
    with Image.open(file) as image:
        image.draft("RGB", (preprocess.resize_px, preprocess.resize_px))
        rgb = image.convert("RGB")
    side = min(rgb.size) * preprocess.size_px / preprocess.resize_px
    left, top = (rgb.width - side) / 2, (rgb.height - side) / 2
    size = (preprocess.size_px, preprocess.size_px)
    return np.asarray(rgb.resize(size, Image.Resampling.BILINEAR, box=(left, top, left + side, top + side)))
