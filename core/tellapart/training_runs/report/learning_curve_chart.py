"""The learning curve as a chart, also in a file of its own, and as tables: errors measured on parts of the pictures,
and the forecasts for more."""

from __future__ import annotations

from tellapart.learning.learning_curve import Forecast, LearningCurve
from tellapart.training_runs.report.html_parts import table
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


def learning_curve_table(curve: LearningCurve) -> str:
    """What was measured, and the forecast, as the chart has them."""
    rows = [
        [f"{size:,.0f}", f"{100 * error:.1f}", f"± {100 * noise:.1f}"]
        for size, error, noise in zip(curve.sizes, curve.errors, curve.noise, strict=True)
    ]
    more, whole = curve.times * curve.sizes[-1], curve.whole
    ends = f"{100 * whole.low:.1f} to {100 * whole.high:.1f}"
    rows.append([f"{more:,.0f}, forecast", f"{100 * whole.error:.1f}", ends])
    heads = [
        "pictures that it learned from",
        "wrong (%)",
        "standard error; of the forecast the 90 % interval (%)",
    ]
    return table("Learning curve", heads, rows)


def forecasts_table(curve: LearningCurve) -> str:
    """The forecast of all pictures, and of each label, those first that gain most."""
    labels = sorted(curve.by_label.items(), key=lambda one: one[1].error - one[1].now)
    rows = [_forecast_row("all", curve.whole), *(_forecast_row(label, one) for label, one in labels)]
    times = "twice" if curve.times == 2 else f"{curve.times:g} times"
    heads = ["label", "wrong now (%)", f"with {times} as many (%)", "90 % interval"]
    return table("What more pictures would bring", heads, rows)


def _forecast_row(name: str, one: Forecast) -> list[str]:
    now, error, low, high = (100 * value for value in (one.now, one.error, one.low, one.high))
    return [name, f"{now:.1f}", f"{error:.1f}", f"{low:.0f} to {high:.0f}"]
