"""What is clear in a picture lies on a ground on which the drawing shows, the same by every way in."""

import io
import struct
import sys
import zlib
from pathlib import Path

import numpy as np
import pytest
from PIL import Image, ImageDraw
from tellapart.pictures.images import load_pixels, read_given, read_image, thumbnail_jpeg
from tellapart.pictures.preprocess import Preprocess

sys.path.append(str(Path(__file__).parents[2] / "benchmarks"))
import coloured_pictures as made

WHITE, BLACK = (255, 255, 255), (0, 0, 0)
PREPROCESS = Preprocess(size_px=64, resize_px=64)


def disc(colour, size=64, mode="RGBA", soft=0):
    """A disc of one colour on clear ground; `soft` pixels of its rim fade."""
    alpha = Image.new("L", (size, size), 0)
    for ring in range(soft + 1):
        edge = size // 4 + ring - soft
        ImageDraw.Draw(alpha).ellipse(
            [edge, edge, size - edge, size - edge], fill=255 * (ring + 1) // (soft + 1)
        )
    image = Image.new("RGB", (size, size), colour)
    image.putalpha(alpha)
    return image.convert(mode)


def assert_ground(data, ground, drawing, tolerance=3):
    """Corner and middle are of these colours by every way in."""
    ways = [read_image(data), read_image(data, 16), Image.fromarray(load_pixels(data, PREPROCESS))]
    ways += [read_given(Image.open(io.BytesIO(data))), Image.open(io.BytesIO(thumbnail_jpeg(data, 64)))]
    for i, image in enumerate(ways):
        tolerance += 9 * (i == len(ways) - 1)  # a thumbnail is a JPEG
        assert image.mode == "RGB"
        assert image.getpixel((1, 1)) == pytest.approx(ground, abs=tolerance)
        middle = image.getpixel((image.width // 2, image.height // 2))
        assert middle == pytest.approx(drawing, abs=tolerance)


KINDS = {
    "PNG": lambda image: made.png(image),
    "WebP": lambda image: made.encoded(image, "WEBP", lossless=True, exact=True),
    "TIFF": lambda image: made.encoded(image, "TIFF"),
}


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("mode", ["RGBA", "LA"])
@pytest.mark.parametrize(
    ("level", "ground"), [(255, BLACK), (240, BLACK), (190, WHITE), (128, WHITE), (30, WHITE), (0, WHITE)]
)
def test_the_ground_is_white_unless_the_drawing_is(kind, mode, level, ground):
    assert_ground(KINDS[kind](disc((level,) * 3, mode=mode)), ground, (level,) * 3)


@pytest.mark.parametrize(
    ("colour", "ground"),
    [((255, 255, 0), WHITE), ((255, 240, 245), BLACK), ((220, 40, 40), WHITE), ((180, 220, 255), WHITE)],
)
@pytest.mark.parametrize("soft", [0, 5])
def test_pale_drawings_show_and_colours_stay_on_white(colour, ground, soft):
    assert_ground(made.png(disc(colour, soft=soft)), ground, colour)


def test_a_white_drawing_with_a_dark_outline_stays_on_white_and_one_with_a_dot_does_not():
    image = disc(WHITE, 128)
    outlined, dotted = image.copy(), image.copy()
    ImageDraw.Draw(outlined).ellipse([32, 32, 96, 96], outline=(0, 0, 0, 255), width=5)
    ImageDraw.Draw(dotted).ellipse([40, 60, 48, 68], fill=(200, 0, 0, 255))
    assert read_image(made.png(outlined)).getpixel((1, 1)) == WHITE
    assert read_image(made.png(dotted)).getpixel((1, 1)) == BLACK


def test_a_small_drawing_on_a_large_clear_ground_is_found():
    image = Image.new("RGBA", (1500, 900), (0, 0, 0, 0))
    ImageDraw.Draw(image).rectangle([700, 400, 706, 403], fill=(255, 255, 255, 255))
    assert read_image(made.png(image)).getpixel((1, 1)) == BLACK
    assert read_image(made.png(image)).getpixel((703, 402)) == WHITE


def test_nothing_at_all_is_white_and_what_is_opaque_keeps_its_colours():
    assert read_image(made.png(Image.new("RGBA", (9, 9), (0, 0, 0, 0)))).getpixel((3, 3)) == WHITE
    full = made.patches(1).convert("RGBA")
    assert np.array_equal(read_image(made.png(full)), made.patches(1))


def keyed(colour, key):
    image = Image.new("RGB", (64, 64), key)
    ImageDraw.Draw(image).ellipse([16, 16, 48, 48], fill=colour)
    return image


@pytest.mark.parametrize("key", [(255, 0, 255), (0, 0, 0), (1, 2, 3)])
@pytest.mark.parametrize(("colour", "ground"), [((220, 40, 40), WHITE), (WHITE, BLACK)])
def test_one_colour_may_be_clear(key, colour, ground):
    image = keyed(colour, key)
    assert_ground(made.png(image, transparency=key), ground, colour)
    deep = np.asarray(image).astype(np.uint16) * 257
    clear = made.chunk(b"tRNS", struct.pack(">3H", *(257 * value for value in key)))
    assert_ground(made.deep_png(deep, clear), ground, colour)
    near = np.asarray(image).astype(np.uint16) * 257 ^ 1  # differs in the lowest bit alone
    assert read_image(made.deep_png(near, clear)).getpixel((1, 1)) == pytest.approx(key, abs=1)


@pytest.mark.parametrize("n_bits", [1, 2, 4, 8, 16])
@pytest.mark.parametrize(("level", "ground"), [(0, WHITE), (1, BLACK)])
def test_one_grey_may_be_clear_at_any_depth(n_bits, level, ground):
    """level: of the drawing, the ground has the other end and is clear."""
    top = 2**n_bits - 1
    mask = np.asarray(disc(WHITE).getchannel("A")) > 127
    values = np.where(mask, level * top, (1 - level) * top)
    shifts = np.arange(n_bits)[::-1]
    bits = (values[..., None] >> shifts & 1).reshape(64, -1).astype(np.uint8)
    rows = b"".join(b"\0" + np.packbits(row).tobytes() for row in bits)
    head = made.chunk(b"IHDR", struct.pack(">IIBBBBB", 64, 64, n_bits, 0, 0, 0, 0))
    clear = made.chunk(b"tRNS", struct.pack(">H", (1 - level) * top))
    data = (
        b"\x89PNG\r\n\x1a\n"
        + head
        + clear
        + made.chunk(b"IDAT", zlib.compress(rows))
        + made.chunk(b"IEND", b"")
    )
    assert_ground(data, ground, (255 * level,) * 3)


@pytest.mark.parametrize("kind", ["PNG", "GIF"])
@pytest.mark.parametrize(("colour", "ground"), [((220, 40, 40), WHITE), (WHITE, BLACK)])
def test_one_colour_of_a_palette_may_be_clear(kind, colour, ground):
    image = keyed(colour, (10, 200, 30)).quantize(4)
    assert_ground(made.encoded(image, kind, transparency=image.getpixel((1, 1))), ground, colour, tolerance=6)


def test_a_profile_is_applied_to_what_shows_and_not_to_the_ground():
    image = disc((200, 60, 50))
    assert_ground(made.png(image, made.iccp(made.P3)), WHITE, (217, 42, 39))
    key = keyed((200, 60, 50), (0, 255, 0))
    assert_ground(made.png(key, made.iccp(made.P3), transparency=(0, 255, 0)), WHITE, (217, 42, 39))
