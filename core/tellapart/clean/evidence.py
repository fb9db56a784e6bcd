"""Evidence: everything about the pictures that no decision changes, found once and cached on disk."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from tellapart.backbones import load_backbone
from tellapart.clean.duplicates import NearPairs, group_near_duplicates, near_duplicate_pairs
from tellapart.clean.learner import OutOfFold
from tellapart.clean.looks import measure_looks
from tellapart.clean.neighbours import directions, nearest
from tellapart.clean.quality import Flaws, find_flaws
from tellapart.embeddings import embed
from tellapart.manifest import Picture, Refusal
from tellapart.progress import Progress, silent
from tellapart.project import Project
from tellapart.train.components import blas_threads, fit_components
from tellapart.train.config import TrainConfig
from tellapart.train.head import assign_folds

N_FOLDS = 10


@dataclass(frozen=True)
class Evidence:
    """The pictures of a project that can be read, those in the trash too, and what they look like.

    points: (N, P) float32, directions of the embeddings at length 1. neighbours, similarities: (N, K), see
    `nearest`. looks: (N,) records, see `measure_looks`. tiny: (N, 16, 16, 3) uint8 miniatures.
    groups: (N,) int, near-duplicates share one; pairs: which they are. unreadable: pictures left out, with the reason.
    copies: files that were not taken in because their bytes were here already.
    """

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
    progress(len(pictures), len(pictures), "Comparing the pictures")
    copies = tuple(refusal for refusal in project.manifest.refusals() if refusal.same_as)
    return evidence_of(readable, embeddings.array, embeddings.tiny, looks, unreadable, copies)


def evidence_of(
    pictures: tuple[Picture, ...],
    embeddings: np.ndarray,
    tiny: np.ndarray,
    looks: np.ndarray,
    unreadable: tuple[tuple[Picture, str], ...] = (),
    copies: tuple[Refusal, ...] = (),
) -> Evidence:
    """What embeddings (N, D), miniatures and looks of these pictures tell."""
    prints = [one.fingerprint for one in pictures]
    groups = group_near_duplicates(prints)
    coordinates, points = _coordinates(embeddings), directions(embeddings)
    neighbours, similarities = nearest(points, groups)
    return Evidence(
        pictures=pictures,
        points=points,
        neighbours=neighbours,
        similarities=similarities,
        looks=looks,
        flaws=find_flaws(looks, pictures),
        tiny=tiny,
        groups=groups,
        pairs=near_duplicate_pairs(prints),
        learner=OutOfFold(coordinates, _folds(pictures, groups)),
        unreadable=unreadable,
        copies=copies,
    )


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
