"""Labels are what people write; folders and files get names that every disk can hold."""

from pathlib import PureWindowsPath

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st
from make_data import make_tiny_folder
from tellapart.errors import IntakeError
from tellapart.gather import take_in
from tellapart.journal import Relabel
from tellapart.labels import clean_label, file_name, folder_name, is_sayable, name_key, safe_name, sayable
from tellapart.project import create_project, open_project

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
