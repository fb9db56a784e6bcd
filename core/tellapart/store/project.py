"""Project: a folder. Every path inside it is spelled here and nowhere else."""

from __future__ import annotations

import contextlib
import errno
import os
import re
import shutil
import tempfile
import time
from collections.abc import Sequence
from pathlib import Path
from types import TracebackType
from typing import overload

from tellapart import atomic_files
from tellapart.errors import OutsideError, ProjectError
from tellapart.progress import Progress, silent
from tellapart.safe_paths import parts_inside, path_inside, strange_files
from tellapart.store.files.file_moves import finish_moves
from tellapart.store.files.reconcile import reconcile
from tellapart.store.journal import Journal
from tellapart.store.manifest import Manifest, Picture
from tellapart.store.sqlite.database_errors import disk_reason, explained
from tellapart.store.sqlite.fingerprint_upgrade import renew_fingerprints
from tellapart.store.sqlite.stand_in import PREFIX, needs_stand_in, stand_in
from tellapart.words.commands import typed

DB_NAME = "tellapart.db"
_OWN = frozenset({"images", "trash", "cache", "runs", "bundles", "apps", "DATASHEET.md"})
_HEX = re.compile("[0-9a-f]*")
_STALE_S = 24 * 3600


class Project:
    """An open project. Several may be open on one folder at once, in one process or in many.

    Open with `open_project` or `create_project`; use as a context manager or call `close`.
    """

    def __init__(self, root: Path, is_read_only: bool = False):
        self.root = root
        self.is_read_only = is_read_only
        self._stand_in = tempfile.TemporaryDirectory(prefix=PREFIX) if is_read_only else None
        try:
            self.manifest = Manifest(self.db_path, copy=self._copy_of_database())
        except BaseException:
            self._drop_stand_in()
            raise
        self.journal = Journal(self.manifest, root)
        self.changes: list[str] = []  # what opening found changed on disk, in words

    name = property(lambda self: self.root.name, doc="The folder's name.")
    db_path = property(lambda self: self.root / DB_NAME, doc="The SQLite file.")
    images_dir = property(lambda self: self.root / "images", doc="One folder per label.")
    trash_dir = property(lambda self: self.root / "trash", doc="Removed pictures.")
    runs_dir = property(lambda self: self.root / "runs", doc="One folder per long piece of work.")
    bundles_dir = property(lambda self: self.root / "bundles", doc="Trained classifiers.")
    weights_dir = property(lambda self: self.root / "weights", doc="Weights files that a person chose.")
    apps_dir = property(lambda self: self.root / "apps", doc="What was made of them to share.")
    incoming_dir = property(lambda self: self.cache_dir / "incoming", doc="Files between check and row.")
    held_dir = property(lambda self: self.cache_dir / "held", doc="Gathered pictures that wait for a person.")
    uploads_dir = property(lambda self: self.cache_dir / "uploads", doc="Files arriving from a browser.")

    @property
    def cache_dir(self) -> Path:
        """May be thrown away at any time. Elsewhere, for as long as it is open, where the project cannot be written."""
        return (Path(self._stand_in.name) if self._stand_in else self.root) / "cache"

    def file(self, picture: Picture) -> Path:
        """Where a picture's file lies.

        Raises:
            OutsideError: its row leads out of the project, or through a link.
        """
        return path_inside(self.root, picture.path)

    def files(self, pictures: Sequence[Picture]) -> Sequence[Path]:
        """Where the file of each lies, for those who pass over what cannot be read; see `ProjectFiles`."""
        return ProjectFiles(self, pictures)

    def drop_upload(self, source: Path) -> None:
        """Throw away files that came from a browser; what lies anywhere else is left alone."""
        if self.uploads_dir in source.parents and ".." not in source.parts:
            if source.is_dir():
                shutil.rmtree(source, ignore_errors=True)
            else:
                source.unlink(missing_ok=True)

    def close(self) -> None:
        """Let go of the database."""
        self.manifest.close()
        self._drop_stand_in()

    def check_writable(self) -> None:
        """Raise unless the project can be written; long work that ends in a file asks before it begins.

        Raises:
            ProjectError: the project can only be read.
        """
        if self.is_read_only:
            raise ProjectError(disk_reason(self.root, PermissionError(errno.EACCES, "it can only be read")))

    def _copy_of_database(self) -> Path | None:
        return stand_in(self.db_path, Path(self._stand_in.name)) if self._stand_in else None

    def _drop_stand_in(self) -> None:
        if self._stand_in is not None:
            with contextlib.suppress(OSError):  # somebody still reads in it (Windows); the system cleans up
                self._stand_in.cleanup()

    def __enter__(self) -> Project:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()


class ProjectFiles(Sequence[Path]):
    """Where the file of each of these pictures lies, looked up when it is asked for: all of a hundred thousand take
    seconds. Of one that became a link while the project is open it is a path at which nothing can lie, as if it were
    gone."""

    def __init__(self, project: Project, pictures: Sequence[Picture]):
        self._project = project
        self._pictures = pictures

    def __len__(self) -> int:
        return len(self._pictures)

    @overload
    def __getitem__(self, place: int) -> Path: ...

    @overload
    def __getitem__(self, place: slice) -> ProjectFiles: ...

    def __getitem__(self, place: int | slice) -> Path | ProjectFiles:
        if isinstance(place, slice):
            return ProjectFiles(self._project, self._pictures[place])
        try:
            return self._project.file(self._pictures[place])
        except OutsideError:
            return Path(os.devnull, self._pictures[place].image_id)


def is_project(root: Path) -> bool:
    """Whether a folder holds a project, or the pictures of one whose database was put aside."""
    return (root / DB_NAME).is_file() or ((root / "images").is_dir() and (root / "cache").is_dir())


def pictures_folder(root: Path) -> Path:
    """Where the pictures of a folder lie: of a project those in use, without its trash and what it computed."""
    return root / "images" if is_project(root) else root


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
                f"to take these pictures in: tellapart new NAME --from {typed(root)}"
            )
        root.mkdir(parents=True, exist_ok=True)
        project = _opened(root)
    except OSError as error:
        raise ProjectError(disk_reason(root, error)) from error
    renew_fingerprints(project.manifest, root)  # none yet: from now on they are of today's kind
    return project


def open_project(root: Path, progress: Progress = silent) -> Project:
    """The project in a folder, after finishing moves that were cut off and noticing files changed by hand.

    What was noticed is in `Project.changes`, in words. A project that cannot be written, on a disk that is read-only or
    somebody else's, is opened as it was when it was last written; whoever writes to it then gets a ProjectError.

    Raises:
        ProjectError: no project there; its database is damaged or of a newer format; or the folder cannot be written.
    """
    root = Path(root).expanduser().absolute()
    try:
        if not root.is_dir():
            raise ProjectError(
                f"{root} does not exist. Make a project with: tellapart new {typed(root.name)} --from FOLDER"
            )
        if not is_project(root):
            raise ProjectError(
                f"{root} is not a project: it has no {DB_NAME}. "
                f"Make one from its pictures with: tellapart new NAME --from {typed(root)}"
            )
        _refuse_strange_files(root)
        # one without a database yet is made, so it must be one that can be written
        project = _opened_to_read(root) if needs_stand_in(root / DB_NAME) else _opened(root)
    except OSError as error:
        raise ProjectError(disk_reason(root, error)) from error
    try:
        with explained(project.db_path):
            _refuse_strange_paths(project)
            if project.is_read_only:
                renew_fingerprints(project.manifest, root, progress)
                project.manifest.only_read()
                return project
            finish_moves(project.manifest, root)
            project.changes = reconcile(project.manifest, root, project.images_dir, progress).sentences()
            renew_fingerprints(project.manifest, root, progress)
            _drop_stale(project)
    except BaseException:
        project.close()
        raise
    return project


def _refuse_strange_files(root: Path) -> None:
    """What tellapart keeps in a project is no link or special file. The labels' folders are looked at one by one, since
    people put things there: see `reconcile`. What else a person keeps beside is never touched."""
    strange = [name for name in strange_files(root, depth=0) if name in _OWN or name.startswith(DB_NAME)]
    for folder in ("cache", "runs", "bundles"):
        strange += [f"{folder}/{name}" for name in strange_files(root / folder, depth=1)]
    if strange:
        listed = ", ".join(sorted(strange)[:3]) + (
            f" and {len(strange) - 3} more" if len(strange) > 3 else ""
        )
        raise ProjectError(
            f"{root} holds links or special files where tellapart keeps its own: {listed}. Links could point "
            "anywhere, so tellapart never follows them. If the project is yours, replace them with the real "
            "files or folders. If somebody gave it to you, ask them before you use it."
        )


def _refuse_strange_paths(project: Project) -> None:
    """No row names a file or folder outside the project, and nothing in the database acts by itself; asked before any
    row is acted on."""
    rows = project.manifest.rows
    suspects = [path for (path,) in rows(
        "SELECT path FROM pictures WHERE typeof(path) != 'text' OR substr(path, 1, 7) != 'images/' "
        "AND substr(path, 1, 6) != 'trash/' OR instr(path, '..') OR instr(path, char(0)) OR length(path) > 250"
    )]  # fmt: skip  # by far most rows are plain, and there may be a million
    suspects += [path for row in rows("SELECT source, target FROM pending_moves") for path in row]
    # ids name files in the cache; looked at all at once, which takes a tenth of the time that SQLite would need
    shortest, longest, ids = rows(
        "SELECT min(length(image_id)), max(length(image_id)), group_concat(image_id, '') FROM pictures"
    )[0]
    folders = [folder for (folder,) in rows("SELECT folder FROM labels")]
    try:
        for path in suspects:
            parts_inside(path)
        for folder in folders:
            if len(parts_inside(folder)) != 1:
                raise OutsideError(f"{folder!r} is not the name of one folder")
        if ids is not None and ((shortest, longest) != (64, 64) or not _HEX.fullmatch(ids)):
            raise OutsideError("the id of a picture is not the SHA-256 of its bytes")
        for name, kind in rows("SELECT name, type FROM sqlite_master WHERE type IN ('trigger', 'view')"):
            raise OutsideError(f"it holds a {kind}, {name!r}, which runs on its own")
    except OutsideError as error:
        raise ProjectError(
            f"{project.db_path} was changed by another program: {error}. Nothing was changed. If somebody "
            "gave you this project, do not use it."
        ) from error


def _opened_to_read(root: Path) -> Project:
    project = Project(root, is_read_only=True)
    project.changes = [f"{root} is read-only: you can look at it, but not change anything."]
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
    """What a process that died left half done: checked copies whose originals are where they were, and parts of what
    was being written."""
    limit = time.time() - _STALE_S
    awaited = {
        project.root / source  # to compare with, not to open
        for (source,) in project.manifest.rows("SELECT source FROM pending_moves")
    }
    for path in project.incoming_dir.iterdir():
        with contextlib.suppress(FileNotFoundError):  # another process just moved it into place
            if path not in awaited and path.stat().st_mtime < limit:
                path.unlink()
    for folder in (project.root, project.cache_dir, project.bundles_dir, project.runs_dir):
        atomic_files.drop_left_parts(folder)
