"""Killed at any moment, a gathering goes on where it was, and the project ends as if nothing had happened."""

import json
import os
import random
import sys
import time
from dataclasses import replace

import pytest
from fakes.web import FakeWeb
from other_process import start_python
from tellapart.gather import gather, held_pictures
from tellapart.project import create_project, open_project

GATHER = """
import json
from fakes.web import local_web
from tellapart.gather import gather
from tellapart.project import open_project
with open_project(Path(sys.argv[1])) as project:
    gather(project, "bear", "brown bear", "openverse", 100, is_held=sys.argv[3] == "held", web=local_web(json.loads(sys.argv[2])))
"""
# TELLAPART_KILLS=20 pytest tests/gather/test_gather_killed.py   # as often as we promise
N_ROUNDS = int(os.environ.get("TELLAPART_KILLS", "6"))
pytestmark = pytest.mark.skipif(sys.platform == "win32", reason="kill -9 is POSIX")


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
        web.pictures.latency_s = 0.01
        yield web


def n_asked(fake):
    return len(fake.openverse.asked) + len(fake.pictures.asked)


def go_on(root, fake, how):
    """Gather until all is there, in this process."""
    with open_project(root) as project:
        gather(project, "bear", "brown bear", "openverse", 100, is_held=how == "held", web=fake.web())


def is_killed(root, fake, how, after, late_s):
    """Whether a program that gathers was killed (-9) in the midst of it: so long after so many requests."""
    before = n_asked(fake)
    process = start_python(GATHER, root, json.dumps(fake.bases), how)
    while n_asked(fake) - before < after and process.poll() is None:
        time.sleep(0.001)
    time.sleep(late_s)
    process.kill()
    _, errors = process.communicate(timeout=120)
    assert process.returncode in (0, -9), errors
    return process.returncode == -9


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
def test_a_gathering_killed_at_any_moment_ends_as_an_undisturbed_one(fake, tmp_path, how):
    n_rounds = N_ROUNDS if how == "kept" else 2
    create_project(tmp_path / "undisturbed").close()
    n_before = n_asked(fake)
    go_on(tmp_path / "undisturbed", fake, how)
    n_all = n_asked(fake) - n_before
    rows, held, _ = wanted = state(tmp_path / "undisturbed")
    assert (len(rows), len(held)) == ((100, 0) if how == "kept" else (0, 100))
    rng, n_killed, n_partly = random.Random(5), 0, 0
    for number in range(n_rounds):
        root = tmp_path / f"project{number}"
        create_project(root).close()
        after = 1 + int(n_all * (number + rng.random()) / n_rounds)
        n_killed += is_killed(root, fake, how, after, rng.uniform(0, 0.05))
        rows, held, _ = state(root)
        n_partly += 0 < len(rows) + len(held) < 100
        go_on(root, fake, how)
        assert state(root) == wanted
    assert n_killed >= n_rounds // 2 and n_partly >= 1
