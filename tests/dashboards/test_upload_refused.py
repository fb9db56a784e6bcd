"""Uploads that are refused, with a sentence, and leave nothing: too much, of another shape, on a full disk."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from files_there import files_in
from tellapart_dashboards.widgets.upload import upload
from tellapart_dashboards.widgets.upload.upload import Receiver, UploadedFile, UploadLimits
from uploading import ANNOUNCE, Page, whole


@pytest.fixture
def batches() -> list[list[UploadedFile]]:
    return []


@pytest.fixture
def page(tmp_path: Path, batches: list[list[UploadedFile]]) -> Page:
    return Page(Receiver(tmp_path / "uploads", lambda _, files: batches.append(files)))


def test_a_small_batch_that_is_refused_leaves_nothing(
    tmp_path: Path, page: Page, batches: list[Any], monkeypatch: pytest.MonkeyPatch
) -> None:
    message, buffers = whole(**{"a.jpg": b"abc", "b.jpg": b"de"})
    same = [{**message["files"][0], "id": 1}, message["files"][1]]
    write = upload._Incoming.write

    def full_at_the_second(incoming: Any, content: memoryview) -> None:
        if incoming.name == "b.jpg":
            raise OSError(28, "No space left on device")
        write(incoming, content)

    def refused(files: Any = message["files"], sent: Any = buffers, batch: str = "b1") -> str:
        answer = page.receiver.receive({**message, "batch": batch, "files": files}, sent) or {}
        assert answer["t"] == "refused" and not batches
        assert not files_in(tmp_path / "uploads")
        return str(answer["reason"])

    for sent in ([], buffers[:1], buffers[::-1], [*buffers, b"x"], [b"abcd", b"e"]):
        assert "do not fit" in refused(sent=sent)
    assert "two files have one number" in refused(same)
    assert "does not understand" in refused("all")
    page.announce(**{"a.jpg": 3})
    assert "came twice" in refused()
    page.receiver._limits = UploadLimits(10, 4, "Bring fewer.")
    assert "Bring fewer." in refused()
    page.receiver._limits = UploadLimits(10, 10, "")
    monkeypatch.setattr(upload._Incoming, "write", full_at_the_second)
    assert "No space left" in refused()
    monkeypatch.setattr(upload._Incoming, "write", write)
    for n in range(20):
        assert page.receiver.receive({**ANNOUNCE, "batch": f"c{n}"}, [])["t"] == "go"  # type: ignore[index]
    assert "are running" in refused()


def test_pieces_that_come_with_a_refused_announcement_are_dropped(
    tmp_path: Path, page: Page, batches: list[Any]
) -> None:
    page.receiver._limits = UploadLimits(10, 4, "Bring fewer.")
    answer = page.announce(**{"a.jpg": 6})
    assert answer is not None and "Bring fewer." in answer["reason"]
    assert page.piece(0, 0, b"abc") == page.piece(0, 3, b"def") == {"t": "lost", "batch": "b1"}
    assert page.say("end") == {"t": "lost", "batch": "b1"} and batches == []
    assert not files_in(tmp_path / "uploads")


def test_more_than_was_announced_is_not_written(page: Page, batches: list[list[UploadedFile]]) -> None:
    page.announce(**{"a.jpg": 2})
    page.piece(0, 0, b"abcdef")
    page.say("end")
    assert batches[0][0].path.read_bytes() == b"ab"


def test_too_much_is_refused_before_anything_is_written(
    tmp_path: Path, page: Page, monkeypatch: pytest.MonkeyPatch
) -> None:
    answer = page.announce(**{"huge.jpg": upload.MAX_BYTES + 1})
    assert answer is not None and answer["t"] == "refused" and "too many for one upload" in answer["reason"]
    monkeypatch.setattr(upload, "KEEP_FREE_BYTES", 10**18)
    answer = page.announce(**{"a.jpg": 10})
    assert answer is not None and "Make room" in answer["reason"]
    assert not files_in(tmp_path / "uploads")


def test_what_waits_since_an_earlier_upload_counts_where_room_is_limited(tmp_path: Path) -> None:
    limits = UploadLimits(10, 10_000_000, "Fewer.", counts_waiting=True)
    receiver = Receiver(tmp_path / "uploads", lambda *_: None, limits)
    first, second, third = (Page(receiver, batch) for batch in ("b1", "b2", "b3"))
    assert first.announce(**{"a.jpg": 6_000_000}) == {"t": "go", "batch": "b1"}
    first.piece(0, 0, bytes(6_000_000))
    first.say("end")
    refused = second.announce(**{"b.jpg": 5_000_000})
    assert (
        refused is not None and "6 MB that were uploaded before still wait for a label" in refused["reason"]
    )
    assert third.announce(**{"c.jpg": 3_000_000}) == {"t": "go", "batch": "b3"}


def test_a_full_disk_ends_in_a_sentence(tmp_path: Path, page: Page, monkeypatch: pytest.MonkeyPatch) -> None:
    page.announce(**{"a.jpg": 6})

    def full(*_: Any, **__: Any) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(Path, "open", full)
    answer = page.piece(0, 0, b"abc")
    assert (
        answer["t"] == "refused"
        and "No space left" in answer["reason"]
        and "upload again" in answer["reason"]
    )


PIECES = {"t": "pieces", "batch": "b1", "n": 1, "pieces": [{"id": 0, "off": 0, "size": 3}]}


BAD_FILES: list[Any] = [
    {"id": 0, "path": "a.jpg", "size": -1}, {"id": 0, "path": "a.jpg", "size": 1.5}, {"id": 0, "path": "a.jpg", "size": "6"},
    {"id": 0, "path": "a.jpg", "size": True}, {"id": 0, "path": "a.jpg", "size": 2**60}, {"id": -1, "path": "a.jpg", "size": 1},
    {"id": 10**9, "path": "a.jpg", "size": 1}, {"id": 0, "path": "", "size": 1}, {"id": 0, "path": ["a"], "size": 1},
    {"id": 0, "path": "a/" * 3000, "size": 1}, {"id": 0, "size": 1}, {"path": "a.jpg", "size": 1}, "a.jpg", None, 5,
]  # fmt: skip


BAD_MESSAGES: list[Any] = [
    *({**ANNOUNCE, "files": [file]} for file in BAD_FILES), {**ANNOUNCE, "files": {}}, {**ANNOUNCE, "files": None},
    {**ANNOUNCE, "files": ANNOUNCE["files"] * 2}, {**ANNOUNCE, "more": "yes"}, {"batch": "b1"}, {"t": 5, "batch": "b1"},
    {"t": "delete", "batch": "b1"}, {"t": ["announce"], "batch": "b1"}, {"t": "pieces", "batch": "b1"},
]  # fmt: skip


@pytest.mark.parametrize("message", BAD_MESSAGES, ids=str)
def test_an_announcement_of_another_shape_is_refused_and_nothing_is_written(
    tmp_path: Path, page: Page, message: Any
) -> None:
    answer = page.receiver.receive(message, [])
    assert answer is not None and answer["t"] == "refused" and "upload again" in answer["reason"]
    assert not files_in(tmp_path / "uploads") and not page.receiver._batches


BAD_PIECES: list[tuple[Any, list[Any]]] = [
    ({**PIECES, "pieces": [{"id": 7, "off": 0, "size": 3}]}, [b"abc"]),
    ({**PIECES, "pieces": [{"id": 0, "off": -3, "size": 3}]}, [b"abc"]),
    ({**PIECES, "pieces": [{"id": 0, "off": 0, "size": -3}]}, [b"abc"]),
    ({**PIECES, "pieces": [{"id": 0, "off": 0, "size": 2**40}]}, [b"abc"]),
    ({**PIECES, "pieces": [{"id": 0, "off": 0}]}, [b"abc"]),
    ({**PIECES, "pieces": "all"}, [b"abc"]), ({**PIECES, "n": None}, [b"abc"]),
    (PIECES, []), (PIECES, [b"abcdef"]), (PIECES, [b"ab"]), (PIECES, [b"abc", b"abc"]),
    (ANNOUNCE, []),  # once more, when it was answered already
]  # fmt: skip


@pytest.mark.parametrize("message, buffers", BAD_PIECES, ids=str)
def test_pieces_that_do_not_fit_end_the_upload(
    tmp_path: Path, page: Page, batches: list[Any], message: Any, buffers: list[Any]
) -> None:
    page.receiver.receive(ANNOUNCE, [])
    answer = page.receiver.receive(message, buffers)
    assert answer is not None and answer["t"] == "refused" and "does not understand" in answer["reason"]
    assert not files_in(tmp_path / "uploads")
    assert page.say("end") == {"t": "lost", "batch": "b1"} and batches == []


@pytest.mark.parametrize("batch", ["../b", "b/1", "", "b" * 65, None, 5, ["b1"], "b1\n"])
def test_a_batch_that_could_name_another_folder_is_not_answered(page: Page, batch: Any) -> None:
    assert page.receiver.receive({**ANNOUNCE, "batch": batch}, []) is None
    assert page.receiver.receive("announce", []) is None and page.receiver.receive(None, []) is None


def test_announcements_in_parts_are_counted_together(page: Page, tmp_path: Path) -> None:
    page.receiver = Receiver(tmp_path / "small", page.receiver.on_batch, UploadLimits(10, 10, "Bring fewer."))
    assert page.receiver.receive({**ANNOUNCE, "more": True}, []) is None
    more = {**ANNOUNCE, "files": [{"id": 1, "path": "b.jpg", "size": 6}]}
    answer = page.receiver.receive(more, [])
    assert answer is not None and "too many for one upload" in answer["reason"]


def test_only_some_uploads_run_at_once(tmp_path: Path, page: Page) -> None:
    answers = [page.receiver.receive({**ANNOUNCE, "batch": f"b{n}"}, []) for n in range(25)]
    assert [(one or {})["t"] for one in answers].count("go") == 20
    assert "are running" in (answers[-1] or {})["reason"]


def test_a_disk_that_others_fill_meanwhile_ends_the_upload(
    page: Page, monkeypatch: pytest.MonkeyPatch
) -> None:
    page.receiver.receive(ANNOUNCE, [])
    monkeypatch.setattr(upload, "KEEP_FREE_BYTES", 10**18)
    answer = page.receiver.receive(PIECES, [b"abc"])
    assert answer is not None and answer["t"] == "refused" and "Make room" in answer["reason"]
