"""Lines over an axis as inline SVG, with title, axes and units; what they look like is said by the page's CSS."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from html import escape

_WIDE, _HIGH, _LEFT, _TOP, _BOTTOM, _RIGHT = 280, 170, 56, 28, 42, 24
_WIDTH, _HEIGHT = _LEFT + _WIDE + _RIGHT, _TOP + _HIGH + _BOTTOM
_STEPS = (1, 2, 2.5, 5, 10)
_ALIKE = 1e-9


@dataclass(frozen=True)
class ChartLine:
    """kind: a class of the CSS: line, second or usual. points: (x, y); one with NaN interrupts the line. has_dots: at
    each point."""

    kind: str
    points: Sequence[tuple[float, float]]
    has_dots: bool = False


@dataclass(frozen=True)
class Axis:
    """name: with its unit. ends: least and greatest value. ticks: (value, what is written there)."""

    name: str
    ends: tuple[float, float]
    ticks: Sequence[tuple[float, str]]

    def share(self, value: float) -> float:
        """Where a value lies, 0 to 1."""
        low, high = self.ends
        return (value - low) / (high - low)


def line_chart(
    title: str, said: str, x: Axis, y: Axis, lines: Sequence[ChartLine], borders: Sequence[float] = ()
) -> str:
    """The chart. said: what it shows, for who cannot see it. borders: where in x an upright line parts it."""
    middle = _TOP + _HIGH / 2
    parts = [
        f'<text class="title" x="{_LEFT + _WIDE / 2:.0f}" y="16" text-anchor="middle">{escape(title)}</text>',
        *(_level(y, value, text) for value, text in y.ticks),
        *(
            f'<text x="{_x(x, value):.1f}" y="{_TOP + _HIGH + 15}" text-anchor="middle">{escape(text)}</text>'
            for value, text in x.ticks
        ),
        *(_upright(x, value) for value in borders),
        f'<text x="{_LEFT + _WIDE / 2:.0f}" y="{_HEIGHT - 8}" text-anchor="middle">{escape(x.name)}</text>',
        f'<text transform="translate(11 {middle:.0f}) rotate(-90)" text-anchor="middle">{escape(y.name)}</text>',
        *(_drawn(line, x, y) for line in lines),
    ]
    return (
        f'<svg viewBox="0 0 {_WIDTH} {_HEIGHT}" role="img" aria-label="{escape(said)}">{"".join(parts)}</svg>'
    )


def axis_over(name: str, values: Sequence[float], unit: float = 1.0, from_zero: bool = False) -> Axis:
    """An axis that holds these values, with about four round ticks. unit: what is written is the value by this."""
    known = [one / unit for one in values if math.isfinite(one)]
    low, high = (min(known), max(known)) if known else (0.0, 1.0)
    if from_zero:
        low = 0.0
    if high - low <= _ALIKE * max(abs(low), abs(high), 1.0):  # rounding would put its ticks in one place
        high = low + (abs(low) / 10 if abs(low) > _ALIKE else 1.0)
    size = 10 ** math.floor(math.log10((high - low) / 3))
    step = next(one * size for one in _STEPS if (high - low) / (one * size) <= 4)
    first, last = math.floor(low / step + 1e-9), math.ceil(high / step - 1e-9)
    places = max(0, -math.floor(math.log10(step) + 1e-9)) + (step / size == 2.5)
    ticks = [(one * step * unit, f"{one * step:.{places}f}") for one in range(first, last + 1)]
    return Axis(name, (ticks[0][0], ticks[-1][0]), ticks)


def _drawn(line: ChartLine, x: Axis, y: Axis) -> str:
    pieces: list[list[str]] = [[]]
    dots = []
    for at, value in line.points:
        if not (math.isfinite(at) and math.isfinite(value)):
            pieces.append([])
            continue
        place = _x(x, at), _y(y, value)
        pieces[-1].append(f"{place[0]:.1f},{place[1]:.1f}")
        if line.has_dots:
            dots.append(f'<circle class="dot" cx="{place[0]:.1f}" cy="{place[1]:.1f}" r="3"/>')
    drawn = [f'<polyline class="{line.kind}" points="{" ".join(one)}"/>' for one in pieces if len(one) > 1]
    return "".join([*drawn, *dots])


def _level(y: Axis, value: float, text: str) -> str:
    at = _y(y, value)
    return (
        f'<line class="grid" x1="{_LEFT}" x2="{_LEFT + _WIDE}" y1="{at:.1f}" y2="{at:.1f}"/>'
        f'<text x="{_LEFT - 5}" y="{at + 4:.1f}" text-anchor="end">{escape(text)}</text>'
    )


def _upright(x: Axis, value: float) -> str:
    at = _x(x, value)
    return f'<line class="usual" x1="{at:.1f}" x2="{at:.1f}" y1="{_TOP}" y2="{_TOP + _HIGH}"/>'


def _x(axis: Axis, value: float) -> float:
    return _LEFT + _WIDE * axis.share(value)


def _y(axis: Axis, value: float) -> float:
    return _TOP + _HIGH * (1 - axis.share(value))
