"""tellapart.db: one row per picture, its label and where it came from; see `database` for how it is shared.

A row is committed before its file moves: the move waits in `pending_moves`, see `moves`.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, fields
from datetime import datetime, timezone
from typing import Any, Final

from tellapart.errors import ProjectError, RefusalCode
from tellapart.label_names import label_order
from tellapart.store.sqlite.database import Database

NONE_OF_THESE: Final = "none of these"  # the mark of a picture that belongs to no label
TO_DECIDE = "to decide"  # of one whose label is a visitor's word, until somebody decides about it
VISITOR = "visitor"  # the source of such a picture


@dataclass(frozen=True)
class Origin:
    """Where a picture came from; unknown parts are None."""

    source: str
    source_url: str | None = None
    page_url: str | None = None
    query: str | None = None
    author: str | None = None
    licence: str | None = None
    licence_url: str | None = None
    title: str | None = None
    subject: str | None = None


@dataclass(frozen=True)
class Picture:
    """One row of the manifest. `path` is below the project folder, with "/"; `state` is kept, removed or missing.

    subject: shared by pictures that are known to show the same individual, for instance one observation.
    """

    image_id: str
    label: str
    path: str
    state: str
    mark: str | None
    width: int
    height: int
    n_bytes: int
    format: str
    fingerprint: bytes
    given_split: str | None
    added_at: str
    original_name: str
    source: str
    source_url: str | None
    page_url: str | None
    query: str | None
    author: str | None
    licence: str | None
    licence_url: str | None
    title: str | None
    subject: str | None

    @property
    def is_member(self) -> bool:
        """Whether it stands for its label: kept, and neither marked 'none of these' nor still to be decided about."""
        return is_member(self.state, self.mark)


def is_member(state: str, mark: str | None) -> bool:
    """Whether a picture in that state and with that mark stands for its label."""
    return state == "kept" and mark not in (NONE_OF_THESE, TO_DECIDE)


@dataclass(frozen=True)
class Refusal:
    """A file that was not taken in: why, in words and as a code. `same_as` names the picture that is already here, for
    an exact copy that came as a file.
    """

    at: str
    name: str
    label: str | None
    reason: str
    same_as: str | None
    code: RefusalCode = RefusalCode.NOT_NOTED


_DROPPED = (
    "FROM pictures WHERE state = 'removed' AND label NOT IN (SELECT label FROM pictures WHERE state = 'kept')"
)
_COLUMNS = ", ".join(field.name for field in fields(Picture))


class Manifest(Database):
    """The rows of one project: its labels, pictures, refusals and settings."""

    def labels(self) -> dict[str, str]:
        """Label -> folder below images/, in the order of labels."""
        return dict(
            sorted(self.rows("SELECT label, folder FROM labels"), key=lambda row: label_order(row[0]))
        )

    def label_counts(self) -> dict[str, int]:
        """Label -> number of kept pictures, in the order of labels; labels without a picture count 0."""
        counts = dict.fromkeys(self.labels(), 0)
        counts.update(self.rows("SELECT label, count(*) FROM pictures WHERE state = 'kept' GROUP BY label"))
        return counts

    def n_pictures(self, after: int = 0) -> int:
        """Number of kept pictures, of those that came after the picture of that number."""
        if not after:
            return int(self.rows("SELECT count(*) FROM pictures WHERE state = 'kept'")[0][0])
        return int(
            self.rows("SELECT count(*) FROM pictures WHERE number > ? AND state = 'kept'", [after])[0][0]
        )

    def n_removed(self) -> int:
        """Number of pictures in the trash."""
        return int(self.rows("SELECT count(*) FROM pictures WHERE state = 'removed'")[0][0])

    def dropped_labels(self) -> frozenset[str]:
        """Labels that had pictures and have none left: all of them lie in the trash, and so does the label."""
        return frozenset(label for (label,) in self.rows(f"SELECT DISTINCT label {_DROPPED}"))

    def dropped_pictures(self) -> frozenset[str]:
        """image_ids of the pictures that went with their label; whoever counts what a project is made of leaves them
        out."""
        return frozenset(image_id for (image_id,) in self.rows(f"SELECT image_id {_DROPPED}"))

    def last_number(self) -> int:
        """The number of the picture that came last, 0 while there is none; see `n_pictures`."""
        return int(self.rows("SELECT coalesce(max(number), 0) FROM pictures")[0][0])

    def pictures(self, label: str | None = None, state: str = "kept", limit: int = -1) -> list[Picture]:
        """Pictures in order of arrival: all, or those of one label; at most `limit` unless it is negative."""
        where, parameters = "state = ?", [state]
        if label is not None:
            where, parameters = "state = ? AND label = ?", [state, label]
        rows = self.rows(
            f"SELECT {_COLUMNS} FROM pictures WHERE {where} ORDER BY number LIMIT ?", [*parameters, limit]
        )
        return [Picture(*row) for row in rows]

    def kept_and_removed(self) -> list[Picture]:
        """The kept pictures in order of arrival, then those in the trash, each once: as one moment had them."""
        return [
            Picture(*row)
            for row in self.rows(
                f"SELECT {_COLUMNS} FROM pictures WHERE state IN ('kept', 'removed') ORDER BY state, number"
            )
        ]

    def picture(self, image_id: str) -> Picture:
        """The row of one picture.

        Raises:
            ProjectError: no such picture.
        """
        rows = self.rows(f"SELECT {_COLUMNS} FROM pictures WHERE image_id = ?", [image_id])
        if not rows:
            raise ProjectError(f"Picture {image_id[:12]}… is not in {self.db_path.parent}.")
        return Picture(*rows[0])

    def standings(self, image_ids: Sequence[str] | None = None) -> list[tuple[str, str, str, str | None]]:
        """(image_id, label, state, mark) of these pictures, or of all, whatever their state."""
        columns = "SELECT image_id, label, state, mark FROM pictures"
        if image_ids is None:
            return self.rows(columns)
        found: list[tuple[Any, ...]] = []
        for start in range(0, len(image_ids), 500):
            some = image_ids[start : start + 500]
            found += self.rows(f"{columns} WHERE image_id IN ({','.join('?' * len(some))})", some)
        return found

    def newcomers(self, after: int) -> list[tuple[str, str, str, str | None]]:
        """As `standings`, of the pictures that came after the picture of that number."""
        return self.rows("SELECT image_id, label, state, mark FROM pictures WHERE number > ?", [after])

    def former_names(self) -> dict[str, str]:
        """Former image_id -> the one it has now, of pictures that were changed in their place."""
        return dict(self.rows("SELECT former_id, image_id FROM edits"))

    def refusals(self) -> list[Refusal]:
        """Files that were not taken in, oldest first, each with its reason."""
        rows = self.rows("SELECT at, name, label, reason, same_as, code FROM refusals ORDER BY number")
        return [
            Refusal(at, name, label, reason, same_as, RefusalCode.known(code) or RefusalCode.NOT_NOTED)
            for at, name, label, reason, same_as, code in rows
        ]

    def refusals_to_tell(self) -> list[Refusal]:
        """The same without those of labels that are no more; see `dropped_labels`."""
        dropped = self.dropped_labels()
        return [one for one in self.refusals() if one.label not in dropped]

    def add_refusals(self, refusals: Iterable[Refusal]) -> None:
        """Remember files that were not taken in."""
        refusals = list(refusals)
        if not refusals:
            return  # without a write, so that opening a project never waits for one who writes
        with self.transaction() as db:
            db.executemany(
                "INSERT INTO refusals (at, name, label, reason, same_as, code) VALUES (?, ?, ?, ?, ?, ?)",
                [(r.at, r.name, r.label, r.reason, r.same_as, r.code.value) for r in refusals],
            )

    def setting(self, name: str, default: Any = None) -> Any:
        """A value kept with the project, as plain JSON."""
        rows = self.rows("SELECT value FROM settings WHERE name = ?", [name])
        return json.loads(rows[0][0]) if rows else default

    def set_setting(self, name: str, value: Any) -> None:
        """Keep a plain JSON value with the project."""
        with self.transaction() as db:
            db.execute("INSERT OR REPLACE INTO settings VALUES (?, ?)", [name, json.dumps(value)])


def now() -> str:
    """This moment, UTC, as ISO 8601 text with seconds."""
    return datetime.now(timezone.utc).isoformat(timespec="seconds")
