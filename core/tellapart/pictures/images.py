"""Pictures as pixels: the only module that opens picture files.

Everything comes out upright (EXIF), 8-bit RGB, first frame only. What cannot be read is refused with a reason.
"""

from __future__ import annotations

import contextlib
import importlib
import io
from collections.abc import Iterator
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path

import numpy as np
from PIL import Image, ImageOps

from tellapart.errors import ImageError, KindError
from tellapart.pictures.arrays import image_of
from tellapart.pictures.boundary import one_picture
from tellapart.pictures.cost import MAX_BYTES as MAX_BYTES  # for all who read files of pictures
from tellapart.pictures.cost import check_cost, check_size, decoding_cost, room
from tellapart.pictures.exif import camera_of, is_turned, orientation_of
from tellapart.pictures.format1_pixels import to_rgb_as_before
from tellapart.pictures.formats.brands import heif_formats
from tellapart.pictures.kinds.not_opened import error_not_opened
from tellapart.pictures.kinds.unread import EMPTY, HEAD_BYTES, unread_kind
from tellapart.pictures.notes import Tell, ignore_note
from tellapart.pictures.opening import SCALABLE, Loaded, bytes_of, loaded
from tellapart.pictures.parts import tell_parts
from tellapart.pictures.preprocess import PIXELS, Preprocess
from tellapart.pictures.rgb import Meaning, meaning_of, to_rgb
from tellapart.safe_text import harmless

# Pillow opens many more, some of which run other programs (EPS) or hide several files in one.
_PLUGINS = ("Jpeg", "Mpo", "Png", "Gif", "Bmp", "WebP", "Tiff", "Avif", "Ppm")
FORMATS = ("JPEG", "MPO", "PNG", "GIF", "BMP", "WEBP", "TIFF", "AVIF", "PPM")
SUFFIXES = {
    "JPEG": ".jpg", "MPO": ".jpg", "PNG": ".png", "GIF": ".gif", "BMP": ".bmp",
    "WEBP": ".webp", "TIFF": ".tif", "AVIF": ".avif", "HEIF": ".heic", "PPM": ".pnm",
}  # fmt: skip
PICTURE_SUFFIXES = frozenset(
    {*SUFFIXES.values(), ".jpeg", ".jpe", ".jfif", ".tiff", ".heif", ".ppm", ".pgm", ".pbm"}
)
RESAMPLING = {"bilinear": Image.Resampling.BILINEAR, "bicubic": Image.Resampling.BICUBIC}
MINIATURE_SIDE = 16
_MAX_CAMERA = 60
COLOUR_SIDE = 4
FINGERPRINT_BYTES = MINIATURE_SIDE**2 + 2 * COLOUR_SIDE**2  # in projects of older versions, 32

Source = Path | bytes


@dataclass(frozen=True)
class PictureFacts:
    """What one full look at a picture's bytes tells.

    format: Pillow's name, for instance "JPEG". width, height: pixels, upright.
    fingerprint: 288 bytes, alike for pictures that look alike; see `fingerprint`.
    notes: what a person should know of it, for instance that its other pages are left out; see `pictures.notes`.
    """

    format: str
    width: int
    height: int
    fingerprint: bytes
    notes: tuple[str, ...] = ()

    @property
    def suffix(self) -> str:
        """The file name ending that belongs to the content, whatever the file was called."""
        return SUFFIXES[self.format]


def read_image(source: Source, min_side_px: int | None = None, pixels: int = PIXELS) -> Image.Image:
    """The picture as upright 8-bit RGB.

    Args:
        source: a path or the file's bytes.
        min_side_px: the shorter side needed; a JPEG is then decoded at 1/2, 1/4 or 1/8 scale where that is enough,
            which saves most of the time. The result is at least that large unless the picture is smaller.
        pixels: how, see `Preprocess`.
    Raises:
        ImageError: the reason, in words, without the file's name.
    """
    with one_picture(), _opened(source, min_side_px) as found:
        return _bare(upright_rgb(found.image, found.meaning, pixels))


def read_with_camera(source: Source, min_side_px: int) -> tuple[Image.Image, str]:
    """The picture as of `read_image`, and the maker and model of the camera that its EXIF block names, "" if none.

    Raises:
        ImageError: the reason, in words.
    """
    with one_picture(), _opened(source, min_side_px) as found:
        upright, camera = upright_rgb(found.image, found.meaning), camera_of(found.image)
        return _bare(upright), camera


def camera_in(source: Source) -> str:
    """The maker and model of the camera that the picture's EXIF block names, "" if none; the pixels are not decoded.

    No serial number, place or owner is looked at. "" as well for what cannot be read, and for PNG and GIF.
    """
    try:
        with one_picture():
            data = bytes_of(source)
            if data.startswith((b"\x89PNG", b"GIF8")) or (
                data.startswith(b"\xff\xd8") and b"Exif" not in data
            ):
                return ""
            with Image.open(io.BytesIO(data), formats=_readable_formats(data)) as image:
                check_size(*image.size)
                return " ".join(harmless(camera_of(image)).split())[:_MAX_CAMERA]
    except ImageError:
        return ""


def inspect(source: Source) -> PictureFacts:
    """Format, size and look of a picture, after decoding all of it, so that a cut-off file is found now.

    Raises:
        ImageError: the reason, in words.
    """
    notes: list[str] = []
    with one_picture():
        data = bytes_of(source)
        with _opened(data, min_side_px=64) as found:
            tell_parts(found.image, data, notes.append)
            name = found.image.format or ""
            width, height = found.width, found.height
            upright = upright_rgb(found.image, found.meaning, tell=notes.append)
            if name not in SCALABLE:
                width, height = upright.size
            elif orientation_of(found.image) >= 5:
                width, height = height, width
        return PictureFacts(name, width, height, fingerprint(upright), tuple(notes))


def upright_rgb(
    image: Image.Image, meaning: Meaning, pixels: int = PIXELS, tell: Tell = ignore_note
) -> Image.Image:
    """A loaded Pillow picture as upright 8-bit RGB, for use inside `one_picture`; see `read_given` for a stranger's.

    The picture itself may be changed.

    Args:
        meaning: of `meaning_of`, from before it was loaded.
        pixels: how, see `Preprocess`.
        tell: is told what a person should know of it.
    """
    turn = _TURNS.get(orientation_of(image))  # asked only now: Pillow turns a TIFF by itself while it loads
    rgb = to_rgb_as_before(image) if pixels == 1 else to_rgb(image, meaning, tell)
    return rgb if turn is None else rgb.transpose(turn)


def read_given(picture: Image.Image | np.ndarray, pixels: int = PIXELS) -> Image.Image:
    """A picture that a caller holds already, as upright 8-bit RGB; a Pillow picture may be loaded by this.

    pixels: see `Preprocess`.

    Raises:
        ImageError: the reason, in words.
    """
    with one_picture():
        image = picture if isinstance(picture, Image.Image) else image_of(picture)
        check_size(*image.size)
        meaning = meaning_of(image)
        n_bytes = decoding_cost(image, 0, is_turned=is_turned(image)) + meaning.n_extra_bytes(image)
        check_cost(n_bytes, *image.size)
        with room.taken(n_bytes):
            image.load()
            return upright_rgb(image.copy() if meaning.changes(image) else image, meaning, pixels)


def load_pixels(source: Source, preprocess: Preprocess) -> np.ndarray:
    """The square a network sees: (size_px, size_px, 3) uint8, not yet normalised.

    Raises:
        ImageError: the reason, in words.
    """
    with one_picture():
        return pixels_of(read_image(source, preprocess.resize_px, preprocess.pixels), preprocess)


def pixels_of(image: Image.Image, preprocess: Preprocess) -> np.ndarray:
    """The square a network sees, from an upright RGB picture: (size_px, size_px, 3) uint8."""
    return np.asarray(square_of(image, preprocess))


def square_of(image: Image.Image, preprocess: Preprocess) -> Image.Image:
    """The square a network sees, from an upright RGB picture, still as a picture."""
    size = (preprocess.size_px, preprocess.size_px)
    return image.resize(size, RESAMPLING[preprocess.interpolation], box=seen_box(*image.size, preprocess))


def seen_box(width: int, height: int, preprocess: Preprocess) -> tuple[float, float, float, float]:
    """The part of an upright picture that becomes the square: left, top, right and bottom, in pixels."""
    if preprocess.fit == "stretch":
        return 0.0, 0.0, float(width), float(height)
    side = min(width, height) * preprocess.size_px / preprocess.resize_px
    left, top = (width - side) / 2, (height - side) / 2
    return left, top, left + side, top + side


def thumbnail_jpeg(source: Source, side_px: int = 160) -> bytes:
    """A small JPEG whose shorter side is at most side_px, without any of the file's metadata.

    Raises:
        ImageError: the reason, in words.
    """
    with one_picture():
        return small_jpeg(read_image(source, side_px), side_px)


def small_jpeg(image: Image.Image, side_px: int) -> bytes:
    """The same of a picture that `read_image` gave; for use inside `one_picture`."""
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


@contextlib.contextmanager
def _opened(source: Source, min_side_px: int | None = None) -> Iterator[Loaded]:
    """A loaded picture; for use inside `one_picture`."""
    data = bytes_of(source)
    head, file = data[:HEAD_BYTES], io.BytesIO(data)
    if not data:
        raise ImageError(EMPTY)
    if (kind := unread_kind(head, file)) is not None:
        raise KindError(kind.reason)
    with contextlib.ExitStack() as held:
        try:
            found = held.enter_context(loaded(data, _readable_formats(data), min_side_px))
        except (ImageError, MemoryError):
            raise
        except Exception as error:
            raise error_not_opened(head, file, error) from error
        yield found


def _bare(image: Image.Image) -> Image.Image:
    """The same picture with nothing but its pixels: whoever writes it would write comments and profiles too."""
    image.info.clear()
    return image


def _readable_formats(data: bytes) -> list[str]:
    """The formats this Pillow reads, of those we allow; HEIC joins when a file asks for it and pillow-heif is there."""
    names = heif_formats(data)
    if not names:
        return _plain_formats()
    if "HEIF" in names:
        try:
            import pillow_heif
        except ImportError:
            names = tuple(name for name in names if name != "HEIF")
        else:
            pillow_heif.register_heif_opener(thumbnails=False)
    return [name for name in names if name == "HEIF" or name in _plain_formats()]


@lru_cache(maxsize=1)
def _plain_formats() -> list[str]:
    """Asked for once: to look in vain for a plugin costs half as much as to decode a small picture."""
    for name in _PLUGINS:
        with contextlib.suppress(ImportError):  # AVIF is not in every Pillow
            importlib.import_module(f"PIL.{name}ImagePlugin")
    return [name for name in FORMATS if name in Image.OPEN]


_TURNS = {
    2: Image.Transpose.FLIP_LEFT_RIGHT, 3: Image.Transpose.ROTATE_180, 4: Image.Transpose.FLIP_TOP_BOTTOM,
    5: Image.Transpose.TRANSPOSE, 6: Image.Transpose.ROTATE_270, 7: Image.Transpose.TRANSVERSE,
    8: Image.Transpose.ROTATE_90,
}  # fmt: skip
