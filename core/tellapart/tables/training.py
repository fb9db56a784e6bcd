"""train_table: a checked classifier of a project's rows, with the numbers that belong to it."""

from __future__ import annotations

import time
from dataclasses import dataclass
from datetime import datetime, timezone
from pathlib import Path
from typing import Any

import numpy as np

from tellapart import atomic_files
from tellapart.errors import ProjectError, TrainError
from tellapart.learning.baselines import majority_error
from tellapart.learning.evaluation import Evaluation, evaluate
from tellapart.progress import Doing, Progress, Step, silent
from tellapart.store.sqlite.database_errors import disk_reason
from tellapart.tables.encoding import raw_values
from tellapart.tables.fitting import TableFit, fit_table
from tellapart.tables.model import TableModel
from tellapart.tables.model_file import write_model
from tellapart.tables.project import ProjectRow, TableProject
from tellapart.words.markdown import plain as as_markdown

_FEW = 2  # rows of a label, at least
_SHOWN = 6  # cells of a row


@dataclass(frozen=True)
class TableResult:
    """A training. evaluation: of every row, by a classifier that learned from other rows (5 folds). majority_error:
    share wrong of always guessing the commonest label. losses: of boosted trees and of the linear classifier, mean
    negative log likelihood; chosen: which was kept. bundle_dir: where it lies. seconds: of it all."""

    bundle_dir: Path
    labels: tuple[str, ...]
    evaluation: Evaluation
    majority_error: float
    chosen: str
    losses: dict[str, float]
    seconds: float

    def sentences(self) -> list[str]:
        """What a person has to know, in words."""
        one = self.evaluation
        low, high = one.error_interval
        losses = ", ".join(f"{kind} {loss:.3f}" for kind, loss in self.losses.items())
        said = [
            f"{one.n_wrong:,} of {one.n:,} wrong: error {one.error_rate:.1%} (95 % interval {low:.1%} to {high:.1%}), "
            "each row judged by a classifier that learned from others; rows that are the same stay together.",
            f"Always guessing the most common label: {self.majority_error:.1%} wrong.",
            f"Kept: {_NAMES[self.chosen]}, by the loss on unseen rows ({losses}).",
            f"{one.n:,} rows, {len(self.labels)} labels, {self.seconds:.1f} s.",
        ]
        if one.mistakes:
            surest = one.mistakes[0]
            said.append(
                f"Most confident mistake: {surest.image_id} ({surest.path}), {surest.label!r}, was mistaken for "
                f"{surest.predicted!r} ({surest.confidence:.0%} confident)."
            )
        return said

    def to_json(self) -> dict[str, Any]:
        """Plain JSON values."""
        one = self.evaluation
        return {
            "n": one.n,
            "n_wrong": one.n_wrong,
            "error_rate": one.error_rate,
            "error_interval": list(one.error_interval),
            "baselines": {"majority": self.majority_error},
            "chosen": self.chosen,
            "losses": self.losses,
            "calibration_error": one.calibration_error,
            "confusion": one.confusion.tolist(),
            "classes": one.by_class(self.labels),
            "seconds": self.seconds,
        }

    def __repr__(self) -> str:
        return "\n".join(self.sentences())


@dataclass(frozen=True)
class TableJudgement:
    """Every row of a project out of fold. values: of the used columns, (N,) each; targets: (N,) int into labels;
    groups: (N,), rows with the same cells share a name."""

    rows: list[ProjectRow]
    labels: tuple[str, ...]
    targets: np.ndarray
    values: list[np.ndarray]
    groups: list[str]
    fit: TableFit


def judge_rows(project: TableProject, progress: Progress = silent) -> TableJudgement:
    """What classifiers that saw the other rows say of each.

    Raises:
        TrainError: there are not two labels with two rows each, or scikit-learn is missing.
    """
    rows, counts = project.rows(), project.label_counts()
    labels = tuple(counts)
    few = [label for label, n in counts.items() if n < _FEW]
    if len(labels) < 2 or few:
        what = (
            f"{few[0]!r} has 1 row"
            if few
            else f"The project has {len(labels)} label{'s' * (len(labels) != 1)}"
        )
        raise TrainError(
            f"{what}; training needs two labels with at least {_FEW} rows each. Add rows, or relabel or remove it."
        )
    progress(0, 0, Doing(Step.READING, "Reading the columns"))
    place = {label: k for k, label in enumerate(labels)}
    targets = np.array([place[one.label] for one in rows], np.int64)
    values = raw_values(project.columns, [one.cells for one in rows])
    groups = same_rows(project, rows)
    return TableJudgement(
        rows, labels, targets, values, groups, fit_table(project.columns, values, targets, groups, progress)
    )


def same_rows(project: TableProject, rows: list[ProjectRow]) -> list[str]:
    """(N,): the id of the first row with the same cells in the columns that are learned from."""
    used = [at for at, column in enumerate(project.columns) if column.is_used]
    first: dict[tuple[str, ...], str] = {}
    return [first.setdefault(tuple(one.cells[at].strip() for at in used), one.row_id) for one in rows]


def train_table(project: TableProject, progress: Progress = silent) -> TableResult:
    """A classifier of the project's rows in a new bundle, measured out of fold.

    Raises:
        TrainError: see `judge_rows`. ProjectError: the disk does not take it.
    """
    clock = time.perf_counter()
    judged = judge_rows(project, progress)
    fit = judged.fit
    probs = fit.calibration.probs(fit.balanced)
    evaluation = evaluate(
        probs, judged.targets, np.zeros(len(probs), bool), judged.labels, [one.row_id for one in judged.rows],
        [described(project, one) for one in judged.rows], judged.groups,
    )  # fmt: skip
    bundle_dir = _free(project.bundles_dir, datetime.now(timezone.utc).strftime("%Y%m%d-%H%M%S"))
    majority = majority_error(judged.targets, judged.targets, len(judged.labels))
    result = TableResult(
        bundle_dir, judged.labels, evaluation, majority, fit.kind, fit.losses, time.perf_counter() - clock
    )
    model = TableModel(
        judged.labels, project.target, project.columns, fit.features, fit.scorer, fit.shift,
        fit.calibration.temperature, fit.calibration.caution, result.to_json(),
    )  # fmt: skip
    beside = bundle_dir.with_name(f".{bundle_dir.name}.part")
    try:
        beside.mkdir(parents=True)
        write_model(model, beside)
        atomic_files.write_bytes(beside / "MODEL_CARD.md", _card(project, result).encode())
        beside.rename(bundle_dir)
    except OSError as error:
        raise ProjectError(disk_reason(project.root, error)) from error
    return result


def described(project: TableProject, row: ProjectRow) -> str:
    """A row in one line: its first cells with their titles."""
    cells = [
        f"{column.title[:30]} {cell.strip()[:30]}"
        for column, cell in zip(project.columns, row.cells, strict=True)
        if cell.strip()
    ]
    return f"row {row.number}: " + ", ".join(cells[:_SHOWN]) + (", …" if len(cells) > _SHOWN else "")


_NAMES = {"trees": "boosted trees", "linear": "a linear classifier"}


def _free(folder: Path, name: str) -> Path:
    """A folder of that name that nobody has."""
    tried = [name, *(f"{name}-{number}" for number in range(2, 1000))]
    return folder / next(one for one in tried if not (folder / one).exists())


def _card(project: TableProject, result: TableResult) -> str:
    rows = [
        f"| {as_markdown(one['label'])} | {one['n']} | {_share(one['precision'])} | {_share(one['recall'])} |"
        for one in result.evaluation.by_class(result.labels)
    ]
    used = ", ".join(f"{as_markdown(one.title)} ({one.kind})" for one in project.columns if one.is_used)
    sensitive = ", ".join(as_markdown(one.title) for one in project.columns if one.is_sensitive)
    return "\n".join(
        [
            f"# {as_markdown(project.name)}: a classifier of rows",
            "",
            f"It tells {as_markdown(project.target)} from: {used}.",
            "",
            *(as_markdown(sentence) + "\n" for sentence in result.sentences()[:4]),
            f"| {as_markdown(project.target)} | Rows | Right among those predicted | Right among those that are |",
            "|---|---|---|---|",
            *rows,
            "",
            *(
                [f"Look twice before it decides about people: it is told {sensitive}.", ""]
                if sensitive
                else []
            ),
            "The file table-model.json holds titles, categories and thresholds of the table it learned from.",
            "",
        ]
    )


def _share(value: float | None) -> str:
    return "–" if value is None else f"{value:.1%}"
