"""Names in zips that do not say how they are written: read as what looks most like words, and it is said."""

import struct
import unicodedata
import zlib

import pytest
from make_data import make_tiny_folder
from tellapart.gather import take_in
from tellapart.gather.archives.formats import entries
from tellapart.gather.archives.zip_names import names_of
from tellapart.store.project import create_project

WEST = ["Äpfel", "Größe", "João", "São Paulo", "Ångström", "smørrebrød", "crème brûlée", "mañana", "garçon", "Übung", "façade",
        "jalapeño", "Füchse", "Vögel", "señal", "hôtel", "poussière", "Köln", "naïve", "été"]  # fmt: skip
JAPAN = ["りんご", "林檎", "日本語", "写真", "犬の写真", "カメラ", "東京タワー", "表", "ソース"]
CHINA = ["苹果", "中文", "照片", "香蕉", "北京", "风景", "小狗"]
RUSSIA = ["Яблоки", "груши", "собака", "Кошки"]


def zipped(path, names, flag=0, extra=b"", method=0, system=3, content=b"x"):
    """A zip with names of any bytes, and any flags."""
    body, central = b"", b""
    for name in names:
        packed = content
        head = struct.pack(
            "<HHHHHIIIHH",
            20,
            flag,
            method,
            0,
            0x5C00,
            zlib.crc32(content),
            len(packed),
            len(content),
            len(name),
            0,
        )
        central += (
            b"PK\1\2" + struct.pack("<BB", 21, system) + head[:22]
            + struct.pack("<HHHHHII", len(name), len(extra), 0, 0, 0, 0o100644 << 16, len(body)) + name + extra
        )  # fmt: skip
        body += b"PK\3\4" + head + name + packed
    end = b"PK\5\6" + struct.pack("<HHHHIIH", 0, 0, len(names), len(names), len(central), len(body), 0)
    path.write_bytes(body + central + end)
    return path


def read(path):
    said = []
    return [entry.name for entry in entries(path, remark=said.append)], said


@pytest.mark.parametrize("system", [0, 3])
@pytest.mark.parametrize(
    ("page", "words"),
    [("cp437", WEST), ("cp850", WEST), ("cp1252", WEST), ("mac_roman", WEST), ("cp932", JAPAN), ("gbk", CHINA),
     ("cp866", RUSSIA), ("cp1251", RUSSIA)],
)  # fmt: skip
def test_the_names_of_a_set_are_read_in_the_code_page_of_whoever_packed_it(tmp_path, page, words, system):
    names = [
        f"{word}/{i}.jpg" for i, word in enumerate(words) if word.encode(page, "replace").decode(page) == word
    ]
    assert len(names) > 3
    found, (said,) = read(zipped(tmp_path / "set.zip", [name.encode(page) for name in names], system=system))
    assert found == names
    assert f"read as {page}" in said and names[0] in said


@pytest.mark.parametrize(
    ("page", "word"),
    [*(("cp437", word) for word in WEST if word.encode("cp437", "replace").decode("cp437") == word), *(("cp850", word) for word in WEST),
     *(("cp1252", word) for word in WEST), *(("cp932", word) for word in JAPAN), *(("gbk", word) for word in CHINA)],
)  # fmt: skip
def test_one_word_is_often_enough(tmp_path, page, word):
    names = [f"{word}/1.jpg", "Birnen/2.jpg"]
    assert read(zipped(tmp_path / "set.zip", [name.encode(page) for name in names]))[0] == names


@pytest.mark.parametrize("word", [*WEST, *JAPAN, *CHINA, *RUSSIA, "🌲 Bäume"])
@pytest.mark.parametrize("form", ["NFC", "NFD"])
def test_unmarked_utf_8_is_utf_8_as_finder_writes_it(tmp_path, word, form):
    name = unicodedata.normalize(form, f"{word}/1.jpg")
    assert read(zipped(tmp_path / "set.zip", [name.encode()])) == ([name], [])
    assert read(zipped(tmp_path / "set.zip", [name.encode()], flag=0x800)) == ([name], [])


def test_a_name_that_is_there_once_more_in_unicode_is_believed(tmp_path):
    raw = b"_pfel/1.jpg"
    good = "Äpfel/1.jpg".encode()
    field = struct.pack("<HHBI", 0x7075, 5 + len(good), 1, zlib.crc32(raw)) + good
    assert read(zipped(tmp_path / "set.zip", [raw], extra=field))[0] == ["Äpfel/1.jpg"]
    stale = struct.pack("<HHBI", 0x7075, 5 + len(good), 1, 7) + good
    assert read(zipped(tmp_path / "set.zip", [raw], extra=stale))[0] == ["_pfel/1.jpg"]


@pytest.mark.parametrize(
    "name", [b"\x8e\xff\0x/1.jpg", b"\xff\xfe/1.jpg", b"\x81/\x81.jpg", b"../\x8e.jpg", b"\\\x8e\\..\\x.jpg"]
)
def test_names_of_any_bytes_are_read_and_stay_inside(tmp_path, name):
    for entry in entries(zipped(tmp_path / "set.zip", [name])):
        assert "\0" not in entry.name and (not entry.is_safe or ".." not in entry.name.split("/"))


def test_labels_from_a_mac_are_those_of_another_computer(tmp_path):
    png = make_tiny_folder(tmp_path / "made", ("circle",), 1)["circle"][0].read_bytes()
    names = [unicodedata.normalize("NFD", f"{label}/1.png").encode() for label in ("Äpfel", "Öl")]
    zipped(tmp_path / "mac.zip", names, content=png)
    with create_project(tmp_path / "project") as project:
        take_in(project, tmp_path / "mac.zip")
        (picture,) = project.manifest.pictures()  # both are the same bytes
        assert picture.original_name == f"{picture.label}/1.png" and picture.label in ("Äpfel", "Öl")


def test_nothing_is_guessed_where_all_is_ascii():
    assert names_of([]) == ([], None)
