"""Archives of strangers: zip and tar, read entry by entry with limits; nothing is ever written to a path they name.

Entries are read as a stream, so a tar of any size needs no more memory than its largest entry that is read.
"""

from __future__ import annotations

import bz2
import gzip
import io
import lzma
import os
import re
import stat
import tarfile
import threading
import zipfile
import zlib
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import partial
from pathlib import Path, PurePosixPath
from typing import IO, Literal, cast

from tellapart.errors import ArchiveError, ImageError
from tellapart.images import MAX_BYTES

MAX_ENTRIES = 1_000_000
_SMALL, _MAX_RATIO = (
    2**20,
    100,
)  # a thousand entries of 99 MB of zeros would keep the machine busy for an hour
_MAX_BLOCK = 8 * 2**20  # a tar's own header may claim to be 8 GB, and Python would read it at once
_DRIVE = re.compile(r"[A-Za-z]:")
_TAR_SUFFIXES = (".tar", ".tar.gz", ".tgz", ".tar.bz2", ".tbz2", ".tbz", ".tar.xz", ".txz")
_DAMAGE = (
    zipfile.BadZipFile, tarfile.TarError, zlib.error, lzma.LZMAError, OSError, EOFError, ValueError,
    NotImplementedError, RuntimeError, OverflowError,
)  # fmt: skip

Kind = Literal["zip", "tar"]

_METHODS = (
    zipfile.ZIP_STORED,
    zipfile.ZIP_DEFLATED,
    zipfile.ZIP_BZIP2,
    zipfile.ZIP_LZMA,
    *((zipfile.ZIP_ZSTANDARD,) if hasattr(zipfile, "ZIP_ZSTANDARD") else ()),
)
_METHOD_NAMES = {
    9: "Deflate64, as Windows does with large zips",
    93: "Zstandard",
    95: "XZ",
    96: "JPEG",
    98: "PPMd",
    99: "AES",
}


@dataclass(frozen=True)
class Entry:
    """A file in an archive. `read` gives its bytes, at most `max_bytes`, or raises ImageError with the reason.

    name: its path below the archive, with "/". is_safe: False where the path leads out of the archive; it is refused.
    """

    name: str
    read: Callable[[], bytes]
    is_safe: bool = True


def kind_of(path: Path) -> Kind | None:
    """Whether a file is a zip or a tar, by its name or else by its first bytes; None when it is neither."""
    name = path.name.lower()
    if name.endswith(".zip"):
        return "zip"
    if name.endswith(_TAR_SUFFIXES):
        return "tar"
    try:
        with path.open("rb") as file:
            head = file.read(262)
        return "zip" if zipfile.is_zipfile(path) else "tar" if head[257:262] == b"ustar" else None
    except OSError:
        return None


def entries(path: Path, max_bytes: int = MAX_BYTES) -> list[Entry]:
    """The files of an archive; folders are left out. Those of a tar are best read in this order, by any threads.

    Args:
        max_bytes: of one entry; a larger one is refused when it is read.
    Raises:
        ArchiveError: it is damaged, holds too many entries, or unpacks to far more than its size.
    """
    return list(_zip_entries(path, max_bytes) if kind_of(path) == "zip" else _tar_entries(path, max_bytes))


def _zip_entries(path: Path, max_bytes: int) -> Iterator[Entry]:
    try:
        archive = zipfile.ZipFile(path)
    except _DAMAGE as error:
        raise ArchiveError(
            f"{path.name} is not a zip file that can be read ({error}). Make it again, or unpack it and "
            "take in the folder."
        ) from error
    infos = archive.infolist()
    _check_count(path, len(infos))
    files = [info for info in infos if not info.is_dir()]
    if files and all(info.compress_type not in _METHODS for info in files):
        raise ArchiveError(f"The files in {path.name} are {_unread_method(files[0].compress_type)}.")
    for info in infos:
        if not info.is_dir() and (name := _plain_name(info.filename)):
            if _leads_out(name):
                yield Entry(name, partial(_refuse, "its path in the zip leads out of the folder"), False)
            else:
                yield Entry(name, partial(_read_zip_entry, archive, info, max_bytes))


def _read_zip_entry(archive: zipfile.ZipFile, info: zipfile.ZipInfo, max_bytes: int) -> bytes:
    if stat.S_ISLNK(info.external_attr >> 16):
        raise ImageError("a link, not a file")
    if info.flag_bits & 0x1:
        raise ImageError("protected by a password; unpack the zip first")
    if info.compress_type not in _METHODS:
        raise ImageError(_unread_method(info.compress_type))
    if info.file_size > _SMALL and info.file_size > _MAX_RATIO * info.compress_size:
        raise ImageError(
            f"unpacks to {info.file_size // max(1, info.compress_size)} times its size, as bombs do and "
            "pictures do not"
        )
    if info.file_size > max_bytes:
        raise ImageError(_too_large(max_bytes))
    try:
        with archive.open(info) as file:
            data = file.read(max_bytes + 1)  # never believe the size an archive states
    except _DAMAGE as error:
        raise ImageError(f"damaged in the zip ({error})") from error
    if len(data) > max_bytes:
        raise ImageError(_too_large(max_bytes))
    return data


def _tar_entries(path: Path, max_bytes: int) -> Iterator[Entry]:
    reader = _TarReader(path, max_bytes)
    for number, (name, problem) in enumerate(_listed(path)):
        if not name:
            continue
        if _leads_out(name):
            yield Entry(name, partial(_refuse, "its path in the tar leads out of the folder"), False)
        elif problem:
            yield Entry(name, partial(_refuse, problem))
        else:
            yield Entry(name, partial(reader.read, number))


def _listed(path: Path) -> Iterator[tuple[str, str | None]]:
    """Name and, where it cannot be read, the reason, of every entry but folders; folders have an empty name."""
    for count, member in enumerate(_members(path), start=1):
        _check_count(path, count)
        yield ("" if member.isdir() else _plain_name(member.name)), _tar_problem(member)


def _tar_problem(member: tarfile.TarInfo) -> str | None:
    if member.issym() or member.islnk():
        return "a link, not a file"
    if not member.isreg():
        return "not an ordinary file"
    return "a file with holes, which pictures do not have" if member.issparse() else None


def _members(path: Path) -> Iterator[tarfile.TarInfo]:
    with _opened_tar(path) as archive:
        yield from _walk(path, archive)


def _walk(path: Path, archive: tarfile.TarFile) -> Iterator[tarfile.TarInfo]:
    """The entries as they come; tarfile's own list of them would grow with the archive."""
    while True:
        try:
            member = archive.next()
        except _DAMAGE as error:
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
    except _DAMAGE as error:
        raise _damaged_tar(path, error) from error


def _damaged_tar(path: Path, error: BaseException) -> ArchiveError:
    if isinstance(error, ArchiveError):
        return error
    return ArchiveError(
        f"{path.name} is not a tar file that can be read ({error or 'it ends too early'}). Make it again, or unpack it "
        "and take in the folder."
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
            return ImageError(_too_large(self._max_bytes))
        try:
            file = archive.extractfile(member)
            data = b"" if file is None else b"".join(iter(lambda: file.read(_SMALL), b""))
        except _DAMAGE as error:
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
            self._limit = None if self._stream is self._file else max(2**30, _MAX_RATIO * path.stat().st_size)
        except BaseException:
            self._file.close()
            raise

    def read(self, size: int = -1, /) -> bytes:
        if size < 0 or size > _MAX_BLOCK:
            raise tarfile.ReadError("a header of it claims an impossible size")
        data = self._stream.read(size)
        if self._limit is not None and self._stream.tell() > self._limit:
            raise ArchiveError(
                f"{self._path.name} unpacks to more than {self._limit / 2**30:.0f} GB, as bombs do and pictures do "
                "not. If it is yours, unpack it and take in the folder."
            )
        return data

    def tell(self) -> int:
        return self._stream.tell()

    def seek(self, place: int, whence: int = os.SEEK_SET, /) -> int:
        if self._limit is None:
            return self._stream.seek(place, whence)
        while self._stream.tell() < place and self.read(min(_SMALL, place - self._stream.tell())):
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


def _plain_name(name: str) -> str:
    """The entry's path with "/" and without "." steps; "" where nothing is left."""
    name = name.replace("\\", "/")
    if name.startswith("/") or ".." in name.split("/"):
        return name
    return str(PurePosixPath(*parts)) if (parts := PurePosixPath(name).parts) else ""


def _leads_out(name: str) -> bool:
    return ".." in PurePosixPath(name).parts or name.startswith("/") or bool(_DRIVE.match(name))


def _check_count(path: Path, count: int) -> None:
    if count > MAX_ENTRIES:
        raise ArchiveError(
            f"{path.name} holds more than {MAX_ENTRIES:,} entries; at most {MAX_ENTRIES:,} are taken in at once."
        )


def _unread_method(method: int) -> str:
    """Why an entry packed in that way is not unpacked, and what to do."""
    name = _METHOD_NAMES.get(method, f"method {method}")
    return f"packed with {name}, which is not read; unpack the zip (7-Zip, or its own program) and take in the folder"


def _too_large(max_bytes: int) -> str:
    return f"unpacks to more than the {max_bytes // 2**20} MB a picture may have"


def _refuse(reason: str) -> bytes:
    raise ImageError(reason)
