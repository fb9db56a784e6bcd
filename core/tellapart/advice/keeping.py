"""What advice was found for a training, kept in the folder of its run, so that it is found out once."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

from tellapart import atomic_files
from tellapart.advice.values import Advised
from tellapart.errors import RunError
from tellapart.store.sqlite.database_errors import disk_reason

FILE = "advice.json"
FORMAT = 1
VERSION = 2  # raise it when advice is found otherwise: what an older version kept is then found out anew


def kept_advice(run_dir: Path) -> Advised | None:
    """What is kept in a run's folder; None where nothing is, or of another version, or damaged."""
    try:
        record: dict[str, Any] = json.loads((run_dir / FILE).read_text("utf-8"))
        if (record["format"], record["version"]) != (FORMAT, VERSION) or record["run"] != run_dir.name:
            return None
        return Advised.from_json(record)
    except (OSError, ValueError, KeyError, TypeError):
        return None


def keep_advice(run_dir: Path, advised: Advised) -> None:
    """Write it into the run's folder.

    Raises:
        RunError: the disk does not take it.
    """
    try:
        atomic_files.write_json(run_dir / FILE, {"format": FORMAT, "version": VERSION, **advised.to_json()})
    except OSError as error:
        raise RunError(disk_reason(run_dir.parent, error)) from error
