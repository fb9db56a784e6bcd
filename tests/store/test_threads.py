"""Several threads of one kernel at one project: who reads never waits for who writes, or moves files."""

from __future__ import annotations

import contextlib
import gc
import sqlite3
import threading
from collections.abc import Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from pathlib import Path

import pytest
from make_data import make_tiny_folder
from other_process import HANGS_S, start_python
from tellapart.errors import ProjectError
from tellapart.gather import take_in
from tellapart.store.journal import Mark, Relabel, Remove
from tellapart.store.project import Project, create_project, open_project
from tellapart.store.sqlite.schema import FORMAT


@pytest.fixture
def project(tmp_path: Path) -> Iterator[Project]:
    make_tiny_folder(tmp_path / "source", ("circle", "square"), 4)
    with create_project(tmp_path / "project") as project:
        take_in(project, tmp_path / "source")
        yield project


@pytest.fixture
def threads() -> Iterator[ThreadPoolExecutor]:
    with ThreadPoolExecutor(4) as pool:
        yield pool


@contextlib.contextmanager
def held_while_moving(monkeypatch: pytest.MonkeyPatch) -> Iterator[threading.Event]:
    """Whoever moves a file of the project inside the block stands still in the midst of it, until the block ends. The
    event: somebody does."""
    is_moving, go_on, replace = threading.Event(), threading.Event(), Path.replace

    def held(source: Path, target: Path) -> Path:
        if "images" in Path(target).parts or "trash" in Path(target).parts:
            is_moving.set()
            assert go_on.wait(HANGS_S)
        return replace(source, target)

    monkeypatch.setattr(Path, "replace", held)
    try:
        yield is_moving
    finally:
        go_on.set()
        monkeypatch.undo()


def answer(future: Future):
    """What a thread answers while another one is held; a thread that waits for that one would never."""
    return future.result(timeout=60)


def test_a_reader_and_a_writer_go_on_while_a_file_is_being_moved(project, threads, monkeypatch):
    first, second, *_ = project.manifest.pictures()
    with held_while_moving(monkeypatch) as is_moving:
        mover = threads.submit(project.journal.decide, Remove(first.image_id))
        assert is_moving.wait(HANGS_S)
        assert answer(threads.submit(project.manifest.n_pictures)) == 7
        seen = answer(threads.submit(project.manifest.picture, first.image_id))
        assert seen.state == "removed" and project.file(first).exists(), (
            "its row says so, and it is on its way"
        )
        assert len(project.journal.standing()) == 1 and project.journal.can_undo()
        answer(threads.submit(project.manifest.set_setting, "a", 1))
        assert project.manifest.setting("a") == 1
        other = threads.submit(project.journal.decide, Relabel(second.image_id, "square"))
        again = threads.submit(project.journal.decide, Relabel(first.image_id, "square"))
        assert not mover.done()
    assert [answer(one) for one in (mover, other, again)] == [1, 1, 1]
    assert_files_are_where_the_rows_say(project)
    while project.journal.undo():
        pass
    assert project.manifest.label_counts() == {"circle": 4, "square": 4}
    assert_files_are_where_the_rows_say(project)


def assert_files_are_where_the_rows_say(project: Project) -> None:
    rows = [row for state in ("kept", "removed") for row in project.manifest.pictures(state=state)]
    assert len(rows) == 8 and all(project.file(row).stat().st_size == row.n_bytes for row in rows)
    assert project.manifest.rows("SELECT * FROM pending_moves") == []
    with open_project(project.root) as again:
        assert again.changes == []


def test_a_reader_sees_the_last_commit_while_a_thread_is_in_the_midst_of_a_write(project, threads):
    with project.manifest.transaction() as db:
        db.execute("UPDATE pictures SET state = 'removed'")
        assert project.manifest.n_pictures() == 0, "its own thread sees what it wrote"
        assert answer(threads.submit(project.manifest.n_pictures)) == 8
        assert len(answer(threads.submit(project.manifest.pictures))) == 8
        version = project.manifest.version()
        assert answer(threads.submit(project.manifest.version)) == version
        second = threads.submit(project.manifest.set_setting, "a", 1)
        assert answer(threads.submit(project.manifest.setting, "a")) is None
        db.execute("UPDATE pictures SET state = 'kept'")
    answer(second)
    assert project.manifest.setting("a") == 1


def test_one_thread_after_another_writes_and_nothing_is_lost(project, threads):
    ids = [picture.image_id for picture in project.manifest.pictures()]

    def decide(number: int) -> int:
        return sum(project.journal.decide(Relabel(one, f"label {number} {i}")) for i, one in enumerate(ids))

    assert [answer(one) for one in [threads.submit(decide, number) for number in range(4)]] == [8] * 4
    assert len(project.journal.standing()) == 32
    assert_files_are_where_the_rows_say(project)


def test_only_what_others_wrote_is_news(project, threads):
    seen = project.manifest.version()
    answer(threads.submit(project.manifest.set_setting, "a", 1))
    project.journal.decide(Mark(project.manifest.pictures()[0].image_id, "keep"))
    assert project.manifest.version() == seen == answer(threads.submit(project.manifest.version))
    with open_project(project.root) as other:
        other.manifest.set_setting("b", 2)
    news = project.manifest.version()
    assert news != seen and answer(threads.submit(project.manifest.version)) == news


def open_connections() -> int:
    """How many there are in this process; closed ones raise."""
    n_open = 0
    for one in gc.get_objects():
        if isinstance(one, sqlite3.Connection):
            with contextlib.suppress(sqlite3.ProgrammingError):
                one.execute("SELECT 1")
                n_open += 1
    return n_open


def test_a_thread_that_ends_leaves_no_connection_behind(project):
    project.manifest.n_pictures()
    before = open_connections()
    for _ in range(3):
        with ThreadPoolExecutor(5) as pool:
            assert set(pool.map(lambda _: project.manifest.n_pictures(), range(20))) == {8}
    assert open_connections() == before


def test_closing_lets_go_of_the_file_on_every_thread(project, threads):
    is_open = threading.Barrier(4)

    def read(_: int) -> int:
        is_open.wait(HANGS_S)  # so that each of them is a thread of its own
        return project.manifest.n_pictures()

    before = open_connections() - 2  # this thread reads and writes
    assert list(threads.map(read, range(4))) == [8] * 4
    project.close()
    assert open_connections() <= before
    assert not project.db_path.with_name("tellapart.db-wal").exists(), "the last one to close tidies up"
    for answered in (threads.submit(project.manifest.n_pictures), threads.submit(project.journal.can_undo)):
        with pytest.raises(ProjectError, match="was closed while it was in use"):
            answer(answered)
    project.db_path.rename(project.db_path.with_name("moved.db"))  # Windows would refuse while it is open


@pytest.mark.parametrize("is_changed", [False, True], ids=["same tables", "other tables"])
def test_an_older_program_that_is_open_steps_back_when_a_newer_one_changes_the_format(project, is_changed):
    """What a newer version does is acted: it raises the number, and gives a column another name."""
    newer = sqlite3.connect(project.db_path, isolation_level=None)
    if is_changed:
        newer.execute("ALTER TABLE pictures RENAME COLUMN path TO place")
    newer.execute(f"PRAGMA user_version={FORMAT + 1}")
    rows = newer.execute("SELECT * FROM pictures").fetchall()
    said = f"has format {FORMAT + 1}, made by a newer tellapart.*Nothing was changed. Update"
    for write in (
        lambda: project.journal.decide(Remove(rows[0][1])),
        lambda: project.manifest.set_setting("a", 1),
        project.journal.undo,
    ):
        with pytest.raises(ProjectError, match=said):
            write()
    if is_changed:
        with pytest.raises(ProjectError, match=said):
            project.manifest.pictures()
    assert newer.execute("SELECT * FROM pictures").fetchall() == rows
    assert newer.execute("SELECT count(*) FROM journal").fetchall() == [(0,)]
    newer.close()
    with pytest.raises(ProjectError, match=f"format {FORMAT + 1}.*newer tellapart.*Update"):
        open_project(project.root)


def test_threads_and_processes_decide_at_once_and_every_file_is_where_its_row_says(project, threads):
    script = """
    from tellapart.store.journal import Relabel
    from tellapart.store.project import open_project
    with open_project(Path(sys.argv[1])) as project:
        for number in range(6):
            for picture in project.manifest.pictures():
                project.journal.decide(Relabel(picture.image_id, f"{sys.argv[2]} {number % 2}"))
    """
    processes = [start_python(script, project.root, name) for name in "ab"]

    def decide() -> None:
        for number in range(6):
            for picture in project.manifest.pictures():
                project.journal.decide(Relabel(picture.image_id, f"c {number % 2}"))

    ours = threads.submit(decide)
    assert [process.communicate()[1] for process in processes] == ["", ""]
    answer(ours)
    assert_files_are_where_the_rows_say(project)
