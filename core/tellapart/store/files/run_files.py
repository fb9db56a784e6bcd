"""What the files of a run may hold: in a stranger's project, or on a damaged disk, anything may stand in them."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

from tellapart.store.files.run_shapes import check_config, check_result

_LAST_S = 253_370_764_800  # the year 9999, the last that a date can show
_LAST_PID = 2**31
_NUMBERS = {"at": _LAST_S, "created": _LAST_S, "pid": _LAST_PID, "done": 2**53, "total": 2**53}


def json_object(path: Path) -> dict[str, Any]:
    """The JSON object that a file holds.

    Raises:
        OSError: it cannot be read.
        ValueError: it holds something else.
    """
    try:
        found = json.loads(path.read_text("utf-8"))
    except RecursionError as error:
        raise ValueError("it is nested too deeply") from error
    if not isinstance(found, dict):
        raise ValueError("it is no JSON object")
    return found


def run_settings(path: Path) -> dict[str, Any]:
    """config.json of a run, its task, config and started checked.

    Raises:
        OSError: it cannot be read.
        ValueError: it is none.
    """
    found = json_object(path)
    for name, kind, what in (("task", str, "text"), ("config", dict, "object")):
        if not isinstance(found.get(name), kind):
            raise ValueError(f'its "{name}" is no {what}')
    if not _is_number(found.get("started"), _LAST_S):
        raise ValueError('its "started" is no time')
    check_config(found["task"], found["config"])
    return found


def run_result(path: Path, task: str) -> dict[str, Any]:
    """result.json of a run of that task, checked as far as it is read.

    Raises:
        OSError: it cannot be read.
        ValueError: it is none.
    """
    found = json_object(path)
    check_result(task, found)
    return found


def worker_noted(path: Path) -> dict[str, Any] | None:
    """worker.json of a run: pid and created. None where it is not there, or cannot be used."""
    try:
        found = json_object(path)
    except (OSError, ValueError):
        return None
    return found if "pid" in found and is_progress(found) else None


def is_progress(line: dict[str, Any]) -> bool:
    """Whether a line of progress.jsonl says what a worker would say."""
    if not all(_is_number(line[name], most) for name, most in _NUMBERS.items() if name in line):
        return False
    if "pid" in line and not (isinstance(line["pid"], int) and "created" in line):
        return False
    facts = line.get("facts", {})
    if not isinstance(facts, dict) or not isinstance(facts.get("details", []), list):
        return False
    if not isinstance(line.get("message", ""), str):
        return False
    if "stage" not in line:
        return True
    return line["stage"] in ("done", "failed", "cancelled", "paused") and {"message", "at"} <= set(line)


def _is_number(value: Any, most: int) -> bool:
    return isinstance(value, (int, float)) and 0 <= value <= most
