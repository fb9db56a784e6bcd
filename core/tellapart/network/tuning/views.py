"""What the earlier blocks give for several views of each picture, or the views themselves where all layers learn, kept
in a memory-mapped file: they are made once, and all folds learn from it.

One view is the picture as the network sees it in use. The others are varied, see varied.py: usually crops of 35 to
100 % of it, mirrored or not, lighter or darker, with more or less contrast; and smaller, since what is in a crop looks
larger than it does in the whole picture. Source: Touvron et al. 2019, "Fixing the train-test resolution discrepancy"
(arXiv:1906.06423).
"""

from __future__ import annotations

import json
import os
import time
from collections import deque
from collections.abc import Callable, Iterator, Mapping, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass
from hashlib import sha256
from pathlib import Path
from typing import Any, BinaryIO

import numpy as np
import onnxruntime

from tellapart import atomic_files
from tellapart.backbones.lite0.graph import first_blocks_onnx
from tellapart.backbones.lite0.weights import read_weights, weights_file
from tellapart.backbones.onnx_session import available_cpus, open_session
from tellapart.errors import BackboneError, ImageError, TrainError
from tellapart.network.tuning.steps import TuningSettings, Views
from tellapart.network.tuning.varied import views_of
from tellapart.pictures.boundary import one_picture
from tellapart.pictures.preprocess import Preprocess
from tellapart.planning.variation import USUAL, Variation

_AHEAD = 2  # pictures in work for each core
_NOTED_EVERY_S = 8.0  # how far the views are, for one that is killed


@dataclass(frozen=True)
class PictureFile:
    """A picture by its file and by the sha256 of what the file must hold."""

    path: Path
    image_id: str


@dataclass(frozen=True)
class ViewMaker:
    """Makes the views of pictures. session: of `lite0.graph.first_blocks_onnx`, one thread a call; None for views that
    are pixels. side_px: of varied views. variation: how they differ."""

    session: onnxruntime.InferenceSession | None
    preprocess: Preprocess
    n_views: int
    side_px: int
    seed: int
    variation: Variation = USUAL

    @property
    def dtype(self) -> type[np.float16] | type[np.uint8]:
        """Of the views."""
        return np.uint8 if self.session is None else np.float16

    def of(self, file: PictureFile) -> np.ndarray:
        """(F + V * G,), the plain view and the varied ones.

        Raises:
            TrainError: the file is gone, changed or cannot be read.
        """
        try:
            data = file.path.read_bytes()
        except OSError as error:
            raise _gone(file, os.strerror(error.errno) if error.errno else str(error)) from error
        if sha256(data).hexdigest() != file.image_id:
            raise _gone(file, "its content is another one")
        try:
            with one_picture():
                pixels = views_of(
                    data,
                    file.image_id,
                    self.preprocess,
                    self.side_px,
                    self.n_views,
                    self.variation,
                    self.seed,
                )
        except ImageError as error:
            raise _gone(file, str(error)) from error
        return np.concatenate([self._numbers(one) for one in pixels])

    def apart(self, rows: np.ndarray) -> Views:
        """(N, F + V * G), as of `of`, as views; nothing is copied."""
        side = self.preprocess.size_px
        n_plain = len(self._numbers(np.zeros((side, side, 3), np.uint8)))
        return Views(rows[:, :n_plain], rows[:, n_plain:].reshape(len(rows), self.n_views, -1))

    def _numbers(self, pixels: np.ndarray) -> np.ndarray:
        if self.session is None:
            return pixels.ravel()
        # one at a time: what passes between layers then stays in a core's cache
        return np.asarray(self.session.run(["embeddings"], {"pixels": pixels[None]})[0][0], np.float16)


def view_maker(backbone: Mapping[str, Any], settings: TuningSettings) -> ViewMaker:
    """For the layers that learn.

    Args:
        backbone: lite0.keeping.record().
    Raises:
        BackboneError: its weights are not at hand.
    """
    preprocess = Preprocess.from_json(dict(backbone["preprocess"]))
    session = None
    if settings.first:
        content = first_blocks_onnx(read_weights(weights_file()), settings.first, backbone["averaged_blocks"])
        session = open_session(content, BackboneError, n_threads=1, keeps_memory=True)
    side_px = settings.side_px or preprocess.size_px
    return ViewMaker(session, preprocess, settings.n_views, side_px, settings.seed, settings.variation)


def kept_views(
    path: Path, files: Sequence[PictureFile], maker: ViewMaker, tell: Callable[[int], None]
) -> Views:
    """The views of all pictures, memory-mapped, from the file where they lie there, whole; where an earlier training
    was stopped, from there on.

    Args:
        tell: is told how many pictures are done; may raise.
    Raises:
        TrainError: a picture is gone or cannot be read. OSError: the disk does not take them.
    """
    if not path.is_file():
        beside = path.with_name(f".{path.name}.part")
        note = beside.with_suffix(".json")
        n_before, n_bytes = _noted(note, beside, len(files))
        with beside.open(
            "r+b" if n_before else "wb"
        ) as out:  # written, not mapped: a full disk is then no crash
            out.truncate(n_bytes)
            out.seek(n_bytes)
            noted_at = time.monotonic()
            for n_done, views in enumerate(views_made(files[n_before:], maker), n_before + 1):
                out.write(views.tobytes())
                if time.monotonic() - noted_at >= _NOTED_EVERY_S:
                    _note(note, out, n_done)
                    noted_at = time.monotonic()
                try:
                    tell(n_done)
                except BaseException:
                    _note(note, out, n_done)
                    raise
            out.flush()
            os.fsync(out.fileno())
        atomic_files.replace(beside, path)
        note.unlink(missing_ok=True)
    return maker.apart(np.memmap(path, maker.dtype, "r").reshape(len(files), -1))


def _note(note: Path, out: BinaryIO, n_done: int) -> None:
    """Write down how many pictures are surely on the disk, and where their views end."""
    out.flush()
    os.fsync(out.fileno())
    atomic_files.write_json(note, [n_done, out.tell()])


def _noted(note: Path, views: Path, n: int) -> tuple[int, int]:
    """What `_note` has written of this file of n pictures; (0, 0) where nothing is to be had."""
    try:
        n_done, n_bytes = map(int, json.loads(note.read_text("utf-8")))
        is_there = 0 <= n_done <= n and 0 <= n_bytes <= views.stat().st_size
    except (OSError, ValueError, TypeError, OverflowError, RecursionError):
        return 0, 0
    return (n_done, n_bytes) if is_there else (0, 0)


def views_made(files: Sequence[PictureFile], maker: ViewMaker) -> Iterator[np.ndarray]:
    """The views of each picture, as of `ViewMaker.of`, in their order; all cores make them.

    Raises:
        TrainError: a picture is gone or cannot be read.
    """
    pool = ThreadPoolExecutor(available_cpus(), thread_name_prefix="views")
    queue: deque[Future[np.ndarray]] = deque()
    try:
        for file in files:
            queue.append(pool.submit(maker.of, file))
            if len(queue) > _AHEAD * available_cpus():
                yield queue.popleft().result()
        while queue:
            yield queue.popleft().result()
    finally:
        pool.shutdown(wait=True, cancel_futures=True)


def _gone(file: PictureFile, reason: str) -> TrainError:
    return TrainError(
        f"{file.path.name} was removed or changed while training ({reason}). Start the training again: it uses the "
        "pictures that are there then."
    )
