"""Rows of searches on the web: what was looked for, what was found and what became of it.

Every change is one short transaction, so a search that is cut off anywhere goes on where it was.
"""

from __future__ import annotations

import json
from collections.abc import Iterable
from dataclasses import asdict, dataclass, fields
from pathlib import Path
from typing import Any, Literal, get_args

from tellapart.errors import GatherError, RefusalCode
from tellapart.store.files.file_moves import queue_move
from tellapart.store.manifest import Manifest, now

Kind = Literal["any", "photo", "clipart", "line"]
KINDS: tuple[Kind, ...] = get_args(Kind)
WAITING, HELD, KEPT, DISCARDED = "waiting", "held", "kept", "discarded"


@dataclass(frozen=True)
class SearchRequest:
    """What somebody looks for: it names a gathering, so the same wish goes on where it stopped."""

    label: str
    query: str
    source: str = "auto"
    licence: str = "any"
    kind: str = "any"


@dataclass(frozen=True)
class Candidate:
    """A picture that a source knows of; unknown parts are None.

    url: of the picture itself, without trackers. fetched_url: of the version to fetch where the picture itself would
    be needlessly large. thumb_url: of a small version. page_url: where it is described. licence: its name, for
    instance "CC BY-SA 4.0"; None where the source does not say. subject: shared by pictures of one individual, for
    instance one observation. label: given by a list that names one for each picture; not kept.
    """

    url: str
    source: str
    source_id: str | None = None
    fetched_url: str | None = None
    thumb_url: str | None = None
    page_url: str | None = None
    title: str | None = None
    author: str | None = None
    licence: str | None = None
    licence_url: str | None = None
    width: int | None = None
    height: int | None = None
    subject: str | None = None
    label: str | None = None

    @property
    def addresses(self) -> tuple[str, ...]:
        """Where to fetch it: the better address, then the other one."""
        return tuple(dict.fromkeys(filter(None, (self.fetched_url, self.url))))


@dataclass(frozen=True)
class CandidateRow:
    """One candidate of a gathering. fate: waiting, held, kept, discarded, or the code of its refusal, with a reason.

    file: of a held picture, where it lies below the project and what is known of it.
    """

    number: int
    gathering: int
    candidate: Candidate
    fate: str
    reason: str | None
    image_id: str | None
    file: dict[str, Any] | None


_FOUND = tuple(field.name for field in fields(Candidate) if field.name != "label")
_COLUMNS = ", ".join(("number", "gathering", *_FOUND, "fate", "reason", "image_id", "file"))


def begin(manifest: Manifest, wish: SearchRequest) -> int:
    """The number of the wish's gathering, a new one or the one that is there, open again."""
    values = list(asdict(wish).values())
    with manifest.transaction() as db:
        db.execute(
            "INSERT OR IGNORE INTO gatherings (label, query, source, licence, kind, started_at) "
            "VALUES (?, ?, ?, ?, ?, ?)",
            [*values, now()],
        )
        (number,) = db.execute(
            "SELECT number FROM gatherings WHERE label = ? AND query = ? AND source = ? AND licence = ? AND kind = ?",
            values,
        ).fetchone()
        db.execute("UPDATE gatherings SET is_finished = 0 WHERE number = ?", [number])
    return int(number)


def try_again(manifest: Manifest, gathering: int) -> set[int]:
    """The numbers of the candidates that could not be reached earlier; they wait anew."""
    which = [gathering, RefusalCode.UNREACHABLE]
    with manifest.transaction() as db:
        numbers = db.execute(
            "SELECT number FROM candidates WHERE gathering = ? AND fate = ?", which
        ).fetchall()
        db.execute(
            "UPDATE candidates SET fate = ?, reason = NULL WHERE gathering = ? AND fate = ?",
            [WAITING, *which],
        )
    return {number for (number,) in numbers}


def finish(manifest: Manifest, gathering: int) -> None:
    """Note that a gathering came to its end."""
    with manifest.transaction() as db:
        db.execute("UPDATE gatherings SET is_finished = 1 WHERE number = ?", [gathering])


def wish_of(manifest: Manifest, gathering: int) -> SearchRequest:
    """What a gathering looks for.

    Raises:
        GatherError: there is none of that number.
    """
    rows = manifest.rows(
        "SELECT label, query, source, licence, kind FROM gatherings WHERE number = ?", [gathering]
    )
    if not rows:
        raise GatherError(
            f"There is no gathering number {gathering} in {manifest.db_path.parent}. Gather again."
        )
    return SearchRequest(*rows[0])


def last_number(manifest: Manifest) -> int:
    """The number of the newest candidate of any gathering."""
    return int(manifest.rows("SELECT coalesce(max(number), 0) FROM candidates")[0][0])


def relabel(manifest: Manifest, label: str, new: str) -> list[int]:
    """The numbers of the gatherings that are for the label `new` from now on, so that what they hold goes there.

    One that looks for the very same as another of the new label keeps the old one.
    """
    with manifest.transaction() as db:
        numbers = [
            number for (number,) in db.execute("SELECT number FROM gatherings WHERE label = ?", [label])
        ]
        return [
            number
            for number in numbers
            if db.execute(
                "UPDATE OR IGNORE gatherings SET label = ? WHERE number = ?", [new, number]
            ).rowcount
        ]


def put_label(manifest: Manifest, numbers: Iterable[int], label: str) -> None:
    """These gatherings are for that label again."""
    with manifest.transaction() as db:
        for number in numbers:
            db.execute("UPDATE OR IGNORE gatherings SET label = ? WHERE number = ?", [label, number])


def add_candidates(
    manifest: Manifest, gathering: int, found: Iterable[tuple[Candidate, str, str | None]], since: int = 0
) -> tuple[list[CandidateRow], int]:
    """Note what was found, each with its first fate and reason: the rows of those that are new to this gathering, and
    how many others were named before, after the candidate number `since`."""
    names = ("gathering", *_FOUND, "fate", "reason")
    insert = f"INSERT OR IGNORE INTO candidates ({', '.join(names)}) VALUES ({', '.join('?' * len(names))})"
    rows, n_again = [], 0
    with manifest.transaction() as db:
        for candidate, fate, reason in found:
            done = db.execute(insert, [gathering, *_values(candidate), fate, reason])
            if done.rowcount == 1:
                number = int(done.lastrowid or 0)
                rows.append(CandidateRow(number, gathering, candidate, fate, reason, None, None))
            else:
                of_it = "SELECT number > ? FROM candidates WHERE gathering = ? AND url = ?"
                n_again += db.execute(of_it, [since, gathering, candidate.url]).fetchone()[0]
    return rows, n_again


def waiting(manifest: Manifest, gathering: int) -> list[CandidateRow]:
    """What was found and not fetched yet, in the order in which it was found."""
    return _rows(manifest, "gathering = ? AND fate = ?", [gathering, WAITING])


def held(manifest: Manifest, gathering: int | None = None) -> list[CandidateRow]:
    """What was fetched and waits for a person, of one gathering or of all."""
    if gathering is None:
        return _rows(manifest, "fate = ?", [HELD])
    return _rows(manifest, "fate = ? AND gathering = ?", [HELD, gathering])


def candidates(manifest: Manifest, numbers: Iterable[int]) -> list[CandidateRow]:
    """The rows of these numbers, in order; numbers without a row are left out."""
    return [row for number in sorted(set(numbers)) for row in _rows(manifest, "number = ?", [number])]


def n_gathered(manifest: Manifest, gathering: int) -> int:
    """How many pictures a gathering has brought that are here now: kept and not removed since, or held."""
    return int(
        manifest.rows(
            "SELECT count(*) FROM candidates LEFT JOIN pictures USING (image_id) "
            "WHERE gathering = ? AND (fate = ? OR fate = ? AND pictures.state = 'kept')",
            [gathering, HELD, KEPT],
        )[0][0]
    )


def fates(manifest: Manifest, gathering: int) -> dict[str, int]:
    """How many candidates met which fate."""
    return dict(
        manifest.rows("SELECT fate, count(*) FROM candidates WHERE gathering = ? GROUP BY fate", [gathering])
    )


def whereabouts(
    manifest: Manifest, url: str | None = None, image_id: str | None = None
) -> tuple[str, str, str] | None:
    """(label, path, state) of a picture that came from this very address before, or that has these very bytes."""
    column, value = ("image_id", image_id) if url is None else ("source_url", url)
    rows = manifest.rows(
        f"SELECT label, path, state FROM pictures WHERE {column} = ? AND state != 'missing' LIMIT 1", [value]
    )
    return (rows[0][0], rows[0][1], rows[0][2]) if rows else None


def held_labels(manifest: Manifest) -> frozenset[str]:
    """The labels of which pictures wait for a person."""
    rows = manifest.rows(
        "SELECT DISTINCT label FROM candidates JOIN gatherings ON gatherings.number = gathering WHERE fate = ?",
        [HELD],
    )
    return frozenset(label for (label,) in rows)


def held_as(manifest: Manifest, image_id: str) -> tuple[int, str] | None:
    """(number, label) of the held candidate with these very bytes."""
    rows = manifest.rows(
        "SELECT candidates.number, label FROM candidates JOIN gatherings ON gatherings.number = gathering "
        "WHERE fate = ? AND image_id = ? LIMIT 1",
        [HELD, image_id],
    )
    return (rows[0][0], rows[0][1]) if rows else None


def later_twin(manifest: Manifest, row: CandidateRow, image_id: str) -> int | None:
    """The candidate of the same gathering, found after this one, whose picture has the same bytes and came first."""
    rows = manifest.rows(
        "SELECT number FROM candidates WHERE gathering = ? AND image_id = ? AND fate IN (?, ?) AND number > ? LIMIT 1",
        [row.gathering, image_id, KEPT, HELD, row.number],
    )
    return int(rows[0][0]) if rows else None


def set_fate(
    manifest: Manifest,
    number: int,
    fate: str,
    reason: str | None = None,
    image_id: str | None = None,
    file: dict[str, Any] | None = None,
) -> None:
    """Note what became of a candidate."""
    with manifest.transaction() as db:
        db.execute(
            "UPDATE candidates SET fate = ?, reason = ?, image_id = ?, file = ? WHERE number = ?",
            [fate, reason, image_id, None if file is None else json.dumps(file), number],
        )


def hold(
    manifest: Manifest, number: int, image_id: str, facts: dict[str, Any], arrived: Path, held: Path
) -> bool:
    """Note that a candidate's picture, of which `facts` is known, waits for a person. Whether its file is to move from
    `arrived` to `held`, both below the project, once the transaction is through; False where the same bytes lie there.
    """
    root = manifest.db_path.parent
    source, target = (path.relative_to(root).as_posix() for path in (arrived, held))
    with manifest.transaction() as db:
        set_fate(manifest, number, HELD, None, image_id, {"path": target, **facts})
        if held.exists() or manifest.rows("SELECT 1 FROM pending_moves WHERE target = ?", [target]):
            return False
        queue_move(db, source, target)
    return True


def _values(candidate: Candidate) -> list[Any]:
    return [getattr(candidate, name) for name in _FOUND]


def _rows(manifest: Manifest, where: str, parameters: list[Any]) -> list[CandidateRow]:
    found = manifest.rows(f"SELECT {_COLUMNS} FROM candidates WHERE {where} ORDER BY number", parameters)
    rows = []
    for number, gathering, *values, fate, reason, image_id, file in found:
        candidate = Candidate(**dict(zip(_FOUND, values, strict=True)))
        facts = json.loads(file) if file else None
        rows.append(CandidateRow(number, gathering, candidate, fate, reason, image_id, facts))
    return rows
