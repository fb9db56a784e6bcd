"""Folders of pictures and masks in every usual layout, and every mask that cannot be used: a sentence, nothing lost."""

import errno
import os
from pathlib import Path

import numpy as np
import pytest
from made_outlines import NAMES, drawn, write_scenes
from PIL import Image
from tellapart.errors import ImageError, IntakeError, ProjectError
from tellapart.outlines.project import create_outline_project
from tellapart.outlines.reading import read_outlines
from tellapart.pictures.index_masks import mask_png, read_mask, resized_mask


def names_of(table):
    return [one.name for one in table.classes.classes]


def write_beside(root, n, ending):
    root.mkdir()
    for i in range(n):
        picture, mask = drawn(i)
        picture.save(root / f"s{i}.jpg")
        Image.fromarray(mask).save(root / f"s{i}{ending}.png")
    return root


def test_pictures_and_masks_in_two_folders_with_names(scenes):
    table = read_outlines(scenes)
    assert names_of(table) == list(NAMES) and len(table.pictures) == 12 and table.notes == ()
    assert table.pictures[0].picture_id == "scene00" and table.pictures[0].part == ""


@pytest.mark.parametrize("ending", ["_P", "_mask", "_label"])
def test_masks_beside_their_pictures(tmp_path, ending):
    table = read_outlines(write_beside(tmp_path / "all", 4, ending))
    assert [one.picture_id for one in table.pictures] == ["s0", "s1", "s2", "s3"]
    assert names_of(table) == ["0", "1", "2"]


def test_two_pictures_and_two_masks_of_one_name_are_told(tmp_path):
    root = write_scenes(tmp_path / "park", 4)
    for folder, other in (("images", "img"), ("labels", "masks")):
        (root / other).mkdir()
        (root / other / "scene01.png").write_bytes((root / folder / "scene02.png").read_bytes())
    table = read_outlines(root)
    assert len(table.pictures) == 4 and [one.picture.parent.name for one in table.pictures] == ["images"] * 4
    assert table.notes == (
        "2 left out, another picture or mask has the same name already: img/scene01.png, masks/scene01.png.",
    )


def test_parts_that_a_folder_holds_out_are_kept(tmp_path):
    for part in ("train", "val"):
        for folder in (part, f"{part}_masks"):
            (tmp_path / "c" / folder).mkdir(parents=True, exist_ok=True)
        for i in range(3):
            picture, mask = drawn(i)
            picture.save(tmp_path / "c" / part / f"s{i}.jpg")
            Image.fromarray(mask).save(tmp_path / "c" / f"{part}_masks" / f"s{i}.png")
    table = read_outlines(tmp_path / "c")
    assert [one.part for one in table.pictures] == ["train"] * 3 + ["valid"] * 3
    assert len({one.picture_id for one in table.pictures}) == 6


def test_a_list_of_held_out_pictures_is_kept(tmp_path):
    root = write_scenes(tmp_path / "park", 5)
    (root / "valid.txt").write_text("scene01.png\nscene03.png\n")
    assert [one.part for one in read_outlines(root).pictures] == ["train", "valid", "train", "valid", "train"]
    (root / "valid.txt").write_bytes(
        b"\xef\xbb\xbfimages\\scene01.png\r\nimages/scene03.png\r\n"
    )  # of Windows
    assert [one.part for one in read_outlines(root).pictures] == ["train", "valid", "train", "valid", "train"]
    (root / "valid.txt").write_text("other.png")
    assert (
        "valid.txt names no picture that has a mask, so a fifth is held out instead."
        in read_outlines(root).notes
    )


def test_masks_in_every_form_of_png_are_the_same(tmp_path):
    _, mask = drawn(1)
    grey, palette = Image.fromarray(mask), Image.fromarray(mask)
    palette.putpalette([9, 9, 9, 200, 0, 0, 0, 0, 200])
    forms = {
        "grey": grey, "palette": palette, "rgb": grey.convert("RGB"), "alpha": grey.convert("LA"),
        "deep": Image.fromarray(mask.astype(np.uint16)),
    }  # fmt: skip
    for name, image in forms.items():
        image.save(tmp_path / f"{name}.png")
        found = read_mask(tmp_path / f"{name}.png")
        assert not found.is_colour and np.array_equal(found.values, mask), name
    palette.save(tmp_path / "four.png", bits=2)
    assert np.array_equal(read_mask(tmp_path / "four.png").values, mask)
    assert np.array_equal(read_mask(mask_png(mask, [(1, 2, 3)] * 3)).values, mask)
    assert set(np.unique(resized_mask(mask, 17, 90))) <= {0, 1, 2}


def test_a_mask_that_is_no_png_is_refused(tmp_path):
    _, mask = drawn(1)
    Image.fromarray(mask).save(tmp_path / "a.jpg")
    with pytest.raises(ImageError, match="no PNG; other formats blur"):
        read_mask(tmp_path / "a.jpg")


def test_what_cannot_be_used_is_a_sentence_and_the_rest_is_read(tmp_path):
    root = write_scenes(tmp_path / "park", 12)
    labels = root / "labels"
    (labels / "scene00.png").unlink()
    (root / "images" / "scene01.png").unlink()
    (labels / "scene02.png").write_bytes((labels / "scene02.png").read_bytes()[:60])
    Image.new("L", (30, 48), 1).save(labels / "scene03.png")
    Image.fromarray(drawn(4)[1]).resize((32, 24), Image.Resampling.NEAREST).save(labels / "scene04.png")
    strange = drawn(5)[1].copy()
    strange[:2, :5] = 77
    Image.fromarray(strange).save(labels / "scene05.png")
    drawn(6)[0].save(labels / "scene06.png")
    (labels / "scene07.png").write_bytes(b"")
    Image.new("L", (64, 48), 255).save(labels / "scene08.png")
    (root / "images" / "scene09.png").write_bytes(b"no picture")
    before = sorted(path.read_bytes() for path in root.rglob("*") if path.is_file())
    table = read_outlines(root)
    said = "\n".join(table.notes)
    assert [one.picture_id for one in table.pictures] == ["scene04", "scene05", "scene10", "scene11"]
    for part in (
        "1 left out, no mask: images/scene00.png.",
        "1 left out, masks without a picture: labels/scene01.png.",
        "scene02: the mask: damaged or cut off",
        "scene03: the mask has 30 × 48 pixels and the picture 64 × 48; left out",
        "scene04: the mask has 32 × 24 pixels and the picture 64 × 48: its pixels were doubled",
        "10 pixels have values that codes.txt does not name (77)",
        "scene06: the other masks hold numbers, this one does not; left out",
        "scene07: the mask: empty file",
        "scene08: nothing but what counts for nothing; left out",
        "scene09: the picture: ",
    ):
        assert part in said, (part, said)
    assert sorted(path.read_bytes() for path in root.rglob("*") if path.is_file()) == before
    project = create_outline_project(tmp_path / "p", table)
    mask = project.mask(project.picture("scene05"))
    assert (mask[:2, :5] == 255).all() and mask.shape == (48, 64)


def test_colours_are_classes_by_their_table_or_by_themselves(tmp_path):
    root = write_scenes(tmp_path / "park", 4)
    palette = np.array([(64, 128, 64), (192, 0, 128), (0, 0, 0)], np.uint8)
    for path in (root / "labels").iterdir():
        Image.fromarray(palette[np.asarray(Image.open(path))]).save(path)
    table = read_outlines(root)
    assert table.classes.is_colour and names_of(table) == ["#000000", "#408040", "#c00080"]
    assert "codes.txt was not used: it names numbers, and the masks hold colours." in table.notes
    (root / "codes.txt").unlink()
    (root / "label_colors.txt").write_text("64 128 64\tGrass\n192 0 128\tBall\n0 0 0\tVoid\n1 1 1\tBird\n")
    table = read_outlines(root)
    assert names_of(table) == ["Grass", "Ball"] and table.classes.classes[0].colour == (64, 128, 64)
    assert (
        "Nothing is learned from, or counted in, Void." in table.notes and "In no mask: Bird." in table.notes
    )


def test_grey_among_colours_is_a_colour(tmp_path):
    root = write_scenes(tmp_path / "park", 5)
    palette = np.array([(0, 0, 0), (0, 0, 255), (255, 255, 255)], np.uint8)
    for path in (root / "labels").iterdir():
        Image.fromarray(palette[np.asarray(Image.open(path))]).save(path)
    half = np.zeros((48, 64), int)
    half[:, :32] = 2
    Image.fromarray(palette[half]).save(root / "labels" / "scene03.png")
    (root / "codes.txt").unlink()
    table = read_outlines(root)
    assert len(table.pictures) == 5 and names_of(table) == ["#000000", "#0000ff", "#ffffff"]
    project = create_outline_project(tmp_path / "p", table)
    assert np.array_equal(project.mask(project.picture("scene03")), half)
    decision = project.correction_from("scene01", root / "labels" / "scene03.png")
    project.decide([decision])
    assert np.array_equal(project.mask(project.picture("scene01")), half)
    Image.fromarray(palette[half]).convert("L").save(tmp_path / "numbers.png")
    with pytest.raises(ProjectError, match="holds numbers, and the masks of p hold colours. Save it as RGB"):
        project.correction_from("scene01", tmp_path / "numbers.png")


def test_black_and_white_is_two_classes_and_255_among_others_is_void(tmp_path):
    root = write_scenes(tmp_path / "park", 4)
    (root / "codes.txt").unlink()
    for path in (root / "labels").iterdir():
        mask = np.asarray(Image.open(path))
        Image.fromarray(np.where(mask > 0, 255, 0).astype(np.uint8)).save(path)
    assert names_of(read_outlines(root)) == ["0", "255"]
    for i, path in enumerate(sorted((root / "labels").iterdir())):
        mask = drawn(i)[1].copy()
        mask[0] = 255
        Image.fromarray(mask).save(path)
    table = read_outlines(root)
    assert names_of(table) == ["0", "1", "2"] and table.classes.void == (255,)
    assert names_of(read_outlines(root, void="2")) == ["0", "1", "255"]


def spoil(root, how):
    if how == "one class":
        for path in (root / "labels").iterdir():
            Image.new("L", (64, 48), 1).save(path)
    elif how == "photos":
        for path in (root / "labels").iterdir():
            Image.fromarray(np.arange(48 * 64).reshape(48, 64).astype(np.uint16)).save(path)
        (root / "codes.txt").unlink()
    elif how == "no masks":
        for path in (root / "labels").iterdir():
            path.unlink()
    elif how == "few":
        for path in sorted((root / "labels").iterdir())[2:]:
            path.unlink()
    elif how == "twice":
        (root / "codes.txt").write_text("grass\nball\ngrass\n")
    elif how == "gap":
        (root / "codes.txt").write_text("grass\n\nball\nbox\n\n")


@pytest.mark.parametrize(
    ("how", "said"),
    [
        ("one class", "The masks hold 1 class; two at least are needed"),
        ("photos", "The masks hold 3,071 different numbers; at most 150 classes"),
        ("no masks", "holds 4 pictures and 0 masks, but no picture with its mask. Put pictures into images/"),
        (
            "few",
            "holds 2 pictures with a mask that can be used; training needs at least 4. 2 left out, no mask",
        ),
        ("twice", "codes.txt says 'grass' or its colour twice"),
        ("gap", "Line 2 of codes.txt is empty, so that the numbers of the names after it are unclear"),
    ],
)
def test_a_folder_from_which_nothing_can_be_learned_says_why(tmp_path, how, said):
    root = write_scenes(tmp_path / "park", 4)
    spoil(root, how)
    with pytest.raises(IntakeError, match=said.replace("(", r"\(")):
        read_outlines(root)


def test_what_is_no_folder_and_an_unknown_void_say_so(tmp_path, scenes):
    with pytest.raises(IntakeError, match="is no folder"):
        read_outlines(tmp_path / "nothing")
    with pytest.raises(IntakeError, match="No class is called 'gras'. Did you mean 'grass'"):
        read_outlines(scenes, void="gras")


@pytest.mark.skipif(not hasattr(os, "mkfifo"), reason="this system has no pipes among its files")
def test_a_pipe_among_the_pictures_is_left_out(tmp_path):
    root = write_scenes(tmp_path / "park", 5)
    (root / "images" / "scene00.png").unlink()
    os.mkfifo(root / "images" / "scene00.png")  # reading it would wait for ever
    table = read_outlines(root)
    assert len(table.pictures) == 4
    assert "scene00: the picture: not an ordinary file; left out." in table.notes


def test_a_folder_inside_that_cannot_be_read_is_named(scenes, monkeypatch):
    listed = os.scandir

    def closed(folder):
        if Path(folder).name == "labels":
            raise PermissionError(errno.EACCES, "Permission denied")
        return listed(folder)

    monkeypatch.setattr("tellapart.outlines.layout.os.scandir", closed)
    with pytest.raises(IntakeError, match="labels cannot be read: Permission denied"):
        read_outlines(scenes)
