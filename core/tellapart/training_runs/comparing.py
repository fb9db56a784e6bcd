"""Two trainings on the held-out pictures that both were judged on: who is right where the other is wrong."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np

from tellapart.errors import RunError
from tellapart.learning.statistics.paired import Paired, paired
from tellapart.planning.held_out import HeldOut, read_held_out
from tellapart.runs import Run
from tellapart.store.project import Project
from tellapart.training_runs.listing import TrainingRun, run_folder
from tellapart.words.percents import more_between, more_of_100


@dataclass(frozen=True)
class ChangedPicture:
    """A picture that one of the two gets right and the other does not. path: "" where it has left the project.
    probabilities: of what each predicted, 0 to 1. is_better: the second is the one that is right."""

    image_id: str
    path: str
    label: str
    predicted: tuple[str, str]
    probabilities: tuple[float, float]

    @property
    def is_better(self) -> bool:
        """Whether the second is the one that is right."""
        return self.predicted[1] == self.label


@dataclass(frozen=True)
class RunComparison:
    """pairs: of the shared pictures; told: the same with near-duplicates counted once, wrong where most of them are,
    from which all that is said of better and worse comes: copies would outvote the rest, and the interval and p are of
    these counts.

    n_relabelled: shared pictures left out since they had different labels in the two. changed: the second's gains
    first, each part by how sure the wrong one was.
    """

    first: TrainingRun
    second: TrainingRun
    pairs: Paired
    told: Paired
    n_relabelled: int
    changed: tuple[ChangedPicture, ...]

    def sentences(self) -> list[str]:
        """What came out, for a person."""
        return [*self._verdict(), *self._shared()]

    def to_json(self) -> dict[str, Any]:
        """Plain JSON values. The counts are of all shared pictures, the rest of the n_different. difference:
        error rate of the second minus that of the first."""
        return {
            "first": self.first.run_id, "second": self.second.run_id, "n_shared": self.pairs.n,
            "both_right": self.pairs.both_right, "only_first_right": self.pairs.only_first,
            "only_second_right": self.pairs.only_second, "both_wrong": self.pairs.both_wrong,
            "n_different": self.told.n, "p_value": self.told.p_value, "difference": self.told.difference,
            "difference_interval": list(self.told.interval), "n_relabelled": self.n_relabelled,
            "sentences": self.sentences(),
            "changed": [
                {
                    "image_id": one.image_id, "path": one.path, "label": one.label, "predicted": list(one.predicted),
                    "probabilities": list(one.probabilities),
                }
                for one in self.changed
            ],
        }  # fmt: skip

    def _verdict(self) -> list[str]:
        pairs, told = self.pairs, self.told
        if not pairs.n:
            return [
                f"{self.first.title} and {self.second.title} were judged on no picture in common, so they cannot be "
                "compared. Train both on the same pictures with the same split."
            ]
        if not told.only_first + told.only_second:
            if n_apart := pairs.only_first + pairs.only_second:
                return [
                    f"No difference between {self.first.title} and {self.second.title} once near-duplicates count "
                    f"once: the {n_apart} picture(s) on which they differ are the fewer among copies of each other."
                ]
            return [
                f"{self.first.title} and {self.second.title} are right and wrong on the same pictures, all "
                f"{told.n}: no difference."
            ]
        is_second = told.only_second >= told.only_first
        better, other = (self.second, self.first) if is_second else (self.first, self.second)
        more, fewer = max(told.only_first, told.only_second), min(told.only_first, told.only_second)
        p = "p < 0.001" if told.p_value < 0.001 else f"p = {told.p_value:.2g}"
        chance = "this is more than chance" if told.is_beyond_chance else "this may be chance"
        if more == fewer:
            said = f"Neither is better: each is right on {more} picture(s) where the other is wrong."
        else:
            said = (
                f"{better.title} is better: it is right on {more} picture(s) where {other.title} is wrong, and wrong "
                f"on {fewer} where {other.title} is right ({p}): {chance}."
            )
        low, high = told.interval
        return [
            said,
            f"Of 100 pictures {self.second.title} gets {more_of_100(told.difference)} wrong than {self.first.title}, "
            f"95 % interval {more_between(low, high)}.",
        ]

    def _shared(self) -> list[str]:
        said = []
        if self.pairs.n and not self.pairs.n == self.first.n_valid == self.second.n_valid:
            said.append(
                f"Only the {self.pairs.n} held-out picture(s) that both were judged on count: {self.first.title} had "
                f"{self.first.n_valid}, {self.second.title} {self.second.n_valid}."
            )
        if self.n_relabelled:
            said.append(f"{self.n_relabelled} picture(s) got another label in between and do not count.")
        if self.told.n < self.pairs.n:
            said.append(
                f"Near-duplicates count once in this, {self.told.n} of {self.pairs.n} picture(s). One by one, only "
                f"{self.first.title} is right on {self.pairs.only_first}, only {self.second.title} on "
                f"{self.pairs.only_second}."
            )
        return said


def compare_runs(project: Project, first: TrainingRun, second: TrainingRun) -> RunComparison:
    """The second beside the first, picture by picture.

    Raises:
        RunError: the two are one; one has no result, or did not keep its answers, or is damaged.
    """
    if first.run_id == second.run_id:
        raise RunError(f"Both are the run {first.title}. Choose two different ones.")
    (one, one_classes), (other, other_classes) = _answers(project, first), _answers(project, second)
    place = {image_id: row for row, image_id in enumerate(other.image_ids)}
    shared = [(row, place[image_id]) for row, image_id in enumerate(one.image_ids) if image_id in place]
    same = [
        (row, at) for row, at in shared if one_classes[one.targets[row]] == other_classes[other.targets[at]]
    ]
    rows = np.array([row for row, _ in same], int)
    at = np.array([at for _, at in same], int)
    wrong, other_wrong = one.is_wrong[rows], other.is_wrong[at]
    _, group, sizes = np.unique(other.groups[at], return_inverse=True, return_counts=True)
    mostly, mostly_other = (2 * np.bincount(group, one, len(sizes)) > sizes for one in (wrong, other_wrong))
    return RunComparison(
        first, second,
        paired(wrong, other_wrong),
        paired(mostly, mostly_other),
        len(shared) - len(same),
        _changed(project, (one, rows, one_classes), (other, at, other_classes)),
    )  # fmt: skip


_Judged = tuple[HeldOut, np.ndarray, list[str]]


def _answers(project: Project, run: TrainingRun) -> tuple[HeldOut, list[str]]:
    folder = run_folder(project.root, run.run_id, run.is_deleted)
    if not folder.is_dir():
        raise RunError(f"The folder of run {run.title} is gone: was it deleted by hand? Choose another run.")
    classes = [str(label) for label in Run(folder).result()["classes"]]
    return read_held_out(folder, len(classes)), classes


def _changed(project: Project, first: _Judged, second: _Judged) -> tuple[ChangedPicture, ...]:
    (one, rows, names), (other, at, other_names) = first, second
    paths = {picture.image_id: picture.path for picture in project.manifest.pictures()}
    found = []
    for row, beside in zip(rows.tolist(), at.tolist(), strict=True):
        if one.is_wrong[row] != other.is_wrong[beside]:
            image_id = one.image_ids[row]
            found.append(
                ChangedPicture(
                    image_id, paths.get(image_id, ""), names[one.targets[row]],
                    (names[one.predicted[row]], other_names[other.predicted[beside]]),
                    (float(one.probs[row].max()), float(other.probs[beside].max())),
                )
            )  # fmt: skip
    return tuple(
        sorted(
            found, key=lambda one: (not one.is_better, -one.probabilities[not one.is_better], one.image_id)
        )
    )
