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

from tellapart.backbones.onnx_session import available_cpus
from tellapart.errors import ImageError
from tellapart.pictures.boundary import one_picture
from tellapart.pictures.images import read_with_camera
from tellapart.progress import Doing, Progress, Step, silent
from tellapart.store.manifest import Picture
from tellapart.store.project import Project
from tellapart.store.sqlite.database_errors import explained
from tellapart.store.sqlite.outdated_rows import decoder_version, drop_outdated
from tellapart.store.sqlite.row_cache import RowCache

MEASURES = (
    "dark_end",
    "bright_end",
    "contrast",
    "sharpness",
    "colour",
    "frame",
    "flat",
    "steps",
    "lines",
    "plain",
)
LOOKS = np.dtype([(name, "<f4") for name in MEASURES] + [("camera", "<u4"), ("is_known", "u1")])
_SIDE_PX = 160  # the shorter side while measuring: about what a person sees in the grid and a network gets
_MAX_LONG_PX = 640
_BATCH = 16
_BLOCK = 20
_FEW_PIXELS = 200
_SAME = 4  # grey levels, between pixels of one colour after compression
_HARD = (
    40  # grey levels from one pixel to the next but one: a line that was drawn, or two pictures side by side
)
_N_PARTS = 5  # of a line, each of which has to be there
_FAINT = 0.2  # of a part; not worth looking around
_AROUND = 4  # pixels on either side of a line, which show what is usual there
_STEP, _NEARLY = 25, 0.8  # grey levels between neighbouring pixels; of the hardest step around
_EXACT = 0.75  # how much of a line's exactness counts
_BESIDE = 0.04  # of a side; so near the edge of the picture a line is a frame
_ROUNDING = 20 / 12 / 255**2  # what rounding grey levels alone adds to squared fine detail
_CODE_VERSION = 5  # raise it when a measure or decoding changes


def measure_looks(project: Project, pictures: Sequence[Picture], progress: Progress = silent) -> np.ndarray:
    """(N,) records of LOOKS, is_known 0 for pictures that cannot be read; measures and caches what is missing.

    Raises:
        ProjectError: the cache cannot be written.
        Cancelled: from `progress`; what was measured stays cached.
    """
    ids = [picture.image_id for picture in pictures]
    with explained(project.db_path), looks_cache(project) as cache:
        rows = cache.find(ids)
        missing = [picture for picture, row in zip(pictures, rows, strict=True) if row < 0]
        done = 0
        for batch, records in _measured(project, missing):
            known = records["is_known"] == 1
            cache.add(
                [one.image_id for one, is_known in zip(batch, known, strict=True) if is_known], records[known]
            )
            done += len(batch)
            said = f"Checked the quality of {done} of {len(missing)} pictures"
            progress(done, len(missing), Doing(Step.MEASURING, said))
        rows = cache.find(ids) if missing else rows
        looks = np.zeros(len(pictures), LOOKS)
        looks[rows >= 0] = cache.records(rows[rows >= 0])
    return looks


def looks_cache(project: Project) -> RowCache:
    """What was measured so far, by image_id."""
    key = sha256(json.dumps([PIL.__version__, _CODE_VERSION, LOOKS.descr]).encode()).hexdigest()[:32]
    folder = project.cache_dir / "looks"
    drop_outdated(folder, key, "looks", [_CODE_VERSION, *decoder_version()])
    return RowCache(folder, key, LOOKS)


def look_at(image: Image.Image, camera: str = "") -> np.ndarray:
    """One record of LOOKS, () structured, of an upright RGB picture."""
    scale = min(_SIDE_PX / min(image.size), _MAX_LONG_PX / max(image.size))
    size = (max(8, round(image.width * scale)), max(8, round(image.height * scale)))
    small = image.resize(size, Image.Resampling.BILINEAR)
    grey = np.asarray(small.convert("L"))
    planes = [np.asarray(plane) for plane in small.split()]
    chroma = np.maximum(np.maximum(*planes[:2]), planes[2]) - np.minimum(np.minimum(*planes[:2]), planes[2])
    edges = [np.concatenate([one[0], one[-1], one[:, 0], one[:, -1]]) for one in planes]
    colour = [float(np.median(edge)) for edge in edges]
    is_thing = _differs(planes, colour)
    record = np.zeros((), LOOKS)
    dark_end, p05, p95, bright_end = _levels(grey, (0.01, 0.05, 0.95, 0.99))
    record["dark_end"], record["bright_end"], record["contrast"] = dark_end, bright_end, p95 - p05
    (record["colour"],) = _levels(chroma, (0.995,))
    record["sharpness"] = _sharpness(grey.astype(np.float32) / 255)
    rows, columns = _extent(is_thing, axis=1), _extent(is_thing, axis=0)
    record["frame"] = 1 - (rows[1] - rows[0]) * (columns[1] - columns[0]) / is_thing.size
    record["lines"] = max(_line(planes, columns), _line([plane.T for plane in planes], rows))
    record["plain"] = _plain(edges, colour)
    record["flat"], record["steps"] = _drawn(grey.astype(np.int16), is_thing)
    record["camera"] = int.from_bytes(sha256(camera.encode()).digest()[:4], "little") if camera else 0
    record["is_known"] = 1
    return record


def _levels(values: np.ndarray, shares: tuple[float, ...]) -> np.ndarray:
    """Quantiles of bytes, as 0 to 1."""
    below = np.cumsum(np.bincount(values.ravel(), minlength=256)) / values.size
    return np.searchsorted(below, shares) / 255


def _differs(planes: list[np.ndarray], colour: list[float]) -> np.ndarray:
    """(H, W) bool: where the picture is not of the colour of its edges."""
    found = np.zeros(planes[0].shape, bool)
    for plane, level in zip(planes, colour, strict=True):
        found |= np.abs(plane.astype(np.int16) - int(level)) > 15
    return found


def _plain(edges: list[np.ndarray], colour: list[float]) -> float:
    """Share of the outermost pixels that have one and the same colour: what is cut out or drawn stands before such a
    ground, and even a clear sky has no such one."""
    same = [
        np.abs(edge.astype(np.int16) - int(level)) <= _SAME for edge, level in zip(edges, colour, strict=True)
    ]
    return float(np.logical_and.reduce(same).mean())


def _sharpness(grey: np.ndarray) -> float:
    """Fine detail where there is most to see, in shares of the contrast there, as a logarithm: a sharp thing before a
    soft background is sharp, and a sharp picture of fog is not blurred."""
    fine = 4 * grey[1:-1, 1:-1] - grey[:-2, 1:-1] - grey[2:, 1:-1] - grey[1:-1, :-2] - grey[1:-1, 2:]
    inner = grey[1:-1, 1:-1]
    forms = _block_means(inner**2) - _block_means(inner) ** 2
    if not len(forms):
        return 0.0
    details = np.maximum(_block_means(fine**2) - _ROUNDING, 0)
    telling = forms >= np.quantile(forms, 0.7)
    return float(np.quantile(0.5 * np.log((details[telling] + 1e-6) / (forms[telling] + 1e-4)), 0.7))


def _block_means(values: np.ndarray) -> np.ndarray:
    """(B,) means over squares of _BLOCK pixels."""
    rows, columns = (side // _BLOCK for side in values.shape)
    if not rows or not columns:
        return values.mean(keepdims=True).ravel() if values.size else np.zeros(0, np.float32)
    cut = values[: rows * _BLOCK, : columns * _BLOCK]
    sums = np.add.reduceat(np.add.reduceat(cut, np.arange(0, cut.shape[1], _BLOCK), axis=1),
                           np.arange(0, cut.shape[0], _BLOCK), axis=0)  # fmt: skip
    return np.asarray(sums.ravel() / _BLOCK**2)


def _extent(is_thing: np.ndarray, axis: int) -> tuple[int, int]:
    """First row (axis 1) or column (axis 0) that has not the colour of the edges all along, and the one after the
    last."""
    found = np.flatnonzero(is_thing.mean(axis=axis) > 0.02)
    return (int(found[0]), int(found[-1]) + 1) if len(found) else (0, 0)


def _line(planes: list[np.ndarray], extent: tuple[int, int]) -> float:
    """How whole the straightest hard line from top to bottom is, within the columns `extent`: of five parts of it the
    share of the least one. The borders between two pictures in one and strips for text are such lines; edges in
    photographs end somewhere, and those as straight as a hem or a horizon still step from one row of pixels to the
    next."""
    height, width = planes[0].shape
    beside = max(3, int(_BESIDE * width))
    first, last = max(extent[0] + _AROUND, beside), min(extent[1] - _AROUND, width - beside)
    if height < _BLOCK or last - first < 2 * _AROUND:
        return 0.0
    is_hard = np.zeros((height, width - 2), bool)
    for plane in planes:
        left, right = plane[:, :-2], plane[:, 2:]
        is_hard |= np.maximum(left, right) - np.minimum(left, right) > _HARD
    starts = np.arange(_N_PARTS) * height // _N_PARTS
    lengths = np.diff(starts, append=height)
    shares = np.add.reduceat(is_hard, starts, axis=0, dtype=np.float32) / lengths[:, None]  # (5, width - 2)
    best = 0.0
    for column in first - 1 + np.flatnonzero(shares[:, first - 1 : last - 1].min(axis=0) > _FAINT):
        around = shares[:, max(0, column - _AROUND) : column + _AROUND + 1]
        whole = float((shares[:, column] - np.median(around, axis=1)).min())
        if whole > best:
            best = max(best, min(whole, _EXACT * _exactness(planes, int(column) + 1, starts)))
    return best


def _exactness(planes: list[np.ndarray], column: int, starts: np.ndarray) -> float:
    """In what share of the rows the hardest step around a column is between the same two pixels, in the part of the
    line where that is so least."""
    first, last = max(1, column - 3), column + 4
    pairs = [(plane[:, first:last], plane[:, first - 1 : last - 1]) for plane in planes]
    steps = np.maximum.reduce([np.maximum(*pair) - np.minimum(*pair) for pair in pairs])
    is_there = (steps > _STEP) & (steps >= _NEARLY * steps.max(axis=1, keepdims=True))
    lengths = np.diff(starts, append=len(steps))
    shares = np.add.reduceat(is_there, starts, axis=0, dtype=np.float32) / lengths[:, None]
    return float(shares.min(axis=0).max())


def _drawn(grey: np.ndarray, is_thing: np.ndarray) -> tuple[float, float]:
    """Shares of the thing's pixels (background left out) without any change around them, as in drawings, and at a
    hard step from light to dark, as in drawings and text."""
    across = np.abs(grey[1:-1, 2:] - grey[1:-1, :-2])
    down = np.abs(grey[2:, 1:-1] - grey[:-2, 1:-1])
    change = np.maximum(across, down)[is_thing[1:-1, 1:-1]]
    if len(change) < _FEW_PIXELS:
        return 0.0, 0.0
    return float((change < 3).mean()), float((change > 76).mean())


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
            with one_picture():
                records[i] = look_at(*read_with_camera(project.file(picture), _SIDE_PX))
        except ImageError:
            continue  # the embeddings say why it cannot be read
    return records
