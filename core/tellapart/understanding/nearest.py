"""Nearest pictures: those of a project that look most like one that was classified, to the model's own network."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from tellapart.backbones.catalogue import load_backbone
from tellapart.backbones.embeddings import embed
from tellapart.backbones.lite0 import keeping
from tellapart.backbones.names import DEFAULT_BACKBONE
from tellapart.bundle.inner import InnerNetwork
from tellapart.errors import ExplainError, ImageError, OutsideError
from tellapart.learning.neighbours import directions
from tellapart.pictures.images import load_pixels
from tellapart.progress import Doing, Progress, Step, silent
from tellapart.store.manifest import Picture
from tellapart.store.project import Project

_AT_ONCE = 16  # pictures that are decoded before the network gets them
_ROWS_AT_ONCE = 256  # of sought pictures, compared with all of the project
_THE_SAME = 0.9995  # similarity; a picture that was saved again stays a little below


@dataclass(frozen=True)
class NearPicture:
    """A picture of the project. path: below its folder. similarity: cosine, 1 for one that looks the same to the
    network, about 0 for one that has nothing in common. is_same: it is the very picture, or a perfect copy."""

    path: str
    label: str
    similarity: float
    is_same: bool

    def to_json(self) -> dict[str, Any]:
        """Plain JSON values."""
        return {"path": self.path, "label": self.label, "similarity": round(self.similarity, 4)}


class Sought:
    """Pictures whose nearest are sought, by their squares (S, S, 3) uint8. Kept is what the network makes of them, some
    kilobytes each, where a square takes a hundred and more."""

    def __init__(self, inner: InnerNetwork, squares: Iterable[np.ndarray] = ()):
        self._inner = inner
        self._sizes: list[int] = []  # how many numbers come from each map, as `directions` wants them
        self._waiting: list[np.ndarray] = []
        self._embeddings: list[np.ndarray] = []
        for square in squares:
            self.add(square)

    def add(self, square: np.ndarray) -> None:
        """One more, behind the others."""
        if not (self._waiting or self._embeddings) and self._inner.head is not None:
            self._sizes = [len(plane) for plane in self._inner.maps(square) or ()]
        self._waiting.append(square)
        if len(self._waiting) == _AT_ONCE:
            self._look()

    def nearest(self, project: Project, k: int, progress: Progress = silent) -> list[list[NearPicture]]:
        """For each, one at least, what `nearest_pictures` gives, which see."""
        there = [picture for picture in project.manifest.pictures() if picture.is_member]
        known, embeddings = _embeddings(self._inner, project, there, progress)
        if not known:
            raise ExplainError(
                f"{project.name} has no pictures that can be read, so none is near. Name the project that the bundle "
                "was trained from."
            )
        if self._waiting:
            self._look()
        points = directions(np.concatenate([embeddings, *self._embeddings]), self._sizes)
        found = []
        for start in range(len(known), len(points), _ROWS_AT_ONCE):
            similarities = points[start : start + _ROWS_AT_ONCE] @ points[: len(known)].T
            order = np.argsort(-similarities, axis=1, kind="stable")[:, :k]
            found += [
                [_near(known[i], float(row[i])) for i in best]
                for row, best in zip(similarities, order.tolist(), strict=True)
            ]
        return found

    def _look(self) -> None:
        self._embeddings.append(self._inner.embeddings(np.stack(self._waiting)))
        self._waiting = []


def nearest_pictures(
    inner: InnerNetwork, project: Project, pixels: np.ndarray, k: int = 5, progress: Progress = silent
) -> list[list[NearPicture]]:
    """For each picture, the k of the project that look most alike, nearest first; fewer where there are fewer.

    Embeddings that training left in the project's cache are used where the bundle's network is the built-in one as it
    comes; else the project's pictures are looked at once more.

    Args:
        inner: of the bundle that answered. pixels: (N, S, S, 3) uint8, the squares its network sees.
    Raises:
        ExplainError: the project has no picture that can be read. ProjectError, BackboneError, BundleError, Cancelled.
    """
    return Sought(inner, pixels).nearest(project, k, progress)


def _near(picture: Picture, similarity: float) -> NearPicture:
    return NearPicture(picture.path, picture.label, similarity, similarity >= _THE_SAME)


def _embeddings(
    inner: InnerNetwork, project: Project, pictures: Sequence[Picture], progress: Progress
) -> tuple[list[Picture], np.ndarray]:
    """Those that can be read, and their embeddings (M, D)."""
    backbone = inner.bundle.record["backbone"]
    if backbone.get("name") == DEFAULT_BACKBONE and backbone.get("sha256") == keeping.record()["sha256"]:
        built_in = load_backbone(progress=progress)
        if built_in.preprocess == inner.bundle.preprocess:
            found = embed(project, built_in, pictures, progress)
            readable = set(found.image_ids)
            return [one for one in pictures if one.image_id in readable], found.array
    known: list[Picture] = []
    rows: list[np.ndarray] = []
    for some, squares in _squares(inner, project, pictures, progress):
        known += some
        rows.append(inner.embeddings(squares))
    return known, np.concatenate(rows) if rows else np.empty((0, 0), np.float32)


def _squares(
    inner: InnerNetwork, project: Project, pictures: Sequence[Picture], progress: Progress
) -> Iterator[tuple[list[Picture], np.ndarray]]:
    for start in range(0, len(pictures), _AT_ONCE):
        known, squares = [], []
        for picture in pictures[start : start + _AT_ONCE]:
            try:
                squares.append(load_pixels(project.file(picture), inner.bundle.preprocess))
                known.append(picture)
            except (ImageError, OutsideError):
                continue  # Clean says what is wrong with it
        done = min(start + _AT_ONCE, len(pictures))
        progress(done, len(pictures), Doing(Step.LOOKING, f"Looked at {done} of {len(pictures)} pictures"))
        if known:
            yield known, np.stack(squares)
