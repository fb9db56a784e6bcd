"""Killed at any moment, a gathering goes on where it was, and the project ends as if nothing had happened."""

import json
import os
import random
import signal
import sys
import time
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace

import pytest
from fakes.web import FakeWeb
from other_process import forking
from tellapart.gather import gather, held_pictures
from tellapart.store.project import create_project, open_project

GATHER = """
import json
from fakes.web import local_web
from tellapart.gather import gather
from tellapart.store.project import open_project
def work():
    Path(sys.argv[4]).write_text(str(os.getpid()))
    web = local_web(json.loads(sys.argv[2]))
    with open_project(Path(sys.argv[1])) as project:
        gather(project, "bear", "brown bear", "openverse", 100, is_held=sys.argv[3] == "held", web=web)
"""
# TELLAPART_KILLS=20 pytest tests/gather/test_gather_killed.py   # as often as we promise
N_ROUNDS = int(os.environ.get("TELLAPART_KILLS", "6"))
pytestmark = [
    pytest.mark.slow,
    pytest.mark.skipif(sys.platform == "win32", reason="kill -9 is POSIX"),
]


@pytest.fixture(scope="module")
def fake():
    """120 works, of which some are no use and two pairs are the same picture."""
    troubles = {
        5: "html",
        30: "status/404",
        50: "tiny",
        70: "cutfile",
        90: "status/404",
        12: "same",
        60: "same",
    }
    with FakeWeb() as web:
        web.openverse.n_works = 120
        web.openverse.link = lambda n: web.pictures.link(n, troubles.get(n, "photo"))
        yield web


@pytest.fixture(scope="module")
def gathering():
    with forking(GATHER) as run:
        yield run


def go_on(root, fake, how):
    """Gather until all is there, in this process."""
    with open_project(root) as project:
        gather(project, "bear", "brown bear", "openverse", 100, is_held=how == "held", web=fake.web())


def killed(gathering, root, fake, how, n_pictures, late_s):
    """Nothing; a program that gathers was killed (-9): so long after it got so many pictures, and before the rest."""
    fake.pictures.hold_after = fake.pictures.n_answered + n_pictures
    number = root.with_suffix(".pid")
    with ThreadPoolExecutor(1) as pool:
        ended = pool.submit(gathering, root, json.dumps(fake.bases), how, number)
        while fake.pictures.n_answered < fake.pictures.hold_after and not ended.done():
            time.sleep(0.001)
        time.sleep(late_s)
        if not ended.done():
            os.kill(int(number.read_text()), signal.SIGKILL)
        code, said = ended.result()
    fake.pictures.let_go()
    assert code == -signal.SIGKILL, said


def state(root):
    """All rows and files that matter, after looking that they agree."""
    with open_project(root) as project:
        assert project.changes == [], "rows and files agree"
        pictures = project.manifest.pictures()
        files = sorted(path.name for path in project.images_dir.rglob("*") if path.is_file())
        assert files == sorted(project.file(picture).name for picture in pictures)
        for picture in pictures:
            assert project.file(picture).stat().st_size == picture.n_bytes
        assert project.manifest.rows("SELECT * FROM pending_moves") == []
        rows = {replace(picture, added_at="") for picture in pictures}
        held = {(one.image_id, one.candidate) for one in held_pictures(project)}
        fates = project.manifest.rows("SELECT url, fate FROM candidates ORDER BY url")
        return rows, held, fates


@pytest.mark.parametrize("how", ["kept", "held"])
def test_a_gathering_killed_at_any_moment_ends_as_an_undisturbed_one(fake, gathering, tmp_path, how):
    n_rounds = N_ROUNDS if how == "kept" else 2
    create_project(tmp_path / "undisturbed").close()
    n_before = fake.pictures.n_answered
    go_on(tmp_path / "undisturbed", fake, how)
    n_all = fake.pictures.n_answered - n_before
    rows, held, _ = wanted = state(tmp_path / "undisturbed")
    assert (len(rows), len(held)) == ((100, 0) if how == "kept" else (0, 100))
    rng, n_partly = random.Random(5), 0
    for number in range(n_rounds):
        root = tmp_path / f"project{number}"
        create_project(root).close()
        n_pictures = int((n_all - 1) * (number + rng.random()) / n_rounds)
        if number == n_rounds - 1:
            n_pictures = n_all - 2  # more than are ever on their way at once: some have been taken in
        killed(gathering, root, fake, how, n_pictures, rng.uniform(0, 0.05))
        rows, held, _ = state(root)
        n_partly += 0 < len(rows) + len(held) < 100
        go_on(root, fake, how)
        assert state(root) == wanted
    assert n_partly >= 1
