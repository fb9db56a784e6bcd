"""The projects that a person opened last, kept in their own settings. What cannot be read there counts as nothing."""

from __future__ import annotations

import json
import time
from collections.abc import Callable
from pathlib import Path

from tellapart import atomic_files
from tellapart.errors import ProjectError
from tellapart.store.sqlite.database_errors import disk_reason
from tellapart.workspace.alone import alone_in
from tellapart.workspace.places import settings_dir

FORMAT = 1
MOST = 50
_FILE = "recent-projects.json"


def recent_projects() -> dict[Path, float]:
    """Folder -> seconds since 1970 when it was opened last, the latest first. They may be gone since."""
    try:
        record = json.loads((settings_dir() / _FILE).read_text("utf-8"))
        rows = record["projects"] if record["format"] == FORMAT else []
        found = {Path(str(row["folder"])): float(row["opened"]) for row in rows}
    except (OSError, ValueError, TypeError, KeyError):
        return {}
    absolute = {root: opened for root, opened in found.items() if root.is_absolute()}
    return dict(sorted(absolute.items(), key=lambda row: -row[1]))


def note_opened(root: Path) -> None:
    """Remember that a project is opened now.

    Raises:
        ProjectError: the settings cannot be written.
    """
    _change(lambda rows: {**rows, root.absolute(): time.time()})


def note_moved(root: Path, new: Path | None) -> None:
    """Remember that a project lies elsewhere now; None: no longer anywhere.

    Raises:
        ProjectError: the settings cannot be written.
    """

    def moved(rows: dict[Path, float]) -> dict[Path, float]:
        opened = rows.pop(root.absolute(), None)
        return rows if new is None or opened is None else {**rows, new.absolute(): opened}

    _change(moved)


def _change(made: Callable[[dict[Path, float]], dict[Path, float]]) -> None:
    folder = settings_dir()
    with alone_in(folder):
        rows = sorted(made(recent_projects()).items(), key=lambda row: -row[1])[:MOST]
        kept = [{"folder": str(root), "opened": opened} for root, opened in rows]
        try:
            atomic_files.write_json(folder / _FILE, {"format": FORMAT, "projects": kept})
        except (OSError, UnicodeEncodeError) as error:  # a folder may be called by bytes that are no text
            reason = disk_reason(folder, error) if isinstance(error, OSError) else f"{folder}: {error}."
            raise ProjectError(reason) from error
