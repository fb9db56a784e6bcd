"""Copies in a project: what training, cleaning and the command line make of one camera and of one layout."""

import json

import numpy as np
import pytest
from command_line import tellapart
from drawn_alike import animals, pages, screens
from PIL import Image
from tellapart.clean import open_review
from tellapart.clean.copies import copy_findings, refused_conflicts
from tellapart.duplicates import near_duplicates
from tellapart.duplicates.candidates import NearPairs
from tellapart.duplicates.near_duplicates import groups_of
from tellapart.duplicates.project_copies import copies_in
from tellapart.gather import take_in
from tellapart.planning.config import TrainConfig
from tellapart.store.manifest import Refusal
from tellapart.store.project import create_project, open_project
from tellapart.train import train_head
from tellapart.train.preparation import plan_members


def project_of(folder, images, labels=("even", "odd")):
    """A project in which pictures take turns with their labels."""
    for i, image in enumerate(images):
        label = folder / "source" / labels[i % len(labels)]
        label.mkdir(parents=True, exist_ok=True)
        image.save(label / f"{i:03d}.png")
    with create_project(folder / "project") as project:
        take_in(project, folder / "source")
    return folder / "project"


def copy_groups(project):
    """The group of copies of every picture, as the place of the first of them."""
    pictures = project.manifest.pictures()
    return groups_of(copies_in(project, pictures), len(pictures)).tolist()


@pytest.fixture(scope="module")
def trap(tmp_path_factory):
    """42 pictures of one camera, all rightly labelled."""
    rng = np.random.default_rng(5)
    return project_of(
        tmp_path_factory.mktemp("trap"), [*animals(rng, 24, (320, 240)), *animals(rng, 18, (320, 240))]
    )


@pytest.mark.slow
def test_suggestions_about_a_camera_trap_change_no_right_label(trap):
    record = json.loads(tellapart("clean", trap, "--apply-suggestions", "0.95", "--preview", "--json"))
    assert record["actions"].get("relabel", 0) == 0
    report = json.loads(tellapart("clean", trap, "--json"))
    assert not {"conflict", "duplicate", "leak"} & {one["kind"] for one in report["findings"]}


@pytest.mark.parametrize("draw", [pages, pytest.param(screens, marks=pytest.mark.slow)])
def test_pages_and_screens_of_one_layout_are_trained_on(draw, tmp_path):
    root = project_of(tmp_path, draw(np.random.default_rng(1), 16))
    with open_project(root) as project:
        result = train_head(project)
        assert result.n_train + result.n_valid == 16 and not result.notes
        assert len(set(copy_groups(project))) == 16


def test_a_label_whose_pictures_are_all_copies_is_trained_on_with_a_note(tmp_path):
    rng = np.random.default_rng(2)
    one, others = animals(rng, 1)[0], [animals(rng, 1)[0] for _ in range(8)]
    images = [
        image for i, other in enumerate(others) for image in (one.resize((390 - 2 * i, 290 - i)), other)
    ]
    root = project_of(tmp_path, images, ("same", "several"))
    with open_project(root) as project:
        result = train_head(project)
        assert len(result.notes) == 1 and "The 8 pictures of 'same' form only 1 group(s)" in result.notes[0]


def test_training_and_cleaning_agree_on_groups_and_splits_and_open_no_file_twice(trap, monkeypatch):
    with open_project(trap) as project:
        members = plan_members(project, TrainConfig())
        monkeypatch.setattr(near_duplicates, "read_image", None)  # whoever opens a file now fails
        again = plan_members(project, TrainConfig())
        assert again.groups == members.groups and (again.splits == members.splits).all()
        review = open_review(project)
        splits = [review.split(one.image_id) for one in members.pictures]
        assert splits == members.splits.tolist()


def test_a_new_picture_is_compared_and_the_others_are_not_opened_for_one_another(tmp_path, monkeypatch):
    images = screens(np.random.default_rng(4), 9)
    root = project_of(tmp_path, images[:8])
    read, opened = near_duplicates.read_image, []
    with open_project(root) as project:
        copies_in(project, project.manifest.pictures())
        images[3].resize((480, 300)).save(tmp_path / "copy.png")
        take_in(project, tmp_path / "copy.png", label="odd")
        monkeypatch.setattr(
            near_duplicates, "_some_are_same", counted(near_duplicates._some_are_same, opened)
        )
        pairs = copies_in(project, project.manifest.pictures())
        twin = [one.original_name for one in project.manifest.pictures()][pairs.first[0]]
        assert len(pairs.first) == 1 and pairs.second.tolist() == [8] and twin.endswith("003.png")
        assert opened and all(8 in pair for pair in opened)
    assert read is near_duplicates.read_image


def counted(look, opened):
    def looked(pairs, seen):
        opened.extend(zip(pairs.first.tolist(), pairs.second.tolist(), strict=True))
        return look(pairs, seen)

    return looked


@pytest.mark.parametrize("damage", [b"", b"PK\x03\x04 not a zip", None])
def test_what_was_remembered_may_be_lost_or_damaged(tmp_path, damage):
    root = project_of(tmp_path, screens(np.random.default_rng(6), 6))
    with open_project(root) as project:
        groups = copy_groups(project)
        (path,) = (project.cache_dir / "clean").glob("copies-*.npz")
        path.unlink() if damage is None else path.write_bytes(damage)
        assert copy_groups(project) == groups
        assert path.stat().st_size > 100


CLASSES = ("a", "b", "c")


@pytest.mark.parametrize(
    ("probs", "actions"),
    [
        ([[0.1, 0.8, 0.1], [0.2, 0.7, 0.1]], {"relabel", "keep"}),  # both look like b
        ([[0.8, 0.1, 0.1], [0.1, 0.8, 0.1]], {None}),  # each like its own label
        ([[0.02, 0.08, 0.9], [0.02, 0.08, 0.9]], {None}),  # like neither
        ([[0.3, 0.31, 0.39], [0.1, 0.8, 0.1]], {None}),
    ],
)
def test_a_label_is_suggested_across_labels_only_where_the_classifier_agrees(trap, probs, actions):
    with open_project(trap) as project:
        pictures = project.manifest.pictures()[:2]
    pairs = NearPairs(np.array([0]), np.array([1]), np.zeros(1, np.float32), np.zeros(1, bool))
    found = list(copy_findings(pictures, pairs, np.array([0, 1]), CLASSES, np.array(probs)))
    assert [one.kind for one in found] == ["conflict", "conflict"]
    assert {one.suggestion and one.suggestion.action for one in found} == actions
    assert all(one.suggestion.label == "b" for one in found if one.suggestion and one.suggestion.label)


@pytest.mark.parametrize(("probs", "action"), [([0.1, 0.8, 0.1], "relabel"), ([0.04, 0.06, 0.9], None)])
def test_the_same_file_under_two_labels_too(probs, action):
    refusal = Refusal("2026-01-01T00:00:00+00:00", "b/1.png", "b", "already here", "ab" * 32)
    (found,) = refused_conflicts([refusal], {"ab" * 32: 0}, np.array([0]), CLASSES, np.array([probs]))
    assert (found.suggestion and found.suggestion.action) == action


def test_a_flat_picture_is_no_copy_of_another(tmp_path):
    images = [Image.new("RGB", (300, 200), (grey, grey, grey)) for grey in (60, 130, 200, 250)]
    with open_project(project_of(tmp_path, images)) as project:
        assert len(copies_in(project, project.manifest.pictures()).first) == 0
