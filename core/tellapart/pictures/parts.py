"""What a picture file holds besides the one picture that is used: further pages, frames, pictures, a film.

A part must not pass for the whole in silence, so each is a note. Nothing is decoded for it.
"""

from __future__ import annotations

import contextlib
import io
import mmap
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from PIL import Image

from tellapart.pictures.formats import tiff
from tellapart.pictures.notes import Tell

_MOST_FRAMES = 10_000
_GAIN_MAPS = (
    b"hdrgainmap",
    b"ns.adobe.com/hdr-gain-map",
    b"iso:ts:21496",
)  # how the same picture shines on some screens
_THUMBNAILS = ("Large Thumbnail",)  # as Pillow begins the names of these kinds
_FILM = "a Motion Photo: the still picture is used, the video is left out"


def tell_parts(image: Image.Image, source: Path | bytes, tell: Tell) -> None:
    """Tell what the file of an open picture holds besides it."""
    if image.format == "TIFF":
        with io.BytesIO(source) if isinstance(source, bytes) else source.open("rb") as file:
            n_pages = tiff.n_whole(tiff.pages(file))
        _tell_more(n_pages, "page", tell)
    elif image.format in ("JPEG", "MPO"):
        with _bytes_of(source) as data:
            if image.format == "MPO":
                _tell_more(_n_pictures(image, data), "picture", tell)
            if _has_film(data):
                tell(_FILM)
    elif image.format == "GIF":
        with _bytes_of(source) as data:
            _tell_more(_n_gif_frames(data), "frame", tell)
    elif image.format == "HEIF":
        _tell_more(getattr(image, "n_frames", 1), "picture", tell, "main")
        with _bytes_of(source) as data:
            if any(kind == b"mpvd" for kind in _boxes(data)):
                tell(_FILM)
    else:
        _tell_more(getattr(image, "n_frames", 1), "frame", tell)


def _tell_more(n: int, what: str, tell: Tell, which: str = "first") -> None:
    if n > 1:
        counted = f"more than {_MOST_FRAMES:,}" if n > _MOST_FRAMES else f"{n:,}"
        tell(
            f"only the {which} of its {counted} {what}s is used; save the others as separate files to add "
            "them too"
        )


@contextlib.contextmanager
def _bytes_of(source: Path | bytes) -> Iterator[Any]:
    """The file's bytes, those of a file on disk without reading all of them."""
    if isinstance(source, bytes):
        yield source
        return
    with source.open("rb") as file, mmap.mmap(file.fileno(), 0, access=mmap.ACCESS_READ) as data:
        yield data


def _n_pictures(image: Image.Image, data: Any) -> int:
    """How many pictures of their own lie one behind another in a JPEG: neither small copies nor gain maps."""
    entries = (getattr(image, "mpinfo", None) or {}).get(0xB002, [])
    kinds = [str(entry.get("Attribute", {}).get("MPType", "")) for entry in entries[1:]]
    n_more = sum(not kind.startswith(_THUMBNAILS) for kind in kinds)
    has_gain_map = n_more == 1 and any(data.find(mark) >= 0 for mark in _GAIN_MAPS)
    return 1 if has_gain_map else 1 + n_more


def _has_film(data: Any) -> bool:
    """Whether an MP4 lies behind the picture, as phones write them: a box `ftyp` of a few brands."""
    at = data.find(b"ftyp")
    while at >= 4:
        size = int.from_bytes(data[at - 4 : at], "big")
        if (
            16 <= size <= 256
            and size % 4 == 0
            and data[at + 4 : at + 8].isascii()
            and data.find(b"\xff\xd9", 0, at) > 0
        ):
            return True
        at = data.find(b"ftyp", at + 4)
    return False


def _boxes(data: Any) -> Iterator[bytes]:
    """The kinds of the outermost boxes of an ISO media file."""
    at, n_boxes = 0, 0
    while at + 8 <= len(data) and n_boxes < 100:
        size = int.from_bytes(data[at : at + 4], "big")
        yield bytes(data[at + 4 : at + 8])
        if size == 1:
            size = int.from_bytes(data[at + 8 : at + 16], "big")
        if size < 8:
            return
        at, n_boxes = at + size, n_boxes + 1


def _n_gif_frames(data: Any) -> int:
    """How many pictures a GIF shows one after another; counted until the file ends or makes no sense."""
    n, at = 0, 13 + _table_bytes(data, 10)
    while at < len(data) and n <= _MOST_FRAMES:
        if data[at] == 0x2C:  # a picture
            n += 1
            at = _behind(data, at + 11 + _table_bytes(data, at + 9))
        elif data[at] == 0x21:  # an extension
            at = _behind(data, at + 2)
        else:
            break
    return n


def _table_bytes(data: Any, at: int) -> int:
    flags = data[at] if at < len(data) else 0
    return 3 << ((flags & 7) + 1) if flags & 0x80 else 0


def _behind(data: Any, at: int) -> int:
    """The place behind a row of blocks that ends with an empty one."""
    while at < len(data) and data[at]:
        at += 1 + data[at]
    return at + 1
