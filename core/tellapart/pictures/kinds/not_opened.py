"""Why a file that begins like a picture was not opened: which it is, damaged or of a sort that is not read."""

from __future__ import annotations

import re
from typing import BinaryIO

from PIL import Image, UnidentifiedImageError

from tellapart.errors import ImageError, KindError, UnknownKindError
from tellapart.pictures.boundary import reason_of
from tellapart.pictures.kinds.unread import UNKNOWN, picture_format

_WAY_OUT = "open it in a picture program and save it as PNG or JPEG"
_UNREAD = re.compile(
    r"unsupported|not supported|cannot handle|unrecognized|not available|unknown (pixel|raw) mode|unknown \w+ mode"
    r"|unknown compression|no decoder|not implemented|cannot decode .* mode",
    re.IGNORECASE,
)


def error_not_opened(head: bytes, file: BinaryIO, error: BaseException) -> ImageError:
    """Why Pillow did not open a file with these first bytes."""
    if isinstance(error, Image.DecompressionBombError):
        return ImageError(reason_of(error))
    name = picture_format(head)
    if name is None:
        return UnknownKindError(UNKNOWN)
    if name == "HEIF" and name not in Image.OPEN:
        return KindError("a HEIC picture; install pillow-heif (pip install 'tellapart[heic]') to read it")
    if name not in Image.OPEN:
        return KindError(f"{_article(name)} picture; update Pillow (pip install -U pillow) to read it")
    if isinstance(error, UnidentifiedImageError):
        error = _first_error(name, file) or error
    return KindError(reason_unread(name, error)) if is_unread(error) else ImageError(reason_of(error))


def is_unread(error: BaseException) -> bool:
    """Whether a decoder says that it cannot read a picture of that sort, rather than that the picture is damaged."""
    return isinstance(error, NotImplementedError) or bool(_UNREAD.search(str(error)))


def reason_unread(name: str | None, error: BaseException) -> str:
    """That a picture of a format that is read is of a sort that is not. name: Pillow's name of the format."""
    return f"{_article(name) if name else 'a'} picture of an unsupported kind ({error}); {_WAY_OUT}"


def _first_error(name: str, file: BinaryIO) -> Exception | None:
    """What the format's own opener says; Image.open keeps it to itself."""
    file.seek(0)
    try:
        Image.OPEN[name][0](file, "")
    except Exception as error:
        return error
    return None


def _article(name: str) -> str:
    return f"an {name}" if name[0] in "AEIOU" else f"a {name}"
