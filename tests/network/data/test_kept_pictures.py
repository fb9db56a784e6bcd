"""Pictures kept between epochs: the same ones come back, and what finds no room is made again."""

import io
import os

import numpy as np
import pytest
from make_data import make_tiny_folder
from tellapart.description import RandomResizedCrop
from tellapart.network.data import kept_pictures, picture_set, squares
from tellapart.network.data.kept_pictures import KeptPictures
from tellapart.network.data.picture_set import PictureSet


def arrays(n):
    rng = np.random.default_rng(0)
    return [rng.integers(0, 256, (int(rng.integers(1, 9)), 5, 3), np.uint8) for _ in range(n)]


def test_what_was_put_comes_back_as_it_was():
    kept = KeptPictures(21)
    for place, pixels in enumerate(arrays(20)):
        kept.put(place, pixels)
        kept.put(place, np.zeros_like(pixels))  # only the first counts
    assert all(np.array_equal(kept.get(place), pixels) for place, pixels in enumerate(arrays(20)))
    assert kept.get(20) is None and len(kept) == 20


def test_what_finds_no_room_is_not_kept(monkeypatch):
    kept = KeptPictures(3, most_bytes=100)
    kept.put(0, np.ones((5, 5, 3), np.uint8))
    kept.put(1, np.ones((5, 5, 3), np.uint8))
    kept.put(2, np.ones((1, 5, 3), np.uint8))
    assert [kept.get(place) is not None for place in range(3)] == [True, False, True]


class SmallDisk(io.RawIOBase):
    """A file on a disk that takes so many bytes, and then only a part of what it is given, or nothing."""

    def __init__(self, room):
        self.content, self.at, self.room = bytearray(), 0, room

    def readable(self):
        return True

    writable = seekable = readable

    def seek(self, at, whence=0):
        self.at = at
        return at

    def tell(self):
        return self.at

    def readinto(self, buffer):
        found = self.content[self.at : self.at + len(buffer)]
        buffer[: len(found)] = found
        self.at += len(found)
        return len(found)

    def write(self, data):
        taken = bytes(data)[: self.room - self.at]
        if not taken:
            raise OSError(28, "No space left on device")
        self.content[self.at : self.at + len(taken)] = taken
        self.at += len(taken)
        return len(taken)


@pytest.mark.parametrize("room", [0, 1, 75, 100])
def test_a_full_disk_is_no_error_and_what_was_kept_stays(monkeypatch, room):
    """What is left in a buffer would be written again, and fail again, when something is read."""

    def temporary(prefix, buffering=-1):
        return SmallDisk(room) if not buffering else io.BufferedRandom(SmallDisk(room))

    monkeypatch.setattr(kept_pictures.tempfile, "TemporaryFile", temporary)
    kept, square = KeptPictures(21), np.arange(75, dtype=np.uint8).reshape(5, 5, 3)
    for place in range(3):
        kept.put(place, square)
        found = [kept.get(one) for one in range(3)]
    n_kept = room // 75
    assert len(kept) == n_kept and [one is not None for one in found] == [
        place < n_kept for place in range(3)
    ]
    assert all(np.array_equal(one, square) for one in found[:n_kept])


@pytest.mark.parametrize("has_threads", [True, False])
def test_a_picture_is_decoded_once_and_its_views_stay_the_same(tmp_path, monkeypatch, has_threads):
    paths = make_tiny_folder(tmp_path, ("circle",), n_per_class=3, size_px=64)["circle"]
    asked = []
    monkeypatch.setattr(
        picture_set, "base", lambda item, transform: asked.append(item) or squares.base(item, transform)
    )
    pictures = PictureSet(paths, RandomResizedCrop(24, min_scale=0.5), has_threads)
    first, again = (pictures.__getitems__([(0, 7), (1, 8), (2, 9)]) for _ in range(2))
    assert all(np.array_equal(one[1], other[1]) for one, other in zip(first, again, strict=True))
    assert len(asked) == (3 if has_threads or os.name == "posix" else 6)
