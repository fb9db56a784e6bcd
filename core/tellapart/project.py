"""Project: a folder. Every path inside it is spelled here and nowhere else."""

from __future__ import annotations

import contextlib
import shutil
import time
from pathlib import Path
from types import TracebackType

from tellapart.errors import ProjectError
from tellapart.fingerprints import renew_fingerprints
from tellapart.journal import Journal
from tellapart.manifest import Manifest, Picture, disk_reason, explained
from tellapart.moves import finish_moves
from tellapart.progress import Progress, silent
from tellapart.reconcile import reconcile

DB_NAME = "tellapart.db"
_STALE_S = 24 * 3600


class Project:
    """An open project. Several may be open on one folder at once, in one process or in many.

    Open with `open_project` or `create_project`; use as a context manager or call `close`.
    """

    def __init__(self, root: Path):
        self.root = root
        self.manifest = Manifest(self.db_path)
        self.journal = Journal(self.manifest, root)
        self.changes: list[str] = []  # what opening found changed on disk, in words

    name = property(lambda self: self.root.name, doc="The folder's name.")
    db_path = property(lambda self: self.root / DB_NAME, doc="The SQLite file.")
    images_dir = property(lambda self: self.root / "images", doc="One folder per label.")
    trash_dir = property(lambda self: self.root / "trash", doc="Removed pictures.")
    cache_dir = property(lambda self: self.root / "cache", doc="May be thrown away at any time.")
    runs_dir = property(lambda self: self.root / "runs", doc="One folder per long piece of work.")
    bundles_dir = property(lambda self: self.root / "bundles", doc="Trained classifiers.")
    incoming_dir = property(lambda self: self.root / "cache" / "incoming", doc="Files between check and row.")
    held_dir = property(
        lambda self: self.root / "cache" / "held", doc="Gathered pictures that wait for a person."
    )
    uploads_dir = property(lambda self: self.root / "cache" / "uploads", doc="Files arriving from a browser.")

    def file(self, picture: Picture) -> Path:
        """Where a picture's file lies."""
        return self.root / picture.path

    def close(self) -> None:
        """Let go of the database."""
        self.manifest.close()

    def __enter__(self) -> Project:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()


def is_project(root: Path) -> bool:
    """Whether a folder holds a project, or the pictures of one whose database was put aside."""
    return (root / DB_NAME).is_file() or ((root / "images").is_dir() and (root / "cache").is_dir())


def create_project(root: Path) -> Project:
    """A new, empty project in a folder that is new or empty.

    Raises:
        ProjectError: the folder holds something else, or cannot be written.
    """
    root = Path(root).expanduser().absolute()
    if (root / DB_NAME).exists():
        raise ProjectError(f"{root} is a project already. Open it, or choose another folder name.")
    if root.exists() and not root.is_dir():
        raise ProjectError(f"{root} is a file, and a project is a folder. Choose another name.")
    try:
        if root.is_dir() and any(path.name != ".DS_Store" for path in root.iterdir()):
            raise ProjectError(
                f"{root} is not empty, and a project needs a folder of its own. Choose a new name; "
                f"to take these pictures in: tellapart new NAME --from {root}"
            )
        root.mkdir(parents=True, exist_ok=True)
        project = _opened(root)
    except OSError as error:
        raise ProjectError(disk_reason(root, error)) from error
    renew_fingerprints(project.manifest, root)  # none yet: from now on they are of today's kind
    return project


def open_project(root: Path, progress: Progress = silent) -> Project:
    """The project in a folder, after finishing moves that were cut off and noticing files changed by hand.

    What was noticed is in `Project.changes`, in words.

    Raises:
        ProjectError: no project there; its database is damaged or of a newer format; or the folder cannot be written.
    """
    root = Path(root).expanduser().absolute()
    try:
        if not root.is_dir():
            raise ProjectError(
                f"{root} does not exist. Make a project with: tellapart new {root.name} --from FOLDER"
            )
        if not is_project(root):
            raise ProjectError(
                f"{root} is not a project: it has no {DB_NAME}. "
                f"Make one from its pictures with: tellapart new NAME --from {root}"
            )
        project = _opened(root)
    except OSError as error:
        raise ProjectError(disk_reason(root, error)) from error
    try:
        with explained(project.db_path):
            finish_moves(project.manifest, root)
            project.changes = reconcile(project.manifest, root, project.images_dir, progress).sentences()
            renew_fingerprints(project.manifest, root, progress)
            _drop_stale(project)
    except BaseException:
        project.close()
        raise
    return project


def _opened(root: Path) -> Project:
    project = Project(root)
    try:
        for folder in (
            project.images_dir,
            project.trash_dir,
            project.incoming_dir,
            project.uploads_dir,
            project.runs_dir,
            project.bundles_dir,
        ):
            folder.mkdir(parents=True, exist_ok=True)
    except BaseException:
        project.close()
        raise
    return project


def _drop_stale(project: Project) -> None:
    """What a process that died left half done: checked copies whose originals are where they were, and parts of
    bundles that were being written."""
    limit = time.time() - _STALE_S
    awaited = {
        project.root / source for (source,) in project.manifest.rows("SELECT source FROM pending_moves")
    }
    for path in project.incoming_dir.iterdir():
        with contextlib.suppress(FileNotFoundError):  # another process just moved it into place
            if path not in awaited and path.stat().st_mtime < limit:
                path.unlink()
    for path in project.bundles_dir.glob(".*.part"):
        with contextlib.suppress(FileNotFoundError):
            if path.stat().st_mtime < limit:
                shutil.rmtree(path, ignore_errors=True)
