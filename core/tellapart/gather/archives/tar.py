"""Tars, read as a stream with limits: one of any size needs no more memory than its largest entry that is read."""

from __future__ import annotations

import bz2
import gzip
import io
import lzma
import os
import tarfile
import threading
from collections.abc import Iterator
from functools import partial
from pathlib import Path
from typing import IO, cast

from tellapart.errors import ArchiveError, ImageError
from tellapart.gather.archives.entries import (
    DAMAGE,
    ArchiveEntry,
    check_count,
    leads_out,
    limit_of,
    plain_name,
    refuse,
    too_large,
    too_much,
)

_PIECE = 2**20
_MAX_BLOCK = 8 * 2**20  # a tar's own header may claim to be 8 GB, and Python would read it at once


def tar_entries(path: Path, max_bytes: int) -> Iterator[ArchiveEntry]:
    """The files of a tar, in its own order; see `archives.entries`."""
    reader = _TarReader(path, max_bytes)
    for number, (name, problem) in enumerate(_listed(path)):
        if not name:
            continue
        if leads_out(name):
            yield ArchiveEntry(name, partial(refuse, "its path in the tar leads out of the folder"), False)
        elif problem:
            yield ArchiveEntry(name, partial(refuse, problem))
        else:
            yield ArchiveEntry(name, partial(reader.read, number))


def _listed(path: Path) -> Iterator[tuple[str, str | None]]:
    """Name and, where it cannot be read, the reason, of every entry but folders; folders have an empty name."""
    limit, n_bytes = limit_of(path), 0
    for count, member in enumerate(_members(path), start=1):
        check_count(path, count)
        n_bytes += member.size if member.isreg() else 0
        if n_bytes > limit:
            raise too_much(path, limit)
        yield ("" if member.isdir() else plain_name(member.name)), _tar_problem(member)


def _tar_problem(member: tarfile.TarInfo) -> str | None:
    if member.issym() or member.islnk():
        return "a link, not a file"
    if not member.isreg():
        return "not an ordinary file"
    return "a sparse file, not a picture" if member.issparse() else None


def _members(path: Path) -> Iterator[tarfile.TarInfo]:
    with _opened_tar(path) as archive:
        yield from _walk(path, archive)


def _walk(path: Path, archive: tarfile.TarFile) -> Iterator[tarfile.TarInfo]:
    """The entries as they come; tarfile's own list of them would grow with the archive."""
    while True:
        try:
            member = archive.next()
        except DAMAGE as error:
            raise _damaged_tar(path, error) from error
        if member is None:
            return
        archive.members = []  # type: ignore[attr-defined]
        yield member


def _opened_tar(path: Path) -> tarfile.TarFile:
    try:
        stream = cast("IO[bytes]", _Limited(path))
        try:
            return tarfile.open(fileobj=stream, mode="r:", errorlevel=1)
        except BaseException:
            stream.close()
            raise
    except DAMAGE as error:
        raise _damaged_tar(path, error) from error


def _damaged_tar(path: Path, error: BaseException) -> ArchiveError:
    if isinstance(error, ArchiveError):
        return error
    return ArchiveError(
        f"{path.name} is not a readable tar file ({error or 'it ends too early'}). Create it again, or "
        "unpack it and add the folder."
    )


class _TarReader:
    """Reads entries of a tar by number, for several threads that ask in about the order of the archive.

    A compressed tar can only be read onwards: entries that are passed on the way are kept until they are asked for.
    """

    def __init__(self, path: Path, max_bytes: int):
        self._path, self._max_bytes = path, max_bytes
        self._lock = threading.Lock()
        self._rest: Iterator[bytes | ImageError] = iter(())
        self._next = -1  # nothing is open yet
        self._passed: dict[int, bytes | ImageError] = {}

    def read(self, number: int) -> bytes:
        with self._lock:
            if number not in self._passed:
                if self._next < 0 or number < self._next:
                    self._rest, self._next, self._passed = self._contents(), 0, {}
                while self._next <= number:
                    self._passed[self._next] = next(self._rest, ImageError("no longer in the tar"))
                    self._next += 1
                    while len(self._passed) > 64:  # entries that nobody asks for
                        del self._passed[next(iter(self._passed))]
            content = self._passed.pop(number)
        if isinstance(content, ImageError):
            raise content
        return content

    def _contents(self) -> Iterator[bytes | ImageError]:
        with _opened_tar(self._path) as archive:
            for member in _walk(self._path, archive):
                yield self._content(archive, member)

    def _content(self, archive: tarfile.TarFile, member: tarfile.TarInfo) -> bytes | ImageError:
        if not member.isreg() or member.issparse():
            return b""
        if member.size > self._max_bytes:
            return ImageError(too_large(self._max_bytes))
        try:
            file = archive.extractfile(member)
            data = b"" if file is None else b"".join(iter(lambda: file.read(_PIECE), b""))
        except DAMAGE as error:
            return ImageError(f"damaged in the tar ({error})")
        return data if len(data) == member.size else ImageError("damaged in the tar (it ends too early)")


class _Limited(io.RawIOBase):
    """A tar's bytes, unpacked, that never gives much at once nor far more than the file's own size."""

    def __init__(self, path: Path):
        self._path = path
        self._file = path.open("rb")
        try:
            head = self._file.peek(6)[:6]
            self._stream = _unpacked(self._file, head)
            self._limit = None if self._stream is self._file else limit_of(path)
        except BaseException:
            self._file.close()
            raise

    def read(self, size: int = -1, /) -> bytes:
        if size < 0 or size > _MAX_BLOCK:
            raise tarfile.ReadError("one of its headers claims an impossible size")
        data = self._stream.read(size)
        if self._limit is not None and self._stream.tell() > self._limit:
            raise too_much(self._path, self._limit)
        return data

    def tell(self) -> int:
        return self._stream.tell()

    def seek(self, place: int, whence: int = os.SEEK_SET, /) -> int:
        if self._limit is None:
            return self._stream.seek(place, whence)
        while self._stream.tell() < place and self.read(min(_PIECE, place - self._stream.tell())):
            pass  # reading on, so that the limit is noticed on the way
        return self._stream.tell() if self._stream.tell() <= place else self._stream.seek(place)

    def close(self) -> None:
        if not self.closed:
            self._stream.close()
            self._file.close()
        super().close()


def _unpacked(file: IO[bytes], head: bytes) -> IO[bytes]:
    if head.startswith(b"\x1f\x8b"):
        return cast("IO[bytes]", gzip.GzipFile(fileobj=file))
    if head.startswith(b"BZh"):
        return cast("IO[bytes]", bz2.BZ2File(file))
    return cast("IO[bytes]", lzma.LZMAFile(file)) if head.startswith(b"\xfd7zXZ") else file
