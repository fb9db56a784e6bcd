"""Errors at subsets: heads fitted on more and more of the pictures, all asked about the same held-out ones."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from tellapart.errors import SplitError
from tellapart.learning.folds import N_FOLDS, assign_folds, can_be_told
from tellapart.learning.head import fit_head, fit_head_at
from tellapart.progress import Share, silent_share

FRACTIONS = (0.125, 0.2, 0.3, 0.45, 0.67, 1.0)  # of the groups of each class that a fold leaves to learn from
LEAST_GROUPS = 3  # of each class in the smallest subset


@dataclass(frozen=True)
class SubsetAnswers:
    """sizes: (S,) pictures learned from, on average over the folds, rising. wrong: (K, S, N) bool, for each draw of
    subsets whether the picture was taken for something else by a head that had seen neither it nor a copy.
    is_counted: (N,) bool, those whose class other folds have, too."""

    sizes: np.ndarray
    wrong: np.ndarray
    is_counted: np.ndarray


def subset_answers(
    embeddings: np.ndarray, targets: np.ndarray, n_classes: int, groups: Sequence[str], n_draws: int = 3,
    seed: int = 0, tell: Share = silent_share, fractions: Sequence[float] = FRACTIONS,
) -> SubsetAnswers:  # fmt: skip
    """What heads on subsets answer, each picture held out once by cross-validation.

    The L2 strength of each size is chosen once, by cross-validation within a subset of it. Subsets of one draw lie
    within each other.

    Args:
        embeddings: (N, D) float32. targets: (N,) int, each of the n_classes at least once. groups: (N,) names; those
            that share one (copies) are held out, and taken into a subset, together.
        n_draws: subsets of each size but the largest, of which there is one.
        fractions: rising, up to 1; those that leave too few groups of a class are passed over.
    Raises:
        SplitError: fewer than two labels have two groups. Cancelled: from `tell`.
    """
    folds = assign_folds(targets, groups)
    counted = can_be_told(targets, folds)
    if len(np.unique(targets[counted])) < 2:
        raise SplitError(
            "A learning curve needs at least 2 labels with 2 different pictures each; copies and pictures of one "
            "subject count once. Add pictures."
        )
    fractions = _large_enough(fractions, targets, groups, folds, counted)
    wrong = np.zeros((n_draws, len(fractions), len(targets)), bool)
    n_seen = np.zeros(len(fractions))
    strengths: list[float | None] = [None] * len(fractions)
    n_steps, step = N_FOLDS * len(fractions) * n_draws, 0
    for fold in range(N_FOLDS):
        rows, held_out = np.flatnonzero(folds != fold), np.flatnonzero(folds == fold)
        for draw in range(n_draws):
            order = _order(rows, targets, groups, np.random.default_rng([seed, fold, draw]))
            for place, fraction in enumerate(fractions):
                step += 1
                if not len(held_out):
                    continue
                if fraction == 1 and draw:
                    wrong[draw, place, held_out] = wrong[0, place, held_out]
                    continue
                chosen = np.concatenate([_first(blocks, fraction) for blocks in order])
                strength = strengths[place]
                if strength is None:
                    strength = strengths[place] = _strength(embeddings, targets, groups, chosen)
                found = _answers(embeddings, targets, n_classes, chosen, held_out, strength)
                wrong[draw, place, held_out] = found != targets[held_out]
                if draw == 0:
                    n_seen[place] += len(chosen) * len(held_out)
                tell(step / n_steps)
    return SubsetAnswers(n_seen / len(targets), wrong, counted)


def _large_enough(
    fractions: Sequence[float], targets: np.ndarray, groups: Sequence[str], folds: np.ndarray, counted: np.ndarray
) -> tuple[float, ...]:  # fmt: skip
    """Those that leave enough groups of each class to learn from, but at least the last two."""
    names = np.array(groups, object)
    fewest = min(
        len(set(names[(targets == k) & (folds != fold)].tolist()))
        for k in np.unique(targets[counted])
        for fold in range(N_FOLDS)
    )
    kept = tuple(fraction for fraction in fractions if fraction * fewest >= LEAST_GROUPS)
    return kept if len(kept) >= 2 else tuple(fractions[-2:])


def _order(
    rows: np.ndarray, targets: np.ndarray, groups: Sequence[str], rng: np.random.Generator
) -> list[list[np.ndarray]]:
    """For each class its groups in a drawn order, as rows. A group goes by the class of its first row."""
    blocks: dict[str, list[int]] = {}
    for row in rows.tolist():
        blocks.setdefault(groups[row], []).append(row)
    of_class: dict[int, list[np.ndarray]] = {}
    for group in sorted(blocks):
        own = np.array(blocks[group])
        of_class.setdefault(int(targets[own[0]]), []).append(own)
    return [[found[i] for i in rng.permutation(len(found))] for _, found in sorted(of_class.items())]


def _first(blocks: Sequence[np.ndarray], fraction: float) -> np.ndarray:
    return np.concatenate(blocks[: max(1, round(fraction * len(blocks)))])


def _strength(
    embeddings: np.ndarray, targets: np.ndarray, groups: Sequence[str], chosen: np.ndarray
) -> float:
    classes, own = np.unique(targets[chosen], return_inverse=True)
    folds = assign_folds(own, [groups[row] for row in chosen])
    return fit_head(embeddings[chosen], own, len(classes), folds).head.l2


def _answers(
    embeddings: np.ndarray, targets: np.ndarray, n_classes: int, chosen: np.ndarray, asked: np.ndarray, l2: float
) -> np.ndarray:  # fmt: skip
    """(M,) classes of the asked rows, by a head on the chosen ones, which may lack a class."""
    classes, own = np.unique(targets[chosen], return_inverse=True)
    head = fit_head_at(embeddings[chosen], own, len(classes), l2)
    return np.asarray(classes[head.logits(embeddings[asked]).argmax(axis=1)])
