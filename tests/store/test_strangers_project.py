"""A stranger's project: whatever its database, its files and its links say, nothing outside its folder is touched."""

from __future__ import annotations

import json
import os
import shutil
import sqlite3
import subprocess
import sys
from pathlib import Path

import pytest
from make_data import make_tiny_folder
from tellapart import safe_paths
from tellapart.clean import open_review
from tellapart.errors import OutsideError, ProjectError, TellapartError
from tellapart.gather import take_in
from tellapart.gather.screening import discard_rows, held_file
from tellapart.safe_paths import parts_inside, path_inside
from tellapart.store.journal import Relabel
from tellapart.store.project import create_project, open_project
from tellapart.store.searches import HELD, Candidate, CandidateRow

needs_links = pytest.mark.skipif(os.name == "nt", reason="links need a right on Windows that few people have")


@pytest.fixture(scope="module")
def made(tmp_path_factory):
    folder = tmp_path_factory.mktemp("strangers")
    make_tiny_folder(folder / "source", ("circle", "square"), 3)
    with create_project(folder / "project") as project:
        take_in(project, folder / "source")
        project.journal.decide(Relabel(project.manifest.pictures(label="circle")[0].image_id, "square"))
    return folder / "project"


@pytest.fixture
def root(made, tmp_path):
    return Path(shutil.copytree(made, tmp_path / "home" / "project"))


@pytest.fixture
def outside(tmp_path):
    """A person's own things beside the project: the same afterwards, whatever happens."""
    own = tmp_path / "home" / "own"
    own.mkdir(parents=True)
    (own / "letter.txt").write_text("dear")
    make_tiny_folder(own / "pictures", ("ring",), 2, seed=5)
    before = contents(own)
    yield own
    assert contents(own) == before
    assert {path.name for path in (tmp_path / "home").iterdir()} <= {"own", "project"}


def contents(folder):
    return {
        path.relative_to(folder).as_posix(): path.read_bytes() for path in folder.rglob("*") if path.is_file()
    }


def change(root, *statements):
    with sqlite3.connect(root / "tellapart.db") as db:
        for statement, *values in statements:
            db.execute(statement, values)
    db.close()


ESCAPES = {
    "up": "../own/letter.txt",
    "up from inside": "images/../../own/letter.txt",
    "up at the end": "images/circle/..",
    "absolute": "/OUTSIDE/letter.txt",
    "two slashes": "//OUTSIDE/letter.txt",
    "windows up": "images\\..\\..\\own\\letter.txt",
    "mixed separators": "images/..\\../own/letter.txt",
    "drive": "C:\\Users\\me\\letter.txt",
    "drive without a slash": "c:letter.txt",
    "share": "\\\\server\\share\\letter.txt",
    "device path": "\\\\?\\C:\\letter.txt",
    "dots and spaces": "images/.. /own/letter.txt",
    "three dots": "images/.../letter.txt",
    "nul": "images/circle/a\0.jpg",
    "empty": "",
    "only dots": "./.",
    "very long name": "images/" + "a" * 300 + ".jpg",
    "very long path": "/".join(["images", *["a" * 60] * 40, "a.jpg"]),
}


@pytest.mark.parametrize("name", ESCAPES)
def test_a_path_that_leads_out_is_no_path(name, tmp_path):
    with pytest.raises(OutsideError):
        path_inside(tmp_path, ESCAPES[name])


@pytest.mark.parametrize("value", [None, 7, b"images/a.jpg", ["a"], {"a": 1}, "a\ud800.jpg"])
def test_a_path_that_is_no_text_is_no_path(value, tmp_path):
    with pytest.raises(OutsideError):
        path_inside(tmp_path, value)


@pytest.mark.parametrize(
    "name",
    ["images/cat/a.jpg", "images/cat..dog/a..b.jpg", "images/ünïcode 猫/.hidden.png", "a", "images/a/..a"],
)
def test_an_ordinary_path_is_where_it_says(name, tmp_path):
    assert path_inside(tmp_path, name) == tmp_path / name


@pytest.mark.parametrize(
    "name", ["con", "NUL.jpg", "images/com1.png", "images/a:b", "images/a.jpg:stream", "lpt9 .txt"]
)
def test_on_windows_a_device_or_a_stream_is_no_path(name, monkeypatch):
    monkeypatch.setattr(safe_paths, "_IS_WINDOWS", True)
    with pytest.raises(OutsideError, match="device"):
        parts_inside(name)


@pytest.mark.parametrize("name", ESCAPES)
@pytest.mark.parametrize("column", ["picture", "source", "target", "folder"])
def test_a_database_that_leads_out_is_refused_and_nothing_moves(root, outside, column, name):
    path = ESCAPES[name].replace("OUTSIDE", outside.as_posix().strip("/"))
    inside = "images/square/new.jpg"
    change(root, {
        "picture": ("UPDATE pictures SET path = ?, path_key = ? WHERE number = 1", path, path),
        "source": ("INSERT INTO pending_moves (source, target) VALUES (?, ?)", path, inside),
        "target": ("INSERT INTO pending_moves (source, target) SELECT path, ? FROM pictures LIMIT 1", path),
        "folder": ("UPDATE labels SET folder = ?, folder_key = ? WHERE label = 'circle'", path, path),
    }[column])  # fmt: skip
    before = contents(root / "images")
    with pytest.raises(ProjectError, match="Nothing was changed"):
        open_project(root)
    assert contents(root / "images") == before


@pytest.mark.parametrize("value", ["../../own/x", "A" * 64, "a" * 63, "a" * 64 + "/x"])
def test_an_id_that_is_no_hash_is_refused(root, outside, value):
    change(root, ("UPDATE pictures SET image_id = ? WHERE number = 1", value))
    with pytest.raises(ProjectError, match="SHA-256"):
        open_project(root)


@pytest.mark.parametrize(
    "sql",
    [
        "CREATE TRIGGER t AFTER UPDATE ON pictures BEGIN UPDATE pictures SET path = '../own/letter.txt'; END",
        "CREATE VIEW v AS SELECT * FROM pictures",
    ],
)
def test_a_database_with_a_will_of_its_own_is_refused(root, outside, sql):
    change(root, (sql,))
    with pytest.raises(ProjectError, match="runs on its own"):
        open_project(root)


@pytest.mark.parametrize("name", ["up", "absolute", "windows up", "drive"])
def test_a_journal_that_leads_out_is_not_carried_out(root, outside, name):
    before = {"label": "circle", "state": "kept", "mark": None, "path": ESCAPES[name]}
    change(root, ("UPDATE journal SET before = ?", json.dumps(before)))
    with open_project(root) as project:
        with pytest.raises(ProjectError, match="left in place"):
            project.journal.undo()
        assert all(project.file(picture).is_file() for picture in project.manifest.pictures())


@pytest.mark.parametrize(
    "path", ["../own/letter.txt", "images/circle/a.jpg", "cache/held/../../../own/letter.txt", 5]
)
def test_a_held_picture_that_leads_out_is_neither_read_nor_discarded(root, outside, path):
    facts = {"path": path, "n_bytes": 4, "format": "JPEG", "width": 1, "height": 1, "fingerprint": ""}
    candidate = Candidate("https://example.org/a.jpg", source="openverse")
    row = CandidateRow(1, 1, candidate, HELD, None, "a" * 64, facts)
    with open_project(root) as project:
        (root / "images" / "circle" / "a.jpg").write_bytes(b"mine")
        assert held_file(project, row) is None
        discard_rows(project, [row])
    assert (root / "images" / "circle" / "a.jpg").read_bytes() == b"mine"


@needs_links
def test_work_on_many_paths_looks_at_each_folder_once_and_at_every_end(tmp_path, monkeypatch):
    folder = tmp_path / "images" / "ring"
    folder.mkdir(parents=True)
    (folder / "link.png").symlink_to(tmp_path / "elsewhere.png")
    (tmp_path / "images" / "led").symlink_to(folder)
    looked, lstat = [], os.lstat
    monkeypatch.setattr(safe_paths.os, "lstat", lambda place: (looked.append(Path(place)), lstat(place))[1])
    seen = set()
    for name in ("1.png", "2.png"):
        assert path_inside(tmp_path, f"images/ring/{name}", seen) == folder / name
    assert looked == [folder.parent, folder, folder / "1.png", folder / "2.png"]
    for strange in ("images/ring/link.png", "images/led/1.png", "images/led/2.png"):
        with pytest.raises(OutsideError, match="link"):
            path_inside(tmp_path, strange, seen)


@needs_links
@pytest.mark.parametrize(
    "place",
    ["images", "trash", "cache", "runs", "bundles", "cache/embeddings", "cache/held", "cache/thumbnails-160/ab",
     "tellapart.db-wal", "cache/clean/queue.json", "runs/20260101-000000-aaaaaa/result.json", "runs/one"],
)  # fmt: skip
@pytest.mark.parametrize("kind", ["link to a folder", "link to a file", "pipe"])
def test_links_and_special_files_where_tellapart_keeps_its_own_are_refused(root, outside, place, kind):
    target = root / place
    shutil.rmtree(target, ignore_errors=True)
    target.unlink(missing_ok=True)
    target.parent.mkdir(parents=True, exist_ok=True)
    if kind == "pipe":
        os.mkfifo(target)
    else:
        target.symlink_to(outside if kind == "link to a folder" else outside / "letter.txt")
    with pytest.raises(ProjectError, match="never follows them"):
        open_project(root)


@needs_links
def test_a_database_that_is_a_link_is_refused(root, outside):
    (root / "tellapart.db").rename(root.parent / "own.db")
    (root / "tellapart.db").symlink_to(root.parent / "own.db")
    with pytest.raises(ProjectError, match="never follows them"):
        open_project(root)
    (root.parent / "own.db").unlink()


@needs_links
def test_links_among_the_pictures_are_told_and_never_followed(root, outside):
    (root / "images" / "circle" / "link.png").symlink_to(next((outside / "pictures").rglob("*.*")))
    (root / "images" / "ring").symlink_to(outside / "pictures" / "ring")
    os.mkfifo(root / "images" / "square" / "pipe.png")
    with open_project(root) as project:
        said = " ".join(project.changes)
        assert project.manifest.label_counts() == {"circle": 2, "square": 4}
    assert "3 file(s) in the folders cannot be used" in said and "never followed" in said
    with open_project(root) as project:
        assert len(project.manifest.refusals()) == 3, "told again, but noted once"


@needs_links
def test_a_picture_that_became_a_link_is_skipped_with_its_reason(root, outside):
    with open_project(root) as project:
        first = project.manifest.pictures()[0]
        file = project.file(first)
    status = file.parent.stat()
    shutil.copy(file, root.parent / "project" / "other.png")
    file.unlink()
    file.symlink_to(root / "other.png")
    os.utime(file.parent, ns=(status.st_atime_ns, status.st_mtime_ns))  # so that the folder looks untouched
    change(root, ("UPDATE labels SET seen_ns = ?", status.st_mtime_ns))
    with open_project(root) as project:
        with pytest.raises(OutsideError, match="link"):
            project.file(first)
        try:
            open_review(project)
        except TellapartError as error:
            assert "link" in str(error)


@needs_links
def test_a_folder_that_became_a_link_is_missing_not_followed(root, outside):
    shutil.move(root / "images" / "circle", root / "elsewhere")
    (root / "images" / "circle").symlink_to(root / "elsewhere")
    with open_project(root) as project:
        assert project.manifest.label_counts()["circle"] == 0
        assert "missing" in " ".join(project.changes) and "never followed" in " ".join(project.changes)
    (root / "images" / "circle").unlink()
    shutil.move(root / "elsewhere", root / "images" / "circle")
    with open_project(root) as project:
        assert project.manifest.label_counts()["circle"] == 2, "they return with the real folder"


def test_names_that_lead_out_elsewhere_are_told_and_stay(root, outside):
    if os.name == "nt":
        pytest.skip("no such names there")
    folder, file = root / "images" / "..\\..\\own", root / "images" / "circle" / "..\\..\\letter.png"
    folder.mkdir()
    shutil.copy(next((root / "images" / "square").iterdir()), file)
    with open_project(root) as project:
        assert "rename it" in " ".join(project.changes)
    assert folder.is_dir() and file.is_file()


def test_the_studio_runs_nothing_from_the_folder_it_is_started_in(root, tmp_path):
    """A stranger's project may come with modules of its own."""
    for name in ("json", "numpy", "tornado", "voila", "tellapart_dashboards", "tellapart"):
        (root / f"{name}.py").write_text("print('stranger was run')")
    (root / "letter.txt").write_text("dear")
    done = subprocess.run(
        [sys.executable, "-c", "from tellapart.cli import main; main()", "studio", "--project", "letter.txt"],
        cwd=root, capture_output=True, encoding="utf-8", env={**os.environ, "PYTHONSAFEPATH": "1"},
    )  # fmt: skip
    assert "stranger" not in done.stdout + done.stderr and "is a file" in done.stderr, done
