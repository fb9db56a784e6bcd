"""From what a picture file holds to 8-bit RGB in sRGB: depth, then clear parts, then colours, then the ground."""

from __future__ import annotations

from dataclasses import dataclass

from PIL import Image

from tellapart.pictures.colour.conversion import PLAIN, Colours, colours_of, to_srgb
from tellapart.pictures.depth.conversion import to_8_bits
from tellapart.pictures.depth.low_bytes import LowBytes, low_bytes_of
from tellapart.pictures.formats.tiff_tiles import mend_tiff
from tellapart.pictures.ground import clear_value_of, on_ground, with_alpha
from tellapart.pictures.notes import Tell


@dataclass(frozen=True)
class Meaning:
    """What an open picture says of its numbers, and what is gone once it is loaded."""

    colours: Colours
    clear_value: int | tuple[int, ...] | None
    low_bytes: LowBytes | None
    is_multiplied: bool  # colours by alpha

    def changes(self, image: Image.Image) -> bool:
        """Whether `to_rgb` may write into this picture instead of making another."""
        return self is not _PLAIN and image.mode in ("RGB", "RGBA", "CMYK")

    def n_extra_bytes(self, image: Image.Image) -> int:
        """Bytes of memory that `to_rgb` takes for this picture beside it and its copy in RGB."""
        per_pixel = 4 * (self.low_bytes is not None) + 4 * self.is_multiplied
        per_pixel += image.mode.startswith("I") or image.mode == "F"
        return image.width * image.height * per_pixel


_PLAIN = Meaning(PLAIN, None, None, False)
_MOST = ("JPEG", "MPO", "WEBP")  # kinds in which only a profile can say more


def meaning_of(image: Image.Image) -> Meaning:
    """What the numbers of an open picture mean; to be asked before it is loaded, which it prepares."""
    if image.format in _MOST and not image.info.get("icc_profile"):
        return _PLAIN
    is_multiplied = mend_tiff(image)
    meaning = Meaning(colours_of(image), clear_value_of(image), low_bytes_of(image), is_multiplied)
    return _PLAIN if meaning == _PLAIN else meaning


def to_rgb(image: Image.Image, meaning: Meaning, tell: Tell) -> Image.Image:
    """A loaded picture of any mode as 8-bit RGB in sRGB; itself, changed where its colours are others.

    Args:
        meaning: of `meaning_of`.
        tell: gets a note on what a person should know, for instance that the brightness was stretched.
    """
    if meaning is _PLAIN and image.mode == "RGB":
        return image
    shallow = to_8_bits(image, meaning.low_bytes, tell)
    if meaning.is_multiplied:
        shallow = Image.frombytes("RGBa", shallow.size, shallow.tobytes()).convert("RGBA")
    return on_ground(to_srgb(with_alpha(shallow, meaning.clear_value), meaning.colours))
