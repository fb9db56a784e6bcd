"""Projects made by older versions keep opening, with all that is in them."""

import sqlite3

import pytest
from make_data import make_tiny_folder
from tellapart.errors import ProjectError
from tellapart.gather import take_in
from tellapart.manifest import FORMAT, Manifest
from tellapart.project import create_project, open_project

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
OLD_COLUMNS = (
    "image_id, label, path, path_key, state, mark, width, height, n_bytes, format, fingerprint, given_split, added_at, "
    "original_name, source, source_url, page_url, query, author, licence, licence_url"
)


@pytest.fixture
def old_project(tmp_path):
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


def test_an_upgrade_that_is_cut_off_has_not_begun(old_project, monkeypatch):
    from tellapart import manifest

    monkeypatch.setattr(
        manifest, "_STEPS", (*manifest._STEPS[:-1], manifest._STEPS[-1] + ";\nCREATE NONSENSE")
    )
    with pytest.raises(ProjectError):
        open_project(old_project)
    db = sqlite3.connect(old_project / "tellapart.db")
    assert db.execute("PRAGMA user_version").fetchone() == (1,)
    db.close()
    monkeypatch.undo()
    with open_project(old_project) as project:
        assert project.manifest.n_pictures() == 8
