"""Finished runs of the slow peer, one JSON line each, so that a benchmark that was interrupted goes on where it was."""

from __future__ import annotations

import json
from collections.abc import Sequence
from hashlib import sha256
from pathlib import Path
from typing import Any


class RunLog:
    """A file of finished runs. A run belongs to a key made of everything that changes its result."""

    def __init__(self, path: Path):
        self._path = path
        self._runs: list[dict[str, Any]] = []
        if path.is_file():
            whole, _, cut_off = path.read_text("utf-8").rpartition("\n")
            self._runs = [json.loads(line) for line in whole.splitlines()]
            if cut_off:  # that run has to be repeated
                path.write_text(f"{whole}\n" if whole else "", "utf-8")

    def find(self, key: str, is_timed: bool) -> dict[str, Any] | None:
        """The last result under this key; with is_timed, of a run whose times were meant to count."""
        found = [run for run in self._runs if run["key"] == key and (run["is_timed"] or not is_timed)]
        return found[-1]["result"] if found else None

    def add(self, key: str, is_timed: bool, about: dict[str, Any], result: dict[str, Any]) -> None:
        """Append one run; about: what a person wants to know when reading the file."""
        run = {"key": key, "is_timed": is_timed, **about, "result": result}
        self._runs.append(run)
        self._path.parent.mkdir(parents=True, exist_ok=True)
        with self._path.open("a", encoding="utf-8") as file:
            file.write(json.dumps(run) + "\n")


def run_key(rows: Sequence[Sequence[str]], weights: Path, settings: dict[str, Any]) -> str:
    """A name for these pictures with their labels and splits, these weights and these settings."""
    parts = [sorted(map(list, rows)), sha256(weights.read_bytes()).hexdigest(), settings]
    return sha256(json.dumps(parts, sort_keys=True).encode()).hexdigest()[:24]
