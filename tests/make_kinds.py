"""Files of many kinds, made by hand: the smallest that show their kind by their bytes."""

import io
import struct
import zipfile

import numpy as np
from PIL import Image

COLOUR_FILTER = 32803


def picture(width=64, height=48, seed=0):
    """A small picture with something to see."""
    rng = np.random.default_rng(seed)
    return Image.fromarray(rng.integers(0, 255, (height, width, 3), np.uint8))


def encoded(image, kind, **options):
    """The bytes of an image file."""
    buffer = io.BytesIO()
    image.save(buffer, kind, **options)
    return buffer.getvalue()


def tiff(parts, order="<", is_big=False):
    """A TIFF of these parts, each a dict of tag -> number, text, or list of places; its pixels are zeros.

    A part's "inner" are parts that its tag 330 refers to.
    """
    out = bytearray()
    mark = b"II" if order == "<" else b"MM"
    out += mark + struct.pack(order + ("HHHQ" if is_big else "HI"), *((43, 8, 0, 16) if is_big else (42, 8)))
    word, entry = ("Q", "HHQ") if is_big else ("I", "HHI")

    def number(value):
        return struct.pack(order + word, value)

    def write(part, is_last):
        inner = part.pop("inner", [])
        tags = {256: 8, 257: 8, 258: 8, 259: 1, 262: 1, 277: 1, 278: 8, 279: 64, 273: 0, **part}
        if inner:
            tags[330] = [0] * len(inner)
        start = len(out)
        n_count, n_entry = (8, 20) if is_big else (2, 12)
        n_table = n_count + n_entry * len(tags) + len(number(0))
        extra, entries, places = bytearray(), bytearray(), None
        for tag in sorted(tags):
            value = tags[tag]
            at = start + n_table + len(extra)
            if isinstance(value, list):
                places = start + n_count + len(entries) + n_entry - len(number(0))
                if len(value) > 1:
                    places = at
                    extra += b"".join(map(number, value))
                entries += struct.pack(order + entry, tag, 16 if is_big else 4, len(value)) + number(at)
            elif isinstance(value, str):
                text = value.encode() + b"\0"
                is_short = len(text) <= len(number(0))
                extra += b"" if is_short else text
                entries += struct.pack(order + entry, tag, 2, len(text))
                entries += text.ljust(len(number(0)), b"\0") if is_short else number(at)
            else:
                entries += struct.pack(order + entry, tag, 16 if is_big else 4, 1) + number(value)
        pixels = start + n_table + len(extra)
        following = pixels + 64
        out.extend(struct.pack(order + ("Q" if is_big else "H"), len(tags)) + entries)
        out.extend(number(0 if is_last else following) + extra + bytes(64))
        _patch(out, start + n_count, n_entry, order, word, pixels)
        for place, one in enumerate(inner):
            out[places + place * len(number(0)) : places + (place + 1) * len(number(0))] = number(len(out))
            write(one, True)
        if not is_last and inner:  # the next page lies behind what is inside this one
            chain = start + n_table - len(number(0))
            out[chain : chain + len(number(0))] = number(len(out))

    for at, part in enumerate(parts):
        write(dict(part), at == len(parts) - 1)
    return bytes(out)


def _patch(out, table, n_entry, order, word, pixels):
    """Let the strip's tag say where the pixels lie."""
    at = table
    while struct.unpack_from(order + "H", out, at)[0] != 273:
        at += n_entry
    struct.pack_into(order + word, out, at + n_entry - struct.calcsize(order + word), pixels)


def ftyp(brand, *others):
    """The beginning of an ISO media file, and some bytes of it."""
    names = brand + bytes(4) + b"".join(others)
    return (
        struct.pack(">I", 8 + len(names))
        + b"ftyp"
        + names
        + struct.pack(">I", 64)
        + b"mdat"
        + bytes(range(56))
    )


def zipped(names, first_content=b"", method=zipfile.ZIP_STORED):
    """A zip with these names; the first one holds `first_content`."""
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", method) as archive:
        for at, name in enumerate(names):
            archive.writestr(name, first_content if at == 0 else b"x" * 40)
    return buffer.getvalue()


def with_method(data, method):
    """The zip with another number of the packing method everywhere, as another program would have packed it."""
    out = bytearray(data)
    for mark, place in ((b"PK\x03\x04", 8), (b"PK\x01\x02", 10)):
        at = out.find(mark)
        while at >= 0:
            struct.pack_into("<H", out, at + place, method)
            at = out.find(mark, at + 4)
    return bytes(out)


def motion_photo(gap=b""):
    """A JPEG with a film behind it."""
    return encoded(picture(), "JPEG") + gap + ftyp(b"mp42", b"isom", b"mp42")
