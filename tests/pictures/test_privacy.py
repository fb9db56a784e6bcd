"""Golden pictures and thumbnails carry pixels and nothing else, whatever the file they are made from says."""

import functools
import json

import pytest
from built_files import drawn, encoded, jpeg_with, segment
from PIL import Image, PngImagePlugin
from tellapart.bundle.loading import load_bundle
from tellapart.gather import take_in
from tellapart.pictures.images import read_image, read_with_camera, thumbnail_jpeg
from tellapart.store.project import create_project
from tellapart.train import train_head

SECRET = b"52.5200N 13.4050E Ada's garden"
ALLOWED = {0xD8, 0xE0, 0xDB, 0xC0, 0xC4, 0xDA}  # start, JFIF, tables, frame, scan


@functools.cache
def telling_pictures(size_px=300):
    image = drawn(size_px)
    said = SECRET.decode()
    exif = Image.Exif()
    exif[0x010E], exif[0x9286] = said, said
    text = PngImagePlugin.PngInfo()
    for key in ("comment", "Comment", "Author", "icc_profile", "exif", "xmp"):
        text.add_text(key, said)
    text.add_itxt("XML:com.adobe.xmp", said)
    long = PngImagePlugin.PngInfo()
    long.add_text("comment", said * 3000)
    profile = b"\0" * 36 + b"acsp" + bytes(88) + SECRET
    return {
        "jpeg comment": encoded(image, "JPEG", comment=SECRET, exif=exif, icc_profile=profile),
        "jpeg comment of 60 kB": encoded(image, "JPEG", comment=SECRET * 2000),
        "jpeg xmp": jpeg_with(segment(0xE1, b"http://ns.adobe.com/xap/1.0/\0" + SECRET), image=image),
        "png text": encoded(image, "PNG", pnginfo=text, exif=exif),
        "png comment of 90 kB": encoded(image, "PNG", pnginfo=long),
        "gif comment": encoded(image, "GIF", comment=SECRET),
        "gif comment of 70 kB": encoded(image, "GIF", comment=SECRET * 2500),
        "webp": encoded(image, "WEBP", exif=exif, xmp=SECRET, icc_profile=profile),
        "tiff": encoded(image, "TIFF", exif=exif, description=said, software=said),
    }


def markers(jpeg):
    found, at = [0xD8], 2
    while at < len(jpeg) and jpeg[at + 1] != 0xDA:
        found.append(jpeg[at + 1])
        at += 2 + int.from_bytes(jpeg[at + 2 : at + 4], "big")
    return {*found, 0xDA}


def assert_bare(jpeg):
    assert SECRET not in jpeg and b"garden" not in jpeg and markers(jpeg) <= ALLOWED


@pytest.mark.parametrize("name", telling_pictures(16))
@pytest.mark.parametrize("side_px", [60, 900], ids=["smaller", "as it is"])
def test_a_thumbnail_carries_nothing_but_pixels(name, side_px):
    data = telling_pictures()[name]
    assert_bare(thumbnail_jpeg(data, side_px))
    for image in (read_image(data), read_with_camera(data, 64)[0]):
        assert not image.info
        for kind in ("JPEG", "PNG", "WEBP", "GIF"):
            assert SECRET not in encoded(image, kind)
        assert_bare(encoded(image, "JPEG"))


def test_golden_pictures_carry_nothing_but_pixels(tmp_path):
    for seed, label in enumerate(("one", "other")):
        (tmp_path / "source" / label).mkdir(parents=True)
        for i, data in enumerate(telling_pictures(64 + 8 * seed).values()):
            (tmp_path / "source" / label / str(i)).write_bytes(data)
        for i in range(8):
            drawn(48, 10 * seed + i).save(tmp_path / "source" / label / f"{i}.jpg", comment=SECRET)
    with create_project(tmp_path / "project") as project:
        take_in(project, tmp_path / "source")
        bundle_dir = train_head(project).bundle_dir
    golden = sorted((bundle_dir / "golden").iterdir())
    assert golden and load_bundle(bundle_dir)
    for path in golden:
        assert_bare(path.read_bytes())
    assert SECRET.decode() not in json.dumps(json.loads((bundle_dir / "bundle.json").read_text()))
