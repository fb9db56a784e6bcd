"""Ranking: every check on one state of the labels, joined into one queue, worst first."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass, field, replace

import numpy as np

from tellapart.clean.copies import copy_findings, refused_conflicts
from tellapart.clean.current_labels import Snapshot
from tellapart.clean.evidence import Evidence
from tellapart.clean.findings import (
    WORTH_A_LOOK,
    WORTH_A_WORD,
    Finding,
    outlier,
    unreadable,
    visitor_word,
    wrong_label,
)
from tellapart.clean.quality import poorness, quality_finding
from tellapart.learning.cross_validation import NOT_A_MEMBER
from tellapart.learning.folds import can_be_told
from tellapart.learning.label_noise import Doubts, find_doubts
from tellapart.learning.outliers import outlier_scores


@dataclass(frozen=True)
class Ranking:
    """findings: one for each picture in which something was seen, decided about or not, worst first. targets: (N,), of
    the labels that were ranked."""

    version: int
    classes: tuple[str, ...]
    targets: np.ndarray
    doubts: Doubts
    findings: tuple[Finding, ...]
    _by_id: dict[str, Finding] = field(default_factory=dict)

    def predicted(self, targets: np.ndarray) -> np.ndarray:
        """(N,) int: the class each picture looks like most; its own where there is none to choose."""
        return self.doubts.probs.argmax(axis=1) if self.doubts.probs.size else targets

    def of(self, image_id: str) -> Finding | None:
        """The finding of one picture."""
        return self._by_id.get(image_id)


def rank_again(evidence: Evidence, standing: Snapshot, last: Ranking) -> Ranking:
    """The same as `rank`; free where no label is another since the last one, as when pictures were kept."""
    if standing.classes == last.classes and np.array_equal(standing.targets, last.targets):
        return replace(last, version=standing.version)
    return rank(evidence, standing)


def rank(evidence: Evidence, standing: Snapshot) -> Ranking:
    """All findings about the pictures as they stand."""
    targets, classes = standing.targets, standing.classes
    doubts = find_doubts(evidence.learner.logits(targets, len(classes)), targets)
    ids, places = evidence.image_ids, evidence.places
    certain: defaultdict[int, list[Finding]] = defaultdict(list)
    for finding in (
        *copy_findings(evidence.pictures, evidence.pairs, targets, classes, doubts.probs),
        *refused_conflicts(evidence.copies, places, targets, classes, doubts.probs),
    ):
        certain[places[finding.image_id]].append(finding)
    is_member = targets != NOT_A_MEMBER
    wrong = np.where(can_be_told(targets, evidence.learner.places), doubts.score, 0.0)
    # a picture under a wrong label is unlike the others of it, but not out of place
    strange = outlier_scores(targets, evidence.neighbours, evidence.similarities) * (1 - wrong)
    poor = poorness(evidence.flaws) * is_member
    scores = np.stack([wrong, strange, poor, np.zeros(len(ids))], axis=1)  # (N, 4)
    for row, several in certain.items():
        scores[row, 3] = max(finding.score for finding in several)
    together = 1 - np.prod(1 - scores, axis=1)
    found = [unreadable(picture.image_id, reason) for picture, reason in evidence.unreadable]
    for row in np.flatnonzero(together >= WORTH_A_LOOK).tolist():
        several = [*certain.get(row, ())]
        is_wrong, is_strange, is_poor, _ = scores[row].tolist()
        least = WORTH_A_WORD if several else min(WORTH_A_WORD, max(is_wrong, is_strange, is_poor))
        if is_wrong >= least:
            given, other = classes[targets[row]], classes[doubts.suggested[row]]
            looks, confidence = float(doubts.probs[row, doubts.suggested[row]]), float(doubts.confidence[row])
            several.append(wrong_label(ids[row], given, other, looks, confidence, is_wrong))
        if is_strange >= least:
            several.append(outlier(ids[row], classes[targets[row]], is_strange))
        if is_poor >= least:
            several.append(
                quality_finding(ids[row], evidence.flaws.scores[row], evidence.flaws.names, is_poor)
            )
        several.sort(key=lambda finding: -finding.score)
        found.append(several[0].with_others(float(together[row]), tuple(several[1:])))
    found.sort(key=lambda finding: -finding.score)
    found = _with_words(evidence, found)
    by_id = {one.image_id: one for one in found}
    return Ranking(standing.version, classes, targets, doubts, tuple(found), by_id)


def _with_words(evidence: Evidence, found: list[Finding]) -> list[Finding]:
    """What visitors said comes first, and what else was seen in the same picture beside it."""
    by_id = {one.image_id: one for one in found}
    words = []
    for image_id, several in evidence.words.items():
        if image_id in evidence.places:
            also = by_id.get(image_id)
            one = visitor_word(image_id, several)
            words.append(one if also is None else one.with_others(1.0, (also, *also.also)))
    told = {one.image_id for one in words}
    return [*words, *(one for one in found if one.image_id not in told)]
