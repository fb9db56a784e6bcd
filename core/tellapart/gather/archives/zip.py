"""Zips, read entry by entry with limits; nothing is ever written to a path they name."""

from __future__ import annotations

import bz2
import copy
import stat
import zipfile
import zlib
from collections.abc import Callable, Iterator
from functools import partial
from pathlib import Path

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
from tellapart.gather.archives.zip_names import names_of

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
_PIECE = 4096  # of packed bytes at once: one of LZMA becomes 30 MB at most
_LOCAL_HEADER_BYTES = 30


def zip_entries(path: Path, max_bytes: int, remark: Callable[[str], None]) -> Iterator[ArchiveEntry]:
    """The files of a zip; see `archives.entries`."""
    try:
        archive = zipfile.ZipFile(path)
    except DAMAGE as error:
        raise ArchiveError(
            f"{path.name} is not a readable zip file ({error}). Create it again, or unpack it and add the "
            "folder."
        ) from error
    infos = archive.infolist()
    check_count(path, len(infos))
    files = [info for info in infos if not info.is_dir()]
    if files and all(info.compress_type not in _METHODS for info in files):
        raise ArchiveError(f"The files in {path.name} are {_unread_method(files[0].compress_type)}.")
    if sum(info.file_size for info in infos) > (limit := limit_of(path)):
        raise too_much(path, limit)
    _check_overlaps(path, infos)
    names, page = names_of(infos)
    if page:
        shown = next(name for name in names if not name.isascii())
        remark(
            f"{path.name} does not name the encoding of its file names; they were read as {page}, for "
            f"instance {shown!r}. If they look wrong, unpack it and add the folder."
        )
    for info, read_name in zip(infos, names, strict=True):
        if not read_name.endswith("/") and (name := plain_name(read_name)):
            if leads_out(name):
                yield ArchiveEntry(
                    name, partial(refuse, "its path in the zip leads out of the folder"), False
                )
            else:
                yield ArchiveEntry(name, partial(_read_zip_entry, archive, info, max_bytes))


def _check_overlaps(path: Path, infos: list[zipfile.ZipInfo]) -> None:
    """Entries that share their packed bytes unpack a megabyte to many gigabytes; no program for people writes them."""
    end = 0
    for info in sorted(infos, key=lambda info: info.header_offset):
        if info.header_offset < end:
            raise ArchiveError(
                f"{path.name} has overlapping entries ({info.filename}), like a zip bomb. Create it again, "
                "or unpack it and add the folder."
            )
        end = info.header_offset + _LOCAL_HEADER_BYTES + len(info.orig_filename) + info.compress_size


def _read_zip_entry(archive: zipfile.ZipFile, info: zipfile.ZipInfo, max_bytes: int) -> bytes:
    if stat.S_ISLNK(info.external_attr >> 16):
        raise ImageError("a link, not a file")
    if info.flag_bits & 0x1:
        raise ImageError("protected by a password; unpack the zip first")
    if info.compress_type not in _METHODS:
        raise ImageError(_unread_method(info.compress_type))
    if info.file_size > max_bytes:
        raise ImageError(too_large(max_bytes))
    try:
        data = _unpacked_entry(archive, info, max_bytes)
    except DAMAGE as error:
        raise ImageError(f"damaged in the zip ({error})") from error
    if len(data) > max_bytes:
        raise ImageError(too_large(max_bytes))
    return data


def _unpacked_entry(archive: zipfile.ZipFile, info: zipfile.ZipInfo, max_bytes: int) -> bytes:
    """At most one byte more than allowed; never believe the size an archive states, nor unpack much at once."""
    if info.compress_type in (zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED):
        with archive.open(info) as file:
            return file.read(max_bytes + 1)
    if info.compress_type != zipfile.ZIP_BZIP2:
        with archive.open(info) as file:
            return _joined(iter(lambda: file.read(_PIECE), b""), max_bytes)
    # Python unpacks whole blocks of bzip2, of which 4 kB may be gigabytes
    packed = copy.copy(info)
    packed.compress_type, packed.file_size = zipfile.ZIP_STORED, info.compress_size
    del packed.CRC  # of the unpacked bytes
    with archive.open(packed) as file:
        unpacker = bz2.BZ2Decompressor()
        data = unpacker.decompress(file.read(max_bytes + 1), min(max_bytes, info.file_size) + 1)
    if len(data) <= max_bytes and (len(data) != info.file_size or zlib.crc32(data) != info.CRC):
        raise zipfile.BadZipFile("Bad CRC-32")
    return data


def _joined(pieces: Iterator[bytes], max_bytes: int) -> bytes:
    found, n_bytes = [], 0
    for piece in pieces:
        found.append(piece)
        n_bytes += len(piece)
        if n_bytes > max_bytes:
            break
    return b"".join(found)


def _unread_method(method: int) -> str:
    """Why an entry packed in that way is not unpacked, and what to do."""
    name = _METHOD_NAMES.get(method, f"method {method}")
    return (
        f"packed with {name}, which is not supported; unpack the zip (with 7-Zip, or the program that "
        "made it) and add the folder"
    )
