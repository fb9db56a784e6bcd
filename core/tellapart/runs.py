"""Long work on disk: start it, follow it, cancel it, find it again from another page or after a restart.

A run is a folder that is never used twice: config.json, worker.json, progress.jsonl, result.json, log.txt, and a
file named `cancel` once somebody asked it to stop, beside it `pause` where the same work is to go on later. The work
itself is a detached process, `python -m tellapart.worker RUN_DIR`.
"""

from __future__ import annotations

import contextlib
import os
import shutil
import subprocess
import sys
import time
import uuid
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path
from typing import Any, Literal

import psutil

from tellapart import atomic_files
from tellapart.errors import RunError
from tellapart.json_lines import JsonLines, line_of
from tellapart.progress import Step
from tellapart.store.files.run_files import is_progress, run_result, run_settings, worker_noted
from tellapart.store.sqlite.database_errors import disk_reason

Stage = Literal["running", "done", "failed", "cancelled", "paused"]
WORKER = (
    "-m",
    "tellapart.worker",
)  # what Python is told to run; tests put a worker with a web of their own here
VISITOR = "TELLAPART_VISITOR"  # set where a studio serves visitors: what lies at hand on this computer is not theirs
_GRACE_S = 20.0  # a run whose process nobody has noted by then never got one


@dataclass(frozen=True)
class RunStatus:
    """Where a run is. `message` is for the person; total is 0 while unknown; seconds since the start, or until its end.

    step, facts: what the message says of a run under way, see `progress.Doing`; None and {} where it does not. A search
    that failed has "details", sentences.
    """

    stage: Stage
    done: int
    total: int
    message: str
    seconds: float
    step: Step | None = None
    facts: dict[str, Any] = field(default_factory=dict)

    @property
    def fraction(self) -> float:
        """How much is done, 0 to 1."""
        return min(1.0, self.done / self.total) if self.total else float(self.stage == "done")


@dataclass(frozen=True)
class Run:
    """One piece of long work, known by its folder."""

    run_dir: Path

    @property
    def run_id(self) -> str:
        """The folder's name."""
        return self.run_dir.name

    @property
    def order(self) -> tuple[str, int, str]:
        """Sorts runs by their start: by the second in the name, and within it by when the settings were written."""
        try:
            written_ns = (self.run_dir / "config.json").stat().st_mtime_ns
        except OSError:
            written_ns = 0
        return self.run_id[: len("20261121-101500")], written_ns, self.run_id

    @property
    def project_dir(self) -> Path:
        """The project that it works on."""
        return self.run_dir.parent.parent

    @property
    def task(self) -> str:
        """What kind of work: train, intake, samples."""
        return str(self.settings()["task"])

    @property
    def config(self) -> dict[str, Any]:
        """The settings it was started with."""
        return dict(self.settings()["config"])

    def status(self) -> RunStatus:
        """Where it is now; a worker that died without a word counts as failed.

        Raises:
            RunError: the folder is no run.
        """
        return RunFollower(self).status()

    def cancel(self) -> None:
        """Ask it to stop; it does so at its next step and keeps what is finished."""
        (self.run_dir / "cancel").touch()

    def pause(self) -> None:
        """Ask it to stop as `cancel` does, so that another run with the same settings goes on from there."""
        (self.run_dir / "pause").touch()
        self.cancel()

    def is_pause_asked(self) -> bool:
        """Whether it was asked to stop for a while."""
        return (self.run_dir / "pause").exists()

    def is_cancel_asked(self) -> bool:
        """Whether somebody asked it to stop."""
        return (self.run_dir / "cancel").exists()

    def result(self) -> dict[str, Any]:
        """What it brought.

        Raises:
            RunError: it has not ended well, so there is no result; or it is damaged.
        """
        try:
            return run_result(self.run_dir / "result.json", self.task)
        except OSError as error:
            raise RunError(
                f"Run {self.run_id} has no result: {self.status().message} Start it again."
            ) from error
        except ValueError as error:
            raise RunError(
                f"result.json of run {self.run_id} is damaged ({error}). Start it again."
            ) from error

    def settings(self) -> dict[str, Any]:
        """What config.json holds: format, task, config, started (seconds since 1970).

        Raises:
            RunError: it cannot be read, or holds something else.
        """
        try:
            return run_settings(self.run_dir / "config.json")
        except (OSError, ValueError) as error:
            raise RunError(
                f"{self.run_dir} is not a run: its config.json cannot be read ({error}). Start a new one."
            ) from error


class RunFollower:
    """Where one run is, asked again and again; each time only what its worker wrote meanwhile is read.

    Raises:
        RunError: the folder is no run.
    """

    def __init__(self, run: Run):
        self.run = run
        self.progress = JsonLines(run.run_dir / "progress.jsonl")
        self._started: float = run.settings()["started"]
        self._worker: dict[str, Any] | None = None
        self._last: dict[str, Any] = {}
        self._step: dict[str, Any] = {}

    def status(self) -> RunStatus:
        """Where the run is now; a worker that died without a word counts as failed."""
        is_alive = self._is_alive()  # asked before reading: its last line may come between the two
        self._read()
        last, started = self._last, self._started
        done, total = self._step.get("done", 0), self._step.get("total", 0)
        if "stage" in last:
            facts = dict(last.get("facts", {}))
            return RunStatus(last["stage"], done, total, last["message"], last["at"] - started, None, facts)
        if not is_alive:
            return RunStatus("failed", done, total, self._obituary(), last.get("at", started) - started)
        step = Step.known(last.get("step", None if self._step else Step.STARTING))
        message, facts = str(last.get("message", "Starting")), dict(last.get("facts", {}))
        return RunStatus("running", done, total, message, time.time() - started, step, facts)

    def _read(self) -> None:
        for line in filter(is_progress, self.progress.new()):
            self._last = line
            if "done" in line:
                self._step = line
            if "pid" in line and self._worker is None:
                self._worker = line

    def _is_alive(self) -> bool:
        if "stage" in self._last:
            return False
        if self._worker is None:
            self._worker = worker_noted(self.run.run_dir / "worker.json")  # by who started it
        if self._worker is None:
            self._read()  # it notes itself where who started it was too late, or died before
        if self._worker is None:
            return time.time() - self._started < _GRACE_S
        try:
            process = psutil.Process(self._worker["pid"])
            return (
                abs(process.create_time() - self._worker["created"]) < 2
                and process.status() != psutil.STATUS_ZOMBIE
            )
        except psutil.Error:
            return False

    def _obituary(self) -> str:
        if not self.run.run_dir.is_dir():
            return (
                "The folder of this run was deleted while it worked. Start it again; finished work is saved."
            )
        try:
            log = (self.run.run_dir / "log.txt").read_text("utf-8", errors="replace").strip().splitlines()
        except OSError:
            log = []
        reason = f" Last message: {log[-1][:200]}" if log else ""
        return (
            f"The work stopped unexpectedly. Was the computer switched off, or out of memory?{reason} Start "
            "it again; finished work is saved."
        )


def start(project_dir: Path, task: str, config: dict[str, Any], secret: str = "") -> Run:
    """Begin a piece of work in a process of its own that outlives this one.

    secret: a token that the work needs. It goes through a pipe, into no file and on no command line; see `secret_of`.

    Raises:
        RunError: the run's folder cannot be made or the process cannot be started.
    """
    runs_dir = Path(project_dir).absolute() / "runs"
    run_dir = runs_dir / f"{datetime.now():%Y%m%d-%H%M%S}-{uuid.uuid4().hex[:6]}"
    try:
        runs_dir.mkdir(exist_ok=True)  # its parents not: a project that was moved leaves no stub behind
        run_dir.mkdir()
        atomic_files.write_json(
            run_dir / "config.json", {"format": 1, "task": task, "config": config, "started": time.time()}
        )
        os.utime(runs_dir)  # so that pages look again: these settings may have come late
        _launch(run_dir, secret)
    except OSError as error:
        raise RunError(disk_reason(runs_dir, error)) from error
    return Run(run_dir)


def record(
    project_dir: Path,
    run_id: str,
    task: str,
    config: dict[str, Any],
    result: dict[str, Any],
    seconds: float,
    files: Mapping[str, bytes] | None = None,
) -> Run:
    """Work that another program did by itself, kept as a run that is done, for every page to find. Whole or not there.

    result: what `Run.result` will give; its "sentence" becomes the status message. files: what else lies in its folder.

    Raises:
        RunError: the disk does not take it, or there is such a run.
    """
    run_dir = Path(project_dir).absolute() / "runs" / run_id
    beside = atomic_files.part_beside(run_dir)
    now = time.time()
    last = {"stage": "done", "message": str(result.get("sentence", "Done.")), "at": now}
    try:
        beside.parent.mkdir(exist_ok=True)
        beside.mkdir()
        for name, content in (files or {}).items():
            atomic_files.write_bytes(beside / name, content)
        atomic_files.write_json(beside / "result.json", result)
        atomic_files.write_bytes(beside / "progress.jsonl", line_of(last))
        settings = {"format": 1, "task": task, "config": config, "started": now - seconds}
        atomic_files.write_json(beside / "config.json", settings)
        atomic_files.replace(beside, run_dir)
    except OSError as error:
        shutil.rmtree(beside, ignore_errors=True)
        raise RunError(disk_reason(run_dir.parent, error)) from error
    return Run(run_dir)


def latest(project_dir: Path, task: str | None = None) -> Run | None:
    """The run started last, of one task or of any; None when there is none."""
    runs_dir = Path(project_dir) / "runs"
    folders = runs_dir.iterdir() if runs_dir.is_dir() else ()
    runs = [Run(folder) for folder in folders if not folder.name.startswith(".")]  # those are not whole yet
    for run in sorted(runs, key=lambda run: run.order, reverse=True):
        try:
            if run.task == task or task is None:
                return run
        except RunError:
            continue  # a folder of something else, or one cut off while it was being made
    return None


def running(project_dir: Path) -> Run | None:
    """A run that is at work in the project now; None when there is none."""
    runs_dir = Path(project_dir) / "runs"
    for folder in runs_dir.iterdir() if runs_dir.is_dir() else ():
        with contextlib.suppress(RunError):  # a folder of something else
            run = Run(folder)
            if not folder.name.startswith(".") and run.status().stage == "running":
                return run
    return None


def read_lines(path: Path) -> list[dict[str, Any]]:
    """The complete JSON lines of a file; a last line still being written is left out."""
    return JsonLines(path).new()


def secret_of() -> str:
    """What `start` was given as the secret of the work that this process does; "" for none. To be asked once."""
    return sys.stdin.read().strip() if sys.stdin is not None else ""


def _launch(run_dir: Path, secret: str) -> None:
    if os.name == "nt":
        detached: dict[str, Any] = {
            "creationflags": subprocess.DETACHED_PROCESS | subprocess.CREATE_NEW_PROCESS_GROUP  # type: ignore[attr-defined]
        }
    else:
        detached = {"start_new_session": True}
    with (run_dir / "log.txt").open("wb") as log:
        process = subprocess.Popen(
            [sys.executable, *WORKER, str(run_dir)],
            stdin=subprocess.PIPE if secret else subprocess.DEVNULL, stdout=log, stderr=subprocess.STDOUT,
            close_fds=True, cwd=run_dir, **detached,
        )  # fmt: skip
    if process.stdin is not None:
        with contextlib.suppress(OSError), process.stdin:  # a worker that died says so itself
            process.stdin.write(secret.encode())
    # The worker says so itself once Python and its packages are loaded, which takes a busy machine its time.
    with contextlib.suppress(psutil.Error, OSError):
        created = psutil.Process(process.pid).create_time()
        atomic_files.write_json(run_dir / "worker.json", {"pid": process.pid, "created": created})
