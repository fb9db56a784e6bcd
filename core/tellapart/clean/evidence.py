"""Evidence: everything about the pictures that no decision changes, found once and cached on disk."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from tellapart.backbones import load_backbone
from tellapart.clean.duplicates import NearPairs, group_near_duplicates, near_duplicate_pairs
from tellapart.clean.learner import OutOfFold
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
    """The pictures of a project that can be read, in order of arrival, and what they look like.

    points: (N, R) float32, principal coordinates of the embeddings at length 1. tiny: (N, 16, 16, 3) uint8 miniatures.
    groups: (N,) int, near-duplicates share one; pairs: which they are. unreadable: pictures left out, with the reason.
    copies: files that were not taken in because their bytes were here already.
    """

    pictures: tuple[Picture, ...]
    points: np.ndarray
    tiny: np.ndarray
    groups: np.ndarray
    pairs: NearPairs
    learner: OutOfFold
    unreadable: tuple[tuple[Picture, str], ...]
    copies: tuple[Refusal, ...]


def gather_evidence(project: Project, config: TrainConfig, progress: Progress = silent) -> Evidence:
    """What is known about a project's kept pictures, computing and caching what is not there yet.

    Raises:
        BackboneError, WeightsError: the backbone is not at hand.
        ProjectError: the cache cannot be written.
        Cancelled: from `progress`; what was computed stays cached.
    """
    pictures = project.manifest.pictures()
    backbone = load_backbone(config.backbone, config.weights, progress)
    embeddings = embed(project, backbone, pictures, progress)
    reasons = {skipped.path: skipped.reason for skipped in embeddings.skipped}
    unreadable = tuple((one, reasons[one.path]) for one in pictures if one.path in reasons)
    readable = tuple(one for one in pictures if one.path not in reasons)
    progress(len(pictures), len(pictures), "Comparing the pictures")
    prints = [one.fingerprint for one in readable]
    groups = group_near_duplicates(prints)
    coordinates = _coordinates(embeddings.array)
    return Evidence(
        pictures=readable,
        points=coordinates / np.maximum(np.linalg.norm(coordinates, axis=1, keepdims=True), 1e-9),
        tiny=embeddings.tiny,
        groups=groups,
        pairs=near_duplicate_pairs(prints),
        learner=OutOfFold(coordinates, _folds(readable, groups)),
        unreadable=unreadable,
        copies=tuple(refusal for refusal in project.manifest.refusals() if refusal.same_as),
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
