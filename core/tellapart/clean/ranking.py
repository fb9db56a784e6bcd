"""Ranking: every check on one state of the labels, joined into one queue, worst first."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass, field, replace

import numpy as np

from tellapart.clean.evidence import Evidence
from tellapart.clean.findings import Finding
from tellapart.clean.standing import Snapshot
from tellapart.clean.suspects import Doubts, find_doubts, wrong_labels


@dataclass(frozen=True)
class Ranking:
    """findings: one for each picture in which something was seen, worst first. splits: image_id -> split."""

    version: int
    classes: tuple[str, ...]
    doubts: Doubts
    findings: tuple[Finding, ...]
    splits: dict[str, str] = field(default_factory=dict)
    _by_id: dict[str, Finding] = field(default_factory=dict)

    def of(self, image_id: str) -> Finding | None:
        """The finding of one picture."""
        return self._by_id.get(image_id)


def rank(evidence: Evidence, standing: Snapshot) -> Ranking:
    """All findings about the pictures as they stand."""
    logits = evidence.learner.logits(standing.targets, len(standing.classes))
    doubts = find_doubts(logits, standing.targets, standing.trusted)
    ids = [one.image_id for one in evidence.pictures]
    found = joined(wrong_labels(ids, standing.targets, standing.classes, doubts))
    return Ranking(
        standing.version, standing.classes, doubts, found, {}, {one.image_id: one for one in found}
    )


def joined(findings: Iterable[Finding]) -> tuple[Finding, ...]:
    """One finding for each picture, its worst, with the others in `also`; worst first, ties in the given order."""
    of: defaultdict[str, list[Finding]] = defaultdict(list)
    for finding in findings:
        of[finding.image_id].append(finding)
    worst = []
    for several in of.values():
        several.sort(key=lambda finding: -finding.score)
        worst.append(several[0] if len(several) == 1 else replace(several[0], also=tuple(several[1:])))
    order = np.argsort([-finding.score for finding in worst], kind="stable")
    return tuple(worst[i] for i in order)
