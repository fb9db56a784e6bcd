"""Predictor takes pictures that a caller holds already: each is answered or refused, and none stops the others."""

import io

import numpy as np
import pytest
from built_files import drawn, encoded, png_begun
from PIL import Image
from tellapart.classify import Predictor
from tellapart.errors import ImageError
from tellapart.pictures.arrays import image_of
from tellapart.pictures.images import read_given

PIXELS = np.asarray(drawn(64))


class Stubborn(Image.Image):
    """A picture of a caller's own making, which fails when it is looked at."""

    @property
    def size(self):
        raise RuntimeError("the camera is gone")


def closed():
    image = Image.open(io.BytesIO(encoded(drawn(), "PNG")))
    image.close()
    return image


def cut_off():
    return Image.open(io.BytesIO(encoded(drawn(), "JPEG")[:900]))


REFUSED = {
    "a picture whose file is closed": closed,
    "a picture that is cut off": cut_off,
    "a picture that fails": Stubborn,
    "a picture that would take too much": lambda: Image.open(io.BytesIO(png_begun(12_000, 12_000, 16, 6))),
    "nothing": lambda: None,
    "a number": lambda: 7,
    "a list": lambda: [[1, 2], [3, 4]],
    "an empty array": lambda: np.zeros((0, 4, 3), np.uint8),
    "an array of one dimension": lambda: np.zeros(9, np.uint8),
    "an array of two colours": lambda: np.zeros((4, 4, 2), np.uint8),
    "an array with colours first": lambda: np.zeros((3, 64, 64), np.uint8),
    "a stack of pictures": lambda: np.zeros((2, 8, 8, 3), np.uint8),
    "an array of words": lambda: np.full((4, 4), "x"),
    "an array of objects": lambda: np.full((4, 4), None),
    "an array of complex numbers": lambda: np.zeros((4, 4), np.complex64),
    "an array of dates": lambda: np.zeros((4, 4), "M8[s]"),
    "an array of negative numbers": lambda: np.full((4, 4), -1, np.int64),
    "an array of large numbers": lambda: np.full((4, 4), 4000.0),
    "an array with holes": lambda: np.full((4, 4), np.nan, np.float32),
    "a huge array": lambda: np.broadcast_to(np.uint8(1), (70_000, 3, 3)),
    "a path with a zero byte": lambda: "a\0b",
    "a path that is too long": lambda: "x" * 5000,
    "no bytes": lambda: b"",
}


def test_each_is_answered_or_refused_and_none_stops_the_others(trained):
    predictor = Predictor(trained[1].bundle_dir)
    good = drawn()
    given = [good, *(make() for make in REFUSED.values()), PIXELS]
    answers = list(predictor.predict_many(given))
    assert answers[0].probabilities == pytest.approx(answers[-1].probabilities, abs=1e-6)
    for name, answer in zip(REFUSED, answers[1:-1], strict=True):
        assert isinstance(answer, ImageError) and len(str(answer)) > 10, name
        assert answer.__traceback__ is None and answer.__cause__ is None
    for make in REFUSED.values():
        with pytest.raises(ImageError):
            predictor.predict(make())


def test_arrays_of_every_usual_kind_are_the_same_picture():
    grey = PIXELS[:, :, 0]
    same = [
        PIXELS,
        PIXELS.astype(np.uint16) * 257,
        PIXELS.astype(np.float32) / 255,
        PIXELS.astype(np.float64),
        PIXELS.astype(np.int32),
        PIXELS.astype(np.int64),
        PIXELS.astype(">u2") * 257,
        np.asfortranarray(PIXELS),
        PIXELS[::-1][::-1],
        np.dstack([PIXELS, np.full_like(grey, 255)]),
    ]
    for pixels in same:
        assert np.array_equal(np.asarray(read_given(pixels)), PIXELS), pixels.dtype
    greys = [grey, grey[:, :, None], grey.astype(np.float16), grey.astype(np.uint64)]
    for pixels in greys:
        assert np.array_equal(np.asarray(read_given(pixels))[:, :, 1], grey), pixels.dtype
    assert np.array_equal(np.asarray(image_of(grey > 99)), (grey > 99) * np.uint8(255))


def test_an_open_picture_of_a_caller_keeps_what_it_says():
    exif = Image.Exif()
    exif[0x0112] = 6
    image = Image.open(io.BytesIO(encoded(drawn().crop((0, 0, 64, 40)), "JPEG", exif=exif, comment=b"mine")))
    assert read_given(image).size == (40, 64)
    assert image.info["comment"] == b"mine" and image.size == (64, 40)
