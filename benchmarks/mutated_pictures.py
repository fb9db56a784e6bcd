"""Pictures of every kind we read, damaged by chance: the same ones for the same seed, wherever this runs."""

from __future__ import annotations

import io
import struct
from collections.abc import Callable
from functools import lru_cache
from typing import Any

import numpy as np
from made_pictures import made_picture
from PIL import Image, PngImagePlugin

SIDE_PX = 72
_EXTREMES = (0, 1, 0x7F, 0x80, 0xFF, 0x7FFF, 0xFFFF, 0x7FFFFFFF, 0xFFFFFFFF)


@lru_cache(maxsize=1)
def whole_pictures() -> dict[str, tuple[bytes, ...]]:
    """By kind, sound pictures of it in several builds."""
    rng = np.random.default_rng(7)
    plain, other = made_picture(rng, SIDE_PX), made_picture(rng, SIDE_PX)
    clear = plain.copy()
    clear.putalpha(other.convert("L"))
    exif = Image.Exif()
    exif[0x0112], exif[0x010F], exif[0x010E] = 6, "Maker", "words " * 40
    deep = Image.fromarray(np.asarray(plain.convert("L")).astype(np.uint16) * 257)
    text = PngImagePlugin.PngInfo()
    text.add_text("Comment", "words " * 90, zip=True)
    text.add_itxt("XML:com.adobe.xmp", "<x/>" * 50, zip=True)

    def made(kind: str, image: Image.Image = plain, **options: Any) -> bytes:
        buffer = io.BytesIO()
        image.copy().save(
            buffer, kind, **options
        )  # a copy: Pillow leaves notes for the next kind in a picture
        return buffer.getvalue()

    def moving(kind: str, **options: Any) -> bytes:
        return made(kind, save_all=True, append_images=[other.copy(), plain.copy()], **options)

    found = {
        "JPEG": (
            made("JPEG", exif=exif, comment=b"words " * 50), made("JPEG", progressive=True, subsampling=0),
            made("JPEG", plain.convert("CMYK")), made("JPEG", plain.convert("L")), moving("MPO"),
            made("JPEG", restart_marker_blocks=2),
        ),
        "PNG": (
            made("PNG", pnginfo=text, exif=exif), made("PNG", plain.quantize(64), transparency=3), made("PNG", deep),
            made("PNG", clear), made("PNG", plain.convert("1")), moving("PNG"),
        ),
        "GIF": (made("GIF", comment=b"words " * 80), moving("GIF"), made("GIF", clear)),
        "BMP": (made("BMP"), made("BMP", plain.quantize(200)), made("BMP", plain.convert("1"))),
        "WEBP": (
            made("WEBP", exif=exif), made("WEBP", lossless=True), made("WEBP", clear), moving("WEBP"),
        ),
        "TIFF": (
            made("TIFF", exif=exif), made("TIFF", compression="tiff_lzw"), made("TIFF", compression="tiff_deflate"),
            made("TIFF", compression="jpeg"), made("TIFF", deep, compression="packbits"),
            made("TIFF", plain.convert("1"), compression="group4"), made("TIFF", plain.convert("F")),
            made("TIFF", clear, compression="tiff_lzw"), moving("TIFF"),
        ),
        "PPM": (made("PPM"), made("PPM", plain.convert("L"))),
    }  # fmt: skip
    if "AVIF" in Image.SAVE:
        found["AVIF"] = (
            made("AVIF", exif=exif, speed=10), made("AVIF", clear, speed=10), moving("AVIF", speed=10),
            made("AVIF", subsampling="4:4:4", quality=95, speed=10),
        )  # fmt: skip
    if "HEIF" in Image.SAVE:
        found["HEIF"] = (
            made("HEIF", exif=exif),
            made("HEIF", clear),
            made("HEIF", quality=-1),
            moving("HEIF"),
        )
    return found


def mutated(seed: int, number: int) -> tuple[str, bytes]:
    """The kind and the bytes of one damaged picture."""
    rng = np.random.default_rng([seed, number])
    kinds = sorted(whole_pictures())
    kind = kinds[number % len(kinds)]
    sound = whole_pictures()[kind]
    data = bytearray(sound[rng.integers(len(sound))])
    for _ in range(rng.integers(1, 4)):
        _MUTATIONS[rng.integers(len(_MUTATIONS))](data, rng)
    return kind, bytes(data)


def _place(data: bytearray, rng: np.random.Generator) -> int:
    """Anywhere; every other time in the first part, where sizes and tables are."""
    most = len(data) if rng.integers(2) else min(len(data), 400)
    return int(rng.integers(max(1, most)))


def _flip(data: bytearray, rng: np.random.Generator) -> None:
    for _ in range(rng.integers(1, 20)):
        if data:
            data[_place(data, rng)] = rng.integers(256)


def _extreme(data: bytearray, rng: np.random.Generator) -> None:
    at, size = _place(data, rng), int(rng.choice([1, 2, 4]))
    value = int(_EXTREMES[rng.integers(len(_EXTREMES))]) & ((1 << 8 * size) - 1)
    data[at : at + size] = value.to_bytes(size, "big" if rng.integers(2) else "little")


def _cut(data: bytearray, rng: np.random.Generator) -> None:
    del data[_place(data, rng) :]


def _blank(data: bytearray, rng: np.random.Generator) -> None:
    at = _place(data, rng)
    size = int(rng.integers(1, max(2, len(data) - at + 1)))
    data[at : at + size] = bytes(len(data[at : at + size]))


def _remove(data: bytearray, rng: np.random.Generator) -> None:
    at = _place(data, rng)
    del data[at : at + int(rng.integers(1, 200))]


def _repeat(data: bytearray, rng: np.random.Generator) -> None:
    at = _place(data, rng)
    part = data[at : at + int(rng.integers(1, 300))]
    data[at:at] = part * int(rng.integers(1, 50))


def _splice(data: bytearray, rng: np.random.Generator) -> None:
    kinds = sorted(whole_pictures())
    others = whole_pictures()[kinds[rng.integers(len(kinds))]]
    other = others[rng.integers(len(others))]
    data[_place(data, rng) :] = other[int(rng.integers(len(other))) :]


def _enlarge(data: bytearray, rng: np.random.Generator) -> None:
    """A side as a file may hold it, far larger."""
    large = int(rng.integers(1000, 70_000))
    for order in rng.permutation(["<H", ">H", "<I", ">I"]):
        size = struct.calcsize(str(order))
        at = bytes(data[:4000]).find(struct.pack(str(order), SIDE_PX))
        if at >= 0:
            data[at : at + size] = struct.pack(str(order), min(large, (1 << 8 * size) - 1))
            return


def _append(data: bytearray, rng: np.random.Generator) -> None:
    data += rng.integers(0, 256, int(rng.integers(1, 5000)), np.uint8).tobytes()


_MUTATIONS: tuple[Callable[[bytearray, np.random.Generator], None], ...] = (
    _flip, _flip, _extreme, _extreme, _cut, _blank, _remove, _repeat, _splice, _enlarge, _enlarge, _append,
)  # fmt: skip
