"""A gathering is stopped, or the disk fills up: it ends at once, in a sentence, and loses nothing."""

import threading
import time
from dataclasses import replace

import pytest
from tellapart.errors import Cancelled, ProjectError


def test_stopping_takes_a_moment_however_the_servers_hang(gathered, fake, project):
    fake.openverse.link = lambda number: fake.pictures.link(number, "hang" if number >= 10 else "photo")
    stopped = threading.Event()

    def progress(done, total, message):
        if done >= 10 and not stopped.is_set():
            stopped.set()
            progress.clock = time.monotonic()
            raise Cancelled("Stopped.")

    with pytest.raises(Cancelled):
        gathered(limit=40, source="openverse", progress=progress)
    assert time.monotonic() - progress.clock < 30, "it waited for servers that hang for a minute"
    assert project.manifest.n_pictures() == 10 and list(project.incoming_dir.iterdir()) == []
    answer = fake.pictures.answer
    fake.pictures.answer = lambda asked: answer(replace(asked, path=asked.path.replace("hang", "photo")))
    again = gathered(limit=40, source="openverse")
    assert (again.n_before, again.n_added) == (10, 30), "they hang no more"


def test_stopping_takes_a_moment_when_the_service_itself_hangs(gathered, fake):
    fake.openverse.script = "slow"
    clock = 0.0

    def progress(done, total, message):
        nonlocal clock
        if fake.openverse.asked and not clock:
            clock = time.monotonic()
            raise Cancelled("Stopped.")

    with pytest.raises(Cancelled):
        gathered(progress=progress)
    assert time.monotonic() - clock < 30, "it waited for a service that hangs"


def test_a_disk_that_fills_up_ends_in_a_sentence_and_loses_nothing(gathered, project, fake, monkeypatch):
    import errno

    from tellapart.gather import downloads

    real = downloads.Downloads._write

    async def write(self, response, part):
        if project.manifest.n_pictures() >= 5:
            raise OSError(errno.ENOSPC, "No space left on device")
        return await real(self, response, part)

    monkeypatch.setattr(downloads.Downloads, "_write", write)
    with pytest.raises(ProjectError, match="is full. Nothing was lost; free some space"):
        gathered(limit=40)
    kept = project.manifest.n_pictures()
    assert 5 <= kept < 40 and list(project.incoming_dir.iterdir()) == []
    monkeypatch.setattr(downloads.Downloads, "_write", real)
    summary = gathered(limit=40)
    assert (summary.n_before, summary.n_added) == (kept, 40 - kept)
