"""judge_rows: every row of a project, judged by a classifier that learned from others."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from tellapart.kinds.labelled_project import counted_labels
from tellapart.kinds.measured import check_labels
from tellapart.progress import Doing, Progress, Step, silent
from tellapart.tables.encoding import encoded, raw_values
from tellapart.tables.fitting import TableFit, fit_table
from tellapart.tables.model import TableModel
from tellapart.tables.project import ProjectRow, TableProject


@dataclass(frozen=True)
class TableJudgement:
    """Every row of a project out of fold. values: of the used columns, (N,) each; targets: (N,) int into labels;
    groups: (N,), rows of which the same is learned share a name."""

    project: TableProject
    rows: list[ProjectRow]
    labels: tuple[str, ...]
    targets: np.ndarray
    values: list[np.ndarray]
    groups: list[str]
    fit: TableFit

    @property
    def probs(self) -> np.ndarray:
        """(N, C) out of fold, calibrated."""
        return self.calibrated(self.fit.oof_logits)

    @property
    def is_wrong(self) -> np.ndarray:
        """(N,) bool: whether the likeliest label out of fold is another than the row's."""
        return np.asarray(self.probs.argmax(axis=1) != self.targets)

    def calibrated(self, logits: np.ndarray) -> np.ndarray:
        """(N, C) probabilities of (N, C) logits, as those out of fold were found to mean."""
        calibration = self.fit.calibration
        return calibration.probs(logits - np.log(calibration.prior))

    def model(self, measured: dict[str, Any]) -> TableModel:
        """The classifier of all rows; measured: what it was found to be worth, plain JSON values."""
        return _model(self.project, self.labels, self.fit, measured)

    def told_by(self, rows: np.ndarray, asked: np.ndarray, progress: Progress = silent) -> np.ndarray:
        """(A,) places of the labels that a training of some rows alone tells the asked ones to have: all that is chosen
        and calibrated in it follows from those rows.

        Args:
            rows: (N,) places; they have at least two labels. asked: (A,) places.
        """
        there, known = np.unique(self.targets[rows], return_inverse=True)
        values, groups = [one[rows] for one in self.values], [self.groups[row] for row in rows.tolist()]
        fit = fit_table(self.project.columns, values, known, groups, progress)
        model = _model(self.project, tuple(self.labels[at] for at in there.tolist()), fit, {})
        inputs = encoded(fit.features, [one[asked] for one in self.values])
        return np.asarray(there[model.encoded_probabilities(inputs).argmax(axis=1)])


def _model(
    project: TableProject, labels: tuple[str, ...], fit: TableFit, measured: dict[str, Any]
) -> TableModel:
    return TableModel(
        labels, project.target, project.columns, fit.features, fit.scorer, fit.shift,
        fit.calibration.temperature, fit.calibration.caution, measured,
    )  # fmt: skip


def judge_rows(project: TableProject, progress: Progress = silent) -> TableJudgement:
    """What classifiers that saw the other rows say of each.

    Raises:
        TrainError: there are not two labels with two rows each, or scikit-learn is missing.
    """
    rows = project.rows()
    counts = counted_labels(rows)
    check_labels(counts, "row")
    labels = tuple(counts)
    progress(0, 0, Doing(Step.READING, "Reading the columns"))
    place = {label: k for k, label in enumerate(labels)}
    targets = np.array([place[one.label] for one in rows], np.int64)
    values = raw_values(project.columns, [one.cells for one in rows])
    groups = same_rows([one.row_id for one in rows], values)
    return TableJudgement(
        project,
        rows,
        labels,
        targets,
        values,
        groups,
        fit_table(project.columns, values, targets, groups, progress),
    )


def same_rows(row_ids: Sequence[str], values: Sequence[np.ndarray]) -> list[str]:
    """(N,): the id of the first row of which the same is learned: 5 and 5.0, or all that is missing.

    Args:
        values: of the used columns, (N,) each, see `raw_values`.
    """
    columns = [[None if cell != cell else cell for cell in one.tolist()] for one in values]
    first: dict[tuple[object, ...], str] = {}
    return [
        first.setdefault(cells, row_id)
        for row_id, cells in zip(row_ids, zip(*columns, strict=True), strict=True)
    ]
