"""Tables of labels: found by what they hold, in the encodings and shapes that programs and people write."""

import json

import pytest
from tellapart.errors import ImageError
from tellapart.gather.layout.found_file import Found
from tellapart.gather.layout.tables import tables_among

NAMES = [f"train/img_{i:03d}.jpg" for i in range(6)]
LABELS = ["beagle", "pug", "beagle", "pug", "Äpfel", "pug"]


def found(name, data=b""):
    return Found(name, lambda: data)


def table_of(name, data, pictures=NAMES, column=None):
    """The best table, with this file beside these pictures."""
    files = [*map(found, pictures), found(name, data)]
    tables = tables_among(files, files[:-1], column)
    return tables[0] if tables else None


def csv(rows, delimiter=","):
    return "\r\n".join(delimiter.join(row) for row in rows) + "\r\n"


def expected():
    return dict(zip(NAMES, LABELS, strict=True))


HOW_NAMED = {
    "id": lambda name: name.split("/")[1][:-4],
    "file": lambda name: name.split("/")[1],
    "path": lambda name: name,
    "other folder": lambda name: f"/data/me/{name}",
    "windows": lambda name: "C:\\data\\" + name.replace("/", "\\"),
    "capitals": lambda name: name.split("/")[1].upper(),
    "png": lambda name: name.split("/")[1].replace(".jpg", ".png"),
    "dot": lambda name: f"./{name}",
}


@pytest.mark.parametrize("named", HOW_NAMED)
@pytest.mark.parametrize(
    "titles", [("id", "breed"), ("filename", "label"), ("image", "class"), ("path", "category"), ("file_name", "Class Name"),
               ("image_id", "dx"), ("x", "whatever")]
)  # fmt: skip
def test_pictures_are_found_however_they_are_named(named, titles):
    rows = [titles, *((HOW_NAMED[named](name), label) for name, label in zip(NAMES, LABELS, strict=True))]
    table = table_of("labels.csv", csv(rows).encode())
    assert table.labels == expected() and table.column == titles[1] and not table.n_absent


@pytest.mark.parametrize("delimiter", [",", ";", "\t", "|"])
@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "utf-16-le", "utf-16-be", "cp1252"])
def test_every_delimiter_and_encoding(delimiter, encoding):
    rows = [
        ("file", "label", "note"),
        *((name, label, "x, y; z" if delimiter == "\t" else "") for name, label in expected().items()),
    ]
    table = table_of("labels.txt", csv(rows, delimiter).encode(encoding))
    assert table.labels == expected()


def test_excel_says_its_delimiter_and_quotes():
    text = "sep=;\r\n" + csv(
        [("file", "label"), *(f'"{name}";"{label}"'.split(";") for name, label in expected().items())], ";"
    )
    assert table_of("labels.csv", text.encode("utf-8-sig")).labels == expected()


def test_a_table_without_titles_and_a_list_with_spaces():
    assert table_of("train.csv", csv(expected().items()).encode()).labels == expected()
    assert table_of("train.txt", csv(expected().items(), " ").encode()).labels == expected()


@pytest.mark.parametrize("yes", ["1", "1.0", "True"])
def test_one_column_for_each_label_as_exports_write_it(yes):
    titles = ["filename", " beagle", " pug", " Äpfel"]
    no = {"1": "0", "1.0": "0.0", "True": "False"}[yes]
    rows = [
        titles,
        *(
            [name.split("/")[1], *(yes if label == title.strip() else no for title in titles[1:])]
            for name, label in expected().items()
        ),
    ]
    table = table_of("train/_classes.csv", csv(rows).encode())
    assert table.labels == expected() and table.column == "" and table.n_several == 0
    rows[1] = [rows[1][0], yes, yes, no]
    assert table_of("train/_classes.csv", csv(rows).encode()).n_several == 1


def test_names_are_preferred_to_numbers_and_parts_are_read():
    rows = [("class id", "filepaths", "labels", "data set")]
    rows += [
        (str(i % 2), name, label, ("train", "test")[i % 2])
        for i, (name, label) in enumerate(expected().items())
    ]
    table = table_of("birds.csv", csv(rows).encode())
    assert table.column == "labels" and set(table.parts.values()) == {"train", "test"}


def test_numbers_lose_their_zeros_in_a_spreadsheet():
    pictures = ["train/0007.png", "train/0012.png", "train/0100.png", "train/0101.png"]
    table = table_of("t.csv", b"id,label\n7,a\n12.0,b\n100,a\n101,b\n", pictures)
    assert table.labels == dict(zip(pictures, "abab", strict=True))


@pytest.mark.parametrize("name", ["metadata.jsonl", "labels.json"])
def test_json_rows_and_json_lines(name):
    rows = [
        {"file_name": name.split("/")[1], "label": label, "box": [1, 2]} for name, label in expected().items()
    ]
    text = "\n".join(map(json.dumps, rows)) if name.endswith("l") else json.dumps(rows)
    assert table_of(name, text.encode()).labels == expected()


def test_a_json_object_from_names_to_labels():
    assert table_of("labels.json", json.dumps(expected()).encode()).labels == expected()


def test_pictures_of_one_name_in_train_and_test():
    pictures = ["train/1.jpg", "train/2.jpg", "test/1.jpg", "test/2.jpg"]
    assert table_of("train.csv", b"id,label\n1,a\n2,b\n", pictures).labels == {
        "train/1.jpg": "a",
        "train/2.jpg": "b",
    }
    assert table_of("test.csv", b"id,label\n1,a\n2,b\n", pictures).labels == {
        "test/1.jpg": "a",
        "test/2.jpg": "b",
    }
    assert set(table_of("labels.csv", b"id,label\n1,a\n2,b\n", pictures).labels) == {
        "train/1.jpg",
        "train/2.jpg",
    }
    assert set(table_of("test/y.csv", b"id,label\n1,a\n2,b\n", pictures).labels) == {
        "test/1.jpg",
        "test/2.jpg",
    }


def test_several_columns_that_may_be_labels_are_choices_until_one_is_chosen():
    rows = [("id", "sex", "place"), *((name, "mf"[i % 2], "xyz"[i % 3]) for i, name in enumerate(NAMES))]
    table = table_of("meta.csv", csv(rows).encode())
    assert table.labels == {} and table.choices == ("sex", "place")
    assert set(table_of("meta.csv", csv(rows).encode(), column="place").labels.values()) == {"x", "y", "z"}


@pytest.mark.parametrize(
    ("name", "data"),
    [
        ("sample_submission.csv", csv([("id", "label"), *((name, "ab"[i % 2]) for i, name in enumerate(NAMES))]).encode()),
        ("labels.csv", b""), ("labels.csv", b"\0\1\2" * 100), ("labels.csv", b"id,label\nother1,a\nother2,b\n"),
        ("labels.csv", b"one column\nonly\n"), ("labels.json", b"{" * 100_000), ("labels.json", b"[1, 2]"),
        ("labels.csv", csv([("id", "label"), *((name, "same") for name in NAMES)]).encode()),
        ("labels.csv", b'id,label\n"' + b"x" * 200_000), ("readme.txt", b"These are pictures of dogs.\nHave fun.\n"),
    ],
)  # fmt: skip
def test_what_tells_no_labels_is_no_table(name, data):
    assert table_of(name, data) is None


def test_a_table_that_cannot_be_read_is_none():
    def refuse():
        raise ImageError("protected by a password")

    files = [*map(found, NAMES), Found("labels.csv", refuse)]
    assert tables_among(files, files[:-1]) == []


def test_an_export_of_boxes_names_the_label_where_all_boxes_agree():
    images = [{"id": i, "file_name": name.split("/")[1]} for i, name in enumerate(NAMES)]
    kinds = [{"id": i, "name": label} for i, label in enumerate(sorted(set(LABELS)))]
    boxes = [
        {"image_id": i, "category_id": sorted(set(LABELS)).index(label)} for i, label in enumerate(LABELS)
    ]
    boxes += [{"image_id": 0, "category_id": 1}, {"image_id": 1, "category_id": boxes[1]["category_id"]}]
    text = json.dumps({"images": images, "annotations": boxes, "categories": kinds})
    labels = {
        name: label for name, label in expected().items() if name != NAMES[0] or LABELS[0] == kinds[1]["name"]
    }
    assert table_of("_annotations.coco.json", text.encode()).labels == labels
    for broken in (
        {"images": 3, "annotations": [], "categories": None},
        {"images": [1], "annotations": [[]], "categories": [{}]},
    ):
        assert table_of("_annotations.coco.json", json.dumps(broken).encode()) is None
