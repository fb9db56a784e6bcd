"""The report on a whole set: what the queue of single pictures does not say."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict, dataclass
from typing import Any

import numpy as np

from tellapart.clean.current_labels import Snapshot
from tellapart.clean.evidence import Evidence
from tellapart.clean.leaks import LeakReport, find_leaks
from tellapart.clean.ranking import Ranking
from tellapart.clean.shortcuts import Shortcut, find_shortcuts
from tellapart.learning.cross_validation import NOT_A_MEMBER
from tellapart.learning.metrics import balanced_accuracy
from tellapart.store.manifest import Picture

_CONFUSED = 0.04  # of the pictures of two classes, taken for one another
_MOST_PAIRS = 5
_UNEVEN = 3.0
_FEW = 10


@dataclass(frozen=True)
class ConfusedPair:
    """Two labels that the classifier takes for one another: n of the n_both pictures of either."""

    one: str
    other: str
    n: int
    n_both: int
    sentence: str


@dataclass(frozen=True)
class ReviewReport:
    """counts: kind -> pictures with such an open finding. labels: label -> pictures. noise: the share of labels that
    seem wrong. confused: the most confused pairs first. imbalance: sentences about labels with few pictures.
    leak: None when too little is there to tell. unreadable: (path, reason) of pictures in the project and of files
    that were not taken in. copies: (file, path of the picture that is here) of exact copies that were not taken in."""

    n_pictures: int
    counts: dict[str, int]
    labels: dict[str, int]
    noise: float
    confused: tuple[ConfusedPair, ...]
    imbalance: tuple[str, ...]
    shortcuts: tuple[Shortcut, ...]
    leak: LeakReport | None
    unreadable: tuple[tuple[str, str], ...]
    copies: tuple[tuple[str, str], ...]

    def sentences(self) -> list[str]:
        """For a person, the most important first."""
        found = {kind: n for kind, n in self.counts.items() if n}
        listed = ", ".join(f"{n} {kind}" for kind, n in found.items())
        said = [f"{self.n_pictures} pictures. Findings: {listed or 'none'}."]
        said += [one.sentence for one in self.shortcuts if one.is_alarm]
        said += [pair.sentence for pair in self.confused]
        said += self.imbalance
        if self.leak:
            said.append(self.leak.sentence)
        if self.unreadable:
            path, reason = self.unreadable[0]
            said.append(f"{len(self.unreadable)} file(s) cannot be read, for instance {path}: {reason}.")
        if self.copies:
            name, path = self.copies[0]
            said.append(
                f"{len(self.copies)} file(s) were exact duplicates and not added, for instance {name}, which "
                f"is {path}."
            )
        return said

    def to_json(self) -> dict[str, Any]:
        """Plain JSON values, with the sentences."""
        return {"format": 1, **asdict(self), "sentences": self.sentences()}


def write_report(
    evidence: Evidence,
    standing: Snapshot,
    ranking: Ranking,
    counts: dict[str, int],
    refused: Sequence[tuple[str, str]],
) -> ReviewReport:
    """The report on pictures as they stand.

    Args:
        counts: kind -> open findings. refused: (file, reason) of files that were not taken in and are no copies.
    """
    targets, classes = standing.targets, standing.classes
    is_member = targets != NOT_A_MEMBER
    predicted = ranking.predicted(targets)
    is_believed = is_member & (ranking.doubts.wrong < 0.5)  # a wrong label is no confusion of the classifier
    sizes = np.bincount(targets[is_member], minlength=len(classes))
    accuracy = balanced_accuracy(targets[is_member], predicted[is_member], len(classes))[0]
    learner = evidence.learner
    return ReviewReport(
        n_pictures=int(is_member.sum()),
        counts=counts,
        labels={label: n for label, n in zip(classes, sizes.tolist(), strict=True) if n},
        noise=ranking.doubts.model.noise,
        confused=_confused(targets[is_believed], predicted[is_believed], classes, sizes),
        imbalance=_imbalance(classes, sizes),
        shortcuts=tuple(
            find_shortcuts(
                evidence.pictures,
                evidence.looks,
                evidence.tiny,
                targets,
                learner.folds,
                len(classes),
                accuracy,
            )
        ),
        leak=find_leaks(evidence.pictures, learner.coordinates, evidence.groups, targets, len(classes)),
        unreadable=(*((one.path, reason) for one, reason in evidence.unreadable), *refused),
        copies=_copies(evidence),
    )


def _confused(
    targets: np.ndarray, predicted: np.ndarray, classes: Sequence[str], sizes: np.ndarray
) -> tuple[ConfusedPair, ...]:
    n_classes = len(classes)
    wrong = targets != predicted
    low, high = np.minimum(targets, predicted)[wrong], np.maximum(targets, predicted)[wrong]
    codes, counts = np.unique(low.astype(np.int64) * n_classes + high, return_counts=True)
    pairs = []
    for i in np.argsort(-counts, kind="stable")[:_MOST_PAIRS].tolist():
        one, other = divmod(int(codes[i]), n_classes)
        n, n_both = int(counts[i]), int(sizes[one] + sizes[other])
        if n >= 3 and n > _CONFUSED * n_both:
            sentence = (
                f"{classes[one]!r} and {classes[other]!r} are often confused: {n} of their {n_both} "
                "pictures. Review these labels first. They may be one label, or need clearer pictures."
            )
            pairs.append(ConfusedPair(classes[one], classes[other], n, n_both, sentence))
    return tuple(pairs)


def _imbalance(classes: Sequence[str], sizes: np.ndarray) -> tuple[str, ...]:
    there = sizes > 0
    if not there.any():
        return ()
    said = [
        f"{label!r} has {n} picture{'s' * (n != 1)}, too few for reliable findings. Add pictures until it "
        f"has at least {_FEW}."
        for label, n in zip(classes, sizes.tolist(), strict=True)
        if 0 < n < _FEW
    ]
    most, least = int(sizes.argmax()), int(np.where(there, sizes, sizes.max() + 1).argmin())
    if sizes[most] >= _UNEVEN * sizes[least]:
        said.append(
            f"{classes[most]!r} has {sizes[most]} pictures and {classes[least]!r} {sizes[least]}. More "
            "pictures of the smaller label would help most."
        )
    return tuple(said)


def _copies(evidence: Evidence) -> tuple[tuple[str, str], ...]:
    kept = (one for one in evidence.pictures if one.state == "kept")
    paths: dict[str | None, Picture] = {one.image_id: one for one in kept}
    named = {copy.name: copy.same_as for copy in evidence.copies if copy.same_as in paths}
    return tuple(
        (name, paths[same].path) for name, same in named.items() if name != paths[same].original_name
    )
