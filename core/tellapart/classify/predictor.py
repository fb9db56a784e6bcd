"""Predictor: what a bundle says about pictures."""

from __future__ import annotations

import os
from collections.abc import Iterable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from itertools import islice
from pathlib import Path

import numpy as np
from PIL import Image

from tellapart.backbones.freed_memory import give_back_memory
from tellapart.bundle.loading import Bundle, load_bundle
from tellapart.errors import ImageError
from tellapart.pictures.boundary import one_picture
from tellapart.pictures.images import (
    load_pixels,
    pixels_of,
    read_given,
    read_image,
    small_jpeg,
    thumbnail_jpeg,
)
from tellapart.words.percents import likeliest

_BATCH = 16

Picture = Path | str | bytes | Image.Image | np.ndarray


@dataclass(frozen=True)
class Prediction:
    """label: the likeliest class; index: its place in the classes; probabilities: of every class, in class order,
    sum 1; is_none_of_these: the picture is unlike all of them, so the label should not be believed. sketch: of the
    embedding, where that was asked for, see `Bundle.run_with_sketches`."""

    label: str
    index: int
    probabilities: dict[str, float]
    is_none_of_these: bool
    sketch: tuple[float, ...] = ()

    @property
    def confidence(self) -> float:
        """Probability of the label, 0 to 1."""
        return self.probabilities[self.label]

    def top(self, k: int = 3) -> list[tuple[str, float]]:
        """The k likeliest classes with their probabilities, likeliest first; ties keep class order."""
        return sorted(self.probabilities.items(), key=lambda item: -item[1])[:k]

    def __str__(self) -> str:
        listed = likeliest(self.probabilities)
        return f"none of these (nearest: {listed})" if self.is_none_of_these else listed


@dataclass(frozen=True)
class Shown:
    """A prediction and a small JPEG of its picture."""

    prediction: Prediction
    thumbnail: bytes


class Predictor:
    """A loaded bundle, ready for pictures: paths, bytes, Pillow images or NumPy arrays (see `image_of`).

    n_threads, is_own, keeps_memory, gives_sketches: see `load_bundle`.

    Raises:
        BundleError: the bundle cannot be used; see `load_bundle`.
    """

    def __init__(
        self,
        bundle_dir: Path | str,
        n_threads: int | None = None,
        is_own: bool = False,
        keeps_memory: bool = False,
        gives_sketches: bool = False,
    ):
        self.bundle: Bundle = load_bundle(Path(bundle_dir), n_threads, is_own, keeps_memory, gives_sketches)

    @property
    def classes(self) -> tuple[str, ...]:
        """Labels in the order of the probabilities."""
        return self.bundle.classes

    def predict(self, picture: Picture) -> Prediction:
        """What is in one picture.

        Raises:
            ImageError: it cannot be read; the reason, in words.
        """
        return self.predict_pixels(self.pixels(picture)[None])[0]

    def predict_many(self, pictures: Iterable[Picture]) -> Iterator[Prediction | ImageError]:
        """One answer for each picture, in order, as they are ready; an unreadable one gives its ImageError.

        Pictures are decoded on threads, a batch ahead of the model; memory stays flat however many there are.
        """
        pending = iter(pictures)
        with ThreadPoolExecutor(os.cpu_count() or 2, thread_name_prefix="decode") as pool:
            ahead = [pool.submit(self._try_pixels, picture) for picture in islice(pending, _BATCH)]
            while ahead:
                batch = ahead
                ahead = [pool.submit(self._try_pixels, picture) for picture in islice(pending, _BATCH)]
                yield from self._answers([future.result() for future in batch])
        give_back_memory()

    def predict_shown(self, files: Sequence[Path], side_px: int) -> list[Shown | ImageError]:
        """One answer for each file, in order, with its thumbnail (see `thumbnail_jpeg`); an unreadable one gives its
        ImageError. For a few at a time that somebody waits for: each is decoded once where that is enough, and no
        memory is given back."""
        if len(files) == 1:  # a thread to start costs as much as a small picture to decode
            seen = [self._try_seen(files[0], side_px)]
        else:
            with ThreadPoolExecutor(os.cpu_count() or 2, thread_name_prefix="decode") as pool:
                seen = list(pool.map(lambda file: self._try_seen(file, side_px), files))
        answers = self._answers([one if isinstance(one, ImageError) else one[0] for one in seen])
        shown: list[Shown | ImageError] = []
        for answer, one in zip(answers, seen, strict=True):
            if isinstance(answer, ImageError):
                shown.append(answer)
            elif not isinstance(one, ImageError):
                shown.append(Shown(answer, one[1]))
        return shown

    def predict_pixels(self, pixels: np.ndarray) -> list[Prediction]:
        """What is in pictures that were decoded before. pixels: (N, H, W, 3) uint8, rows as of `pixels`."""
        found = zip(*self.bundle.run_with_sketches(pixels), strict=True)
        return [self._prediction(row, float(one), sketch) for row, one, sketch in found]

    def _answers(self, decoded: list[np.ndarray | ImageError]) -> Iterator[Prediction | ImageError]:
        good = [pixels for pixels in decoded if not isinstance(pixels, ImageError)]
        answers = iter(self.predict_pixels(np.stack(good)) if good else ())
        for pixels in decoded:
            yield pixels if isinstance(pixels, ImageError) else next(answers)

    def _try_pixels(self, picture: Picture) -> np.ndarray | ImageError:
        try:
            return self.pixels(picture)
        except ImageError as error:
            return ImageError(
                str(error), error.code
            )  # without its traceback, which would keep the picture in memory

    def _try_seen(self, file: Path, side_px: int) -> tuple[np.ndarray, bytes] | ImageError:
        preprocess = self.bundle.preprocess
        try:
            with one_picture():
                image = read_image(file, preprocess.resize_px, preprocess.pixels)
                pixels = pixels_of(image, preprocess)
                is_enough = preprocess.resize_px >= side_px
                return pixels, small_jpeg(image, side_px) if is_enough else thumbnail_jpeg(file, side_px)
        except ImageError as error:
            return ImageError(str(error), error.code)

    def pixels(self, picture: Picture) -> np.ndarray:
        """The square that the network sees of a picture: (H, W, 3) uint8. May be asked on several threads at once.

        Raises:
            ImageError: it cannot be read; the reason, in words.
        """
        with one_picture():
            if isinstance(picture, Path | str | bytes):
                source = Path(picture) if isinstance(picture, str) else picture
                return load_pixels(source, self.bundle.preprocess)
            if isinstance(picture, Image.Image | np.ndarray):
                return pixels_of(read_given(picture, self.bundle.preprocess.pixels), self.bundle.preprocess)
        kind = type(picture).__name__
        raise ImageError(f"a {kind} is not a picture. Give a path, bytes, a Pillow image or a NumPy array")

    def _prediction(self, probs: np.ndarray, novelty: float, sketch: np.ndarray) -> Prediction:
        index = int(probs.argmax())
        probabilities = dict(zip(self.classes, probs.tolist(), strict=True))
        is_none = novelty > self.bundle.threshold
        return Prediction(self.classes[index], index, probabilities, is_none, tuple(sketch.tolist()))
