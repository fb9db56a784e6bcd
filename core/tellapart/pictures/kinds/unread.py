"""What a file is, told by its bytes, and by its name only where its bytes say nothing.

Kinds that are not read are named, each with a way out; see kinds_table.py for the table.
"""

from __future__ import annotations

import re
import struct
from collections.abc import Iterator
from functools import lru_cache
from pathlib import PurePosixPath
from typing import BinaryIO

from tellapart.errors import TellapartError, UnknownKindError
from tellapart.pictures.formats import tiff
from tellapart.pictures.kinds.table import Kind, all_kinds, by_key, by_suffix, raw, raw_kinds

HEAD_BYTES = 4096  # what the first bytes are to be, for whoever asks
UNKNOWN = "not a picture in a known format; JPEG, PNG, WebP and most others work"
EMPTY = (
    "empty file (0 bytes); if the picture is in the cloud (OneDrive, iCloud, Dropbox), make it available "
    "offline first, otherwise download or copy it again"
)
_PICTURE_BRANDS = frozenset({b"heic", b"heix", b"heim", b"heis", b"hevc", b"hevx", b"mif1", b"mif2", b"msf1"})
_SOUND_BRANDS = (b"M4A ", b"M4B ", b"M4P ")
_BASE64 = ("data:image/", "/9j/4", "ivborw0kggo", "r0lgodlh", "uklgr")
_PATH = re.compile(r"[^\0<>\n]{1,250}\.(jpe?g|png|gif|bmp|webp|tiff?|avif|hei[cf])\s*", re.IGNORECASE)
_BMP_HEADERS = (12, 16, 40, 52, 56, 64, 108, 124)
# what a name may tell more closely than the bytes, which are the same for the whole family
_CLOSER = {
    "office": ("word", "sheet", "slides"),
    "pdf": ("illustrator",),
}
_ARCHIVES = ("zip", "tar", "gzip", "bzip2", "xz", "app", "windows program")  # a program may unpack itself
_OPEN_DOCUMENT = (
    (b"opendocument.text", "word"), (b"opendocument.spreadsheet", "sheet"),
    (b"opendocument.presentation", "slides"), (b"epub+zip", "word"), (b"x-krita", "krita"),
    (b"openraster", "krita"),
)  # fmt: skip


def picture_format(head: bytes) -> str | None:
    """Pillow's name of the format that a file of these first bytes has, of those that are read; None for others."""
    if head.startswith(b"\xff\xd8") and not head.startswith(b"\xff\xd8\xff\xf7"):
        return "JPEG"
    if head.startswith(b"\x89PNG\r\n\x1a\n"):
        return "PNG"
    if head.startswith((b"GIF87a", b"GIF89a")):
        return "GIF"
    if head.startswith(b"RIFF") and head[8:12] == b"WEBP":
        return "WEBP"
    if head.startswith(tiff.STARTS):
        return "TIFF"
    if head.startswith(b"BM") and len(head) >= 18 and struct.unpack_from("<I", head, 14)[0] in _BMP_HEADERS:
        return "BMP"
    if re.match(rb"P[1-6fF][\s#]", head):
        return "PPM"
    brands = _brands(head)
    if any(brand in (b"avif", b"avis") for brand in brands):
        return "AVIF"
    return "HEIF" if any(brand in _PICTURE_BRANDS for brand in brands) else None


def unread_kind(head: bytes, file: BinaryIO | None = None, name: str = "") -> Kind | None:
    """The kind of a file that is not read, or None for one that may be.

    Args:
        head: its first bytes, HEAD_BYTES of them.
        file: the file itself, to look further into a TIFF, whose raw sisters begin as it does; its place changes.
        name: tells more closely what the bytes leave open, a spreadsheet from a text document, say.
    """
    kind = _by_bytes(head, file)
    closer = kind_of_name(name) if kind in _loose() else None
    return closer if closer in _loose().get(kind, ()) else kind


def kind_of_name(name: str) -> Kind | None:
    """The kind that a file's name says it has, of those that are not read; for files whose bytes say nothing."""
    suffixes = [suffix.lower() for suffix in PurePosixPath(name).suffixes]
    known = by_suffix()
    return known.get("".join(suffixes[-2:])) or known.get(suffixes[-1] if suffixes else "")


def with_name(error: TellapartError, name: str) -> str:
    """The reason why a file of that name is no picture: its kind by name where its bytes said nothing."""
    kind = kind_of_name(name) if isinstance(error, UnknownKindError) else None
    return kind.reason if kind else str(error)


def is_archive(kind: Kind) -> bool:
    """Whether a file of that kind may be a zip or a tar that is taken in as a folder is."""
    return kind in [by_key()[key] for key in _ARCHIVES]


def reason_too_large(size: str, most_bytes: int, name: str, head: bytes = b"") -> str:
    """Why a file of more than that many bytes is not taken in: a film is told as a film, whatever its size.

    size: how large it is, in words. head: its first bytes, where they are at hand.
    """
    kind = unread_kind(head, name=name) if any(head) else None
    kind = kind or kind_of_name(name)
    return kind.reason if kind else f"{size} more than the {most_bytes // 2**20} MB a picture may have"


@lru_cache(maxsize=1)
def _loose() -> dict[Kind | None, list[Kind]]:
    return {by_key()[key]: [by_key()[closer] for closer in names] for key, names in _CLOSER.items()}


def _by_bytes(head: bytes, file: BinaryIO | None) -> Kind | None:
    found = picture_format(head)
    if found == "TIFF":
        maker = next((kind for kind in raw_kinds() if kind.begins(head)), None)
        return maker or (tiff_kind(file) if file is not None else None)
    if found is not None or not head:
        return None
    key = _key(head)
    return by_key()[key] if key else next((kind for kind in all_kinds() if kind.begins(head)), None)


def _key(head: bytes) -> str | None:
    """The key of a kind that more than bytes at fixed places tell."""
    if not any(head) and len(head) >= 16:
        return "zeros"
    if brands := _brands(head):
        return _film(brands)
    if head.startswith(b"PK\x03\x04"):
        return _zip(head)
    if head.startswith(b"bplist00") and b"NSURL" in head:
        return "icloud"
    return "pdf" if b"%PDF-" in head[:1024] else _text(head)


def tiff_kind(file: BinaryIO) -> Kind | None:
    """What a TIFF is that cannot be taken for a picture: raw data of a camera, or a preview of what is not read."""
    pages = tiff.pages(file, most=1)
    if not pages:
        return None
    first, inner = pages[0], pages[0].inner
    if first.is_dng or any(part.is_raw for part in (first, *inner)):
        return raw("Adobe DNG" if first.is_dng else first.make or "in a TIFF file")
    larger = max((part.n_pixels for part in inner), default=0)
    if first.is_reduced and larger > first.n_pixels:
        return Kind(
            f"a file with a preview of {first.width} × {first.height} pixels whose full picture cannot be "
            "read, like a camera's raw file",
            raw("").way_out,
        )
    return None


def _brands(head: bytes) -> list[bytes]:
    """The brands of an ISO media file, the major one first; [] for other files."""
    if head[4:8] != b"ftyp":
        return []
    size = min(int.from_bytes(head[:4], "big"), len(head), 256)
    return [head[8:12], *(head[at : at + 4] for at in range(16, size - 3, 4))]


def _film(brands: list[bytes]) -> str:
    if b"crx " in brands:
        return "canon cr3"
    if brands[0] in _SOUND_BRANDS:
        return "sound mp4"
    return "film quicktime" if brands[0] == b"qt  " else "film mp4"


def _zip(head: bytes) -> str:
    names = list(_zip_names(head))
    if names[:1] == [b"mimetype"]:
        return next((key for mark, key in _OPEN_DOCUMENT if mark in head[38:200]), "zip")
    if b"[Content_Types].xml" in names:
        folders = ((b"word/", "word"), (b"xl/", "sheet"), (b"ppt/", "slides"))
        return next((key for folder, key in folders if folder in head), "office")
    if names and all(name.endswith(b".npy") for name in names):
        return "numpy zip"
    if any(name.endswith((b"/data.pkl", b"/.format_version")) for name in names):
        return "torch zip"
    if any(name.endswith(b".iwa") for name in names):
        return "office"
    is_program = any(name.startswith((b"META-INF/", b"AndroidManifest")) for name in names)
    return "app" if is_program else "zip"


def _zip_names(head: bytes) -> Iterator[bytes]:
    for match in re.finditer(rb"PK\x03\x04.{22}(..)..", head, re.DOTALL):
        yield head[match.end() : match.end() + int.from_bytes(match[1], "little")]


def _text(head: bytes) -> str | None:
    """Kinds that are text, whatever their encoding."""
    start = decoded(head).lstrip("\ufeff \t\r\n").lower()
    if start.startswith(("<!doctype html", "<html", "<head", "<body")):
        return "web page"
    if start.startswith("<") and "<svg" in start:
        return "svg"
    if start.startswith("<") and "<html" in start:
        return "web page"
    if start.startswith("version https://git-lfs."):
        return "lfs"
    if "annex/objects/" in start[:300] or re.match(r"(outs|md5|deps):", start):
        return "annex"
    if start.startswith(_BASE64):
        return "base64"
    if re.match(r"<[?!a-z]", start):
        return "xml"
    if re.match(r"[{\[]\s*[\"{\[\d]", start):
        return "json"
    return "path text" if len(head) < HEAD_BYTES and _PATH.fullmatch(start) else None


def decoded(data: bytes) -> str:
    """The beginning of a text in UTF-8, UTF-16 or Western European; of other files, letters without a meaning."""
    return data.decode(encoding_of(data), errors="replace")


def encoding_of(data: bytes) -> str:
    """The encoding of a text, from its first bytes: UTF-16 with or without a mark, UTF-8, or that of old Windows."""
    if data.startswith((b"\xff\xfe", b"\xfe\xff")):
        return "utf-16"
    some = data[:400]
    if len(some) > 3 and some[1::2].count(0) * 10 > len(some) * 4 and not some[0::2].count(0):
        return "utf-16-le"
    if len(some) > 3 and some[0::2].count(0) * 10 > len(some) * 4 and not some[1::2].count(0):
        return "utf-16-be"
    try:
        data[: data.rfind(b"\n") + 1 or None].decode("utf-8")
    except UnicodeDecodeError:
        return "cp1252"
    return "utf-8-sig"
