"""The review of a project: what it finds, and what decisions do to it."""

import json
import shutil
from dataclasses import replace

import numpy as np
import pytest
from make_data import draw_shape, make_tiny_folder
from PIL import Image, ImageFilter
from tellapart.clean import KINDS, Review, decision_of, open_review
from tellapart.clean.evidence import gather_evidence
from tellapart.gather import take_in
from tellapart.pictures.kinds.unread import UNKNOWN
from tellapart.planning.config import TrainConfig
from tellapart.store.journal import Mark, Relabel, Remove, Restore
from tellapart.store.project import create_project, open_project
from tellapart.train import train_head


@pytest.fixture
def mislabelled(tiny_project):
    """The tiny project with two circles that were labelled square by mistake, before anybody decided anything."""
    circles = tiny_project.manifest.pictures("circle")[:2]
    for picture in circles:
        tiny_project.file(picture).rename(
            tiny_project.images_dir / "square" / f"moved-{picture.image_id[:8]}.png"
        )
    with open_project(tiny_project.root) as project:
        assert "2 picture(s) moved by hand" in " ".join(project.changes)
        yield project, [picture.image_id for picture in circles]


def test_wrong_labels_come_first_with_the_right_suggestion(mislabelled):
    project, wrong = mislabelled
    review = open_review(project)
    first = review.queue(["wrong label"])[:2]
    assert {finding.image_id for finding in first} == set(wrong)
    assert all(finding.suggestion.label == "circle" for finding in first)
    assert "looks like circle" in first[0].short and "'square'" in first[0].reason
    assert review.counts()["wrong label"] >= 2 and set(review.counts()) == set(KINDS)
    probs = review.probs(wrong[0])
    assert list(probs) == ["circle", "cross", "square"] and sum(probs.values()) == pytest.approx(1, abs=1e-5)
    assert max(probs, key=probs.get) == "circle"


def test_the_queue_is_sorted_names_a_picture_once_and_can_be_narrowed(mislabelled):
    review = open_review(mislabelled[0])
    queue = review.queue()
    scores = [finding.score for finding in queue]
    assert scores == sorted(scores, reverse=True) and all(0 <= score <= 1 for score in scores)
    assert len({finding.image_id for finding in queue}) == len(queue)
    squares = review.queue(label="square")
    assert squares and all(review.picture(one.image_id).label == "square" for one in squares)
    parts = [review.queue(split=split) for split in ("train", "valid", "test")]
    assert sum(map(len, parts)) == len(queue)
    for kind in KINDS:
        assert all(finding.kind == kind for finding in review.queue([kind]))
    with pytest.raises(ValueError, match="choose from visitor, unreadable"):
        review.queue(["blurry"])


def test_a_decision_takes_a_picture_out_of_the_queue_and_undo_brings_it_back(mislabelled):
    project, (one, other) = mislabelled
    review = open_review(project)
    before = review.finding(one)
    review.decide([Relabel(one, "circle"), Mark(other, "keep")])
    assert not {one, other} & {finding.image_id for finding in review.queue()}
    assert review.refresh() and not review.refresh()
    assert {one, other} <= {finding.image_id for finding in review.queue(include_decided=True)} | {one}
    assert review.finding(one) is not None and review.picture(one).label == "circle"
    assert [entry.kind for entry in review.undo()] == ["mark", "relabel"]
    review.refresh()
    assert review.finding(one).kind == before.kind
    assert {one, other} <= {finding.image_id for finding in review.queue()}
    assert len(review.redo()) == 2 and review.redo() == []


def test_decisions_of_another_process_are_seen_and_the_last_one_wins(mislabelled):
    project, (one, other) = mislabelled
    review = open_review(project)
    with open_project(project.root) as elsewhere:
        theirs = open_review(elsewhere)
        theirs.decide([Relabel(one, "cross")])
        review.decide([Relabel(one, "circle"), Remove(other)])
        assert review.refresh() and theirs.refresh()
        for each in (review, theirs):
            assert each.picture(one).label == "circle" and each.n_pictures == 71
            assert {finding.image_id for finding in each.queue()}.isdisjoint((one, other))
            assert each.gain().n_decisions == 3
        theirs.decide([Restore(other)])
        assert review.refresh() and review.n_pictures == 72


def test_a_review_that_went_along_knows_what_a_new_one_knows(mislabelled):
    project, (one, other) = mislabelled
    evidence = gather_evidence(project, TrainConfig())
    review = Review(project, TrainConfig(), evidence)
    crosses = [picture.image_id for picture in project.manifest.pictures("cross")]
    steps = [
        lambda: review.decide([Relabel(one, "circle")]),
        lambda: review.decide([Relabel(other, "blot"), Mark(crosses[0], "none of these")]),
        lambda: review.decide([Remove(image_id) for image_id in crosses[1:6]]),
        lambda: review.decide([Restore(crosses[2]), Mark(crosses[7], "keep"), Relabel(crosses[8], "square")]),
        review.undo,
        review.undo,
        review.redo,
    ]
    for step in steps:
        step()
        review.refresh()
        fresh = Review(project, TrainConfig(), evidence)
        assert review.queue() == fresh.queue() and review.counts() == fresh.counts()
        assert review.doubts() == fresh.doubts() and review.gain() == fresh.gain()
        assert review.classes == fresh.classes and review.n_pictures == fresh.n_pictures
        for label in (None, "cross", "nonsense"):
            assert review.kept(label) == fresh.kept(label)
        assert list(project.journal.decided().entries) == project.journal.standing()


def test_every_kept_picture_is_there_the_most_doubtful_first(mislabelled, tmp_path):
    project, wrong = mislabelled
    review = open_review(project)
    doubts = review.doubts()
    for label in (None, "square"):
        expected = {one.image_id for one in project.manifest.pictures(label)}
        kept = review.kept(label)
        assert set(kept) == expected and len(kept) == len(expected) and set(kept[:2]) == set(wrong)
        assert [doubts[image_id] for image_id in kept] == sorted(map(doubts.get, kept), reverse=True)
    make_tiny_folder(tmp_path / "more", ("cross",), n_per_class=2, seed=5, size_px=48)
    with open_project(project.root) as elsewhere:
        take_in(elsewhere, tmp_path / "more")
    came = {one.image_id for one in project.manifest.pictures("cross")} - set(doubts)
    assert set(review.kept("cross")[-2:]) == came and not came & set(review.kept("square"))


def test_pictures_taken_in_by_this_very_process_are_looked_at(tiny_project, tmp_path):
    review = open_review(tiny_project)
    make_tiny_folder(tmp_path / "more", ("cross",), n_per_class=2, seed=5, size_px=48)
    take_in(tiny_project, tmp_path / "more")
    assert review.refresh() and review.n_pictures == 74 and not review.refresh()


def test_pictures_that_arrive_meanwhile_are_looked_at(tiny_project, tmp_path):
    review = open_review(tiny_project)
    make_tiny_folder(tmp_path / "more", ("cross",), n_per_class=3, seed=5, size_px=48)
    with open_project(tiny_project.root) as elsewhere:
        take_in(elsewhere, tmp_path / "more")
    assert review.refresh() and review.n_pictures == 75 and not review.refresh()


def test_gain_is_counted_on_untouched_pictures_and_survives_a_restart(mislabelled):
    project, wrong = mislabelled
    review = open_review(project)
    assert review.gain().sentence.startswith("No decisions yet: cross-validated error")
    review.decide([Relabel(image_id, "circle") for image_id in wrong])
    review.refresh()
    gain = review.gain()
    assert (gain.n_decisions, gain.n_judged) == (2, 70) and gain.sentence.startswith(
        "2 decisions: cross-validated error"
    )
    assert " → " in gain.sentence and gain.error_after <= gain.error_before
    with open_project(project.root) as again:
        assert open_review(again).gain() == gain
    json.dumps(gain.to_json())


def test_neighbours_look_alike_and_leave_out_what_was_removed(tiny_project):
    review = open_review(tiny_project)
    image_id = tiny_project.manifest.pictures("cross")[0].image_id
    nearest = review.neighbours(image_id, 4)
    similarities = [similarity for _, similarity in nearest]
    assert len(nearest) == 4 and similarities == sorted(similarities, reverse=True)
    assert image_id not in dict(nearest) and all(-1 <= value <= 1.0001 for value in similarities)
    review.decide([Remove(nearest[0][0])])
    assert nearest[0][0] not in dict(review.neighbours(image_id, 4))
    assert review.neighbours("0" * 64) == [] and review.probs("0" * 64) == {}


def test_suggestions_become_decisions_and_a_keep_is_none_of_them(mislabelled):
    project, wrong = mislabelled
    review = open_review(project)
    found = review.suggestions(0.0)
    confidences = [one.suggestion.confidence for one in found]
    assert confidences == sorted(confidences, reverse=True) and {one.suggestion.action for one in found} <= {
        "relabel",
        "remove",
    }
    chosen = next(one for one in found if one.image_id == wrong[0])
    review.decide(
        [
            decision_of(
                replace(chosen, suggestion=replace(chosen.suggestion, action="relabel", label="circle"))
            )
        ]
    )
    assert review.picture(wrong[0]).label == "circle"
    assert all(one.suggestion.confidence > 0.9 for one in review.suggestions(0.9))


@pytest.fixture(scope="module")
def flawed_root(tiny_folder, tmp_path_factory):
    """A project with copies, a conflict, a leak, poor pictures and files that cannot be read; looked at once."""
    folder = tmp_path_factory.mktemp("flawed")
    source = folder / "source"
    for split in ("train", "valid"):
        for label in ("circle", "square"):
            files = sorted((tiny_folder / label).iterdir())
            for path in files[:16] if split == "train" else files[16:24]:
                (source / split / label).mkdir(parents=True, exist_ok=True)
                shutil.copy(path, source / split / label)
    rng = np.random.default_rng(9)
    big = {
        label: draw_shape(label, rng, 256).filter(ImageFilter.GaussianBlur(1))
        for label in ("circle", "square")
    }
    big["circle"].save(source / "train" / "circle" / "original.png")
    big["circle"].resize((180, 180)).save(source / "train" / "circle" / "smaller.png")
    big["square"].save(source / "train" / "square" / "leaking.png")
    big["square"].resize((200, 200)).save(source / "valid" / "square" / "leak.png")
    again = draw_shape("circle", rng, 256)
    again.save(source / "train" / "circle" / "both.png")
    again.resize((220, 220)).save(source / "train" / "square" / "both.png")
    shutil.copy(source / "train" / "circle" / "original.png", source / "train" / "square" / "same-bytes.png")
    Image.new("RGB", (48, 48), (3, 3, 4)).save(source / "train" / "circle" / "dark.png")
    (source / "train" / "circle" / "note.jpg").write_text("not a picture")
    with create_project(folder / "project") as project:
        take_in(project, source)
        open_review(project)
    return folder / "project"


@pytest.fixture
def flawed(flawed_root, tmp_path):
    """One of one's own."""
    shutil.copytree(flawed_root, tmp_path / "project")
    with open_project(tmp_path / "project") as project:
        yield project


def names_of(review, kind):
    return {review.picture(one.image_id).original_name for one in review.queue([kind])}


def test_copies_conflicts_leaks_and_poor_pictures_are_found(flawed):
    review = open_review(flawed)
    assert "train/circle/smaller.png" in names_of(review, "duplicate")
    assert names_of(review, "leak") == {"train/square/leaking.png"}
    conflicts = names_of(review, "conflict")
    assert {"train/circle/both.png", "train/square/both.png", "train/circle/original.png"} <= conflicts
    assert "train/circle/dark.png" in names_of(review, "quality")
    named = {review.picture(one.image_id).original_name: one for one in review.queue(["duplicate"])}
    copy = named["train/circle/smaller.png"]
    assert [review.picture(one).original_name for one in copy.related] == ["train/circle/original.png"]
    assert copy.suggestion.action == "remove"


def test_suggestions_of_one_kind_are_of_that_kind(flawed):
    review = open_review(flawed)
    found = {kind: {one.kind for one in review.suggestions(0.0, [kind])} for kind in KINDS}
    assert found["conflict"] == {"conflict"} and found["out of place"] == {"out of place"}
    assert all(kinds <= {kind} for kind, kinds in found.items())


def test_the_report_tells_what_the_queue_does_not(flawed):
    report = open_review(flawed).summary()
    assert report.leak.is_given and report.leak.n_copies == 1 and "1 of the" in report.leak.sentence
    assert ("train/circle/note.jpg", UNKNOWN) in report.unreadable
    assert ("train/square/same-bytes.png", "images/circle/original.png") in report.copies
    assert report.labels == {"circle": 28, "square": 27}
    record = report.to_json()
    assert record["sentences"] == report.sentences() and json.dumps(record)
    assert {one.name for one in report.shortcuts} >= {"background", "file size"}


def test_a_file_that_cannot_be_read_any_more_is_a_finding(flawed):
    picture = flawed.manifest.pictures("circle")[3]
    data = flawed.file(picture).read_bytes()
    flawed.file(picture).write_bytes(data[: len(data) // 2])
    for cached in ("clean", "embeddings", "looks"):  # else nobody reads it
        shutil.rmtree(flawed.cache_dir / cached)
    review = open_review(flawed)
    finding = review.queue()[0]
    assert (finding.kind, finding.image_id, finding.score) == ("unreadable", picture.image_id, 1.0)
    assert "changed on disk" in finding.reason and review.queue(["unreadable"], label="circle") == [finding]
    review.decide([Remove(picture.image_id)])
    assert "unreadable" not in {one.kind for one in review.queue()}


def test_pictures_marked_none_of_these_teach_nothing(tiny_project):
    circles = tiny_project.manifest.pictures("circle")
    strangers = [Mark(one.image_id, "none of these") for one in circles[:5]]
    open_review(tiny_project).decide(strangers)
    result = train_head(tiny_project)
    assert "5 picture(s) marked 'none of these' were left out." in result.notes
    assert not {one.image_id for one in circles[:5]} & set(result.image_ids)
    review = open_review(tiny_project)
    assert review.summary().labels["circle"] == len(circles) - 5
