"""A chart of a lesson: lines and points over two axes as inline SVG, in the colours of the page, light or dark."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from html import escape

import numpy as np
from tellapart.training_runs.report.line_chart import Axis

_WIDE, _HIGH, _LEFT, _TOP, _BOTTOM, _RIGHT = 290, 178, 60, 10, 41, 12
_EDGE = 7  # beyond the axes, for marks that stand on them
_MARKS = {"dots": 'class="dot" r="4"', "rings": 'class="ring" r="4"', "ball": 'class="ball" r="7"'}


@dataclass(frozen=True)
class Series:
    """points: (x, y); what lies outside the axes is cut off. kind: "line", "other", "faint" or "usual" for a line,
    "dots", "rings" or "ball" for marks."""

    kind: str
    points: Sequence[tuple[float, float]]


def series(kind: str, x: Sequence[float] | np.ndarray, y: Sequence[float] | np.ndarray) -> Series:
    """A series of places and heights."""
    return Series(kind, list(zip(map(float, x), map(float, y), strict=True)))


def ticked(name: str, low: float, high: float, step: float, unit: str = "") -> Axis:
    """An axis from low to high with a tick at each step."""
    places = 0 if step == int(step) else 1
    n = round((high - low) / step)
    ticks = [(low + i * step, f"{low + i * step:.{places}f}{unit}") for i in range(n + 1)]
    return Axis(name, (low, high), ticks)


def chart_html(said: str, x: Axis, y: Axis, drawn: Sequence[Series], upright: float | None = None) -> str:
    """The chart. said: what it shows, for who cannot see it. upright: a place of x to be marked by a line."""
    width, height = _LEFT + _WIDE + _RIGHT, _TOP + _HIGH + _BOTTOM
    middle = _TOP + _HIGH / 2
    parts = [_level(_TOP + _y(y, value), text) for value, text in y.ticks]
    parts += [
        f'<text x="{_LEFT + _x(x, value):.1f}" y="{_TOP + _HIGH + 18}" text-anchor="middle">{escape(text)}</text>'
        for value, text in x.ticks
    ]
    parts.append(
        f'<text x="{_LEFT + _WIDE / 2:.0f}" y="{height - 5}" text-anchor="middle">{escape(x.name)}</text>'
    )
    parts.append(
        f'<text transform="translate(11 {middle:.0f}) rotate(-90)" text-anchor="middle">{escape(y.name)}</text>'
    )
    inside = [_drawn(one, x, y) for one in drawn]
    if upright is not None:
        at = _x(x, upright)
        inside.insert(0, f'<line class="usual" x1="{at:.1f}" x2="{at:.1f}" y1="0" y2="{_HIGH}"/>')
    parts.append(
        f'<svg x="{_LEFT - _EDGE}" y="{_TOP - _EDGE}" width="{_WIDE + 2 * _EDGE}" height="{_HIGH + 2 * _EDGE}" '
        f'overflow="hidden"><g transform="translate({_EDGE} {_EDGE})">{"".join(inside)}</g></svg>'
    )
    return (
        f'<div class="ta-figures"><svg viewBox="0 0 {width} {height}" role="img" aria-label="{escape(said)}">'
        f"{''.join(parts)}</svg></div>"
    )


def legend_html(names: Sequence[tuple[str, str]]) -> str:
    """What the lines and marks mean: (kind, words) each."""
    samples = [
        f'<li><svg viewBox="0 0 28 12" aria-hidden="true">{_sample(kind)}</svg>{escape(words)}</li>'
        for kind, words in names
    ]
    return f'<div class="ta-figures"><ul class="legend">{"".join(samples)}</ul></div>'


def _sample(kind: str) -> str:
    if kind in _MARKS:
        return f'<circle {_MARKS[kind]} cx="14" cy="6"/>'
    return f'<polyline class="{kind}" points="0,6 28,6"/>'


def _drawn(one: Series, x: Axis, y: Axis) -> str:
    places = [
        (_x(x, at), _y(y, value)) for at, value in one.points if math.isfinite(at) and math.isfinite(value)
    ]
    if one.kind in _MARKS:
        return "".join(f'<circle {_MARKS[one.kind]} cx="{at:.1f}" cy="{value:.1f}"/>' for at, value in places)
    points = " ".join(f"{_near(at):.1f},{_near(value):.1f}" for at, value in places)
    return f'<polyline class="{one.kind}" points="{points}"/>' if len(places) > 1 else ""


def _near(place: float) -> float:
    """Browsers draw nothing of a line that ends millions of pixels away."""
    return min(max(place, -20_000.0), 20_000.0)


def _level(at: float, text: str) -> str:
    return (
        f'<line class="grid" x1="{_LEFT}" x2="{_LEFT + _WIDE}" y1="{at:.1f}" y2="{at:.1f}"/>'
        f'<text x="{_LEFT - 6}" y="{at + 4:.1f}" text-anchor="end">{escape(text)}</text>'
    )


def _x(axis: Axis, value: float) -> float:
    return _WIDE * axis.share(value)


def _y(axis: Axis, value: float) -> float:
    return _HIGH * (1 - axis.share(value))
