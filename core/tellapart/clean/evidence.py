"""Evidence: everything about the pictures that no decision changes, found once and cached on disk."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from hashlib import sha256

import numpy as np
from scipy.sparse import coo_matrix
from scipy.sparse.csgraph import connected_components

from tellapart.backbones import load_backbone
from tellapart.clean.comparison_cache import cached_arrays
from tellapart.clean.duplicates import NearPairs, near_duplicate_pairs
from tellapart.clean.learner import OutOfFold
from tellapart.clean.looks import measure_looks
from tellapart.clean.neighbours import directions, nearest
from tellapart.clean.quality import Flaws, find_flaws
from tellapart.embeddings import cache_key, embed
from tellapart.errors import SplitError
from tellapart.manifest import Picture, Refusal, explained
from tellapart.progress import Progress, Share, silent, silent_share
from tellapart.project import Project
from tellapart.train.components import blas_threads, fit_components
from tellapart.train.config import TrainConfig
from tellapart.train.folds import assign_folds
from tellapart.train.splits import plan_split

N_FOLDS = 10
_DUPLICATES = 0.7  # of the time that comparing takes
_CODE_VERSION = 2  # raise it when what is compared changes


@dataclass(frozen=True)
class Evidence:
    """The pictures of a project that can be read, those in the trash too, and what they look like.

    key: of all that comparing them depends on. points: (N, P) float32, directions of the embeddings at length 1.
    neighbours, similarities: (N, K), see `nearest`. looks: (N,) records, see `measure_looks`. flaws: what is odd in
    these. tiny: (N, 16, 16, 3) uint8 miniatures. groups: (N,) int, near-duplicates share one; pairs: which they are.
    unreadable: pictures left out, with the reason. copies: files not taken in because their bytes were here already.
    """

    key: str
    pictures: tuple[Picture, ...]
    points: np.ndarray
    neighbours: np.ndarray
    similarities: np.ndarray
    looks: np.ndarray
    flaws: Flaws
    tiny: np.ndarray
    groups: np.ndarray
    pairs: NearPairs
    learner: OutOfFold
    unreadable: tuple[tuple[Picture, str], ...]
    copies: tuple[Refusal, ...]

    @cached_property
    def image_ids(self) -> list[str]:
        """Of the pictures, in order."""
        return [one.image_id for one in self.pictures]

    @cached_property
    def places(self) -> dict[str, int]:
        """image_id -> row."""
        return {image_id: row for row, image_id in enumerate(self.image_ids)}


def gather_evidence(project: Project, config: TrainConfig, progress: Progress = silent) -> Evidence:
    """What is known about a project's pictures, computing and caching what is not there yet.

    Raises:
        BackboneError, WeightsError: the backbone is not at hand.
        ProjectError: the cache cannot be written.
        Cancelled: from `progress`; what was computed stays cached.
    """
    kept, removed = project.manifest.pictures(), project.manifest.pictures(state="removed")
    pictures = [*kept, *removed]
    backbone = load_backbone(config.backbone, config.weights, progress)
    embeddings = embed(project, backbone, pictures, progress)
    reasons = {skipped.path: skipped.reason for skipped in embeddings.skipped}
    unreadable = tuple((one, reasons[one.path]) for one in kept if one.path in reasons)
    readable = tuple(one for one in pictures if one.path not in reasons)
    looks = measure_looks(project, readable, progress)

    def tell(share: float) -> None:
        progress(round(100 * share), 100, "Comparing the pictures with one another")

    with explained(project.db_path):
        key = sha256(f"{cache_key(backbone)} {_CODE_VERSION}".encode())
        for one in readable:
            key.update(bytes.fromhex(one.image_id) + one.fingerprint)
        compared = cached_arrays(
            project.cache_dir / "clean",
            "compared",
            key.hexdigest()[:32],
            lambda: compare(readable, embeddings.array, backbone.parts, tell),
        )
    return Evidence(
        key=key.hexdigest()[:32],
        pictures=readable,
        points=compared["points"],
        neighbours=compared["neighbours"],
        similarities=compared["similarities"],
        looks=looks,
        flaws=find_flaws(looks, readable),
        tiny=embeddings.tiny,
        groups=compared["groups"],
        pairs=NearPairs(*(compared[name] for name in NearPairs._fields)),
        learner=OutOfFold(compared["coordinates"], compared["folds"]),
        unreadable=unreadable,
        copies=tuple(refusal for refusal in project.manifest.refusals() if refusal.same_as),
    )


def compare(
    pictures: tuple[Picture, ...],
    embeddings: np.ndarray,
    parts: tuple[int, ...] = (),
    tell: Share = silent_share,
) -> dict[str, np.ndarray]:
    """Every picture with every other: near-duplicates, folds, coordinates and neighbours, from embeddings (N, D) made
    of `parts`.

    Raises:
        Cancelled: from `tell`.
    """
    tell(0)
    pairs = near_duplicate_pairs(
        [one.fingerprint for one in pictures], lambda share: tell(_DUPLICATES * share)
    )
    groups = _groups(pairs, len(pictures))
    points = directions(embeddings, parts)
    neighbours, similarities = nearest(
        points, groups, tell=lambda share: tell(_DUPLICATES + (1 - _DUPLICATES) * share)
    )
    return {
        **pairs._asdict(), "groups": groups, "folds": _folds(pictures, groups), "points": points,
        "coordinates": _coordinates(embeddings), "neighbours": neighbours, "similarities": similarities,
    }  # fmt: skip


def split_of_pictures(
    pictures: tuple[Picture, ...], groups: np.ndarray, config: TrainConfig
) -> dict[str, str]:
    """image_id -> train, valid or test, as a training would split these pictures; where it could not, as the folders
    say, train for want of that."""
    names = [pictures[group].image_id for group in groups]
    given = [one.given_split for one in pictures]
    try:
        splits = plan_split(
            [one.label for one in pictures], names, given, config.split, config.seed, config.valid
        ).splits.tolist()
    except SplitError:
        splits = [split or "train" for split in given]
    return {one.image_id: split for one, split in zip(pictures, splits, strict=True)}


def _groups(pairs: NearPairs, n: int) -> np.ndarray:
    """(N,) int: pictures that look alike, directly or through others, share the place of the first of them."""
    graph = coo_matrix((np.ones(len(pairs.first), np.int8), (pairs.first, pairs.second)), shape=(n, n))
    _, groups = connected_components(graph, directed=False)
    _, first, inverse = np.unique(groups, return_index=True, return_inverse=True)
    return first[inverse].astype(np.int64)


def _coordinates(embeddings: np.ndarray) -> np.ndarray:
    with blas_threads(len(embeddings)):
        if not len(embeddings):
            return np.zeros((0, 1), np.float32)
        coordinates = fit_components(embeddings).coordinates(embeddings)
    # pictures that are all the same span no direction at all
    return coordinates if coordinates.shape[1] else np.zeros((len(embeddings), 1), np.float32)


def _folds(pictures: tuple[Picture, ...], groups: np.ndarray) -> np.ndarray:
    """By label and group as they are now; a relabelled picture stays in its fold."""
    labels = sorted({one.label for one in pictures})
    place = {label: i for i, label in enumerate(labels)}
    targets = np.array([place[one.label] for one in pictures], np.int64)
    names = [pictures[group].image_id for group in groups]
    return assign_folds(targets, names, N_FOLDS)
