"""The plan of a project: Train and Clean call the same pictures copies, and put each into the same part."""

import shutil

import numpy as np
import pytest
from drawn_alike import animals
from tellapart.clean import open_review
from tellapart.clean.evidence import gather_evidence
from tellapart.errors import SplitError
from tellapart.gather import take_in
from tellapart.planning.config import TrainConfig
from tellapart.planning.plan import plan_again, plan_pictures, plan_project
from tellapart.store.journal import Mark, Remove
from tellapart.store.manifest import Origin
from tellapart.store.project import create_project, open_project
from tellapart.train.preparation import plan_members

CONFIG = TrainConfig()


def photographs(seed, n):
    rng = np.random.default_rng(seed)
    return [animals(rng, 1)[0] for _ in range(n)]


def saved(folder, images):
    for i, image in enumerate(images):
        folder.mkdir(parents=True, exist_ok=True)
        image.save(folder / f"{i:03d}.png")
    return folder


@pytest.fixture(scope="module")
def root(tmp_path_factory):
    """Two labels, with copies, with two subjects of three pictures, and with parts that folders gave."""
    folder = tmp_path_factory.mktemp("planned")
    made = {label: photographs(seed, 9) for seed, label in enumerate(("deer", "fox"))}
    for label, images in made.items():
        copies = [image.resize((360, 270)) for image in images[:2]]
        saved(folder / "set" / "train" / label, [*images[:5], *copies])
        saved(folder / "set" / "valid" / label, images[5:7])
    with create_project(folder / "project") as project:
        take_in(project, folder / "set")
        for label, seed in (("deer", 10), ("fox", 11)):
            one = saved(folder / f"one {label}", photographs(seed, 3))
            take_in(project, one, label=label, origin=Origin(source="folder", subject=f"one {label}"))
    return folder / "project"


@pytest.fixture
def project(root, tmp_path):
    """One of one's own."""
    shutil.copytree(root, tmp_path / "project")
    with open_project(tmp_path / "project") as project:
        yield project


def parts_of(plan):
    return {
        one.image_id: (group, str(split))
        for one, group, split in zip(plan.pictures, plan.groups, plan.splits, strict=True)
    }


def seen_by_clean(project):
    """image_id -> group and part of the plan that Clean works with."""
    evidence = gather_evidence(project, CONFIG)
    plan = plan_pictures(evidence.pictures, evidence.pairs, CONFIG)
    assert dict(zip(evidence.image_ids, plan.splits, strict=True)) == evidence.splits(CONFIG)
    for group in set(plan.groups):
        rows = [row for row, of in enumerate(plan.groups) if of == group]
        assert (
            len(set(evidence.learner.folds[rows].tolist())) == 1
        )  # nobody vouches for its own copy or subject
    return parts_of(plan)


def test_the_stages_agree_on_copies_subjects_and_given_parts(project):
    trained = parts_of(plan_members(project, CONFIG))
    assert seen_by_clean(project) == trained
    sizes = np.unique([group for group, _ in trained.values()], return_counts=True)[1]
    assert sorted(sizes.tolist())[-6:] == [2, 2, 2, 2, 3, 3]
    review = open_review(project)
    assert {one: review.split(one) for one in trained} == {one: part for one, (_, part) in trained.items()}


def test_they_agree_about_what_is_left_after_decisions_and_a_damaged_file(project):
    before = parts_of(plan_members(project, CONFIG))
    copied = [
        one for one in project.manifest.pictures() if [g for g, _ in before.values()].count(one.image_id) == 2
    ]
    strange = next(one for one in project.manifest.pictures() if one.subject)
    damaged = next(one for one in project.manifest.pictures() if one.subject and one.label != strange.label)
    project.journal.decide(Remove(copied[0].image_id), Mark(strange.image_id, "none of these"))
    project.file(damaged).write_bytes(b"no picture")
    plan = plan_again(plan_project(project, CONFIG), project, CONFIG, {damaged.image_id}).members()
    trained, cleaned = parts_of(plan), seen_by_clean(project)
    assert set(cleaned) - set(trained) == {copied[0].image_id, strange.image_id}
    assert {one: cleaned[one] for one in trained} == trained
    assert {split for _, split in trained.values()} == {"train", "valid"}


def test_a_removed_picture_still_joins_those_that_it_is_a_copy_of(project):
    pictures = project.manifest.pictures()
    subject = [one.image_id for one in pictures if one.subject == "one fox"]
    before = parts_of(plan_members(project, CONFIG))
    project.journal.decide(Remove(subject[1]))
    after = parts_of(plan_members(project, CONFIG))
    assert after == {one: part for one, part in before.items() if one != subject[1]}


def test_a_label_that_is_one_subject_can_still_be_judged(tmp_path):
    with create_project(tmp_path / "project") as project:
        for seed, name in enumerate(("Mimi", "Tom")):
            folder = saved(tmp_path / name, photographs(seed, 6))
            take_in(project, folder, label=name, origin=Origin(source="folder", subject=name))
        plan = plan_members(project, CONFIG)
        assert len(plan.notes) == 2 and len(set(plan.groups)) == 12
        assert len(set(gather_evidence(project, CONFIG).learner.folds.tolist())) > 1


def test_where_no_split_is_possible_training_refuses_and_cleaning_goes_on(tmp_path):
    with create_project(tmp_path / "project") as project:
        take_in(project, saved(tmp_path / "several", photographs(3, 4)), label="several")
        take_in(project, saved(tmp_path / "single", photographs(4, 1)), label="single")
        with pytest.raises(SplitError, match="'single' has 1 picture"):
            plan_members(project, CONFIG)
        review = open_review(project)
        assert {review.split(one.image_id) for one in project.manifest.pictures()} == {"train"}


def test_a_project_without_pictures_has_an_empty_plan(tmp_path):
    with create_project(tmp_path / "project"):
        pass
    with open_project(tmp_path / "project") as project:
        plan = plan_project(project, CONFIG)
        assert plan.pictures == plan.groups == () and len(plan.members().splits) == 0
