"""What a classifier's training says alike, whatever its things are: whether there is enough, numbers, a table."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from tellapart.errors import TrainError
from tellapart.learning.evaluation import Evaluation
from tellapart.words.markdown import plain as as_markdown
from tellapart.words.percents import tenths

_FEWEST = 2  # things of a label


def check_labels(counts: Mapping[str, int], noun: str) -> None:
    """That there are two labels, each with two things.

    Raises:
        TrainError: there are not.
    """
    few = [label for label, n in counts.items() if n < _FEWEST]
    if len(counts) >= 2 and not few:
        return
    what = (
        f"Label {few[0]!r} has 1 {noun}"
        if few
        else f"The project has {len(counts)} label{'s' * (len(counts) != 1)}"
    )
    raise TrainError(
        f"{what}; training needs two labels with at least {_FEWEST} {noun}s each. Add {noun}s, or relabel or remove it."
    )


def evaluation_record(one: Evaluation, labels: Sequence[str], majority_error: float) -> dict[str, Any]:
    """An evaluation as plain JSON values; majority_error: share wrong of always guessing the commonest label."""
    return {
        "n": one.n,
        "n_wrong": one.n_wrong,
        "error_rate": one.error_rate,
        "error_interval": list(one.error_interval),
        "baselines": {"majority": majority_error},
        "calibration_error": one.calibration_error,
        "confusion": one.confusion.tolist(),
        "classes": one.by_class(labels),
    }


def class_table(one: Evaluation, labels: Sequence[str], title: str, things: str) -> list[str]:
    """The lines of a table in Markdown: of each label how many there are, and how many are right.

    Args:
        title: above the labels. things: above their numbers.
    """
    return [
        f"| {as_markdown(title)} | {things} | Right among those predicted | Right among those that are |",
        "|---|---|---|---|",
        *(
            f"| {as_markdown(row['label'])} | {row['n']} | {tenths(row['precision'])} | {tenths(row['recall'])} |"
            for row in one.by_class(labels)
        ),
    ]
