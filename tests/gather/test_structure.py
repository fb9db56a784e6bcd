"""How folders are read: parts of a set at any level and in any spelling, wrappings, sets that hold themselves, labels."""

import itertools

import pytest
from hypothesis import given
from hypothesis import strategies as st
from tellapart.gather.layout.folder_names import part_of, part_within, says_nothing
from tellapart.gather.layout.structure import structure_of

SPELLINGS = {
    "train": [
        "train", "Train", "TRAIN", "training", "Training", "training_set", "trainset", "TrainSet", "train-images",
        "seg_train", "Train Data", "train_2", "01_train", "trainval", "imgs_train",
    ],
    "valid": ["val", "valid", "Validation", "validation_set", "valset", "dev", "dev-set", "VAL", "val2017", "holdout"],
    "test": ["test", "Test", "testing", "test_set", "testset", "seg_test", "Test Images", "tst", "test1"],
}  # fmt: skip


def read(*paths, known=(), place=""):
    """(label, part) of each picture, or None where it is set aside or has no label; by path."""
    parts = [tuple(path.split("/")) for path in paths]
    structure = structure_of(parts, known, place)
    roles = {"/".join(one): structure.role_of(one[:-1]) for one in parts}
    return {
        path: None if role.aside or role.label is None else (role.label, role.part)
        for path, role in roles.items()
    }


def labels(*paths, **more):
    return {found[0] for found in read(*paths, **more).values() if found}


@pytest.mark.parametrize(
    ("part", "name"), [(part, name) for part, names in SPELLINGS.items() for name in names]
)
def test_parts_of_a_set_are_known_in_many_spellings(part, name):
    assert part_of(name) == part and says_nothing(name)


@pytest.mark.parametrize(
    "name",
    [
        "cat",
        "trainer",
        "tested",
        "valley",
        "Devon rex",
        "evaluator",
        "trains",
        "steam train",
        "validus",
        "bear",
        ".net",
    ],
)
def test_other_names_are_no_parts(name):
    assert part_of(name) is None and not says_nothing(name)


@pytest.mark.parametrize(
    ("train", "held", "part"),
    [
        (train, held, part)
        for train, (part, held) in itertools.product(
            SPELLINGS["train"][::3],
            [(part, name) for part in ("valid", "test") for name in SPELLINGS[part][::3]],
        )
    ],
)
@pytest.mark.parametrize(
    "shape", ["{}/{}/{}.jpg", "{0}/{0}/{1}/{2}.jpg", "set/{0}/images/{1}/{2}.jpg", "a/b/{0}/{1}/more/{2}.jpg"]
)
def test_labels_below_parts_at_any_level(train, held, part, shape):
    paths = [
        shape.format(of, label, n)
        for n, (of, label) in enumerate(itertools.product((train, held), ("cat", "dog")))
    ]
    assert list(read(*paths).values()) == [("cat", "train"), ("dog", "train"), ("cat", part), ("dog", part)]


@pytest.mark.parametrize(("train", "test"), list(zip(SPELLINGS["train"][:9], SPELLINGS["test"], strict=True)))
def test_labels_above_parts(train, test):
    found = read(f"cat/{train}/1.jpg", f"cat/{test}/2.jpg", f"dog/{train}/1.jpg", f"dog/{test}/2.jpg")
    assert list(found.values()) == [("cat", "train"), ("cat", "test"), ("dog", "train"), ("dog", "test")]


def test_labels_and_parts_in_one_name():
    found = read("cats_train/1.jpg", "cats_test/2.jpg", "Dogs-train/3.jpg", "Dogs-test/4.jpg")
    assert list(found.values()) == [("cats", "train"), ("cats", "test"), ("Dogs", "train"), ("Dogs", "test")]
    assert part_within("great dane (test)") == ("test", "great dane")


@pytest.mark.parametrize(
    "names", [("birds_train", "birds_test"), ("train-birds2", "valid-birds2"), ("xTrain", "xVal")]
)
def test_the_name_of_the_set_beside_the_part(names):
    paths = [f"{name}/{label}/{i}.jpg" for i, name in enumerate(names) for label in ("robin", "wren")]
    assert labels(*paths) == {"robin", "wren"}


@pytest.mark.parametrize("again", ["chest", "copy", "dataset", "chest_xray"])
@pytest.mark.parametrize("depth", [0, 1])
def test_a_set_that_holds_itself_again_is_read_once(again, depth):
    own = [
        f"{part}/{label}/{part}{i}.jpg"
        for part in ("train", "test")
        for label in ("ill", "well")
        for i in range(3)
    ]
    wrap = "chest/" * depth
    paths = [wrap + path for path in own] + [f"{wrap}{again}/{path}" for path in own]
    parts = [tuple(path.split("/")) for path in paths]
    structure = structure_of(parts)
    assert structure.labels() == {"ill", "well"}
    assert [structure.role_of(one[:-1]).is_repeat for one in parts] == [False] * 12 + [True] * 12
    assert any(f"contains itself again in {wrap}{again}" in sentence for sentence in structure.understood)


def test_labels_that_hold_folders_called_as_other_labels_stay_labels():
    found = read("cat/1.jpg", "dog/2.jpg", "wild/cat/7.jpg", "wild/dog/8.jpg")
    assert [one[0] for one in found.values()] == ["cat", "dog", "wild", "wild"]


@pytest.mark.parametrize(
    "odd",
    ["test/9.jpg", "seg_pred/seg_pred/9.jpg", "test/unknown/9.jpg", "val/images/9.jpg", "unlabeled/9.jpg", "test/test/9.jpg",
     "predictions/cat/9.jpg", "test/zebra/9.jpg", "Testing/all/9.jpg", "docs/9.png", "submission/9.jpg"],
)  # fmt: skip
def test_pictures_without_labels_are_set_aside_and_the_others_are_read(odd):
    found = read("train/cat/1.jpg", "train/dog/2.jpg", "test/cat/3.jpg", odd)
    assert found[odd] is None
    assert list(found.values())[:3] == [("cat", "train"), ("dog", "train"), ("cat", "test")]


def test_a_flat_test_folder_beside_labels_is_set_aside_and_one_with_labels_is_the_test():
    assert read("cat/1.jpg", "dog/2.jpg", "test/3.jpg")["test/3.jpg"] is None
    found = read("cat/1.jpg", "dog/2.jpg", "test/cat/3.jpg", "test/dog/4.jpg")
    assert list(found.values()) == [("cat", None), ("dog", None), ("cat", "test"), ("dog", "test")]


def test_a_train_may_be_what_the_pictures_show():
    assert labels("train/1.jpg", "bus/2.jpg", "car/3.jpg") == {"train", "bus", "car"}
    assert labels("vehicles/train/1.jpg", "vehicles/bus/2.jpg", "vehicles/car/3.jpg") == {
        "train",
        "bus",
        "car",
    }


def test_another_spelling_in_the_test_is_the_same_label():
    found = read("Train/Cats/1.jpg", "Train/Dogs/2.jpg", "Test/cats/3.jpg", "Test/DOGS/4.jpg")
    assert list(found.values())[2:] == [("Cats", "test"), ("Dogs", "test")]


@pytest.mark.parametrize(
    "paths",
    [
        ("train/1.jpg", "test/2.jpg"), ("images/1.jpg",), ("my photos/1.jpg", "my photos/2.jpg"), ("a/b/data/1.jpg",),
        ("train/images/1.jpg", "valid/images/2.jpg"), ("part_1/1.jpg", "part_2/2.jpg"), ("DCIM/100CAMERA/1.jpg",),
        ("HAM_images_part_1/1.jpg", "HAM_images_part_2/2.jpg"), ("1.jpg",), ("Training/1.jpg", "Validation/2.jpg", "Test/3.jpg"),
        ("set/seg_train/seg_train/1.jpg",), ("JPEGImages/1.jpg",), ("batch 1/1.jpg", "batch 2/3.jpg"),
    ],
)  # fmt: skip
def test_wrappings_and_parts_alone_are_no_labels(paths):
    assert labels(*paths) == set()


def test_a_folder_with_the_name_of_its_zip_is_no_label_in_a_new_project_and_one_in_an_old():
    assert labels("flowers/1.jpg", "flowers/2.jpg", place="flowers") == set()
    assert labels("flowers/1.jpg", place="flowers", known=["trees"]) == {"flowers"}
    assert labels("images/1.jpg", known=["images", "drawings"]) == {"images"}


def test_parts_that_only_divide_are_read_together():
    paths = [
        f"{part}/{label}/1.jpg" for part in ("Original Dataset", "Augmented") for label in ("cat", "dog")
    ]
    assert labels(*paths) == {"cat", "dog"}
    assert labels("fold1/cat/1.jpg", "fold1/dog/1.jpg", "fold2/cat/2.jpg", "fold2/dog/3.jpg") == {
        "cat",
        "dog",
    }


def test_numbers_letters_and_dotted_names_may_be_labels():
    assert labels("0/1.jpg", "1/2.jpg", "9/3.jpg") == {"0", "1", "9"}
    assert labels("A/1.jpg", "B/2.jpg") == {"A", "B"}
    assert labels(".net/1.jpg", "java/2.jpg", "node.js/3.jpg") == {".net", "java", "node.js"}


def test_folders_below_a_label_that_say_nothing_are_told():
    structure = structure_of([("cat", "indoor", "1.jpg"), ("cat", "outdoor", "2.jpg"), ("dog", "3.jpg")])
    assert structure.labels() == {"cat", "dog"} and "indoor and outdoor" in " ".join(structure.understood)


NAMES = ["cat", "dog", "train", "test", "val", "images", "seg_pred", "unknown", "masks", "chest", "1", ".net"]


@given(
    st.lists(st.lists(st.sampled_from(NAMES), max_size=5), min_size=1, max_size=12),
    st.sampled_from(["", "chest", "set"]),
)
def test_whatever_the_folders_no_label_is_lost_or_made_up(folders, place):
    parts = [(*folder, f"{i}.jpg") for i, folder in enumerate(folders)]
    structure = structure_of(parts, (), place)
    for one in parts:
        role = structure.role_of(one[:-1])
        assert role.label is None or role.label in one[:-1], "a label is the name of a folder around it"
        assert role.part in (None, "train", "valid", "test", "unlabelled")


def test_a_held_out_part_alone_is_divided_anew_or_is_the_test_of_a_project_that_has_its_labels():
    assert read("test/cat/1.jpg", "test/dog/2.jpg") == {
        "test/cat/1.jpg": ("cat", None),
        "test/dog/2.jpg": ("dog", None),
    }
    found = read("test/cat/1.jpg", "test/unknown/2.jpg", known=["cat", "dog"])
    assert list(found.values()) == [("cat", "test"), None]
    assert labels("test/unknown/2.jpg", known=["cat", "dog"]) == set()
