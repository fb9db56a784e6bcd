"""Views of a picture: as they always were where nobody chose otherwise, and each setting does what it says."""

import io
from hashlib import sha256

import numpy as np
import pytest
from PIL import Image
from tellapart.backbones.lite0 import keeping
from tellapart.network.tuning.varied import move, rng_of_view, varied, views_of
from tellapart.pictures.images import load_pixels
from tellapart.pictures.preprocess import Preprocess
from tellapart.planning.variation import USUAL, Variation

PLAIN = Variation(min_scale=1, flip=False, lighting=0)
IDS = [sha256(bytes([number])).hexdigest() for number in range(8)]


def picture(width=320, height=260):
    """A bright corner on a ramp, so that it has no symmetry."""
    pixels = (
        np.linspace(20, 180, width)[None, :, None] * np.linspace(0.6, 1, height)[:, None, None] * np.ones(3)
    )
    pixels[:60, :80] = (250, 40, 40)
    return Image.fromarray(pixels.astype(np.uint8))


def as_before(image, size_px, rng):
    """What the views were before they could be chosen."""
    width, height = image.size
    area = rng.uniform(0.35, 1) * min(width, height) ** 2
    aspect = np.exp(rng.uniform(-np.log(4 / 3), np.log(4 / 3)))
    wide, high = min(width, (area * aspect) ** 0.5), min(height, (area / aspect) ** 0.5)
    left, top = rng.uniform(0, width - wide), rng.uniform(0, height - high)
    view = image.resize(
        (size_px, size_px), Image.Resampling.BILINEAR, box=(left, top, left + wide, top + high)
    )
    if rng.random() < 0.5:
        view = view.transpose(Image.Transpose.FLIP_LEFT_RIGHT)
    contrast = np.exp(rng.uniform(-np.log(1.25), np.log(1.25)))
    levels = (np.arange(256) - 127.5) * contrast + 127.5 + 255 * rng.uniform(-0.2, 0.2)
    return np.clip(np.rint(levels), 0, 255).astype(np.uint8)[np.asarray(view)]


def views(how, n=8, image=None):
    return [varied(image or picture(), 64, how, rng_of_view(one, 0, 0)) for one in IDS[:n]]


def test_as_usual_every_byte_is_as_before():
    before = [as_before(picture(), 64, rng_of_view(one, 0, 0)) for one in IDS]
    assert all(np.array_equal(one, other) for one, other in zip(views(USUAL), before, strict=True))


def test_nothing_chosen_is_nothing_varied_but_the_crops_shape():
    square = picture(256, 256)
    seen = views(PLAIN, image=square)
    small = np.asarray(square.resize((64, 64), Image.Resampling.BILINEAR), int)
    assert all(np.abs(one.astype(int) - small).mean() < 25 for one in seen)
    assert all(one[5, 5, 0] > 200 for one in seen), "the bright corner stays where it was"


def test_flip_mirrors_about_half_and_no_other_draw():
    kept, mirrored = views(PLAIN), views(Variation(min_scale=1, flip=True, lighting=0))
    is_same = [np.array_equal(one, other) for one, other in zip(kept, mirrored, strict=True)]
    is_turned = [np.array_equal(one, other[:, ::-1]) for one, other in zip(kept, mirrored, strict=True)]
    assert all(a or b for a, b in zip(is_same, is_turned, strict=True)) and 0 < sum(is_turned) < 8


def test_lighting_moves_brightness_only():
    plain, lit = views(PLAIN), views(Variation(min_scale=1, flip=False, lighting=0.2))
    shifts = [float(other.mean()) - float(one.mean()) for one, other in zip(plain, lit, strict=True)]
    assert max(map(abs, shifts)) > 8 and np.ptp(shifts) > 12
    for one, other in zip(plain, lit, strict=True):
        assert np.corrcoef(one[20:, :, 1].ravel(), other[20:, :, 1].ravel())[0, 1] > 0.9, "nothing has moved"


@pytest.mark.parametrize("setting", ["rotate", "zoom", "warp"])
def test_moves_change_the_picture_and_leave_no_black_corner(setting):
    most = {"rotate": 45, "zoom": 2, "warp": 0.5}[setting]
    plain, moved = views(PLAIN), views(Variation(min_scale=1, flip=False, lighting=0, **{setting: most}))
    assert all(not np.array_equal(one, other) for one, other in zip(plain, moved, strict=True))
    darkest = min(int(one.max(axis=2).min()) for one in plain)
    assert all(int(one.max(axis=2).min()) >= darkest - 2 for one in moved), (
        "mirrored beyond the border, not black"
    )


def test_a_move_is_within_its_limits():
    for seed in range(50):
        rng = np.random.default_rng(seed)
        turned = move(Variation(rotate=20), rng)
        assert abs(np.rad2deg(np.arctan2(turned[1, 0], turned[0, 0]))) <= 20
        nearer = move(Variation(zoom=1.5), np.random.default_rng(seed))
        assert 1 / 1.5 <= nearer[0, 0] <= 1
        corners = nearer @ np.array([[-1, 1], [-1, 1], [1, 1]])
        assert np.abs(corners[:2]).max() <= 1 + 1e-9, "nothing beyond the picture is shown"
        tilted = move(Variation(warp=0.5), np.random.default_rng(seed))
        sizes = [1 / (tilted[2] @ np.array([x, y, 1])) for x in (-1, 1) for y in (-1, 1)]
        assert max(sizes) / min(sizes) <= 1.5**2 + 0.1
    assert np.array_equal(move(USUAL, np.random.default_rng(0)), np.eye(3))


def test_views_of_a_file_are_those_that_training_makes():
    file = io.BytesIO()
    picture().save(file, "PNG")
    preprocess = Preprocess.from_json(dict(keeping.record()["preprocess"]))
    first, again = (views_of(file.getvalue(), IDS[0], preprocess, 96, 3, USUAL) for _ in range(2))
    assert [len(one) for one in first] == [preprocess.size_px, 96, 96, 96]
    assert all(np.array_equal(one, other) for one, other in zip(first, again, strict=True))
    assert not np.array_equal(first[1], first[2])


@pytest.mark.parametrize("side", [40, 223, 224, 323, 447, 448, 449, 640, 647, 648, 649, 895, 896, 1300])
def test_the_first_view_is_the_picture_in_use(side):
    preprocess = Preprocess.from_json(dict(keeping.record()["preprocess"]))
    for shape in ((side, side + 13), (side + 130, side)):
        file = io.BytesIO()
        pixels = np.random.default_rng(side).integers(0, 256, (*shape, 3), np.uint8)
        Image.fromarray(pixels).save(file, "JPEG")
        for side_px in (96, 192, 224):
            seen = views_of(file.getvalue(), IDS[0], preprocess, side_px, 1, USUAL)[0]
            assert np.array_equal(seen, load_pixels(file.getvalue(), preprocess))
