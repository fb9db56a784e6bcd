"""A part of a file never passes for the whole in silence: further pages, frames, pictures and films are noted."""

import io
import time

import pytest
from make_kinds import encoded, ftyp, motion_photo, picture, tiff
from PIL import Image
from tellapart.gather import take_in
from tellapart.pictures.formats import tiff as tiff_parts
from tellapart.pictures.images import inspect, read_image
from tellapart.store.project import create_project, open_project


def several(kind, n, **options):
    frames = [picture(seed=seed) for seed in range(n)]
    return encoded(frames[0], kind, save_all=True, append_images=frames[1:], **options)


def notes_of(data):
    return " | ".join(inspect(data).notes)


@pytest.mark.parametrize("from_disk", [False, True])
@pytest.mark.parametrize(
    ("kind", "options", "said"),
    [
        ("TIFF", {}, "the first of its 3 pages"),
        ("TIFF", {"compression": "tiff_lzw"}, "the first of its 3 pages"),
        ("TIFF", {"big_tiff": True}, "the first of its 3 pages"),
        ("GIF", {"duration": 40}, "the first of its 3 frames"),
        ("PNG", {"duration": 40}, "the first of its 3 frames"),
        ("WEBP", {"duration": 40}, "the first of its 3 frames"),
        ("AVIF", {"duration": 40}, "the first of its 3 frames"),
        ("MPO", {}, "the first of its 3 pictures"),
    ],
)
def test_more_than_one_is_noted(kind, options, said, from_disk, tmp_path):
    Image.init()
    if kind not in Image.SAVE_ALL:
        pytest.skip(f"this Pillow was built without {kind}")
    data = several(kind, 3, **options)
    (tmp_path / "file").write_bytes(data)
    source = tmp_path / "file" if from_disk else data
    (note,) = inspect(source).notes
    assert said in note and "save the others" in note
    assert read_image(source).size == (64, 48)
    assert inspect(encoded(picture(), kind)).notes == ()


def test_several_heic_pictures_are_noted():
    heif = pytest.importorskip("pillow_heif", reason="pillow-heif is not installed")
    whole = heif.HeifFile()
    for seed in range(3):
        whole.add_from_pillow(picture(seed=seed))
    buffer = io.BytesIO()
    whole.save(buffer)
    assert "the main of its 3 pictures" in notes_of(buffer.getvalue())
    film = b"\0\0\0\x18mpvd" + bytes(16)
    assert "a Motion Photo" in notes_of(buffer.getvalue() + film)


@pytest.mark.parametrize("gap", [b"", b"\0\0\x30\x0a\x10\0\0\0MotionPhoto_Data", bytes(777)])
def test_a_film_behind_a_jpeg_is_noted(gap, tmp_path):
    data = motion_photo(gap)
    (tmp_path / "a.jpg").write_bytes(data)
    assert notes_of(data) == notes_of(tmp_path / "a.jpg")
    assert notes_of(data).startswith("a Motion Photo")


def test_a_jpeg_that_only_mentions_a_film_has_no_note():
    image = picture()
    assert inspect(encoded(image, "JPEG", comment=b"....ftypmp42")).notes == ()
    assert inspect(encoded(image, "JPEG") + b"\xff\xff\xff\xffftypmp42").notes == ()
    assert inspect(encoded(image, "JPEG", comment=ftyp(b"mp42"))).notes == ()


def test_a_gain_map_is_no_picture_of_its_own():
    first = picture()
    mark = b"http://ns.adobe.com/xap/1.0/\0<x xmlns:hdrgm='http://ns.adobe.com/hdr-gain-map/1.0/'/>"
    data = encoded(first, "MPO", save_all=True, append_images=[first.convert("L")], comment=mark)
    assert inspect(data).format == "MPO" and inspect(data).notes == ()


def test_smaller_copies_and_masks_are_no_pages():
    assert inspect(tiff([{}, {254: 1, 256: 4}, {254: 4}])).notes == ()
    assert "the first of its 2 pages" in notes_of(tiff([{}, {254: 1}, {}]))


def test_a_thumbnail_before_the_page_is_passed_over():
    data = tiff([{254: 1, 256: 4, 257: 4}, {256: 8, 257: 8}])
    assert read_image(data).size == (8, 8)
    facts = inspect(data)
    assert (facts.width, facts.height, facts.notes) == (8, 8, ())


def test_counting_ends_whatever_the_file_claims():
    whole = encoded(picture(8, 8), "GIF")
    frame = whole[13 + (3 << (whole[10] & 7) + 1) : -1]
    many = whole[:-1] + frame * 12_000
    started = time.process_time()
    assert "more than 10,000 frames" in notes_of(many)
    pages = [{} for _ in range(40)]
    ring = bytearray(tiff(pages))
    assert len(tiff_parts.pages(io.BytesIO(ring))) == 40
    assert time.process_time() - started < 10


def test_the_notes_of_pictures_laid_into_a_folder_by_hand_are_told_once(tmp_path):
    source = tmp_path / "source" / "scan"
    source.mkdir(parents=True)
    (source / "plain.png").write_bytes(encoded(picture(seed=9), "PNG"))
    with create_project(tmp_path / "project") as project:
        take_in(project, tmp_path / "source")
    (tmp_path / "project" / "images" / "scan" / "three.tif").write_bytes(several("TIFF", 3))
    with open_project(tmp_path / "project") as project:
        assert any("three.tif: only the first of its 3 pages" in line for line in project.changes)
    with open_project(tmp_path / "project") as project:
        assert project.changes == []
