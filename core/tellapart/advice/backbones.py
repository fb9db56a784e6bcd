"""Advice to look sharper: backbones that are on this computer already, tried on a sample of the person's pictures."""

from __future__ import annotations

import time
from collections.abc import Sequence

import numpy as np

from tellapart.advice.ground import Ground
from tellapart.advice.values import Advice, AdviceKind, Basis
from tellapart.backbones.catalogue import BackboneOffer, load_backbone, offers
from tellapart.backbones.embeddings import embed
from tellapart.errors import TellapartError
from tellapart.learning.gains.current_answers import current_answers
from tellapart.learning.gains.error_gain import error_gain, mean_and_noise
from tellapart.progress import Progress
from tellapart.store.manifest import Picture

SAMPLE = 150  # pictures at most
_PATIENCE_S = 60.0  # for all of them together; what has begun is finished
_NOT_SHARPER = ("mobilenet_v2",)
# Of the mistakes, what another backbone takes away before anything is measured: nothing is promised.
USUAL, SPREAD = 0.0, 0.3


def backbone_advice(
    ground: Ground, progress: Progress, at_hand: Sequence[BackboneOffer] | None = None
) -> Advice | None:
    """To train with the backbone that does best on a sample; None where none at hand does better, or is at hand.

    Nothing is downloaded or converted for it.

    Raises:
        Cancelled: from progress.
    """
    if ground.run.kept != "quick" or ground.config.weights is not None:
        return None
    known = offers() if at_hand is None else at_hand
    names = [
        one.name
        for one in known
        if one.is_ready and one.name != ground.config.backbone and one.name not in _NOT_SHARPER
    ]
    began, found = time.perf_counter(), []
    rows = _sample(ground)
    for name in names:
        if time.perf_counter() - began > _PATIENCE_S:
            break
        advice = _tried(ground, name, rows, progress)
        found += [advice] if advice is not None else []
    return max(found, key=lambda one: one.gain.expected if one.gain else 0.0, default=None)


def _tried(ground: Ground, name: str, rows: np.ndarray, progress: Progress) -> Advice | None:
    """What the backbone brings on the sample: heads on both, each picture judged by heads that had not seen it."""
    pictures = [ground.pictures[row] for row in rows]
    clock = time.perf_counter()
    try:
        arrays = [_embedded(ground, one, pictures, progress) for one in (ground.config.backbone, name)]
        seconds = time.perf_counter() - clock
        if any(array is None for array in arrays):
            return None
        kept, targets = np.unique(ground.now.targets[rows], return_inverse=True)
        groups = [ground.groups[row] for row in rows]
        before, after = (
            current_answers(array, targets, len(kept), ground.folds[rows], groups, ground.config.prior)
            for array in arrays
            if array is not None
        )
    except TellapartError:
        return None  # it cannot be used here, which is no matter of the person's
    counted = before.is_counted
    of_each = before.is_wrong[counted].astype(float) - after.is_wrong[counted]
    measured, noise = mean_and_noise(of_each, before.groups[counted])
    # a sample has more mistakes than all pictures: what is taken away of them is what carries over
    carried = ground.now.error / max(before.error, 1 / len(rows))
    error = ground.now.error
    gain = error_gain(carried * measured, carried * noise, USUAL * error, max(SPREAD * error, 1e-6), error)
    minutes = seconds / len(rows) * ground.n_pictures / 60
    return Advice(AdviceKind.SHARPER_BACKBONE, gain, Basis.OWN_PICTURES, minutes, len(rows), backbone=name)


def _embedded(
    ground: Ground, name: str, pictures: Sequence[Picture], progress: Progress
) -> np.ndarray | None:
    """(N, D) of these pictures, None where one cannot be read."""
    found = embed(ground.project, load_backbone(name), pictures, progress)
    return found.array if len(found.array) == len(pictures) else None


def _sample(ground: Ground) -> np.ndarray:
    """Rows of as many pictures of each label as in the others, the same each time."""
    rng = np.random.default_rng(41)
    per_class = max(2, SAMPLE // len(ground.classes))
    chosen = [
        rng.permutation(np.flatnonzero(ground.now.targets == target))[:per_class]
        for target in range(len(ground.classes))
    ]
    return np.sort(np.concatenate(chosen))
