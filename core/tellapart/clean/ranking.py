"""Ranking: every check on one state of the labels, joined into one queue, worst first."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass, field, replace
from itertools import chain

import numpy as np

from tellapart.clean.copies import copy_findings, refused_conflicts
from tellapart.clean.evidence import Evidence
from tellapart.clean.findings import UNREADABLE, Finding, Suggestion
from tellapart.clean.learner import NOT_A_MEMBER
from tellapart.clean.outliers import out_of_place, outlier_findings
from tellapart.clean.quality import quality_findings
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
    targets, classes = standing.targets, standing.classes
    doubts = find_doubts(evidence.learner.logits(targets, len(classes)), targets, standing.trusted)
    far = out_of_place(targets, evidence.neighbours, evidence.similarities, len(classes))
    ids = [one.image_id for one in evidence.pictures]
    places = {image_id: row for row, image_id in enumerate(ids)}
    probs = doubts.probs
    findings = chain(
        (_unreadable(picture.image_id, reason) for picture, reason in evidence.unreadable),
        wrong_labels(ids, targets, classes, doubts),
        outlier_findings(ids, standing.labels, far, standing.trusted),
        copy_findings(evidence.pictures, evidence.pairs, targets, classes, probs),
        refused_conflicts(evidence.copies, places, targets, classes, probs),
        quality_findings(ids, evidence.flaws, targets != NOT_A_MEMBER),
    )
    found = joined(findings)
    return Ranking(standing.version, classes, doubts, found, {}, {one.image_id: one for one in found})


def _unreadable(image_id: str, reason: str) -> Finding:
    text = f"It cannot be used: {reason}. Put a good copy in its place, or remove it."
    return Finding(image_id, UNREADABLE, 1.0, "cannot be read", text, Suggestion("remove", None, 0.9))


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
