"""Embeddings of a project's pictures: decoded on threads while ONNX Runtime works, and cached on disk."""

from __future__ import annotations

import json
import os
import time
from collections import deque
from collections.abc import Iterator, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass
from functools import lru_cache
from hashlib import sha256
from pathlib import Path

import numpy as np
import onnxruntime
import PIL
from PIL import Image

from tellapart.backbones import Backbone
from tellapart.embedding_cache import TINY_SIDE, EmbeddingCache
from tellapart.errors import BackboneError, ImageError, Skipped
from tellapart.images import load_pixels
from tellapart.manifest import Picture, explained
from tellapart.onnx_session import available_cpus, open_session
from tellapart.preprocess import Preprocess
from tellapart.progress import Progress, silent
from tellapart.project import Project

_BATCH = 16
_BATCHES_AHEAD = 3
_CODE_VERSION = 1  # raise it when decoding or the row layout changes


@dataclass(frozen=True)
class Embeddings:
    """Embeddings of pictures in the order asked for, those that could not be read left out.

    array: (N, D) float32, through float16. tiny: (N, 16, 16, 3) uint8, the pixels the network saw, made small.
    decode_s: seconds spent waiting for decoded pictures; embed_s: inside ONNX Runtime; both 0 for cached rows.
    """

    image_ids: tuple[str, ...]
    array: np.ndarray
    tiny: np.ndarray
    skipped: tuple[Skipped, ...]
    n_computed: int
    decode_s: float
    embed_s: float


def cache_key(backbone: Backbone) -> str:
    """Of everything that changes the value of an embedding: weights, preprocessing, decoder, row layout."""
    parts = [backbone.onnx_sha256, backbone.preprocess.to_json(), PIL.__version__, _CODE_VERSION]
    return sha256(json.dumps(parts, sort_keys=True).encode()).hexdigest()[:32]


def embed(
    project: Project, backbone: Backbone, pictures: Sequence[Picture], progress: Progress = silent
) -> Embeddings:
    """The embeddings of these pictures, computing and caching those that are not there yet.

    Raises:
        BackboneError: ONNX Runtime cannot open or run the backbone.
        ProjectError: the cache cannot be written.
        Cancelled: from `progress`; what was computed stays cached.
    """
    folder = project.cache_dir / "embeddings"
    with (
        explained(project.db_path),
        EmbeddingCache(folder, cache_key(backbone), backbone.embedding_size) as cache,
    ):
        rows = cache.find([picture.image_id for picture in pictures])
        missing = [picture for picture, row in zip(pictures, rows, strict=True) if row < 0]
        skipped: list[Skipped] = []
        decode_s = embed_s = 0.0
        if missing:
            decode_s, embed_s = _compute(project, backbone, missing, cache, skipped, progress)
            rows = cache.find([picture.image_id for picture in pictures])
        there = np.flatnonzero(rows >= 0)
        array, tiny = cache.read(rows[there])
        image_ids = tuple(pictures[i].image_id for i in there.tolist())
        return Embeddings(
            image_ids, array, tiny, tuple(skipped), len(missing) - len(skipped), decode_s, embed_s
        )


def embed_pixels(backbone: Backbone, pixels: np.ndarray) -> np.ndarray:
    """(N, D) float32 embeddings of (N, H, W, 3) uint8 pixels, not cached.

    Raises:
        BackboneError: ONNX Runtime cannot open the backbone.
    """
    return np.asarray(_session(backbone).run(["embeddings"], {"pixels": pixels})[0])


@lru_cache(maxsize=1)
def _session(backbone: Backbone) -> onnxruntime.InferenceSession:
    return open_session(backbone.onnx_path, BackboneError)


def miniature(pixels: np.ndarray) -> np.ndarray:
    """(16, 16, 3) uint8 from the square a network sees."""
    return np.asarray(Image.fromarray(pixels).resize((TINY_SIDE, TINY_SIDE), Image.Resampling.BOX))


def _compute(
    project: Project,
    backbone: Backbone,
    pictures: list[Picture],
    cache: EmbeddingCache,
    skipped: list[Skipped],
    progress: Progress,
) -> tuple[float, float]:
    progress(0, len(pictures), f"Looking at {len(pictures)} pictures")
    decode_s = embed_s = 0.0
    done = 0
    clock = time.perf_counter()
    for batch in _decoded(project, pictures, backbone.preprocess):
        decode_s += time.perf_counter() - clock
        skipped += [one for one in batch if isinstance(one, Skipped)]
        good = [one for one in batch if not isinstance(one, Skipped)]
        clock = time.perf_counter()
        if good:
            pixels = np.stack([one.pixels for one in good])  # (B, H, W, 3) uint8
            array = embed_pixels(backbone, pixels)
            cache.append([one.image_id for one in good], array, np.stack([one.tiny for one in good]))
        embed_s += time.perf_counter() - clock
        done += len(batch)
        progress(done, len(pictures), f"Looked at {done} of {len(pictures)} pictures")
        clock = time.perf_counter()
    return decode_s, embed_s


@dataclass(frozen=True)
class _Decoded:
    image_id: str
    pixels: np.ndarray
    tiny: np.ndarray


def _decoded(
    project: Project, pictures: list[Picture], preprocess: Preprocess
) -> Iterator[list[_Decoded | Skipped]]:
    """Batches in order, a few decoded ahead on threads (Pillow lets go of the interpreter while it decodes)."""
    pool = ThreadPoolExecutor(available_cpus(), thread_name_prefix="decode")
    queue: deque[list[Future[_Decoded | Skipped]]] = deque()
    try:
        for start in range(0, len(pictures), _BATCH):
            batch = pictures[start : start + _BATCH]
            queue.append(
                [pool.submit(_decode, project.file(picture), picture, preprocess) for picture in batch]
            )
            if len(queue) > _BATCHES_AHEAD:
                yield [future.result() for future in queue.popleft()]
        while queue:
            yield [future.result() for future in queue.popleft()]
    finally:
        pool.shutdown(wait=True, cancel_futures=True)


def _decode(path: Path, picture: Picture, preprocess: Preprocess) -> _Decoded | Skipped:
    try:
        data = path.read_bytes()
        if sha256(data).hexdigest() != picture.image_id:
            return Skipped(
                picture.path,
                "changed on disk since it was taken in; take it out of the folder and add it again",
            )
        pixels = load_pixels(data, preprocess)
    except OSError as error:
        return Skipped(picture.path, f"cannot be read ({os.strerror(error.errno) if error.errno else error})")
    except ImageError as error:
        return Skipped(picture.path, str(error))
    return _Decoded(picture.image_id, pixels, miniature(pixels))
