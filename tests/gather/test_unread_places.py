"""Places and lists that turn out to be of another kind: named, with a way out; UTF-16 lists are read."""

import zipfile
from pathlib import Path

import pytest
from make_kinds import encoded, picture, with_method, zipped
from tellapart.errors import GatherError, ImageError, IntakeError
from tellapart.gather import take_in
from tellapart.gather.layout.places import look_into
from tellapart.gather.sources.url_list import list_labels, read_list
from tellapart.pictures.images import MAX_BYTES
from tellapart.pictures.kinds.cloud import IN_CLOUD
from tellapart.store.project import create_project


@pytest.mark.parametrize(
    ("name", "data", "said"),
    [
        ("set.rar", b"Rar!\x1a\x07\1\0", "set.rar is a RAR archive; unpack it"),
        ("set.zip", b"Rar!\x1a\x07\1\0", "set.zip is a RAR archive; unpack it"),
        ("set.7z", b"7z\xbc\xaf\x27\x1c\0\4", "a 7z archive; unpack it"),
        ("set.zip", b"<!DOCTYPE html><title>Log in</title>", "a web page"),
        ("set.tar.gz", b"<html>Please log in</html>", "a web page"),
        ("set.zip", b"version https://git-lfs.github.com/spec/v1\n", "git lfs pull"),
        ("set.tar.zst", b"\x28\xb5\x2f\xfd....", "unpack it"),
        ("set.docx", zipped(["[Content_Types].xml", "word/media/a.jpg"]), "a text document"),
        ("set.pdf", b"%PDF-1.5", "a PDF document; turn its pages into pictures"),
        ("set.mp4", b"\0\0\0\x18ftypisom" + bytes(40), "a film (MP4); save single pictures"),
        ("set.npz", zipped(["x.npy"]), "a numpy archive"),
        ("set.h5", b"\x89HDF\r\n\x1a\n", "an HDF5 file"),
    ],
)
def test_a_place_of_another_kind_is_named_with_a_way_out(name, data, said, tmp_path):
    (tmp_path / name).write_bytes(data)
    with create_project(tmp_path / "project") as project:
        for label in (None, "bear"):
            with pytest.raises(IntakeError) as caught:
                take_in(project, tmp_path / name, label)
            assert said in str(caught.value)
            assert "damaged" not in str(caught.value) and "no folders" not in str(caught.value)


def test_a_zip_of_whatever_is_in_it_is_taken_in_where_somebody_calls_it_a_zip(tmp_path):
    with zipfile.ZipFile(tmp_path / "document.zip", "w") as archive:
        archive.writestr("[Content_Types].xml", "<Types/>")
        archive.writestr("word/media/one.png", encoded(picture(), "PNG"))
    with create_project(tmp_path / "project") as project:
        assert take_in(project, tmp_path / "document.zip", "pages").n_added == 1


@pytest.mark.parametrize(("method", "name"), [(9, "Deflate64"), (98, "PPMd"), (99, "AES"), (97, "method 97")])
def test_ways_of_packing_that_are_not_read_are_named(method, name, tmp_path):
    good = encoded(picture(), "PNG")
    (tmp_path / "all.zip").write_bytes(with_method(zipped(["bear/a.png", "bear/b.png"], good), method))
    with create_project(tmp_path / "project") as project:
        with pytest.raises(IntakeError, match=f"{name}.*unpack the zip") as caught:
            take_in(project, tmp_path / "all.zip")
        assert "damaged" not in str(caught.value)
        data = zipped(["bear/a.png", "bear/b.png"], good)
        at = data.find(b"PK\x03\x04", 4)
        central = data.find(b"PK\x01\x02", data.find(b"PK\x01\x02") + 4)
        mixed = bytearray(data)
        mixed[at + 8], mixed[central + 10] = method, method
        (tmp_path / "some.zip").write_bytes(bytes(mixed))
        summary = take_in(project, tmp_path / "some.zip")
    assert summary.n_added == 1
    assert [name in one.reason and "damaged" not in one.reason for one in summary.refusals] == [True]


def test_a_film_is_told_as_a_film_however_large_it_is(tmp_path):
    (tmp_path / "bear").mkdir()
    with (tmp_path / "bear" / "film.mov").open("wb") as file:
        file.write(b"\0\0\0\x14ftypqt  ")
        file.truncate(MAX_BYTES + 1)
    with (tmp_path / "bear" / "large.jpg").open("wb") as file:
        file.write(b"\xff\xd8\xff\xe0")
        file.truncate(MAX_BYTES + 1)
    reasons = {}
    for found in look_into(tmp_path):
        with pytest.raises(ImageError) as caught:
            found.read()
        reasons[found.name] = str(caught.value)
    assert reasons["bear/film.mov"].startswith("a film (QuickTime); ")
    assert reasons["bear/large.jpg"] == "101 MB is more than the 100 MB a picture may have"


def test_a_file_that_lies_in_the_cloud_says_so(tmp_path, monkeypatch):
    (tmp_path / "bear").mkdir()
    (tmp_path / "bear" / "a.jpg").write_bytes(b"x")
    (found,) = look_into(tmp_path)
    offline = OSError(22, "The cloud file provider is not running")
    offline.winerror = 362

    def fail(path):
        raise offline

    monkeypatch.setattr(Path, "read_bytes", fail)
    with pytest.raises(ImageError) as caught:
        found.read()
    assert str(caught.value) == IN_CLOUD
    offline.winerror = None
    with pytest.raises(ImageError, match="cannot be read"):
        found.read()


@pytest.mark.parametrize("mark", ["\ufeff", ""])
@pytest.mark.parametrize("encoding", ["utf-16-le", "utf-16-be", "utf-8"])
def test_lists_in_utf_16_are_read(encoding, mark, tmp_path):
    rows = "".join(f"https://example.org/{i}.jpg,bär\n" for i in range(2000))
    (tmp_path / "list.csv").write_bytes((mark + "url,label\n" + rows).encode(encoding))
    (tmp_path / "list.txt").write_bytes((mark + "# mine\r\nhttps://example.org/ä.jpg\r\n").encode(encoding))
    found = list(read_list(tmp_path / "list.csv"))
    assert len(found) == 2000 and found[-1].url == "https://example.org/1999.jpg"
    assert list_labels(tmp_path / "list.csv") == ["bär"]
    assert [one.url for one in read_list(tmp_path / "list.txt")] == ["https://example.org/ä.jpg"]


def test_a_workbook_in_the_place_of_a_list_is_named(tmp_path):
    (tmp_path / "list.csv").write_bytes(zipped(["[Content_Types].xml", "xl/workbook.xml"]))
    with pytest.raises(GatherError, match=r"list\.csv is a spreadsheet, no text. Give a \.txt or \.csv"):
        list(read_list(tmp_path / "list.csv"))
