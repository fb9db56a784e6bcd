"""What a picture will cost is seen before it is paid: small files that would take seconds or gigabytes are refused."""

import io
import json
import threading
import time
from pathlib import Path

import numpy as np
import pytest
from built_files import (
    drawn,
    encoded,
    gif_with_comment,
    jpeg_with,
    noise,
    png_begun,
    progressive_with_scans,
    rle_bmp,
    segment,
    tiff_with,
    webp_canvas,
)
from other_process import forking
from PIL import Image
from tellapart.errors import ImageError
from tellapart.pictures.cost import MAX_SIDE_PX, _Room
from tellapart.pictures.images import inspect, read_given, read_image

HOSTILE = {
    "webp canvas": (lambda: webp_canvas(16_000, 8_000), "MB of memory"),
    "webp canvas wider than it may be": (lambda: webp_canvas(2**24, 2), "no side may be longer"),
    "png of 16 bits and colours": (lambda: png_begun(16_000, 9_300, 16, 6), "MB of memory"),
    "png of many pixels": (lambda: png_begun(13_000, 13_000, 8, 0), "150 million"),
    "png of more pixels than Pillow opens": (lambda: png_begun(30_000, 30_000, 8, 0), "too many pixels"),
    "png one pixel wide": (lambda: png_begun(70_000, 1), "no side may be longer"),
    "png one pixel high": (lambda: png_begun(1, 70_000), "no side may be longer"),
    "tiff one pixel high": (lambda: tiff_with((256, 4, 1, 148_000_000), (257, 4, 1, 1)), "no side may be longer"),
    "jpeg of 500 empty scans": (lambda: progressive_with_scans(700, (64, 64)), "scans"),
    "jpeg of 100 empty scans of many pixels": (lambda: progressive_with_scans(100, (6000, 5000)), "scans"),
    "bmp unpacked in Python": (lambda: rle_bmp(12_000, 12_000, b"\0\0" * 100 + b"\0\1"), "too long"),
    "gif of comments": (lambda: gif_with_comment(400_000, 1), "comments"),
    "tiff of a million strips": (lambda: tiff_with((273, 4, 600_000, 0)) + bytes(2_400_000), "parts"),
    "tiff with one huge tile": (
        lambda: tiff_with((259, 3, 1, 8), (322, 4, 1, 60_000), (323, 4, 1, 60_000), (324, 4, 1, 400), (325, 4, 1, 256)),
        "MB of memory",
    ),
}  # fmt: skip


@pytest.mark.parametrize("name", HOSTILE)
def test_what_would_cost_too_much_is_refused_before_it_is_decoded(name):
    make, reason = HOSTILE[name]
    data = make()
    start = time.process_time()
    with pytest.raises(ImageError, match=reason):
        inspect(data)
    assert time.process_time() - start < 2


def test_what_looks_costly_and_is_not_opens():
    for data in (
        progressive_with_scans(30, (500, 500)),
        rle_bmp(64, 64, b"".join(bytes([64, row]) + b"\0\0" for row in range(64)) + b"\0\1"),
        gif_with_comment(300_000),
        jpeg_with(*[segment(0xFE, noise(60_000, i)) for i in range(30)]),
        jpeg_with(*[segment(0xE1, b"http://ns.adobe.com/xap/1.0/\0" + noise(40))] * 3000),
        encoded(drawn(), "JPEG") + noise(400_000) + b"\xff\xda" * 900,  # a film, as in a Motion Photo
    ):
        assert min(inspect(data).width, inspect(data).height) >= 64


def test_long_and_thin_pictures_open_up_to_what_a_jpeg_can_hold():
    for size in ((MAX_SIDE_PX, 1), (1, MAX_SIDE_PX), (MAX_SIDE_PX, 40)):
        for kind in ("PNG", "JPEG"):
            facts = inspect(encoded(Image.new("L", size, 90), kind))
            assert (facts.width, facts.height) == size


def test_a_picture_given_from_memory_has_the_same_limits():
    wide = Image.new("1", (MAX_SIDE_PX + 1, 2))
    with pytest.raises(ImageError, match="no side may be longer"):
        read_given(wide)
    many = np.broadcast_to(np.uint8(0), (20_000, 20_000, 3))
    with pytest.raises(ImageError, match="150 million"):
        read_given(many)
    lazy = Image.open(io.BytesIO(png_begun(12_000, 12_000, 16, 6)))
    with pytest.raises(ImageError, match="MB of memory"):
        read_given(lazy)


MEASURE = """
import io, json
from PIL import Image
from tellapart.bundle.start_process import peak_mb
from tellapart.pictures import images, opening
Image.init()
small = io.BytesIO()
Image.new("RGB", (64, 64), (90, 120, 30)).save(small, "PNG")
images.inspect(small.getvalue())
known, check = [], opening.check_cost
opening.check_cost = lambda n_bytes, *size: (known.append(n_bytes), check(n_bytes, *size))
def work():
    before = peak_mb()
    images.read_image(Path(sys.argv[1]))
    print(json.dumps([known[-1], (peak_mb() - before) * 1e6]))
"""


@pytest.fixture(scope="module")
def measured():
    """A function from a picture's file to the bytes that were reckoned and those that it took."""
    with forking(MEASURE) as measure:
        yield measure


@pytest.mark.skipif(
    not Path("/proc/self/status").exists(), reason="this system does not tell a process's peak"
)
@pytest.mark.parametrize("kind", ["PNG", "progressive", "WEBP", "lossless", "AVIF", "HEIF", "LZW", "GIF"])
def test_the_cost_that_is_reckoned_is_what_a_picture_takes(kind, tmp_path, measured):
    if kind == "HEIF":
        pytest.importorskip("pillow_heif").register_heif_opener()
    if kind == "AVIF":
        pytest.importorskip("PIL._avif", reason="this Pillow was built without AVIF")
    image = drawn(64).resize((1800, 1200), Image.Resampling.BICUBIC)
    clear = image.copy()
    clear.putalpha(image.convert("L"))
    made = {
        "PNG": lambda: encoded(clear, "PNG", compress_level=1),
        "progressive": lambda: encoded(image, "JPEG", progressive=True, subsampling=0),
        "WEBP": lambda: encoded(clear, "WEBP", method=0),
        "lossless": lambda: encoded(image, "WEBP", lossless=True, method=0, quality=0),
        "AVIF": lambda: encoded(clear, "AVIF", speed=10),
        "HEIF": lambda: encoded(Image.new("RGB", (1600, 1200), (90, 120, 30)), "HEIF"),
        "LZW": lambda: encoded(image, "TIFF", compression="tiff_lzw"),
        "GIF": lambda: encoded(image, "GIF"),
    }
    file = tmp_path / "picture"
    file.write_bytes(made[kind]())
    code, said = measured(file)
    assert code == 0, said
    reckoned, taken = json.loads(said)
    assert taken <= 1.15 * reckoned + 12e6  # the libraries' own code is loaded now
    assert reckoned <= 3 * taken + 12e6


def test_pictures_share_the_room_and_none_waits_for_ever():
    room, inside, order = _Room(100_000_000), threading.Event(), []

    def wait_for_room():
        inside.wait()
        with room.taken(60_000_000):
            order.append("second")

    other = threading.Thread(target=wait_for_room)
    other.start()
    with room.taken(60_000_000), room.taken(10):
        inside.set()
        other.join(0.05)
        order.append("first")
    other.join()
    assert order == ["first", "second"]
    with room.taken(500_000_000):  # alone, whatever it takes
        pass


def test_a_large_jpeg_costs_what_its_smaller_scale_takes():
    data = encoded(Image.new("L", (9000, 9000), 128), "JPEG")
    assert min(read_image(data, 200).size) >= 200
