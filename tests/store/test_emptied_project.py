"""A project that was emptied, label by label or picture by picture, is not haunted by what was in it."""

from __future__ import annotations

import pytest
from make_data import make_tiny_folder
from tellapart.clean import open_review
from tellapart.deploy.datasheet import datasheet
from tellapart.gather import take_in
from tellapart.gather.wanted_labels import add_wanted, remove_label, set_query, wanted_labels
from tellapart.store.journal import Relabel, Remove
from tellapart.store.project import create_project, open_project

OLD = ("circle", "square")


@pytest.fixture
def full(tmp_path):
    """A project as a person had it: two labels, a broken file, a copy, a label of their own, some decisions."""
    files = make_tiny_folder(tmp_path / "shapes", OLD, n_per_class=6)
    (tmp_path / "shapes" / "circle" / "broken.jpg").write_bytes(b"\xff\xd8\xff\xe0 and no more")
    (tmp_path / "shapes" / "square" / "again.png").write_bytes(files["square"][0].read_bytes())
    with create_project(tmp_path / "project") as project:
        take_in(project, tmp_path / "shapes")
        add_wanted(project, "ring")  # which also lists the labels that were there
        first = project.manifest.pictures(label="circle")[0]
        project.journal.decide(Relabel(first.image_id, "square"))
        yield project


def one_by_one(project):
    project.journal.decide(*(Remove(one.image_id) for one in project.manifest.pictures()))


def label_by_label(project):
    for label in OLD:
        remove_label(project, label)


def fill_anew(project, tmp_path):
    make_tiny_folder(tmp_path / "new", ("bar", "cross"), n_per_class=6)
    take_in(project, tmp_path / "new")


@pytest.mark.parametrize("empty", [one_by_one, label_by_label])
def test_nothing_of_what_was_there_is_counted_shown_or_left_behind(full, tmp_path, empty):
    assert len(full.manifest.refusals()) == 2
    empty(full)
    assert [row.label for row in wanted_labels(full)] == ["ring"]
    assert list(full.images_dir.iterdir()) == [], (
        "an empty folder would be a label to whoever reads class folders"
    )
    assert full.manifest.refusals_to_tell() == []
    fill_anew(full, tmp_path)
    assert [row.label for row in wanted_labels(full)] == ["ring", "bar", "cross"]
    review = open_review(full)
    report, gain = review.summary(), review.gain()
    assert report.labels == {"bar": 6, "cross": 6} and report.n_pictures == 12
    assert report.unreadable == () and report.copies == ()
    assert gain.n_decisions == 0 and gain.sentence.startswith("No decisions yet")
    assert gain.error_before == gain.error_after and gain.n_judged == 12
    sheet = datasheet(full.manifest, "project")
    assert "circle" not in sheet and "not added" not in sheet and "were removed" not in sheet


@pytest.mark.parametrize("empty", [one_by_one, label_by_label])
def test_all_of_it_comes_back(full, empty):
    counts = full.manifest.label_counts()
    labels = [row.label for row in wanted_labels(full)]
    empty(full)
    while full.manifest.label_counts() != counts:
        assert full.journal.undo()
    assert [row.label for row in wanted_labels(full)] == labels and len(full.manifest.refusals_to_tell()) == 2
    assert all(full.file(one).is_file() for one in full.manifest.pictures())
    full.close()
    with open_project(full.root) as again:
        assert again.changes == [] and again.manifest.label_counts() == counts


def test_decisions_about_labels_that_are_left_still_count(full):
    full.journal.decide(Remove(full.manifest.pictures(label="square")[0].image_id))
    remove_label(full, "circle")
    review = open_review(full)
    assert review.gain().n_decisions == 2, "the relabelled circle is a square, and one square was removed"
    assert full.manifest.dropped_labels() == {"circle"} and len(full.manifest.dropped_pictures()) == 5


def test_a_label_that_somebody_searches_for_stays_without_pictures(full):
    set_query(full, "circle", "round things")
    one_by_one(full)
    assert [row.label for row in wanted_labels(full)] == ["circle", "ring"]


def test_a_file_that_was_refused_under_a_label_without_pictures_is_still_told(tmp_path):
    make_tiny_folder(tmp_path / "shapes", OLD, n_per_class=2)
    (tmp_path / "shapes" / "blob").mkdir()
    (tmp_path / "shapes" / "blob" / "broken.jpg").write_bytes(b"\xff\xd8\xff\xe0 and no more")
    with create_project(tmp_path / "project") as project:
        take_in(project, tmp_path / "shapes")
        assert [one.label for one in project.manifest.refusals_to_tell()] == ["blob"]


def test_a_folder_in_which_somebody_keeps_a_file_stays(full):
    (full.images_dir / "circle" / "notes.txt").write_text("mine")
    one_by_one(full)
    assert [path.name for path in full.images_dir.iterdir()] == ["circle"]
    assert (full.images_dir / "circle" / "notes.txt").read_text() == "mine"
