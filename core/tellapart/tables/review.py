"""TableReview: what may be wrong with the rows and columns of a project, most suspicious first."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from dataclasses import asdict, dataclass
from typing import Any

import numpy as np

from tellapart.codes import Code
from tellapart.kinds.decisions import ThingDecision
from tellapart.learning.label_noise import find_doubts
from tellapart.progress import Progress, silent
from tellapart.tables.encoding import encoded
from tellapart.tables.leaks import identifiers, leaks, sensitive
from tellapart.tables.project import TableProject
from tellapart.tables.training import TableJudgement, described, judge_rows

_DOUBTFUL = 0.25  # score from which on a label is a finding
_FAR = 8.0  # spreads (of the middle half) from the nearer quartile at which a number is outlying


class RowCode(Code):
    """What a finding about a row is; the values stand in JSON and never change."""

    WRONG_LABEL = "wrong label"
    COPY = "copy"
    COPY_OTHER_LABEL = "copy with another label"
    OUTLYING = "outlying"


@dataclass(frozen=True)
class RowFinding:
    """Something that may be wrong with a row. score: 0 to 1, how surely; sentence: for the person. action, label: what
    is suggested ("" where only the person can tell); other_id: the row it is a copy of, or ""."""

    row_id: str
    code: RowCode
    score: float
    sentence: str
    action: str = ""
    label: str = ""
    other_id: str = ""

    def suggestion(self) -> ThingDecision | None:
        """What is suggested, as a decision."""
        return ThingDecision(self.row_id, self.action, self.label) if self.action else None  # type: ignore[arg-type]


class TableReview:
    """The findings of a project as it stood when it was opened or refreshed. noise: share of labels that are wrong,
    cautiously estimated, 0 to 1. remarks: about columns. scores: (N,) how doubtful each label is, 0 to 1."""

    def __init__(self, project: TableProject, progress: Progress = silent):
        self.project = project
        self.refresh(progress)

    def refresh(self, progress: Progress = silent) -> None:
        """Judge all rows again, as they stand now.

        Raises:
            TrainError: nothing can be learned from them; see `judge_rows`.
        """
        judged = judge_rows(self.project, progress)
        self.rows = {one.row_id: one for one in judged.rows}
        doubts = find_doubts(judged.fit.balanced, judged.targets)
        self.noise, self.scores = doubts.model.noise, doubts.score
        found = [*_wrong_labels(judged, doubts.score, doubts.suggested), *_copies(judged), *_outlying(judged)]
        self._found = sorted(found, key=lambda one: -one.score)
        probs = judged.fit.calibration.probs(judged.fit.balanced)
        features, values = judged.fit.features, judged.values
        self.remarks = [
            *leaks(features, values, judged.targets, judged.groups),
            *identifiers(self.project.columns),
            *sensitive(features, values, probs.argmax(axis=1) != judged.targets),
        ]

    def findings(self) -> list[RowFinding]:
        """What is still open, the most suspicious first; a row that a person kept or changed is settled."""
        decided = {one.row_id for one in self.project.rows(with_removed=True) if one.decided}
        return [one for one in self._found if one.row_id not in decided]

    def suggestions(self, above: float) -> list[ThingDecision]:
        """What is suggested with a score above this, one for each row."""
        chosen: dict[str, ThingDecision] = {}
        for one in self.findings():
            if one.score > above and (decision := one.suggestion()):
                chosen.setdefault(one.row_id, decision)
        return list(chosen.values())

    def decide(self, decisions: Iterable[ThingDecision]) -> None:
        """Keep decisions as one step; `refresh` tells what they changed."""
        self.project.decide(list(decisions))

    def undo(self) -> list[ThingDecision]:
        """Take back the last step; what it was."""
        return self.project.undo()

    def described(self, row_id: str) -> str:
        """A row in one line."""
        return described(self.project, self.rows[row_id])

    def sentences(self) -> list[str]:
        """The whole in words."""
        counts = Counter(one.code for one in self.findings())
        listed = ", ".join(f"{n} {code}" for code, n in counts.most_common())
        said = [f"{len(self.rows):,} rows checked: {listed or 'nothing to look at'}."]
        if self.noise >= 0.005:
            said.append(f"At least {self.noise:.0%} of the labels seem to be wrong.")
        return said + [one.sentence for one in self.remarks]

    def to_json(self) -> dict[str, Any]:
        """Plain JSON values."""
        findings = [{**asdict(one), "row": self.described(one.row_id)} for one in self.findings()]
        return {
            "n": len(self.rows),
            "noise": self.noise,
            "findings": findings,
            "columns": [asdict(one) for one in self.remarks],
        }

    def __repr__(self) -> str:
        return "\n".join(self.sentences())


def _wrong_labels(judged: TableJudgement, score: np.ndarray, suggested: np.ndarray) -> Iterable[RowFinding]:
    for row in np.flatnonzero(score > _DOUBTFUL).tolist():
        one, label = judged.rows[row], judged.labels[int(suggested[row])]
        said = f"Labelled {one.label!r}, looks like {label!r}."
        yield RowFinding(one.row_id, RowCode.WRONG_LABEL, float(score[row]), said, "relabel", label)


def _copies(judged: TableJudgement) -> Iterable[RowFinding]:
    labels = {one.row_id: one.label for one in judged.rows}
    for one, first in zip(judged.rows, judged.groups, strict=True):
        if one.row_id == first:
            continue
        if labels[first] == one.label:
            said = f"The same cells as {first}."
            yield RowFinding(one.row_id, RowCode.COPY, 0.5, said, other_id=first)
        else:
            said = f"The same cells as {first}, which is labelled {labels[first]!r}; this one {one.label!r}."
            yield RowFinding(one.row_id, RowCode.COPY_OTHER_LABEL, 0.6, said, other_id=first)


def _outlying(judged: TableJudgement) -> Iterable[RowFinding]:
    inputs = encoded(judged.fit.features, judged.values)
    far = np.zeros(len(inputs))
    column = np.zeros(len(inputs), int)
    for at, feature in enumerate(judged.fit.features):
        there = inputs[~np.isnan(inputs[:, at]), at]
        if feature.is_category or not len(there):
            continue
        low, high = np.quantile(there, [0.25, 0.75])
        if high > low:  # where half of the numbers are one and the same nothing says what is far
            away = np.nan_to_num(np.maximum(low - inputs[:, at], inputs[:, at] - high) / (high - low))
            column[away > far] = at
            far = np.maximum(far, away)
    for row in np.flatnonzero(far > _FAR).tolist():
        feature = judged.fit.features[column[row]]
        said = f"{feature.column.title} is {inputs[row, column[row]]:g}, far from the others' {feature.centre:g}."
        score = float(far[row] / (far[row] + 20))
        yield RowFinding(judged.rows[row].row_id, RowCode.OUTLYING, score, said)
