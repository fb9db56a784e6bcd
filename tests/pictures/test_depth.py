"""Pictures of 12, 16 and 32 bits, signed or decimal, come out as bright as a person would see them."""

import io
import sys
import tracemalloc
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from made_tiff import made_tiff
from PIL import Image
from tellapart.pictures.depth.conversion import Samples, scale_of
from tellapart.pictures.images import inspect, read_given, read_image
from tellapart.pictures.rgb import meaning_of, to_rgb

sys.path.append(str(Path(__file__).parents[2] / "benchmarks"))
import coloured_pictures as made

RAMP = np.tile(np.linspace(0, 1, 64), (16, 1))
LEVELS = np.rint(255 * RAMP)
COLOURS = np.stack([RAMP, RAMP[:, ::-1], np.full_like(RAMP, 0.5)], axis=-1)
LAYOUTS = [(order, is_packed) for order in "<>" for is_packed in (False, True)]


def noted(data):
    """The pixels of a file and what is said of it."""

    notes = []
    image = Image.open(io.BytesIO(data))
    meaning = meaning_of(image)
    image.load()
    return np.asarray(to_rgb(image, meaning, notes.append), np.int16), notes


def assert_looks(data, levels, is_stretched, tolerance=1):
    levels = levels if levels.ndim == 3 else levels[..., None]
    for image in (read_image(data), read_given(Image.open(io.BytesIO(data)))):
        assert np.abs(np.asarray(image, np.int16) - levels).max() <= tolerance
    assert (inspect(data).notes != ()) == is_stretched
    pixels, notes = noted(data)
    assert np.abs(pixels - levels).max() <= tolerance
    assert [note.startswith("brightness was stretched: its values") for note in notes] == [
        True
    ] * is_stretched


GREY = [
    ("u2", 65535, False), ("u2", 50000, False), ("u2", 16383, True), ("u2", 4095, True), ("u2", 1023, True),
    ("i2", 32767, False), ("i2", 4095, True), ("i4", 2**31 - 1, False), ("i4", 65535, False), ("i4", 255, False),
    ("i4", 4095, True), ("f4", 1, False), ("f4", 255, False), ("f4", 65535, False), ("f4", 4095, True),
]  # fmt: skip


@pytest.mark.parametrize(("order", "is_packed"), LAYOUTS)
@pytest.mark.parametrize(("kind", "top", "is_stretched"), GREY)
def test_a_grey_ramp_goes_from_black_to_white_whatever_its_type(kind, top, is_stretched, order, is_packed):
    levels = np.rint(255 * RAMP * 50000 / 65535) if top == 50000 else LEVELS
    assert_looks(made_tiff((RAMP * top).astype(kind), 1, order, is_packed), levels, is_stretched)


@pytest.mark.parametrize(
    ("kind", "top", "order"),
    [
        ("u2", 65535, "<"),
        ("u2", 4095, "<"),
        ("f4", 1, "<"),
        ("f4", 1, ">"),
        ("f4", 4095, ">"),
        ("u1", 255, ">"),
    ],
)
@pytest.mark.parametrize("is_packed", [False, True])
def test_white_may_be_zero(kind, top, order, is_packed):
    data = made_tiff((RAMP * top).astype(kind), 0, order, is_packed)
    assert_looks(data, 255 - LEVELS, top == 4095)


@pytest.mark.parametrize("top", [2**32 - 1, 2**31 + 5, 65535, 255])
def test_32_bits_without_a_sign_are_not_taken_for_signed_ones(top):
    levels = np.rint(255 * RAMP * top / (2**32 - 1)) if top > 65535 else LEVELS
    assert_looks(made_tiff((RAMP * top).astype("u4")), levels, False)


def test_twelve_bits_that_say_so_are_not_stretched():
    values = (RAMP * 2000).astype(np.uint16).reshape(-1)
    pairs = values.reshape(-1, 2)
    packed = np.stack(
        [pairs[:, 0] >> 4, (pairs[:, 0] & 15) << 4 | pairs[:, 1] >> 8, pairs[:, 1] & 255], axis=1
    )
    data = made_tiff(packed.astype(np.uint8).reshape(16, 96), n_bits=12)
    data = data.replace((96).to_bytes(4, "little"), (64).to_bytes(4, "little"), 1)
    assert_looks(data, np.rint(255 * RAMP * 2000 / 4095), False)


@pytest.mark.parametrize(("order", "is_packed"), LAYOUTS)
@pytest.mark.parametrize(
    ("kind", "low", "high"), [("i2", -1024, 3071), ("f4", -1, 1), ("i1", -128, 127), ("i4", -300, 900)]
)
def test_values_with_a_sign_are_stretched_from_lowest_to_highest(kind, low, high, order, is_packed):
    values = (low + RAMP * (high - low)).round(0 if kind != "f4" else 7).astype(kind)
    exact = np.rint(255.0 * (values.astype(float) - low) / (high - low))
    assert_looks(made_tiff(values, 1, order, is_packed), exact, True)


@pytest.mark.parametrize(
    ("kind", "low", "high"),
    [("u2", 29000, 31000), ("f4", 293.1, 309.7), ("f4", 0.4, 0.42), ("i2", 9000, 9400)],
)
def test_heat_and_height_can_be_seen(kind, low, high):
    values = (low + RAMP * (high - low)).astype(kind)
    ends = float(values.min()), float(values.max())
    assert_looks(
        made_tiff(values), np.rint(255 * (values.astype(float) - ends[0]) / (ends[1] - ends[0])), True
    )


def test_a_few_hot_pixels_and_what_is_no_number_decide_nothing():
    values = np.tile(np.linspace(0, 4095, 256), (256, 1)).astype(np.uint16)
    values[3, 5] = values[200, 7] = 65535
    image = np.asarray(read_image(made_tiff(values)))
    assert image[9, -1, 0] == 255 and abs(int(image[9, 128, 0]) - 128) <= 1
    holes = RAMP.astype(np.float32)
    holes[2, :3], holes[3, 4] = (np.nan, np.inf, -np.inf), np.nan
    image = np.asarray(read_image(made_tiff(holes)))
    assert image[5, -1, 0] == 255 and image[2, :3, 0].tolist() == [0, 255, 0] and image[3, 4, 0] == 0
    for nothing in (
        np.full((8, 8), np.nan, np.float32),
        np.zeros((8, 8), np.uint16),
        np.full((8, 8), -7, np.int32),
    ):
        assert not np.asarray(read_image(made_tiff(nothing))).any()


@pytest.mark.parametrize(("order", "is_packed"), LAYOUTS)
@pytest.mark.parametrize(("photometric", "extra"), [(2, None), (2, 0), (2, 1), (2, 2), (5, None)])
@pytest.mark.parametrize("top", [65535, 4095, 1023])
def test_deep_colours_use_the_range_that_all_of_them_share(photometric, extra, top, order, is_packed):
    values = COLOURS if photometric == 2 else 1 - COLOURS
    if extra is not None or photometric == 5:
        last = np.zeros_like(RAMP) if photometric == 5 else np.ones_like(RAMP)
        values = np.concatenate([values, last[..., None]], axis=-1)
    data = made_tiff((values * top).astype(np.uint16), photometric, order, is_packed, extra=extra)
    assert_looks(data, np.rint(255 * COLOURS), top < 65535, tolerance=2)


@pytest.mark.parametrize("order", "<>")
@pytest.mark.parametrize("top", [65535, 4095])
def test_deep_colours_may_lie_apart(order, top):
    data = made_tiff((COLOURS * top).astype(np.uint16), 2, order, is_planar=True)
    assert_looks(data, np.rint(255 * COLOURS), top < 65535)


@pytest.mark.parametrize("top", [65535, 4095])
@pytest.mark.parametrize("n_samples", [1, 2, 3, 4])
def test_deep_png_files_too(n_samples, top):
    values = {1: RAMP[..., None], 3: COLOURS}.get(n_samples)
    if values is None:
        values = np.concatenate(
            [RAMP[..., None] if n_samples == 2 else COLOURS, np.ones((16, 64, 1))], axis=-1
        )
    levels = LEVELS if n_samples < 3 else np.rint(255 * COLOURS)
    assert_looks(made.deep_png((values * top).astype(np.uint16)), levels, top < 65535)


def test_how_much_shows_has_a_scale_of_its_own():
    values = np.full((16, 64, 4), 4095, np.uint16)
    values[:, :32, 3] = 0
    values[:, 32:, :3] = 0
    for alpha in (4095, 65535):
        values[:, 32:, 3] = alpha
        image = read_image(made.deep_png(values))
        assert image.getpixel((5, 5)) == (255, 255, 255) and image.getpixel((50, 5)) == (0, 0, 0)


@given(
    st.sampled_from(
        [Samples(16), Samples(16, True), Samples(32), Samples(32, True), Samples(32, True, True)]
    ),
    st.lists(st.integers(-(2**15), 2**15 - 1), min_size=2, max_size=40),
)
def test_a_scale_holds_all_values_but_a_little_below_zero(samples, values):
    found = np.array(values) if samples.is_signed else np.abs(values)
    scale = scale_of(found.astype(float) if samples.is_decimal else found, samples)
    assert scale.low < scale.high and found.max() <= max(scale.high, 1.5 * samples.is_decimal)
    assert scale.low <= found.min() or found.min() >= -scale.high / 64 or found.min() == found.max()
    assert scale.low == 0 or (scale.note and scale.low == found.min())


def test_a_large_deep_picture_takes_little_memory_beside_itself():
    data = made_tiff(np.tile(np.linspace(0, 4095, 3000).astype(np.uint16), (2000, 1)))
    tracemalloc.start()  # counts numpy's arrays
    inspect(data)
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert peak < 40_000_000  # floats of all of it would be 24 MB a copy
