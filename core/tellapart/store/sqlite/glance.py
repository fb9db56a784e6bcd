"""What a project's database says of it without opening the project, and a consistent copy of the database."""

from __future__ import annotations

import contextlib
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from tellapart.store.sqlite.connection import connect
from tellapart.store.sqlite.database_errors import explained
from tellapart.store.sqlite.schema import FORMAT
from tellapart.store.sqlite.stand_in import readable

_PATIENCE_S = 2.0
_PAGES_AT_ONCE = 2000


@dataclass(frozen=True)
class Glance:
    """n_pictures: kept ones; n_labels: with a kept picture; n_removed: in the trash. is_newer: of a format that only a
    newer tellapart reads; then nothing is counted."""

    n_pictures: int = 0
    n_labels: int = 0
    n_removed: int = 0
    is_newer: bool = False


def glance(db_path: Path) -> Glance:
    """What there is, without changing anything.

    Raises:
        ProjectError: it is damaged, or cannot be read.
    """
    with (
        explained(db_path),
        readable(db_path) as file,
        contextlib.closing(connect(file, _PATIENCE_S)) as db,
    ):
        db.execute("PRAGMA query_only=ON")
        db.execute("PRAGMA trusted_schema=OFF")  # the file may be a stranger's
        if int(db.execute("PRAGMA user_version").fetchone()[0]) > FORMAT:
            return Glance(is_newer=True)
        states = dict(db.execute("SELECT state, count(*) FROM pictures GROUP BY state"))
        (n_labels,) = db.execute("SELECT count(DISTINCT label) FROM pictures WHERE state = 'kept'").fetchone()
        return Glance(int(states.get("kept", 0)), int(n_labels), int(states.get("removed", 0)))


def copy_database(source: Path, target: Path, tell: Callable[[], object]) -> None:
    """A copy as the last commit left it, whoever writes meanwhile. tell: is called now and then, and may raise.

    Raises:
        ProjectError: it cannot be read, or the disk does not take the copy.
    """
    with (
        explained(source),
        readable(source) as file,
        contextlib.closing(connect(file, _PATIENCE_S)) as db,
        contextlib.closing(connect(target, _PATIENCE_S)) as copy,
    ):
        db.backup(copy, pages=_PAGES_AT_ONCE, progress=lambda *_: tell())
