"""Whatever a picture file holds comes out upright, 8-bit and RGB, or with a reason in words."""

import io
import struct
import zlib

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from make_data import ORIENTATION, draw_shape, make_awkward
from other_process import run_python
from PIL import Image
from tellapart.errors import ImageError
from tellapart.pictures.images import PICTURE_SUFFIXES, inspect, load_pixels, read_image, thumbnail_jpeg
from tellapart.pictures.preprocess import Preprocess

RED, GREEN, BLUE, YELLOW = (220, 30, 30), (30, 200, 30), (30, 30, 220), (230, 220, 30)
# what a camera does to the upright picture for each value of the EXIF tag; reading has to take it back
STORED = {
    1: None,
    2: Image.Transpose.FLIP_LEFT_RIGHT,
    3: Image.Transpose.ROTATE_180,
    4: Image.Transpose.FLIP_TOP_BOTTOM,
    5: Image.Transpose.TRANSPOSE,
    6: Image.Transpose.ROTATE_90,
    7: Image.Transpose.TRANSVERSE,
    8: Image.Transpose.ROTATE_270,
}


def four_corners(width=96, height=64):
    """A picture whose four quarters differ, so that every turn and mirror shows."""
    image = Image.new("RGB", (width, height), RED)
    image.paste(GREEN, (width // 2, 0, width, height // 2))
    image.paste(BLUE, (0, height // 2, width // 2, height))
    image.paste(YELLOW, (width // 2, height // 2, width, height))
    return image


def encoded(image, kind, **options):
    buffer = io.BytesIO()
    image.save(buffer, kind, **options)
    return buffer.getvalue()


def assert_alike(image, expected, tolerance=40):
    assert image.mode == "RGB"
    assert image.size == expected.size
    quarter = np.asarray(image.resize((8, 8), Image.Resampling.BOX), np.int16)
    wanted = np.asarray(expected.resize((8, 8), Image.Resampling.BOX), np.int16)
    assert np.abs(quarter - wanted).max() <= tolerance


def reason_for(data):
    with pytest.raises(ImageError) as caught:
        inspect(data)
    return str(caught.value)


@pytest.mark.parametrize("kind", ["JPEG", "PNG", "WEBP", "TIFF", "AVIF", "HEIF"])
@pytest.mark.parametrize("orientation", STORED)
def test_all_eight_exif_orientations_come_out_upright(kind, orientation):
    if kind == "HEIF":
        pillow_heif = pytest.importorskip("pillow_heif")
        pillow_heif.register_heif_opener()
    if kind == "AVIF":
        pytest.importorskip("PIL._avif", reason="this Pillow was built without AVIF")
    upright, turn = four_corners(), STORED[orientation]
    exif = Image.Exif()
    exif[ORIENTATION] = orientation
    data = encoded(upright if turn is None else upright.transpose(turn), kind, exif=exif.tobytes())
    assert_alike(read_image(data), upright)
    facts = inspect(data)
    assert (facts.width, facts.height, facts.format) == (96, 64, kind)


@pytest.mark.parametrize(
    ("kind", "value"),
    [
        (11, b"\0\0\xc0\x7f"), (11, b"\0\0\x80\x7f"), (11, struct.pack("<f", 1e30)), (3, b"\x4d\0\0\0"), (3, b"\0\0\0\0"),
        (9, b"\xff\xff\xff\xff"), (2, b"6\0\0\0"),
    ],
)  # fmt: skip
def test_an_orientation_that_is_none_leaves_a_picture_as_it_lies(kind, value):
    """Not a number, infinite, 77, 0, -1, a text: the picture itself is sound."""
    tags = struct.pack("<2sHIHHHI", b"II", 42, 8, 1, ORIENTATION, kind, 1 if kind != 2 else 2) + value
    data = encoded(four_corners(), "JPEG", exif=b"Exif\0\0" + tags + b"\0\0\0\0")
    assert_alike(read_image(data), four_corners())
    facts = inspect(data)
    assert (facts.width, facts.height) == (96, 64)


def test_every_kind_is_read_by_a_program_that_has_written_none(tmp_path):
    """To write a picture makes Pillow load all it can read; reading has to ask for each kind by name."""
    kinds = ["JPEG", "PNG", "GIF", "BMP", "WEBP", "TIFF"]
    for kind in kinds:
        (tmp_path / kind).write_bytes(encoded(four_corners(), kind))
    code = "from tellapart.pictures.images import inspect\nfor path in sys.argv[1:]: print(inspect(Path(path)).format)"
    assert run_python(code, *(tmp_path / kind for kind in kinds)).split() == kinds


@pytest.mark.parametrize("orientation", STORED)
def test_a_jpeg_read_at_a_smaller_scale_is_upright_too(orientation):
    upright, turn = four_corners(1200, 800), STORED[orientation]
    exif = Image.Exif()
    exif[ORIENTATION] = orientation
    data = encoded(upright if turn is None else upright.transpose(turn), "JPEG", exif=exif)
    small = read_image(data, min_side_px=100)
    assert small.width == 150 and small.height == 100
    assert_alike(small, upright.resize((150, 100)))


@given(st.integers(20, 900), st.integers(20, 900), st.integers(16, 300))
@settings(max_examples=25, deadline=None)
def test_reading_smaller_never_gives_less_than_was_asked_for(width, height, side):
    data = encoded(four_corners(width, height), "JPEG")
    image = read_image(data, min_side_px=side)
    assert min(image.size) >= min(side, width, height)
    assert abs(image.width / image.height - width / height) < 0.1 * width / height + 0.1


def test_the_awkward_files_of_real_folders_open_or_say_why_not(tmp_path):
    for name, expectation in make_awkward(tmp_path).items():
        if expectation == "ok":
            image = read_image(tmp_path / name)
            size = (32, 24) if name == "resized.jpg" else (64, 48)
            assert (image.mode, image.size) == ("RGB", size), name
        else:
            with pytest.raises(ImageError, match=expectation):
                read_image(tmp_path / name)


def test_cmyk_keeps_its_colours():
    assert_alike(
        read_image(encoded(four_corners().convert("CMYK"), "JPEG", quality=95)), four_corners(), tolerance=60
    )


def test_transparent_parts_become_white_in_every_mode():
    picture = Image.new("RGBA", (64, 48), (200, 0, 0, 255))
    picture.paste((0, 0, 0, 0), (0, 0, 32, 48))
    palette = picture.convert("RGB").quantize(4)
    clear = palette.getpixel((0, 0))
    grey = Image.new("LA", (64, 48), (40, 255))
    grey.paste((0, 0), (0, 0, 32, 48))
    for data in (
        encoded(picture, "PNG"),
        encoded(picture, "WEBP", lossless=True),
        encoded(palette, "PNG", transparency=clear),
        encoded(palette, "GIF", transparency=clear),
        encoded(grey, "PNG"),
    ):
        image = read_image(data)
        assert image.getpixel((5, 5)) == (255, 255, 255)
        assert max(image.getpixel((50, 5))) <= 210


def test_sixteen_bit_grey_keeps_its_range():
    ramp = np.linspace(0, 65535, 64).astype(np.uint16)[None].repeat(48, axis=0)
    image = np.asarray(read_image(encoded(Image.fromarray(ramp), "PNG")))
    assert image[0, 0].tolist() == [0, 0, 0] and image[0, -1].tolist() == [255, 255, 255]
    assert abs(int(image[0, 32, 0]) - 129) <= 2
    assert np.array_equal(np.asarray(read_image(encoded(Image.fromarray(ramp), "TIFF"))), image)


def test_an_animation_gives_its_first_frame():
    frames = [Image.new("RGB", (40, 40), colour) for colour in (RED, BLUE, GREEN)]
    for kind in ("GIF", "WEBP", "PNG"):
        data = encoded(frames[0], kind, save_all=True, append_images=frames[1:], duration=50)
        assert_alike(read_image(data), frames[0])


def test_heic_opens_with_pillow_heif():
    pillow_heif = pytest.importorskip("pillow_heif")
    buffer = io.BytesIO()
    pillow_heif.from_pillow(four_corners()).save(buffer, quality=90)
    assert_alike(read_image(buffer.getvalue()), four_corners())
    assert inspect(buffer.getvalue()).suffix == ".heic"


def test_a_cut_off_picture_is_refused_wherever_it_is_cut():
    for kind, least in (
        ("JPEG", 0.3),
        ("PNG", 0.3),
        ("GIF", 0.5),
        ("WEBP", 0.3),
        ("BMP", 0.3),
        ("TIFF", 0.5),
    ):
        whole = encoded(draw_shape("cross", np.random.default_rng(0), 256), kind)
        for share in (least, 0.9):
            assert "cut off" in reason_for(whole[: int(len(whole) * share)]), (kind, share)


Image.init()
DAMAGED = ["JPEG", "PNG", "GIF", "WEBP", "TIFF", "BMP", *(["AVIF"] if "AVIF" in Image.SAVE else [])]


@given(st.integers(0, 2**32), st.sampled_from(DAMAGED))
@settings(max_examples=120, deadline=None)
def test_damage_anywhere_gives_a_picture_or_a_reason_and_never_another_error(seed, kind):
    rng = np.random.default_rng(seed)
    data = bytearray(encoded(draw_shape("ring", rng, 48), kind))
    for place in rng.integers(0, len(data), rng.integers(1, 12)):
        data[place] = rng.integers(256)
    try:
        facts = inspect(bytes(data))
    except ImageError as error:
        assert str(error)
    else:
        assert len(facts.fingerprint) == 288
        assert read_image(bytes(data)).mode == "RGB"


@given(st.binary(max_size=600))
@settings(max_examples=150, deadline=None)
def test_any_bytes_are_refused_with_a_reason(data):
    assert reason_for(data)


def bomb_png(side):
    header = struct.pack(">IIBBBBB", side, side, 8, 2, 0, 0, 0)
    chunks = [(b"IHDR", header), (b"IDAT", zlib.compress(bytes(2**20))), (b"IEND", b"")]
    body = b"".join(
        struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))
        for kind, data in chunks
    )
    return b"\x89PNG\r\n\x1a\n" + body


def test_a_decompression_bomb_is_refused_before_it_is_unpacked():
    reason = reason_for(bomb_png(30_000))
    assert "pixels" in reason and ("more than" in reason or "too many" in reason)
    assert "pixels" in reason_for(bomb_png(13_000))


@pytest.mark.parametrize(
    ("data", "expected"),
    [
        (b"", "empty file (0 bytes)"),
        (b"<!DOCTYPE html><html><body>404</body></html>", "a web page, not a picture"),
        (b"\xef\xbb\xbf\n <HTML><img src=x></HTML>", "a web page, not a picture"),
        (b'<?xml version="1.0"?><svg xmlns="http://www.w3.org/2000/svg"/>', "an SVG drawing"),
        (b"%!PS-Adobe-3.0 EPSF-3.0\n%%BoundingBox: 0 0 9 9\n", "a PostScript drawing (EPS)"),
        (b"bread, milk, bears", "not a picture in a known format"),
        (b"PK\x03\x04" + bytes(60), "a zip in the place of a picture"),
    ],
)
def test_files_of_another_kind_are_named_for_what_they_are(data, expected):
    assert expected in reason_for(data)


def test_the_kind_is_read_from_the_bytes_and_not_from_the_name(tmp_path):
    path = tmp_path / "picture.png"
    path.write_bytes(encoded(four_corners(), "JPEG"))
    facts = inspect(path)
    assert (facts.format, facts.suffix) == ("JPEG", ".jpg")
    assert {".jpg", ".jpeg", ".png", ".heic", ".webp"} <= PICTURE_SUFFIXES


def test_a_missing_file_and_a_folder_have_their_reasons(tmp_path):
    with pytest.raises(ImageError, match="file not found"):
        read_image(tmp_path / "nothing.jpg")
    with pytest.raises(ImageError, match="a folder, not a picture"):
        read_image(tmp_path)


def test_the_square_for_the_network_has_its_size_whatever_the_shape():
    preprocess = Preprocess(size_px=48, resize_px=56, mean=(0.5,) * 3, std=(0.5,) * 3)
    for size in ((300, 40), (40, 300), (20, 20), (1000, 700)):
        pixels = load_pixels(encoded(four_corners(*size), "PNG"), preprocess)
        assert pixels.shape == (48, 48, 3) and pixels.dtype == np.uint8
    corners = load_pixels(encoded(four_corners(200, 200), "PNG"), preprocess)
    assert [tuple(corners[y, x]) for y, x in ((2, 2), (2, 45), (45, 2), (45, 45))] == [
        RED,
        GREEN,
        BLUE,
        YELLOW,
    ]


def test_a_thumbnail_is_small_and_tells_nothing_but_the_picture():
    exif = Image.Exif()
    exif[ORIENTATION], exif[0x010E] = 6, "my garden"
    data = encoded(four_corners(640, 480).transpose(Image.Transpose.ROTATE_90), "JPEG", exif=exif)
    thumbnail = Image.open(io.BytesIO(thumbnail_jpeg(data, 120)))
    assert thumbnail.size == (160, 120) and not thumbnail.getexif()
    assert_alike(thumbnail, four_corners(160, 120))
    long = Image.open(io.BytesIO(thumbnail_jpeg(encoded(four_corners(3000, 30), "PNG"), 120)))
    assert long.size[0] <= 3000 and min(long.size) <= 120


def test_copies_look_alike_to_the_fingerprint_and_other_pictures_do_not():
    rng = np.random.default_rng(3)
    one, other = draw_shape("cross", rng, 96), draw_shape("ring", rng, 96)
    base = np.frombuffer(inspect(encoded(one, "PNG")).fingerprint, np.uint8)

    def distance(image, kind="JPEG", **options):
        found = np.frombuffer(inspect(encoded(image, kind, **options)).fingerprint, np.uint8)
        return float(np.abs(base.astype(int) - found).mean())

    assert distance(one) <= 2
    assert distance(one.resize((64, 64), Image.Resampling.LANCZOS)) <= 2
    assert distance(one.point(lambda value: min(255, int(value * 1.1)))) <= 15
    assert distance(other) > 20
