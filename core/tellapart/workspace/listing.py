"""The projects of the projects folder, those that were opened elsewhere, and what lies in the trash."""

from __future__ import annotations

import os
import re
from dataclasses import dataclass
from pathlib import Path

from tellapart.errors import OutsideError, ProjectError
from tellapart.kinds.kind import kind_of_project
from tellapart.label_names import is_sayable, label_order
from tellapart.safe_paths import is_plain_entry, path_inside
from tellapart.workspace.names import one_folder
from tellapart.workspace.places import TRASH
from tellapart.workspace.recent import recent_projects

_KEY = re.compile(r"\d{8}-\d{6}-[0-9a-f]{6}")


@dataclass(frozen=True)
class ListedProject:
    """One project of the list. opened: seconds since 1970, 0 for never. is_here: it lies in the projects folder.
    facts: what it holds; problem: why it cannot be opened, or ""; both in words."""

    root: Path
    opened: float
    is_here: bool
    facts: str = ""
    problem: str = ""

    @property
    def name(self) -> str:
        """Its folder's name."""
        return self.root.name


@dataclass(frozen=True)
class DeletedProject:
    """One project in the trash. key: what it is brought back by; it says when it was deleted."""

    key: str
    name: str
    root: Path


def project_called(workspace: Path, name: str) -> Path:
    """The folder of the project of that name in the projects folder.

    Raises:
        ProjectError: the name leads elsewhere, there is nothing of that name, or it is no project.
    """
    try:
        root = path_inside(workspace, one_folder(name))
    except OutsideError as error:
        raise ProjectError(f"{name!r} is not opened: {error}. Put the real folder there.") from error
    if not root.is_dir():
        raise ProjectError(
            f"There is no project {name!r} in {workspace}: it was moved, renamed or deleted meanwhile. Choose another "
            "one, or look into the trash."
        )
    if kind_of_project(root) is None:
        raise ProjectError(f"{root} is not a project. Choose another one.")
    return root


def listed_projects(workspace: Path) -> list[ListedProject]:
    """All that can be opened: the latest opened first, then by name.

    Raises:
        ProjectError: the projects folder cannot be read.
    """
    recent = recent_projects()
    rows = [_listed(root, recent.get(root, 0.0), True) for root in _projects_in(workspace)]
    here = {row.root for row in rows}
    rows += [
        _listed(root, opened, False)
        for root, opened in recent.items()
        if root not in here and root.parent != workspace and _is_project(root)
    ]
    return sorted(rows, key=lambda row: (-row.opened, label_order(row.name)))


def latest_project(workspace: Path) -> Path | None:
    """The project that was opened last, of those that are still in the projects folder; None where there is none."""
    rows = [row for row in listed_projects(workspace) if row.is_here and not row.problem]
    return rows[0].root if rows else None


def deleted_projects(workspace: Path) -> list[DeletedProject]:
    """What lies in the trash of the projects folder, the latest deleted first."""
    found = []
    for key in _entries(workspace / TRASH):
        if _KEY.fullmatch(key.name) and is_plain_entry(key) and key.is_dir(follow_symlinks=False):
            for entry in _entries(Path(key.path)):
                if is_plain_entry(entry) and entry.is_dir(follow_symlinks=False):
                    found.append(DeletedProject(key.name, entry.name, Path(entry.path)))
    return sorted(found, key=lambda one: one.key, reverse=True)


def _projects_in(workspace: Path) -> list[Path]:
    return [
        Path(entry.path)
        for entry in _entries(workspace)
        if not entry.name.startswith(".")
        and is_sayable(entry.name)
        and is_plain_entry(entry)
        and entry.is_dir(follow_symlinks=False)
        and _is_project(Path(entry.path))
    ]


def _entries(folder: Path) -> list[os.DirEntry[str]]:
    try:
        return list(os.scandir(folder))
    except FileNotFoundError:
        return []
    except OSError as error:
        raise ProjectError(f"{folder} cannot be read ({error.strerror}). Check its permissions.") from error


def _is_project(root: Path) -> bool:
    try:
        return kind_of_project(root) is not None
    except OSError:  # a disk that is not connected, or somebody else's folder
        return False


def _listed(root: Path, opened: float, is_here: bool) -> ListedProject:
    facts = problem = ""
    try:
        if kind := kind_of_project(root):  # else it went meanwhile
            facts = kind.facts(root)
    except ProjectError as error:
        problem = str(error)
    return ListedProject(root, opened, is_here, facts, problem)
