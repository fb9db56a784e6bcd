"""What an EXIF block says of a picture: how it was held, and by which camera."""

from __future__ import annotations

import struct

from PIL import Image

_ORIENTATION, _MAKE, _MODEL = 0x0112, 0x010F, 0x0110
_MOST_TAGS = 512


def orientation_of(image: Image.Image) -> int:
    """How a loaded picture lies, 1 (upright) to 8, as EXIF counts; 1 when nothing says so."""
    value = _tag(image, _ORIENTATION)
    return int(value) if isinstance(value, (int, float)) and 1 <= value <= 8 else 1  # no NaN either


def camera_of(image: Image.Image) -> str:
    """Maker and model of the camera; "" if none are named."""
    said = [_tag(image, tag) for tag in (_MAKE, _MODEL)]
    return " ".join(str(one).strip("\0 ") for one in said if one is not None)


def _tag(image: Image.Image, number: int) -> object:
    """None where it is not there, or the block is broken: however that shows, the picture itself is sound."""
    try:
        return image.getexif().get(number)
    except Exception:
        return None


def is_turned(image: Image.Image) -> bool:
    """Whether an open picture, not loaded yet, will be turned; a guess that only its cost is reckoned with."""
    tags = getattr(image, "tag_v2", None)
    value = (
        tags.get(_ORIENTATION, 1) if tags is not None else _first_orientation(image.info.get("exif") or b"")
    )
    return isinstance(value, int) and 2 <= value <= 8


def _first_orientation(block: bytes) -> int:
    block = block.removeprefix(b"Exif\0\0")
    order = "<" if block.startswith(b"II") else ">"
    try:
        (at,) = struct.unpack_from(order + "I", block, 4)
        (n_tags,) = struct.unpack_from(order + "H", block, at)
        for i in range(min(n_tags, _MOST_TAGS)):
            tag, _, _, value = struct.unpack_from(order + "HHIH", block, at + 2 + 12 * i)
            if tag == _ORIENTATION:
                return int(value)
    except struct.error:
        pass
    return 1
