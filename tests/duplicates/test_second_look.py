"""Pictures of one layout or one fixed camera are not copies; copies of them are."""

import io
from functools import cache

import numpy as np
import pytest
from drawn_alike import SETS, animals, lamps, pages, screens
from PIL import Image, ImageEnhance, ImageOps
from tellapart.clean import group_near_duplicates, near_duplicate_pairs
from tellapart.duplicates.candidates import pairs_at_first_look
from tellapart.pictures.images import inspect


def as_png(image):
    buffer = io.BytesIO()
    image.save(buffer, "PNG")
    return buffer.getvalue()


def as_jpeg(image, quality=90):
    buffer = io.BytesIO()
    image.save(buffer, "JPEG", quality=quality)
    return buffer.getvalue()


def pairs_of(files, fingerprints=()):
    """fingerprints: of the first files, where they are known."""
    known = [*fingerprints, *(inspect(file).fingerprint for file in files[len(fingerprints) :])]
    pairs = near_duplicate_pairs(known, files)
    return set(zip(pairs.first.tolist(), pairs.second.tolist(), strict=True))


@cache
def set_of(name):
    return SETS[name](np.random.default_rng(7))


@cache
def six(draw):
    """Pictures, their files and fingerprints."""
    images = draw(np.random.default_rng(3), 6)
    files = [as_jpeg(image) for image in images]
    return images, files, [inspect(file).fingerprint for file in files]


@pytest.mark.parametrize("name", SETS)
@pytest.mark.parametrize("encode", [pytest.param(as_png, marks=pytest.mark.slow), as_jpeg])
def test_different_pictures_that_look_alike_when_small_are_no_copies(name, encode):
    files = [encode(image) for image in set_of(name)]
    assert pairs_of(files) == set()


def test_the_first_look_alone_takes_many_of_them_for_copies():
    """Else the test above would show nothing."""
    n_pairs = {}
    for name in ("a camera trap", "screenshots", "lamps", "maps"):
        prints = [inspect(as_png(image)).fingerprint for image in set_of(name)]
        n_pairs[name] = len(pairs_at_first_look(prints).first)
    assert min(n_pairs.values()) > 20 and sum(n_pairs.values()) > 100


CHANGES = {
    "half the size": lambda image: as_jpeg(image.resize((image.width // 2, image.height // 2))),
    "JPEG quality 40": lambda image: as_jpeg(image, 40),
    "cropped": lambda image: as_jpeg(image.crop((4, 6, image.width - 9, image.height - 5))),
    "mirrored": lambda image: as_jpeg(ImageOps.mirror(image)),
    "brighter": lambda image: as_jpeg(ImageEnhance.Brightness(image).enhance(1.15)),
    "darker": lambda image: as_jpeg(ImageEnhance.Brightness(image).enhance(0.85)),
}


@pytest.mark.parametrize("change", CHANGES)
@pytest.mark.parametrize(
    "draw", [animals, pages, *(pytest.param(draw, marks=pytest.mark.slow) for draw in (screens, lamps))]
)
def test_a_copy_of_one_of_them_is_found_and_told_from_the_others(draw, change):
    images, files, fingerprints = six(draw)
    assert pairs_of([*files, CHANGES[change](images[4])], fingerprints) == {(4, 6)}


def test_equal_fingerprints_do_not_make_copies_nor_hide_them():
    """Four pictures with one fingerprint, two of them the same."""
    rng = np.random.default_rng(0)
    images = []
    for i in range(3):
        pixels = np.full((256, 256, 3), 200, np.uint8)
        pixels[100:156, 100:156] = 90
        pixels[120 + 4 * i : 121 + 4 * i, 60:90] = 0
        images.append(Image.fromarray(pixels))
    noisy = np.asarray(images[2]).copy()
    noisy[:8, :8] ^= rng.integers(0, 2, (8, 8, 3), np.uint8)
    files = [*map(as_png, images), as_png(Image.fromarray(noisy))]
    fingerprints = [inspect(files[0]).fingerprint] * 4
    assert group_near_duplicates(fingerprints, files).tolist() == [0, 1, 2, 2]


def test_a_picture_that_cannot_be_read_is_like_none(tmp_path):
    image = animals(np.random.default_rng(0), 1)[0]
    whole, copy = as_jpeg(image), as_jpeg(image, 60)
    fingerprints = [inspect(file).fingerprint for file in (whole, copy)]
    assert group_near_duplicates(fingerprints, [whole, copy]).tolist() == [0, 0]
    assert group_near_duplicates(fingerprints, [whole, copy[:300]]).tolist() == [0, 1]
    assert group_near_duplicates(fingerprints, [whole, tmp_path / "gone.jpg"]).tolist() == [0, 1]
