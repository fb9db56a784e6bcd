"""What a review says and does when something is amiss: pictures that vanish, labels that are odd, a full disk."""

import shutil

import numpy as np
import pytest
from make_data import draw_shape
from PIL import Image
from tellapart.clean import open_review
from tellapart.errors import ProjectError
from tellapart.gather import take_in
from tellapart.store.journal import Relabel, Remove
from tellapart.store.project import create_project, open_project


def test_a_picture_that_vanishes_while_it_is_shown_keeps_its_decision(tiny_project):
    review = open_review(tiny_project)
    picture = tiny_project.manifest.pictures("circle")[0]
    data = tiny_project.file(picture).read_bytes()
    tiny_project.file(picture).unlink()
    (said,) = review.decide([Relabel(picture.image_id, "square")])
    assert "is no longer in its folder" in said and "applies when the file is back" in said
    review.refresh()
    assert picture.image_id not in {one.image_id for one in review.queue()} and review.n_pictures == 71
    (tiny_project.images_dir / "square" / "back.png").write_bytes(data)
    with open_project(tiny_project.root) as project:
        assert project.manifest.picture(picture.image_id).state == "kept"


def test_a_picture_that_changes_on_disk_is_moved_and_not_lost(tiny_project):
    review = open_review(tiny_project)
    picture = tiny_project.manifest.pictures("circle")[0]
    tiny_project.file(picture).write_bytes(b"edited by hand")
    review.decide([Relabel(picture.image_id, "square")])
    assert tiny_project.file(review.picture(picture.image_id)).read_bytes() == b"edited by hand"


def test_a_label_renamed_meanwhile_is_said_and_nothing_is_decided(tiny_project):
    review = open_review(tiny_project)
    (tiny_project.images_dir / "cross").rename(tiny_project.images_dir / "plus")
    picture = tiny_project.manifest.pictures("circle")[0]
    with open_project(tiny_project.root) as elsewhere:
        assert elsewhere.manifest.label_counts()["plus"] == 24
    with pytest.raises(ProjectError, match="'cross' has no pictures any more: it was renamed"):
        review.decide([Relabel(picture.image_id, "cross")])
    assert review.picture(picture.image_id).label == "circle" and tiny_project.journal.entries() == []
    review.refresh()
    assert review.classes == ("circle", "plus", "square")
    assert review.decide([Relabel(picture.image_id, "cross")]) == []


def test_a_class_that_falls_to_one_picture_is_said_and_not_doubted(tiny_project):
    review = open_review(tiny_project)
    crosses = tiny_project.manifest.pictures("cross")
    review.decide([Remove(one.image_id) for one in crosses[1:]])
    review.refresh()
    finding = review.finding(crosses[0].image_id)
    assert finding is None or "wrong label" not in {finding.kind, *(one.kind for one in finding.also)}
    assert any(
        "'cross' has 1 picture, too few for reliable findings" in one for one in review.summary().imbalance
    )
    review.decide([Remove(crosses[0].image_id)])
    assert review.refresh() and review.classes == ("circle", "square")


def test_one_label_alone_or_none_is_no_error(tiny_project):
    review = open_review(tiny_project)
    review.decide([Remove(one.image_id) for one in tiny_project.manifest.pictures() if one.label != "cross"])
    review.refresh()
    assert review.queue(["wrong label"]) == [] and "fewer than two labels" in review.gain().sentence
    assert review.summary().leak is None and review.summary().shortcuts == ()
    review.decide([Remove(one.image_id) for one in tiny_project.manifest.pictures()])
    review.refresh()
    assert (review.queue(), review.classes, review.n_pictures) == ([], (), 0)


def test_an_empty_project_has_no_findings(tmp_path):
    with create_project(tmp_path / "empty") as project:
        review = open_review(project)
        assert (review.queue(), review.classes, review.n_pictures) == ([], (), 0)
        assert review.decide([]) == [] and review.undo() == [] and not review.refresh()
        assert review.summary().sentences() == ["0 pictures. Findings: none."]
        assert review.gain().n_judged == 0


def test_pictures_that_all_look_the_same_are_copies_and_nothing_else(tmp_path):
    drawn = np.asarray(draw_shape("circle", np.random.default_rng(0), 96))
    for i in range(12):
        folder = tmp_path / "source" / ("a" if i % 2 else "b")
        folder.mkdir(parents=True, exist_ok=True)
        pixels = drawn.copy()
        pixels[0, i] ^= 1  # other bytes, the same look
        Image.fromarray(pixels).save(folder / f"{i}.png")
    with create_project(tmp_path / "project") as project:
        take_in(project, tmp_path / "source")
        review = open_review(project)
        kinds = {one.kind for found in review.queue() for one in (found, *found.also)}
        assert kinds <= {"conflict", "duplicate", "wrong label"} and "conflict" in kinds
        assert all(np.isfinite(one.score) for one in review.queue())
        assert review.refresh() in (True, False) and review.gain().n_judged == 12


def test_labels_that_look_like_html_and_500_classes_are_labels(tmp_path):
    rng = np.random.default_rng(0)
    labels = [f"<b>{i}</b> & 'co'" for i in range(500)]
    with create_project(tmp_path / "project") as project:
        for i in range(20):
            draw_shape("circle", rng, 16).save(tmp_path / f"{i}.png")
            take_in(project, tmp_path / f"{i}.png", label="start")
        pictures = project.manifest.pictures()
        review = open_review(project)
        review.decide([Relabel(one.image_id, labels[i % 10]) for i, one in enumerate(pictures)])
        review.refresh()
        assert review.classes == tuple(sorted(labels[:10]))
        assert all("<b>" in review.picture(one.image_id).label for one in review.queue())
    targets = np.arange(5000) % 500
    logits = np.random.default_rng(1).normal(size=(5000, 500)).astype(np.float32)
    logits[np.arange(5000), targets] += 8
    from tellapart.learning.label_noise import find_doubts

    assert find_doubts(logits, targets).wrong.max() < 0.9


def test_a_full_disk_is_said_and_the_decision_can_be_made_again(tiny_project):
    review = open_review(tiny_project)
    picture = tiny_project.manifest.pictures("circle")[0]
    shutil.rmtree(tiny_project.trash_dir)
    tiny_project.trash_dir.write_text("a file in the way, as a disk that takes no more")
    with pytest.raises(ProjectError, match=r"waiting to be moved was left in place.*leads through a file"):
        review.decide([Remove(picture.image_id)])
    assert (tiny_project.root / picture.path).exists()
    tiny_project.trash_dir.unlink()
    with open_project(tiny_project.root) as project:
        assert project.manifest.picture(picture.image_id).state == "removed"
        assert project.file(project.manifest.picture(picture.image_id)).exists()


def test_findings_come_again_from_the_cache_and_from_a_damaged_one(tiny_project):
    first = open_review(tiny_project).queue()
    (stored,) = (tiny_project.cache_dir / "clean").glob("compared-*.npz")
    assert open_review(tiny_project).queue() == first
    stored.write_bytes(stored.read_bytes()[:1000])
    assert open_review(tiny_project).queue() == first
