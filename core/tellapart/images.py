"""Pictures as pixels: the only module that opens picture files.

Everything comes out upright (EXIF), 8-bit RGB, first frame only. What cannot be read is refused with a reason.
"""

from __future__ import annotations

import contextlib
import importlib
import io
import threading
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import BinaryIO

import numpy as np
from PIL import Image, ImageOps, UnidentifiedImageError

from tellapart.errors import ImageError
from tellapart.pictures.boundary import one_picture, reason_of
from tellapart.preprocess import Preprocess

MAX_BYTES = 100 * 2**20
MAX_PIXELS = 150_000_000
# Pillow opens many more, some of which run other programs (EPS) or hide several files in one.
_PLUGINS = ("Jpeg", "Mpo", "Png", "Gif", "Bmp", "WebP", "Tiff", "Avif")
FORMATS = ("JPEG", "MPO", "PNG", "GIF", "BMP", "WEBP", "TIFF", "AVIF")
SUFFIXES = {
    "JPEG": ".jpg", "MPO": ".jpg", "PNG": ".png", "GIF": ".gif", "BMP": ".bmp",
    "WEBP": ".webp", "TIFF": ".tif", "AVIF": ".avif", "HEIF": ".heic",
}  # fmt: skip
PICTURE_SUFFIXES = frozenset({*SUFFIXES.values(), ".jpeg", ".jpe", ".jfif", ".tiff", ".heif"})
RESAMPLING = {"bilinear": Image.Resampling.BILINEAR, "bicubic": Image.Resampling.BICUBIC}
_LARGE_PIXELS = 25_000_000
_ONE_LARGE = threading.Semaphore(
    1
)  # a few bombs just below the limit, on all threads at once, would fill the memory
_SCALABLE = ("JPEG", "MPO")  # decoded at 1/2, 1/4 or 1/8 of their size where that is enough
_ORIENTATION, _MAKE, _MODEL = 0x0112, 0x010F, 0x0110
MINIATURE_SIDE = 16
COLOUR_SIDE = 4
FINGERPRINT_BYTES = MINIATURE_SIDE**2 + 2 * COLOUR_SIDE**2  # in projects of older versions, 32

Source = Path | bytes


@dataclass(frozen=True)
class PictureFacts:
    """What one full look at a picture's bytes tells.

    format: Pillow's name, for instance "JPEG". width, height: pixels, upright.
    fingerprint: 288 bytes, alike for pictures that look alike; see `fingerprint`.
    """

    format: str
    width: int
    height: int
    fingerprint: bytes

    @property
    def suffix(self) -> str:
        """The file name ending that belongs to the content, whatever the file was called."""
        return SUFFIXES[self.format]


def read_image(source: Source, min_side_px: int | None = None) -> Image.Image:
    """The picture as upright 8-bit RGB.

    Args:
        source: a path or the file's bytes.
        min_side_px: the shorter side needed; a JPEG is then decoded at 1/2, 1/4 or 1/8 scale where that is enough,
            which saves most of the time. The result is at least that large unless the picture is smaller.
    Raises:
        ImageError: the reason, in words, without the file's name.
    """
    with one_picture(), _Opened(source) as image:
        return upright_rgb(image, min_side_px)


def read_with_camera(source: Source, min_side_px: int) -> tuple[Image.Image, str]:
    """The picture as of `read_image`, and the maker and model of the camera that its EXIF block names, "" if none.

    Raises:
        ImageError: the reason, in words.
    """
    with one_picture(), _Opened(source) as image:
        upright = upright_rgb(image, min_side_px)
        return upright, _camera(image)


def inspect(source: Source) -> PictureFacts:
    """Format, size and look of a picture, after decoding all of it, so that a cut-off file is found now.

    Raises:
        ImageError: the reason, in words.
    """
    with one_picture():
        with _Opened(source) as image:
            name = image.format or ""
            width, height = image.size
            upright = upright_rgb(image, min_side_px=64)
            if name not in _SCALABLE:
                width, height = upright.size
            elif _orientation(image) >= 5:
                width, height = height, width
        return PictureFacts(name, width, height, fingerprint(upright))


def upright_rgb(image: Image.Image, min_side_px: int | None = None) -> Image.Image:
    """An open Pillow image as upright 8-bit RGB; see `read_image`."""
    if min_side_px and image.format in _SCALABLE:
        image.draft("RGB", (min_side_px, min_side_px))
    image.load()
    turn = _TURNS.get(_orientation(image))  # asked only now: Pillow turns a TIFF by itself while it loads
    rgb = _to_rgb(image)
    return rgb if turn is None else rgb.transpose(turn)


def load_pixels(source: Source, preprocess: Preprocess) -> np.ndarray:
    """The square a network sees: (size_px, size_px, 3) uint8, not yet normalised.

    Raises:
        ImageError: the reason, in words.
    """
    with one_picture():
        return pixels_of(read_image(source, preprocess.resize_px), preprocess)


def pixels_of(image: Image.Image, preprocess: Preprocess) -> np.ndarray:
    """The square a network sees, from an upright RGB picture: (size_px, size_px, 3) uint8."""
    return np.asarray(square_of(image, preprocess))


def square_of(image: Image.Image, preprocess: Preprocess) -> Image.Image:
    """The square a network sees, from an upright RGB picture, still as a picture."""
    width, height = image.size
    box = (0.0, 0.0, float(width), float(height))
    if preprocess.fit == "crop":
        side = min(width, height) * preprocess.size_px / preprocess.resize_px
        left, top = (width - side) / 2, (height - side) / 2
        box = (left, top, left + side, top + side)
    size = (preprocess.size_px, preprocess.size_px)
    return image.resize(size, RESAMPLING[preprocess.interpolation], box=box)


def thumbnail_jpeg(source: Source, side_px: int = 160) -> bytes:
    """A small JPEG whose shorter side is at most side_px, without any of the file's metadata.

    Raises:
        ImageError: the reason, in words.
    """
    with one_picture():
        image = read_image(source, side_px)
        scale = side_px / min(image.size)
        if scale < 1:
            # very long pictures are cut, so that a panorama does not make a huge thumbnail
            width, height = (min(max(1, round(side * scale)), 3 * side_px) for side in image.size)
            image = ImageOps.fit(image, (width, height), Image.Resampling.BILINEAR)
        buffer = io.BytesIO()
        image.save(buffer, "JPEG", quality=82)
        return buffer.getvalue()


def fingerprint(image: Image.Image) -> bytes:
    """A miniature of 288 bytes, alike for resized, recompressed or brightened copies: 16 × 16 grey values, row by row,
    then 4 × 4 times blue and red difference (Cb, Cr).

    `clean.duplicates` compares them; crops and mirrored copies are its work.
    """
    # LANCZOS, since BOX aliases: a copy at 0.6 of the size would differ visibly
    small = image.resize((MINIATURE_SIDE, MINIATURE_SIDE), Image.Resampling.LANCZOS)
    colours = small.resize((COLOUR_SIDE, COLOUR_SIDE), Image.Resampling.BOX).convert("YCbCr")
    return small.convert("L").tobytes() + np.asarray(colours)[:, :, 1:].tobytes()


class _Opened:
    """A Pillow image open for reading; for use inside `one_picture`."""

    def __init__(self, source: Source):
        self._source = source
        self._file: BinaryIO | None = None
        self._is_large = False

    def __enter__(self) -> Image.Image:
        try:
            self._file = (
                io.BytesIO(self._source) if isinstance(self._source, bytes) else self._source.open("rb")
            )
            image = _checked(self._file)
        except BaseException:
            self._close()
            raise
        self._is_large = image.width * image.height > _LARGE_PIXELS
        if self._is_large:
            _ONE_LARGE.acquire()
        return image

    def __exit__(self, kind: object, error: BaseException | None, trace: object) -> None:
        self._close()

    def _close(self) -> None:
        if self._file is not None:
            self._file.close()
        if self._is_large:
            _ONE_LARGE.release()


def _checked(file: BinaryIO) -> Image.Image:
    n_bytes = file.seek(0, io.SEEK_END)
    file.seek(0)
    head = file.read(512)
    file.seek(0)
    if n_bytes == 0:
        raise ImageError("empty file (0 bytes)")
    if n_bytes > MAX_BYTES:
        raise ImageError(
            f"{n_bytes / 2**20:.0f} MB is more than the {MAX_BYTES // 2**20} MB a picture may have"
        )
    try:
        image = Image.open(file, formats=_readable_formats(head))
    except Exception as error:
        raise ImageError(_unknown_reason(head, error)) from error
    width, height = image.size
    if width * height > MAX_PIXELS:
        raise ImageError(
            f"{width} × {height} pixels are more than the {MAX_PIXELS // 10**6} million a picture may have"
        )
    return image


def _unknown_reason(head: bytes, error: BaseException) -> str:
    if isinstance(error, Image.DecompressionBombError):
        return reason_of(error)
    start = head.lstrip(b"\xef\xbb\xbf \t\r\n").lower()
    if start.startswith((b"<!doctype html", b"<html")):
        return "a web page, not a picture"
    if b"<svg" in start:
        return "an SVG drawing; save it as PNG or JPEG first"
    if _is_heic(head):
        return "a HEIC picture; install pillow-heif (pip install 'tellapart[heic]') to read it"
    if isinstance(error, UnidentifiedImageError):
        return "not a picture of a known kind"
    return reason_of(error)


def _readable_formats(head: bytes) -> list[str]:
    """The formats this Pillow reads, of those we allow; HEIC joins when a file asks for it and pillow-heif is there."""
    if _is_heic(head):
        try:
            import pillow_heif
        except ImportError:
            return []
        pillow_heif.register_heif_opener(thumbnails=False)
        return ["HEIF"]
    return _plain_formats()


@lru_cache(maxsize=1)
def _plain_formats() -> list[str]:
    """Asked for once: to look in vain for a plugin costs half as much as to decode a small picture."""
    for name in _PLUGINS:
        with contextlib.suppress(ImportError):  # AVIF is not in every Pillow
            importlib.import_module(f"PIL.{name}ImagePlugin")
    return [name for name in FORMATS if name in Image.OPEN]


def _is_heic(head: bytes) -> bool:
    return head[4:8] == b"ftyp" and head[8:12] in (b"heic", b"heix", b"mif1", b"msf1", b"hevc")


def _orientation(image: Image.Image) -> int:
    try:
        return int(image.getexif().get(_ORIENTATION, 1))
    except Exception:
        return 1  # a broken EXIF block, however it shows, does not make the picture unreadable


def _camera(image: Image.Image) -> str:
    try:
        exif = image.getexif()
        return " ".join(str(exif[tag]).strip("\0 ") for tag in (_MAKE, _MODEL) if tag in exif)
    except Exception:
        return ""


_TURNS = {
    2: Image.Transpose.FLIP_LEFT_RIGHT, 3: Image.Transpose.ROTATE_180, 4: Image.Transpose.FLIP_TOP_BOTTOM,
    5: Image.Transpose.TRANSPOSE, 6: Image.Transpose.ROTATE_270, 7: Image.Transpose.TRANSVERSE,
    8: Image.Transpose.ROTATE_90,
}  # fmt: skip


def _to_rgb(image: Image.Image) -> Image.Image:
    if image.mode == "RGB":
        return image
    if image.mode.startswith("I") or image.mode == "F":
        return _from_deep(image)
    if image.mode in ("RGBA", "LA", "PA", "La", "RGBa") or "transparency" in image.info:
        # transparent parts become white, as a person would see them on paper
        rgba = image if image.mode == "RGBA" else image.convert("RGBA")
        paper = Image.new("RGB", rgba.size, (255, 255, 255))
        paper.paste(rgba, mask=rgba)
        return paper
    return image.convert("RGB")


def _from_deep(image: Image.Image) -> Image.Image:
    """16- and 32-bit grey pictures brought to 8 bits by their range; Pillow itself would clip them to white."""
    values = np.asarray(image).astype(np.float32)
    values = np.nan_to_num(values, nan=0.0, posinf=0.0, neginf=0.0)
    top = float(values.max(initial=0.0))
    if image.mode == "F":
        scale = 255.0 if top <= 1.0 else (1.0 if top <= 255.0 else 255.0 / top)
    else:
        scale = 1.0 if top <= 255.0 and image.mode == "I" else 255.0 / 65535.0
    return Image.fromarray(np.clip(values * scale, 0, 255).round().astype(np.uint8)).convert("RGB")
