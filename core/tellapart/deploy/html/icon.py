"""The icon of a page in its accent colour: two bars on a rounded square, as SVG and as PNG."""

from __future__ import annotations

import io
from urllib.parse import quote

from PIL import Image, ImageDraw

from tellapart.deploy.html.packing import as_base64

_UNITS, _CORNER, _STROKE = 16, 4, 2
_BARS = ((4, 9.5, 12), (4, 6.5, 9))  # from x, at y, to x
_SMOOTH = 4  # drawn larger, then made smaller
_SIDES_PX = (192, 512)  # what browsers want of a page that is to be installed


def svg_address(colour: str) -> str:
    """The icon as a data: address. colour: such as "#0b6e5f"."""
    bars = "".join(f"M{x} {y}h{end - x}" for x, y, end in _BARS)
    svg = (
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {_UNITS} {_UNITS}"><rect width="{_UNITS}" '
        f'height="{_UNITS}" rx="{_CORNER}" fill="{colour}"/><path d="{bars}" stroke="#fff" '
        f'stroke-width="{_STROKE}"/></svg>'
    )
    return f"data:image/svg+xml,{quote(svg)}"


def manifest_icons(colour: str) -> list[dict[str, str]]:
    """The icon in the sizes of a web app manifest, as plain JSON values."""
    return [
        {
            "src": f"data:image/png;base64,{as_base64(_png(colour, side))}",
            "sizes": f"{side}x{side}",
            "type": "image/png",
        }
        for side in _SIDES_PX
    ]


def _png(colour: str, side_px: int) -> bytes:
    large = side_px * _SMOOTH
    unit = large / _UNITS
    icon = Image.new("RGBA", (large, large))
    draw = ImageDraw.Draw(icon)
    draw.rounded_rectangle((0, 0, large - 1, large - 1), _CORNER * unit, fill=colour)
    for x, y, end in _BARS:
        half = _STROKE / 2
        draw.rectangle((x * unit, (y - half) * unit, end * unit - 1, (y + half) * unit - 1), fill="#fff")
    file = io.BytesIO()
    icon.resize((side_px, side_px), Image.Resampling.BOX).quantize(32).save(file, "PNG", optimize=True)
    return file.getvalue()
