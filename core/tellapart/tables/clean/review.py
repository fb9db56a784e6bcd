"""TableReview: what may be wrong with the rows and columns of a project, most suspicious first."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

import numpy as np

from tellapart.codes import Code
from tellapart.kinds.open_findings import ThingFinding
from tellapart.kinds.thing_review import ThingReview, doubtful
from tellapart.learning.label_noise import Doubts, find_doubts
from tellapart.progress import Progress, silent
from tellapart.tables.effects.leaks import identifiers, leaks, sensitive
from tellapart.tables.encoding import encoded
from tellapart.tables.judging import TableJudgement, judge_rows
from tellapart.tables.project import TableProject
from tellapart.tables.training import described

_FAR = 8.0  # spreads (of the middle half) from the nearer quartile at which a number is outlying


class RowCode(Code):
    """What a finding about a row is; the values stand in JSON and never change."""

    WRONG_LABEL = "wrong label"
    COPY = "copy"
    COPY_OTHER_LABEL = "copy with another label"
    OUTLYING = "outlying"


@dataclass(frozen=True)
class RowFinding(ThingFinding):
    """Something that may be wrong with a row. code: a RowCode; other_id: the row it is a copy of, or ""."""

    row_id = property(lambda self: self.thing_id, doc="Of the row.")


class TableReview(ThingReview[TableProject, RowFinding]):
    """The findings of a project as it stood when it was opened or refreshed. noise: share of labels that are wrong,
    cautiously estimated, 0 to 1. remarks: about columns. scores: (N,) how doubtful each label is, 0 to 1."""

    remarks_name = "columns"

    def refresh(self, progress: Progress = silent) -> None:
        """Judge all rows again, as they stand now.

        Raises:
            TrainError: nothing can be learned from them; see `judge_rows`.
        """
        judged = judge_rows(self.project, progress)
        self.rows = {one.row_id: one for one in judged.rows}
        doubts = find_doubts(judged.fit.balanced, judged.targets)
        self.noise, self.scores = doubts.model.noise, doubts.score
        self._keep([*_wrong_labels(judged, doubts), *_copies(judged), *_outlying(judged)])
        features, values = judged.fit.features, judged.values
        self.remarks = [
            *leaks(features, values, judged.targets, judged.groups),
            *identifiers(self.project.columns),
            *sensitive(features, values, judged.is_wrong, judged.groups),
        ]

    def described(self, thing_id: str) -> str:
        """A row in one line."""
        return described(self.project, self.rows[thing_id])


def _wrong_labels(judged: TableJudgement, doubts: Doubts) -> Iterable[RowFinding]:
    for one, label, score in doubtful(judged.rows, judged.labels, doubts):
        said = f"Labelled {one.label!r}, looks like {label!r}."
        yield RowFinding(one.row_id, RowCode.WRONG_LABEL, score, said, "relabel", label)


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
