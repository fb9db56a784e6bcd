"""A correction is what it says, a box keeps each once and whole, and never more than it may."""

import json
import multiprocessing
import os
import signal
import threading

import pytest
from corrections_made import line_of
from tellapart import atomic_files
from tellapart.corrections import box as boxes
from tellapart.corrections.asking import CONSENT, Asking, checked_address
from tellapart.corrections.box import BoxLimits, CorrectionBox
from tellapart.corrections.correction import bare_jpeg, correction_of, new_correction, parsed
from tellapart.errors import CorrectionError, ImageError

HOSTILE = "<script>alert(1)</script>\u202e\n--- {{x}} `\x1b[31m"


@pytest.mark.parametrize(
    "address",
    [
        "http://example.org/corrections", "ftp://example.org", "https://user:pw@example.org/", "https://", "//x", "x",
        "https://example.org/?a=1", "https://example.org/#a", "https://exa mple.org/", "https://example.org/a;b",
        "https://example.org:99999/", "javascript:alert(1)", "https://example.org/'><script>", "file:///etc/passwd",
        "https://example.org/" + "a" * 300, "http://127.0.0.1.example.org/", "http://10.0.0.1/", "https://[::1",
        "https://example.org;connect-src *", "https://*/x",
    ],
)  # fmt: skip
def test_corrections_go_to_https_or_this_computer_alone(address):
    with pytest.raises(CorrectionError, match="cannot be sent to"):
        checked_address(address)


@pytest.mark.parametrize(
    ("address", "whole"),
    [
        ("", ""), ("https://Example.org", "https://example.org/corrections"),
        ("https://example.org:8443/a/b/", "https://example.org:8443/a/b"),
        ("http://127.0.0.1:8000/corrections", "http://127.0.0.1:8000/corrections"),
        ("http://[::1]:80/x", "http://[::1]:80/x"),
    ],
)  # fmt: skip
def test_an_address_is_made_whole(address, whole):
    assert checked_address(address) == whole
    assert Asking(True, "", address).address == whole and Asking(True, "", address).consent == CONSENT


def test_the_version_of_the_consent_changes_with_its_text():
    assert Asking().version == Asking(True).version != Asking(consent="Other words.").version
    assert Asking.from_json(Asking(True, HOSTILE).to_json()).consent == Asking(consent=HOSTILE).consent
    assert "\u202e" not in Asking(consent=HOSTILE).consent
    with pytest.raises(CorrectionError, match="1,000"):
        Asking(consent="x" * 1001)


@pytest.mark.parametrize(
    "kept", [None, 3, [], {"is_on": "yes"}, {"is_on": True, "address": "http://evil.org"}]
)
def test_settings_of_a_stranger_that_cannot_be_meant_ask_nobody(kept):
    assert Asking.from_json(kept) == Asking()


@pytest.mark.parametrize(
    "change",
    [
        {"picture": "../../etc/passwd"}, {"picture": ""}, {"picture": "A"}, {"picture": "a" * 65}, {"probability": 1.5},
        {"probability": "0.5"}, {"kind": "maybe"}, {"said": "x" * 401}, {"said": ""}, {"said": " \u200b"[:1]}, {"said": None},
        {"at": "yesterday"}, {"at": "2026-11-28T20:00:00+02:00"}, {"consent": "x"}, {"model": "short"}, {"format": 0},
        {"none_of_these": 1}, {"answered": 5}, {"format": 2}, {"picture": "1\n"},
    ],
)  # fmt: skip
def test_what_is_no_correction_is_refused(change):
    with pytest.raises(CorrectionError):
        correction_of(line_of(**change))


@pytest.mark.parametrize(
    "line", [b"", b"{", b"[]", b"null", b'"a"', b"\xff\xfe", b"[" * 5000, b" " * 9000, b"{}"]
)
def test_a_broken_line_is_refused(line):
    with pytest.raises(CorrectionError, match="no correction"):
        parsed(line)


def test_texts_are_only_text():
    correction = correction_of(line_of(kind="other", said=HOSTILE, answered=HOSTILE))
    assert "\u202e" not in correction.said and "\n" not in correction.said and "\x1b" not in correction.line()
    assert correction_of(line_of(kind="none of these", said="ignored")).said == ""
    assert parsed(correction.line().encode()) == correction
    assert len(correction_of(line_of(kind="other", said="x" * 300)).said) == 200


def test_a_picture_is_kept_without_what_its_file_says(tmp_path, jpegs):
    from PIL import Image

    exif = Image.Exif()
    exif[0x010F], exif[0x8825] = "Maker of cameras", {1: "N", 2: (48.0, 51.0, 0.0)}
    path = tmp_path / "some.jpg"
    Image.new("RGB", (900, 1600), "red").save(path, exif=exif, comment=b"by Ann")
    data = bare_jpeg(path)
    assert b"Maker" not in data and b"Exif" not in data and b"by Ann" not in data
    with pytest.raises(ImageError):
        bare_jpeg(b"not a picture")


def a_correction(jpeg, said="square", kind="label"):
    return new_correction(jpeg, "circle", 0.9, False, kind, said, "0123456789ab", "ab" * 32)


def lines(folder):
    return [json.loads(line) for line in (folder / boxes.LINES).read_text("utf-8").splitlines()]


def test_the_same_correction_is_kept_once(tmp_path, jpegs):
    box = CorrectionBox(tmp_path / "box")
    assert box.put(a_correction(jpegs[0]), jpegs[0]) and not box.put(a_correction(jpegs[0]), jpegs[0])
    assert box.put(a_correction(jpegs[0], "triangle"), jpegs[0])  # another word about the same picture
    assert not CorrectionBox(tmp_path / "box").put(a_correction(jpegs[0]), jpegs[0])
    assert len(lines(tmp_path / "box")) == 2 and len(list((tmp_path / "box" / "pictures").iterdir())) == 1


def test_a_flood_fills_no_disk(tmp_path, jpegs):
    box = CorrectionBox(tmp_path, BoxLimits(3, 2**20))
    for jpeg in jpegs[:3]:
        assert box.put(a_correction(jpeg), jpeg)
    for i in range(200):
        with pytest.raises(CorrectionError, match="no room"):
            box.put(a_correction(jpegs[4], str(i), "other"), jpegs[4])
    assert len(lines(tmp_path)) == 3 and len(list((tmp_path / "pictures").iterdir())) == 3
    small = CorrectionBox(tmp_path / "small", BoxLimits(100, len(jpegs[0]) + 10))
    assert small.put(a_correction(jpegs[0]), jpegs[0])
    with pytest.raises(CorrectionError, match="no room"):
        small.put(a_correction(jpegs[1]), jpegs[1])
    (tmp_path / boxes.LINES).unlink()  # the owner has taken them out
    assert box.put(a_correction(jpegs[5]), jpegs[5])


def test_a_full_disk_keeps_nothing_half(tmp_path, jpegs, monkeypatch):
    box = CorrectionBox(tmp_path)
    assert box.put(a_correction(jpegs[0]), jpegs[0])
    monkeypatch.setattr(boxes.os, "fsync", full)
    with pytest.raises(CorrectionError, match="No space left"):
        box.put(a_correction(jpegs[0], "triangle"), jpegs[0])
    assert len(lines(tmp_path)) == 1
    with pytest.raises(CorrectionError, match="No space left"):
        monkeypatch.setattr(boxes.CorrectionBox, "_append", full)
        box.put(a_correction(jpegs[1]), jpegs[1])
    assert len(list((tmp_path / "pictures").iterdir())) == 1, "no picture that no line speaks of"
    monkeypatch.undo()
    monkeypatch.setattr(atomic_files, "write_bytes", full)
    with pytest.raises(CorrectionError, match="No space left"):
        box.put(a_correction(jpegs[1]), jpegs[1])
    monkeypatch.undo()
    monkeypatch.setattr(boxes.shutil, "disk_usage", lambda _: type("Usage", (), {"free": 10})())
    with pytest.raises(CorrectionError, match="nearly full"):
        box.put(a_correction(jpegs[1]), jpegs[1])
    monkeypatch.undo()
    assert box.put(a_correction(jpegs[1]), jpegs[1]) and len(lines(tmp_path)) == 2


def full(*_):
    raise OSError(28, "No space left on device")


@pytest.mark.skipif(os.name != "posix", reason="a limit of POSIX stands for a full disk")
def test_a_line_that_was_refused_is_not_written_later(tmp_path, jpegs, monkeypatch):
    """What waits in a buffer would come when the file is closed, after the sender was told that nothing was saved."""
    import resource

    box = CorrectionBox(tmp_path)
    assert box.put(a_correction(jpegs[0]), jpegs[0])
    before = (tmp_path / boxes.LINES).read_bytes()
    soft, hard = resource.getrlimit(resource.RLIMIT_FSIZE)
    handler = signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
    monkeypatch.setattr(atomic_files, "write_bytes", lambda *_: None)
    try:
        resource.setrlimit(resource.RLIMIT_FSIZE, (len(before) + 20, hard))
        with pytest.raises(CorrectionError, match="cannot be kept"):
            box.put(a_correction(jpegs[1]), jpegs[1])
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, (soft, hard))
        signal.signal(signal.SIGXFSZ, handler)
    assert (tmp_path / boxes.LINES).read_bytes() == before


def test_a_line_that_a_kill_left_open_harms_no_other(tmp_path, jpegs):
    box = CorrectionBox(tmp_path)
    box.put(a_correction(jpegs[0]), jpegs[0])
    with (tmp_path / boxes.LINES).open("a") as file:
        file.write('{"format": 1, "pict')
    assert box.put(a_correction(jpegs[1]), jpegs[1])
    assert len(list(CorrectionBox(tmp_path))) == 2


def drop(folder, jpegs, start):
    box = CorrectionBox(folder)
    for i in range(10):
        box.put(a_correction(jpegs[i % len(jpegs)], f"{start} {i}", "other"), jpegs[i % len(jpegs)])


def test_many_processes_drop_at_once(tmp_path, jpegs):
    workers = [
        multiprocessing.get_context("fork").Process(target=drop, args=(tmp_path, jpegs, n)) for n in range(3)
    ]
    threads = [threading.Thread(target=drop, args=(tmp_path, jpegs, f"t{n}")) for n in range(2)]
    for one in [*workers, *threads]:
        one.start()
    for one in [*workers, *threads]:
        one.join()
    assert all(one.exitcode == 0 for one in workers)
    assert len(lines(tmp_path)) == 50 == len({line["said"] for line in lines(tmp_path)})


def test_a_box_as_a_zip(tmp_path, jpegs):
    import zipfile

    box = CorrectionBox(tmp_path / "box")
    for said in ("square", "triangle"):
        box.put(a_correction(jpegs[0], said), jpegs[0])
    with (tmp_path / "some.zip").open("wb") as file:
        assert box.write_zip(file) == 2
    with zipfile.ZipFile(tmp_path / "some.zip") as archive:
        assert sorted(archive.namelist())[0] == "corrections.jsonl" and len(archive.namelist()) == 2
