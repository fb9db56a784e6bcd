"""The card of a Space: the YAML at the top of its README.md.

Source: https://huggingface.co/docs/hub/spaces-config-reference.
"""

from __future__ import annotations

import json
from colorsys import rgb_to_hls

GRADIO = "6.31.0"
PYTHON = "3.12"
_MAX_SHORT = 60
# The eight colours that a card may name, by hue in degrees; grey is for accents that have none.
_HUES = {"red": 0, "yellow": 50, "green": 140, "blue": 215, "indigo": 245, "purple": 280, "pink": 325}
_GREY_SATURATION = 0.12


def card(title: str, about: str, accent: str) -> str:
    """The block from "---" to "---". Every value is a JSON string, which is a YAML string whatever it holds.

    accent: six hex digits, with or without "#"; the nearest of the card's colours is taken.
    """
    colour = _nearest(accent)
    short = about if len(about) <= _MAX_SHORT else f"{about[: _MAX_SHORT - 1].rstrip()}…"
    values = {
        "title": title,
        "emoji": "🔎",
        "colorFrom": colour,
        "colorTo": "gray",
        "sdk": "gradio",
        "sdk_version": GRADIO,
        "python_version": PYTHON,
        "app_file": "app.py",
        "pinned": False,
        "license": "other",  # of the pictures it learned from; see CREDITS.md
        "short_description": " ".join(short.split()),
    }
    lines = [f"{name}: {json.dumps(value, ensure_ascii=False)}" for name, value in values.items()]
    return "\n".join(["---", *lines, "---", ""])


def _nearest(accent: str) -> str:
    digits = accent.strip().removeprefix("#")
    if len(digits) == 3:
        digits = "".join(2 * one for one in digits)
    red, green, blue = (int(digits[i : i + 2], 16) / 255 for i in (0, 2, 4))
    hue, _, saturation = rgb_to_hls(red, green, blue)
    if saturation < _GREY_SATURATION:
        return "gray"
    degrees = 360 * hue
    return min(_HUES, key=lambda name: min(abs(degrees - _HUES[name]), 360 - abs(degrees - _HUES[name])))
