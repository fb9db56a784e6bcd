"""The accent colour of a page, made readable on light and on dark: a contrast of at least 4.5 to what is around it."""

from __future__ import annotations

import re
from colorsys import hls_to_rgb, rgb_to_hls

from tellapart.errors import DeployError

DEFAULT_ACCENT = "#0b6e5f"
_HEX = re.compile(r"#?([0-9a-fA-F]{3}|[0-9a-fA-F]{6})")
_CONTRAST = 4.5
LIGHT_GROUND = "#f7f6f3"
_GROUNDS = {"light": ("#ffffff", LIGHT_GROUND), "dark": ("#1e2422", "#151918")}  # of page.css
_INKS = ("#ffffff", "#06231e")

Colour = tuple[float, float, float]


def accent_css(accent: str) -> str:
    """CSS that sets --accent and --accent-ink for light and dark pages; see `accent_variables`.

    Raises:
        DeployError: it is no colour.
    """
    light, dark = (f"--accent:{colour};--accent-ink:{ink}" for colour, ink in accent_variables(accent))
    return f":root{{{light}}}@media(prefers-color-scheme:dark){{:root{{{dark}}}}}"


def accent_variables(accent: str) -> tuple[tuple[str, str], tuple[str, str]]:
    """A colour and the colour of text on it, for light pages and for dark ones, from one such as "#b3261e" or "b32".

    It is kept where it can be read, else darkened or lightened until it can.

    Raises:
        DeployError: it is no such colour.
    """
    found = _HEX.fullmatch(accent.strip())
    if found is None:
        raise DeployError(
            f"{accent[:40]!r} is not a colour. Write it as six hex digits, for instance #0b6e5f."
        )
    digits = found[1] if len(found[1]) == 6 else "".join(2 * one for one in found[1])
    return _readable(_colour(f"#{digits}"), "light"), _readable(_colour(f"#{digits}"), "dark")


def contrast(one: Colour, other: Colour) -> float:
    """1 (the same) to 21 (black on white). Source: WCAG 2.2, "contrast ratio"."""
    lighter, darker = sorted((_luminance(one), _luminance(other)), reverse=True)
    return (lighter + 0.05) / (darker + 0.05)


def _readable(colour: Colour, ground: str) -> tuple[str, str]:
    around = [_colour(one) for one in _GROUNDS[ground]]
    step = -0.01 if ground == "light" else 0.01
    hue, lightness, saturation = rgb_to_hls(*(level / 255 for level in colour))
    while min(contrast(colour, one) for one in around) < _CONTRAST:
        lightness += step
        red, green, blue = hls_to_rgb(hue, lightness, saturation)
        colour = (255 * red, 255 * green, 255 * blue)
    ink = max(_INKS, key=lambda one: contrast(colour, _colour(one)))
    return _hex(colour), ink


def _colour(text: str) -> Colour:
    return int(text[1:3], 16), int(text[3:5], 16), int(text[5:7], 16)


def _hex(colour: Colour) -> str:
    return "#" + "".join(f"{round(level):02x}" for level in colour)


def _luminance(colour: Colour) -> float:
    red, green, blue = (
        level / 255 / 12.92 if level / 255 <= 0.04045 else ((level / 255 + 0.055) / 1.055) ** 2.4
        for level in colour
    )
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue
