"""Reliability diagrams as inline SVG with title, axes and units, and the same numbers as a table."""

from __future__ import annotations

from collections.abc import Sequence
from html import escape

import numpy as np

from tellapart.learning.statistics.reliability import ReliabilityBin, reliability
from tellapart.planning.held_out import HeldOut
from tellapart.training_runs.report.html_parts import folded, interval, paragraph, table
from tellapart.words.percents import tenths, whole

MOST_CHARTS = 12
_SIDE, _LEFT, _TOP, _BOTTOM = 200, 46, 26, 42
_WIDTH, _HEIGHT = _LEFT + _SIDE + 24, _TOP + _SIDE + _BOTTOM


def reliability_html(held: HeldOut, classes: Sequence[str]) -> str:
    """A diagram for each class, the worst calibrated first, and all of them as a table."""
    found = []
    for target, label in enumerate(classes):
        told = held.probs[:, target]
        bins = reliability(told, held.targets == target, held.groups)
        gap = sum(one.n * abs(one.mean - one.share) for one in bins) / max(1, sum(one.n for one in bins))
        found.append((gap, label, bins))
    found.sort(key=lambda one: (-one[0], one[1]))
    charts = "".join(_chart(label, bins) for _, label, bins in found[:MOST_CHARTS])
    rows = [
        [label, f"{100 * one.low:.0f} to {whole(one.high)}", str(one.n), tenths(one.mean), tenths(one.share),
         interval(one.interval)]
        for _, label, bins in found for one in bins
    ]  # fmt: skip
    more = len(found) - MOST_CHARTS
    return "".join(
        [
            paragraph(
                "Of the pictures that get a label with a probability of 70 %, 70 % should be of that label: then the "
                "points lie on the dashed line. Bars are 95 % intervals (Wilson); larger points are of more pictures. "
                "Near-duplicates count once."
            ),
            f'<div class="charts">{charts}</div>',
            paragraph(f"{more} more labels are in the table.", is_soft=True) if more > 0 else "",
            folded(
                "The diagrams as a table",
                table(
                    "Reliability of each label",
                    ["label", "probability", "pictures", "mean probability", "share that is of it", "95 % interval"],
                    rows,
                ),
            ),
        ]
    )  # fmt: skip


def _chart(label: str, bins: Sequence[ReliabilityBin]) -> str:
    most = max((one.n for one in bins), default=1)
    said = f"Reliability of {label}: " + "; ".join(
        f"told {whole(one.mean)}, came true {whole(one.share)}" for one in bins
    )
    parts = []
    for one in bins:
        x, radius = _x(one.mean), 2.5 + 3.5 * float(np.sqrt(one.n / most))
        parts.append(
            f'<line class="whisker" x1="{x:.1f}" x2="{x:.1f}" y1="{_y(one.interval[0]):.1f}" '
            f'y2="{_y(one.interval[1]):.1f}"/>'
            f'<circle class="dot" cx="{x:.1f}" cy="{_y(one.share):.1f}" r="{radius:.1f}"/>'
        )
    return (
        f'<svg viewBox="0 0 {_WIDTH} {_HEIGHT}" role="img" aria-label="{escape(said)}">{_axes(label)}'
        f'<line class="usual" x1="{_x(0)}" y1="{_y(0)}" x2="{_x(1)}" y2="{_y(1)}"/>{"".join(parts)}</svg>'
    )


def _axes(label: str) -> str:
    shown = label if len(label) <= 26 else f"{label[:25]}…"
    ticks = "".join(
        f'<line class="grid" x1="{_LEFT}" x2="{_LEFT + _SIDE}" y1="{_y(v):.1f}" y2="{_y(v):.1f}"/>'
        f'<text x="{_LEFT - 5}" y="{_y(v) + 4:.1f}" text-anchor="end">{whole(v)}</text>'
        f'<text x="{_x(v):.1f}" y="{_TOP + _SIDE + 15}" text-anchor="middle">{whole(v)}</text>'
        for v in (0.0, 0.5, 1.0)
    )
    middle = _TOP + _SIDE / 2
    return (
        f'<text class="title" x="{_LEFT + _SIDE / 2:.0f}" y="16" text-anchor="middle">{escape(shown)}</text>{ticks}'
        f'<text x="{_LEFT + _SIDE / 2:.0f}" y="{_HEIGHT - 8}" text-anchor="middle">mean probability</text>'
        f'<text transform="translate(11 {middle:.0f}) rotate(-90)" text-anchor="middle">share of the label</text>'
    )


def _x(value: float) -> float:
    return _LEFT + _SIDE * value


def _y(value: float) -> float:
    return _TOP + _SIDE * (1 - value)
