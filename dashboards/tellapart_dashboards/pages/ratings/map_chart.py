"""The map of tastes as a chart in the colours of the page, and as a table."""

from __future__ import annotations

import html
from collections.abc import Sequence

from tellapart.ratings.item_map import MappedItem

MOST_MAPPED, MOST_NAMES = 300, 30
_ON_PHONES = 6  # names, in larger letters; the others are hidden there
_WIDTH, _HEIGHT, _EDGE, _TOP, _BOTTOM = 600, 430, 34, 34, 36
_LEAST_PX, _MOST_PX = 2.5, 9.0  # radius of a point
_LETTER_PX, _LINE_PX = 6.0, 13.0  # of a name in a chart
_LONGEST = 28  # characters of a name
_LISTED = 100  # items of the table
Box = tuple[float, float, float, float]


def map_html(items: Sequence[MappedItem]) -> str:
    """The map with what it means, and the items that most people rated as a table."""
    said = (
        "Who likes an item tends to like those beside it. Larger points: more people rated it. Items that fit every "
        "taste, and those of few ratings, lie in the middle."
    )
    rows = "".join(
        f"<tr><th scope='row'>{html.escape(one.name)}</th><td>{one.x:+.2f}</td><td>{one.y:+.2f}</td>"
        f"<td>{one.stars:.2f}</td><td>{one.count:,}</td></tr>"
        for one in items[:_LISTED]
    )
    head = "".join(
        f"<th scope='col'>{one}</th>" for one in ("Item", "Right", "Up", "Expected stars", "People")
    )
    return (
        f"<h2>A map of tastes</h2><p class='ta-soft'>{said}</p><div class='ta-figures ta-wide'>{map_svg(items)}</div>"
        "<details class='ta-figures'><summary>The same as a table</summary><div class='scroll' tabindex='0' "
        f"role='region' aria-label='A map of tastes'><table><thead><tr>{head}</tr></thead><tbody>{rows}</tbody></table>"
        "</div></details>"
    )


def map_svg(items: Sequence[MappedItem]) -> str:
    """A point for each item, with the names of those that most people rated, as far as they fit beside each other."""
    most = max((one.count for one in items), default=1)
    wide, high = _WIDTH - 2 * _EDGE, _HEIGHT - _TOP - _BOTTOM
    points, names, taken = [], [], list[Box]()
    for n, one in enumerate(items):
        x, y = _EDGE + wide * (one.x + 1) / 2, _TOP + high * (1 - one.y) / 2
        radius = _LEAST_PX + (_MOST_PX - _LEAST_PX) * (one.count / most) ** 0.5
        told = html.escape(f"{one.name}: {one.stars:.2f} stars, {one.count:,} people")
        points.append(
            f'<circle class="point" cx="{x:.1f}" cy="{y:.1f}" r="{radius:.1f}"><title>{told}</title></circle>'
        )
        if n < MOST_NAMES:
            names += _named(one.name, x, y - radius - 3, taken, ' class="extra"' * (len(taken) >= _ON_PHONES))
    middle_x, middle_y = _EDGE + wide / 2, _TOP + high / 2
    said = f"A map of {len(items)} items: who likes one tends to like those beside it. The table below lists them."
    return (
        f'<svg viewBox="0 0 {_WIDTH} {_HEIGHT}" role="img" aria-label="{said}">'
        f'<text class="title" x="{middle_x}" y="16" text-anchor="middle">Who likes an item likes those beside it</text>'
        f'<line class="grid" x1="{_EDGE}" x2="{_EDGE + wide}" y1="{middle_y}" y2="{middle_y}"/>'
        f'<line class="grid" x1="{middle_x}" x2="{middle_x}" y1="{_TOP}" y2="{_TOP + high}"/>'
        f"{''.join(points)}{''.join(names)}"
        f'<text x="{middle_x}" y="{_HEIGHT - 10}" text-anchor="middle">the direction in which tastes differ most '
        f'(no unit)</text><text transform="translate(14 {middle_y}) rotate(-90)" text-anchor="middle">the next one '
        "(no unit)</text></svg>"
    )


def _named(name: str, x: float, y: float, taken: list[Box], looks: str) -> list[str]:
    """The name above its point, where no other name stands; its place is taken then."""
    shown = name if len(name) <= _LONGEST else f"{name[: _LONGEST - 1]}…"
    half = _LETTER_PX * len(shown) / 2
    x = min(max(x, half + _EDGE), _WIDTH - half - 4)
    box = (x - half, y - _LINE_PX, x + half, y)
    if y < _TOP or any(_meet(box, other) for other in taken):
        return []
    taken.append(box)
    return [f'<text{looks} x="{x:.1f}" y="{y:.1f}" text-anchor="middle">{html.escape(shown)}</text>']


def _meet(one: Box, other: Box) -> bool:
    return one[0] < other[2] and other[0] < one[2] and one[1] < other[3] and other[1] < one[3]
