"""Decisions last: through kills, a thousand undos, a file and another copy of the pictures."""

import json
import os
import random
import shutil
import sys
import tempfile
from dataclasses import asdict
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from make_data import make_tiny_folder
from other_process import forking
from tellapart.clean import export_decisions, list_decisions, open_review, replay_decisions
from tellapart.errors import IntakeError, ProjectError
from tellapart.gather import take_in
from tellapart.store.journal import Mark, Relabel, Remove, Restore
from tellapart.store.project import create_project, open_project

# TELLAPART_KILLS=200 pytest tests/clean/test_decisions.py -k killed   # as often as we promise
N_KILLS = int(os.environ.get("TELLAPART_KILLS", "6"))
LABELS = ("circle", "square", "Circle", "new/one", "<b>")
MARKS = ("keep", "not sure", "none of these", None)


def files_below(root):
    return {
        path.relative_to(root).as_posix(): path.read_bytes()
        for top in ("images", "trash")
        for path in (root / top).rglob("*")
        if path.is_file()
    }


def folders_below(root):
    return {path.relative_to(root).as_posix() for path in (root / "images").rglob("*") if path.is_dir()}


def rows_of(project):
    pictures = [
        one for state in ("kept", "removed", "missing") for one in project.manifest.pictures(state=state)
    ]
    labels = project.manifest.rows("SELECT label, folder, folder_key FROM labels ORDER BY label")
    return sorted((asdict(one) for one in pictures), key=lambda row: row["image_id"]), labels


def random_decision(rng, image_ids):
    image_id = rng.choice(image_ids)
    return rng.choice([
        Remove(image_id), Restore(image_id), Mark(image_id, rng.choice(MARKS)), Relabel(image_id, rng.choice(LABELS)),
    ])  # fmt: skip


@pytest.mark.parametrize("n_decisions", [100, pytest.param(1000, marks=pytest.mark.slow)])
@given(seed=st.integers(0, 2**32))
@settings(max_examples=2, deadline=None)
def test_undoing_random_decisions_restores_files_and_rows(n_decisions, seed):
    rng = random.Random(seed)
    with tempfile.TemporaryDirectory() as folder:
        make_tiny_folder(Path(folder) / "source", ("circle", "square"), 4)
        with create_project(Path(folder) / "project") as project:
            take_in(project, Path(folder) / "source")
            ids = [one.image_id for one in project.manifest.pictures()]
            files, folders, rows = files_below(project.root), folders_below(project.root), rows_of(project)
            n_left = n_decisions
            while n_left:
                n = min(n_left, rng.choice([1, 1, 1, 5]))
                project.journal.decide(*(random_decision(rng, ids) for _ in range(n)))
                n_left -= n
            assert sorted(files_below(project.root).values()) == sorted(files.values()), "nothing is lost"
        with open_project(Path(folder) / "project") as project:
            while project.journal.undo():
                pass
            assert (files_below(project.root), rows_of(project)) == (files, rows)
            assert folders_below(project.root) == folders


KILLED = """
import itertools, json, random, signal, threading
from tellapart.clean import open_review
from tellapart.store.journal import Mark, Relabel, Remove
from tellapart.store.project import open_project
def work():
    rng = random.Random(int(sys.argv[2]))
    with open_project(Path(sys.argv[1])) as project:
        review = open_review(project)
        ids = [picture.image_id for picture in project.manifest.pictures()]
        last = rng.randrange(20)
        for number in itertools.count():
            if number == last:
                kill = lambda: os.kill(os.getpid(), signal.SIGKILL)
                threading.Timer(rng.uniform(0.0, 0.02), kill).start()
            image_id, kind = rng.choice(ids), rng.randrange(3)
            wanted = [Remove(image_id), Mark(image_id, "keep"), Relabel(image_id, rng.choice("abc"))][kind]
            review.decide([wanted])
            print(json.dumps([image_id, kind, getattr(wanted, "label", None)]), flush=True)
"""


@pytest.fixture
def killed():
    """Decides until it is killed."""
    with forking(KILLED) as run:
        yield run


@pytest.mark.skipif(sys.platform == "win32", reason="kill -9 is POSIX")
@pytest.mark.timeout(3600)
@pytest.mark.slow
def test_a_decision_is_there_after_a_process_was_killed(tiny_project, killed):
    n_seen = 0
    for seed in range(N_KILLS):
        code, out = killed(tiny_project.root, seed)
        assert code == -9, out
        last = {}
        for line in out.splitlines():
            image_id, kind, label = json.loads(line)
            last[image_id, kind] = label
        n_seen += len(last)
        with open_project(tiny_project.root) as project:
            assert project.changes == []
            decided = {(entry.image_id, entry.kind) for entry in project.journal.standing()}
            latest = {
                entry.image_id: entry for entry in project.journal.standing() if entry.kind == "relabel"
            }
            for (image_id, kind), label in last.items():
                picture = project.manifest.picture(image_id)
                assert project.file(picture).exists()
                if kind == 2:  # another decision may have been written and not yet been told
                    assert image_id in latest or picture.label == label
                elif kind == 0:
                    assert picture.state == "removed"
                else:
                    assert (image_id, "mark") in decided and picture.mark == "keep"
            while project.journal.undo():
                pass
    assert n_seen >= 1


@pytest.fixture
def two_copies(tmp_path):
    """A project with decisions of every kind, and another project of the same pictures but two."""
    make_tiny_folder(tmp_path / "source", ("circle", "square"), 4)
    shutil.copytree(tmp_path / "source", tmp_path / "fewer")
    for path in sorted((tmp_path / "fewer" / "circle").iterdir())[:2]:
        path.unlink()
    with create_project(tmp_path / "first") as first, create_project(tmp_path / "second") as second:
        take_in(first, tmp_path / "source")
        take_in(second, tmp_path / "fewer")
        one, two, three, *_ = (picture.image_id for picture in first.manifest.pictures("circle"))
        four, five, *_ = (picture.image_id for picture in first.manifest.pictures("square"))
        first.journal.decide(Relabel(one, "square"), Remove(three), Mark(four, "none of these"))
        first.journal.decide(Relabel(two, "x"), Relabel(five, "<i>é</i>"))
        first.journal.decide(Remove(four))
        first.journal.undo()
        yield first, second


@pytest.mark.parametrize("suffix", ["json", "csv"])
def test_decisions_are_replayed_on_another_copy_and_missing_pictures_counted(two_copies, tmp_path, suffix):
    first, second = two_copies
    file = tmp_path / "out" / f"decisions.{suffix}"
    assert export_decisions(first, file) == len(list_decisions(first)) == 5
    before = rows_of(second)
    done = replay_decisions(second, file)
    assert (done.n_done, done.n_missing, done.n_same) == (3, 2, 0)
    assert done.sentence() == "3 decisions applied, 2 for pictures that are not in this project."
    states = {one.image_id: (one.label, one.state, one.mark) for one in first.manifest.pictures()}
    for one in second.manifest.pictures():
        assert (one.label, one.state, one.mark) == states[one.image_id]
    assert replay_decisions(second, file).n_same == 3
    second.journal.undo()
    assert rows_of(second) == before, "one batch"


@pytest.mark.parametrize(
    ("name", "text", "said"),
    [
        ("cut.json", '{"format": 1, "decisions": [{"image_id"', "is not a list of decisions"),
        ("list.json", "[1, 2]", "is not a list of decisions"),
        ("newer.json", '{"format": 9, "decisions": []}', "made by a newer tellapart"),
        ("other.csv", "a,b\n1,2\n", "it has no column 'decision'"),
        (
            "id.json",
            '{"format": 1, "decisions": [{"decision": "remove", "image_id": "../x"}]}',
            "decision 1: image_id",
        ),
        ("kind.csv", "decision,image_id\nexplode," + "a" * 64 + "\n", "'explode'"),
        ("label.csv", "decision,image_id,label\nrelabel," + "a" * 64 + ",\n", "A label is empty"),
        ("bytes.json", "\udcff", "is not a list of decisions"),
    ],
)
def test_a_file_that_is_no_list_of_decisions_is_refused_whole(two_copies, tmp_path, name, text, said):
    file = tmp_path / name
    file.write_bytes(text.encode("utf-8", "surrogateescape"))
    before = rows_of(two_copies[1])
    with pytest.raises(IntakeError, match=said.replace("(", r"\(")):
        replay_decisions(two_copies[1], file)
    assert rows_of(two_copies[1]) == before
    with pytest.raises(IntakeError, match="cannot be read"):
        replay_decisions(two_copies[1], tmp_path / "gone.json")
    with pytest.raises(IntakeError, match=r"should end in \.json or \.csv"):
        export_decisions(two_copies[0], tmp_path / "decisions.txt")


@pytest.mark.parametrize("share", [0.0, 0.3, 0.6, 0.9])
def test_a_journal_cut_in_the_middle_loses_no_picture(tmp_path, share):
    make_tiny_folder(tmp_path / "source", ("circle", "square"), 4)
    with create_project(tmp_path / "project") as project:
        take_in(project, tmp_path / "source")
    with open_project(tmp_path / "project") as project:
        pictures = project.manifest.pictures()
        contents = sorted(files_below(project.root).values())
        for one in pictures[:3]:
            project.journal.decide(Remove(one.image_id))
        project.journal.decide(Relabel(pictures[4].image_id, "new"), Relabel(pictures[5].image_id, "circle"))
        shutil.copytree(project.root, tmp_path / "cut")  # as the disk is when the computer loses its power
    wal = tmp_path / "cut" / "tellapart.db-wal"
    wal.write_bytes(wal.read_bytes()[: int(wal.stat().st_size * share)])
    with open_project(tmp_path / "cut") as project:
        kept, removed = project.manifest.pictures(), project.manifest.pictures(state="removed")
        assert project.manifest.pictures(state="missing") == [] and len(kept) + len(removed) == 8
        assert sorted(files_below(project.root).values()) == contents
        assert all(project.file(one).is_file() for one in (*kept, *removed))
        assert {one.image_id for one in removed} >= {one.image_id for one in pictures[:3]}
        open_review(project)


def test_a_project_that_cannot_be_written_says_so_and_loses_nothing(two_copies, monkeypatch):
    _, project = two_copies
    before = rows_of(project)
    project.manifest.only_read()  # what SQLite meets on a read-only disk
    with pytest.raises(ProjectError, match=r"cannot be written .* Nothing was lost"):
        project.journal.decide(Remove(project.manifest.pictures()[0].image_id))
    assert rows_of(project) == before
