"""The least that looking at pictures can take: Pillow's quickest decode and a bare ONNX Runtime call, on all cores."""

from __future__ import annotations

import time
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import numpy as np
import onnxruntime
from PIL import Image
from tellapart.backbones.catalogue import Backbone
from tellapart.backbones.onnx_session import available_cpus
from tellapart.pictures.preprocess import Preprocess
from tellapart.store.project import Project

IN_A_ROW = 8  # pictures decoded before the network looks at them
AT_ONCE = 2  # of them in one call: the quickest, see embedding.py


def limit_s(project: Project, backbone: Backbone) -> float:
    """Seconds for every picture of a project, from file to embedding, with a session that is open already."""
    session = quiet_session(backbone.onnx)
    files = [project.file(picture) for picture in project.manifest.pictures()]

    def look(some: list[Path]) -> None:
        decoded = [square(file, backbone.preprocess) for file in some]
        for batch in parts(decoded, AT_ONCE):
            session.run(None, {"pixels": np.stack(batch)})

    look(files[:IN_A_ROW])
    started = time.perf_counter()
    with ThreadPoolExecutor(available_cpus()) as pool:
        list(pool.map(look, parts(files, IN_A_ROW)))
    return time.perf_counter() - started


def parts(items: Any, size: int) -> list[Any]:
    """Slices of so many items, the last one of what is left."""
    return [items[at : at + size] for at in range(0, len(items), size)]


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
