"""What is not picture never decides: neither what stands beside it, nor a lost end mark, nor the first brand named."""

import struct
import zlib

import numpy as np
import pytest
from built_files import chunk, drawn, encoded, jpeg_with, large_profile, noise, png_with, segment
from PIL import Image
from tellapart.errors import ImageError
from tellapart.pictures.formats.brands import heif_formats
from tellapart.pictures.images import inspect, read_image

LONG = zlib.compress(b"words " * 500_000)
BESIDE_PNG = {
    "profile of 1.5 MB": [chunk(b"iCCP", b"icc\0\0" + large_profile())],
    "profile packed in an unknown way": [chunk(b"iCCP", b"icc\0\7" + large_profile())],
    "profile that does not unpack": [chunk(b"iCCP", b"icc\0\0" + noise(500))],
    "profile without an end of its name": [chunk(b"iCCP", b"icc")],
    "text of 3 MB, packed": [chunk(b"zTXt", b"Comment\0\0" + LONG)],
    "text packed in an unknown way": [chunk(b"zTXt", b"Comment\0\5" + LONG)],
    "XMP of 3 MB, packed": [chunk(b"iTXt", b"XML:com.adobe.xmp\0\1\0\0\0" + LONG)],
    "many texts of 1 MB each": [chunk(b"zTXt", b"Comment\0\0" + zlib.compress(bytes(10**6)))] * 70,
    "text with a wrong checksum": [chunk(b"tEXt", b"Comment\0words", False)],
    "packed text with a wrong checksum": [chunk(b"zTXt", b"Comment\0\0" + zlib.compress(b"words"), False)],
    "EXIF with a wrong checksum": [chunk(b"eXIf", noise(60), False)],
    "size in print with a wrong checksum": [chunk(b"pHYs", bytes(9), False)],
    "size in print that is cut off": [chunk(b"pHYs", b"\0\0")],
    "gamma that is cut off": [chunk(b"gAMA", b"\0")],
    "whites that are cut off": [chunk(b"cHRM", bytes(5))],
    "sRGB without its byte": [chunk(b"sRGB", b"")],
    "an animation that is none": [chunk(b"acTL", b"\0\0\0\1"), chunk(b"fcTL", bytes(26))],
    "frames out of order": [chunk(b"acTL", bytes(3) + b"\2" + bytes(4)), chunk(b"fcTL", noise(26))],
    "30,000 small pieces": [chunk(b"teXt", b"x")] * 30_000,
    "5 MB of a program's own": [chunk(b"prVt", noise(5_000_000))],
}


@pytest.mark.parametrize("name", BESIDE_PNG)
@pytest.mark.parametrize("at", [33, -12], ids=["before", "after"])
def test_a_png_opens_whatever_stands_beside_its_picture(name, at):
    data = png_with(*BESIDE_PNG[name], at=at)
    assert np.array_equal(np.asarray(read_image(data)), np.asarray(drawn()))


def test_a_png_that_is_laden_keeps_palette_clear_parts_and_turn():
    exif = Image.Exif()
    exif[0x0112] = 6
    picture = drawn().crop((0, 0, 64, 48))
    data = encoded(picture, "PNG", exif=exif)
    laden = data[:33] + chunk(b"zTXt", b"Comment\0\0" + LONG) + data[33:]
    assert np.array_equal(
        np.asarray(read_image(laden)), np.asarray(picture.transpose(Image.Transpose.ROTATE_270))
    )
    palette = encoded(drawn().quantize(8), "PNG", transparency=0)
    laden = palette[:33] + chunk(b"zTXt", b"Comment\0\0" + LONG) + palette[33:]
    assert np.array_equal(np.asarray(read_image(laden)), np.asarray(read_image(palette)))


@pytest.mark.parametrize("where", ["header", "palette", "cut"])
def test_damage_of_the_picture_itself_is_still_refused(where):
    data = bytearray(encoded(drawn().quantize(8) if where == "palette" else drawn(), "PNG"))
    if where == "header":
        data[29] ^= 255
    elif where == "palette":
        data[data.index(b"PLTE") + 4 + 24] ^= 255
    else:
        data = data[: len(data) * 2 // 3]
    with pytest.raises(ImageError, match="damaged|known kind"):
        inspect(bytes(data))


def exif_block(body):
    return segment(0xE1, b"Exif\0\0" + body)


BESIDE_JPEG = {
    "EXIF of noise": [exif_block(noise(500))],
    "EXIF that points beyond its end": [exif_block(b"II*\0" + struct.pack("<I", 0xFFFFFFFF))],
    "EXIF that points at itself": [
        exif_block(b"II*\0" + struct.pack("<IHHHII", 8, 1, 0x8769, 4, 1, 8) + bytes(4))
    ],
    "EXIF with a resolution of nothing": [
        exif_block(b"II*\0" + struct.pack("<IHHHII", 8, 1, 0x011A, 5, 1, 26) + bytes(4) + bytes(8))
    ],
    "half an EXIF": [exif_block(b"MM\0*\0\0")],
    "EXIF 300 times": [exif_block(noise(3000, i)) for i in range(300)],
    "comments of 60 kB, 40 of them": [segment(0xFE, noise(60_000, i)) for i in range(40)],
    "profile of noise": [segment(0xE2, b"ICC_PROFILE\0\1\1" + noise(900))],
    "profile whose parts are missing": [segment(0xE2, b"ICC_PROFILE\0\2\3" + noise(900))],
    "profile without numbers": [segment(0xE2, b"ICC_PROFILE\0")],
    "Photoshop's blocks, broken": [segment(0xED, b"Photoshop 3.0\08BIM" + noise(50))],
    "JFIF too short": [segment(0xE0, b"JFIF\0")],
    "a picture in pictures that is none": [segment(0xE2, b"MPF\0" + noise(60))],
    "pictures in pictures beyond the end": [segment(0xE2, b"MPF\0II*\0" + struct.pack("<I", 8) + noise(80))],
    "XMP of noise": [segment(0xE1, b"http://ns.adobe.com/xap/1.0/\0" + noise(3000))],
    "Adobe's mark, too short": [segment(0xEE, b"Adobe")],
}


@pytest.mark.parametrize("name", BESIDE_JPEG)
@pytest.mark.parametrize("is_progressive", [False, True])
def test_a_jpeg_opens_whatever_stands_beside_its_picture(name, is_progressive):
    data = jpeg_with(*BESIDE_JPEG[name], progressive=is_progressive)
    sound = read_image(encoded(drawn(), "JPEG", progressive=is_progressive))
    assert np.array_equal(np.asarray(read_image(data)), np.asarray(sound))


@pytest.mark.parametrize("kind", ["WEBP", "AVIF", "HEIF", "TIFF"])
def test_broken_exif_keeps_no_other_kind_from_opening(kind):
    if kind == "HEIF":
        pytest.importorskip("pillow_heif").register_heif_opener()
    Image.init()
    if kind not in Image.SAVE:
        pytest.skip("this Pillow was built without AVIF")
    exif = Image.Exif()
    exif[0x010F], exif[0x0132], exif[0x8769] = "Maker", "2026:01:01 00:00:00", {0x9003: "2026:01:01 00:00:00"}
    block = exif.tobytes().removeprefix(b"Exif\0\0")
    data = encoded(drawn(), kind, exif=exif.tobytes())
    at = data.index(block[8:]) - 8 if kind != "TIFF" else data.index(b"Maker")
    whole = np.asarray(read_image(data))
    for seed in range(6):
        broken = bytearray(data)
        start, size = (at, 8) if seed % 2 else (at + 8, 24)
        if kind == "TIFF":
            start, size = at, 30  # its tags are the file's own; only what they point at is beside the picture
        broken[start : start + size] = noise(size, seed)
        assert np.array_equal(np.asarray(read_image(bytes(broken))), whole)


JPEGS = {
    "plain": {},
    "progressive": {"progressive": True},
    "with restarts": {"restart_marker_blocks": 3},
    "all colours at full size": {"subsampling": 0},
    "best": {"quality": 100},
    "small": {"quality": 5},
}


@pytest.mark.parametrize("name", JPEGS)
@pytest.mark.parametrize("mode", ["RGB", "L", "CMYK"])
def test_a_jpeg_without_its_end_mark_opens_and_a_cut_one_does_not(name, mode):
    image = drawn(100).convert(mode)
    data = encoded(image, "JPEG", **JPEGS[name])
    whole = read_image(data)
    for left in (data[:-2], data[:-1], data[:-2] + bytes(64), data[:-2] + b"\0\0"):
        assert np.array_equal(np.asarray(read_image(left)), np.asarray(whole))
        assert inspect(left) == inspect(data)
    scan = data.rindex(b"\xff\xda")
    for cut in (len(data) - 60, (scan + len(data)) // 2, scan + 30):
        if scan + 20 < cut < len(data) - 20:
            with pytest.raises(ImageError, match="damaged"):
                inspect(data[:cut])


def test_a_progressive_jpeg_that_lost_its_last_scans_is_refused():
    data = encoded(drawn(100), "JPEG", progressive=True)
    scans = [at for at in range(len(data)) if data[at : at + 2] == b"\xff\xda"]
    for last in scans[1:]:
        table = data.rindex(b"\xff\xc4", 0, last)
        with pytest.raises(ImageError):
            inspect(data[:table])


def ftyp(*brands):
    return struct.pack(">I", 12 + 4 * len(brands)) + b"ftyp" + brands[0] + bytes(4) + b"".join(brands[1:])


@pytest.mark.parametrize(
    ("brands", "expected"),
    [
        ((b"avif", b"mif1", b"miaf"), ("AVIF",)),
        ((b"mif1", b"avif", b"miaf"), ("AVIF",)),
        ((b"mif1", b"miaf", b"MA1B", b"avif"), ("AVIF",)),
        ((b"msf1", b"avis"), ("AVIF",)),
        ((b"heic", b"mif1"), ("HEIF",)),
        ((b"mif1", b"heic"), ("HEIF",)),
        ((b"msf1", b"hevc"), ("HEIF",)),
        ((b"heix",), ("HEIF",)),
        ((b"miaf", b"heic"), ("HEIF",)),
        ((b"avif", b"heic"), ("AVIF",)),
        ((b"mif1", b"heic", b"avif"), ("HEIF", "AVIF")),
        ((b"mif1", b"avif", b"heic"), ("AVIF", "HEIF")),
        ((b"mif1",), ("HEIF", "AVIF")),
        ((b"isom", b"mp41"), ()),
        ((b"qt  ",), ()),
    ],
)
def test_heic_and_avif_are_told_apart_by_all_their_brands(brands, expected):
    assert heif_formats(ftyp(*brands) + bytes(40)) == expected


@pytest.mark.parametrize("kind", ["AVIF", "HEIF"])
def test_a_picture_opens_under_any_main_brand_of_its_family(kind):
    if kind == "HEIF":
        pytest.importorskip("pillow_heif").register_heif_opener()
    if kind not in Image.SAVE:
        Image.init()
    if kind not in Image.SAVE:
        pytest.skip("this Pillow was built without AVIF")
    data = encoded(drawn(), kind)
    for brand in (b"mif1", b"miaf", b"MA1B", b"1pic"):
        other = data[:8] + brand + data[12:]
        assert inspect(other).format == kind
        assert np.array_equal(np.asarray(read_image(other)), np.asarray(read_image(data)))


@pytest.mark.parametrize("kind", ["AVIF", "HEIF"])
def test_a_damaged_one_is_refused_and_named_damaged(kind):
    if kind == "HEIF":
        pytest.importorskip("pillow_heif").register_heif_opener()
    Image.init()
    if kind not in Image.SAVE:
        pytest.skip("this Pillow was built without AVIF")
    data = encoded(drawn(), kind)
    half = data[: len(data) // 2]
    for broken in (half, data[:60], *([half + bytes(len(half))] if kind == "HEIF" else [])):
        with pytest.raises(
            ImageError
        ) as caught:  # the AVIF decoder of Pillow 11.3 takes zeros for picture data
            inspect(broken)
        assert "install" not in str(caught.value)
