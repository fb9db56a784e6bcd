"""Colours as sRGB: what a picture says its numbers mean (a profile, or PNG's, AVIF's and HEIC's own words), applied.

What is read, and what is not believed, is as in Chromium, so that a picture looks here as it does on a page. A profile
that is broken, or of another kind than the pixels, is left aside: the numbers then count as sRGB.
"""

from __future__ import annotations

import io
import struct
import threading
from collections import OrderedDict
from dataclasses import dataclass
from functools import lru_cache
from hashlib import sha256

import numpy as np
from PIL import Image, ImageCms

from tellapart.pictures.colour import code_points
from tellapart.pictures.colour.code_points import CURVES, PRIMARIES, CodePoints
from tellapart.pictures.colour.profiles import SRGB, SRGB_CURVE, rgb_profile
from tellapart.pictures.depth.hdr import hdr_to_srgb

_MAX_TRANSFORMS = 16  # that are kept; that of a printing press is a few megabytes
_EXACT_PIXELS = (
    4_000_000  # up to here a profile that is a table is read point by point, half a second a million
)
_BROKEN = (ImageCms.PyCMSError, OSError, ValueError, TypeError, OverflowError, MemoryError, struct.error)
_USUAL_GAMMA, _GAMMA_TOLERANCE = 0.45455, 0.05  # of PNG: so near it, a picture is taken for sRGB
_SPACES = {"RGB": b"RGB ", "RGBA": b"RGB ", "L": b"GRAY", "CMYK": b"CMYK", "LAB": b"Lab "}


@dataclass(frozen=True)
class Colours:
    """What the numbers of a picture mean, as far as it says so; all None: sRGB. The first that is there counts.

    points: of a cICP chunk or an nclx box. icc: the bytes of a profile. gamma: (exponent, chromaticities).
    """

    points: CodePoints | None = None
    icc: bytes | None = None
    gamma: tuple[float, code_points.Chromaticities] | None = None


PLAIN = Colours()  # sRGB


def colours_of(image: Image.Image) -> Colours:
    """What an open picture says of its colours. Before it is loaded: Pillow then closes the file."""
    info = image.info
    icc = info.get("icc_profile") or None
    if icc is not None and not isinstance(icc, bytes):
        icc = None
    if image.format == "PNG":
        points = _points(image)
        if points == code_points.IS_SRGB:
            return PLAIN
        gamma = (
            None if points or icc or "srgb" in info else _gamma(info.get("gamma"), info.get("chromaticity"))
        )
        return Colours(points, None if points else icc, gamma) if points or icc or gamma else PLAIN
    if image.format in ("AVIF", "HEIF") and icc is None:
        points = _points(image)
        return PLAIN if points is None or points == code_points.IS_SRGB else Colours(points)
    return Colours(icc=icc) if icc else PLAIN


def to_srgb(image: Image.Image, colours: Colours) -> Image.Image:
    """A loaded picture of 8 bits as "L", "LA", "RGB" or "RGBA" whose numbers are sRGB; itself, changed where needed.

    Alpha stays as it is. A palette becomes RGB or RGBA.
    """
    image = _plain_mode(image)
    if colours is PLAIN and image.mode in ("L", "LA", "RGB", "RGBA"):
        return image
    if colours.points is not None and colours.points.is_hdr:
        return hdr_to_srgb(image if image.mode == "RGBA" else image.convert("RGB"), colours.points)
    profile = colours.icc
    try:
        if colours.points is not None:
            place = colours.points
            profile = rgb_profile(PRIMARIES[place.primaries], CURVES[place.transfer])
        elif profile is None and colours.gamma is not None:
            profile = rgb_profile(colours.gamma[1], (colours.gamma[0],))
    except ValueError:
        profile = None
    converted = _converted(image, profile) if profile or image.mode == "LAB" else None
    if converted is not None:
        return converted
    return image.convert("RGB") if image.mode in ("CMYK", "LAB") else image


def _points(image: Image.Image) -> CodePoints | None:
    heif = image.info.get("nclx_profile")
    if isinstance(heif, dict):
        return code_points.of_video(
            int(heif.get("color_primaries", 2)), int(heif.get("transfer_characteristics", 2))
        )
    file = getattr(image, "fp", None)
    if file is None or file.closed or image.format == "HEIF":
        return None
    place = file.tell()
    try:
        return (code_points.of_png if image.format == "PNG" else code_points.of_avif)(file)
    finally:
        file.seek(place)


def _gamma(gamma: object, chromaticity: object) -> tuple[float, code_points.Chromaticities] | None:
    """PNG's own words before there were profiles. Chromaticities without a gamma say nothing."""
    if not isinstance(gamma, int | float) or gamma <= 0:
        return None
    if isinstance(chromaticity, tuple) and len(chromaticity) == 8:
        return 1 / gamma, chromaticity
    is_usual = abs(gamma / _USUAL_GAMMA - 1) <= _GAMMA_TOLERANCE
    return None if is_usual else (1 / gamma, SRGB)


def _plain_mode(image: Image.Image) -> Image.Image:
    if image.mode in _SPACES or image.mode == "LA":
        return image
    if image.mode == "1":
        return image.convert("L")
    has_alpha = image.mode in ("PA", "La", "RGBa") or "transparency" in image.info
    return image.convert("RGBA" if has_alpha else "RGB")


def _converted(image: Image.Image, profile: bytes | None) -> Image.Image | None:
    if image.mode == "LA":
        grey, alpha = image.split()
        converted = _converted(grey, profile)
        if converted is None:
            return None
        converted.putalpha(alpha)
        return converted
    digest = b"" if profile is None else sha256(profile).digest()
    is_large = image.width * image.height > _EXACT_PIXELS
    transform = _transforms.get(_Wanted(digest, image.mode, is_large), profile)
    if transform is None and image.mode == "L":
        image = image.convert("RGB")
        transform = _transforms.get(_Wanted(digest, "RGB", is_large), profile)
    if transform is None:
        return None
    try:
        # a picture of the same mode is converted where it is: a copy of a large one would be hundreds of megabytes
        return transform.apply(image, image if transform.output_mode == image.mode else None)
    except _BROKEN:
        return None


@dataclass(frozen=True)
class _Wanted:
    """A transform to sRGB: of which profile ("" is Lab), for pictures of which mode, and whether for large ones."""

    digest: bytes
    mode: str
    is_large: bool


class _Transforms:
    """Transforms to sRGB, the last ones used; None for those that change nothing or are broken."""

    def __init__(self) -> None:
        self._made: OrderedDict[_Wanted, ImageCms.ImageCmsTransform | None] = OrderedDict()
        self._lock = threading.Lock()

    def get(self, wanted: _Wanted, profile: bytes | None) -> ImageCms.ImageCmsTransform | None:
        with self._lock:
            if wanted not in self._made:
                self._made[wanted] = _transform(profile, wanted.mode, wanted.is_large)
                if len(self._made) > _MAX_TRANSFORMS:
                    self._made.popitem(last=False)
            self._made.move_to_end(wanted)
            return self._made[wanted]


_transforms = _Transforms()


def _transform(profile: bytes | None, mode: str, is_large: bool) -> ImageCms.ImageCmsTransform | None:
    try:
        source = ImageCms.ImageCmsProfile(
            ImageCms.createProfile("LAB") if profile is None else io.BytesIO(_without_programs(profile))
        )
        space = source.profile.xcolor_space.encode("latin-1", "replace")
        if space.ljust(4) != _SPACES[mode]:
            return None
        flags = ImageCms.Flags.NOWHITEONWHITEFIXUP  # paper is not quite white
        if mode in ("CMYK", "LAB") or any(
            is_input for is_input, _, _ in (source.profile.clut or {}).values()
        ):
            # a table drawn beforehand is ten times as fast and, where a colour leaves sRGB, some levels off
            flags |= ImageCms.Flags.HIGHRESPRECALC if is_large else ImageCms.Flags.NOOPTIMIZE
        transform = ImageCms.ImageCmsTransform(
            source,
            _srgb(),
            mode,
            "RGBA" if mode == "RGBA" else "RGB",
            ImageCms.Intent.PERCEPTUAL,
            flags=flags,
        )
        return None if mode in _SAMPLES and _changes_nothing(transform, mode) else transform
    except _BROKEN:
        return None


def _without_programs(profile: bytes) -> bytes:
    """The profile without its lists of steps (D2B0 to D2B3): browsers pass over them, a stranger's may be endless."""
    if b"D2B" not in profile:
        return profile
    mended = bytearray(profile)
    for at in range(132, min(132 + 12 * int.from_bytes(profile[128:132], "big"), len(profile)), 12):
        if profile[at : at + 3] == b"D2B":
            mended[at : at + 3] = b"x2x"
    return bytes(mended)


@lru_cache(maxsize=1)
def _srgb() -> ImageCms.ImageCmsProfile:
    return ImageCms.ImageCmsProfile(io.BytesIO(rgb_profile(SRGB, SRGB_CURVE)))


def _samples() -> dict[str, Image.Image]:
    steps = np.arange(0, 256, 15, dtype=np.uint8)
    cube = np.stack(np.meshgrid(steps, steps, steps, indexing="ij"), axis=-1).reshape(1, -1, 3)
    rgb = Image.fromarray(cube)
    return {"L": Image.frombytes("L", (256, 1), bytes(range(256))), "RGB": rgb, "RGBA": rgb.convert("RGBA")}


_SAMPLES = _samples()


def _changes_nothing(transform: ImageCms.ImageCmsTransform, mode: str) -> bool:
    """Whether no colour moves by more than a level, as with the many profiles that say sRGB in their own way."""
    before = _SAMPLES[mode]
    after = np.asarray(transform.apply(before).convert("RGB"), np.int16)
    return bool(np.abs(after - np.asarray(before.convert("RGB"), np.int16)).max() <= 1)
