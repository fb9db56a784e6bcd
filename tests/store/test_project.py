"""A project is a folder: made, opened, found whole again, by several at once and on disks that refuse."""

import os
import shutil
import sqlite3
import time

import numpy as np
import pytest
from make_data import make_tiny_folder
from other_process import run_python, start_python
from tellapart.backbones.embedding_cache import EmbeddingCache
from tellapart.errors import ProjectError
from tellapart.gather import take_in
from tellapart.store.journal import Remove
from tellapart.store.project import create_project, is_project, open_project
from tellapart.store.sqlite.database_errors import explained


def test_a_new_project_is_empty_and_opens_again(tmp_path):
    with create_project(tmp_path / "new" / "bears") as project:
        assert project.name == "bears" and project.manifest.label_counts() == {}
    assert is_project(tmp_path / "new" / "bears")
    with open_project(tmp_path / "new" / "bears") as project:
        assert project.changes == []
        names = {path.name for path in project.root.iterdir() if not path.name.startswith("tellapart.db-")}
        assert names == {"tellapart.db", "images", "trash", "cache", "runs", "bundles"}


def test_a_project_needs_a_folder_of_its_own(tmp_path):
    make_tiny_folder(tmp_path / "pictures", n_per_class=1)
    with pytest.raises(ProjectError, match="not empty.*--from"):
        create_project(tmp_path / "pictures")
    (tmp_path / "file").write_text("x")
    with pytest.raises(ProjectError, match="is a file, and a project is a folder"):
        create_project(tmp_path / "file")
    create_project(tmp_path / "bears").close()
    with pytest.raises(ProjectError, match="is a project already"):
        create_project(tmp_path / "bears")
    with pytest.raises(ProjectError, match="does not exist"):
        open_project(tmp_path / "nothing")
    with pytest.raises(ProjectError, match="is not a project"):
        open_project(tmp_path / "pictures")
    assert {path.name for path in (tmp_path / "pictures").iterdir()} == {"circle", "square", "cross"}


def test_settings_and_refusals_stay_with_the_project(tmp_path):
    with create_project(tmp_path / "bears") as project:
        project.manifest.set_setting("threshold", {"value": 0.5})
        assert project.manifest.setting("nothing", 3) == 3
    with open_project(tmp_path / "bears") as project:
        assert project.manifest.setting("threshold") == {"value": 0.5}


def test_many_processes_can_make_and_open_one_project_at_the_same_moment(tmp_path):
    script = """
    import time
    from tellapart.store.project import _opened
    time.sleep(max(0, float(sys.argv[2]) - time.time()))
    with _opened(Path(sys.argv[1])) as project:
        project.manifest.set_setting(sys.argv[3], 1)
    """
    root, at = tmp_path / "bears", time.time() + 2.5
    (root).mkdir()
    together = [start_python(script, root, at, f"number {i}") for i in range(5)]
    for process in together:
        assert process.communicate()[1] == "" and process.returncode == 0
    with open_project(root) as project:
        assert [project.manifest.setting(f"number {i}") for i in range(5)] == [1] * 5


def test_two_processes_write_at_once_and_nothing_is_lost(tmp_path):
    for number in (1, 2):
        make_tiny_folder(tmp_path / f"source{number}", ("circle", "square"), 30, seed=number)
        make_tiny_folder(tmp_path / f"source{number}", ("ring",), 20, seed=0)  # the same pictures in both
    create_project(tmp_path / "bears").close()
    script = """
    from tellapart.gather import take_in
    from tellapart.store.journal import Relabel
    from tellapart.store.project import open_project
    with open_project(Path(sys.argv[1])) as project:
        summary = take_in(project, Path(sys.argv[2]))
        for picture in project.manifest.pictures("circle")[:10]:
            project.journal.decide(Relabel(picture.image_id, "disc"))
        print(summary.n_added)
    """
    both = [start_python(script, tmp_path / "bears", tmp_path / f"source{number}") for number in (1, 2)]
    opened = 0
    are_at_work = True
    while are_at_work:  # and a third one looks on, opening again and again
        are_at_work = any(process.poll() is None for process in both)
        with open_project(tmp_path / "bears") as project:
            assert project.changes == [], "an arriving picture is neither missing nor a stranger"
            opened += 1
    outcomes = [process.communicate() for process in both]
    assert all(process.returncode == 0 for process in both), outcomes
    assert sum(int(out) for out, _ in outcomes) == 140 and opened
    with open_project(tmp_path / "bears") as project:
        assert project.changes == []
        counts = project.manifest.label_counts()
        assert counts["ring"] == 20 and counts["square"] == 60 and counts["circle"] + counts["disc"] == 60
        for picture in project.manifest.pictures():
            assert project.file(picture).stat().st_size == picture.n_bytes
        assert len(list(project.images_dir.rglob("*.png"))) == 140


def test_a_move_that_was_cut_off_is_finished_by_whoever_opens_next(tmp_path):
    make_tiny_folder(tmp_path / "source", n_per_class=2)
    with create_project(tmp_path / "bears") as project:
        take_in(project, tmp_path / "source")
        picture = project.manifest.pictures()[0]
        data = project.file(picture).read_bytes()
    script = """
    from tellapart.store import journal
    from tellapart.store.project import open_project
    journal.finish_moves = lambda *_: os._exit(0)  # killed between the row and the move
    with open_project(Path(sys.argv[1])) as project:
        project.journal.decide(journal.Remove(sys.argv[2]))
    """
    run_python(script, tmp_path / "bears", picture.image_id)
    assert (tmp_path / "bears" / picture.path).exists()
    with open_project(tmp_path / "bears") as project:
        assert project.changes == []
        now = project.manifest.picture(picture.image_id)
        assert now.state == "removed" and project.file(now).read_bytes() == data
        assert not (project.root / picture.path).exists()


def test_a_database_of_a_newer_format_says_update(tmp_path):
    create_project(tmp_path / "bears").close()
    db = sqlite3.connect(tmp_path / "bears" / "tellapart.db")
    db.execute("PRAGMA user_version=99")
    db.commit()
    db.close()
    with pytest.raises(ProjectError, match="format 99.*newer tellapart.*Update"):
        open_project(tmp_path / "bears")


def scribble(path):
    path.write_bytes(b"this is no database\n" * 500)


def cut(path):
    data = path.read_bytes()
    path.write_bytes(data[: len(data) // 2])


def scratch(path):
    data = bytearray(path.read_bytes())
    data[4096:12288] = b"\xa5" * 8192
    path.write_bytes(bytes(data))


@pytest.mark.parametrize("damage", [scribble, cut, scratch])
def test_a_damaged_database_is_said_and_made_anew_as_advised(tmp_path, damage):
    make_tiny_folder(tmp_path / "source", n_per_class=12)
    root = tmp_path / "bears"
    with create_project(root) as project:
        take_in(project, tmp_path / "source")
        before = {path: path.read_bytes() for path in project.images_dir.rglob("*.png")}
    damage(root / "tellapart.db")
    with pytest.raises(ProjectError) as caught, open_project(root) as project:
        project.manifest.label_counts()
        project.journal.decide(*(Remove(picture.image_id) for picture in project.manifest.pictures()))
    text = str(caught.value)
    assert "is damaged" in text and "are untouched" in text and "Rename the file" in text
    assert {path: path.read_bytes() for path in root.rglob("images/**/*.png")} == before
    (root / "tellapart.db").rename(root / "tellapart.db.damaged")
    with open_project(root) as project:
        assert "36 new picture(s) found" in " ".join(project.changes)
        assert project.manifest.label_counts() == {"circle": 12, "cross": 12, "square": 12}


def test_an_empty_database_file_is_filled_from_the_folders(tmp_path):
    make_tiny_folder(tmp_path / "source", n_per_class=2)
    with create_project(tmp_path / "bears") as project:
        take_in(project, tmp_path / "source")
    (tmp_path / "bears" / "tellapart.db").write_bytes(b"")
    with open_project(tmp_path / "bears") as project:
        assert project.manifest.n_pictures() == 6


@pytest.mark.slow
def test_a_hundred_thousand_rows_open_and_are_counted(tmp_path):
    with create_project(tmp_path / "big") as project, project.manifest.transaction() as db:
        for label in ("a", "b"):
            (project.images_dir / label).mkdir()
            db.execute("INSERT INTO labels VALUES (?, ?, ?, 0)", [label, label, label])
        db.executemany(
            "INSERT INTO pictures (image_id, label, path, path_key, state, width, height, n_bytes, format, "
            "fingerprint, added_at, original_name, source) VALUES (?, ?, ?, ?, 'removed', 1, 1, 1, 'PNG', ?, '', '', '')",
            ((f"{i:064x}", "ab"[i % 2], f"trash/{i}", f"trash/{i}", bytes(32)) for i in range(100_000)),
        )
    with open_project(tmp_path / "big") as project:
        assert project.manifest.label_counts() == {"a": 0, "b": 0}


@pytest.mark.parametrize(
    ("error", "said"),
    [
        (
            sqlite3.ProgrammingError("Cannot operate on a closed database."),
            "closed while it was in use",
        ),
        (sqlite3.OperationalError("disk I/O error"), "is connected"),
        (sqlite3.OperationalError("database or disk is full"), "is full"),
        (sqlite3.OperationalError("database is locked"), "locked by another program"),
        (sqlite3.OperationalError("attempt to write a readonly database"), "check its permissions"),
        (sqlite3.OperationalError("unable to open database file"), "check its permissions"),
        (sqlite3.OperationalError("interrupted"), "could not be read to the end"),
        (sqlite3.DatabaseError("database disk image is malformed"), "Rename the file"),
        (sqlite3.DatabaseError("file is not a database"), "Rename the file"),
        (sqlite3.OperationalError("no such table: pictures"), "Rename the file"),
        (sqlite3.InterfaceError("bad parameter or other API misuse"), "Open the project again"),
    ],
)
def test_only_a_damaged_database_is_to_be_renamed_and_only_a_full_disk_is_full(tmp_path, error, said):
    with pytest.raises(ProjectError, match=said) as told, explained(tmp_path / "tellapart.db"):
        raise error
    assert ("Rename the file" in str(told.value)) == (said == "Rename the file")
    assert ("is full" in str(told.value)) == (said == "is full")


def test_an_error_of_a_disk_without_room_and_of_a_folder_that_is_gone(tmp_path, monkeypatch):
    room = shutil.disk_usage(tmp_path)
    monkeypatch.setattr(shutil, "disk_usage", lambda _: room._replace(free=1000))
    with pytest.raises(ProjectError, match="is full"), explained(tmp_path / "tellapart.db"):
        raise sqlite3.OperationalError("disk I/O error")
    with pytest.raises(ProjectError, match="no longer there"), explained(tmp_path / "gone" / "tellapart.db"):
        raise sqlite3.OperationalError("unable to open database file")


@pytest.mark.parametrize("use", ["rows", "transaction", "decide"])
def test_a_project_that_was_closed_says_so(tmp_path, use):
    project = create_project(tmp_path / "project")
    project.close()
    with pytest.raises(ProjectError, match="was closed while it was in use"):
        if use == "rows":
            project.manifest.n_pictures()
        elif use == "decide":
            project.journal.decide()
        else:
            with project.manifest.transaction():
                pass


def test_a_damaged_cache_is_made_anew_and_never_taken_for_the_project(tmp_path):
    ids = [f"{number:064x}" for number in range(400)]
    with EmbeddingCache(tmp_path, "key", 8) as cache:
        cache.append(ids, np.zeros((400, 8), np.float16), np.zeros((400, 16, 16, 3), np.uint8))
    index = tmp_path / "key.index.db"
    data = bytearray(index.read_bytes())
    data[4096 * 2 :] = b"\xff" * (len(data) - 4096 * 2)  # its pages of rows; the first ones are whole
    index.write_bytes(data)
    with explained(tmp_path / "tellapart.db"), EmbeddingCache(tmp_path, "key", 8) as cache:
        assert (cache.find(ids) == -1).all()
        cache.append(ids, np.ones((400, 8), np.float16), np.zeros((400, 16, 16, 3), np.uint8))
        assert cache.find(ids).tolist() == list(range(400))


def test_where_files_lie_is_looked_up_when_it_is_asked_for(tmp_path):
    with create_project(tmp_path / "bears") as project:
        make_tiny_folder(tmp_path / "pictures", n_per_class=2)
        take_in(project, tmp_path / "pictures")
        pictures = project.manifest.pictures()
        files = project.files(pictures)
        assert len(files) == len(pictures) and list(files) == [project.file(one) for one in pictures]
        assert list(files[1:3]) == [project.file(one) for one in pictures[1:3]]

        if os.name == "nt":
            return  # links need rights there
        moved = project.file(pictures[1]).rename(tmp_path / "elsewhere.png")
        project.root.joinpath(pictures[1].path).symlink_to(moved)  # while the project is open
        assert not files[1].exists() and files[0] == project.file(pictures[0])
