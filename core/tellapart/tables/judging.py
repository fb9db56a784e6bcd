"""judge_rows: every row of a project, judged by a classifier that learned from others."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np

from tellapart.kinds.measured import check_labels
from tellapart.progress import Doing, Progress, Step, silent
from tellapart.tables.encoding import raw_values
from tellapart.tables.fitting import TableFit, fit_table
from tellapart.tables.model import TableModel
from tellapart.tables.project import ProjectRow, TableProject


@dataclass(frozen=True)
class TableJudgement:
    """Every row of a project out of fold. values: of the used columns, (N,) each; targets: (N,) int into labels;
    groups: (N,), rows with the same cells share a name."""

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
        fit, project = self.fit, self.project
        return TableModel(
            self.labels, project.target, project.columns, fit.features, fit.scorer, fit.shift,
            fit.calibration.temperature, fit.calibration.caution, measured,
        )  # fmt: skip


def judge_rows(project: TableProject, progress: Progress = silent) -> TableJudgement:
    """What classifiers that saw the other rows say of each.

    Raises:
        TrainError: there are not two labels with two rows each, or scikit-learn is missing.
    """
    rows, counts = project.rows(), project.label_counts()
    check_labels(counts, "row")
    labels = tuple(counts)
    progress(0, 0, Doing(Step.READING, "Reading the columns"))
    place = {label: k for k, label in enumerate(labels)}
    targets = np.array([place[one.label] for one in rows], np.int64)
    values = raw_values(project.columns, [one.cells for one in rows])
    groups = same_rows(project, rows)
    return TableJudgement(
        project,
        rows,
        labels,
        targets,
        values,
        groups,
        fit_table(project.columns, values, targets, groups, progress),
    )


def same_rows(project: TableProject, rows: list[ProjectRow]) -> list[str]:
    """(N,): the id of the first row with the same cells in the columns that are learned from."""
    used = [at for at, column in enumerate(project.columns) if column.is_used]
    first: dict[tuple[str, ...], str] = {}
    return [first.setdefault(tuple(one.cells[at].strip() for at in used), one.row_id) for one in rows]
