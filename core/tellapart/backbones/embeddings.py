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

import numpy as np
import onnxruntime
import PIL
from PIL import Image

from tellapart.backbones.catalogue import Backbone
from tellapart.backbones.embedding_cache import TINY_SIDE, EmbeddingCache, drop_older
from tellapart.backbones.onnx_session import available_cpus, open_session
from tellapart.errors import BackboneError, ImageError, Skipped
from tellapart.pictures.boundary import one_picture
from tellapart.pictures.images import read_image, square_of
from tellapart.pictures.preprocess import Preprocess
from tellapart.progress import Doing, Progress, Step, silent
from tellapart.store.manifest import Picture
from tellapart.store.project import Project
from tellapart.store.sqlite.database_errors import explained
from tellapart.store.sqlite.outdated_rows import decoder_version, drop_outdated

_IN_A_ROW = 8  # pictures that a core decodes before the network looks at them: the decoder stays in its cache
_AT_ONCE = 2  # that the network looks at: for more, what passes between layers leaves the cache
_WRITE_EVERY_S = 0.5  # a write takes a core as long as a small picture
_CODE_VERSION = 3  # raise it when decoding or the row layout changes; what older ones cached is then dropped


@dataclass(frozen=True)
class Embeddings:
    """Embeddings of pictures in the order asked for, those that could not be read left out.

    array: (N, D) float32, through float16. tiny: (N, 16, 16, 3) uint8, the pixels the network saw, made small.
    decode_s, embed_s: seconds of all cores together, over their number; both 0 for cached rows.
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


def cache_of(project: Project, backbone: Backbone) -> tuple[EmbeddingCache, int]:
    """What a backbone gave for a project's pictures so far, to be closed by the caller, and how many bytes of an older
    version's rows were removed.

    Raises:
        OSError, sqlite3.Error: the folder cannot be written.
    """
    folder, key = project.cache_dir / "embeddings", f"v{_CODE_VERSION}-{cache_key(backbone)}"
    seen_as = f"{backbone.onnx_sha256} {backbone.preprocess.to_json()}"
    n_bytes = drop_older(folder, _CODE_VERSION)
    n_bytes += drop_outdated(folder, key, seen_as, [_CODE_VERSION, *decoder_version()])
    return EmbeddingCache(folder, key, backbone.embedding_size), n_bytes


def embed(
    project: Project, backbone: Backbone, pictures: Sequence[Picture], progress: Progress = silent
) -> Embeddings:
    """The embeddings of these pictures, computing and caching those that are not there yet.

    Raises:
        BackboneError: ONNX Runtime cannot open or run the backbone.
        ProjectError: the cache cannot be written.
        Cancelled: from `progress`; what was computed stays cached.
    """
    with explained(project.db_path):
        cache, n_bytes = cache_of(project, backbone)
    with explained(project.db_path), cache:
        if n_bytes:
            said = f"Deleted {n_bytes / 1e6:.1f} MB of cache from an older version"
            progress(0, 0, Doing(Step.CLEARING, said, n_bytes=n_bytes))
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


def embed_once(
    project: Project, backbone: Backbone, pictures: Sequence[Picture], progress: Progress = silent
) -> Embeddings:
    """The same for a backbone of one model alone: nothing is read from the cache or put there.

    Raises:
        BackboneError: ONNX Runtime cannot open or run the backbone.
        Cancelled: from `progress`.
    """
    open_backbone(backbone)
    batches, done = [], 0
    for batch in _embedded(project, backbone, list(pictures)):
        batches.append(batch)
        done += len(batch.image_ids) + len(batch.skipped)
        progress(done, len(pictures), Doing(Step.LOOKING, f"Analysed {done} of {len(pictures)} pictures"))
    limit = float(np.finfo(np.float16).max)
    array = np.concatenate([batch.array for batch in batches])
    return Embeddings(
        image_ids=tuple(image_id for batch in batches for image_id in batch.image_ids),
        array=np.clip(array, -limit, limit).astype(np.float16).astype(np.float32),
        tiny=np.concatenate([batch.tiny for batch in batches]),
        skipped=tuple(one for batch in batches for one in batch.skipped),
        n_computed=sum(len(batch.image_ids) for batch in batches),
        decode_s=sum(batch.decode_s for batch in batches) / available_cpus(),
        embed_s=sum(batch.embed_s for batch in batches) / available_cpus(),
    )


def embed_pixels(backbone: Backbone, pixels: np.ndarray) -> np.ndarray:
    """(N, D) float32 embeddings of (N, H, W, 3) uint8 pixels, not cached.

    Raises:
        BackboneError: ONNX Runtime cannot open the backbone.
    """
    return np.asarray(_session(backbone).run(["embeddings"], {"pixels": pixels})[0])


def open_backbone(backbone: Backbone) -> None:
    """Open it for the calls that follow, before threads ask for it or while something else is done.

    Raises:
        BackboneError: ONNX Runtime cannot open the backbone.
    """
    _session(backbone)


@lru_cache(maxsize=1)
def _session(backbone: Backbone) -> onnxruntime.InferenceSession:
    return open_session(backbone.onnx, BackboneError, n_threads=1, keeps_memory=True)


def _compute(
    project: Project,
    backbone: Backbone,
    pictures: list[Picture],
    cache: EmbeddingCache,
    skipped: list[Skipped],
    progress: Progress,
) -> tuple[float, float]:
    progress(0, len(pictures), Doing(Step.LOOKING, f"Analysing {len(pictures)} pictures"))
    open_backbone(backbone)
    decode_s = embed_s = 0.0
    done = 0
    waiting: list[_PixelBatch] = []
    written = time.monotonic()
    try:
        for batch in _embedded(project, backbone, pictures):
            waiting.append(batch)
            if time.monotonic() - written > _WRITE_EVERY_S:
                _write(cache, waiting)
                written = time.monotonic()
            skipped += batch.skipped
            decode_s += batch.decode_s / available_cpus()
            embed_s += batch.embed_s / available_cpus()
            done += len(batch.image_ids) + len(batch.skipped)
            said = f"Analysed {done} of {len(pictures)} pictures"
            progress(done, len(pictures), Doing(Step.LOOKING, said))
    finally:  # cancelled or not, what was computed stays
        _write(cache, waiting)
    return decode_s, embed_s


def _write(cache: EmbeddingCache, waiting: list[_PixelBatch]) -> None:
    """Cache what is waiting, which then waits no longer."""
    batches = waiting.copy()
    waiting.clear()  # first: after an error, it isn't tried again
    image_ids = [image_id for batch in batches for image_id in batch.image_ids]
    if image_ids:
        array = np.concatenate([batch.array for batch in batches])
        cache.append(image_ids, array, np.concatenate([batch.tiny for batch in batches]))


@dataclass(frozen=True)
class _PixelBatch:
    image_ids: list[str]
    array: np.ndarray
    tiny: np.ndarray
    skipped: list[Skipped]
    decode_s: float
    embed_s: float


def _embedded(project: Project, backbone: Backbone, pictures: list[Picture]) -> Iterator[_PixelBatch]:
    """Batches in order, a few ahead. Each core takes a batch from file to embedding: Pillow and ONNX Runtime both let
    go of the interpreter, and no core waits for another within a picture."""
    pool = ThreadPoolExecutor(available_cpus(), thread_name_prefix="embed")
    queue: deque[Future[_PixelBatch]] = deque()
    try:
        for some in _parts(pictures):
            queue.append(pool.submit(_embed_batch, project, backbone, some))
            if len(queue) > 2 * available_cpus():
                yield queue.popleft().result()
        while queue:
            yield queue.popleft().result()
    finally:
        pool.shutdown(wait=True, cancel_futures=True)


def _parts(pictures: list[Picture]) -> Iterator[list[Picture]]:
    """Pictures for one core at a time; few towards the end, where it would else leave the others without work."""
    start = 0
    while start < len(pictures):
        n = (len(pictures) - start) // (2 * available_cpus())
        n = min(_IN_A_ROW, max(_AT_ONCE, n))
        yield pictures[start : start + n]
        start += n


def _embed_batch(project: Project, backbone: Backbone, pictures: list[Picture]) -> _PixelBatch:
    clock = time.perf_counter()
    decoded = [_decode(project, picture, backbone.preprocess) for picture in pictures]
    good = [one for one in decoded if not isinstance(one, Skipped)]
    decode_s = time.perf_counter() - clock
    clock = time.perf_counter()
    array = np.empty((len(good), backbone.embedding_size), np.float32)
    for at in range(0, len(good), _AT_ONCE):
        pixels = np.stack([one.pixels for one in good[at : at + _AT_ONCE]])  # (B, H, W, 3)
        array[at : at + _AT_ONCE] = embed_pixels(backbone, pixels)
    return _PixelBatch(
        image_ids=[one.image_id for one in good],
        array=array,
        tiny=np.array([one.tiny for one in good], np.uint8).reshape(-1, TINY_SIDE, TINY_SIDE, 3),
        skipped=[one for one in decoded if isinstance(one, Skipped)],
        decode_s=decode_s,
        embed_s=time.perf_counter() - clock,
    )


@dataclass(frozen=True)
class _Decoded:
    image_id: str
    pixels: np.ndarray
    tiny: np.ndarray


def _decode(project: Project, picture: Picture, preprocess: Preprocess) -> _Decoded | Skipped:
    try:
        data = project.file(picture).read_bytes()
        if sha256(data).hexdigest() != picture.image_id:
            return Skipped(
                picture.path,
                "changed on disk since it was added; move it out of the folder and add it again",
            )
        with one_picture():
            square = square_of(read_image(data, preprocess.resize_px, preprocess.pixels), preprocess)
            tiny = square.resize((TINY_SIDE, TINY_SIDE), Image.Resampling.BOX)
            return _Decoded(picture.image_id, np.asarray(square), np.asarray(tiny))
    except OSError as error:
        return Skipped(picture.path, f"cannot be read ({os.strerror(error.errno) if error.errno else error})")
    except ImageError as error:
        return Skipped(picture.path, str(error))
