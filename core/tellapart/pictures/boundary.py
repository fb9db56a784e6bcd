"""The boundary of one picture: whatever goes wrong inside is that picture's refusal and nothing more.

Decoders raise what they like (a damaged AVIF a RuntimeError, a wide one a MemoryError), so no list of types is kept.
"""

from __future__ import annotations

import contextlib
from collections.abc import Iterator

from PIL import Image, UnidentifiedImageError

from tellapart.errors import ImageError, TellapartError

_MOST_LETTERS = 200
_USUAL = (
    OSError,
    SyntaxError,
    ValueError,
    EOFError,
    Image.DecompressionBombError,
)  # what decoders say in words of their own


@contextlib.contextmanager
def one_picture() -> Iterator[None]:
    """A block that decodes, turns, measures or writes one picture. What it raises leaves it as ImageError.

    Our own errors (Cancelled among them), KeyboardInterrupt and SystemExit pass as they are.

    Raises:
        ImageError: the reason, in words, without the file's name; the first error is its cause.
    """
    try:
        yield
    except TellapartError:
        raise
    except Exception as error:
        raise ImageError(reason_of(error)) from error


def reason_of(error: BaseException) -> str:
    """Why a picture cannot be used, in words, from what was raised."""
    if isinstance(error, MemoryError):
        return "it needs more memory than there is; make it smaller and add it again"
    if isinstance(error, Image.DecompressionBombError):
        return f"too many pixels ({_said(error)})"
    if isinstance(error, OSError) and not isinstance(error, UnidentifiedImageError) and error.errno:
        return _file_reason(error)
    return f"damaged or cut off ({_said(error)})"


def _file_reason(error: OSError) -> str:
    if isinstance(error, FileNotFoundError):
        return "file not found"
    if isinstance(error, PermissionError):
        return "no permission to read the file"
    if isinstance(error, IsADirectoryError):
        return "a folder, not a picture"
    return f"cannot be read ({error.strerror or error})"


def _said(error: BaseException) -> str:
    """The error's own words on one line; with its name where the words alone would say little."""
    words = " ".join(str(error).split())[:_MOST_LETTERS]
    return words if words and isinstance(error, _USUAL) else f"{type(error).__name__}: {words}".rstrip(": ")
