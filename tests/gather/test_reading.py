"""From a folder or zip as people have it to labels that are told, or to a question; nothing is misread in silence."""

import io
import json
import zipfile

import pytest
from command_line import tellapart
from make_data import make_tiny_folder
from PIL import Image, ImageDraw
from summaries import reasons_of
from tellapart.errors import IntakeError, LabelsError
from tellapart.gather import read_place, take_in
from tellapart.store.project import create_project


@pytest.fixture
def project(tmp_path):
    with create_project(tmp_path / "project") as project:
        yield project


_drawn = 0


def picture(kind="PNG"):
    """The bytes of a picture unlike any other."""
    global _drawn
    _drawn += 1
    image = Image.new("RGB", (24, 24), (_drawn % 251, _drawn // 251, 90))
    ImageDraw.Draw(image).ellipse((2, 2, 4 + _drawn % 17, 20), fill=(200, 40, _drawn % 200))
    data = io.BytesIO()
    image.save(data, kind)
    return data.getvalue()


def mask(mode="P"):
    image = Image.new("L", (24, 24), 0)
    ImageDraw.Draw(image).rectangle((4, 4, 15, 15), fill=1 if mode == "P" else 255)
    if mode == "P":
        image = image.convert("P")
    data = io.BytesIO()
    image.convert(mode).save(data, "PNG")
    return data.getvalue()


def lay(root, *paths):
    """Pictures at these places; (path, bytes) gives another content."""
    for one in paths:
        path, data = one if isinstance(one, tuple) else (one, picture())
        (root / path).parent.mkdir(parents=True, exist_ok=True)
        (root / path).write_bytes(data if isinstance(data, bytes) else data.encode())
    return root


def told(summary):
    return " ".join([summary.sentence(), summary.labels_sentence(), *summary.understood, *summary.remarks()])


# What is understood


def test_a_set_that_holds_itself_again_comes_in_once(project, tmp_path):
    own = [
        (f"{part}/{label}/{part}{i}.png", picture())
        for part in ("train", "test")
        for label in ("ill", "well")
        for i in range(3)
    ]
    lay(
        tmp_path / "chest",
        *own,
        *((f"chest/{path}", data) for path, data in own),
        ("__MACOSX/chest/._a.png", b"\0\5\26\7"),
    )
    summary = take_in(project, tmp_path / "chest")
    assert summary.labels == {"ill": 6, "well": 6} and summary.n_repeated == 12 and summary.refusals == []
    assert "12 repeated" in told(summary) and "contains itself again in chest" in told(summary)
    parts = {p.original_name.split("/")[0]: p.given_split for p in project.manifest.pictures()}
    assert parts == {"train": "train", "test": "test"}, "the copies are those inside"


@pytest.mark.parametrize("aside", ["seg_pred/seg_pred", "test/unknown", "test", "Testing/images"])
def test_pictures_without_labels_are_set_aside_and_the_others_train(project, tmp_path, aside):
    from tellapart.train import train_head

    make_tiny_folder(tmp_path / "set" / "seg_train" / "seg_train", ("circle", "square"), 6)
    lay(tmp_path / "set", *(f"{aside}/{i}.png" for i in range(4)))
    summary = take_in(project, tmp_path / "set")
    assert summary.labels == {"circle": 6, "square": 6} and summary.n_aside == 4 and not summary.refusals
    assert "4 pictures set aside: " in told(summary) and aside.split("/")[0] in told(summary)
    if aside == "test/unknown":
        assert train_head(project).classes == ("circle", "square")


def test_a_table_gives_the_labels_of_flat_pictures(project, tmp_path):
    lay(
        tmp_path / "dogs",
        *(f"train/{i:03d}.png" for i in range(8)),
        *(f"test/{i:03d}.png" for i in range(8, 12)),
    )
    rows = "".join(f"{i:03d},{('beagle', 'pug')[i % 2]}\n" for i in range(8)) + "999,pug\n"
    lay(
        tmp_path / "dogs",
        ("labels.csv", "id,breed\n" + rows),
        ("sample_submission.csv", "id,breed\n008,x\n009,y\n"),
    )
    summary = take_in(project, tmp_path / "dogs")
    assert summary.labels == {"beagle": 4, "pug": 4} and summary.n_aside == 4
    assert "the table labels.csv (column 'breed')" in told(
        summary
    ) and "Table rows without a picture: 1." in told(summary)


def test_a_table_for_each_part_with_a_column_for_each_label(project, tmp_path):
    for part, numbers in (("train", range(6)), ("valid", range(6, 10))):
        rows = "".join(f"{i}.png, {1 - i % 2}, {i % 2}\n" for i in numbers)
        lay(
            tmp_path / "set",
            *(f"{part}/{i}.png" for i in numbers),
            (f"{part}/_classes.csv", "filename, cat, dog\n" + rows),
        )
    summary = take_in(project, tmp_path / "set")
    assert summary.labels == {"cat": 5, "dog": 5} and not summary.refusals
    assert {p.given_split for p in project.manifest.pictures()} == {"train", "valid"}


def test_a_table_that_says_the_same_as_the_folders_is_not_needed_and_another_is_a_question(project, tmp_path):
    lay(tmp_path / "set", *(f"{label}/{label}{i}.png" for label in ("cat", "dog") for i in range(4)))
    same = "".join(f"{label}{i},{label}\n" for label in ("cat", "dog") for i in range(4))
    lay(tmp_path / "set", ("labels.csv", "id,label\n" + same))
    assert "was not needed" in told(take_in(project, tmp_path / "set"))
    other = "".join(f"{label}{i},{('young', 'old')[i % 2]}\n" for label in ("cat", "dog") for i in range(4))
    lay(tmp_path / "set", ("labels.csv", "id,label\n" + other))
    with pytest.raises(LabelsError, match="they differ") as asked:
        read_place(tmp_path / "set")
    assert [offer.how for offer in asked.value.offers] == ["table:label", "names", "folders"]
    assert read_place(tmp_path / "set", "table:label").labels() == {"young", "old"}
    assert read_place(tmp_path / "set", "folders").labels() == {"cat", "dog"}


@pytest.mark.parametrize(
    "names",
    ["{}.{}.png", "{}_{:03d}.png", "{} ({}).png", "{}-{}.png", "{1:04d}_{0}.png", "{}{}.png", "{}_{}_1.png"],
)
@pytest.mark.parametrize("folder", ["", "train/", "all/images/"])
def test_labels_in_the_names_of_files_are_offered_and_taken_when_asked_for(project, tmp_path, names, folder):
    lay(
        tmp_path / "pets",
        *(folder + names.format(label, i) for label in ("cat", "great dane") for i in range(4)),
    )
    with pytest.raises(LabelsError, match="nothing was added") as asked:
        take_in(project, tmp_path / "pets")
    (offer,) = asked.value.offers
    assert (offer.how, offer.counts) == ("names", {"cat": 4, "great dane": 4})
    assert "--labels names" in str(asked.value) and project.manifest.n_pictures() == 0
    assert take_in(project, tmp_path / "pets", labels="names").labels == {"cat": 4, "great dane": 4}


@pytest.mark.parametrize(
    "names",
    ["IMG_{:04d}.png", "DSC{:05d}.png", "{}.png", "photo ({}).png", "20210101_{:06d}.png", "frame{}.png"],
)
def test_names_that_cameras_write_are_no_labels(project, tmp_path, names):
    lay(tmp_path / "set", *(f"images/{names.format(i)}" for i in range(6)))
    with pytest.raises(LabelsError, match="give them all one label") as asked:
        take_in(project, tmp_path / "set")
    assert asked.value.offers == () and project.manifest.n_pictures() == 0


def test_a_dotted_folder_is_a_label_and_hidden_pictures_are_told(project, tmp_path):
    lay(
        tmp_path / "logos",
        ".net/1.png",
        ".net/2.png",
        "java/3.png",
        "node.js/4.png",
        "java/.secret.png",
        ".thumbnails/5.png",
    )
    summary = take_in(project, tmp_path / "logos")
    assert summary.labels == {".net": 2, "java": 1, "node.js": 1}
    for words in (
        "'.net' (2 files) starts with a dot",
        "1 hidden picture",
        "'.thumbnails' belongs to a program",
    ):
        assert words in told(summary)


# Masks and side files


@pytest.mark.parametrize("mode", ["P", "L", "RGB"])
@pytest.mark.parametrize(
    "shape", [("{1}/images/{0}.png", "{1}/masks/{0}.png"), ("images/{1}/{0}.png", "annotations/{1}/{0}.png"),
              ("{1}/{0}.png", "{1}/{0}_mask.png"), ("{1}/{0}.png", "SegmentationClass/{0}.png"), ("{1}/{0}.png", "labels/{0}_L.png")]
)  # fmt: skip
def test_drawn_masks_are_no_pictures(project, tmp_path, shape, mode):
    for i in range(6):
        label = ("cat", "dog")[i % 2]
        lay(tmp_path / "set", shape[0].format(i, label), (shape[1].format(i, label), mask(mode)))
    summary = take_in(project, tmp_path / "set")
    assert summary.labels == {"cat": 3, "dog": 3} and summary.n_aside == 6 and "masks" in told(summary)


def test_people_with_and_without_masks_are_labels(project, tmp_path):
    def photo():
        data = io.BytesIO()
        noise = Image.effect_noise((64, 64), 90).convert("RGB")
        noise.save(data, "PNG")
        return data.getvalue()

    lay(
        tmp_path / "faces",
        *((f"{label}/{i}.png", photo()) for label in ("mask", "no_mask") for i in range(4)),
    )
    assert take_in(project, tmp_path / "faces").labels == {"mask": 4, "no_mask": 4}


def test_side_files_are_one_line_and_real_refusals_come_first(tmp_path):
    lay(
        tmp_path / "takeout",
        "cat/1.png",
        "dog/2.png",
        ("dog/zz broken.jpg", b"\xff\xd8 cut"),
        ("dog/zz empty.png", b""),
    )
    for i in range(40):
        lay(
            tmp_path / "takeout",
            (f"cat/{i}.png.json", "{}"),
            (f"cat/{i}.aae", "x"),
            (f"cat/notes{i}.pdf", "%PDF"),
            (f"dog/{i}.xmp", "x"),
        )
    lay(
        tmp_path / "takeout",
        ("cat/Thumbs.db", "x"),
        ("dog/desktop.ini", "x"),
        ("dog/.DS_Store", "x"),
        ("cat/1.txt", "0 0 1 1"),
    )
    said = tellapart("new", tmp_path / "project", "--from", tmp_path / "takeout")
    lines = said.splitlines()
    (line,) = [line for line in lines if "side files" in line]
    assert "124 side files left out: 40 .aae, 40 .json, 40 .xmp" in line
    assert [line.strip().split(":")[0] for line in lines if line.startswith("  ")][:2] == [
        "dog/zz broken.jpg",
        "dog/zz empty.png",
    ]
    assert "44 files, 2 added, 42 refused" in said and "Labels: cat 1, dog 1." in said


def test_a_few_bytes_of_another_encoding_in_a_table_are_told(project, tmp_path):
    lay(tmp_path / "zoo", *(f"{i}.png" for i in range(6)))
    rows = ["file,label", *(f"{i}.png,{'Bär' if i % 2 else 'Löwe'}" for i in range(6))]
    lines = [*(row.encode() for row in rows[:-1]), rows[-1].encode("cp1252")]
    (tmp_path / "zoo" / "labels.csv").write_bytes(b"\n".join(lines))
    summary = take_in(project, tmp_path / "zoo")
    assert summary.labels == {"Bär": 3, "Löwe": 3}
    assert (
        "1 character of labels.csv not in UTF-8 like the rest, read as Western European: look at line 7."
        in (summary.understood)
    )


def test_a_project_is_not_made_where_there_is_a_question_and_scripts_get_the_offers(tmp_path):
    lay(tmp_path / "pets", *(f"train/{label}.{i}.png" for label in ("cat", "dog") for i in range(3)))
    said = tellapart("new", tmp_path / "project", "--from", tmp_path / "pets", code=1)
    assert "--labels names (from the file names, such as 'cat' in cat.0.png: cat 3, dog 3)" in said
    assert not (tmp_path / "project").exists()
    answer = json.loads(tellapart("new", tmp_path / "project", "--from", tmp_path / "pets", "--json", code=1))
    assert answer["offers"][0]["how"] == "names"
    summary = json.loads(
        tellapart("new", tmp_path / "project", "--from", tmp_path / "pets", "--labels", "names", "--json")
    )
    assert summary["labels"] == {"cat": 3, "dog": 3} and "file names" in " ".join(summary["understood"])
    lay(tmp_path / "more", "cat/8.png", "bird/9.png")
    said = tellapart("add", tmp_path / "project", tmp_path / "more")
    assert "Labels: bird 1, cat 1." in said
    with pytest.raises(IntakeError, match="Choose auto, folders"):
        read_place(tmp_path / "more", "colours")


# Spellings


@pytest.mark.parametrize(
    ("first", "second", "words"),
    [
        ("cat", "Cat", "'Cat' and 'cat' differ only in capital letters"),
        ("Äpfel", "A\u0308PFEL", "differ only in capital letters"),
        ("straße", "STRASSE", "differ only in capital letters"),
        ("great dane", "great  dane", "merged into one label, 'great dane'"),
        ("cat", "cat ", "'cat' and 'cat ' were merged into one label"),
    ],
)
@pytest.mark.parametrize("is_second", [False, True])
def test_labels_that_look_alike_get_the_same_note_in_one_intake_and_in_two(
    project, tmp_path, first, second, words, is_second
):
    for name, labels in (("one", [first]), ("two", [second]), ("both", [first, second])):
        with zipfile.ZipFile(tmp_path / f"{name}.zip", "w") as archive:
            for i, label in enumerate([*labels, "bird"]):
                archive.writestr(f"{label}/{i}.png", picture())
    if is_second:
        take_in(project, tmp_path / "one.zip")
    summary = take_in(project, tmp_path / ("two.zip" if is_second else "both.zip"))
    assert words in " ".join(summary.notes)


def test_one_label_in_two_forms_of_unicode_is_one(project, tmp_path):
    with zipfile.ZipFile(tmp_path / "mac.zip", "w") as archive:
        archive.writestr("A\u0308pfel/1.png", picture())
        archive.writestr("\u00c4pfel/2.png", picture())
        archive.writestr("Birnen/3.png", picture())
    assert take_in(project, tmp_path / "mac.zip").labels == {"\u00c4pfel": 2, "Birnen": 1}


def test_one_label_for_all_reads_parts_but_nothing_else(project, tmp_path):
    lay(tmp_path / "set", "train/a/1.png", "test/2.png", "3.png", ("masks/1.png", mask()))
    summary = take_in(project, tmp_path / "set", label="bird")
    assert summary.labels == {"bird": 3} and reasons_of(summary) == {} and summary.n_aside == 1


@pytest.mark.parametrize("test", ["test1/{}.png", "test/test/{}.png", "seg_pred/{}.png"])
def test_numbered_test_pictures_do_not_hide_the_labels_in_the_names_of_the_others(project, tmp_path, test):
    lay(tmp_path / "set", *(f"train/{label}.{i}.png" for label in ("cat", "dog") for i in range(3)))
    lay(tmp_path / "set", *(test.format(i) for i in range(9)), test.format("cat.77"))
    with pytest.raises(LabelsError) as asked:
        take_in(project, tmp_path / "set")
    assert asked.value.offers[0].how == "names"
    summary = take_in(project, tmp_path / "set", labels="names")
    assert summary.labels["dog"] == 3 and summary.n_aside == 9
