"""Whatever goes wrong with one picture is that picture's refusal, whoever raises it and wherever."""

import errno
import io

import numpy as np
import pytest
from make_data import draw_shape
from PIL import Image
from PIL.JpegImagePlugin import JpegImageFile
from tellapart.errors import Cancelled, ImageError
from tellapart.pictures import images
from tellapart.pictures.boundary import one_picture

SURPRISES = [
    RuntimeError("Failed to decode frame 0: Decoding of color planes failed"),
    MemoryError(),
    AssertionError(),
    AttributeError("'NoneType' object has no attribute 'read'"),
    RecursionError("maximum recursion depth exceeded"),
    ZeroDivisionError("division by zero"),
    UnicodeDecodeError("utf-8", b"\xff", 0, 1, "invalid start byte"),
    EOFError(),
    StopIteration(),
    OSError("broken data stream when reading image file"),
    OSError(errno.EIO, "Input/output error"),
    Image.DecompressionBombError("Image size (10 pixels) exceeds limit"),
    type("DecoderError", (Exception,), {})("a decoder's own type\nin two lines"),
]


@pytest.mark.parametrize("surprise", SURPRISES, ids=lambda error: type(error).__name__)
def test_whatever_is_raised_for_one_picture_leaves_as_its_refusal(surprise):
    with pytest.raises(ImageError) as caught, one_picture():
        raise surprise
    assert caught.value.__cause__ is surprise
    assert len(str(caught.value)) > 10 and "\n" not in str(caught.value)


@pytest.mark.parametrize("passes", [KeyboardInterrupt, SystemExit, Cancelled, ImageError])
def test_a_wish_to_stop_and_our_own_refusals_pass_as_they_are(passes):
    with pytest.raises(passes) as caught, one_picture():
        raise passes("as it is")
    assert str(caught.value) == "as it is"


def jpeg():
    buffer = io.BytesIO()
    draw_shape("cross", np.random.default_rng(0), 64).save(buffer, "JPEG")
    return buffer.getvalue()


def small(data):
    return images.thumbnail_jpeg(data, 40)


STEPS = {  # what of Pillow fails -> who meets it
    "load": (images.inspect, images.read_image, small),
    "resize": (images.inspect, small),
    "convert": (images.inspect,),
    "save": (small,),
}


@pytest.mark.parametrize("step", STEPS)
@pytest.mark.parametrize("surprise", [RuntimeError("surprise"), MemoryError(), AttributeError("surprise")])
def test_every_door_refuses_a_picture_whose_step_fails(step, surprise, monkeypatch):
    data = jpeg()

    def fail(*args, **kwargs):
        raise surprise

    monkeypatch.setattr(JpegImageFile if step == "load" else Image.Image, step, fail)
    for door in STEPS[step]:
        with pytest.raises(ImageError):
            door(data)
