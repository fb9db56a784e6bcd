"""Evidence: everything about the pictures that no decision changes, found once and cached on disk."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from hashlib import sha256

import numpy as np

from tellapart.backbones.catalogue import load_backbone
from tellapart.backbones.embeddings import cache_key, embed
from tellapart.clean.measures import measure_looks
from tellapart.clean.quality import Flaws, find_flaws
from tellapart.duplicates.candidates import NearPairs
from tellapart.duplicates.comparison_cache import cached_arrays
from tellapart.duplicates.near_duplicates import groups_of
from tellapart.duplicates.project_copies import copies_in
from tellapart.learning.cross_validation import OutOfFold
from tellapart.learning.neighbours import directions, nearest
from tellapart.learning.numerics.blas_threads import one_thread
from tellapart.learning.numerics.principal_components import fit_components
from tellapart.planning.config import TrainConfig
from tellapart.planning.plan import plan_pictures
from tellapart.progress import Doing, Progress, Share, Step, silent, silent_share
from tellapart.store.manifest import Picture, Refusal
from tellapart.store.project import Project
from tellapart.store.sqlite.database_errors import explained
from tellapart.store.visitor_words import VisitorWord, visitor_words

N_FOLDS = 10
_DUPLICATES = 0.7  # of the time that comparing takes
_CODE_VERSION = 4  # raise it when what is compared changes


@dataclass(frozen=True)
class Evidence:
    """The pictures of a project that can be read, those in the trash too, and what they look like.

    key: of all that comparing them depends on. points: (N, P) float32, directions of the embeddings at length 1.
    neighbours, similarities: (N, K), see `nearest`. looks: (N,) records, see `measure_looks`. flaws: what is odd in
    these. tiny: (N, 16, 16, 3) uint8 miniatures. groups: (N,) int, near-duplicates share one; pairs: which they are.
    learner: judges each picture by those of other groups of the project's plan.
    unreadable: pictures left out, with the reason. copies: files not taken in because their bytes were here already.
    words: image_id -> what visitors of an app said of it.
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
    words: dict[str, tuple[VisitorWord, ...]]

    @cached_property
    def image_ids(self) -> list[str]:
        """Of the pictures, in order."""
        return [one.image_id for one in self.pictures]

    @cached_property
    def places(self) -> dict[str, int]:
        """image_id -> row."""
        return {image_id: row for row, image_id in enumerate(self.image_ids)}

    def splits(self, config: TrainConfig) -> dict[str, str]:
        """image_id -> train, valid or test, as a training splits these pictures."""
        plan = plan_pictures(self.pictures, self.pairs, config)
        return dict(zip(self.image_ids, plan.splits.tolist(), strict=True))


def gather_evidence(project: Project, config: TrainConfig, progress: Progress = silent) -> Evidence:
    """What is known about a project's pictures, computing and caching what is not there yet.

    Raises:
        BackboneError, WeightsError: the backbone is not at hand.
        ProjectError: the cache cannot be written.
        Cancelled: from `progress`; what was computed stays cached.
    """
    pictures = project.manifest.kept_and_removed()
    backbone = load_backbone(config.backbone, config.weights, progress)
    embeddings = embed(project, backbone, pictures, progress)
    reasons = {skipped.path: skipped.reason for skipped in embeddings.skipped}
    there = set(embeddings.image_ids)
    readable = tuple(one for one in pictures if one.image_id in there)
    unreadable = tuple(
        (one, reasons[one.path])
        for one in pictures
        if one.state == "kept" and one.path in reasons and one.image_id not in there
    )
    looks = measure_looks(project, readable, progress)

    def tell(share: float) -> None:
        said = Doing(Step.COMPARING, "Comparing pictures with each other")
        progress(round(100 * share), 100, said)

    with explained(project.db_path):
        key = sha256(f"{cache_key(backbone)} {_CODE_VERSION}".encode())
        for one in readable:
            key.update(bytes.fromhex(one.image_id) + one.fingerprint + (one.subject or "").encode())
        compared = cached_arrays(
            project.cache_dir / "clean",
            "compared",
            key.hexdigest()[:32],
            lambda: compare(project, readable, embeddings.array, config, backbone.parts, tell),
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
        words=visitor_words(project.manifest),
        copies=tuple(refusal for refusal in project.manifest.refusals() if refusal.same_as),
    )


def compare(
    project: Project,
    pictures: tuple[Picture, ...],
    embeddings: np.ndarray,
    config: TrainConfig,
    parts: tuple[int, ...] = (),
    tell: Share = silent_share,
) -> dict[str, np.ndarray]:
    """Every picture with every other: near-duplicates, folds, coordinates and neighbours, from embeddings (N, D) made
    of `parts`. Folds go by the labels of now: a picture that is relabelled stays in its fold.

    Raises:
        Cancelled: from `tell`.
    """
    tell(0)
    pairs = copies_in(project, pictures, lambda share: tell(_DUPLICATES * share))
    groups = groups_of(pairs, len(pictures))
    folds = plan_pictures(pictures, pairs, config).folds(np.arange(len(pictures)), N_FOLDS)
    points = directions(embeddings, parts)
    neighbours, similarities = nearest(
        points, groups, tell=lambda share: tell(_DUPLICATES + (1 - _DUPLICATES) * share)
    )
    return {
        **pairs._asdict(), "groups": groups, "folds": folds, "points": points,
        "coordinates": _coordinates(embeddings), "neighbours": neighbours, "similarities": similarities,
    }  # fmt: skip


def _coordinates(embeddings: np.ndarray) -> np.ndarray:
    with one_thread():
        if not len(embeddings):
            return np.zeros((0, 1), np.float32)
        _, coordinates = fit_components(embeddings)
    # pictures that are all the same span no direction at all
    return coordinates if coordinates.shape[1] else np.zeros((len(embeddings), 1), np.float32)
