"""Looks: what can be measured in a picture without knowing what it shows; one decode each, cached on disk."""

from __future__ import annotations

import json
from collections import deque
from collections.abc import Iterator, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from hashlib import sha256

import numpy as np
import PIL
from PIL import Image

from tellapart.errors import ImageError
from tellapart.images import read_with_camera
from tellapart.manifest import Picture, explained
from tellapart.onnx_session import available_cpus
from tellapart.progress import Progress, silent
from tellapart.project import Project
from tellapart.row_cache import RowCache

MEASURES = ("dark_end", "bright_end", "contrast", "sharpness", "colour", "border", "flatness", "edges")
LOOKS = np.dtype([(name, "<f4") for name in MEASURES] + [("camera", "<u4"), ("is_known", "u1")])
_SIDE_PX = 192  # the shorter side while measuring: about what a person sees in the grid and a network gets
_MAX_LONG_PX = 768
_BATCH = 16
_BLOCK = 24
_CODE_VERSION = 1  # raise it when a measure changes


def measure_looks(project: Project, pictures: Sequence[Picture], progress: Progress = silent) -> np.ndarray:
    """(N,) records of LOOKS, is_known 0 for pictures that cannot be read; measures and caches what is missing.

    Raises:
        ProjectError: the cache cannot be written.
        Cancelled: from `progress`; what was measured stays cached.
    """
    key = sha256(json.dumps([PIL.__version__, _CODE_VERSION, LOOKS.descr]).encode()).hexdigest()[:32]
    ids = [picture.image_id for picture in pictures]
    with explained(project.db_path), RowCache(project.cache_dir / "looks", key, LOOKS) as cache:
        rows = cache.find(ids)
        missing = [picture for picture, row in zip(pictures, rows, strict=True) if row < 0]
        done = 0
        for batch, records in _measured(project, missing):
            known = records["is_known"] == 1
            cache.add(
                [one.image_id for one, is_known in zip(batch, known, strict=True) if is_known], records[known]
            )
            done += len(batch)
            progress(done, len(missing), f"Checked the quality of {done} of {len(missing)} pictures")
        rows = cache.find(ids) if missing else rows
        looks = np.zeros(len(pictures), LOOKS)
        looks[rows >= 0] = cache.records(rows[rows >= 0])
    return looks


def look_at(image: Image.Image, camera: str = "") -> np.ndarray:
    """One record of LOOKS, () structured, of an upright RGB picture."""
    scale = min(_SIDE_PX / min(image.size), _MAX_LONG_PX / max(image.size))
    size = (max(8, round(image.width * scale)), max(8, round(image.height * scale)))
    pixels = np.asarray(image.resize(size, Image.Resampling.BILINEAR), np.float32) / 255  # (H, W, 3)
    grey = pixels @ np.array([0.299, 0.587, 0.114], np.float32)
    dark_end, p05, p95, bright_end = np.quantile(grey, [0.01, 0.05, 0.95, 0.99])
    chroma = pixels.max(axis=2) - pixels.min(axis=2)
    record = np.zeros((), LOOKS)
    record["dark_end"], record["bright_end"], record["contrast"] = dark_end, bright_end, p95 - p05
    record["sharpness"] = _sharpness(grey)
    record["colour"] = np.quantile(chroma, 0.95)
    record["border"] = _border(pixels)
    record["flatness"], record["edges"] = _flatness(pixels), _edges(grey)
    record["camera"] = int.from_bytes(sha256(camera.encode()).digest()[:4], "little") if camera else 0
    record["is_known"] = 1
    return record


def _sharpness(grey: np.ndarray) -> float:
    """Fine detail where there is most of it, in shares of coarse detail, as a logarithm: a sharp thing before a
    soft background is sharp, and a sharp picture of fog is not blurred."""
    fine = 4 * grey[1:-1, 1:-1] - grey[:-2, 1:-1] - grey[2:, 1:-1] - grey[1:-1, :-2] - grey[1:-1, 2:]
    step = 4
    coarse = (
        4 * grey[step:-step, step:-step] - grey[: -2 * step, step:-step] - grey[2 * step :, step:-step]
        - grey[step:-step, : -2 * step] - grey[step:-step, 2 * step :]
    )  # fmt: skip
    details = _block_means(fine[step - 1 : 1 - step, step - 1 : 1 - step] ** 2)
    forms = _block_means(coarse**2)
    if not len(forms):
        return 0.0
    telling = forms >= np.quantile(forms, 0.7)
    return float(np.quantile(0.5 * np.log((details[telling] + 1e-7) / (forms[telling] + 1e-5)), 0.7))


def _block_means(values: np.ndarray) -> np.ndarray:
    """(B,) means of squares of _BLOCK pixels."""
    rows, columns = (side // _BLOCK for side in values.shape)
    if not rows or not columns:
        return values.mean(keepdims=True).ravel() if values.size else np.zeros(0, np.float32)
    cut = values[: rows * _BLOCK, : columns * _BLOCK].reshape(rows, _BLOCK, columns, _BLOCK)
    return cut.mean(axis=(1, 3)).ravel()


def _border(pixels: np.ndarray) -> float:
    """Share of the picture that is a frame of one colour, seen from its edges."""
    height, width = pixels.shape[:2]
    colour = np.median(np.concatenate([pixels[0], pixels[-1], pixels[:, 0], pixels[:, -1]]), axis=0)
    is_other = np.abs(pixels - colour).max(axis=2) > 0.06
    rows = np.flatnonzero(is_other.mean(axis=1) > 0.02)
    columns = np.flatnonzero(is_other.mean(axis=0) > 0.02)
    if not len(rows) or not len(columns):
        return 1.0
    inside = (rows[-1] - rows[0] + 1) * (columns[-1] - columns[0] + 1)
    return float(1 - inside / (height * width))


def _flatness(pixels: np.ndarray) -> float:
    """Share of the pixels that have one of the two commonest colours, of 4,096: high in drawings, logos and text."""
    levels = (pixels * 15.999).astype(np.int32)
    codes = (levels[..., 0] * 16 + levels[..., 1]) * 16 + levels[..., 2]
    counts = np.bincount(codes.ravel(), minlength=4096)
    return float(np.partition(counts, -2)[-2:].sum() / codes.size)


def _edges(grey: np.ndarray) -> float:
    """Share of pixels at a hard step from light to dark."""
    steps = np.abs(np.diff(grey, axis=1)) > 0.25
    return float(steps.mean())


def _measured(project: Project, pictures: list[Picture]) -> Iterator[tuple[list[Picture], np.ndarray]]:
    """Batches in order, a few ahead, each on a core of its own."""
    pool = ThreadPoolExecutor(available_cpus(), thread_name_prefix="looks")
    queue: deque[tuple[list[Picture], Future[np.ndarray]]] = deque()
    try:
        for start in range(0, len(pictures), _BATCH):
            batch = pictures[start : start + _BATCH]
            queue.append((batch, pool.submit(_measure_batch, project, batch)))
            if len(queue) > 2 * available_cpus():
                done, records = queue.popleft()
                yield done, records.result()
        while queue:
            done, records = queue.popleft()
            yield done, records.result()
    finally:
        pool.shutdown(wait=True, cancel_futures=True)


def _measure_batch(project: Project, pictures: list[Picture]) -> np.ndarray:
    records = np.zeros(len(pictures), LOOKS)
    for i, picture in enumerate(pictures):
        try:
            image, camera = read_with_camera(project.file(picture), _SIDE_PX)
        except (ImageError, OSError):
            continue  # the embeddings say why it cannot be read
        records[i] = look_at(image, camera)
    return records
