"""A disk that is full, may not be written, or whose database is held: said in a sentence, and nothing is lost."""

import subprocess
import sys

import pytest
from make_data import make_tiny_folder
from other_process import is_root, run_python, run_tellapart
from tellapart.errors import ProjectError
from tellapart.gather import take_in
from tellapart.store.project import create_project, open_project

POSIX_ONLY = pytest.mark.skipif(sys.platform == "win32", reason="needs POSIX limits and permissions")
pytestmark = pytest.mark.usefixtures("nothing_is_written_elsewhere")


FILL = """
from tellapart.errors import TellapartError
from tellapart.gather import take_in
from tellapart.store.project import open_project, create_project
if sys.argv[3] != "0":
    import resource
    resource.setrlimit(resource.RLIMIT_FSIZE, (int(sys.argv[3]),) * 2)
try:
    with open_project(Path(sys.argv[1])) as project:
        take_in(project, Path(sys.argv[2]))
except TellapartError as error:
    print(error)
"""


@POSIX_ONLY
@pytest.mark.parametrize("limit", [2_000, 30_000, 70_000])
def test_a_disk_that_takes_no_more_is_said_and_nothing_is_lost(tmp_path, limit):
    """No file may grow past the limit: pictures, then the database and its log, cannot be written."""
    make_tiny_folder(tmp_path / "source", ("circle", "square"), 40, size_px=40)
    with create_project(tmp_path / "project") as project:
        take_in(project, make_tiny_folder(tmp_path / "made", ("ring",), 2)["ring"][0], label="ring")
    said = run_python(FILL, tmp_path / "project", tmp_path / "source", limit)
    # a limit on files is no full disk: SQLite only says that it cannot write, and so do we
    assert "is full. Nothing was lost; free some space and try again" in said or (
        "failed to read or write" in said and "Earlier work is saved" in said
    )
    assert_whole_and_complete(tmp_path / "project", tmp_path / "source", 81)


@pytest.mark.skipif(
    sys.platform != "linux" or not is_root(), reason="making a small disk needs root on Linux"
)
def test_a_full_disk_is_said_and_nothing_is_lost(tmp_path):
    make_tiny_folder(tmp_path / "source", ("circle", "square"), 150, size_px=64)
    disk = tmp_path / "disk"
    disk.mkdir()
    if subprocess.run(["mount", "-t", "tmpfs", "-o", "size=1500k", "tellapart-test", str(disk)]).returncode:
        pytest.skip("this machine lets nobody mount")
    try:
        create_project(disk / "project").close()
        assert "is full. Nothing was lost" in run_python(FILL, disk / "project", tmp_path / "source", 0)
        done = run_tellapart("train", disk / "project")
        # how far the intake came decides which: no room for the embeddings, or only one label there yet
        assert done.returncode in (0, 1) and "Traceback" not in done.stderr
        assert done.returncode == 0 or "is full" in done.stderr or "at least 2 labels" in done.stderr
        subprocess.run(
            ["mount", "-o", "remount,size=64m", str(disk)], check=True
        )  # somebody freed some space
        assert_whole_and_complete(disk / "project", tmp_path / "source", 300)
    finally:
        subprocess.run(["umount", str(disk)], check=True)


def assert_whole_and_complete(root, source, n_all):
    """Rows and files agree, and going on brings the rest."""
    with open_project(root) as project:
        assert project.changes == []
        for picture in project.manifest.pictures():
            assert project.file(picture).stat().st_size == picture.n_bytes
        take_in(project, source)
        assert project.manifest.n_pictures() == n_all == len(list(project.images_dir.rglob("*.png")))


@POSIX_ONLY
def test_a_project_that_may_not_be_written_is_said_and_left_alone(tmp_path):
    make_tiny_folder(tmp_path / "source", ("circle",), 2)
    with create_project(tmp_path / "project") as project:
        take_in(project, tmp_path / "source")
    before = {path: path.read_bytes() for path in (tmp_path / "project").rglob("*") if path.is_file()}
    folders = [tmp_path / "project", *(path for path in (tmp_path / "project").rglob("*") if path.is_dir())]
    for path in [*folders, *before]:
        path.chmod(path.stat().st_mode & ~0o222)
    script = """
    from tellapart.errors import TellapartError
    from tellapart.gather import take_in
    from tellapart.store.journal import Remove
    from tellapart.store.project import create_project, open_project
    def change():
        with open_project(Path(sys.argv[1])) as project:
            project.journal.decide(Remove(project.manifest.pictures()[0].image_id))
    for attempt in (change, lambda: create_project(Path(sys.argv[1]) / "cache" / "inner")):
        try:
            attempt()
        except TellapartError as error:
            print(error)
    """
    try:
        lines = run_python(script, tmp_path / "project", is_held=True).splitlines()
    finally:
        for path in [*folders, *before]:
            path.chmod(path.stat().st_mode | 0o200)
    assert len(lines) == 2, lines
    assert all("cannot be written" in line and "check its permissions" in line for line in lines)
    assert {path: path.read_bytes() for path in before} == before


def test_a_locked_database_says_which_program_to_close(tmp_path, monkeypatch):
    import sqlite3

    from tellapart.store.sqlite import database

    create_project(tmp_path / "project").close()
    monkeypatch.setattr(database, "BUSY_TIMEOUT_MS", 100)
    holder = sqlite3.connect(tmp_path / "project" / "tellapart.db", isolation_level=None)
    holder.execute("BEGIN IMMEDIATE")
    with (
        open_project(tmp_path / "project") as project,
        pytest.raises(ProjectError, match="locked by another program"),
    ):
        project.manifest.set_setting("a", 1)
    holder.execute("COMMIT")
    holder.close()
