"""What columns have to say, as charts in the colours of the page, and as tables."""

from __future__ import annotations

import html
import math
from collections.abc import Sequence

from tellapart.tables.effects.dependence import Dependence
from tellapart.tables.effects.importance import ColumnImportance, Importance
from tellapart.tables.effects.report import Influence
from tellapart.training_runs.report.line_chart import Axis, ChartLine, axis_over, line_chart
from tellapart.words.percents import tenths

MOST_BARS = 15
_LEFT, _WIDE, _RIGHT, _TOP, _ROW, _BOTTOM = 112, 232, 16, 30, 22, 44
_MOST_NAME = 17  # characters of a title beside its bar
_MOST_TICKS = {"category": 5, "date": 3}  # whose names fit below a chart
_GAP = (math.nan, math.nan)


def influence_html(found: Influence) -> str:
    """The whole: a bar for each column, a curve for those that say most, and both as tables."""
    importance = found.importance
    lead = (
        f"By how much the error of {tenths(importance.error)} grows when one column is shuffled, in "
        f"{importance.n:,} rows, each judged by a model that learned from others. Columns that say the same share "
        "their say."
    )
    more = len(importance.columns) - MOST_BARS
    others = f"<p class='ta-soft'>{more:,} more stand in the table.</p>" if more > 0 else ""
    curves = "".join(dependence_svg(one) for one in found.dependence)
    return (
        f"<p class='ta-soft'>{lead}</p><div class='ta-figures'>{importance_svg(importance)}</div>{others}"
        f"{_folded('The same as a table', _importance_table(importance.columns))}"
        "<h2>How the answer changes with a column</h2><p class='ta-soft'>All other columns are left as they are. The "
        "line is the average over rows; between the dashed lines is the middle half of them. What goes together with "
        f"an answer need not be its cause.</p><div class='ta-figures'><div class='charts'>{curves}</div></div>"
        f"{_folded('The same as a table', ''.join(map(_dependence_table, found.dependence)))}"
    )


def importance_svg(found: Importance) -> str:
    """A bar for each column with its 95 % interval, the one with most to say on top."""
    shown = found.columns[:MOST_BARS]
    axis = axis_over(
        "so many more of 100 wrong (95 % interval)",
        [0.0, *(100 * value for one in shown for value in (one.error, one.low, one.high))],
    )
    high = _ROW * len(shown)
    width, height = _LEFT + _WIDE + _RIGHT, _TOP + high + _BOTTOM
    parts = [f'<text class="title" x="{_LEFT}" y="16">What each column has to say</text>']
    for value, text in axis.ticks:
        at = _LEFT + _WIDE * axis.share(value)
        parts.append(f'<line class="grid" x1="{at:.1f}" x2="{at:.1f}" y1="{_TOP}" y2="{_TOP + high}"/>')
        parts.append(f'<text x="{at:.1f}" y="{_TOP + high + 15}" text-anchor="middle">{text}</text>')
    parts += [_bar(one, axis, _TOP + _ROW * (row + 0.5)) for row, one in enumerate(shown)]
    parts.append(f'<text x="{_LEFT + _WIDE / 2}" y="{height - 8}" text-anchor="middle">{axis.name}</text>')
    listed = "; ".join(f"{one.title} {100 * one.error:+.1f}" for one in shown)
    said = html.escape(f"What each column has to say, so many more of 100 wrong: {listed}")
    return f'<svg viewBox="0 0 {width} {height}" role="img" aria-label="{said}">{"".join(parts)}</svg>'


def _bar(one: ColumnImportance, axis: Axis, y: float) -> str:
    zero, end, low, high = (
        _LEFT + _WIDE * axis.share(100 * value) for value in (0.0, one.error, one.low, one.high)
    )
    name = one.title if len(one.title) <= _MOST_NAME else f"{one.title[: _MOST_NAME - 1]}…"
    left, wide = min(zero, end), abs(end - zero)
    return (
        f'<text x="{_LEFT - 8}" y="{y + 4:.1f}" text-anchor="end">{html.escape(name)}</text>'
        f'<rect class="bar" x="{left:.1f}" y="{y - 6:.1f}" width="{wide:.1f}" height="12"/>'
        f'<line class="reach" x1="{low:.1f}" x2="{high:.1f}" y1="{y:.1f}" y2="{y:.1f}"/>'
    )


def dependence_svg(one: Dependence) -> str:
    """The probability of the answer that changes most, against the values of the column."""
    k = _most_changing(one)
    label, places = one.labels[k], [float(at) for at in range(len(one.names))]
    is_category = one.kind == "category"
    if not is_category:
        places = one.places
    mean, low, high = ([row[k] for row in rows] for rows in (one.mean, one.low, one.high))
    lines = [
        ChartLine("usual", _points(places, low, is_category)),
        ChartLine("usual", _points(places, high, is_category)),
        ChartLine("line", _points(places, mean, is_category)),
        ChartLine(
            "line", [(at, value) for dot in zip(places, mean, strict=True) for at, value in (dot, _GAP)], True
        ),
    ]
    x = _named_axis(one, places) if one.kind != "number" else axis_over(one.title, places)
    y = Axis(
        f"probability of {label[:_MOST_NAME]}", (0.0, 1.0), [(at / 4, f"{25 * at} %") for at in range(5)]
    )
    return line_chart(f"{one.title[:_MOST_NAME]} → {label[:_MOST_NAME]}", one.sentence, x, y, lines)


def _named_axis(one: Dependence, places: Sequence[float]) -> Axis:
    """Of categories or dates: as many names as fit."""
    every = max(1, math.ceil(len(places) / _MOST_TICKS[one.kind]))
    ticks = [(at, name[:10]) for at, name in zip(places, one.names, strict=True)][::every]
    edge = 0.5 if one.kind == "category" else 0.0
    return Axis(one.title, (min(places) - edge, max(places) + edge), ticks)


def _points(places: Sequence[float], values: Sequence[float], is_apart: bool) -> list[tuple[float, float]]:
    """is_apart: of categories, between which no line leads; each is a short level line."""
    if not is_apart:
        return list(zip(places, values, strict=True))
    apart: list[tuple[float, float]] = []
    for at, value in zip(places, values, strict=True):
        apart += [(at - 0.3, value), (at + 0.3, value), _GAP]
    return apart


def _most_changing(one: Dependence) -> int:
    if len(one.labels) == 2:
        return 1  # the same one in every chart
    spreads = [max(values) - min(values) for values in zip(*one.mean, strict=True)]
    return max(range(len(spreads)), key=lambda k: spreads[k])


def _importance_table(columns: Sequence[ColumnImportance]) -> str:
    rows = "".join(
        f"<tr><th scope='row'>{html.escape(one.title)}</th><td>{100 * one.error:+.2f}</td>"
        f"<td>{100 * one.low:+.2f} to {100 * one.high:+.2f}</td></tr>"
        for one in columns
    )
    return _table("Importance", ("Column", "More of 100 wrong", "95 % interval"), rows)


def _dependence_table(one: Dependence) -> str:
    rows = "".join(
        f"<tr><th scope='row'>{html.escape(name)}</th>{''.join(f'<td>{tenths(value)}</td>' for value in values)}</tr>"
        for name, values in zip(one.names, one.mean, strict=True)
    )
    return _table(one.title, (one.title, *one.labels), rows)


def _table(name: str, titles: Sequence[str], rows: str) -> str:
    head = "".join(f"<th scope='col'>{html.escape(title)}</th>" for title in titles)
    return (
        f"<div class='scroll' tabindex='0' role='region' aria-label='{html.escape(name)}'><table><thead><tr>{head}</tr>"
        f"</thead><tbody>{rows}</tbody></table></div>"
    )


def _folded(lead: str, inside: str) -> str:
    return f"<details class='ta-figures'><summary>{lead}</summary>{inside}</details>"
