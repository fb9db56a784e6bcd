"""Job: long work as traits. The work is a run on disk; this follows it, also when another page began it."""

from __future__ import annotations

import time
from pathlib import Path
from typing import Any

from tellapart import runs
from tellapart.errors import TellapartError
from tellapart.progress import Step
from traitlets import Bool, Callable, Dict, Enum, Float, HasTraits, Unicode

from tellapart_dashboards.app.wording import error_sentence

SETTLED_NS = 2_000_000_000


class Job(HasTraits):
    """The newest run of some tasks in a project, and the way to start the next.

    progress: fraction, 0 to 1; is_progress_known is False while the total is unknown.
    message: for the person, as it is; step and facts: what it says of a run under way, see `tellapart.progress.Doing`.
    """

    tasks: tuple[str, ...] = ()
    project_dir = Unicode("")
    stage = Enum(("idle", "running", "done", "failed", "cancelled"), "idle")
    progress = Float(0.0)
    is_progress_known = Bool(False)
    message = Unicode("")
    step = Enum((None, *Step), None)
    facts = Dict()
    run_id = Unicode("")
    start_run = Callable(runs.start)  # (project_dir, task, config) -> Run; tests pass their own
    find_run = Callable(runs.latest)  # (project_dir, task) -> Run | None

    def __init__(self, **traits: Any) -> None:
        super().__init__(**traits)
        self._run: runs.Run | None = None
        self._seen_ns = -1

    def start(self, task: str, config: dict[str, Any]) -> None:
        """Nothing; the run is on its way afterwards, or stage and message say why not."""
        if self.stage == "running":
            return
        try:
            self._run = self.start_run(Path(self.project_dir), task, config)
        except TellapartError as error:
            self.message, self.stage = error_sentence(error), "failed"
            return
        self.set_trait("progress", 0.0)
        self.is_progress_known = False
        self.step, self.facts = Step.STARTING, {}
        self.message, self.run_id, self.stage = "Starting …", self._run.run_id, "running"

    def cancel(self) -> None:
        """Nothing; the run is asked to stop."""
        if self._run is not None and self.stage == "running":
            self._run.cancel()
            self.message, self.step = "Stopping …", None

    def poll(self) -> None:
        """Nothing; the traits say where the newest run is. Cheap when nothing happens."""
        try:
            if self.stage != "running":
                if not self._runs_changed():
                    return
                newest = self._newest()
                if newest is None or (self._run is not None and newest.run_id == self._run.run_id):
                    return
                self._run = newest
            if self._run is not None:
                self._show(self._run)
        except (TellapartError, OSError) as error:
            self.message, self.stage = error_sentence(error), "failed"

    def _runs_changed(self) -> bool:
        """Whether a run may have come since the last look. A fresh folder is looked at again: its files follow."""
        runs_dir = Path(self.project_dir) / "runs"
        changed_ns = runs_dir.stat().st_mtime_ns if runs_dir.is_dir() else 0
        if changed_ns == self._seen_ns:
            return False
        self._seen_ns = changed_ns if time.time_ns() - changed_ns > SETTLED_NS else 0
        return True

    def _newest(self) -> runs.Run | None:
        found = [self.find_run(Path(self.project_dir), task) for task in self.tasks]
        return max((run for run in found if run is not None), key=lambda run: run.order, default=None)

    def _show(self, run: runs.Run) -> None:
        status = run.status()
        with self.hold_trait_notifications():
            self.run_id = run.run_id
            self.is_progress_known = status.total > 0
            self.progress = status.done / status.total if status.total else 0.0
            self.step, self.facts = status.step, status.facts
            self.message = status.message
        if status.stage == "done":
            self.take_result(run.result())
        self.stage = status.stage

    def take_result(self, result: dict[str, Any]) -> None:
        """Nothing; called with result.json before stage becomes "done"."""
