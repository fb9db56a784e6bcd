"""Picture files built piece by piece, with what real ones hold beside the picture and what a hostile one may."""

import io
import struct
import zlib

import numpy as np
from make_data import draw_shape
from PIL import Image


def drawn(size_px=64, seed=0):
    return draw_shape("cross", np.random.default_rng(seed), size_px)


def encoded(image, kind, **options):
    buffer = io.BytesIO()
    image.copy().save(buffer, kind, **options)
    return buffer.getvalue()


def chunk(kind, body, is_sound=True):
    return (
        struct.pack(">I", len(body))
        + kind
        + body
        + struct.pack(">I", zlib.crc32(kind + body) ^ (not is_sound))
    )


def png_with(*chunks, at=33, image=None):
    """A PNG with more chunks after its header, or before its end with at=-12."""
    data = encoded(image or drawn(), "PNG")
    return data[:at] + b"".join(chunks) + data[at:]


def noise(n_bytes, seed=0):
    return np.random.default_rng(seed).integers(0, 256, n_bytes, np.uint8).tobytes()


def large_profile():
    """Of 1.5 MB once it is unpacked; nothing a colour can be made with."""
    return zlib.compress(bytes(range(256)) * 6000)


def segment(marker, body):
    return bytes([0xFF, marker]) + struct.pack(">H", len(body) + 2) + body


def jpeg_with(*segments, image=None, **options):
    """A JPEG with more segments after its start."""
    data = encoded(image or drawn(), "JPEG", **options)
    return data[:2] + b"".join(segments) + data[2:]


def progressive_with_scans(n_scans, size=(2000, 2000)):
    """A small file that libjpeg decodes again and again: its last scan, in which nothing changes, n_scans times more."""
    data = encoded(Image.new("RGB", size, (120, 130, 140)), "JPEG", progressive=True)
    last, end = data.rindex(b"\xff\xda"), data.rindex(b"\xff\xd9")
    return data[:end] + data[last:end] * n_scans + data[end:]


def png_begun(width, height, depth=8, kind=2):
    """The beginning of a PNG whose pixels unpack to as many zeros as anybody asks for."""
    header = struct.pack(">IIBBBBB", width, height, depth, kind, 0, 0, 0)
    return b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", header) + chunk(b"IDAT", zlib.compress(bytes(2**20)))


def webp_canvas(width, height):
    """A WebP whose one small frame lies on a large canvas."""
    frame = encoded(drawn(), "WEBP")[12:]
    sides = (width - 1).to_bytes(3, "little") + (height - 1).to_bytes(3, "little")
    place = bytes(6) + (63).to_bytes(3, "little") * 2 + (100).to_bytes(3, "little") + b"\0"
    anmf = b"ANMF" + struct.pack("<I", len(place) + len(frame)) + place + frame
    body = (
        b"VP8X"
        + struct.pack("<I", 10)
        + b"\x02\0\0\0"
        + sides
        + b"ANIM"
        + struct.pack("<I", 6)
        + bytes(6)
        + anmf
    )
    return b"RIFF" + struct.pack("<I", 4 + len(body)) + b"WEBP" + body


def tiff_with(*entries, side=16):
    """A grey TIFF of one strip; entries: (tag, type, count, value) more or instead, each value in its own 4 bytes."""
    found = {256: (4, 1, side), 257: (4, 1, side), 258: (3, 1, 8), 259: (3, 1, 1), 262: (3, 1, 1), 273: (4, 1, 400),
             277: (3, 1, 1), 278: (4, 1, side), 279: (4, 1, side * side)}  # fmt: skip
    found |= {tag: rest for tag, *rest in entries}
    out = b"II*\0" + struct.pack("<IH", 8, len(found))
    for tag, (kind, count, value) in sorted(found.items()):
        out += struct.pack("<HHII", tag, kind, count, value)
    return (out + bytes(4)).ljust(400, b"\0") + noise(side * side)


def rle_bmp(width, height, data):
    """A BMP of 8 bits, packed."""
    palette = bytes(range(256)) * 4
    head = struct.pack("<IiiHHIIiiII", 40, width, height, 1, 8, 1, len(data), 0, 0, 256, 0)
    offset = 14 + len(head) + len(palette)
    return b"BM" + struct.pack("<IHHI", offset + len(data), 0, 0, offset) + head + palette + data


def gif_with_comment(n_bytes, n_in_block=255):
    data = encoded(drawn(), "GIF")
    block = bytes([n_in_block]) + b"c" * n_in_block
    at = 13 + (3 << (data[10] & 7) + 1)
    return data[:at] + b"!\xfe" + block * (n_bytes // n_in_block) + b"\0" + data[at:]
