"""Files changed by hand are noticed when a project is opened: the disk is believed and nothing is lost."""

import os
import shutil
import sys

import pytest
from make_data import make_awkward, make_tiny_folder
from tellapart.gather import take_in
from tellapart.store import journal
from tellapart.store.files import reconcile
from tellapart.store.journal import Relabel, Remove
from tellapart.store.project import create_project, open_project

LINUX_NAMES = pytest.mark.skipif(sys.platform != "linux", reason="this disk cannot hold such names")


@pytest.fixture
def root(tmp_path):
    make_tiny_folder(tmp_path / "source", ("circle", "square"), 4)
    with create_project(tmp_path / "project") as project:
        take_in(project, tmp_path / "source")
    return tmp_path / "project"


def counts(root):
    with open_project(root) as project:
        for picture in project.manifest.pictures():
            assert project.file(picture).stat().st_size == picture.n_bytes
        return {label: n for label, n in project.manifest.label_counts().items() if n}


def changes(root):
    with open_project(root) as project:
        return " ".join(project.changes)


def test_nothing_is_said_where_nothing_changed(root):
    assert changes(root) == "" and changes(root) == ""


def test_pictures_put_into_a_folder_by_hand_join_the_project(root, tmp_path):
    make_tiny_folder(tmp_path / "more", ("ring",), 3, seed=7)
    shutil.copytree(tmp_path / "more" / "ring", root / "images" / "ring")
    assert "3 new picture(s) found" in changes(root)
    assert counts(root) == {"circle": 4, "square": 4, "ring": 3}
    assert changes(root) == ""


def opened_while(root, monkeypatch, happens):
    """What is said when something happens between the reading of the first folder's rows and that of its files."""
    real = os.scandir

    def later(place):
        found = real(place)
        if "circle" in str(place):
            with monkeypatch.context() as patched:
                patched.setattr(os, "scandir", real)
                happens()
            found = real(place)
        return found

    with monkeypatch.context() as patched:
        patched.setattr(reconcile.os, "scandir", later)
        return changes(root)


def test_what_another_program_takes_in_meanwhile_is_no_news(root, tmp_path, monkeypatch):
    make_tiny_folder(tmp_path / "more", ("circle",), 3, seed=7)

    def take_more_in():
        with open_project(root) as other:
            take_in(other, tmp_path / "more")

    assert opened_while(root, monkeypatch, take_more_in) == ""
    assert counts(root) == {"circle": 7, "square": 4}


def test_what_another_program_moves_meanwhile_is_no_news(root, monkeypatch):
    def relabel():
        with open_project(root) as other, monkeypatch.context() as patched:
            patched.setattr(journal, "finish_moves", lambda *_: None)  # it has not come to the move yet
            picture = other.manifest.pictures(label="square")[0]
            other.journal.decide(Relabel(picture.image_id, "circle"))

    assert opened_while(root, monkeypatch, relabel) == ""
    assert counts(root) == {"circle": 5, "square": 3}


def test_a_picture_moved_by_hand_gets_the_label_of_its_folder(root):
    with open_project(root) as project:
        picture = project.manifest.pictures()[0]
    (root / picture.path).rename(root / "images" / "square" / "moved.png")
    assert "1 picture(s) moved by hand" in changes(root)
    with open_project(root) as project:
        now = project.manifest.picture(picture.image_id)
        assert (now.label, now.path, now.state) == ("square", "images/square/moved.png", "kept")


def test_a_picture_taken_away_is_missing_until_it_comes_back(root, tmp_path):
    with open_project(root) as project:
        picture = project.manifest.pictures()[0]
    (root / picture.path).rename(tmp_path / "away.png")
    assert "1 picture(s) are missing" in changes(root)
    assert counts(root) == {"circle": 3, "square": 4}
    (tmp_path / "away.png").rename(root / picture.path)
    changes(root)
    assert counts(root) == {"circle": 4, "square": 4}


def test_a_whole_folder_deleted_by_hand_is_noticed_at_once(root):
    shutil.rmtree(root / "images" / "circle")
    assert "4 picture(s) are missing" in changes(root)
    assert counts(root) == {"square": 4}
    assert changes(root) == ""


def test_a_renamed_folder_is_a_renamed_label(root):
    (root / "images" / "circle").rename(root / "images" / "disc")
    assert "4 picture(s) moved by hand" in changes(root)
    assert counts(root) == {"disc": 4, "square": 4}


@LINUX_NAMES
def test_a_folder_renamed_in_case_only_keeps_its_pictures(root):
    (root / "images" / "circle").rename(root / "images" / "Circle")
    changes(root)
    assert counts(root) == {"Circle": 4, "square": 4}
    assert changes(root) == ""


@LINUX_NAMES
def test_folders_that_differ_in_case_only_stay_two_labels(root, tmp_path):
    make_tiny_folder(tmp_path / "more", ("circle",), 4, seed=9)
    shutil.copytree(tmp_path / "more" / "circle", root / "images" / "CIRCLE")
    for _ in range(3):
        changes(root)
        assert counts(root) == {"circle": 4, "CIRCLE": 4, "square": 4}


@LINUX_NAMES
def test_files_that_differ_in_case_only_are_two_pictures(root, tmp_path):
    make_tiny_folder(tmp_path / "more", ("ring",), 2, seed=9)
    one, other = sorted((tmp_path / "more" / "ring").iterdir())
    shutil.copy(one, root / "images" / "circle" / "a.png")
    shutil.copy(other, root / "images" / "circle" / "A.png")
    for _ in range(3):
        changes(root)
        assert counts(root) == {"circle": 6, "square": 4}


@LINUX_NAMES
def test_names_of_odd_bytes_are_refused_in_words_and_left_alone(root, tmp_path):
    folder = os.fsencode(root / "images")
    odd = [folder + b"/circle/caf\xe9.png", folder + b"/caf\xe9/a.png"]
    (root / "images" / os.fsdecode(b"caf\xe9")).mkdir()
    make_tiny_folder(tmp_path / "more", ("ring",), 2, seed=9)
    for source, target in zip(sorted((tmp_path / "more" / "ring").iterdir()), odd, strict=True):
        shutil.copy(source, os.fsdecode(target))
    assert "2 file(s) in the folders cannot be used" in changes(root)
    assert "not valid Unicode; rename it" in changes(root)
    assert all(os.path.exists(path) for path in odd)  # noqa: PTH110  bytes are no Path
    assert counts(root) == {"circle": 4, "square": 4}


def test_copies_and_awkward_files_in_the_folders_are_left_where_they_are(root):
    make_awkward(root / "images" / "mixed")
    with open_project(root) as project:
        shutil.copy(project.file(project.manifest.pictures()[0]), root / "images" / "square" / "copy.png")
        n_mixed = project.manifest.label_counts()["mixed"]
        reasons = {refusal.name: refusal.reason for refusal in project.manifest.refusals()}
    assert n_mixed == 11  # of 13 that open, two have the bytes of another
    assert "empty file" in reasons["images/mixed/empty.jpg"]
    assert "cannot be used" in changes(root)
    assert (root / "images" / "square" / "copy.png").exists() and (
        root / "images" / "mixed" / "empty.jpg"
    ).exists()
    with open_project(root) as project:
        assert sum(one.name == "images/mixed/empty.jpg" for one in project.manifest.refusals()) == 1, (
            "told once"
        )


def test_a_folder_name_that_is_no_label_is_said(root):
    (root / "images" / ("x" * 120)).mkdir()
    with open_project(root) as project:
        picture = project.file(project.manifest.pictures()[0])
    shutil.copy(picture, root / "images" / ("x" * 120) / "a.png")
    assert "120 characters" in changes(root)


def test_system_files_and_folders_within_folders_are_no_pictures(root):
    (root / "images" / "circle" / ".DS_Store").write_bytes(b"x")
    (root / "images" / "circle" / "Thumbs.db").write_bytes(b"x")
    (root / "images" / "circle" / "inner").mkdir()
    (root / "images" / "loose.txt").write_text("x")
    assert changes(root) == ""


def test_a_removed_picture_put_back_by_hand_is_not_added_behind_the_persons_back(root):
    with open_project(root) as project:
        picture = project.manifest.pictures()[0]
        data = project.file(picture).read_bytes()
        project.journal.decide(Remove(picture.image_id))
    (root / "images" / "square" / "again.png").write_bytes(data)
    assert "you removed it" in changes(root)
    assert counts(root) == {"circle": 3, "square": 4}
