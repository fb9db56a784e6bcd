"""Projects made by older versions keep opening, with all that is in them."""

import json
import shutil
import sqlite3
import tempfile
from pathlib import Path

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st
from make_data import make_tiny_folder
from tellapart.deploy.datasheet import datasheet
from tellapart.errors import ProjectError, RefusalCode
from tellapart.gather import take_in
from tellapart.gather.wanted_labels import wanted_labels
from tellapart.store.manifest import Manifest, Refusal
from tellapart.store.project import create_project, open_project
from tellapart.store.sqlite.schema import FORMAT

# as version 0.1 made them; never change it
FORMAT_1 = """
CREATE TABLE settings (name TEXT PRIMARY KEY, value TEXT NOT NULL) WITHOUT ROWID;
CREATE TABLE labels (
    label TEXT PRIMARY KEY, folder TEXT NOT NULL UNIQUE, folder_key TEXT NOT NULL UNIQUE,
    seen_ns INTEGER NOT NULL DEFAULT 0
) WITHOUT ROWID;
CREATE TABLE pictures (
    number INTEGER PRIMARY KEY, image_id TEXT NOT NULL UNIQUE,
    label TEXT NOT NULL REFERENCES labels (label) ON UPDATE CASCADE,
    path TEXT NOT NULL, path_key TEXT NOT NULL UNIQUE,
    state TEXT NOT NULL CHECK (state IN ('kept', 'removed', 'missing')), mark TEXT,
    width INTEGER NOT NULL, height INTEGER NOT NULL, n_bytes INTEGER NOT NULL, format TEXT NOT NULL,
    fingerprint BLOB NOT NULL, given_split TEXT CHECK (given_split IN ('train', 'valid', 'test')),
    added_at TEXT NOT NULL, original_name TEXT NOT NULL,
    source TEXT NOT NULL, source_url TEXT, page_url TEXT, query TEXT, author TEXT, licence TEXT, licence_url TEXT
);
CREATE INDEX pictures_by_label ON pictures (state, label);
CREATE TABLE refusals (
    number INTEGER PRIMARY KEY, at TEXT NOT NULL, name TEXT NOT NULL, label TEXT, reason TEXT NOT NULL, same_as TEXT
);
CREATE TABLE pending_moves (number INTEGER PRIMARY KEY, source TEXT NOT NULL, target TEXT NOT NULL);
CREATE TABLE journal (
    number INTEGER PRIMARY KEY, at TEXT NOT NULL, batch INTEGER NOT NULL, kind TEXT NOT NULL,
    image_id TEXT NOT NULL, before TEXT NOT NULL, after TEXT NOT NULL, is_undone INTEGER NOT NULL DEFAULT 0
);
CREATE INDEX journal_open ON journal (kind, is_undone, number);
PRAGMA user_version = 1;
"""
# as version 0.2 added to them; never change it
FORMAT_2 = """
ALTER TABLE pictures ADD COLUMN title TEXT;
ALTER TABLE pictures ADD COLUMN subject TEXT;
CREATE INDEX pictures_by_url ON pictures (source_url);
CREATE TABLE gatherings (
    number INTEGER PRIMARY KEY, started_at TEXT NOT NULL,
    label TEXT NOT NULL, query TEXT NOT NULL, source TEXT NOT NULL, licence TEXT NOT NULL, kind TEXT NOT NULL,
    is_finished INTEGER NOT NULL DEFAULT 0,
    UNIQUE (label, query, source, licence, kind)
);
CREATE TABLE candidates (
    number INTEGER PRIMARY KEY,
    gathering INTEGER NOT NULL REFERENCES gatherings (number) ON DELETE CASCADE,
    url TEXT NOT NULL, fetched_url TEXT, thumb_url TEXT, page_url TEXT, title TEXT, author TEXT,
    licence TEXT, licence_url TEXT, width INTEGER, height INTEGER,
    source TEXT NOT NULL, source_id TEXT, subject TEXT,
    fate TEXT NOT NULL DEFAULT 'waiting',
    reason TEXT, image_id TEXT,
    file TEXT,
    UNIQUE (gathering, url)
);
CREATE INDEX candidates_by_fate ON candidates (gathering, fate, number);
CREATE INDEX candidates_held ON candidates (fate, image_id) WHERE fate = 'held';
CREATE TABLE turns (host TEXT PRIMARY KEY, next_at REAL NOT NULL) WITHOUT ROWID;
PRAGMA user_version = 2;
"""
# as the versions between 0.1 and 0.2 added to them; never change it
FORMAT_3 = """
ALTER TABLE pictures ADD COLUMN file_ns INTEGER;
ALTER TABLE journal ADD COLUMN is_over INTEGER NOT NULL DEFAULT 0;
CREATE INDEX journal_redo ON journal (batch) WHERE is_undone = 1 AND is_over = 0;
CREATE TABLE edits (former_id TEXT PRIMARY KEY, image_id TEXT NOT NULL, at TEXT NOT NULL) WITHOUT ROWID;
PRAGMA user_version = 3;
"""
OLD_COLUMNS = (
    "image_id, label, path, path_key, state, mark, width, height, n_bytes, format, fingerprint, given_split, added_at, "
    "original_name, source, source_url, page_url, query, author, licence, licence_url"
)


@pytest.fixture
def old_project(tmp_path):
    return make_old_project(tmp_path)


def make_old_project(tmp_path):
    """A project with eight pictures whose database has format 1."""
    make_tiny_folder(tmp_path / "source", ("circle", "square"), 4)
    with create_project(tmp_path / "old") as project:
        take_in(project, tmp_path / "source")
        labels = project.manifest.rows("SELECT label, folder, folder_key FROM labels")
        pictures = project.manifest.rows(f"SELECT {OLD_COLUMNS} FROM pictures")
    for path in (tmp_path / "old").glob("tellapart.db*"):
        path.unlink()
    db = sqlite3.connect(tmp_path / "old" / "tellapart.db")
    db.executescript(FORMAT_1)
    db.executemany("INSERT INTO labels (label, folder, folder_key) VALUES (?, ?, ?)", labels)
    marks = ", ".join("?" * len(OLD_COLUMNS.split(",")))
    db.executemany(f"INSERT INTO pictures ({OLD_COLUMNS}) VALUES ({marks})", pictures)
    db.execute("INSERT INTO settings VALUES ('colour', '\"red\"')")
    db.commit()
    db.close()
    return tmp_path / "old"


def test_a_project_of_format_1_opens_with_all_its_pictures(old_project):
    with open_project(old_project) as project:
        assert project.changes == [] and project.manifest.rows("PRAGMA user_version") == [(FORMAT,)]
        pictures = project.manifest.pictures()
        assert len(pictures) == 8 and project.manifest.label_counts() == {"circle": 4, "square": 4}
        assert {(picture.title, picture.subject) for picture in pictures} == {(None, None)}
        assert project.manifest.setting("colour") == "red"


def test_an_upgraded_database_has_the_tables_of_a_new_one(old_project, tmp_path):
    def tables(path):
        manifest = Manifest(path)
        try:
            names = [
                name
                for (name,) in manifest.rows(
                    "SELECT name FROM sqlite_master WHERE type = 'table' ORDER BY name"
                )
            ]
            return {name: [row[1:3] for row in manifest.rows(f"PRAGMA table_info({name})")] for name in names}
        finally:
            manifest.close()

    assert tables(old_project / "tellapart.db") == tables(tmp_path / "new.db")


def test_a_project_of_the_former_format_keeps_what_can_be_undone_and_redone(old_project):
    old = OldJournal(old_project)
    old.db.executescript(FORMAT_2)
    old.db.executescript(FORMAT_3)
    batches = [old.decide("keep"), old.decide("not sure")]
    old.step("undo", batches[1])
    old.close()
    with open_project(old_project) as project:
        assert project.changes == [] and project.manifest.rows("PRAGMA user_version") == [(FORMAT,)]
        step = project.journal.next_undo()
        assert (step.batch, step.entry.after["mark"], step.n_pictures) == (batches[0], "keep", 1)
        assert project.journal.redo()[0].batch == batches[1]
        assert [project.journal.undo()[0].batch for _ in batches] == batches[::-1]
        assert not project.journal.can_undo() and project.journal.can_redo()
        plan = project.manifest.rows(
            "EXPLAIN QUERY PLAN SELECT max(batch) FROM journal WHERE kind NOT IN ('undo', 'redo') AND is_undone = 0"
        )
        assert "journal_standing" in str(plan), "what is asked at every look at a page is found by an index"


def test_an_upgrade_that_is_cut_off_has_not_begun(old_project, monkeypatch):
    from tellapart.store.sqlite import schema

    *former, last = schema.STEPS

    def cut_off(db):
        last(db)
        db.execute("CREATE NONSENSE")

    monkeypatch.setattr(schema, "STEPS", (*former, cut_off))
    with pytest.raises(ProjectError):
        open_project(old_project)
    db = sqlite3.connect(old_project / "tellapart.db")
    assert db.execute("PRAGMA user_version").fetchone() == (1,)
    db.close()
    monkeypatch.undo()
    with open_project(old_project) as project:
        assert project.manifest.n_pictures() == 8


def write_old_line(db, batch, kind, image_id, before, after):
    db.execute(
        "INSERT INTO journal (at, batch, kind, image_id, before, after) VALUES ('2026-11-01T10:00:00+00:00', ?, ?, ?, ?, ?)",
        [batch, kind, image_id, json.dumps(before), json.dumps(after)],
    )


class OldJournal:
    """Writes marks of one picture as version 0.2 did; its redo took the oldest undone batch after the latest standing."""

    standing = "SELECT max(batch) FROM journal WHERE kind NOT IN ('undo', 'redo') AND is_undone = 0"
    redoable = (
        "SELECT min(batch) FROM journal WHERE kind NOT IN ('undo', 'redo') AND is_undone = 1 "
        f"AND batch > coalesce(({standing}), 0)"
    )

    def __init__(self, root):
        self.db = sqlite3.connect(root / "tellapart.db")
        self.place = self.db.execute("SELECT image_id, label, path FROM pictures ORDER BY number").fetchone()

    def value(self, mark):
        _, label, path = self.place
        return {"label": label, "state": "kept", "mark": mark, "path": path}

    def line(self, batch, kind, before, after):
        write_old_line(self.db, batch, kind, self.place[0], before, after)
        self.db.execute("UPDATE pictures SET mark = ? WHERE image_id = ?", [after["mark"], self.place[0]])

    def next_batch(self):
        return self.db.execute("SELECT coalesce(max(number), 0) + 1 FROM journal").fetchone()[0]

    def decide(self, mark):
        (was,) = self.db.execute("SELECT mark FROM pictures WHERE image_id = ?", [self.place[0]]).fetchone()
        batch = self.next_batch()
        self.line(batch, "mark", self.value(was), self.value(mark))
        return batch

    def step(self, kind, batch):
        (before, after) = self.db.execute(
            "SELECT before, after FROM journal WHERE batch = ?", [batch]
        ).fetchone()
        wanted = json.loads(before if kind == "undo" else after)
        self.line(self.next_batch(), kind, self.value(None), wanted)
        self.db.execute("UPDATE journal SET is_undone = ? WHERE batch = ?", [kind == "undo", batch])

    def close(self):
        self.db.commit()
        self.db.close()


@given(st.lists(st.sampled_from(["decide", "decide", "undo", "undo", "redo"]), max_size=16))
@example(["decide", "decide", "undo", "decide", "undo"])
@settings(max_examples=25, deadline=None)
def test_an_old_journal_keeps_its_undos_and_redoes_only_what_nothing_new_ended(old_root, wishes):
    with tempfile.TemporaryDirectory() as folder:
        root = shutil.copytree(old_root, Path(folder) / "old")
        old, done, undone = OldJournal(root), [], []
        for number, wish in enumerate(wishes):
            if wish == "decide":
                done.append(old.decide(("keep", "not sure", None)[number % 3]))
                undone.clear()
            elif wish == "undo" and done:
                undone.append(done.pop())
                old.step("undo", undone[-1])
            elif wish == "redo" and undone and old.db.execute(old.redoable).fetchone() == (undone[-1],):
                done.append(undone.pop())
                old.step("redo", done[-1])
        old.close()
        with open_project(root) as project:
            again = [entries[0].batch for entries in iter(project.journal.redo, [])]
            assert again == undone[::-1]
            back = [entries[0].batch for entries in iter(project.journal.undo, [])]
            assert back == [*done, *undone[::-1]][::-1]


@pytest.fixture(scope="module")
def old_root(tmp_path_factory):
    return make_old_project(tmp_path_factory.mktemp("old"))


@pytest.mark.parametrize("is_undone_elsewhere", [False, True])
def test_label_changes_of_an_old_project_can_still_be_undone(old_project, is_undone_elsewhere):
    """As version 0.2 kept them: a renamed label with pictures, one without, and one that was renamed after both."""
    db = sqlite3.connect(old_project / "tellapart.db")
    db.executescript(FORMAT_2)
    circles = db.execute(
        "SELECT image_id, path FROM pictures WHERE label = 'circle' ORDER BY number"
    ).fetchall()
    db.execute("INSERT INTO labels (label, folder, folder_key) VALUES ('disc', 'disc', 'disc')")
    for image_id, path in circles:
        before = {"label": "circle", "state": "kept", "mark": None, "path": path}
        after = {**before, "label": "disc", "path": path.replace("circle/", "disc/")}
        write_old_line(db, 1, "relabel", image_id, before, {**after, "is_new_label": True})
        db.execute(
            "UPDATE pictures SET label = 'disc', path = ?, path_key = ? WHERE image_id = ?",
            [after["path"], after["path"], image_id],
        )
    shutil.move(old_project / "images" / "circle", old_project / "images" / "disc")
    first = [
        {"label": name, "query": query}
        for name, query in (("bear", ""), ("circle", "a circle"), ("square", ""))
    ]
    second = [{"label": "grizzly", "query": ""}, *first[1:]]
    third = [second[0], {"label": "disc", "query": "a circle"}, second[2]]
    changes = [
        {"batch": None, "before": first, "label": "bear", "gatherings": []},
        {"batch": 1, "before": second, "label": "circle", "gatherings": []},
        {"batch": None, "before": third, "label": "grizzly", "gatherings": []},
    ]
    wanted = [{"label": "Ursus", "query": ""}, *third[1:]]
    for name, value in (("wanted", wanted), ("label_changes", changes)):
        db.execute("INSERT INTO settings VALUES (?, ?)", [name, json.dumps(value)])
    if is_undone_elsewhere:
        db.execute("UPDATE journal SET is_undone = 1")
    db.commit()
    db.close()
    with open_project(old_project) as project:
        assert project.manifest.setting("label_changes") is None
        names = lambda: [(row.label, row.query) for row in wanted_labels(project)]  # noqa: E731
        assert project.journal.undo() and names()[0] == ("grizzly", "")
        if is_undone_elsewhere:
            return
        assert project.journal.undo(), "with it the one that moved no picture"
        assert names() == [("bear", ""), ("circle", "a circle"), ("square", "")]
        assert project.manifest.label_counts() == {"circle": 4, "square": 4}
        assert not project.journal.undo()
        project.journal.redo()
        assert names() == [("grizzly", ""), ("disc", "a circle"), ("square", "")]


@pytest.mark.parametrize("value", ["[1]", "{}", '[{"batch": "x"}]', '[{"batch": 3, "before": []}]', "5"])
def test_label_changes_that_make_no_sense_do_not_keep_a_project_from_opening(old_project, value):
    db = sqlite3.connect(old_project / "tellapart.db")
    db.executescript(FORMAT_2)
    db.execute("INSERT INTO settings VALUES ('label_changes', ?)", [value])
    db.commit()
    db.close()
    with open_project(old_project) as project:
        assert project.manifest.n_pictures() == 8 and not project.journal.undo()


def test_why_files_were_refused_is_a_code_also_for_those_that_an_older_version_noted(old_project):
    old = {
        "already here as images/circle/1.png": RefusalCode.COPY,  # from the web, so without the picture's id
        "20 × 20 pixels; at least 64 × 64 are wanted": RefusalCode.TOO_SMALL,
        "its licence (CC BY-NC 2.0) does not fit the wish 'commercial'": RefusalCode.OTHER_LICENCE,
        "damaged or cut off (image file is truncated)": RefusalCode.UNREADABLE,
        "a PDF document; save its pages as pictures": RefusalCode.NOT_NOTED,
    }
    db = sqlite3.connect(old_project / "tellapart.db")
    db.executemany(
        "INSERT INTO refusals (at, name, reason, same_as) VALUES ('2026-01-01', 'a', ?, ?)",
        [*((reason, None) for reason in old), ("any words", "ab" * 32)],
    )
    db.commit()
    db.close()
    with open_project(old_project) as project:
        *found, copy = project.manifest.refusals()
        assert {one.reason: one.code for one in found} == old and copy.code is RefusalCode.COPY
        sheet = datasheet(project.manifest, "old")
        assert "- 2: already here" in sheet and "- 1: a PDF document; save its pages as pictures" in sheet
        new = Refusal("2026-01-02", "b", None, "whatever the words are", None, RefusalCode.TOO_SMALL)
        project.manifest.add_refusals([new])
        assert project.manifest.refusals()[-1] == new
        assert "- 2: too small to see anything" in datasheet(project.manifest, "old")
        with project.manifest.transaction() as db:
            db.execute("UPDATE refusals SET code = 'of a later version'")
        assert project.manifest.refusals()[-1].code is RefusalCode.NOT_NOTED
