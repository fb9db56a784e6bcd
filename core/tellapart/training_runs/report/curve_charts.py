"""How thorough training went, as charts with title, axes and units, and the same numbers as a table."""

from __future__ import annotations

import math
from collections.abc import Iterator
from itertools import pairwise

import numpy as np

from tellapart.learning.tuning_curve import QUARTERS, NetworkCurve, TuningCurve
from tellapart.training_runs.report.html_parts import paragraph, table
from tellapart.training_runs.report.line_chart import Axis, ChartLine, axis_over, line_chart
from tellapart.words.percents import tenths

_MOST_TICKS = 16
_PERCENT = 0.01


def curve_sentence(curve: TuningCurve) -> str:
    """Where the training is, for instance "Network 2 of 3, epoch 4 of 5: training loss 0.52, held-out loss 0.61; 9.2 %
    of the held-out pictures wrong."."""
    number, n_quarters = curve.place
    if not n_quarters:
        return ""
    one = curve.networks[number]
    epoch = (n_quarters - 1) // QUARTERS + 1
    facts = [f"training loss {_last(one.losses):.3f}"]
    wrong = ""
    if math.isfinite(_last(one.held_out_losses)):
        facts.append(f"held-out loss {_last(one.held_out_losses):.3f}")
        wrong = f"; {tenths(_last(one.held_out_errors))} of the held-out pictures wrong"
    return (
        f"Network {number + 1} of {len(curve.networks)}, epoch {epoch} of {curve.n_epochs}: "
        f"{', '.join(facts)}{wrong}."
    )


def curve_words(curve: TuningCurve) -> str:
    """What the charts show, as a paragraph."""
    return paragraph(
        f"{len(curve.networks)} networks learn, each without a part of the training pictures; on "
        "these it is measured after each epoch (an epoch shows it every picture once). Loss is cross-entropy, with the "
        "labels smoothed as in training: thin line on the pictures that it learns from, dots on held-out ones. The "
        "dashed level is quick training.",
        is_soft=True,
    )


def curve_charts(curve: TuningCurve) -> str:
    """Loss, error on held-out pictures and learning rate."""
    return f'<div class="charts">{_losses(curve)}{_errors(curve)}{_rates(curve)}</div>'


def curve_table(curve: TuningCurve) -> str:
    """The same, epoch by epoch."""
    rows = []
    for number, one in enumerate(curve.networks):
        for epoch in range(curve.n_epochs + 1):
            cells = [str(number + 1), "before" if epoch == 0 else str(epoch)]
            quarters = slice(QUARTERS * (epoch - 1), QUARTERS * epoch) if epoch else slice(0)
            values = (_mean(one.losses[quarters]), one.held_out_losses[epoch])
            if not any(map(math.isfinite, values)):
                continue
            error = one.held_out_errors[epoch]
            cells += [_number(value) for value in values]
            cells += [
                tenths(error) if math.isfinite(error) else "–",
                _number(_mean(curve.rates[quarters]), 5),
            ]
            rows.append(cells)
    heads = ["network", "epoch", "training loss", "held-out loss", "held-out error", "learning rate"]
    return table("How it learned", heads, rows)


def _losses(curve: TuningCurve) -> str:
    training = [point for shift, one in _placed(curve) for point in [*_quarters(one.losses, shift), _GAP]]
    held_out = [
        point for shift, one in _placed(curve) for point in [*_epochs(one.held_out_losses, shift), _GAP]
    ]
    y = axis_over("loss (cross-entropy)", [value for _, value in (*training, *held_out)])
    lines = [ChartLine("second", training), ChartLine("line", held_out, has_dots=True)]
    return line_chart("Loss", f"Loss. {curve_sentence(curve)}", _time(curve), y, lines, _borders(curve))


def _errors(curve: TuningCurve) -> str:
    points = [
        point for shift, one in _placed(curve) for point in [*_epochs(one.held_out_errors, shift), _GAP]
    ]
    levels = []
    for shift, one in _placed(curve):
        if math.isfinite(one.held_out_errors[0]):
            quick = float(one.held_out_errors[0])
            levels.append(ChartLine("usual", [(shift, quick), (shift + curve.n_epochs, quick)]))
    y = axis_over("held-out pictures wrong (%)", [value for _, value in points], _PERCENT, from_zero=True)
    said = "; ".join(
        f"network {number}: {tenths(one.held_out_errors[0])} wrong before, {tenths(_last(one.held_out_errors))} now"
        for number, (_, one) in enumerate(_placed(curve), 1)
        if math.isfinite(one.held_out_errors[0])
    )
    lines = [*levels, ChartLine("line", points, has_dots=True)]
    return line_chart("Error", f"Error on held-out pictures. {said}", _time(curve), y, lines, _borders(curve))


def _rates(curve: TuningCurve) -> str:
    points = [
        point
        for shift, one in _placed(curve)
        for point in [*_quarters(curve.rates[: one.n_quarters], shift), _GAP]
    ]
    y = axis_over("learning rate (thousandths)", curve.rates.tolist(), 0.001, from_zero=True)
    said = f"Learning rate of the last layers: at most {np.nanmax(curve.rates, initial=0):.3g}."
    return line_chart("Learning rate", said, _time(curve), y, [ChartLine("second", points)], _borders(curve))


_GAP = (math.nan, math.nan)


def _placed(curve: TuningCurve) -> Iterator[tuple[int, NetworkCurve]]:
    """The epoch at which each network begins, with it."""
    for number, one in enumerate(curve.networks):
        yield number * curve.n_epochs, one


def _quarters(values: np.ndarray, shift: int) -> list[tuple[float, float]]:
    return [
        (shift + (place + 0.5) / QUARTERS, value)
        for place, value in enumerate(values.tolist())
        if math.isfinite(value)  # a quarter without a step leaves no gap
    ]


def _epochs(values: np.ndarray, shift: int) -> list[tuple[float, float]]:
    return [(float(shift + epoch), value) for epoch, value in enumerate(values.tolist())]


def _time(curve: TuningCurve) -> Axis:
    """Epochs of all networks, numbered anew in each."""
    n = len(curve.networks) * curve.n_epochs
    every = max(1, -(-n // _MOST_TICKS))
    ticks = [
        (float(epoch), str(epoch % curve.n_epochs or (curve.n_epochs if epoch else 0)))
        for epoch in range(n + 1)
        if epoch % every == 0 or epoch == n
    ]
    name = f"epoch of network {_listed(len(curve.networks))}" if len(curve.networks) > 1 else "epoch"
    return Axis(name, (0.0, float(n)), ticks)


def _listed(n: int) -> str:
    return ", ".join(map(str, range(1, n))) + f" and {n}"


def _borders(curve: TuningCurve) -> list[float]:
    starts = [float(shift) for shift, _ in _placed(curve)]
    return [after for _, after in pairwise(starts)]


def _last(values: np.ndarray) -> float:
    known = values[np.isfinite(values)]
    return float(known[-1]) if len(known) else math.nan


def _mean(values: np.ndarray) -> float:
    known = values[np.isfinite(values)]
    return float(known.mean()) if len(known) else math.nan


def _number(value: float, n_digits: int = 3) -> str:
    return f"{value:.{n_digits}f}" if math.isfinite(value) else "–"
