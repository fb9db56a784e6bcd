"""HEIC and AVIF are told apart by all the brands that a file names, since both may call themselves mif1 first."""

from __future__ import annotations

AVIF, HEIC = frozenset({b"avif", b"avis"}), frozenset(
    {b"heic", b"heix", b"heim", b"heis", b"hevc", b"hevx", b"hevm", b"hevs"}
)  # fmt: skip
_FAMILY = frozenset({b"mif1", b"msf1", b"mif2", b"miaf"})  # either of both
_MOST_BRANDS = 64


def brands_of(head: bytes) -> tuple[bytes, ...]:
    """The main brand and those it says to be compatible with, in order; () for files of another build."""
    if head[4:8] != b"ftyp":
        return ()
    size = min(int.from_bytes(head[:4], "big"), len(head), 16 + 4 * _MOST_BRANDS)
    return (head[8:12], *(head[at : at + 4] for at in range(16, size - 3, 4)))


def heif_formats(head: bytes) -> tuple[str, ...]:
    """ "AVIF", "HEIF" or both, the likelier first: Pillow's names of what may read the file; () when neither may."""
    brands = brands_of(head)
    if not brands:
        return ()
    for main in (brands[:1], brands[1:]):
        found = [name for name, own in (("AVIF", AVIF), ("HEIF", HEIC)) if own.intersection(main)]
        if len(found) == 1:
            return (found[0],)
        if found:
            first = next(brand for brand in main if brand in AVIF | HEIC)
            return ("AVIF", "HEIF") if first in AVIF else ("HEIF", "AVIF")
    return ("HEIF", "AVIF") if _FAMILY.intersection(brands) else ()


def with_main_brand(data: bytes, name: str) -> bytes:
    """The file under a main brand by which its reader knows it; the same bytes where it has one."""
    known = AVIF | {b"mif1", b"msf1"} if name == "AVIF" else HEIC | {b"mif1", b"msf1"}
    if data[8:12] in known:
        return data
    return data[:8] + (b"avif" if name == "AVIF" else b"heic") + data[12:]
