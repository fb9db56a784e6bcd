"""The tables of tellapart.db, format by format: a project of an older format takes the steps that it lacks."""

from __future__ import annotations

import sqlite3

from tellapart.store.sqlite.journal_upgrade import end_what_was_passed_over, take_over_label_changes

FORMAT = 4

_FORMAT_1 = """
CREATE TABLE settings (name TEXT PRIMARY KEY, value TEXT NOT NULL) WITHOUT ROWID;
CREATE TABLE labels (
    label TEXT PRIMARY KEY,
    folder TEXT NOT NULL UNIQUE,      -- below images/
    folder_key TEXT NOT NULL UNIQUE,  -- casefolded, so that macOS and Windows can hold it too
    seen_ns INTEGER NOT NULL DEFAULT 0  -- the folder's modification time at the last look
) WITHOUT ROWID;
CREATE TABLE pictures (
    number INTEGER PRIMARY KEY,        -- order of arrival
    image_id TEXT NOT NULL UNIQUE,     -- sha256 of the bytes
    label TEXT NOT NULL REFERENCES labels (label) ON UPDATE CASCADE,
    path TEXT NOT NULL,                -- below the project, with /
    path_key TEXT NOT NULL UNIQUE,     -- casefolded
    state TEXT NOT NULL CHECK (state IN ('kept', 'removed', 'missing')),
    mark TEXT,                         -- 'keep', 'not sure', 'none of these'
    width INTEGER NOT NULL, height INTEGER NOT NULL, n_bytes INTEGER NOT NULL, format TEXT NOT NULL,
    fingerprint BLOB NOT NULL,         -- see images.fingerprint
    given_split TEXT CHECK (given_split IN ('train', 'valid', 'test')),
    added_at TEXT NOT NULL, original_name TEXT NOT NULL,
    source TEXT NOT NULL, source_url TEXT, page_url TEXT, query TEXT, author TEXT, licence TEXT, licence_url TEXT
);
CREATE INDEX pictures_by_label ON pictures (state, label);
CREATE TABLE refusals (
    number INTEGER PRIMARY KEY, at TEXT NOT NULL, name TEXT NOT NULL, label TEXT, reason TEXT NOT NULL,
    same_as TEXT                       -- image_id of the picture that is already here
);
CREATE TABLE pending_moves (number INTEGER PRIMARY KEY, source TEXT NOT NULL, target TEXT NOT NULL);
CREATE TABLE journal (
    number INTEGER PRIMARY KEY, at TEXT NOT NULL, batch INTEGER NOT NULL,
    kind TEXT NOT NULL,                -- what was decided, or 'undo', 'redo'
    image_id TEXT NOT NULL, before TEXT NOT NULL, after TEXT NOT NULL,
    is_undone INTEGER NOT NULL DEFAULT 0
);
CREATE INDEX journal_open ON journal (kind, is_undone, number);
"""
_FORMAT_2 = """
ALTER TABLE pictures ADD COLUMN title TEXT;
-- pictures that show one individual share their subject: they stay in one split
ALTER TABLE pictures ADD COLUMN subject TEXT;
CREATE INDEX pictures_by_url ON pictures (source_url);
CREATE TABLE gatherings (              -- what somebody looked for on the web, for one label
    number INTEGER PRIMARY KEY, started_at TEXT NOT NULL,
    label TEXT NOT NULL, query TEXT NOT NULL, source TEXT NOT NULL, licence TEXT NOT NULL, kind TEXT NOT NULL,
    is_finished INTEGER NOT NULL DEFAULT 0,
    UNIQUE (label, query, source, licence, kind)
);
CREATE TABLE candidates (              -- what was found, and what became of it
    number INTEGER PRIMARY KEY,        -- the order in which they are fetched
    gathering INTEGER NOT NULL REFERENCES gatherings (number) ON DELETE CASCADE,
    url TEXT NOT NULL, fetched_url TEXT, thumb_url TEXT, page_url TEXT, title TEXT, author TEXT,
    licence TEXT, licence_url TEXT, width INTEGER, height INTEGER,
    source TEXT NOT NULL, source_id TEXT, subject TEXT,
    fate TEXT NOT NULL DEFAULT 'waiting',  -- 'waiting', 'held', 'kept', 'discarded', or what kept it out
    reason TEXT, image_id TEXT,
    file TEXT,                         -- JSON: where a held picture lies and what is known of it
    UNIQUE (gathering, url)
);
CREATE INDEX candidates_by_fate ON candidates (gathering, fate, number);
CREATE INDEX candidates_held ON candidates (fate, image_id) WHERE fate = 'held';
CREATE TABLE turns (host TEXT PRIMARY KEY, next_at REAL NOT NULL) WITHOUT ROWID;
"""
_FORMAT_3 = """
-- its file's modification time when the bytes were looked at last; NULL: not noted yet, else see edits.py
ALTER TABLE pictures ADD COLUMN file_ns INTEGER;
-- undone, and something new was decided since: it can no longer be redone
ALTER TABLE journal ADD COLUMN is_over INTEGER NOT NULL DEFAULT 0;
CREATE INDEX journal_redo ON journal (batch) WHERE is_undone = 1 AND is_over = 0;
CREATE TABLE edits (                   -- pictures that were changed in their place
    former_id TEXT PRIMARY KEY,        -- sha256 of the bytes they had
    image_id TEXT NOT NULL,            -- what they are called now
    at TEXT NOT NULL
) WITHOUT ROWID;
"""
# Files move under a lock of their own since, see file_moves.py: an older program must not move them beside us.
_FORMAT_4 = """
-- whether there is something to undo is asked at every look at a page
CREATE INDEX journal_standing ON journal (batch) WHERE kind NOT IN ('undo', 'redo') AND is_undone = 0;
-- why a file was not taken in, as a code (errors.RefusalCode); of older rows the sentence alone is known, and here
-- is the one place that reads it
ALTER TABLE refusals ADD COLUMN code TEXT NOT NULL DEFAULT 'not noted';
UPDATE refusals SET code = CASE
    WHEN same_as IS NOT NULL OR reason LIKE 'already %' THEN 'already here'
    WHEN reason LIKE '% × % pixels%' THEN 'too small'
    WHEN reason LIKE 'it lies beside the class folders%' THEN 'no label'
    WHEN reason LIKE 'its licence (%) does not fit the wish%' THEN 'other licence'
    WHEN reason LIKE 'damaged %' OR reason LIKE 'cannot be read (%' OR reason LIKE 'empty file%'
        OR reason LIKE 'too many pixels (%' OR reason LIKE '%more than the % MB %' THEN 'unreadable'
    ELSE code
END;
"""


def _to_3(db: sqlite3.Connection) -> None:
    _run(db, _FORMAT_3)
    end_what_was_passed_over(db)
    take_over_label_changes(db)


def _run(db: sqlite3.Connection, statements: str) -> None:
    for statement in statements.split(";\n"):  # executescript would commit
        db.execute(statement)


STEPS = (
    lambda db: _run(db, _FORMAT_1),
    lambda db: _run(db, _FORMAT_2),
    _to_3,
    lambda db: _run(db, _FORMAT_4),
)


def bring_up_to_date(db: sqlite3.Connection, found: int) -> None:
    """Bring a database of that format, 0 for an empty one, to today's. Call inside a transaction."""
    for step in STEPS[found:]:
        step(db)
    db.execute(f"PRAGMA user_version={FORMAT}")
