"""Decisions about things: a file that only grows, one JSON object per line; undo is a line as well, and redo is the
step once more.

A line that a kill cut off is passed over, and the next one begins on a line of its own.
"""

from __future__ import annotations

import json
import os
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime, timezone
from pathlib import Path
from typing import IO, Any, Literal

from tellapart.errors import ProjectError
from tellapart.file_lock import try_lock
from tellapart.store.sqlite.database_errors import disk_reason

Action = Literal["relabel", "remove", "keep"]
ACTIONS = ("relabel", "remove", "keep")
_PATIENCE_S = 10.0


@dataclass(frozen=True)
class ThingDecision:
    """What a person chose for a thing: relabel it as `label`, remove it, or keep it as it is (label "")."""

    thing_id: str
    action: Action
    label: str = ""


@dataclass(frozen=True)
class DecisionLine:
    """A decision as it stands in the file. n: its number, from 1; batch: number of its step, which one undo takes
    back; at: when, UTC; is_undone: whether it was taken back."""

    n: int
    batch: int
    at: str
    decision: ThingDecision
    is_undone: bool


class DecisionFile:
    """The decisions of one project; several processes may append to it at once.

    Args:
        noun: what a line calls a thing, "text" for instance.
    """

    def __init__(self, path: Path, noun: str = "text"):
        self._path, self._noun = path, noun

    def lines(self) -> list[DecisionLine]:
        """All decisions, the oldest first.

        Raises:
            ProjectError: the file cannot be read.
        """
        return _lines(_objects(self._data()), self._noun)

    def stamp(self) -> tuple[int, int]:
        """Another one as soon as a line was added; found without reading the file."""
        try:
            status = self._path.stat()
        except OSError:
            return 0, 0
        return status.st_mtime_ns, status.st_size

    def standing(self) -> tuple[dict[str, ThingDecision], dict[str, str]]:
        """Of each thing the last decision that was not taken back, and the last label it was given.

        Raises:
            ProjectError: the file cannot be read.
        """
        last: dict[str, ThingDecision] = {}
        labels: dict[str, str] = {}
        for line in self.lines():
            if not line.is_undone:
                last[line.decision.thing_id] = line.decision
                if line.decision.action == "relabel":
                    labels[line.decision.thing_id] = line.decision.label
        return last, labels

    def append(self, decisions: Sequence[ThingDecision]) -> None:
        """Keep the decisions as one step; they are on the disk when this returns.

        Raises:
            ProjectError: the disk does not take them; none of them counts then.
        """
        if not decisions:
            return

        self._grow(lambda _objects, n: self._step(decisions, n))

    def undo(self) -> list[ThingDecision]:
        """Take back the last step that still stands; what it was, [] where there is none.

        Raises:
            ProjectError: the disk does not take it.
        """
        taken: list[ThingDecision] = []

        def grown(objects: list[dict[str, Any]], n: int) -> list[dict[str, Any]]:
            standing = [line for line in _lines(objects, self._noun) if not line.is_undone]
            if not standing:
                return []
            last = standing[-1].batch
            taken.extend(line.decision for line in standing if line.batch == last)
            return [{"n": n, "at": _now(), "undo": last}]

        self._grow(grown)
        return taken

    def redo(self) -> list[ThingDecision]:
        """Carry out again the step that was taken back last; what it was, [] where there is none, or where something
        new was decided since.

        Raises:
            ProjectError: the disk does not take it.
        """
        again: list[ThingDecision] = []

        def grown(objects: list[dict[str, Any]], n: int) -> list[dict[str, Any]]:
            waiting = _waiting(objects)
            if not waiting:
                return []
            lines = _lines(objects, self._noun)
            again.extend(line.decision for line in lines if line.batch == waiting[-1])
            return [{**one, "again": waiting[-1]} for one in self._step(again, n)]

        self._grow(grown)
        return again

    def can_redo(self) -> bool:
        """Whether there is something that `redo` would carry out again.

        Raises:
            ProjectError: the file cannot be read.
        """
        return bool(_waiting(_objects(self._data())))

    def _data(self) -> bytes:
        try:
            return self._path.read_bytes() if self._path.exists() else b""
        except OSError as error:
            raise ProjectError(disk_reason(self._path.parent, error)) from error

    def _step(self, decisions: Sequence[ThingDecision], n: int) -> list[dict[str, Any]]:
        """The lines of one step, the first of that number."""
        at = _now()
        return [
            {"n": n + i, "batch": n, "at": at, self._noun: one.thing_id, "do": one.action, "label": one.label}
            for i, one in enumerate(decisions)
        ]

    def _grow(self, grown: Callable[[list[dict[str, Any]], int], list[dict[str, Any]]]) -> None:
        try:
            with self._path.open("a+b") as file:
                wait_for_lock(file, self._path)
                file.seek(0)
                data = file.read()
                objects = _objects(data)
                n = 1 + max((int(one["n"]) for one in objects), default=0)
                added = grown(objects, n)
                if not added:
                    return
                text = "".join(json.dumps(one, ensure_ascii=True) + "\n" for one in added).encode()
                begin = b"" if data.endswith(b"\n") or not data else b"\n"  # after a line that was cut off
                try:
                    file.write(begin + text)
                    file.flush()
                    os.fsync(file.fileno())
                except OSError:
                    os.truncate(self._path, len(data))
                    raise
        except OSError as error:
            raise ProjectError(disk_reason(self._path.parent, error)) from error


def wait_for_lock(file: IO[bytes], path: Path) -> None:
    """The open file at `path` is this process's alone, until it is closed.

    Raises:
        ProjectError: another program has had it for ten seconds.
    """
    give_up_at = time.monotonic() + _PATIENCE_S
    while not try_lock(file):
        if time.monotonic() > give_up_at:
            raise ProjectError(f"{path} is locked by another program. Close that program and try again.")
        time.sleep(0.02)


def _lines(objects: list[dict[str, Any]], noun: str) -> list[DecisionLine]:
    found: list[tuple[int, int, str, ThingDecision]] = []
    undone: set[int] = set()
    for one in objects:
        if isinstance(one.get("undo"), int):
            undone.add(one["undo"])
        elif one.get("do") in ACTIONS and all(isinstance(one.get(key), str) for key in (noun, "label", "at")):
            decision = ThingDecision(one[noun], one["do"], one["label"])
            found.append((one["n"], int(one.get("batch", one["n"])), one["at"], decision))
    return [DecisionLine(*line, line[1] in undone) for line in found]


def _waiting(objects: list[dict[str, Any]]) -> list[int]:
    """The steps that were taken back and can be carried out again, the next one last."""
    waiting: list[int] = []
    for one in objects:
        if isinstance(one.get("undo"), int):
            waiting.append(one["undo"])
        elif "again" not in one:
            waiting.clear()  # something new was decided
        elif one["again"] in waiting:  # a step may have several lines
            waiting.remove(one["again"])
    return waiting


def _objects(data: bytes) -> list[dict[str, Any]]:
    """The whole lines; numbers in them are numbers."""
    found = []
    for line in data.split(b"\n"):
        try:
            one = json.loads(line)
        except (ValueError, RecursionError):
            continue
        if isinstance(one, dict) and isinstance(one.get("n"), int) and isinstance(one.get("batch", 0), int):
            found.append(one)
    return found


def _now() -> str:
    return datetime.now(timezone.utc).isoformat(timespec="seconds").replace("+00:00", "Z")
