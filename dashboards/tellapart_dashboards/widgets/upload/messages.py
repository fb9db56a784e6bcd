"""What a page may say while it uploads, and how large: everything else is refused before anything is made of it."""

from __future__ import annotations

from typing import Annotated, Any

from msgspec import Meta, Struct, ValidationError, convert

MAX_FILES = 100_000
MAX_BYTES = 20 * 2**30
_MAX_PIECE_BYTES = 16 * 2**20  # the page sends at most eight, and one message of its server holds at most 64
_MAX_PIECES = 10_000

_BatchId = Annotated[str, Meta(pattern="^[A-Za-z0-9-]{1,64}\\Z")]
_FileId = Annotated[int, Meta(ge=0, lt=MAX_FILES)]
_Size = Annotated[int, Meta(ge=0, le=2**53)]  # the largest whole number a page can count to


class AnnouncedFile(Struct):
    """A file that is to come. path: as the visitor has it, folders in front."""

    id: _FileId
    path: Annotated[str, Meta(min_length=1, max_length=4000)]
    size: _Size


class Announce(Struct, tag_field="t", tag="announce"):
    """Files of a batch; more: the list goes on in the next message. label: of the place where they were dropped."""

    batch: _BatchId
    files: Annotated[list[AnnouncedFile], Meta(max_length=MAX_FILES)]
    more: bool = False
    label: Annotated[str, Meta(max_length=1000)] = ""


class Piece(Struct):
    """Where the bytes of one buffer belong; an empty piece has no buffer."""

    id: _FileId
    off: _Size
    size: Annotated[int, Meta(ge=0, le=_MAX_PIECE_BYTES)]


class Pieces(Struct, tag_field="t", tag="pieces"):
    """Pieces of files; n: the number of the message, for the answer."""

    batch: _BatchId
    n: _Size
    pieces: Annotated[list[Piece], Meta(max_length=_MAX_PIECES)]

    def contents(self, buffers: list[Any]) -> list[memoryview]:
        """The bytes of each piece.

        Raises:
            ValueError: they are more or fewer than the pieces say.
        """
        return _contents([piece.size for piece in self.pieces], buffers)


class Whole(Struct, tag_field="t", tag="whole"):
    """A small batch with all that is in it. label: as of `Announce`."""

    batch: _BatchId
    files: Annotated[list[AnnouncedFile], Meta(max_length=_MAX_PIECES)]
    label: Annotated[str, Meta(max_length=1000)] = ""

    def contents(self, buffers: list[Any]) -> list[memoryview]:
        """The bytes of each file.

        Raises:
            ValueError: they are more or fewer than the files say.
        """
        return _contents([file.size for file in self.files], buffers)


def _contents(sizes: list[int], buffers: list[Any]) -> list[memoryview]:
    views = [memoryview(buffer).cast("B") for buffer in buffers]
    full = [size for size in sizes if size]
    if [view.nbytes for view in views] != full:
        raise ValueError(f"{len(views)} buffers do not fit {len(full)} pieces")
    rest = iter(views)
    return [next(rest) if size else memoryview(b"") for size in sizes]


class End(Struct, tag_field="t", tag="end"):
    """All of a batch was sent."""

    batch: _BatchId


class Abort(Struct, tag_field="t", tag="abort"):
    """The visitor stopped a batch."""

    batch: _BatchId


Message = Announce | Pieces | Whole | End | Abort


def read(message: object) -> Message:
    """The message with every value checked.

    Raises:
        ValueError: it has another shape; the text says where.
    """
    try:
        return convert(message, Message, strict=True)  # type: ignore[arg-type]  # a union is a type to msgspec
    except ValidationError as error:
        raise ValueError(str(error)) from None


def batch_of(message: object) -> str:
    """The batch that a message of whatever shape is about, for an answer; "" where it names none."""
    batch = message.get("batch") if isinstance(message, dict) else None
    try:
        return convert(batch, _BatchId, strict=True)  # type: ignore[arg-type]
    except ValidationError:
        return ""
