"""The low bytes of pictures with 16 bits a sample in colour: Pillow decodes the high ones alone."""

from __future__ import annotations

import sys
from dataclasses import dataclass
from typing import BinaryIO

from PIL import Image

from tellapart.pictures.formats.tiff_tiles import mend_tiff, rawmodes_of, set_rawmodes

# Pillow's name for how samples lie in the file -> the one that takes the other byte of each
_OTHER = {";16B": ";16L", ";16L": ";16B", ";16N": ";16B" if sys.byteorder == "little" else ";16L"}


@dataclass(frozen=True)
class LowBytes:
    """Where to read them. file: the open one; Pillow may have closed it when it was done, then the one of that name."""

    file: BinaryIO
    name: str
    format: str

    def read(self) -> Image.Image:
        """A picture of the same mode and size whose samples are the low bytes.

        Raises:
            OSError: the file cannot be read once more, or whatever Pillow raises for a damaged one.
        """
        if self.file.closed:
            with Image.open(self.name, formats=[self.format]) as twin:
                return _low(twin)
        self.file.seek(0)
        return _low(Image.open(self.file, formats=[self.format]))


def low_bytes_of(image: Image.Image) -> LowBytes | None:
    """Where to find the low bytes of an open picture that is not loaded yet; None if it has none apart."""
    if image.format not in ("PNG", "TIFF") or image.mode not in ("RGB", "RGBA", "CMYK"):
        return None
    if rawmodes_of(image, 1)[0][-4:] not in _OTHER:
        return None
    return LowBytes(image.fp, image.filename, image.format)  # type: ignore[attr-defined]


def _low(twin: Image.Image) -> Image.Image:
    mend_tiff(twin)
    rawmodes = rawmodes_of(twin)
    if rawmodes[0].startswith("LA;16"):
        # grey and alpha: four bytes, which are read as if they were four samples
        set_rawmodes(twin, ["RGBA"] * len(rawmodes))
        _, grey, _, alpha = twin.split()
        return Image.merge("RGBA", (grey, grey, grey, alpha))
    set_rawmodes(twin, [rawmode[:-4] + _OTHER[rawmode[-4:]] for rawmode in rawmodes])
    twin.load()
    return twin
