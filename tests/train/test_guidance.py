"""After cleaning by the model's doubts, the held-out error says so; and mistakes stand in the order that is told."""

from itertools import pairwise

import numpy as np
import pytest
from tellapart.clean import open_review
from tellapart.gather.wanted_labels import rename_label
from tellapart.learning.evaluation import evaluate
from tellapart.store.journal import Mark, Relabel, Remove
from tellapart.train import train_head
from tellapart.train.guidance import guidance_note


@pytest.fixture
def doubted(tiny_project):
    """The review of a project in which some circles of either part are called squares, and their ids."""
    before = open_review(tiny_project)
    circles = [picture.image_id for picture in tiny_project.manifest.pictures("circle")]
    chosen = [
        *[one for one in circles if before.split(one) == "valid"][:2],
        *[one for one in circles if before.split(one) == "train"][:2],
    ]
    tiny_project.journal.decide(*(Relabel(one, "square") for one in chosen))
    with tiny_project.manifest.transaction() as db:
        db.execute("DELETE FROM journal")  # as if they had come so
    review = open_review(tiny_project)
    doubted = {finding.image_id for finding in review.queue(["wrong label"])}
    wrong = [one for one in chosen if one in doubted]
    assert {before.split(one) for one in wrong} == {"valid", "train"}
    return review, wrong


def note_of(project):
    notes = train_head(project).notes
    return next((note for note in notes if "disagreed" in note), None)


def test_labels_corrected_by_the_models_doubts_are_told_beside_the_error(tiny_project, doubted):
    review, wrong = doubted
    assert note_of(tiny_project) is None
    review.decide([Relabel(one, "circle") for one in wrong])
    splits = [review.split(one) for one in wrong]
    n = splits.count("valid")
    note = note_of(tiny_project)
    assert 0 < n < len(wrong) and note is not None
    assert note.startswith(f"{n} of the ") and "were relabelled after the model disagreed" in note
    assert "probably somewhat higher" in note
    tiny_project.journal.undo()
    assert note_of(tiny_project) is None, "what was undone does not count"


@pytest.mark.parametrize("kind", [Remove, lambda one: Mark(one, "none of these")])
def test_pictures_set_aside_by_the_models_doubts_are_told(tiny_project, doubted, kind):
    review, wrong = doubted
    review.decide([kind(one) for one in wrong])
    note = guidance_note(
        tiny_project.journal, {picture.image_id for picture in tiny_project.manifest.pictures()} - {*wrong}
    )
    assert note is not None and note.startswith(
        f"{len(wrong)} picture(s) were set aside after the model disagreed"
    )


def test_what_the_model_had_no_part_in_is_not_told(tiny_project, doubted):
    review, _ = doubted
    flagged = {
        finding.image_id for finding in review.queue(include_decided=True) if finding.has_kind("wrong label")
    }
    calm = [one.image_id for one in tiny_project.manifest.pictures() if one.image_id not in flagged]
    review.decide([Relabel(calm[0], "triangle"), Remove(calm[1]), Mark(calm[2], "keep")])
    rename_label(tiny_project, "triangle", "wedge")
    every = {picture.image_id for picture in tiny_project.manifest.pictures()}
    assert guidance_note(tiny_project.journal, every) is None


def test_decisions_of_an_older_version_count_as_guided_but_for_labels_as_a_whole(tiny_project):
    picture = tiny_project.manifest.pictures("circle")[0]
    tiny_project.journal.decide(Relabel(picture.image_id, "square"))
    rename_label(tiny_project, "triangle", "wedge")
    with tiny_project.manifest.transaction() as db:  # it noted nothing of the kind
        db.execute("UPDATE journal SET after = json_remove(after, '$.is_guided')")
    every = {one.image_id for one in tiny_project.manifest.pictures()}
    note = guidance_note(tiny_project.journal, every)
    assert note is not None and note.startswith(f"1 of the {len(every)} held-out pictures")


@pytest.mark.parametrize("seed", range(5))
@pytest.mark.parametrize("n_classes", [2, 3, 40])
def test_the_surest_mistakes_come_first(seed, n_classes):
    rng = np.random.default_rng(seed)
    probs = rng.dirichlet(np.full(n_classes, 0.3), 60)
    probs[:10] = probs[10:20]  # equally sure
    targets = rng.integers(0, n_classes, 60)
    names = [str(number) for number in range(60)]
    found = evaluate(probs, targets, np.zeros(60, bool), names[:n_classes], names, names, names).mistakes
    sure = [mistake.confidence for mistake in found]
    assert sure == sorted(sure, reverse=True) and len(found) == (probs.argmax(axis=1) != targets).sum()
    own = [probs[int(one.image_id), int(one.label)] for one in found]
    for (one, left), (other, right) in pairwise(zip(sure, own, strict=True)):
        assert one > other or left <= right
