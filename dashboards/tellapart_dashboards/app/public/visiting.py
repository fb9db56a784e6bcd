"""Visitors: people who use the studio of somebody else's computer, each with a project and limits of their own."""

from __future__ import annotations

import contextlib
import os
import re
import secrets
import shutil
import threading
from dataclasses import dataclass, field
from pathlib import Path

from tellapart import atomic_files, runs
from tellapart.errors import ProjectError, TellapartError
from tellapart.runs import VISITOR
from tellapart.store.project import DB_NAME
from tellapart.workspace.names import SAMPLE

_VISITOR_ID = re.compile(r"[0-9a-f]{32}")
_OF_SAMPLE = f"-{SAMPLE}"  # after a visitor's name: the folder with the sample, beside the project
OWN_AND_SAMPLE = (
    ("my project", "?"),
    (SAMPLE, f"?project={SAMPLE}"),
)  # what visitors see, and where it opens
_SECRET, _SECRET_BYTES = ".cookie-secret", 64


class VisitError(TellapartError):
    """A visitor cannot be let in now; the text is for the visitor."""


@dataclass(frozen=True)
class Quotas:
    """What visitors may take. n_pages: open at once, of all visitors; n_pages_each: of one. n_pictures, n_megabytes: in
    one project. n_visitors: projects below the root. idle_s: how long a page that nobody touches stays open."""

    n_pages: int = 12
    n_pages_each: int = 3
    n_pictures: int = 2000
    n_megabytes: int = 500
    n_visitors: int = 40
    idle_s: int = 1800


def is_visiting() -> bool:
    """Whether this page is a visitor's: what lies on this computer is not theirs, then."""
    return bool(os.environ.get(VISITOR))


def this_computer() -> str:
    """How a page calls the computer that the studio runs on, to those who look at it."""
    return "the studio's computer" if is_visiting() else "this computer"


def shown_name(root: Path) -> str:
    """How a page calls the project: a visitor's folder has a name that only the server needs."""
    if not is_visiting():
        return root.name
    return OWN_AND_SAMPLE[root.name.endswith(_OF_SAMPLE)][0]


def check_is_own(root: Path) -> None:
    """Nothing, where the project is the visitor's, or this page is no visitor's.

    Raises:
        ProjectError: it is another one's.
    """
    own = os.environ.get(VISITOR)
    if own and root.resolve() != Path(own).resolve():
        raise ProjectError("Here you work on a project of your own, and on no other. Reload the page.")


@dataclass(frozen=True)
class Visitors:
    """The projects of visitors, a folder each below `root`."""

    root: Path
    quotas: Quotas
    _one_at_a_time: threading.Lock = field(default_factory=threading.Lock, repr=False, compare=False)

    def project_of(self, visitor: str, is_sample: bool = False) -> Path:
        """The visitor's project, made on the first visit, or the sample that they have beside it.

        Raises:
            VisitError: it is no name that this studio gave, or no more visitors are taken.
            ProjectError, RunError: the disk does not take it.
        """
        if not _VISITOR_ID.fullmatch(visitor):
            raise VisitError("This studio does not know you. Sign in again.")
        if is_sample:
            self.project_of(visitor)  # it has a place, or none is left
        project_dir = self.root / (f"{visitor}{_OF_SAMPLE}" if is_sample else visitor)
        with self._one_at_a_time:  # several pages of one visitor, or several visitors at the last place
            if project_dir.is_symlink():
                raise VisitError("This visitor's folder leads elsewhere, so it is not opened.")
            if project_dir.is_dir():
                if (project_dir / DB_NAME).is_file():  # else its page says what is wrong
                    self._limit(project_dir)
                return project_dir
            n = sum(1 for path in self.root.iterdir() if _VISITOR_ID.fullmatch(path.name))
            if n >= self.quotas.n_visitors and not is_sample:
                raise VisitError(
                    f"This studio takes {self.quotas.n_visitors} visitors, and all places are taken. Ask whoever runs "
                    "it to make room."
                )
            self._make(project_dir)
            if is_sample:
                runs.start(project_dir, "samples", {"seed": 0})
        return project_dir

    def _make(self, project_dir: Path) -> None:
        """Beside, then renamed: whatever stops it, no project is left that has no limits."""
        from tellapart.store.project import create_project
        from tellapart.store.sqlite.database_errors import disk_reason

        atomic_files.drop_left_parts(self.root)
        beside = atomic_files.part_beside(project_dir)
        try:
            create_project(beside).close()
            self._limit(beside)
            beside.rename(project_dir)
        except OSError as error:
            raise ProjectError(disk_reason(self.root, error)) from error
        finally:
            shutil.rmtree(beside, ignore_errors=True)

    def _limit(self, project_dir: Path) -> None:
        """Have the project hold what visitors may take now, which another start of the studio may have changed."""
        from tellapart.store.limits import ProjectLimits, limits_of, set_limits
        from tellapart.store.manifest import Manifest

        limits = ProjectLimits(self.quotas.n_pictures, self.quotas.n_megabytes * 1_000_000)
        with contextlib.closing(Manifest(project_dir / DB_NAME)) as manifest:
            if limits_of(manifest) != limits:
                set_limits(manifest, limits)

    def _make_secret(self, place: Path) -> None:
        beside = place.with_name(f"{_SECRET}.{secrets.token_hex(4)}.part")
        try:
            with os.fdopen(os.open(beside, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "wb") as file:
                file.write(secrets.token_bytes(_SECRET_BYTES))
                file.flush()
                os.fsync(file.fileno())
            atomic_files.replace(beside, place)
        finally:
            beside.unlink(missing_ok=True)

    def cookie_secret(self) -> bytes:
        """What visitors' cookies are signed with: kept, so that they find their projects after a restart.

        Raises:
            VisitError: the root cannot be written.
        """
        place = self.root / _SECRET
        try:
            self.root.mkdir(parents=True, exist_ok=True)
            if not place.is_file() or place.stat().st_size < _SECRET_BYTES:
                self._make_secret(place)
            return place.read_bytes()
        except OSError as error:
            raise VisitError(
                f"{self.root} cannot be written ({error.strerror}). Choose another folder with --root."
            ) from error
