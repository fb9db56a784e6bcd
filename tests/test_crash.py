"""Killed at any moment, a project opens again, its rows and files agree, and a second run ends as an undisturbed one."""

import json
import random
import signal
import sqlite3
import sys
import zipfile
from dataclasses import asdict
from pathlib import Path

import pytest
from make_data import make_tiny_folder
from other_process import forking
from tellapart.bundle.loading import load_bundle, newest_bundle
from tellapart.gather import take_in
from tellapart.store.project import create_project, open_project

# The program counts the steps of its work, calls of functions, and tells how many there were; or the system kills it
# after so many of them and a moment more, wherever it is by then: in a write, in SQLite. No clock of ours has a say, so
# a slow machine kills at the same places as a fast one. As with kill -9, nothing is cleaned up.
COUNTED = """
import signal, time
signal.signal(signal.SIGALRM, signal.SIG_DFL)
def work():
    last, late_s, n_steps = int(sys.argv[2]), float(sys.argv[3]), 0
    def count(frame, event, argument):
        nonlocal n_steps
        n_steps += 1
        if n_steps == last:
            sys.setprofile(None)
            signal.setitimer(signal.ITIMER_REAL, late_s)
    sys.setprofile(count)
    deed()
    sys.setprofile(None)
    if last:
        if n_steps < last:  # it took fewer than the time before
            signal.setitimer(signal.ITIMER_REAL, late_s)
        time.sleep(600)  # the moment is not over yet
    print(n_steps)
"""
INTAKE = (
    """
from tellapart.gather import take_in
from tellapart.store.project import open_project
def deed():
    with open_project(Path(sys.argv[1])) as project:
        take_in(project, Path(sys.argv[4]))
"""
    + COUNTED
)
DECISIONS = (
    """
from tellapart.store.journal import Mark, Relabel, Remove, Restore
from tellapart.store.project import open_project
import random
def deed():
    rng = random.Random(sys.argv[2])
    with open_project(Path(sys.argv[1])) as project:
        ids = [picture.image_id for state in ("kept", "removed") for picture in project.manifest.pictures(state=state)]
        for _ in range(60):
            one, other = rng.sample(ids, 2)
            project.journal.decide(Relabel(one, rng.choice("abc")), rng.choice([Remove, Restore])(other))
            if rng.random() < 0.3:
                project.journal.undo()
"""
    + COUNTED
)
TRAINING = (
    """
from tellapart.store.project import open_project
from tellapart.train import train_head
from tellapart.train import training  # loaded before the steps are counted
import onnxruntime, scipy.optimize
def deed():
    with open_project(Path(sys.argv[1])) as project:
        train_head(project)
"""
    + COUNTED
)
OPENING = (
    """
from tellapart.store.project import open_project
def deed():
    open_project(Path(sys.argv[1])).close()
"""
    + COUNTED
)
GOLDEN = Path(__file__).parent / "golden" / "project-0.1.0.zip"
pytestmark = [
    pytest.mark.slow,
    pytest.mark.skipif(sys.platform == "win32", reason="kills as POSIX does"),
]


def undisturbed(program, root, *arguments):
    """The steps it takes."""
    code, said = program(root, 0, 0, *arguments)
    assert code == 0, said
    return int(said)


def kill(program, root, rng, n_steps, *arguments):
    """Nothing; it was killed at any moment of its work."""
    code, said = program(root, rng.randint(1, max(1, n_steps - 1)), rng.uniform(0.0001, 0.01), *arguments)
    assert code == -signal.SIGALRM, said


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
    with forking(INTAKE) as intake:
        n_steps = undisturbed(intake, tmp_path / "undisturbed", tmp_path / "source")
        wanted = assert_agreed(tmp_path / "undisturbed")
        assert len(wanted) == 240
        rng, n_partly = random.Random(1), 0
        for number in range(12):
            root = tmp_path / f"project{number}"
            create_project(root).close()
            kill(intake, root, rng, n_steps, tmp_path / "source")
            n_partly += 0 < len(assert_agreed(root)) < 240
            with open_project(root) as project:
                take_in(project, tmp_path / "source")
            assert assert_agreed(root) == wanted
    assert n_partly >= 1


def test_decisions_killed_at_any_moment_lose_nothing_and_can_all_be_undone(tmp_path):
    make_tiny_folder(tmp_path / "source", ("circle", "square"), 8)
    with create_project(tmp_path / "project") as project:
        take_in(project, tmp_path / "source")
    first = assert_agreed(tmp_path / "project")
    with open_project(tmp_path / "project") as project:
        rows = project.manifest.pictures()
    with forking(DECISIONS) as decisions:
        n_steps = undisturbed(decisions, tmp_path / "project")
        rng = random.Random(2)
        for _ in range(10):
            kill(decisions, tmp_path / "project", rng, n_steps)
            now = assert_agreed(tmp_path / "project")
            assert [image_id for image_id, _ in now] == [image_id for image_id, _ in first]
    with open_project(tmp_path / "project") as project:
        assert project.journal.entries(1)
        while project.journal.undo():
            pass
        assert project.manifest.pictures() == rows
    assert assert_agreed(tmp_path / "project") == first


def old_project(folder):
    """As version 0.1.0 left it, with decisions, undone ones too, and a renamed label as that version kept them."""
    with zipfile.ZipFile(GOLDEN) as golden:
        golden.extractall(folder)
    root = folder / "shapes-project"
    db = sqlite3.connect(root / "tellapart.db")
    (first, label, path), (second, *_) = db.execute(
        "SELECT image_id, label, path FROM pictures ORDER BY number LIMIT 2"
    ).fetchall()
    was = {"label": label, "state": "kept", "mark": None, "path": path}
    start = db.execute("SELECT coalesce(max(number), 0) FROM journal").fetchone()[0]
    for batch, image_id, is_undone in ((start + 1, first, 0), (start + 2, second, 1)):
        db.execute(
            "INSERT INTO journal (at, batch, kind, image_id, before, after, is_undone) VALUES ('2026-11-01', ?, 'mark', ?, ?, ?, ?)",
            [batch, image_id, json.dumps(was), json.dumps({**was, "mark": "keep"}), is_undone],
        )
    wanted = [{"label": name, "query": ""} for name in ("grizzly", "bear")]
    change = {"batch": None, "before": [wanted[1]], "label": "bear", "gatherings": []}
    for name, value in (("wanted", wanted[:1]), ("label_changes", [change])):
        db.execute("INSERT OR REPLACE INTO settings VALUES (?, ?)", [name, json.dumps(value)])
    db.commit()
    db.close()
    return root


def all_that_is_in(root):
    with open_project(root) as project:
        assert project.changes == []
        entries = [{**asdict(entry), "at": ""} for entry in project.journal.entries()]
        rows = [asdict(picture) for picture in project.manifest.pictures()]
        return rows, entries, project.manifest.setting("wanted"), project.manifest.rows("PRAGMA user_version")


def test_an_upgrade_killed_at_any_moment_is_completed_by_the_next_and_loses_nothing(tmp_path):
    rng, formats = random.Random(4), set()
    with forking(OPENING) as opening:
        n_steps = undisturbed(opening, old_project(tmp_path / "undisturbed"))
        wanted = all_that_is_in(tmp_path / "undisturbed" / "shapes-project")
        assert [entry["kind"] for entry in wanted[1]][:3] == ["rename label", "mark", "mark"]
        for number in range(8):
            root = old_project(tmp_path / f"{number}")
            kill(opening, root, rng, n_steps)
            db = sqlite3.connect(root / "tellapart.db")
            formats.add(db.execute("PRAGMA user_version").fetchone()[0])
            db.close()
            assert all_that_is_in(root) == wanted
    assert len(formats) <= 2, "the old one or the new one, and nothing in between"


def test_a_training_killed_at_any_moment_leaves_no_half_bundle_and_is_completed_by_the_next(tmp_path):
    make_tiny_folder(tmp_path / "source", ("circle", "square"), 20)
    with create_project(tmp_path / "project") as project:
        take_in(project, tmp_path / "source")
    rng = random.Random(3)
    with forking(TRAINING) as training:
        n_steps = undisturbed(training, tmp_path / "project")
        wanted = scores_of(newest_bundle(tmp_path / "project" / "bundles"))
        for round_ in range(7):
            if round_ == 3:  # once more from the start, without cached embeddings
                for path in (tmp_path / "project" / "cache" / "embeddings").iterdir():
                    path.unlink()
            kill(training, tmp_path / "project", rng, n_steps)
            assert_agreed(tmp_path / "project")
            newest = newest_bundle(tmp_path / "project" / "bundles")
            assert not newest.name.startswith("."), "a bundle that is only half written is none"
            load_bundle(newest)
        undisturbed(training, tmp_path / "project")
    assert scores_of(newest_bundle(tmp_path / "project" / "bundles")) == wanted


def scores_of(bundle_dir):
    record = json.loads((bundle_dir / "bundle.json").read_text("utf-8"))
    return (
        record["classes"],
        record["scores"]["error_rate"],
        record["counts"],
        round(record["temperature"], 3),
    )
