import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from tellapart.errors import SplitError
from tellapart.learning.splits import join_by_subject, plan_split

LABELS = st.lists(st.sampled_from("abc"), min_size=12, max_size=80).filter(
    lambda labels: all(labels.count(x) >= 3 for x in set(labels))
)


def _plan(labels, groups, given=None, kind="hash", seed=0, valid=0.2):
    return plan_split(labels, groups, given or [None] * len(labels), kind, seed, valid).splits


@settings(max_examples=60, deadline=None)
@given(labels=LABELS, kind=st.sampled_from(["hash", "random"]), data=st.data())
def test_splits_are_complete_keep_groups_whole_and_ignore_file_order(labels, kind, data):
    groups = [f"group {i // 2}-{label}" for i, label in enumerate(labels)]
    if any(len({g for g, of in zip(groups, labels, strict=True) if of == label}) < 2 for label in labels):
        return
    splits = _plan(labels, groups, kind=kind)
    assert set(splits) == {"train", "valid"}
    by_group = {}
    for group, split in zip(groups, splits, strict=True):
        assert by_group.setdefault(group, split) == split
    for label in set(labels):
        assert {split for split, of in zip(splits, labels, strict=True) if of == label} == {"train", "valid"}
    order = data.draw(st.permutations(range(len(labels))))
    shuffled = _plan([labels[i] for i in order], [groups[i] for i in order], kind=kind)
    assert [shuffled[order.index(i)] for i in range(len(labels))] == splits.tolist()


@settings(max_examples=40, deadline=None)
@given(n_before=st.integers(40, 200), n_new=st.integers(1, 60))
def test_adding_pictures_moves_no_other(n_before, n_new):
    groups = [f"picture {i}" for i in range(n_before + n_new)]
    labels = [str(i % 2) for i in range(n_before + n_new)]
    before = _plan(labels[:n_before], groups[:n_before])
    after = _plan(labels, groups)
    assert (after[:n_before] == before).all()


def test_the_hash_split_holds_out_about_the_fraction_asked_for():
    splits = _plan(["a", "b"] * 5000, [str(i) for i in range(10_000)], valid=0.2)
    assert (splits == "valid").mean() == pytest.approx(0.2, abs=0.015)


def test_the_random_split_follows_its_seed_and_is_even_per_class():
    labels, groups = ["a"] * 50 + ["b"] * 10, [str(i) for i in range(60)]
    first, again, other = (_plan(labels, groups, kind="random", seed=seed) for seed in (1, 1, 2))
    assert (first == again).all() and (first != other).any()
    assert (first[:50] == "valid").sum() == 10 and (first[50:] == "valid").sum() == 2


def test_given_validation_is_respected_and_new_pictures_teach():
    given = ["train", "valid", "train", "valid", None, "test"]
    assert _plan(["a", "a", "b", "b", "a", "b"], list("123456"), given).tolist() == [
        "train",
        "valid",
        "train",
        "valid",
        "train",
        "test",
    ]


def test_a_copy_that_straddles_given_splits_is_held_out_and_said():
    plan = plan_split(
        ["a"] * 3 + ["b"] * 2,
        ["x", "x", "y", "z", "w"],
        ["train", "valid", "train", "train", "valid"],
        "hash",
        0,
        0.2,
    )
    assert plan.splits.tolist() == ["valid", "valid", "train", "train", "valid"]
    assert "1 picture(s) were near-duplicates" in plan.notes[0]


def test_test_folders_without_validation_leave_train_to_be_split():
    given = ["train"] * 40 + ["test"] * 10
    splits = _plan(["a", "b"] * 25, [str(i) for i in range(50)], given)
    assert (splits[40:] == "test").all() and set(splits[:40]) == {"train", "valid"}


def test_one_picture_is_too_few_to_split():
    with pytest.raises(SplitError, match="Label 'b' has 1 picture.*at least 2"):
        _plan(["a", "a", "b"], ["1", "2", "3"])


@pytest.mark.parametrize("kind", ["hash", "random"])
@pytest.mark.parametrize("n", [2, 3, 14, 40])
def test_a_class_that_is_one_group_is_split_picture_by_picture_and_that_is_said(n, kind):
    labels, groups = ["a"] * 4 + ["b"] * n, ["1", "2", "2", "3", *["4"] * n]
    plan = plan_split(labels, groups, [None] * (4 + n), kind, 0, 0.2)
    splits = plan.splits.tolist()
    assert set(splits[4:]) == set(splits[:4]) == {"train", "valid"} and splits[1] == splits[2]
    assert len(set(plan.groups[4:])) == n and plan.groups[:4] == ("1", "2", "2", "3")
    assert len(plan.notes) == 1 and f"The {n} pictures of 'b' form only 1 group(s)" in plan.notes[0]
    assert "better than it is" in plan.notes[0] and "Add different pictures" in plan.notes[0]


def test_one_group_under_two_labels_comes_apart_only_where_it_must():
    labels, groups = ["a"] * 6 + ["b"] * 4, ["x", "x", "1", "2", "3", "4", *["x"] * 4]
    plan = plan_split(labels, groups, [None] * 10, "hash", 0, 0.2)
    splits = plan.splits.tolist()
    assert splits[0] == splits[1] and set(splits[6:]) == {"train", "valid"} == set(splits[:6])
    assert [note.count("'b'") for note in plan.notes] == [1]


@pytest.mark.parametrize("parts", [("train", "valid"), ("train", "test"), ("train", "valid", "test")])
def test_copies_across_given_parts_never_leave_a_class_without_one(parts):
    labels, given = ["a"] * 12 + ["b"] * 12, [parts[i % len(parts)] for i in range(24)]
    groups = [str(i) for i in range(12)] + ["same"] * 12
    plan = plan_split(labels, groups, given, "hash", 0, 0.2)
    splits = plan.splits.tolist()
    assert {"train", "valid"} <= set(splits[12:]) and plan.notes
    assert all(split == was for split, was in zip(splits, given, strict=True) if was == "test")


@settings(max_examples=60, deadline=None)
@given(
    rows=st.lists(
        st.tuples(st.sampled_from("ab"), st.integers(0, 5), st.sampled_from([None, "train", "test"])),
        min_size=4, max_size=40,
    ),
    kind=st.sampled_from(["hash", "random"]),
)  # fmt: skip
def test_no_grouping_whatever_stands_in_the_way_of_a_split(rows, kind):
    labels, groups, parts = [row[0] for row in rows], [str(row[1]) for row in rows], [row[2] for row in rows]
    n_open = {label: sum(of == label and part != "test" for of, _, part in rows) for label in set(labels)}
    if min(n_open.values()) < 2:
        return
    splits = _plan(labels, groups, parts, kind)
    for label in set(labels):
        assert {"train", "valid"} <= {split for split, of in zip(splits, labels, strict=True) if of == label}


def test_a_class_missing_from_given_validation_is_said():
    with pytest.raises(SplitError, match="Label 'b' has no picture to hold out"):
        _plan(["a", "a", "b", "b"], list("1234"), ["train", "valid", "train", "train"])


def test_a_fraction_out_of_range_is_the_callers_mistake():
    with pytest.raises(ValueError, match=r"valid=1.2"):
        _plan(["a", "b"], ["1", "2"], valid=1.2)
    assert isinstance(_plan(["a"] * 4 + ["b"] * 4, list("12345678")), np.ndarray)


def test_pictures_of_one_subject_stay_together_and_join_the_groups_of_their_copies():
    groups = ["a", "b", "c", "b", "d", "e", "f"]
    subjects = [None, "bear 1", "bear 2", "bear 3", "bear 3", None, "bear 2"]
    assert join_by_subject(groups, subjects) == ("a", "b", "c", "b", "b", "e", "c")
    assert join_by_subject(groups, [None] * 7) == tuple(groups)
    chain = join_by_subject(["a", "b", "c", "a"], ["x", "y", "y", "y"])
    assert chain == ("a", "a", "a", "a")
