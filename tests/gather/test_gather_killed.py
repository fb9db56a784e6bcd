"""Killed at any moment, a gathering goes on where it was, and the project ends as if nothing had happened."""

import json
import os
import random
import sys
from dataclasses import replace

import pytest
from fakes.web import FakeWeb
from other_process import start_python
from tellapart.gather import held_pictures
from tellapart.project import create_project, open_project

GATHER = """
import json, signal, threading, time
from fakes.web import local_web
from tellapart.gather import gather
from tellapart.project import open_project
import tellapart.gather.sources, PIL.JpegImagePlugin
web = local_web(json.loads(sys.argv[3]))
def die():
    time.sleep(float(sys.argv[2]))
    os.kill(os.getpid(), signal.SIGKILL)
clock = time.perf_counter()
if float(sys.argv[2]) > 0:
    threading.Thread(target=die, daemon=True).start()
with open_project(Path(sys.argv[1])) as project:
    gather(project, "bear", "brown bear", "openverse", 200, is_held=sys.argv[4] == "held", web=web)
print(time.perf_counter() - clock)
"""
# TELLAPART_KILLS=20 pytest tests/gather/test_gather_killed.py   # as often as we promise
N_ROUNDS = int(os.environ.get("TELLAPART_KILLS", "6"))
pytestmark = pytest.mark.skipif(sys.platform == "win32", reason="kill -9 is POSIX")


@pytest.fixture(scope="module")
def fake():
    """240 works, of which some are no use and two pairs are the same picture."""
    troubles = {
        5: "html",
        50: "status/404",
        90: "tiny",
        130: "cutfile",
        170: "status/404",
        12: "same",
        60: "same",
    }
    with FakeWeb() as web:
        web.openverse.n_works = 240
        web.openverse.link = lambda n: web.pictures.link(n, troubles.get(n, "photo"))
        web.pictures.latency_s = 0.03
        yield web


def ended(process):
    """The seconds it took, or None when it was killed; anything else is a failure."""
    out, errors = process.communicate(timeout=120)
    assert process.returncode in (0, -9), errors
    return float(out) if process.returncode == 0 else None


def begin(root, after_s, fake, how="kept"):
    return start_python(GATHER, root, after_s, json.dumps(fake.bases), how)


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
    seconds = ended(begin(tmp_path / "undisturbed", 0, fake, how))
    rows, held, _ = wanted = state(tmp_path / "undisturbed")
    assert (len(rows), len(held)) == ((200, 0) if how == "kept" else (0, 200))
    rng, n_killed, n_partly = random.Random(5), 0, 0
    for number in range(n_rounds):
        root = tmp_path / f"project{number}"
        create_project(root).close()
        n_killed += ended(begin(root, rng.uniform(0.02, seconds), fake, how)) is None
        rows, held, _ = state(root)
        n_partly += 0 < len(rows) + len(held) < 200
        assert ended(begin(root, 0, fake, how)) is not None
        assert state(root) == wanted
    assert n_killed >= n_rounds // 2 and n_partly >= 1  # a busy machine kills late
