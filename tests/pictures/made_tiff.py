"""TIFF files of any sample type, byte order, photometric tag and layout, which no writer at hand makes."""

import struct
import zlib

import numpy as np

_KINDS = {"u": 1, "i": 2, "f": 3}
_SIZES = {"H": 3, "I": 4}


def made_tiff(pixels, photometric=1, order="<", is_packed=False, is_planar=False, extra=None, n_bits=None):
    """The file's bytes.

    Args:
        pixels: (H, W) or (H, W, samples) of the type that is written.
        photometric: 0 for "white is zero", 1 grey, 2 RGB, 5 CMYK.
        order: "<" or ">".
        is_packed: deflated. is_planar: each sample in a part of its own.
        extra: what the last sample is: 0 unknown, 1 alpha that colours are multiplied by, 2 alpha.
        n_bits: where it is less than the type has.
    """
    pixels = pixels if pixels.ndim == 3 else pixels[..., None]
    height, width, n_samples = pixels.shape
    planes = [pixels[..., i] for i in range(n_samples)] if is_planar else [pixels]
    n_rows = (height + 1) // 2
    type_ = pixels.dtype.newbyteorder(order)
    parts = [
        np.ascontiguousarray(plane[top : top + n_rows].astype(type_)).tobytes()
        for plane in planes
        for top in range(0, height, n_rows)
    ]
    parts = [zlib.compress(part) if is_packed else part for part in parts]
    starts = np.cumsum([8, *map(len, parts)]).tolist()
    tags = [
        (256, "I", [width]), (257, "I", [height]), (258, "H", [n_bits or 8 * pixels.itemsize] * n_samples),
        (259, "H", [8 if is_packed else 1]), (262, "H", [photometric]), (273, "I", starts[:-1]),
        (277, "H", [n_samples]), (278, "I", [n_rows]), (279, "I", list(map(len, parts))),
        (284, "H", [2 if is_planar else 1]), (339, "H", [_KINDS[pixels.dtype.kind]] * n_samples),
    ]  # fmt: skip
    if extra is not None:
        tags.insert(-1, (338, "H", [extra]))
    body = b"".join(parts) + bytes(starts[-1] % 2)
    base = 8 + len(body)
    index, far = struct.pack(order + "H", len(tags)), b""
    for tag, kind, values in tags:
        content = struct.pack(f"{order}{len(values)}{kind}", *values)
        if len(content) > 4:
            place = base + 2 + 12 * len(tags) + 4 + len(far)
            far += content + bytes(len(content) % 2)
            content = struct.pack(order + "I", place)
        index += struct.pack(order + "HHI", tag, _SIZES[kind], len(values)) + content.ljust(4, b"\0")
    head = (b"II*\0" if order == "<" else b"MM\0*") + struct.pack(order + "I", base)
    return head + body + index + bytes(4) + far
