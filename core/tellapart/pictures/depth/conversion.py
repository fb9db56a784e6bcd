"""Deep pictures as 8 bits: of 12, 16 or 32 bits a sample, signed, or with a decimal point.

One rule for all. The scale is what the sample type says, or, where it says no more than "there is room for so much",
the smallest usual depth that holds the values in use: cameras and scanners put 12 bits into 16, and those would be
almost black. Values with a sign, and grey ones that would fill less than a sixteenth of the scale (heat, height), are
stretched from the lowest to the highest. Whoever asks is told where that changed the brightness.
"""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass
from functools import lru_cache

import numpy as np
from PIL import Image

from tellapart.pictures.depth.low_bytes import LowBytes
from tellapart.pictures.notes import Tell

_DEPTHS = (8, 10, 12, 14, 16)  # bits of a sample that cameras, scanners and programs use
_STRAY = 1e-4  # share of the values at either end that may be dust, hot pixels or stars
_NARROW = 1 / 16  # of the scale; less shows fewer than 16 of 256 levels
_ABOUT_ONE = 1.5  # decimal values up to here count as 0 to 1 with a little above
_SAMPLED = 2**20
_BAND_PIXELS = 2**18
_BITS, _PHOTOMETRIC, _SAMPLE_FORMAT = 258, 262, 339  # TIFF tags
_SIGNED, _DECIMAL = 2, 3
_COLOUR_ENOUGH = 2 ** (_DEPTHS[-2] - 8)  # a high byte that no smaller depth reaches


@dataclass(frozen=True)
class Samples:
    """The type of a picture's samples: n_bits of each, whether they have a sign or a decimal point, and whether 0 is
    white."""

    n_bits: int
    is_signed: bool = False
    is_decimal: bool = False
    is_white_zero: bool = False


@dataclass(frozen=True)
class Scale:
    """Values from low to high become 0 to 255. note: what a person should know of it, "" if nothing."""

    low: float
    high: float
    note: str = ""


def to_8_bits(image: Image.Image, low_bytes: LowBytes | None, tell: Tell) -> Image.Image:
    """A loaded picture with 8 bits a sample: itself if it has them, else "L", "LA" or as it was in colour.

    Args:
        low_bytes: of `low_bytes.of`, from before it was loaded.
        tell: gets a note where the brightness was stretched.
    """
    if image.mode.startswith("I") or image.mode == "F" or (image.format == "TIFF" and _is_signed_byte(image)):
        samples = _samples_of(image)
        read = _grey_reader(image, samples)
        scale = scale_of(_sampled(read, image.size), samples)
        key = image.info.get("transparency")
        grey = _in_bands("L", image.size, read, lambda values: _scaled(values, scale, samples.is_white_zero))
        if isinstance(key, int):  # in the picture's own depth
            grey.putalpha(_in_bands("L", image.size, read, lambda values: _opaque(values != key)))
        if scale.note:
            tell(scale.note)
        return grey
    return image if low_bytes is None else _colour(image, low_bytes, tell)


def scale_of(values: np.ndarray, samples: Samples, is_grey: bool = True) -> Scale:
    """How to bring these values to 8 bits. They may be some of the picture's, and of any shape."""
    values = values[np.isfinite(values)] if samples.is_decimal else values.ravel()
    if not values.size:
        return Scale(0, 1)
    low, high = _ends(values)
    full, is_as_meant = _full(high, samples)
    has_sign = low < -full / 64
    is_narrow = is_grey and high - low < full * _NARROW
    if high > low and (has_sign or is_narrow):
        return Scale(low, high, f"brightness was stretched: its values are {_number(low)} to {_number(high)}")
    if is_as_meant or high <= 0:
        return Scale(0, full)
    return Scale(
        0,
        full,
        f"brightness was stretched: its values end at {_number(high)}, far below its full scale",
    )


def _full(high: float, samples: Samples) -> tuple[float, bool]:
    """The value that is white, and whether the picture's own type says so."""
    if samples.is_decimal and high <= _ABOUT_ONE:
        return 1.0, True
    declared = float("inf") if samples.is_decimal else 2.0 ** (samples.n_bits - samples.is_signed) - 1
    if samples.n_bits < 16:
        return declared, True
    meant = {declared, *((255.0, 65535.0) if samples.n_bits > 16 else ())}
    usual = [2.0**n_bits - 1 for n_bits in _DEPTHS]
    beyond = high if samples.is_decimal else 2.0 ** math.ceil(math.log2(max(high, 1) + 1)) - 1
    full = min(declared, next((white for white in usual if high <= white), beyond))
    return full, full in meant


def _ends(values: np.ndarray) -> tuple[float, float]:
    n_stray = int(values.size * _STRAY)
    if not n_stray:
        return float(values.min()), float(values.max())
    last = values.size - 1 - n_stray
    if values.dtype.kind == "u" and values.dtype.itemsize == 2:  # counting is faster than sorting
        below = np.cumsum(np.bincount(values))
        low, high = np.searchsorted(below, (n_stray, last), side="right")
        return float(low), float(high)
    ordered = np.partition(values, (n_stray, last))
    return float(ordered[n_stray]), float(ordered[last])


def _number(value: float) -> str:
    return f"{value:,.0f}" if value == int(value) else f"{value:,.3g}"


def _samples_of(image: Image.Image) -> Samples:
    tags = getattr(image, "tag_v2", None)
    if tags is None:
        n_bits = 16 if image.mode.startswith("I;16") or image.format == "PNG" else 32
        return Samples(n_bits, image.mode == "I" and image.format != "PNG", image.mode == "F")
    kind = _first(tags.get(_SAMPLE_FORMAT), 1)
    n_bits = _first(tags.get(_BITS), 16)
    return Samples(n_bits, kind == _SIGNED, image.mode == "F", tags.get(_PHOTOMETRIC) == 0)


def _is_signed_byte(image: Image.Image) -> bool:
    return image.mode == "L" and _samples_of(image).is_signed


def _first(value: object, default: int) -> int:
    found = value[0] if isinstance(value, tuple) and value else value
    return found if isinstance(found, int) else default


Box = tuple[int, int, int, int]
_Reader = Callable[[Box], np.ndarray]


def _grey_reader(image: Image.Image, samples: Samples) -> _Reader:
    kind: str | None = None  # where Pillow's mode says another than the samples have
    if image.mode == "I" and samples.n_bits == 32 and not samples.is_signed:
        kind = "u4"
    elif image.mode == "L":
        kind = "i1"

    def read(box: Box) -> np.ndarray:
        values = np.asarray(image.crop(box))
        return values if kind is None else values.view(kind)

    return read


def _sampled(read: _Reader, size: tuple[int, int]) -> np.ndarray:
    """Every row, or so many at equal distances that a million values are not much exceeded."""
    width, height = size
    step = max(1, width * height // _SAMPLED)
    if step == 1:
        return read((0, 0, width, height))
    return np.concatenate([read((0, y, width, y + 1)) for y in range(0, height, step)])


def _in_bands(
    mode: str,
    size: tuple[int, int],
    read: _Reader,
    convert: Callable[[np.ndarray], np.ndarray],
    onto: Image.Image | None = None,
) -> Image.Image:
    """A picture made from what is read, a few rows at a time: floats of all of it at once would take gigabytes.

    onto: where to put it, else on a new one; it may be the one that is read from.
    """
    done = Image.new(mode, size) if onto is None else onto
    width, height = size
    n_rows = max(1, _BAND_PIXELS // max(1, width))
    for top in range(0, height, n_rows):
        box = (0, top, width, min(top + n_rows, height))
        levels = convert(read(box))
        done.paste(Image.frombytes(mode, (width, box[3] - top), levels.tobytes()), box)
    return done


def _scaled(values: np.ndarray, scale: Scale, is_white_zero: bool) -> np.ndarray:
    if values.dtype.kind == "u" and values.dtype.itemsize == 2:
        return np.asarray(_table(scale, is_white_zero)[values])
    return _computed(values, scale, is_white_zero)


@lru_cache(maxsize=8)
def _table(scale: Scale, is_white_zero: bool) -> np.ndarray:
    """(65536,) levels of every value of 16 bits: to look them up is faster than to compute them."""
    return _computed(np.arange(2**16), scale, is_white_zero)


def _computed(values: np.ndarray, scale: Scale, is_white_zero: bool) -> np.ndarray:
    floats = np.nan_to_num(values.astype(np.float32), nan=scale.low, posinf=scale.high, neginf=scale.low)
    share = (np.clip(floats, scale.low, scale.high) - scale.low) / (scale.high - scale.low)
    levels = np.rint(255 * share).astype(np.uint8)
    return np.asarray(255 - levels if is_white_zero else levels)


def _opaque(is_there: np.ndarray) -> np.ndarray:
    return np.asarray(np.where(is_there, 255, 0).astype(np.uint8))


def _colour(image: Image.Image, low_bytes: LowBytes, tell: Tell) -> Image.Image:
    """A picture of 16 bits in colour, of which Pillow gives the high bytes: those are enough for most."""
    key = image.info.get("transparency") if image.mode == "RGB" else None
    n_colours = 4 if image.mode == "CMYK" else 3
    counts = np.array(image.histogram()).reshape(-1, 256)
    n_bright = counts[:n_colours, _COLOUR_ENOUGH:].sum()
    is_whole = n_bright > counts[:n_colours].sum() * _STRAY
    if is_whole and key is None:
        return image
    low = low_bytes.read()

    def read(box: Box) -> np.ndarray:
        return np.asarray(image.crop(box)).astype(np.uint16) << 8 | np.asarray(low.crop(box))

    scale = Scale(0, 65535)
    if not is_whole:
        scale = scale_of(_sampled(read, image.size)[..., :n_colours], Samples(16), is_grey=False)
    alpha_scale = Scale(0, 65535)
    if image.mode == "RGBA" and not counts[3, int(scale.high) // 256 + 1 :].any():
        alpha_scale = scale

    def convert(values: np.ndarray) -> np.ndarray:
        levels = _scaled(values, scale, is_white_zero=False)
        if image.mode == "RGBA":  # how much shows has a scale of its own
            levels[..., 3] = _scaled(values[..., 3], alpha_scale, is_white_zero=False)
        return levels

    is_shown = None
    if isinstance(key, tuple):
        wanted = np.array(key, np.uint16)
        is_shown = _in_bands("L", image.size, read, lambda values: _opaque((values != wanted).any(axis=-1)))
    done = _in_bands(image.mode, image.size, read, convert, image)
    if is_shown is not None:
        done.putalpha(is_shown)
    if scale.note:
        tell(scale.note)
    return done
