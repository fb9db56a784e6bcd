"""Uploads as the page sends them: announce, pieces, end."""

from __future__ import annotations

import os
import time
from pathlib import Path
from typing import Any

import pytest
from acting import settled
from tellapart_dashboards.widgets.upload.upload import Receiver, UploadedFile, UploadWidget
from uploading import Page, whole


@pytest.fixture
def batches() -> list[list[UploadedFile]]:
    return []


@pytest.fixture
def page(tmp_path: Path, batches: list[list[UploadedFile]]) -> Page:
    return Page(Receiver(tmp_path / "uploads", lambda _, files: batches.append(files)))


def test_a_file_in_two_pieces_arrives_whole(page: Page, batches: list[list[UploadedFile]]) -> None:
    assert page.announce(**{"a.jpg": 5}) == {"t": "go", "batch": "b1"}
    assert page.piece(0, 0, b"abc")["off"] == 3
    assert page.piece(0, 3, b"de")["done"] is True
    assert page.say("end") == {"t": "done", "batch": "b1", "kept": 1}
    assert batches[0][0].path.read_bytes() == b"abcde"


def test_many_small_files_come_in_one_message(page: Page, batches: list[list[UploadedFile]]) -> None:
    page.announce(**{"a.jpg": 1, "empty.jpg": 0, "b.jpg": 2})
    pieces = [{"id": 0, "off": 0, "size": 1}, {"id": 1, "off": 0, "size": 0}, {"id": 2, "off": 0, "size": 2}]
    answer = page.receiver.receive(
        {"t": "pieces", "batch": "b1", "n": 7, "pieces": pieces}, [memoryview(b"x"), memoryview(b"yz")]
    )
    assert answer is not None and answer["n"] == 7
    assert [one["done"] for one in answer["files"]] == [True, True, True]
    page.say("end")
    assert [file.path.read_bytes() for file in batches[0]] == [b"x", b"", b"yz"]


def test_a_small_batch_comes_in_one_message_and_only_once(
    page: Page, batches: list[list[UploadedFile]]
) -> None:
    message = whole(**{"a.jpg": b"abc", "empty.jpg": b"", "A.JPG": b"de"})
    done = {"t": "done", "batch": "b1", "kept": 3}
    message[0]["label"] = "crab"
    assert page.receiver.receive(*message) == done
    assert page.receiver.receive(*message) == done, "its answer was lost, the page sends it again"
    assert page.say("end") == done
    (files,) = batches
    assert [file.path.read_bytes() for file in files] == [b"abc", b"", b"de"]
    assert [file.name for file in files] == ["a.jpg", "empty.jpg", "A.JPG"]
    assert [file.label for file in files] == ["crab"] * 3, "where it was dropped"
    assert not page.receiver._batches


def test_an_empty_file_arrives_as_an_empty_file(page: Page, batches: list[list[UploadedFile]]) -> None:
    page.announce(**{"empty.jpg": 0})
    assert page.piece(0, 0, b"")["done"] is True
    page.say("end")
    assert batches[0][0].path.read_bytes() == b""


def test_a_repeated_or_early_piece_changes_nothing_and_is_told_where_to_go_on(
    page: Page, batches: list[list[UploadedFile]]
) -> None:
    page.announce(**{"a.jpg": 6})
    page.piece(0, 0, b"abc")
    assert page.piece(0, 0, b"xyz")["off"] == 3  # an answer got lost, the page sends again
    assert page.piece(0, 5, b"f")["off"] == 3  # a piece got lost on the way
    assert page.piece(0, 0, b"") == {"id": 0, "off": 3, "done": False}
    page.piece(0, 3, b"def")
    page.say("end")
    assert batches[0][0].path.read_bytes() == b"abcdef"


def test_two_files_of_one_name_are_both_kept(
    tmp_path: Path, page: Page, batches: list[list[UploadedFile]]
) -> None:
    files = [{"id": 0, "path": "IMG.jpg", "size": 1}, {"id": 1, "path": "img.JPG", "size": 1}]
    page.receiver.receive({"t": "announce", "batch": "b1", "files": files}, [])
    page.piece(0, 0, b"a")
    page.piece(1, 0, b"b")
    page.say("end")
    assert sorted(file.path.read_bytes() for file in batches[0]) == [b"a", b"b"]
    assert len({file.path.name.casefold() for file in batches[0]}) == 2


def test_folders_name_the_labels_and_the_chosen_folder_itself_does_not(
    page: Page, batches: list[list[UploadedFile]]
) -> None:
    page.announce(**{"zoo/cat/1.jpg": 0, "zoo/dog/1.jpg": 0, "zoo/pets.zip": 0})
    for number in range(3):
        page.piece(number, 0, b"")
    page.say("end")
    found = {(file.path.parent.parent.name, file.folders) for file in batches[0]}
    assert ("folders", ("cat",)) in found
    assert any(file.path.parent.name == "zips" for file in batches[0])


def test_a_single_folder_of_pictures_keeps_its_name(page: Page, batches: list[list[UploadedFile]]) -> None:
    page.announce(**{"cat/1.jpg": 0, "cat/2.jpg": 0})
    page.piece(0, 0, b"")
    page.piece(1, 0, b"")
    page.say("end")
    assert {file.folders for file in batches[0]} == {("cat",)}


def test_an_unfinished_file_leaves_no_part_behind(
    tmp_path: Path, page: Page, batches: list[list[UploadedFile]]
) -> None:
    page.announce(**{"a.jpg": 6, "b.jpg": 1})
    page.piece(0, 0, b"abc")
    page.piece(1, 0, b"x")
    page.say("end")
    assert [file.name for file in batches[0]] == ["b.jpg"]
    assert not list(tmp_path.rglob("*.part"))


def test_a_stopped_upload_leaves_nothing(tmp_path: Path, page: Page) -> None:
    page.announce(**{"a.jpg": 6})
    page.piece(0, 0, b"abc")
    page.say("abort")
    assert [path for path in (tmp_path / "uploads").rglob("*") if path.is_file()] == []
    assert page.say("end") == {"t": "lost", "batch": "b1"}


def test_what_a_closed_page_left_is_removed_and_what_is_fresh_stays(tmp_path: Path) -> None:
    for name, age_s in (("old", 7 * 3600), ("fresh", 60)):
        part = tmp_path / "uploads" / name / "loose" / "a.jpg.part"
        part.parent.mkdir(parents=True)
        part.write_bytes(b"a")
        then = time.time() - age_s
        for path in (part, part.parent, part.parent.parent):
            os.utime(path, (then, then))
    Receiver(tmp_path / "uploads", lambda *_: None)
    assert [path.name for path in (tmp_path / "uploads").iterdir()] == ["fresh"]


async def test_the_widget_answers_the_page(tmp_path: Path) -> None:
    widget = UploadWidget(tmp_path / "uploads", lambda *_: None)
    sent: list[Any] = []
    widget.send = lambda content, buffers=None: sent.append(content)  # what would go over the wire
    message = {
        "t": "announce",
        "batch": "b1",
        "files": [{"id": 0, "path": "a.jpg", "size": 0}],
        "more": False,
    }
    widget._handle_custom_msg(message, [])
    await settled()
    assert sent == [{"t": "go", "batch": "b1"}]
