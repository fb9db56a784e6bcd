"""Whatever a picture says of its colours, it comes out in sRGB, as a browser shows it, and never fails by it."""

import io
import struct
import sys
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from PIL import Image
from tellapart.pictures.colour.code_points import PRIMARIES
from tellapart.pictures.colour.profiles import SRGB, SRGB_CURVE, rgb_profile
from tellapart.pictures.images import inspect, read_given, read_image, thumbnail_jpeg

sys.path.append(str(Path(__file__).parents[2] / "benchmarks"))
import coloured_pictures as made

RED, GREEN = (200, 60, 50), (60, 180, 70)  # in Display P3 and Adobe RGB
SEEN_RED, SEEN_GREEN = (217, 42, 39), (0, 181, 57)  # what Chromium's canvas shows


def plain(colour, mode="RGB"):
    """A picture of one colour, 64 px."""
    image = Image.new("RGB", (64, 64), colour)
    return image.quantize(4) if mode == "P" else image.convert(mode)


def assert_colour(data, colour, tolerance=2):
    """The picture is of this colour by every way in: whole, made small, as a thumbnail."""
    small = Image.open(io.BytesIO(thumbnail_jpeg(data, 16)))
    for image in (read_image(data), read_image(data, 8), small):
        assert image.mode == "RGB"
        far = np.abs(np.asarray(image, np.int16) - colour).max()
        assert far <= tolerance + (image is small), (image.getpixel((3, 3)), colour)


FILES = {
    "JPEG": lambda image, icc: made.jpeg(image, icc_profile=icc),
    "PNG": lambda image, icc: made.png(image, made.iccp(icc)),
    "WebP": lambda image, icc: made.encoded(image, "WEBP", lossless=True, icc_profile=icc),
    "TIFF": lambda image, icc: made.encoded(image, "TIFF", icc_profile=icc),
    "AVIF": lambda image, icc: made.avif(image, icc_profile=icc),
    "HEIF": lambda image, icc: heif(image, icc_profile=icc),
}


def heif(image, **options):
    pillow_heif = pytest.importorskip("pillow_heif", reason="pillow-heif is not installed")
    pillow_heif.register_heif_opener()
    return made.encoded(image, "HEIF", quality=-1, chroma=444, **options)


@pytest.mark.parametrize("kind", FILES)
@pytest.mark.parametrize(
    ("icc", "colour", "seen"),
    [(made.P3, RED, SEEN_RED), (made.ADOBE, GREEN, SEEN_GREEN)],
    ids=["P3", "Adobe"],
)
def test_a_profile_is_applied_in_every_format(kind, icc, colour, seen):
    assert_colour(FILES[kind](plain(colour), icc), seen, tolerance=4 if kind in ("AVIF", "HEIF") else 2)


@pytest.mark.parametrize(
    ("kind", "mode"),
    [(kind, mode) for kind in ("PNG", "TIFF", "WebP") for mode in ("RGB", "RGBA", "P", "L", "LA", "1")
     if kind != "WebP" or mode in ("RGB", "RGBA", "L")],
)  # fmt: skip
def test_a_profile_is_applied_in_every_mode(kind, mode):
    image = plain((200, 200, 200) if mode in ("L", "LA") else (255, 255, 255) if mode == "1" else RED, mode)
    seen = {"L": 229, "LA": 229, "1": 255}.get(mode)  # 200 of linear light is 229 of sRGB
    icc = made.P3 if seen is None else made.LINEAR
    assert_colour(FILES[kind](image, icc), SEEN_RED if seen is None else (seen,) * 3)


@pytest.mark.parametrize("mode", ["L", "LA"])
def test_a_grey_profile_is_for_grey_pictures_alone(mode):
    assert_colour(made.png(plain((200, 200, 200), mode), made.iccp(made.grey_profile(1.0))), (229, 229, 229))
    assert_colour(made.png(plain(RED), made.iccp(made.grey_profile(1.0))), RED)


def inks(*percent):
    return Image.new("CMYK", (64, 64), tuple(round(2.55 * one) for one in percent))


@pytest.mark.parametrize("n_bits", [8, 16])
@pytest.mark.parametrize(
    "percent", [(100, 0, 100, 0), (0, 0, 0, 0), (30, 60, 10, 0), (20, 40, 60, 50), (0, 0, 0, 100)]
)
def test_inks_become_what_their_profile_says_paper_and_black_among_them(percent, n_bits):
    icc = made.table_profile(b"CMYK", made.inks_to_lab, 9, n_bits)
    wanted = srgb_of_lab(made.inks_to_lab(np.array([percent]) / 100))
    assert_colour(made.encoded(inks(*percent), "TIFF", icc_profile=icc), wanted, tolerance=3)
    assert_colour(made.encoded(inks(*percent), "JPEG", quality=100, icc_profile=icc), wanted, tolerance=4)


def test_the_table_of_a_large_picture_is_nearly_the_same():
    icc = made.table_profile(b"CMYK", made.inks_to_lab, 9, 16)
    large = read_image(
        made.encoded(
            inks(20, 40, 60, 10).resize((2400, 1800)), "TIFF", icc_profile=icc, compression="tiff_lzw"
        )
    )
    small = read_image(made.encoded(inks(20, 40, 60, 10), "TIFF", icc_profile=icc))
    assert np.abs(np.subtract(large.getpixel((9, 9)), small.getpixel((9, 9)))).max() <= 3


def srgb_of_lab(lab):
    """(3,) levels of one Lab colour, computed apart from any colour engine."""
    y = (lab[0, 0] + 16) / 116
    root = np.array([y + lab[0, 1] / 500, y, y - lab[0, 2] / 200])
    xyz = np.where(root > 6 / 29, root**3, (root - 16 / 116) / 7.787) * (0.9642, 1.0, 0.8249)
    to_rgb = ((3.1339, -1.6169, -0.4906), (-0.9788, 1.9161, 0.0335), (0.0719, -0.2290, 1.4052))
    light = np.clip(np.array(to_rgb) @ xyz, 0, 1)
    return np.rint(255 * np.where(light <= 0.0031308, 12.92 * light, 1.055 * light ** (1 / 2.4) - 0.055))


@pytest.mark.parametrize(
    ("chunks", "seen"),
    [
        (made.cicp(12, 13), SEEN_RED),
        (made.cicp(12, 13) + made.iccp(made.LINEAR), SEEN_RED),  # the newer word counts
        (made.cicp(1, 13) + made.iccp(made.P3), RED),
        (made.cicp(12, 13, is_full=0), RED),  # not for RGB
        (made.cicp(12, 13, matrix=1), RED),
        (made.cicp(2, 2) + made.iccp(made.P3), SEEN_RED),  # unspecified
        (made.chunk(b"cICP", b"\x0c") + made.iccp(made.P3), SEEN_RED),  # cut off
        (made.cicp(1, 8), (229, 133, 123)),
        (made.gama(1), (229, 133, 123)),
        (made.gama(0.45455), RED),
        (made.gama(0.45455) + made.chrm(PRIMARIES[12]), (219, 37, 34)),
        (made.chrm(PRIMARIES[12]), RED),  # says nothing without a gamma
        (made.chunk(b"sRGB", b"\0") + made.gama(1), RED),
        (made.gama(1) + made.chrm((0.3, 0) * 4), RED),
        (made.gama(0), RED),
    ],
)
def test_what_a_png_says_in_numbers(chunks, seen):
    assert_colour(made.png(plain(RED), chunks), seen)


@pytest.mark.parametrize(
    ("points", "seen"), [((12, 13), SEEN_RED), ((1, 13), RED), ((1, 1), RED), ((2, 2), RED)]
)
def test_an_avif_and_a_heic_say_it_in_numbers_too(points, seen):
    assert_colour(made.avif(plain(RED), *points), seen, tolerance=4)
    nclx = dict(zip(("color_primaries", "transfer_characteristics"), points, strict=True))
    data = bytearray(heif(plain(RED), matrix_coefficients=1, **nclx))
    assert_colour(bytes(data), seen, tolerance=4)


def test_what_is_brighter_than_paper_is_toned_down():
    """PQ and HLG, as Chromium shows them on an ordinary screen (greys measured there)."""
    ramp = Image.fromarray(np.arange(256, dtype=np.uint8)[None, ::15].repeat(2, 0)).convert("RGB")
    curves = {
        16: [0, 1, 4, 13, 26, 42, 61, 85, 114, 150, 193, 221, 242, 255, 255, 255, 255, 255],
        18: [0, 2, 13, 26, 39, 52, 66, 79, 92, 106, 122, 142, 166, 194, 214, 229, 243, 255],
    }
    for transfer, levels in curves.items():
        found = np.asarray(read_image(made.png(ramp, made.cicp(9, transfer))), np.int16)[0]
        assert np.abs(found - np.array(levels)[:, None]).max() <= 2
        clear = ramp.convert("RGBA")
        clear.putpixel((0, 0), (0, 0, 0, 0))
        assert read_image(made.png(clear, made.cicp(9, transfer))).getpixel((0, 0)) == (255, 255, 255)


BROKEN = [
    b"", b"x", b"not a profile" * 40, made.P3[:127], made.P3[:200], made.P3[:-40], bytes(128) + made.P3[128:],
    made.P3.replace(b"acsp", b"xxxx"), made.P3.replace(b"para", b"zzzz"),
    made.P3.replace(b"RGB ", b"7CLR"),
]  # fmt: skip


@pytest.mark.parametrize("number", range(len(BROKEN)))
@pytest.mark.parametrize("kind", ["JPEG", "PNG", "TIFF"])
def test_a_broken_profile_leaves_the_numbers_as_they_stand(number, kind):
    icc = BROKEN[number]
    assert_colour(
        FILES[kind](plain(RED), icc) if icc or kind != "TIFF" else made.encoded(plain(RED), "TIFF"), RED
    )


@pytest.mark.parametrize(
    "icc",
    [made.P3.replace(b"RGB XYZ ", b"RGB Lab "), struct.pack(">I", 2**31) + made.P3[4:]],
    ids=["another connection space", "a huge length"],
)
def test_a_fault_that_does_no_harm_is_overlooked_as_in_a_browser(icc):
    assert_colour(made.png(plain(RED), made.iccp(icc)), SEEN_RED)


def test_a_profile_with_a_thousand_steps_costs_nothing():
    """Each turns red and blue round; a picture of any size would go through all of them, pixel by pixel."""
    turn = np.zeros(12, ">f4")
    turn[[2, 4, 6]] = 1
    element = b"matf" + bytes(4) + struct.pack(">HH", 3, 3) + turn.tobytes()
    n = 1001
    index = b"".join(struct.pack(">II", 16 + 8 * n + len(element) * i, len(element)) for i in range(n))
    steps = b"mpet" + bytes(4) + struct.pack(">HHI", 3, 3, n) + index + element * n
    whole = struct.unpack_from(">I", made.P3, 128)[0]
    tags = dict.fromkeys([b"D2B0"], steps)
    for at in range(132, 132 + 12 * whole, 12):
        name, start, size = struct.unpack_from(">4sII", made.P3, at)
        tags[name] = made.P3[start : start + size]
    icc = made.profile(b"RGB ", b"XYZ ", tags)
    assert_colour(made.png(plain(RED), made.iccp(icc)), SEEN_RED)


@given(st.integers(0, 2**32))
def test_a_profile_with_damage_anywhere_never_keeps_a_picture_out(seed):
    rng = np.random.default_rng(seed)
    tables = made.table_profile(b"CMYK", made.inks_to_lab, 3, 8)
    for icc, image in (
        (made.P3, plain(RED)),
        (tables, inks(10, 20, 30, 0)),
        (made.grey_profile(2.2), plain(RED, "L")),
    ):
        damaged = bytearray(icc)
        for place in rng.integers(0, min(len(icc), 700), rng.integers(1, 9)):
            damaged[place] = rng.integers(256)
        assert inspect(made.jpeg(image, icc_profile=bytes(damaged))).width == 64


@pytest.mark.parametrize("mode", ["RGB", "L", "CMYK", "RGBA", "P"])
def test_a_profile_for_other_inks_or_colours_is_left_aside(mode):
    wrong = made.P3 if mode == "CMYK" else made.table_profile(b"CMYK", made.inks_to_lab, 3, 8)
    image = plain((120, 120, 120), mode)
    assert np.array_equal(
        read_image(made.encoded(image, "TIFF", icc_profile=wrong)), read_image(made.encoded(image, "TIFF"))
    )


@pytest.mark.parametrize("curve", [SRGB_CURVE, (2.4, 0.947867, 0.052133, 0.0774, 0.04045)])
def test_pictures_that_say_srgb_keep_their_bytes(curve):
    image = made.patches(3)
    icc = rgb_profile(SRGB, curve)
    assert np.array_equal(read_image(made.png(image, made.iccp(icc))), image)
    assert np.array_equal(read_image(made.jpeg(image, icc_profile=icc)), read_image(made.jpeg(image)))


def test_a_picture_given_open_is_converted_and_left_as_it_was(tmp_path):
    path = tmp_path / "red.png"
    path.write_bytes(made.png(plain(RED), made.iccp(made.P3)))
    with Image.open(path) as given:
        assert read_given(given).getpixel((3, 3)) == pytest.approx(SEEN_RED, abs=2)
        assert given.getpixel((3, 3)) == RED
    assert read_given(plain(RED)).getpixel((3, 3)) == RED


def test_lab_pictures_are_read():
    from PIL import ImageCms

    lab = ImageCms.profileToProfile(
        plain(RED), ImageCms.createProfile("sRGB"), ImageCms.createProfile("LAB"), outputMode="LAB"
    )
    assert_colour(made.encoded(lab, "TIFF"), RED, tolerance=4)
