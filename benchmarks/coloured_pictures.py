"""Made pictures that say what their colours mean, each in another way, and the profiles for it."""

from __future__ import annotations

import io
import struct
import zlib
from collections.abc import Callable

import numpy as np
from PIL import Image
from tellapart.pictures.colour.code_points import PRIMARIES
from tellapart.pictures.colour.profiles import SRGB, SRGB_CURVE, rgb_profile

D65 = (0.3127, 0.3290)
P3 = rgb_profile(PRIMARIES[12], SRGB_CURVE)
ADOBE = rgb_profile((*D65, 0.64, 0.33, 0.21, 0.71, 0.15, 0.06), (2.19921875,))
WIDEST = rgb_profile((0.3457, 0.3585, 0.7347, 0.2653, 0.1596, 0.8404, 0.0366, 0.0001), (1.8,))
LINEAR = rgb_profile(SRGB, (1.0,))


def patches(seed: int = 0, side_px: int = 128) -> Image.Image:
    """Squares of 16 px: a grey ramp, the corners of the RGB cube, colours by chance."""
    rng = np.random.default_rng(seed)
    n = side_px // 16
    colours = rng.integers(0, 256, (n, n, 3), np.uint8)
    colours[0] = np.linspace(0, 255, n)[:, None]
    colours[1] = [[255 * (i >> k & 1) for k in range(3)] for i in range(n)]
    return Image.fromarray(colours.repeat(16, axis=0).repeat(16, axis=1))


def encoded(image: Image.Image, kind: str, **options: object) -> bytes:
    """The file's bytes."""
    buffer = io.BytesIO()
    image.save(buffer, kind, **options)  # type: ignore[arg-type]
    return buffer.getvalue()


def jpeg(image: Image.Image, **options: object) -> bytes:
    """A JPEG of the highest quality."""
    return encoded(image, "JPEG", quality=100, subsampling=0, **options)


def chunk(name: bytes, content: bytes) -> bytes:
    """A chunk of a PNG."""
    return struct.pack(">I", len(content)) + name + content + struct.pack(">I", zlib.crc32(name + content))


def png(image: Image.Image, *chunks: bytes, **options: object) -> bytes:
    """A PNG with these chunks after its header."""
    data = encoded(image, "PNG", **options)
    return data[:33] + b"".join(chunks) + data[33:]


def deep_png(pixels: np.ndarray, *chunks: bytes) -> bytes:
    """A PNG of 16 bits: (H, W) grey, (H, W, 2) with alpha, (H, W, 3) RGB or (H, W, 4) RGBA, uint16."""
    height, width, n = pixels.reshape(*pixels.shape[:2], -1).shape
    kind = {1: 0, 2: 4, 3: 2, 4: 6}[n]
    rows = b"".join(b"\0" + row.astype(">u2").tobytes() for row in pixels)
    parts = [chunk(b"IHDR", struct.pack(">IIBBBBB", width, height, 16, kind, 0, 0, 0)), *chunks]
    parts += [chunk(b"IDAT", zlib.compress(rows)), chunk(b"IEND", b"")]
    return b"\x89PNG\r\n\x1a\n" + b"".join(parts)


def iccp(profile: bytes) -> bytes:
    """A PNG's chunk with a profile."""
    return chunk(b"iCCP", b"icc\0\0" + zlib.compress(profile))


def gama(gamma: float) -> bytes:
    """A PNG's gamma, for instance 0.45455."""
    return chunk(b"gAMA", struct.pack(">I", round(gamma * 100_000)))


def chrm(chromaticities: tuple[float, ...]) -> bytes:
    """A PNG's primaries: x and y of white, red, green and blue."""
    return chunk(b"cHRM", struct.pack(">8I", *(round(value * 100_000) for value in chromaticities)))


def cicp(primaries: int, transfer: int, matrix: int = 0, is_full: int = 1) -> bytes:
    """A PNG's colour space by its numbers (ITU-T H.273)."""
    return chunk(b"cICP", bytes((primaries, transfer, matrix, is_full)))


def avif(image: Image.Image, primaries: int = 1, transfer: int = 13, **options: object) -> bytes:
    """An AVIF without loss of colour resolution, whose colour space is told by numbers."""
    data = bytearray(encoded(image, "AVIF", quality=100, subsampling="4:4:4", **options))
    place = data.find(b"nclx")
    if place > 0:  # not in one with a profile
        data[place + 4 : place + 8] = struct.pack(">HH", primaries, transfer)
    return bytes(data)


def table_profile(
    space: bytes, to_lab: Callable[[np.ndarray], np.ndarray], n_grid: int, n_bits: int
) -> bytes:
    """A profile that is a table, as printers and cameras have them.

    Args:
        space: b"RGB " or b"CMYK".
        to_lab: (N, channels) shares of 0 to 1 -> (N, 3) Lab.
        n_grid: points of the table along each channel.
        n_bits: of its numbers, 8 or 16.
    """
    n_channels = len(space.strip())
    axes = np.meshgrid(*[np.linspace(0, 1, n_grid)] * n_channels, indexing="ij")
    lab = to_lab(np.stack([axis.ravel() for axis in axes], axis=1))
    start = bytes((n_channels, 3, n_grid, 0)) + struct.pack(">9i", *(65536 * (i % 4 == 0) for i in range(9)))
    if n_bits == 8:
        levels = np.clip(lab * (2.55, 1, 1) + (0, 128, 128), 0, 255).round().astype(np.uint8).tobytes()
        ramp = bytes(range(256))
        table = b"mft1\0\0\0\0" + start + ramp * n_channels + levels + ramp * 3
    else:
        levels = (
            np.clip(lab * (652.8, 256, 256) + (0, 32768, 32768), 0, 65535).round().astype(">u2").tobytes()
        )
        ramp = struct.pack(">HH", 0, 65535)
        table = b"mft2\0\0\0\0" + start + struct.pack(">HH", 2, 2) + ramp * n_channels + levels + ramp * 3
    return profile(space, b"Lab ", {b"A2B0": table})


def grey_profile(gamma: float) -> bytes:
    """A profile for grey pictures."""
    return profile(b"GRAY", b"XYZ ", {b"kTRC": b"curv\0\0\0\0" + struct.pack(">IH", 1, round(gamma * 256))})


def profile(space: bytes, connection: bytes, tags: dict[bytes, bytes]) -> bytes:
    """A profile, version 2, with these tags and those that every profile has."""
    white = struct.pack(">iii", 63190, 65536, 54061)
    tags = {
        b"desc": b"desc\0\0\0\0" + struct.pack(">I", 5) + b"made\0" + bytes(78),
        b"cprt": b"text\0\0\0\0none\0",
        b"wtpt": b"XYZ \0\0\0\0" + white,
        **tags,
    }
    index, body, start = b"", b"", 128 + 4 + 12 * len(tags)
    for name, content in tags.items():
        index += name + struct.pack(">II", start + len(body), len(content))
        body += content + bytes(-len(content) % 4)
    kind = b"prtr" if connection == b"Lab " else b"mntr"
    head = struct.pack(">I4sI4s4s4s", start + len(body), b"lcms", 0x02100000, kind, space, connection)
    head += struct.pack(">6H", 2026, 1, 1, 0, 0, 0) + b"acsp" + bytes(28) + white
    return head.ljust(128, b"\0") + struct.pack(">I", len(tags)) + index + body


def inks_to_lab(inks: np.ndarray) -> np.ndarray:
    """(N, 3) Lab of (N, 4) shares of cyan, magenta, yellow and black, about those of offset print (Neugebauer)."""
    solids = np.array(
        [
            (94, 0, -2),
            (89, -5, 93),
            (48, 74, -3),
            (47, 68, 48),
            (55, -37, -50),
            (50, -68, 25),
            (24, 22, -46),
            (23, 0, 0),
        ]
    )
    lab = np.zeros((len(inks), 3))
    for i, solid in enumerate(solids):
        on = np.array([i >> 2 & 1, i >> 1 & 1, i & 1])
        lab += np.prod(np.where(on, inks[:, :3], 1 - inks[:, :3]), axis=1)[:, None] * solid
    return np.asarray(lab * (1 - inks[:, 3:] * (0.83, 0.9, 0.9)))


def rgb_to_lab(rgb: np.ndarray) -> np.ndarray:
    """(N, 3) Lab of (N, 3) shares of red, green and blue in a made camera's space."""
    xyz = (rgb**1.8) @ np.array(((0.52, 0.25, 0.0), (0.29, 0.69, 0.05), (0.154, 0.06, 0.775)))
    part = xyz / (0.9642, 1.0, 0.8249)
    root = np.where(part > 0.008856, np.cbrt(part), 7.787 * part + 16 / 116)
    return np.stack(
        [116 * root[:, 1] - 16, 500 * (root[:, 0] - root[:, 1]), 200 * (root[:, 1] - root[:, 2])], axis=1
    )


def coloured_pictures(seed: int = 0) -> dict[str, tuple[str, bytes]]:
    """Media type and bytes of pictures that each tell their colours in another way, by name."""
    image = patches(seed)
    grey, palette = image.convert("L"), image.quantize(64)
    clear = image.copy()
    clear.putalpha(Image.linear_gradient("L").resize(image.size))
    half_grey = grey.copy()
    half_grey.putalpha(Image.linear_gradient("L").resize(image.size))
    deep = np.asarray(image).astype(np.uint16) * 257
    key = struct.pack(">3H", *deep[40, 40].tolist())
    cmyk = Image.merge("CMYK", (*image.split(), Image.new("L", image.size)))
    press, camera = table_profile(b"CMYK", inks_to_lab, 9, 8), table_profile(b"RGB ", rgb_to_lab, 17, 8)
    jpegs = {
        "JPEG, no profile": jpeg(image),
        "JPEG, sRGB": jpeg(image, icc_profile=rgb_profile(SRGB, SRGB_CURVE)),
        "JPEG, Display P3": jpeg(image, icc_profile=P3),
        "JPEG, Adobe RGB": jpeg(image, icc_profile=ADOBE),
        "JPEG, ProPhoto": jpeg(image, icc_profile=WIDEST),
        "JPEG, table of a camera": jpeg(image, icc_profile=camera),
        "JPEG, grey, RGB profile": jpeg(grey, icc_profile=ADOBE),
        "JPEG, grey profile": jpeg(grey, icc_profile=grey_profile(1.0)),
        "JPEG, colour, grey profile": jpeg(image, icc_profile=grey_profile(1.0)),
        "JPEG, broken profile": jpeg(image, icc_profile=P3[:200]),
        "JPEG, CMYK": encoded(cmyk, "JPEG", quality=100),
        "JPEG, CMYK, table of a press": encoded(cmyk, "JPEG", quality=100, icc_profile=press),
    }
    pngs = {
        "PNG, Display P3": png(image, iccp(P3)),
        "PNG, palette, Adobe RGB": png(palette, iccp(ADOBE)),
        "PNG, alpha, Display P3": png(clear, iccp(P3)),
        "PNG, grey, grey profile": png(grey, iccp(grey_profile(1.0))),
        "PNG, grey with alpha, grey profile": png(half_grey, iccp(grey_profile(1.0))),
        "PNG, 16 bits, ProPhoto": deep_png(deep, iccp(WIDEST)),
        "PNG, 16 bits, grey, linear": deep_png(deep[..., 0], iccp(LINEAR)),
        "PNG, 16 bits, one colour clear": deep_png(deep, chunk(b"tRNS", key)),
        "PNG, one colour clear": png(image, transparency=image.getpixel((40, 40))),
        "PNG, gamma 1": png(image, gama(1)),
        "PNG, gamma 1/2.2": png(image, gama(0.45455)),
        "PNG, gamma and P3 primaries": png(image, gama(0.45455), chrm(PRIMARIES[12])),
        "PNG, P3 primaries alone": png(image, chrm(PRIMARIES[12])),
        "PNG, sRGB over gamma": png(image, chunk(b"sRGB", b"\0"), gama(1)),
        "PNG, cICP P3": png(image, cicp(12, 13)),
        "PNG, cICP over profile": png(image, cicp(9, 1), iccp(P3)),
        "PNG, cICP of limited range": png(image, cicp(12, 13, is_full=0)),
        "PNG, cICP PQ": png(image, cicp(9, 16)),
        "PNG, cICP HLG": png(image, cicp(9, 18)),
    }
    webps = {
        "WebP, Display P3, alpha": encoded(clear, "WEBP", lossless=True, icc_profile=P3),
        "WebP, Adobe RGB": encoded(image, "WEBP", lossless=True, icc_profile=ADOBE),
    }
    avifs = {
        "AVIF, nclx P3": avif(image, 12, 13),
        "AVIF, nclx video": avif(image, 1, 1),
        "AVIF, nclx PQ": avif(image, 9, 16),
        "AVIF, Adobe RGB": avif(image, icc_profile=ADOBE),
    }
    kinds = {"image/jpeg": jpegs, "image/png": pngs, "image/webp": webps, "image/avif": avifs}
    return {name: (media, data) for media, files in kinds.items() for name, data in files.items()}
