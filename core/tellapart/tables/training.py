"""train_table: a checked classifier of a project's rows, with the numbers that belong to it."""

from __future__ import annotations

import time
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

from tellapart.kinds.bundle_folder import KNOWN, free_bundle_dir, write_bundle
from tellapart.kinds.measured import class_table, evaluation_record
from tellapart.learning.baselines import majority_error
from tellapart.learning.evaluation import Evaluation, evaluate
from tellapart.progress import Progress, silent
from tellapart.tables.effects.time_order import TimeOrder, time_order_of
from tellapart.tables.fitting import MOST_GROWN
from tellapart.tables.judging import judge_rows
from tellapart.tables.model_file import write_model
from tellapart.tables.project import ProjectRow, TableProject
from tellapart.words.markdown import plain as as_markdown
from tellapart.words.percents import between, tenths, whole

_SHOWN = 6  # cells of a row


@dataclass(frozen=True)
class TableResult:
    """A training. evaluation: of every row, by a classifier that learned from other rows (5 folds). majority_error:
    share wrong of always guessing the commonest label. losses: of boosted trees and of the linear classifier, mean
    negative log likelihood; chosen: which was kept. bundle_dir: where it lies. seconds: of it all. by_time: the split
    by the first column of dates, None where there is none or too little after a day. n_columns: that are learned
    from."""

    bundle_dir: Path
    labels: tuple[str, ...]
    evaluation: Evaluation
    majority_error: float
    chosen: str
    losses: dict[str, float]
    seconds: float
    by_time: TimeOrder | None = None
    n_columns: int = 0

    def sentences(self) -> list[str]:
        """What a person has to know, in words."""
        one = self.evaluation
        low, high = one.error_interval
        losses = ", ".join(f"{kind} {loss:.3f}" for kind, loss in self.losses.items())
        said = [
            f"{one.n_wrong:,} of {one.n:,} wrong: error {tenths(one.error_rate)} (95 % interval {between(low, high)}), "
            "each row judged by a classifier that learned from others; rows that are the same stay together.",
            f"Always guessing the most common label: {tenths(self.majority_error)} wrong.",
            f"Kept: {_NAMES[self.chosen]}, by the loss on unseen rows ({losses}).{self._asked()}",
            f"{one.n:,} rows, {len(self.labels)} labels, {self.seconds:.1f} s.",
        ]
        if self.by_time is not None:
            said += self.by_time.sentences()
        if one.mistakes:
            surest = one.mistakes[0]
            said.append(
                f"Most confident mistake: {surest.image_id} ({surest.path}), {surest.label!r}, was mistaken for "
                f"{surest.predicted!r} ({whole(surest.confidence)} confident)."
            )
        return said

    def _asked(self) -> str:
        """What is said where trees ask for some of the columns alone."""
        if self.chosen != "trees" or self.n_columns <= MOST_GROWN:
            return ""
        return f" They ask for the {MOST_GROWN:,} of {self.n_columns:,} columns that alone say most."

    def to_json(self) -> dict[str, Any]:
        """Plain JSON values."""
        return {
            **evaluation_record(self.evaluation, self.labels, self.majority_error),
            "chosen": self.chosen,
            "losses": self.losses,
            "seconds": self.seconds,
            "by_time": self.by_time.to_json() if self.by_time is not None else None,
        }

    def __repr__(self) -> str:
        return "\n".join(self.sentences())


def train_table(project: TableProject, progress: Progress = silent) -> TableResult:
    """A classifier of the project's rows in a new bundle, measured out of fold.

    Raises:
        TrainError: see `judge_rows`. ProjectError: the disk does not take it.
    """
    clock, known = time.perf_counter(), project.decisions.newest()
    judged = judge_rows(project, progress)
    fit, probs = judged.fit, judged.probs
    evaluation = evaluate(
        probs, judged.targets, np.zeros(len(probs), bool), judged.labels, [one.row_id for one in judged.rows],
        [described(project, one) for one in judged.rows], judged.groups,
    )  # fmt: skip
    bundle_dir = free_bundle_dir(project.bundles_dir)
    majority = majority_error(judged.targets, judged.targets, len(judged.labels))
    by_time = time_order_of(judged, progress)
    result = TableResult(
        bundle_dir,
        judged.labels,
        evaluation,
        majority,
        fit.kind,
        fit.losses,
        time.perf_counter() - clock,
        by_time,
        len(fit.features),
    )
    model = judged.model({**result.to_json(), KNOWN: known})
    write_bundle(bundle_dir, lambda folder: write_model(model, folder), _card(project, result))
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


def _card(project: TableProject, result: TableResult) -> str:
    used = ", ".join(f"{as_markdown(one.title)} ({one.kind})" for one in project.columns if one.is_used)
    sensitive = ", ".join(as_markdown(one.title) for one in project.columns if one.is_sensitive)
    return "\n".join(
        [
            f"# {as_markdown(project.name)}: a classifier of rows",
            "",
            f"It tells {as_markdown(project.target)} from: {used}.",
            "",
            *(as_markdown(sentence) + "\n" for sentence in result.sentences()[:4]),
            *(as_markdown(one) + "\n" for one in (result.by_time.sentences() if result.by_time else [])),
            *class_table(result.evaluation, result.labels, project.target, "Rows"),
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
