"""From a file's bytes to a loaded Pillow picture: costs are limited first, and what is not picture never decides."""

from __future__ import annotations

import contextlib
import io
import re
import stat
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from PIL import Image

from tellapart.errors import ImageError
from tellapart.pictures.cost import (
    check_bytes,
    check_coded,
    check_cost,
    check_file,
    check_size,
    decoding_cost,
    room,
    webp_cost,
)
from tellapart.pictures.exif import is_turned
from tellapart.pictures.formats import jpeg, png, tiff
from tellapart.pictures.formats.brands import with_main_brand
from tellapart.pictures.formats.portable_maps import read_fast
from tellapart.pictures.rgb import Meaning, meaning_of

SCALABLE = ("JPEG", "MPO")  # decoded at 1/2, 1/4 or 1/8 of their size where that is enough
_EXIF_ITEM = re.compile(rb"(infe.{8}(?:..)?)Exif", re.DOTALL)
_FIRST_PAGES = 8  # of a TIFF, among which one is looked for that is no smaller copy
_MAX_EXIF_BYTES = 2**20  # with more, reading the tags alone could take long


@dataclass(frozen=True)
class Loaded:
    """A loaded Pillow picture, not turned yet, what its numbers mean, and its full size, which decoding may have made
    smaller."""

    image: Image.Image
    meaning: Meaning
    width: int
    height: int


def bytes_of(source: Path | bytes) -> bytes:
    """The bytes of an ordinary file, or those given.

    Raises:
        ImageError: it is no ordinary file, which might never end, or has more bytes than a picture may have.
        OSError: it cannot be read.
    """
    if isinstance(source, bytes):
        return source
    status = source.stat()
    if not stat.S_ISREG(status.st_mode) and not stat.S_ISDIR(status.st_mode):
        raise ImageError("not an ordinary file")
    check_bytes(status.st_size)
    return source.read_bytes()  # of a folder it says best itself what it is


@contextlib.contextmanager
def loaded(data: bytes, formats: Sequence[str], min_side_px: int | None = None) -> Iterator[Loaded]:
    """A picture, loaded; the memory it takes is kept free for it until the block ends.

    Args:
        data: what a file holds.
        formats: Pillow's names of those to try.
        min_side_px: of the shorter side; a JPEG is decoded smaller where that is enough.
    Raises:
        ImageError: it would cost too much.
        Exception: whatever the decoder raises; see `one_picture`.
    """
    check_file(data)
    head = jpeg.head_of(data) if data.startswith(b"\xff\xd8") else None
    profile = None
    if head is not None:
        jpeg.check_scans(data, head)
        if jpeg.is_laden(data, head):
            data = jpeg.picture_only(data, head)
    elif data.startswith(png.MAGIC) and png.check_chunks(data):
        data, profile = png.picture_only(data), png.profile_of(data)
    with contextlib.ExitStack() as held:
        try:
            found = held.enter_context(_load(data, formats, min_side_px, head, profile))
        except (ImageError, MemoryError):
            raise
        except Exception as error:
            other = _without_what_disturbs(data, head)
            if other is None:
                raise
            try:
                profile = png.profile_of(data) if data.startswith(png.MAGIC) else None
                found = held.enter_context(_load(other, formats, min_side_px, head, profile))
            except Exception:
                raise error from None  # it was the picture itself, and the first reader said so
        yield found


@contextlib.contextmanager
def _load(
    data: bytes,
    formats: Sequence[str],
    min_side_px: int | None,
    head: jpeg.JpegHeader | None,
    profile: bytes | None,
) -> Iterator[Loaded]:
    n_early = webp_cost(data)
    for name in formats if data[4:8] == b"ftyp" else ():
        check_coded(name, len(data))
        data = with_main_brand(data, name)
    with room.taken(n_early):
        image: Image.Image = Image.open(io.BytesIO(data), formats=list(formats))
        if profile is not None:  # Pillow reads only small ones
            image.info["icc_profile"] = profile
        if image.format == "TIFF":
            _go_to_whole_page(image, data)
        width, height = image.size
        check_size(width, height)
        if min_side_px and image.format in SCALABLE:
            image.draft("RGB", (min_side_px, min_side_px))
        n_coefficients = head.n_coefficient_bytes if head is not None else 0
        n_bytes = n_early or decoding_cost(image, len(data), n_coefficients, is_turned(image))
        meaning = meaning_of(image)
        n_bytes += meaning.n_extra_bytes(image)
        check_cost(n_bytes, width, height)
        with room.taken(n_bytes - n_early):
            fast = read_fast(image, io.BytesIO(data))  # Pillow takes seconds for some portable maps
            if fast is not image:
                image, meaning = fast, meaning_of(fast)
            image.load()
            image.__dict__.pop("_decoder", None)  # of WebP and AVIF: its canvases are needed no more
            if len(image.info.get("exif") or b"") > _MAX_EXIF_BYTES:
                del image.info["exif"]
            yield Loaded(image, meaning, width, height)


def _go_to_whole_page(image: Image.Image, data: bytes) -> None:
    """Turn to the first page, where small copies lie before it."""
    place = tiff.whole_page(tiff.pages(io.BytesIO(data), most=_FIRST_PAGES))
    if place:
        with contextlib.suppress(Exception):  # then the small copy has to do
            image.seek(place)


def _without_what_disturbs(data: bytes, head: jpeg.JpegHeader | None) -> bytes | None:
    """The same picture without what may have kept it from opening; None when only the picture itself is left."""
    with contextlib.suppress(Exception):  # what is wrong with the picture was said already
        if data.startswith(png.MAGIC):
            other = png.picture_only(data)
        elif head is not None:
            bare = jpeg.picture_only(data, head)
            bare_head = jpeg.head_of(bare)
            other = (bare_head and jpeg.with_end(bare, bare_head)) or bare
        elif data[4:8] == b"ftyp":
            other = _EXIF_ITEM.sub(rb"\1skip", data)  # a type of item that no reader knows
        else:
            return None
        return other if other != data else None
    return None
