"""Killed at any moment, a project opens again, its rows and files agree, and a second run ends as an undisturbed one."""

import json
import random
import sys

import pytest
from make_data import make_tiny_folder
from other_process import start_python
from tellapart.bundle import load_bundle, newest_bundle
from tellapart.gather import take_in
from tellapart.project import create_project, open_project

# the program tells how long its work takes undisturbed, or is killed (-9) by itself after that many seconds
TIMED = """
import signal, threading, time
def die():
    time.sleep(float(sys.argv[2]))
    os.kill(os.getpid(), signal.SIGKILL)
clock = time.perf_counter()
if float(sys.argv[2]) > 0:
    threading.Thread(target=die, daemon=True).start()
work()
print(time.perf_counter() - clock)
"""
INTAKE = (
    """
from tellapart.gather import take_in
from tellapart.project import open_project
def work():
    with open_project(Path(sys.argv[1])) as project:
        take_in(project, Path(sys.argv[3]))
"""
    + TIMED
)
DECISIONS = (
    """
from tellapart.journal import Mark, Relabel, Remove, Restore
from tellapart.project import open_project
import random
def work():
    rng = random.Random(float(sys.argv[2]))
    with open_project(Path(sys.argv[1])) as project:
        ids = [picture.image_id for state in ("kept", "removed") for picture in project.manifest.pictures(state=state)]
        for _ in range(60):
            one, other = rng.sample(ids, 2)
            project.journal.decide(Relabel(one, rng.choice("abc")), rng.choice([Remove, Restore])(other))
            if rng.random() < 0.3:
                project.journal.undo()
"""
    + TIMED
)
TRAINING = (
    """
from tellapart.project import open_project
from tellapart.train import train_head
from tellapart.train import training  # loaded before the clock starts
import onnxruntime, scipy.optimize
def work():
    with open_project(Path(sys.argv[1])) as project:
        train_head(project)
"""
    + TIMED
)
pytestmark = pytest.mark.skipif(sys.platform == "win32", reason="kill -9 is POSIX")


def ended(process):
    """What it printed, or None when it was killed; anything else is a failure."""
    out, errors = process.communicate(timeout=120)
    assert process.returncode in (0, -9), errors
    return float(out) if process.returncode == 0 else None


def assert_agreed(root):
    """Opens, with nothing to say; every row has its file and every file its row."""
    with open_project(root) as project:
        assert project.changes == []
        pictures = [
            picture for state in ("kept", "removed") for picture in project.manifest.pictures(state=state)
        ]
        assert project.manifest.pictures(state="missing") == []
        for picture in pictures:
            assert project.file(picture).stat().st_size == picture.n_bytes
        files = [path for top in ("images", "trash") for path in (root / top).rglob("*") if path.is_file()]
        assert sorted(files) == sorted(project.file(picture) for picture in pictures)
        assert project.manifest.rows("SELECT * FROM pending_moves") == []
        return sorted((picture.image_id, picture.label) for picture in pictures)


def test_an_intake_killed_at_any_moment_is_completed_by_the_next(tmp_path):
    make_tiny_folder(tmp_path / "source", ("circle", "square", "ring"), 80)
    create_project(tmp_path / "undisturbed").close()
    seconds = ended(start_python(INTAKE, tmp_path / "undisturbed", 0, tmp_path / "source"))
    wanted = assert_agreed(tmp_path / "undisturbed")
    assert len(wanted) == 240
    rng, n_killed, n_partly = random.Random(1), 0, 0
    for start in range(0, 20, 2):
        roots = [tmp_path / f"project{start + i}" for i in range(2)]
        for root in roots:
            create_project(root).close()
        doomed = [
            start_python(INTAKE, root, rng.uniform(0.01, seconds), tmp_path / "source") for root in roots
        ]
        for root, process in zip(roots, doomed, strict=True):
            n_killed += ended(process) is None
            n_partly += 0 < len(assert_agreed(root)) < 240
            with open_project(root) as project:
                take_in(project, tmp_path / "source")
            assert assert_agreed(root) == wanted
    assert n_killed >= 3 and n_partly >= 1  # a busy machine kills late


def test_decisions_killed_at_any_moment_lose_nothing_and_can_all_be_undone(tmp_path):
    make_tiny_folder(tmp_path / "source", ("circle", "square"), 8)
    with create_project(tmp_path / "project") as project:
        take_in(project, tmp_path / "source")
    first = assert_agreed(tmp_path / "project")
    with open_project(tmp_path / "project") as project:
        rows = project.manifest.pictures()
    rng, n_killed = random.Random(2), 0
    for _ in range(10):
        n_killed += ended(start_python(DECISIONS, tmp_path / "project", rng.uniform(0.005, 0.15))) is None
        now = assert_agreed(tmp_path / "project")
        assert [image_id for image_id, _ in now] == [image_id for image_id, _ in first]
    assert n_killed >= 1  # a busy machine kills late
    with open_project(tmp_path / "project") as project:
        assert project.journal.entries(1)
        while project.journal.undo():
            pass
        assert project.manifest.pictures() == rows
    assert assert_agreed(tmp_path / "project") == first


def test_a_training_killed_at_any_moment_leaves_no_half_bundle_and_is_completed_by_the_next(tmp_path):
    make_tiny_folder(tmp_path / "source", ("circle", "square"), 20)
    with create_project(tmp_path / "project") as project:
        take_in(project, tmp_path / "source")
    seconds = ended(start_python(TRAINING, tmp_path / "project", 0))
    wanted = scores_of(newest_bundle(tmp_path / "project" / "bundles"))
    rng, n_killed = random.Random(3), 0
    for round_ in range(7):
        if round_ == 3:  # once more from the start, without cached embeddings
            for path in (tmp_path / "project" / "cache" / "embeddings").iterdir():
                path.unlink()
        process = start_python(TRAINING, tmp_path / "project", rng.uniform(0.05, max(0.2, seconds)))
        n_killed += ended(process) is None
        assert_agreed(tmp_path / "project")
        newest = newest_bundle(tmp_path / "project" / "bundles")
        assert not newest.name.startswith("."), "a bundle that is only half written is none"
        load_bundle(newest)
    assert n_killed >= 1  # a busy machine kills late
    ended(start_python(TRAINING, tmp_path / "project", 0))
    assert scores_of(newest_bundle(tmp_path / "project" / "bundles")) == wanted


def scores_of(bundle_dir):
    record = json.loads((bundle_dir / "bundle.json").read_text("utf-8"))
    return (
        record["classes"],
        record["scores"]["error_rate"],
        record["counts"],
        round(record["temperature"], 3),
    )
