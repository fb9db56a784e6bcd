"""Projects made, renamed, duplicated, moved to the trash and back. Nothing is ever deleted."""

from __future__ import annotations

import contextlib
import secrets
import shutil
from collections.abc import Callable, Iterator
from datetime import datetime
from pathlib import Path

from tellapart import atomic_files, runs
from tellapart.errors import ProjectError
from tellapart.kinds.kind import kind_of_project
from tellapart.label_names import name_key
from tellapart.progress import Progress, silent
from tellapart.store.project import DB_NAME, create_project, is_project
from tellapart.store.sqlite.database_errors import disk_reason
from tellapart.store.sqlite.glance import glance
from tellapart.workspace.alone import alone_in
from tellapart.workspace.listing import DeletedProject, deleted_projects, project_called
from tellapart.workspace.names import MAX_CHARACTERS, SAMPLE, checked_name
from tellapart.workspace.places import TRASH
from tellapart.workspace.recent import note_moved

_NEW = "project"  # in the name of each that is being made


def make_project(workspace: Path, text: str) -> Path:
    """The folder of a new project of that name, an empty one of pictures.

    Raises:
        ProjectError: the name is none or is taken, or the folder cannot be written.
    """
    name = checked_name(text)
    with alone_in(workspace):
        _check_free(workspace, name)
        create_project(workspace / name).close()
    return workspace / name


def make_filled_project(workspace: Path, text: str, fill: Callable[[Path], object]) -> Path:
    """The folder of a new project of that name, which `fill` makes; nothing of it stays where that raises.

    Raises:
        ProjectError: the name is none or is taken, or the folder cannot be written.
    """
    name = checked_name(text)
    with alone_in(workspace):
        _check_free(workspace, name)
    with _beside(workspace) as folder:
        fill(folder)
        with alone_in(workspace):
            _check_free(workspace, name)
            _move(folder, workspace / name)
    return workspace / name


def sample_project(workspace: Path) -> Path:
    """The folder of the sample project, made where it is missing: a run draws its pictures.

    Raises:
        ProjectError: something else has its name, or the folder cannot be written. RunError: no run can be started.
    """
    root = workspace / SAMPLE
    with alone_in(workspace):
        if not is_project(root):
            create_project(root).close()
        seen = glance(root / DB_NAME) if (root / DB_NAME).is_file() else None
        is_empty = seen is not None and not (seen.n_pictures or seen.n_removed or seen.is_newer)
        if is_empty and runs.running(root) is None:  # also after one that was stopped
            runs.start(root, "samples", {"seed": 0})
    return root


def rename_project(workspace: Path, name: str, text: str) -> Path:
    """The folder of the project under its new name.

    Raises:
        ProjectError: there is no such project, the new name is none or is taken, a run is at work in it, or another
            program holds it.
    """
    new = checked_name(text)
    with alone_in(workspace):
        root = project_called(workspace, name)
        if new == name:
            return root
        _check_free(workspace, new, but=name)
        _check_idle(root, "rename it")
        _move(root, workspace / new)
    with contextlib.suppress(ProjectError):  # it is renamed; only when it was opened last is forgotten
        note_moved(root, workspace / new)
    return workspace / new


def delete_project(workspace: Path, name: str) -> DeletedProject:
    """The project as it lies in the trash of the projects folder now.

    Raises:
        ProjectError: there is no such project, a run is at work in it, or another program holds it.
    """
    with alone_in(workspace):
        root = project_called(workspace, name)
        _check_idle(root, "delete it")
        key = f"{datetime.now():%Y%m%d-%H%M%S}-{secrets.token_hex(3)}"
        place = workspace / TRASH / key
        try:
            place.mkdir(parents=True)
            _move(root, place / name)
        except OSError as error:
            raise ProjectError(disk_reason(workspace, error)) from error
        finally:
            with contextlib.suppress(OSError):  # it is not empty where all went well
                place.rmdir()
    return DeletedProject(key, name, place / name)


def restore_project(workspace: Path, key: str) -> Path:
    """The folder of a project that lay in the trash; another name where its own is taken by now.

    Raises:
        ProjectError: it is no longer in the trash, or cannot be moved.
    """
    with alone_in(workspace):
        deleted = next((one for one in deleted_projects(workspace) if one.key == key), None)
        if deleted is None:
            raise ProjectError(
                f"That project is no longer in {workspace / TRASH}: it was brought back or deleted by hand."
            )
        root = workspace / _free_name(workspace, deleted.name)
        _move(deleted.root, root)
        with contextlib.suppress(OSError):
            deleted.root.parent.rmdir()
    return root


def duplicate_project(root: Path, workspace: Path, progress: Progress = silent) -> Path:
    """The folder of a new project with all that `root` holds, in the projects folder: made beside, then renamed.

    Raises:
        ProjectError: it is not there or cannot be read, a run is at work in it, or the disk does not take the copy.
        Cancelled: from `progress`.
    """
    kind = kind_of_project(root)
    if kind is None:
        raise ProjectError(f"{root} is no longer there: it was moved, renamed or deleted meanwhile.")
    _check_idle(root, "duplicate it")
    with _beside(workspace) as folder:
        kind.copy(root, folder, progress)
        with alone_in(workspace):
            name = root.name.lstrip(".")[
                : MAX_CHARACTERS - 10
            ]  # a folder that begins with a point is not listed
            new = workspace / _free_name(workspace, f"{name} copy".strip(), " ")
            _move(folder, new)
    return new


def _check_free(workspace: Path, name: str, but: str = "") -> None:
    for taken in _names(workspace):
        if taken != but and name_key(taken) == name_key(name):
            what = "project" if kind_of_project(workspace / taken) else "folder"
            raise ProjectError(f"There is already a {what} {taken!r} in {workspace}. Choose another name.")


def _free_name(workspace: Path, name: str, between: str = "-") -> str:
    taken = {name_key(one) for one in _names(workspace)}
    tried, number = name, 1
    while name_key(tried) in taken:
        number += 1
        tried = f"{name}{between}{number}"
    return tried


def _names(workspace: Path) -> list[str]:
    try:
        return [path.name for path in workspace.iterdir()]
    except OSError as error:
        raise ProjectError(disk_reason(workspace, error)) from error


def _check_idle(root: Path, wish: str) -> None:
    run = runs.running(root)
    if run is not None:
        raise ProjectError(
            f"{root.name!r} is being worked on ({run.task}). Wait until that ends, or cancel it on its page; then "
            f"{wish}."
        )


def _move(root: Path, target: Path) -> None:
    try:
        root.rename(target)
    except FileNotFoundError as error:
        raise ProjectError(
            f"{root} is no longer there: it was moved, renamed or deleted meanwhile."
        ) from error
    except PermissionError as error:  # Windows moves no folder in which a file is open
        raise ProjectError(
            f"{root.name!r} cannot be moved ({error.strerror}). Close the pages and programs that have it open, and "
            "try again."
        ) from error
    except OSError as error:
        raise ProjectError(disk_reason(root, error)) from error


@contextlib.contextmanager
def _beside(workspace: Path) -> Iterator[Path]:
    """A folder to be made in the block, in which nobody looks for projects; it is gone where it was not moved away."""
    with alone_in(workspace):
        folder = atomic_files.part_beside(workspace / _NEW)
    try:
        yield folder
    finally:
        shutil.rmtree(folder, ignore_errors=True)
