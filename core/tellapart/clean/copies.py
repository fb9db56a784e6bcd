"""Copies: the same picture twice: within a label, under two labels (a conflict), in two parts of a split (a leak)."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Sequence

import numpy as np

from tellapart.clean.findings import CONFLICT, DUPLICATE, LEAK, Finding, Suggestion
from tellapart.duplicates.candidates import NearPairs
from tellapart.learning.cross_validation import NOT_A_MEMBER
from tellapart.store.manifest import Picture, Refusal

_CONFLICT, _LEAK, _DUPLICATE = 0.95, 0.85, 0.75  # scores of exact copies; near ones are less sure


def copy_findings(
    pictures: Sequence[Picture],
    pairs: NearPairs,
    targets: np.ndarray,
    classes: Sequence[str],
    probs: np.ndarray,
) -> Iterator[Finding]:
    """Findings about near-duplicates that are still there.

    Args:
        targets: (N,) int into classes, NOT_A_MEMBER for pictures that no longer count. probs: (N, C).
    """
    same: defaultdict[int, list[tuple[int, float]]] = defaultdict(list)
    for one, other, distance in zip(
        pairs.first.tolist(), pairs.second.tolist(), pairs.distance.tolist(), strict=True
    ):
        if NOT_A_MEMBER in (targets[one], targets[other]):
            continue
        if targets[one] != targets[other]:
            yield from _conflict(pictures, one, other, distance, targets, classes, probs)
        elif _is_leak(pictures[one], pictures[other]):
            yield _leak(pictures, one, other, distance)
        else:
            worse, better = sorted((one, other), key=lambda row: _worth(pictures[row]))
            same[worse].append((better, distance))
    for row, better in same.items():
        yield _duplicate(pictures, row, better)


def refused_conflicts(
    copies: Sequence[Refusal],
    places: dict[str, int],
    targets: np.ndarray,
    classes: Sequence[str],
    probs: np.ndarray,
) -> Iterator[Finding]:
    """Pictures whose very bytes were offered under another label, too; the second file was not taken in."""
    seen = set()
    for copy in copies:
        row = places.get(copy.same_as or "")
        if row is None or targets[row] == NOT_A_MEMBER or copy.label in (None, classes[targets[row]]):
            continue
        if (row, copy.label) in seen or copy.label not in classes:
            continue
        seen.add((row, copy.label))
        other = classes.index(copy.label or "")
        yield Finding(
            copy.same_as or "",
            CONFLICT,
            _CONFLICT,
            f"also in {copy.label}",
            f"The same file was also added as {copy.label!r} ({copy.name}); it was kept once, as "
            f"{classes[targets[row]]!r}. One of the two labels is wrong.",
            _rather(probs[[row]], int(targets[row]), other, classes),
        )


def _conflict(
    pictures: Sequence[Picture], one: int, other: int, distance: float, targets: np.ndarray, classes: Sequence[str],
    probs: np.ndarray,
) -> Iterator[Finding]:  # fmt: skip
    both = probs[[one, other]]
    for row, twin in ((one, other), (other, one)):
        own, its = classes[targets[row]], classes[targets[twin]]
        yield Finding(
            pictures[row].image_id,
            CONFLICT,
            _CONFLICT - distance,
            f"also in {its}",
            f"The same picture is {own!r} here and {its!r} in {pictures[twin].path}. One of the two labels is wrong.",
            _rather(both, int(targets[row]), int(targets[twin]), classes),
            (pictures[twin].image_id,),
        )


def _rather(probs: np.ndarray, own: int, other: int, classes: Sequence[str]) -> Suggestion | None:
    """Which of two labels the looks speak for; None where the classifier takes a copy for neither, or they disagree.

    That two pictures look alike says that one label is wrong, not which: only the classifier can.

    Args:
        probs: (K, C) of the copies.
    """
    seen = set(probs.argmax(axis=1).tolist())
    if seen not in ({own}, {other}):
        return None
    sure = float((probs.max(axis=1) / np.maximum(probs[:, own] + probs[:, other], 1e-9)).min())
    return Suggestion("keep", None, sure) if seen == {own} else Suggestion("relabel", classes[other], sure)


def _is_leak(one: Picture, other: Picture) -> bool:
    return (one.given_split or "train") != (other.given_split or "train")


def _leak(pictures: Sequence[Picture], one: int, other: int, distance: float) -> Finding:
    teaching, checking = sorted((one, other), key=lambda row: pictures[row].given_split in ("valid", "test"))
    part = pictures[checking].given_split
    return Finding(
        pictures[teaching].image_id,
        LEAK,
        _LEAK - distance,
        f"copy in {part}",
        f"A duplicate is in the {part} split ({pictures[checking].path}): testing on a picture the model "
        "trained on makes the score too good.",
        Suggestion("remove", None, _LEAK - distance),
        (pictures[checking].image_id,),
    )


def _duplicate(pictures: Sequence[Picture], row: int, better: list[tuple[int, float]]) -> Finding:
    better = sorted(better, key=lambda item: item[1])
    best, distance = better[0]
    score = _DUPLICATE - distance
    return Finding(
        pictures[row].image_id,
        DUPLICATE,
        score,
        "here twice",
        f"Same picture as {pictures[best].path}, which has at least as many pixels. A duplicate adds "
        "nothing to training.",
        Suggestion("remove", None, score),
        tuple(pictures[twin].image_id for twin, _ in better),
    )


def _worth(picture: Picture) -> tuple[int, int, str]:
    """Of two copies the one with more pixels, then more bytes, is kept."""
    return picture.width * picture.height, picture.n_bytes, picture.image_id
