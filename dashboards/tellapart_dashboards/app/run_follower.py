"""Job: long work as traits. The work is a run on disk; this follows it, also when another page began it."""

from __future__ import annotations

import asyncio
import time
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from tellapart import runs
from tellapart.errors import TellapartError
from tellapart.progress import Step
from traitlets import Bool, Callable, Dict, Enum, Float, HasTraits, Unicode

from tellapart_dashboards.app.event_loop import Turn, soon
from tellapart_dashboards.app.wording import error_sentence

SETTLED_NS = 2_000_000_000


@dataclass(frozen=True)
class _RunSeen:
    """What was read of a run on a thread. result: of one that ended well, else None."""

    follower: runs.RunFollower
    config: dict[str, Any]
    status: runs.RunStatus
    result: dict[str, Any] | None


def newest_result(project_dir: Path, task: str) -> tuple[str, dict[str, Any]] | None:
    """(run_id, result) of the last run of that task that ended well."""
    runs_dir = project_dir / "runs"
    names = sorted((path.name for path in runs_dir.iterdir()), reverse=True) if runs_dir.is_dir() else []
    for name in names:
        run = runs.Run(runs_dir / name)
        try:
            if run.task == task and (run.run_dir / "result.json").exists():
                return name, run.result()
        except TellapartError:
            continue
    return None


class Job(HasTraits):
    """The newest run of some tasks in a project, and the way to start the next.

    Making one reads nothing; `read` does, for whoever makes it on a thread. All else is called on the page's loop, and
    reads and writes the disk on threads, one step after the other.

    progress: fraction, 0 to 1; is_progress_known is False while the total is unknown.
    message: for the person, as it is; step and facts: what it says of a run under way, see `tellapart.progress.Doing`.
    run, config, follower: the run that is followed, its settings, and what reads how far it is; None and {} before.
    """

    tasks: tuple[str, ...] = ()
    project_dir = Unicode("")
    stage = Enum(("idle", "running", "done", "failed", "cancelled", "paused"), "idle")
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
        self.run: runs.Run | None = None
        self.config: dict[str, Any] = {}
        self.follower: runs.RunFollower | None = None
        self._seen_ns = -1
        self._turn = Turn()

    def shown(self) -> dict[str, Any]:
        """How far it is and how it ended, by the names that a page's facts of a run have."""
        return {
            "is_running": self.stage == "running",
            "message": self.message,
            "progress": self.progress,
            "is_known": self.is_progress_known,
            "problem": self.message if self.stage == "failed" else "",
            "is_stopped": self.stage == "cancelled",
        }

    @property
    def is_running(self) -> bool:
        """Whether a run is under way."""
        return bool(self.stage == "running")

    def tell(self, sentence: str) -> None:
        """Say it where the run's progress is said."""
        self.message = sentence

    def start(self, task: str, config: dict[str, Any], secret: str = "") -> None:
        """Have a run started, unless one is under way; where that fails, stage and message say why. secret: see
        `runs.start`; it is not kept here."""
        if self.is_running:
            return
        self.follower = None  # of the run before: a look meanwhile would take its end for this one's
        self.set_trait("progress", 0.0)
        self.is_progress_known = False
        self.step, self.facts = Step.STARTING, {}
        self.message, self.stage = "Starting …", "running"
        soon(self._start(task, config, {"secret": secret} if secret else {}))

    def cancel(self) -> None:
        """Ask the run to stop."""
        if self.stage == "running":
            self.message, self.step = "Stopping …", None
            soon(self._cancel())

    async def poll(self) -> None:
        """Take over where the newest run is. Cheap when nothing happens."""
        async with self._turn.taken():
            try:
                seen = await asyncio.to_thread(self._look)
            except (TellapartError, OSError) as error:
                self._fail(error)
                return
            self._take(seen)

    def read(self) -> None:
        """The same right here: for whoever makes the job on a thread, before any widget shows it."""
        try:
            self._take(self._look())
        except (TellapartError, OSError) as error:
            self._fail(error)

    def result_of(self, run: runs.Run) -> dict[str, Any]:
        """What a run brought, for `take_result`. Called on a thread."""
        return run.result()

    def take_result(self, result: dict[str, Any]) -> None:
        """Called with result.json before stage becomes "done"."""

    async def _start(self, task: str, config: dict[str, Any], secret: dict[str, str]) -> None:
        async with self._turn.taken():
            try:
                run = await asyncio.to_thread(self.start_run, Path(self.project_dir), task, config, **secret)
                self.follower = await asyncio.to_thread(runs.RunFollower, run)
            except TellapartError as error:
                self._fail(error)
                return
            self.run, self.config, self.run_id = run, config, run.run_id
            self.stage = "running"  # a look that began before may have found another run, and its end

    async def _cancel(self) -> None:
        async with self._turn.taken():
            if self.run is not None and self.stage == "running":
                await asyncio.to_thread(self.run.cancel)

    def _fail(self, error: Exception) -> None:
        self.message, self.stage = error_sentence(error), "failed"

    def _look(self) -> _RunSeen | None:
        """What is new on disk, None for nothing. For a thread."""
        follower = self.follower
        if self.stage != "running":
            if not self._runs_changed():
                return None
            newest = self._newest()
            if newest is None or (self.run is not None and not self._is_after(newest)):
                return None
            follower = runs.RunFollower(newest)
        if follower is None:
            return None
        status = follower.status()
        config = self.config if follower is self.follower else follower.run.config
        return _RunSeen(
            follower, config, status, self.result_of(follower.run) if status.stage == "done" else None
        )

    def _runs_changed(self) -> bool:
        """Whether a run may have come since the last look. A fresh folder is looked at again: its files follow."""
        runs_dir = Path(self.project_dir) / "runs"
        changed_ns = runs_dir.stat().st_mtime_ns if runs_dir.is_dir() else 0
        if changed_ns == self._seen_ns:
            return False
        self._seen_ns = changed_ns if time.time_ns() - changed_ns > SETTLED_NS else 0
        return True

    def _is_after(self, run: runs.Run) -> bool:
        """Whether it began after the one that is followed: where that was deleted, an older one is no news."""
        assert self.run is not None
        name, other = run.order[0], self.run.order[0]
        return run.run_id != self.run.run_id and (
            name > other or (name == other and run.order > self.run.order)
        )

    def _newest(self) -> runs.Run | None:
        found = [self.find_run(Path(self.project_dir), task) for task in self.tasks]
        return max((run for run in found if run is not None), key=lambda run: run.order, default=None)

    def _take(self, seen: _RunSeen | None) -> None:
        if seen is None:
            return
        self.follower, self.run, self.config = seen.follower, seen.follower.run, seen.config
        status = seen.status
        with self.hold_trait_notifications():
            self.run_id = self.run.run_id
            self.is_progress_known = status.total > 0
            self.progress = status.done / status.total if status.total else 0.0
            self.step, self.facts = status.step, status.facts
            self.message = status.message
        if seen.result is not None:
            self.take_result(seen.result)
        self.stage = status.stage


class KeptResult(Job):
    """A run whose result stays. result: of the last that ended well, with its name as "run"; {} before."""

    result = Dict()

    def take_result(self, result: dict[str, Any]) -> None:
        self.result = {**result, "run": self.run_id}  # the same once more is news, too
