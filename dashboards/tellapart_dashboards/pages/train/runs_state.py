"""RunsState: what the table of trainings shows at one moment, made by one function of what is known."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from tellapart.training_runs.listing import TrainingRun
from tellapart.training_runs.waiting import WaitingTraining

if TYPE_CHECKING:
    from tellapart.learning.statistics.paired import Paired
    from tellapart.training_runs.comparing import RunComparison


@dataclass(frozen=True)
class Compared:
    """Two trainings side by side. jpegs: small pictures of the first of `comparison.changed`."""

    comparison: RunComparison
    jpegs: tuple[bytes, ...] = ()


@dataclass(frozen=True)
class LastStep:
    """From the training before to the newest. before, after: error rates, 0 to 1, each on its own held-out pictures.

    told: the two picture by picture, near-duplicates counted once; None where they cannot be compared so.
    """

    before: float
    after: float
    told: Paired | None = None


@dataclass(frozen=True, eq=False)
class RunsState:
    """What is to be drawn.

    rows: trainings that ended well, the newest first; listed: these and those that failed, were stopped or are paused;
    trash: deleted ones. chosen: the runs with a tick; compared: two
    of them, None before. quick: the newest of that recipe, thorough: the newest of the others, where both are there;
    beside: what comparing them says. step: from the training before to the newest, None where there are not two.
    resting: those that were paused and can go on, the newest first; is_running: whether one is under way.
    problem, notice: of what was asked for last.
    """

    rows: tuple[TrainingRun, ...] = ()
    listed: tuple[TrainingRun, ...] = ()
    trash: tuple[TrainingRun, ...] = ()
    chosen: tuple[str, ...] = ()
    compared: Compared | None = None
    quick: TrainingRun | None = None
    thorough: TrainingRun | None = None
    beside: tuple[str, ...] = ()
    step: LastStep | None = None
    resting: tuple[WaitingTraining, ...] = ()
    is_running: bool = False
    problem: str = ""
    notice: str = ""

    @property
    def waiting(self) -> WaitingTraining | None:
        """The newest of those that were paused and can go on."""
        return self.resting[0] if self.resting else None

    def resting_as(self, run_id: str) -> WaitingTraining | None:
        """The paused training of that name, if it can go on."""
        return next((one for one in self.resting if one.run.run_id == run_id), None)

    def row(self, run_id: str) -> TrainingRun | None:
        """The training of that name, of all that are shown."""
        return next((one for one in (*self.listed, *self.trash) if one.run_id == run_id), None)

    @property
    def has_both(self) -> bool:
        """Whether there is a quick training and another one to show side by side."""
        return self.quick is not None and self.thorough is not None


def runs_state(
    found: Sequence[TrainingRun],
    chosen: Sequence[str] = (),
    compared: Compared | None = None,
    beside: Sequence[str] = (),
    step: LastStep | None = None,
    resting: Sequence[WaitingTraining] = (),
    problem: str = "",
    notice: str = "",
) -> RunsState:
    """The state. found: all trainings on disk; what is chosen and compared counts as far as it is still there."""
    there_now = [one for one in found if not one.is_deleted]
    rows = tuple(one for one in there_now if one.is_done)
    there = {one.run_id for one in rows}
    ticked = tuple(run_id for run_id in chosen if run_id in there)
    pair = newest_pair(rows)
    return RunsState(
        rows=rows,
        listed=tuple(one for one in there_now if one.stage != "running"),
        trash=tuple(one for one in found if one.is_deleted),
        chosen=ticked,
        compared=compared if len(ticked) == 2 else None,
        quick=pair[0] if pair else None,
        thorough=pair[1] if pair else None,
        beside=tuple(beside),
        step=step,
        resting=tuple(resting),
        is_running=any(one.stage == "running" for one in there_now),
        problem=problem,
        notice=notice,
    )


def newest_pair(rows: Sequence[TrainingRun]) -> tuple[TrainingRun, TrainingRun] | None:
    """The newest quick training and the newest by another recipe; None where one of them is missing."""
    newest = {one.recipe == "quick": one for one in reversed(rows) if one.is_done and not one.is_deleted}
    return (newest[True], newest[False]) if len(newest) == 2 else None
