"""How much a project may hold, where whoever serves it to visitors has set that. Kept with the project."""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Collection, Iterable
from dataclasses import asdict, dataclass
from pathlib import Path

from tellapart.errors import FullError
from tellapart.store.files.sizes import size_on_disk
from tellapart.store.manifest import Manifest

_SETTING = "limits"
_TIMES_MADE = 4  # of the bytes of pictures: so many may be taken by what is made of them


@dataclass(frozen=True)
class ProjectLimits:
    """n_pictures: kept ones. n_bytes: of all picture files, those in the trash too. What is made of them (models, runs,
    apps) may take four times as many."""

    n_pictures: int
    n_bytes: int


def set_limits(manifest: Manifest, limits: ProjectLimits) -> None:
    """Have the project hold no more than that from now on. What is there stays.

    Raises:
        ProjectError: the project cannot be written.
    """
    manifest.set_setting(_SETTING, asdict(limits))


def limits_of(manifest: Manifest) -> ProjectLimits | None:
    """How much a project may hold; None where nobody has set that."""
    return _limits(manifest.setting(_SETTING))


def check_room(db: sqlite3.Connection, added: Collection[int]) -> None:
    """Nothing, where the project holds no more than it may. To be asked in the transaction that added files of these
    sizes in bytes, which it undoes.

    Raises:
        FullError: it holds more.
    """
    limits = _limits_in(db)
    if limits is None or not added:
        return
    n_kept, n_bytes = db.execute(
        "SELECT sum(state = 'kept'), sum((state != 'missing') * n_bytes) FROM pictures"
    ).fetchone()
    if n_kept > limits.n_pictures:
        raise FullError(
            f"A project here may hold {limits.n_pictures:,} pictures. This one has {n_kept - len(added):,}, and the "
            f"next {len(added):,} do not fit. Add fewer, or remove some first."
        )
    if n_bytes > limits.n_bytes:
        raise FullError(
            f"A project here may hold {limits.n_bytes / 1e6:,.0f} MB of pictures, those in the trash too. This one has "
            f"{(n_bytes - sum(added)) / 1e6:,.1f} MB, and the next {sum(added) / 1e6:,.1f} MB do not fit. Add smaller "
            "ones, or ask whoever runs this studio for more room."
        )


def check_held(manifest: Manifest) -> None:
    """Nothing, where what waits for a person's choice would fit beside what the project holds. To be asked in the
    transaction that put it aside, which it undoes.

    Raises:
        FullError: it would not.
    """
    with manifest.transaction() as db:  # joins the one around it
        limits = _limits_in(db)
        if limits is None:
            return
        n_held, held = db.execute(
            "SELECT count(*), coalesce(sum(json_extract(file, '$.n_bytes')), 0) FROM candidates WHERE fate = 'held'"
        ).fetchone()
        n_kept, kept = db.execute(
            "SELECT coalesce(sum(state = 'kept'), 0), coalesce(sum((state != 'missing') * n_bytes), 0) FROM pictures"
        ).fetchone()
    if n_kept + n_held > limits.n_pictures or kept + held > limits.n_bytes:
        raise FullError(
            f"A project here may hold {limits.n_pictures:,} pictures with {limits.n_bytes / 1e6:,.0f} MB, and what "
            "waits for your choice would be more. Keep what fits and discard the rest, then search again."
        )


def _limits_in(db: sqlite3.Connection) -> ProjectLimits | None:
    row = db.execute("SELECT value FROM settings WHERE name = ?", [_SETTING]).fetchone()
    return None if row is None else _limits(json.loads(row[0]))


def check_room_to_make(manifest: Manifest, folders: Iterable[Path]) -> None:
    """Nothing, where one more model, run or app may be made beside those in these folders of the project.

    Raises:
        FullError: they take all that they may.
    """
    limits = limits_of(manifest)
    if limits is None:
        return
    most, taken = _TIMES_MADE * limits.n_bytes, size_on_disk(*folders)
    if taken >= most:
        raise FullError(
            f"What was made in this project, its models, runs and apps, takes {taken / 1e6:,.0f} MB, and "
            f"{most / 1e6:,.0f} MB may be taken here. Nothing was lost. Save what you need, and ask whoever runs this "
            "studio for more room."
        )


def _limits(kept: object) -> ProjectLimits | None:
    """None as well for what this program never wrote, in a stranger's project."""
    found = kept if isinstance(kept, dict) else {}
    n_pictures, n_bytes = found.get("n_pictures"), found.get("n_bytes")
    if type(n_pictures) is not int or type(n_bytes) is not int:
        return None
    return ProjectLimits(n_pictures, n_bytes)
