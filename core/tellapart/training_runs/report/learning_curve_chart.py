"""The learning curve as an SVG file of its own: errors measured on parts of the pictures, and the forecast for more."""

from __future__ import annotations

from tellapart.learning.learning_curve import LearningCurve
from tellapart.training_runs.report.line_chart import ChartLine, axis_over, line_chart
from tellapart.training_runs.report.page import STYLE

_PERCENT = 0.01


def learning_curve_chart(curve: LearningCurve) -> str:
    """Dots: what was measured. Dashed: from the error now to the forecast, with an upright line for its interval."""
    measured = list(zip(curve.sizes, curve.errors, strict=True))
    now, then, whole = curve.sizes[-1], curve.times * curve.sizes[-1], curve.whole
    lines = [
        ChartLine("line", measured, has_dots=True),
        ChartLine("usual", [(now, whole.now), (then, whole.error)]),
        ChartLine("line", [(then, whole.low), (then, whole.high)]),
        ChartLine("line", [(then, whole.error)], has_dots=True),
    ]
    errors = [value for line in lines for _, value in line.points]
    x = axis_over("pictures that it learned from", [*curve.sizes, then], from_zero=True)
    y = axis_over("wrong (%)", errors, _PERCENT, from_zero=True)
    return line_chart("Learning curve", curve.sentence(), x, y, lines)


def learning_curve_svg(curve: LearningCurve) -> bytes:
    """The chart as a file, light or dark as the screen is that shows it."""
    tag, _, drawn = learning_curve_chart(curve).partition(">")
    style = f"<style>{STYLE.read_text('utf-8')}</style>"
    return (
        f'{tag} xmlns="http://www.w3.org/2000/svg" style="background: var(--card)">{style}{drawn}\n'.encode()
    )
