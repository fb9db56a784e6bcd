"""Decisions about things: a file that only grows, one JSON object per line; undo is a line as well, and redo is the
step once more.

A line that a kill cut off never counted: it is passed over, and the next one begins on a line of its own. Numbers of
lines run on, which tells it from a line that was damaged later: there a number is missing, and undo and redo say so
instead of guessing which step was the last one.
"""

from __future__ import annotations

import json
import os
import time
from collections import Counter
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
        return _lines(_read(self._data(), self._noun).objects, self._noun)

    def damage(self) -> str:
        """Which lines are damaged, in a sentence; "" where none is. What they said does not count.

        Raises:
            ProjectError: the file cannot be read.
        """
        damaged = _read(self._data(), self._noun).damaged_after(0)
        return f"{self._named(damaged)}: what was decided there does not count." if damaged else ""

    def stamp(self) -> tuple[int, int]:
        """Another one as soon as a line was added; found without reading the file."""
        try:
            status = self._path.stat()
        except OSError:
            return 0, 0
        return status.st_mtime_ns, status.st_size

    def newest(self) -> int:
        """The number of the newest line, 0 for none: what a training that begins now knows of.

        Raises:
            ProjectError: the file cannot be read.
        """
        return _read(self._data(), self._noun).next_n - 1

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

        self._grow(lambda file: self._step(decisions, file.next_n))

    def undo(self) -> list[ThingDecision]:
        """Take back the last step that still stands; what it was, [] where there is none.

        Raises:
            ProjectError: the disk does not take it, or a line after that step is damaged.
        """
        taken: list[ThingDecision] = []

        def grown(file: _Read) -> list[dict[str, Any]]:
            standing = [line for line in _lines(file.objects, self._noun) if not line.is_undone]
            self._check_whole(file, standing[-1].n if standing else 0)
            if not standing:
                return []
            last = standing[-1].batch
            taken.extend(line.decision for line in standing if line.batch == last)
            return [{"n": file.next_n, "at": _now(), "undo": last}]

        self._grow(grown)
        return taken

    def redo(self) -> list[ThingDecision]:
        """Carry out again the step that was taken back last; what it was, [] where there is none, or where something
        new was decided since.

        Raises:
            ProjectError: the disk does not take it, or a line is damaged that may have said something new.
        """
        again: list[ThingDecision] = []

        def grown(file: _Read) -> list[dict[str, Any]]:
            self._check_whole(file, _newest(file.objects))
            waiting = _waiting(file.objects)
            if not waiting:
                return []
            lines = _lines(file.objects, self._noun)
            again.extend(line.decision for line in lines if line.batch == waiting[-1])
            return [{**one, "again": waiting[-1]} for one in self._step(again, file.next_n)]

        self._grow(grown)
        return again

    def can_redo(self) -> bool:
        """Whether there is something that `redo` would carry out again, or a damaged line that it would name.

        Raises:
            ProjectError: the file cannot be read.
        """
        file = _read(self._data(), self._noun)
        return bool(_waiting(file.objects)) or bool(file.damaged_after(_newest(file.objects)))

    def _named(self, damaged: Sequence[int]) -> str:
        more = f", and {len(damaged) - 1} more" if len(damaged) > 1 else ""
        return f"{self._path} is damaged in line {damaged[0]}{more}"

    def _check_whole(self, file: _Read, n: int) -> None:
        """Refuse where a line after that number is damaged: it may have been the last step."""
        if damaged := file.damaged_after(n):
            raise ProjectError(
                f"{self._named(damaged)}, so nobody can tell which step was the last one. Nothing was changed. Bring "
                f"the file back from a copy, or take {'those lines' if damaged[1:] else 'that line'} out in a text "
                "editor: all others count as before."
            )

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

    def _grow(self, grown: Callable[[_Read], list[dict[str, Any]]]) -> None:
        try:
            with self._path.open("a+b") as file:
                wait_for_lock(file, self._path)
                file.seek(0)
                data = file.read()
                added = grown(_read(data, self._noun))
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


@dataclass(frozen=True)
class _Read:
    """What stands in the file. objects: of the sound lines. damaged: place of each damaged line, from 1, with the
    number of the last sound one before it. next_n: the number of the next line."""

    objects: list[dict[str, Any]]
    damaged: list[tuple[int, int]]
    next_n: int

    def damaged_after(self, n: int) -> list[int]:
        """Places of the damaged lines behind the sound one of that number, 0 for all."""
        return [place for place, before in self.damaged if before >= n]


def _read(data: bytes, noun: str) -> _Read:
    objects: list[dict[str, Any]] = []
    damaged: list[tuple[int, int]] = []
    passed: list[tuple[int, int]] = []  # since the last sound line
    n = 0
    lines = data.split(b"\n")
    for place, line in enumerate(lines, 1):
        one = _object(line, noun)
        if one is not None:
            if one["n"] > n + 1:  # a number is missing: they counted once
                damaged += passed
            passed, n = [], max(n, one["n"])
            objects.append(one)
        elif line.strip() and place < len(lines):  # the last one, without its end, was cut off
            passed.append((place, n))
    return _Read(objects, damaged + passed, n + 1 + len(passed))


def _object(line: bytes, noun: str) -> dict[str, Any] | None:
    """What a line says, None where that is neither a decision nor an undo."""
    try:
        one = json.loads(line)
    except (ValueError, RecursionError):
        return None
    if not isinstance(one, dict) or not all(
        isinstance(one.get(key, 0), int) for key in ("n", "batch", "undo")
    ):
        return None
    is_decision = one.get("do") in ACTIONS and all(
        isinstance(one.get(key), str) for key in (noun, "label", "at")
    )
    return one if "n" in one and ("undo" in one or is_decision) else None


def _lines(objects: list[dict[str, Any]], noun: str) -> list[DecisionLine]:
    undone = {one["undo"] for one in objects if "undo" in one}
    return [
        DecisionLine(
            one["n"],
            _batch(one),
            one["at"],
            ThingDecision(one[noun], one["do"], one["label"]),
            _batch(one) in undone,
        )
        for one in objects
        if "undo" not in one
    ]


def _batch(one: dict[str, Any]) -> int:
    return int(one.get("batch", one["n"]))


def _newest(objects: list[dict[str, Any]]) -> int:
    """The number of the line that said something new last, 0 for none: neither an undo nor a redo."""
    return next((one["n"] for one in reversed(objects) if "undo" not in one and "again" not in one), 0)


def _waiting(objects: list[dict[str, Any]]) -> list[int]:
    """The steps that were taken back and can be carried out again, the next one last; also one whose redo was cut
    off."""
    n_lines = Counter(_batch(one) for one in objects if "undo" not in one)
    n_done: Counter[int] = Counter()
    waiting: list[int] = []
    for one in objects:
        if "undo" in one:
            waiting.append(one["undo"])
        elif "again" not in one:
            waiting.clear()  # something new was decided
        elif one["again"] in waiting:
            n_done[_batch(one)] += 1
            if n_done[_batch(one)] == n_lines[one["again"]]:
                waiting.remove(one["again"])
    return waiting


def _now() -> str:
    return datetime.now(timezone.utc).isoformat(timespec="seconds").replace("+00:00", "Z")
