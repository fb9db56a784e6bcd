"""A file of a known kind that is not read is told by its bytes, and has a way out, whatever its name says."""

import io
import time

import numpy as np
import pytest
from make_kinds import COLOUR_FILTER, encoded, ftyp, motion_photo, picture, tiff, zipped
from tellapart.errors import ImageError, KindError
from tellapart.gather import take_in
from tellapart.pictures.images import inspect, read_image
from tellapart.pictures.kinds.table import all_kinds, by_key
from tellapart.pictures.kinds.unread import UNKNOWN, encoding_of, kind_of_name, picture_format, unread_kind
from tellapart.store.project import create_project

FULL = {256: 4000, 257: 3000, 258: 16, 262: COLOUR_FILTER}
RAW = {
    "Adobe DNG": [{254: 1, 50706: 0x0401, "inner": [FULL]}],
    "Nikon": [{254: 1, 271: "NIKON CORPORATION", "inner": [{**FULL, 259: 34713}, {254: 1}]}],
    "SONY": [{254: 1, 271: "SONY", 259: 6, "inner": [{**FULL, 259: 32767, 262: 1}]}],
    "PENTAX": [{271: "PENTAX", 259: 65535, 262: 1}],
    "SAMSUNG": [{271: "SAMSUNG", "inner": [{**FULL, 259: 32770}]}],
    "Hasselblad": [{254: 1, 271: "Hasselblad", "inner": [FULL]}],
    "preview of 8": [{254: 1, "inner": [{256: 4000, 257: 3000, 262: 6, 259: 7}]}],
}
BY_BYTES = {
    "a PDF document": [b"%PDF-1.7\n", b"\n\r%PDF-1.4\n", bytes(100) + b"x%PDF-1.4"],
    "a Photoshop picture": [b"8BPS\0\1" + bytes(20), b"8BPS\0\2" + bytes(20)],
    "a JPEG 2000 picture": [b"\0\0\0\x0cjP  \r\n\x87\n" + bytes(9), b"\xff\x4f\xff\x51" + bytes(9)],
    "a JPEG XL picture": [b"\0\0\0\x0cJXL \r\n\x87\n" + bytes(9), b"\xff\x0a\xfa\x7f\x01"],
    "a JPEG-LS picture": [b"\xff\xd8\xff\xf7\0\x0b\x08"],
    "a PostScript drawing (EPS)": [b"%!PS-Adobe-3.0 EPSF", b"\xc5\xd0\xd3\xc6" + bytes(9)],
    "an icon (ICO)": [b"\0\0\1\0\1\0 \0\0\0"],
    "an SVG drawing": [b"<svg/>", b"<?xml?>\n<!-- x -->\n<SVG>", '\ufeff<svg>'.encode("utf-16"), b"\xef\xbb\xbf<svg"],
    "a web page, not a picture": [b"<!DOCTYPE html>", b"  <HTML lang=de>", b"<?xml?><!DOCTYPE html><html>"],
    "a film (MP4)": [ftyp(b"isom"), ftyp(b"mp42", b"avc1"), ftyp(b"3gp4"), ftyp(b"none")],
    "a film (QuickTime)": [ftyp(b"qt  "), b"\0\0\0\x08wide\0\0\0\0mdat", b"\0\0\1\0moov"],
    "a film (AVI)": [b"RIFF\0\0\0\0AVI LIST"],
    "a film (Matroska or WebM)": [b"\x1aE\xdf\xa3" + bytes(9)],
    "a raw picture of a camera (Canon CR3)": [ftyp(b"crx ", b"isom")],
    "a raw picture of a camera (Canon CR2)": [b"II*\0\x10\0\0\0CR\2\0" + bytes(40)],
    "a raw picture of a camera (Fujifilm RAF)": [b"FUJIFILMCCD-RAW 0201FF"],
    "a raw picture of a camera (Olympus ORF)": [b"IIRO\x08\0\0\0", b"IIRS\x08\0\0\0", b"MMOR\0\0\0\x08"],
    "a raw picture of a camera (Panasonic or Leica RW2)": [b"IIU\0\x18\0\0\0"],
    "a RAR archive": [b"Rar!\x1a\x07\0", b"Rar!\x1a\x07\1\0"],
    "a 7z archive": [b"7z\xbc\xaf\x27\x1c\0\4"],
    "a file packed with gzip": [b"\x1f\x8b\x08" + bytes(9)],
    "a zip in the place of a picture": [zipped(["a/b.jpg"])],
    "a text document": [zipped(["[Content_Types].xml", "_rels/.rels", "word/document.xml"]), zipped(["mimetype", "META-INF/x"], b"application/epub+zip")],
    "a spreadsheet": [zipped(["[Content_Types].xml", "xl/workbook.xml"]), zipped(["mimetype"], b"application/vnd.oasis.opendocument.spreadsheet")],
    "a presentation": [zipped(["[Content_Types].xml", "ppt/presentation.xml"])],
    "a numpy archive of arrays": [zipped(["x.npy", "y.npy"])],
    "a numpy array": [b"\x93NUMPY\1\0"],
    "an HDF5 file": [b"\x89HDF\r\n\x1a\n"],
    "a DICOM picture of medicine": [bytes(128) + b"DICM\2\0"],
    "a NIfTI volume": [b"\x5c\1\0\0" + bytes(340) + b"n+1\0"],
    "a Git LFS pointer, which stands for a file that was not fetched": [b"version https://git-lfs.github.com/spec/v1\noid sha256:4d7a\nsize 12345\n"],
    "a git-annex or DVC pointer, which stands for a file that was not fetched": [b"/annex/objects/SHA256E-s12--ab.jpg\n", b"../.git/annex/objects/a.jpg", b"outs:\n- md5: a304\n"],
    "a picture that lies in iCloud only": [b"bplist00\xd3\x01\x02_\x10\x10NSURLNameKeyX"],
    "a picture written as text (base64)": [b"data:image/png;base64,iVBOR", b"/9j/4AAQSkZJRg", b"iVBORw0KGgoAAAANSU"],
    "a text that names another file, as git leaves for a link": [b"../train/cat 1.jpg"],
    "a file of nothing but zeros, as a broken copy or a cloud folder leaves it": [bytes(5000), bytes(16)],
    "an XML text": [b"<?xml version='1.0'?><annotation/>", b"<Error><Code>AccessDenied</Code></Error>"],
    "a JSON text": [b'{"error": "gone"}', b"[\n {\"a\": 1}]"],
}  # fmt: skip


@pytest.mark.parametrize("name", BY_BYTES)
def test_a_known_kind_is_told_by_its_bytes_whatever_its_name(name):
    for data in BY_BYTES[name]:
        with pytest.raises(KindError) as caught:
            inspect(data)
        said, _, way_out = str(caught.value).partition("; ")
        assert said == name and len(way_out) > 10
        assert "damaged" not in said and UNKNOWN not in said


@pytest.mark.parametrize("order", ["<", ">"])
@pytest.mark.parametrize("is_big", [False, True])
@pytest.mark.parametrize("maker", RAW)
def test_a_raw_file_is_refused_in_place_of_its_preview(maker, order, is_big):
    with pytest.raises(KindError, match="raw") as caught:
        read_image(tiff(RAW[maker], order, is_big))
    assert maker.lower() in str(caught.value).lower() and "JPEG" in str(caught.value)


@pytest.mark.parametrize(
    "parts",
    [
        [{}],
        [{271: "NIKON CORPORATION"}],  # an ordinary TIFF that a camera's program wrote
        [
            {"inner": [{254: 1, 256: 4, 257: 4}]}
        ],  # a full picture with smaller copies, as microscopes write them
        [{254: 1}],
        [{330: 7}],
    ],
)
def test_ordinary_tiffs_are_no_raw_files(parts):
    for order in "<>":
        data = tiff(parts, order)
        assert unread_kind(data[:4096], io.BytesIO(data)) is None
        assert inspect(data).format == "TIFF"


def test_tiff_tags_that_lead_nowhere_or_in_circles_end_the_look_and_raise_nothing():
    rng = np.random.default_rng(0)
    whole = tiff(RAW["Nikon"])
    for _ in range(300):
        data = bytearray(whole)
        for at in rng.integers(4, len(data), 6):
            data[at] = rng.integers(0, 256)
        cut = bytes(data[: rng.integers(4, len(data))])
        unread_kind(cut[:4096], io.BytesIO(cut))


def test_every_format_that_is_read_passes_the_table():
    for kind in ("JPEG", "PNG", "GIF", "BMP", "WEBP", "TIFF", "PPM"):
        data = encoded(picture(), kind)
        assert picture_format(data) == kind and unread_kind(data, io.BytesIO(data)) is None
    assert (
        unread_kind(b"BMW is a maker of cars") is None and picture_format(b"BMW is a maker of cars") is None
    )


@pytest.mark.parametrize("mode", ["1", "L", "I;16", "RGB"])
def test_portable_maps_are_read_with_text_and_binary_numbers(mode):
    image = picture().convert("L" if mode == "I;16" else mode)
    data = encoded(image, "PPM")
    if mode == "I;16":
        numbers = np.asarray(image).astype(">u2") * 257
        data = b"P5 64 48 65535\n" + numbers.astype(">u2").tobytes()
    assert inspect(data).format == "PPM" and inspect(data).suffix == ".pnm"
    assert np.array_equal(np.asarray(read_image(data)), np.asarray(image.convert("RGB")))


@pytest.mark.parametrize(
    ("data", "grey"),
    [
        (b"P2\n# by hand\n8 8\n9\n" + b"9 0 " * 32, {0, 255}),
        (b"P1\n8 8\n" + b"1 0 " * 32, {0, 255}),
        (b"P3 8 8 255 " + b"7 7 7 " * 64, {7}),
    ],
)
def test_portable_maps_written_as_text_are_read(data, grey):
    assert set(np.unique(np.asarray(read_image(data)))) == grey


@pytest.mark.parametrize(
    ("kind", "most"),
    [("P5", 15), ("P5", 4095), ("P6", 1), ("P6", 1023), ("P6", 65535), ("P2", 4095), ("P3", 31)],
)
def test_portable_maps_of_any_greatest_number_are_read_as_pillow_reads_them(kind, most):
    rng = np.random.default_rng(most)
    numbers = rng.integers(0, most + 1, (48, 64, 3 if kind in ("P3", "P6") else 1))
    packed = numbers.astype(">u2" if most > 255 else "u1").tobytes()
    body = b" ".join(b"%d" % one for one in numbers.ravel()) if kind in ("P2", "P3") else packed
    data = f"{kind}\n# a remark\n64 48\n{most}\n".encode() + body
    wanted = (numbers * 255 / most).round().astype(np.uint8) * np.ones(3, np.uint8)
    assert np.array_equal(np.asarray(read_image(data)), wanted)
    with pytest.raises(ImageError, match="damaged or cut off"):
        inspect(data[: len(data) // 2])


@pytest.mark.parametrize("body", [b"9 " * 63 + b"10", b"9 " * 63 + b"x", b"9 " * 63, b"-1 " * 64])
def test_a_portable_map_with_wrong_numbers_is_refused(body):
    with pytest.raises(ImageError, match="damaged or cut off"):
        inspect(b"P2 8 8 9\n" + body)


def test_large_portable_maps_take_no_time_worth_speaking_of():
    started = time.process_time()
    assert inspect(b"P6 2000 1000 4095\n" + bytes(12_000_000)).width == 2000
    assert inspect(b"P3 1000 1000 255\n" + b"12 13 200 " * 1_000_000).width == 1000
    assert time.process_time() - started < 5  # Pillow takes half a minute


@pytest.mark.parametrize(
    ("name", "kind"),
    [
        ("a/b.PSD", "a Photoshop picture"), ("scan.nii.gz", "a NIfTI volume"), ("x.tar.7z", "a 7z archive"),
        ("letter.doc", "a text document"), ("IMG.heic.icloud", "a picture that lies in iCloud only"),
        ("IMG_1.NEF", "a raw picture of a camera (Nikon NEF)"), ("x.crdownload", "a download that was not finished"),
    ],
)  # fmt: skip
def test_a_name_tells_the_kind_where_bytes_cannot(name, kind):
    assert kind_of_name(name).name == kind
    assert kind_of_name("picture") is None and kind_of_name("picture.jpg") is None


def test_a_name_tells_more_closely_what_old_office_files_leave_open_and_never_overrules_bytes():
    ole = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(40)
    assert unread_kind(ole, name="list.xls").name == "a spreadsheet"
    assert unread_kind(ole).name == unread_kind(ole, name="list.mp4").name == "an office document"
    assert unread_kind(b"<html>", name="photo.psd").name == "a web page, not a picture"


def test_every_row_has_a_name_with_an_article_and_a_way_out():
    assert len(all_kinds()) > 100 and len(by_key()) > 25
    for kind in all_kinds():
        assert kind.name.split()[0] in ("a", "an", "the", "notes")
        assert kind.suffixes or kind.starts or kind in by_key().values()
        assert kind.way_out and kind.way_out[0].islower() and not kind.reason.endswith(".")
        assert all(suffix.startswith(".") and suffix == suffix.lower() for suffix in kind.suffixes)
    unreadable = {
        ".jpg",
        ".jpeg",
        ".png",
        ".gif",
        ".webp",
        ".tif",
        ".tiff",
        ".bmp",
        ".ppm",
        ".pgm",
        ".pbm",
        ".avif",
        ".heic",
    }
    assert not unreadable & {suffix for kind in all_kinds() for suffix in kind.suffixes}


@pytest.mark.parametrize("encoding", ["utf-16", "utf-16-le", "utf-16-be", "utf-8-sig", "cp1252"])
def test_the_encoding_of_a_text_is_told_from_its_bytes(encoding):
    text = "url,label\nhttps://example.org/bär.jpg,Bär\n"
    data = text.encode(encoding)
    assert data.decode(encoding_of(data)).lstrip("\ufeff") == text


@pytest.mark.parametrize(
    ("data", "word"),
    [
        (encoded(picture(), "PNG")[:20], "damaged or cut off"),
        (encoded(picture(), "JPEG")[:30], "damaged or cut off"),
        (tiff([{258: 64, 339: 6}]), "of an unsupported kind"),
        (b"\xff\xd8\xff\xc0\0\x11\x0c\0\x08\0\x08\x03\x01\x11\0\x02\x11\0\x03\x11\0\xff\xd9", "of an unsupported kind"),
    ],
)  # fmt: skip
def test_a_picture_that_cannot_be_opened_is_told_by_its_format(data, word):
    with pytest.raises(ImageError, match=word):
        inspect(data)


def test_all_come_by_name_into_one_summary(tmp_path):
    folder = tmp_path / "source" / "bear"
    folder.mkdir(parents=True)
    (folder / "good.jpg").write_bytes(motion_photo())
    (folder / "raw.dng").write_bytes(tiff(RAW["Adobe DNG"]))
    (folder / "notes.pages").write_bytes(b"whatever it is")
    (folder / ".IMG_7.jpg.icloud").write_bytes(b"bplist00....NSURLNameKey")
    (folder / "empty.jpg").write_bytes(b"")
    with create_project(tmp_path / "project") as project:
        summary = take_in(project, tmp_path / "source")
    reasons = {one.path: one.reason for one in summary.refusals}
    assert summary.n_added == 1 and "Adobe DNG" in reasons["bear/raw.dng"]
    assert "a text document" in reasons["bear/notes.pages"] and "OneDrive" in reasons["bear/empty.jpg"]
    assert "iCloud only" in reasons["bear/.IMG_7.jpg.icloud"]
    assert summary.to_json()["notes"] == [
        "bear/good.jpg: a Motion Photo: the still picture is used, the video is left out."
    ]
