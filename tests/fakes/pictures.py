"""Where the pictures lie: good ones, and every sort of trouble, by the path.

/photo/<n>.jpg          a picture of its own for every n (also /photo/<n>.png and .webp)
/same/<anything>.jpg    the same bytes under every name
/tiny/<n>.png  /wide/<n>.png (30,000 pixels wide)  /rotated/<n>.jpg (EXIF)  /animated/<n>.gif|.webp
/html/<n>.jpg  /svg/<n>.svg  /cutfile/<n>.jpg (half a picture with the right length)  /cut/<n>.jpg (hangs up half way)
/wrongtype/<n>.png (a JPEG called text)  /status/<code>/<n>.jpg  /pause/<n>.jpg (429, Retry-After 600)
/to/<url>               redirect there        /to-private/<n>.jpg   redirect to the local network
/hang/<n>.jpg           says nothing          /endless/<n>.jpg      never ends
/flaky/<n>.jpg          502 the first time, then a picture
"""

from __future__ import annotations

import io
import struct
import zlib
from functools import cache
from urllib.parse import unquote

import numpy as np
from PIL import Image

from .server import Answer, Asked, Fake

SVG = b'<?xml version="1.0"?><svg xmlns="http://www.w3.org/2000/svg" width="99" height="99"><circle r="9"/></svg>'


@cache
def photo(number: int, form: str = "JPEG", side_px: int = 96) -> bytes:
    """A picture unlike every other: coarse colours from the number."""
    rng = np.random.default_rng(number)
    coarse = Image.fromarray(rng.integers(0, 256, (6, 6, 3), np.uint8))
    buffer = io.BytesIO()
    coarse.resize((side_px + number % 17, side_px), Image.Resampling.BICUBIC).save(buffer, form)
    return buffer.getvalue()


@cache
def animated(form: str) -> bytes:
    frames = [Image.new("RGB", (80, 80), colour) for colour in ("red", "green", "blue")]
    buffer = io.BytesIO()
    frames[0].save(buffer, form, save_all=True, append_images=frames[1:], duration=100)
    return buffer.getvalue()


@cache
def huge() -> bytes:
    """A PNG that says it has 30,000 × 30,000 pixels."""
    header = struct.pack(">IIBBBBB", 30_000, 30_000, 8, 2, 0, 0, 0)
    chunks = [(b"IHDR", header), (b"IDAT", zlib.compress(b"\0" * 1000)), (b"IEND", b"")]
    parts = [
        struct.pack(">I", len(data)) + name + data + struct.pack(">I", zlib.crc32(name + data))
        for name, data in chunks
    ]
    return b"\x89PNG\r\n\x1a\n" + b"".join(parts)


@cache
def rotated() -> bytes:
    image = Image.open(io.BytesIO(photo(1)))
    exif = Image.Exif()
    exif[0x0112] = 6
    buffer = io.BytesIO()
    image.save(buffer, "JPEG", exif=exif)
    return buffer.getvalue()


class Pictures(Fake):
    """script `ok` follows the paths above."""

    def __init__(self):
        super().__init__()
        self._seen: set[str] = set()

    def link(self, number: int, kind: str = "photo", suffix: str = ".jpg") -> str:
        return f"{self.url}/{kind}/{number}{suffix}"

    def answer(self, asked: Asked) -> Answer:
        _, kind, *rest = asked.path.split("/")
        name = rest[-1] if rest else ""
        stem, _, suffix = name.partition(".")
        stem = (
            stem if stem.isdigit() or len(rest) < 2 else rest[-2]
        )  # /photo/<n>/large.jpeg, as iNaturalist has them
        number = int(stem) if stem.isdigit() else 0
        form = {"png": "PNG", "webp": "WEBP", "gif": "GIF"}.get(suffix, "JPEG")
        picture = Answer(photo(number, form if form != "GIF" else "PNG"), kind=f"image/{form.lower()}")
        if kind == "photo":
            return picture
        if kind == "to":
            return Answer(status=302, headers=(("Location", unquote(asked.path.removeprefix("/to/"))),))
        if kind == "status":
            return Answer(b"no", int(rest[0]), "text/plain")
        if kind == "flaky" and asked.path in self._seen:
            return picture
        self._seen.add(asked.path)
        return {
            "same": lambda: Answer(photo(7), kind="image/jpeg"),
            "tiny": lambda: Answer(photo(number, "PNG", 40), kind="image/png"),
            "wide": lambda: Answer(huge(), kind="image/png"),
            "rotated": lambda: Answer(rotated(), kind="image/jpeg"),
            "animated": lambda: Answer(animated(form), kind=f"image/{form.lower()}"),
            "html": lambda: Answer(b"<!DOCTYPE html><html><body>Not here</body></html>", kind="image/jpeg"),
            "svg": lambda: Answer(SVG, kind="image/svg+xml"),
            "cutfile": lambda: Answer(picture.body[: len(picture.body) // 2], kind="image/jpeg"),
            "cut": lambda: Answer(picture.body, kind="image/jpeg", cut_at=len(picture.body) // 2),
            "wrongtype": lambda: Answer(photo(number), kind="text/plain"),
            "pause": lambda: Answer(b"slow down", 429, "text/plain", (("Retry-After", "600"),)),
            "to-private": lambda: Answer(status=302, headers=(("Location", "http://10.0.0.1/secret.jpg"),)),
            "hang": lambda: Answer(slow_s=60),
            "endless": lambda: Answer(b"\xff\xd8\xff" + b"x" * 65536, kind="image/jpeg", endless=True),
            "flaky": lambda: Answer(b"Bad gateway", 502, "text/plain"),
        }.get(kind, lambda: Answer(b"not found", 404, "text/plain"))()
