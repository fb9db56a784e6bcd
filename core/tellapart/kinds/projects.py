"""Projects of other kinds than pictures. Each has a file `tellapart-KIND.json`, which is written last."""

from __future__ import annotations

import contextlib
import json
import re
import shutil
from pathlib import Path
from typing import Any

from tellapart.errors import ProjectError
from tellapart.progress import Doing, Progress, Step, silent
from tellapart.store.project import DB_NAME, is_project
from tellapart.store.sqlite.database_errors import disk_reason

_HEAD = re.compile(r"tellapart-([a-z]{1,30})\.json")
_MOST_BYTES = 2**20  # of a head that is looked at


def kind_of_project(root: Path) -> str:
    """What a folder is a project of, "texts" for instance; "" where it is none, or one of pictures."""
    if (root / DB_NAME).is_file():  # of pictures, whatever else lies in it
        return ""
    with contextlib.suppress(OSError):  # nothing is there, or it is somebody else's
        for path in sorted(root.iterdir()):
            if (found := _HEAD.fullmatch(path.name)) and _head(path).get("kind", found[1]) == found[1]:
                return found[1]
    return ""


def is_any_project(root: Path) -> bool:
    """Whether a folder holds a project, of pictures or of another kind."""
    return is_project(root) or bool(kind_of_project(root))


def source_of(root: Path, kind: str) -> str:
    """The name of the file that a project of this kind was made from; "" where it does not say."""
    with contextlib.suppress(OSError):
        return str(_head(root / f"tellapart-{kind}.json").get("source", ""))[:200]
    return ""


def copy_of_kind(root: Path, target: Path, progress: Progress = silent) -> None:
    """Copy such a project to a new folder. Links, and what is just being written, are left out.

    Raises:
        ProjectError: it cannot be read, or the disk does not take the copy.
        Cancelled: from `progress`.
    """
    progress(0, 0, Doing(Step.COPYING, f"Copying {root.name}"))
    try:
        shutil.copytree(root, target, ignore=_left_out)
    except OSError as error:  # shutil.Error is one
        raise ProjectError(disk_reason(target.parent, error)) from error


def _head(path: Path) -> dict[str, Any]:
    """What a head says; {} where it is damaged: whoever opens the project is told so. Another file of ours of such a
    name says no kind, as `tellapart-app.json` does.

    Raises:
        OSError: it cannot be read.
    """
    with path.open("rb") as file:
        data = file.read(_MOST_BYTES)
    try:
        head = json.loads(data)
        return {"kind": "", **head}
    except (ValueError, TypeError, RecursionError):
        return {}


def _left_out(folder: str, names: list[str]) -> list[str]:
    return [name for name in names if name.startswith(".") or (Path(folder) / name).is_symlink()]
