"""Labels are what people write; folders and files get names that every disk can hold."""

import random
from pathlib import PureWindowsPath

import numpy as np
import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st
from make_data import draw_shape, make_tiny_folder
from tellapart.classify import Predictor
from tellapart.clean import open_review
from tellapart.deploy.datasheet import datasheet
from tellapart.errors import IntakeError
from tellapart.gather import take_in
from tellapart.label_names import (
    clean_label,
    file_name,
    folder_name,
    is_sayable,
    label_order,
    name_key,
    safe_name,
    sayable,
)
from tellapart.store.journal import Relabel
from tellapart.store.project import create_project, open_project
from tellapart.train import preparation, train_head

ODD_LABELS = [
    "a/b", "..", ".", "../../etc", "C:\\temp", '"quoted" \'twice\'', "<b>bold</b><script>alert(1)</script>", "🐻‍❄️ bear",
    "دب", "‮reversed", "CON", "nul.txt", "com1", "trailing dot.", " spaces  inside ", ".hidden", "-rf", "%s {0} $HOME",
    "semi;colon -- '); DROP TABLE pictures;", "ünïcödé", "e\u0301", "x" * 100, "🐻" * 100, "a*b?c|d", "𝕗𝕒𝕟𝕔𝕪", "ß", "NULL",
]  # fmt: skip
TEXT = st.text(
    st.characters(blacklist_categories=("Cs", "Cc")) | st.sampled_from('/\\:*?"<>|. '),
    min_size=1,
    max_size=100,
)


def is_fit_for_every_disk(name):
    return (
        name
        and not set(name) & set('/\\:*?"<>|')
        and name == name.strip()
        and not name.endswith(".")
        and not name.startswith(".")
        and len(name.encode()) <= 200
        and not PureWindowsPath(name).is_reserved()
    )


@given(TEXT)
@example("CON")
@example("aux.jpg")
@settings(max_examples=300, deadline=None)
def test_every_label_gets_a_folder_that_every_disk_can_hold(text):
    try:
        label = clean_label(text)
    except IntakeError:
        assert not text.strip() or len(text) > 90  # composing may lengthen; nothing else is refused
        return
    assert clean_label(label) == label
    assert is_fit_for_every_disk(folder_name(label, set()))
    assert is_fit_for_every_disk(safe_name(text))


@given(st.lists(TEXT, min_size=2, max_size=12))
@settings(max_examples=100, deadline=None)
def test_different_labels_never_share_a_folder_even_where_case_is_ignored(texts):
    labels = {clean_label(text) for text in texts if text.strip() and len(text) < 60}
    taken = set()
    for label in labels:
        key = name_key(folder_name(label, taken))
        assert key not in taken
        taken.add(key)


@given(TEXT, st.sampled_from([".jpg", ".png", ".heic"]))
@settings(max_examples=200, deadline=None)
def test_every_file_name_is_fit_and_ends_like_its_content(original, suffix):
    name = file_name(original, suffix, "0" * 64, set())
    assert is_fit_for_every_disk(name)
    assert name.lower().endswith((suffix, ".jpeg", ".jpe", ".jfif", ".heif"))
    other = file_name(original, suffix, "1" * 64, {name_key(name)})
    assert name_key(other) != name_key(name)


def test_odd_labels_come_back_as_written_after_a_new_start(tmp_path):
    source = make_tiny_folder(tmp_path / "source", ("circle",), len(ODD_LABELS))["circle"]
    with create_project(tmp_path / "project") as project:
        for label, picture in zip(ODD_LABELS, source, strict=True):
            assert take_in(project, picture, label=label).n_added == 1, label
    with open_project(tmp_path / "project") as project:
        counts = project.manifest.label_counts()
        assert set(counts) == {clean_label(label) for label in ODD_LABELS}
        assert set(counts.values()) == {1} and not project.changes
        for picture in project.manifest.pictures():
            assert project.file(picture).resolve().is_relative_to((tmp_path / "project" / "images").resolve())
    assert {path.name for path in tmp_path.iterdir()} == {"source", "project"}


def test_a_picture_can_be_moved_through_every_odd_label_and_back(tmp_path):
    make_tiny_folder(tmp_path / "source", ("circle",), 1)
    with create_project(tmp_path / "project") as project:
        take_in(project, tmp_path / "source")
        before = project.manifest.pictures()[0]
        data = project.file(before).read_bytes()
        for label in ODD_LABELS:
            project.journal.decide(Relabel(before.image_id, label))
            now = project.manifest.picture(before.image_id)
            assert now.label == clean_label(label) and project.file(now).read_bytes() == data
        while project.journal.undo():
            pass
        assert project.manifest.picture(before.image_id) == before
        assert project.file(before).read_bytes() == data


@pytest.mark.parametrize(
    ("text", "expected"),
    [("x" * 300, "300 characters; at most 100"), ("x" * 101, "101 characters"), ("  ", "empty"), ("", "empty"),
     ("a\x00b", "control characters"), ("bell\x07", "control characters"), ("\udce9", "control characters")],
)  # fmt: skip
def test_a_label_that_cannot_be_kept_is_refused_in_words(text, expected):
    with pytest.raises(IntakeError, match=expected):
        clean_label(text)


def test_a_name_of_odd_bytes_can_be_shown():
    assert not is_sayable("caf\udce9.jpg") and is_sayable("café.jpg")
    assert sayable("caf\udce9.jpg") == "caf�.jpg"


ORDERS = [
    ["0", "1", "2", "9", "10", "11", "100"],
    ["-20", "−3", "-1", "0", "0.25", "0.5", "+1", "1.25", "1.5", "2", "10.01"],
    ["01", "1", "1 b", "2 a", "10 a"],
    ["class 1", "class 2", "class 10", "class 10b", "class 20"],
    ["grade 2-1", "grade 2-9", "grade 2-10"],
    ["1 €", "2 cents", "10 cents"],
    ["2024.9.1", "2024.10.1", "2024.10.02"],
    ["v1.9.0", "v1.10.0"],
    ["١", "٢", "١٠"],
    ["5 °C", "10 °C", "Zebra", "ant", "bee", "ärger"],
    ["a", "a-2", "a-10", "b"],
    ["9" * 90, "1" + "0" * 90],
]


@pytest.mark.parametrize("labels", ORDERS, ids=lambda labels: labels[0][:9])
def test_numbers_sort_as_numbers_also_within_words(labels):
    for seed in range(5):
        assert sorted(random.Random(seed).sample(labels, len(labels)), key=label_order) == labels


@given(st.lists(st.integers(-(10**6), 10**6), unique=True))
@settings(max_examples=20)
def test_whole_numbers_sort_as_numbers(numbers):
    assert [int(one) for one in sorted(map(str, numbers), key=label_order)] == sorted(numbers)


@given(
    st.lists(
        TEXT | st.from_regex(r"[a-c \-.]{0,2}[0-9.]{0,4}[a-c]?", fullmatch=True), unique=True, max_size=12
    )
)
@settings(max_examples=20)
def test_any_labels_have_one_order_and_those_without_digits_that_of_their_letters(labels):
    backwards = labels[::-1]
    assert sorted(backwards, key=label_order) == sorted(labels, key=label_order)
    plain = [label for label in labels if not any(map(str.isdecimal, label))]
    assert sorted(plain, key=label_order) == sorted(plain)


def test_labels_that_are_numbers_stand_in_order_everywhere_and_old_bundles_keep_theirs(tmp_path, monkeypatch):
    shapes = {"10": "circle", "9": "square", "-1": "triangle", "2.5": "ring"}
    for place, (label, shape) in enumerate(shapes.items()):
        (tmp_path / "source" / label).mkdir(parents=True)
        for number in range(6):
            drawn = draw_shape(shape, np.random.default_rng(100 * place + number), 48)
            drawn.save(tmp_path / "source" / label / f"{number}.png")
    expected = ("-1", "2.5", "9", "10")
    with create_project(tmp_path / "project") as project:
        take_in(project, tmp_path / "source")
        assert tuple(project.manifest.labels()) == tuple(project.manifest.label_counts()) == expected
        assert open_review(project).classes == expected
        with monkeypatch.context() as patched:
            patched.setattr(preparation, "label_order", str)  # as trainings of older versions did
            old = train_head(project)
        new = train_head(project)
        assert (old.classes, new.classes) == (("-1", "10", "2.5", "9"), expected)
        assert tuple(row["label"] for row in new.to_json()["per_class"]) == expected
        before, after = Predictor(old.bundle_dir), Predictor(new.bundle_dir)
        assert (before.classes, after.classes) == (old.classes, expected)
        for picture in project.manifest.pictures()[::5]:
            one, other = (predictor.predict(project.file(picture)) for predictor in (before, after))
            assert one.probabilities == pytest.approx(other.probabilities, abs=1e-3)
            assert tuple(other.probabilities) == expected and other.index == expected.index(other.label)
        text = datasheet(project.manifest, "numbers")
        places = [text.index(f"\n| {label} |") for label in ("\\-1", "2.5", "9", "10")]
        assert places == sorted(places)
