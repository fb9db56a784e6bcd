"""Items, labels, splits and transforms as plain values: no torch, no picture opened."""

import importlib.util
import math
import re
from pathlib import Path

import numpy as np
import pytest
from make_data import make_tiny_folder
from tellapart.description import (
    DataDescription,
    RandomResizedCrop,
    Resize,
    aug_transforms,
    column,
    column_split,
    folder_split,
    image_files,
    name_label,
    parent_label,
    random_split,
    table_rows,
)
from tellapart.description.assembly import assembled
from tellapart.description.labels import label_of
from tellapart.errors import DescriptionError


class NotAvailable:
    """An empty cell as pandas has it in columns of text: neither like another nor unlike it."""

    def __ne__(self, other):
        return self

    def __bool__(self):
        raise TypeError("boolean value of NA is ambiguous")

    def __repr__(self):
        return "<NA>"


@pytest.fixture
def shapes(tmp_path):
    """circle, square and cross, ten pictures each."""
    make_tiny_folder(tmp_path / "shapes", n_per_class=10, size_px=16)
    return tmp_path / "shapes"


def names(assembly, valid):
    return {assembly.items[row].name for row in assembly.rows(valid)}


@pytest.mark.parametrize(
    ("part", "value", "says"),
    [
        ("item", 224, r"item=224 cannot be used.*item=Resize\(224\)"),
        ("item", Resize, r"item=<class .*Resize'> cannot be used.*\[yours, Resize\(224\)\]"),
        ("item", [], r"item=\[\] cannot be used"),
        ("item", [str.upper], r"takes Resize\(...\) or RandomResizedCrop"),
        ("item", str.upper, r"\[yours, Resize\(224\)\]. Only so the size of the square is known"),
        ("items", None, r"items=None cannot be used. It takes image_files"),
        ("labels", "parent", r"labels='parent' cannot be used. It takes parent_label"),
        ("split", 0.2, r"split=0.2 cannot be used. It takes random_split\(0.2\)"),
        ("batch", None, r"batch=None cannot be used. It takes aug_transforms"),
        ("batch", [aug_transforms(), "flip"], r"cannot be used. It takes aug_transforms"),
        ("batch", aug_transforms, r"cannot be used. It takes aug_transforms\(...\)"),
        ("items", [Path("a.jpg")] * 500, r"^.{,210} cannot be used. It takes image_files"),
    ],
)  # fmt: skip
def test_what_a_part_cannot_be_is_told_at_once(part, value, says):
    with pytest.raises(TypeError, match=says):
        DataDescription().new(**{part: value})


def test_a_list_for_one_step_is_that_step():
    assert DataDescription(item=[Resize(32)]) == DataDescription(item=Resize(32))
    own = DataDescription(item=[str.upper, RandomResizedCrop(32)])
    assert own.item.size == 32 and own.new(items=image_files).item == own.item


@pytest.mark.parametrize(
    ("value", "says"),
    [
        (
            ["cat", "black"],
            r"is \['cat', 'black'\] \(list\), but a picture has one label here.*give one of them",
        ),
        ({"cat": 1}, r"is \{'cat': 1\} \(dict\), but"),
        (np.array([1, 0, 1]), r"is array\(\[1, 0, 1\]\) \(ndarray\), but"),
    ],
)
def test_several_labels_of_a_picture_are_told_and_not_taken_for_one(value, says):
    with pytest.raises(DescriptionError, match=says):
        label_of(lambda item: value, "a.jpg")


def test_amounts_are_told_whether_all_differ_or_some_are_alike():
    def described(values, held_out=(), n_least=2):
        rows = [
            {"file_name": f"{k}.jpg", "kg": value, "part": str(k in held_out)}
            for k, value in enumerate(values)
        ]
        split = column_split("part") if held_out else random_split()
        return assembled(DataDescription(items=table_rows(), labels=column("kg"), split=split), rows, n_least)

    for values in ([3.5 + k * 0.37 for k in range(30)], [k // 2 if k < 12 else k for k in range(30)]):
        with pytest.raises(
            DescriptionError, match=r"nearly every picture has one of its own.*Put them into groups"
        ):
            described(values)
    with pytest.raises(DescriptionError, match=r"30 labels, .* 30 pictures: nearly every .*Change `labels`"):
        described([f"name {k}" for k in range(30)])
    few = described([0.5 + k % 4 for k in range(30)])
    assert "The labels are numbers, for instance '0.5', '1.5'" in few.notes[0]
    assert described([float(k % 4) for k in range(30)]).notes == (), "numbers may be names, too"
    assert described([3, 3, 5, 5, 7], [0]).classes == ("3", "5", "7"), "one alone is not nearly every picture"
    assert described([1, 1, 2, 3, 4], [0], 1).classes == ("1", "2", "3", "4"), "new pictures of known digits"


def test_picture_files_are_found_at_any_depth_in_order_and_hidden_ones_are_not(tmp_path):
    for name in ("b/2.JPG", "b/1.png", "a/deep/er/3.webp", "b/notes.txt", ".cache/4.jpg", "b/.5.jpg"):
        (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / name).write_bytes(b"")
    assert [path.relative_to(tmp_path).as_posix() for path in image_files(tmp_path)] == [
        "a/deep/er/3.webp",
        "b/1.png",
        "b/2.JPG",
    ]


def test_an_empty_or_missing_folder_is_a_sentence(tmp_path):
    with pytest.raises(DescriptionError, match=r"holds no picture.*Check the name of the folder"):
        image_files(tmp_path)
    with pytest.raises(DescriptionError, match=r"does not exist.*Give the folder"):
        image_files(tmp_path / "gone")
    with pytest.raises(DescriptionError, match="table_rows"):
        image_files([{"file_name": "a.jpg"}])


def test_a_table_is_a_csv_a_frame_or_a_list_of_mappings(tmp_path):
    (tmp_path / "all.csv").write_text("file_name;breed\na.jpg;pug\nb/b.jpg;corgi\n", encoding="utf-8-sig")

    class Pandas:
        columns = ("file_name", "breed")

        def to_dict(self, how):
            assert how == "records"
            return [{"file_name": "a.jpg", "breed": "pug"}]

    class Polars:
        def to_dicts(self):
            return [{"file_name": "a.jpg", "breed": "pug"}]

    rows = table_rows()(tmp_path / "all.csv")
    assert [row.picture for row in rows] == [tmp_path / "a.jpg", tmp_path / "b/b.jpg"]
    assert [column("breed")(row) for row in rows] == ["pug", "corgi"]
    for frame in (Pandas(), Polars(), [{"file_name": "a.jpg", "breed": "pug"}]):
        (row,) = table_rows(folder=tmp_path)(frame)
        assert (row.picture, dict(row)) == (tmp_path / "a.jpg", {"file_name": "a.jpg", "breed": "pug"})


def test_a_table_without_pictures_names_the_row_and_the_columns(tmp_path):
    with pytest.raises(DescriptionError, match=r"Row 2 .*'file_name'.*columns are file_name, breed"):
        table_rows()([{"file_name": "a.jpg", "breed": "pug"}, {"file_name": "", "breed": "pug"}])
    with pytest.raises(DescriptionError, match="a.csv cannot be read"):
        table_rows()(tmp_path / "a.csv")
    (tmp_path / "latin.csv").write_bytes("file_name\nbär.jpg\n".encode("latin-1"))
    with pytest.raises(DescriptionError, match="not a CSV file in UTF-8"):
        table_rows()(tmp_path / "latin.csv")
    with pytest.raises(DescriptionError, match="A int is not a table"):
        table_rows()(3)


def test_labels_come_from_folder_name_expression_column_or_function():
    path = Path("pets/dogs/great_pyrenees_173.jpg")
    assert label_of(parent_label, path) == "dogs"
    assert label_of(name_label(r"^(.+?)_\d+"), path) == "great_pyrenees"
    assert label_of(name_label(r"_(?P<label>\d+)"), path) == "173"
    assert label_of(re.compile(r"great"), path) == "great"
    assert label_of(lambda item: item.name[0].isupper(), path) == "False"
    (row,) = table_rows()([{"file_name": "a.jpg", "age": 3}])
    assert label_of(column("age"), row) == "3"


@pytest.mark.parametrize(
    ("labels", "item", "reason"),
    [
        (
            name_label(r"(\d+)"),
            Path("a/bear.jpg"),
            r"a/bear.jpg cannot be told: its name 'bear.jpg' does not match",
        ),
        (column("breed"), Path("a/bear.jpg"), r"a/bear.jpg cannot be told: it is no row of a table"),
        (lambda item: {}["bear"], Path("a/bear.jpg"), r"a/bear.jpg cannot be told: KeyError: 'bear'"),
        (lambda item: None, Path("a/bear.jpg"), r"a/bear.jpg is empty \(None\)"),
        (lambda item: float("nan"), Path("a/bear.jpg"), r"a/bear.jpg is empty \(nan\)"),
        (lambda item: NotAvailable(), Path("a/bear.jpg"), r"a/bear.jpg is empty \(<NA>\)"),
        (lambda item: "a\x00b", Path("a/bear.jpg"), r"a/bear.jpg cannot be used"),
        (parent_label, b"bytes", r"a bytes is no file"),
    ],
)
def test_a_label_that_cannot_be_told_names_the_item(labels, item, reason):
    with pytest.raises(DescriptionError, match=reason):
        label_of(labels, item)


def test_a_random_split_holds_out_a_share_of_each_label_and_the_same_for_the_same_seed(shapes):
    described = DataDescription(split=random_split(0.3, seed=1))
    first, again = assembled(described, shapes), assembled(described, shapes)
    assert names(first, True) == names(again, True)
    assert sorted(first.targets[first.is_valid].tolist()) == [0] * 3 + [1] * 3 + [2] * 3
    other = assembled(described.new(split=random_split(0.3, seed=2)), shapes)
    assert names(first, True) != names(other, True)


def test_exact_copies_stay_on_one_side(shapes):
    for number in range(8):
        original = sorted((shapes / "circle").glob("circle_*.png"))[number]
        (shapes / "circle" / f"zz_{number}.png").write_bytes(original.read_bytes())
    for seed in range(6):
        found = assembled(DataDescription(split=random_split(0.5, seed=seed)), shapes)
        on_both = {found.groups[row] for row in found.rows(True)} & {
            found.groups[row] for row in found.rows(False)
        }
        assert len(found.items) == 38 and on_both == set()


def test_a_split_that_leaks_copies_loses_them_from_training_and_says_so(shapes):
    for path in list(shapes.glob("*/*.png")):
        part = "valid" if path.stem.endswith(("8", "9")) else "train"
        target = shapes / part / path.parent.name / path.name
        target.parent.mkdir(parents=True, exist_ok=True)
        path.rename(target)
    (shapes / "train/circle/copy.png").write_bytes((shapes / "valid/circle/circle_008.png").read_bytes())
    (shapes / "elsewhere").mkdir()
    (shapes / "elsewhere/x.png").write_bytes(b"x")
    found = assembled(DataDescription(split=folder_split()), shapes)
    assert found.classes == ("circle", "cross", "square") and len(found.rows(True)) == 6
    assert "copy.png" not in names(found, False) and len(found.rows(False)) == 24
    assert [note.split(" ")[0] for note in found.notes] == ["1", "1"]
    assert "belong to neither part" in found.notes[0] and "exact copies of validation" in found.notes[1]


def test_columns_and_functions_split_too(tmp_path):
    words = ("train", "valid", "test", "0", "1", "", "Validation", "no")
    table = [
        {"file_name": f"{i}.jpg", "label": "ab"[i % 2], "split": words[i % len(words)]} for i in range(32)
    ]
    described = DataDescription(items=table_rows(), labels=column("label"), split=column_split("split"))
    found = assembled(described, table)
    assert {found.items[row]["split"] for row in found.rows(True)} == {"valid", "1", "Validation"}
    assert {found.items[row]["split"] for row in found.rows(False)} == {"train", "0", "", "no"}
    of_frame = (None, math.nan, NotAvailable(), 0.0, 1.0, False, True)  # as frames have cells, empty ones too
    table = [
        {"file_name": f"{i}.jpg", "label": "ab"[i % 2], "split": of_frame[i % len(of_frame)]}
        for i in range(28)
    ]
    cells = assembled(described, table)
    held_out = [cells.items[row]["split"] for row in cells.rows(True)]
    assert set(held_out) == {True} and len(held_out) == 8 and len(cells.rows(False)) == 20
    by_function = described.new(split=lambda row: row.number > 24)
    assert len(assembled(by_function, table).rows(True)) == 4
    with pytest.raises(DescriptionError, match=r"gave 'some' for row 1 \(0.jpg\)"):
        assembled(described.new(split=lambda row: "some"), table)
    with pytest.raises(DescriptionError, match=r"row 1 \(0.jpg\).*ZeroDivisionError"):
        assembled(described.new(split=lambda row: 1 / 0), table)


def test_what_cannot_be_learned_is_a_sentence(shapes, tmp_path):
    with pytest.raises(
        DescriptionError, match=r"30 labels, .*and 25 picture\(s\) to train on: more labels than"
    ):
        assembled(
            DataDescription(labels=lambda item: item.name, split=lambda item: item.stem.endswith("9")
                            or item.stem.startswith("circle_008") or item.stem.startswith("cross_008")),
            shapes,
        )  # fmt: skip
    with pytest.raises(DescriptionError, match="All 30 item.* have the label 'shape'"):
        assembled(DataDescription(labels=lambda item: "shape"), shapes)
    with pytest.raises(DescriptionError, match="None of the 30 item.* is there to hold out"):
        assembled(DataDescription(split=lambda item: False), shapes)
    with pytest.raises(DescriptionError, match="None of the 30 item.* is there to train on"):
        assembled(DataDescription(split=lambda item: True), shapes)
    with pytest.raises(DescriptionError, match="No picture of 'circle' is left to train on"):
        assembled(DataDescription(split=lambda item: item.parent.name == "circle"), shapes)
    with pytest.raises(DescriptionError, match=r"cannot be listed: ZeroDivisionError"):
        assembled(DataDescription(items=lambda source: 1 / 0), shapes)
    with pytest.raises(DescriptionError, match="has no items"):
        assembled(DataDescription(items=lambda source: []), shapes)


def test_a_label_missing_from_the_validation_part_is_a_note_and_no_error(shapes):
    found = assembled(
        DataDescription(split=lambda item: item.parent.name != "cross" and "9" in item.stem), shapes
    )
    (note,) = found.notes
    assert "The validation part has no picture of 'cross'" in note and found.classes[1] == "cross"


def test_a_copy_has_other_parts_and_the_first_stays_as_it_was():
    bears = DataDescription(item=Resize(64))
    other = bears.new(item=RandomResizedCrop(64, min_scale=0.5), batch=aug_transforms(rotate=0))
    assert (bears.item, bears.batch) == (Resize(64), ()) and other.item.min_scale == 0.5
    assert other.labels is parent_label and other.batch_transforms() == (aug_transforms(rotate=0),)
    with pytest.raises(TypeError, match="no part itm; it has items, labels, split, item, batch"):
        bears.new(itm=Resize(32))


@pytest.mark.parametrize(
    "wrong",
    [
        lambda: Resize(4),
        lambda: Resize(224.0),
        lambda: Resize(64, "fit"),
        lambda: Resize(64, "pad", "mirror"),
        lambda: RandomResizedCrop(64, 0),
        lambda: aug_transforms(zoom=0.5),
        lambda: aug_transforms(lighting=1),
        lambda: random_split(1.2),
        lambda: random_split(seed=-1),
        lambda: name_label("("),
    ],
)
def test_a_value_out_of_range_is_told_at_once(wrong):
    with pytest.raises(ValueError, match=r"="):
        wrong()


def test_without_torch_describing_works_and_loading_says_what_to_install(shapes, monkeypatch):
    find = importlib.util.find_spec
    monkeypatch.setattr(importlib.util, "find_spec", lambda name: None if name == "torch" else find(name))
    described = DataDescription(item=Resize(32))
    assert len(assembled(described, shapes).items) == 30
    for asks in (described.data, described.summary):
        with pytest.raises(DescriptionError, match=r'torch, which is not installed.*"tellapart\[torch\]"'):
            asks(shapes)
