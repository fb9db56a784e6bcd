"""Figures of what columns have to say, drawn by matplotlib; they need the extra `charts`."""

from __future__ import annotations

import io
import math
from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

import numpy as np

from tellapart.tables.effects.dependence import Dependence
from tellapart.tables.effects.importance import Importance

if TYPE_CHECKING:
    from tellapart.network.chart_words import ChartWords
    from tellapart.network.charts import Chart

_MOST_BARS, _MOST_LINES, _MOST_DATES = 20, 5, 6
_DPI = 120
_FEW, _CHARACTER_IN = (
    8,
    0.06,
)  # characters that there is room for below a panel, and height of each further one


def importance_chart(found: Importance) -> Chart:
    """A bar for each column, the one with most to say on top, with its interval.

    Raises:
        DescriptionError: matplotlib is not installed.
    """
    from tellapart.network.charts import Chart

    shown = found.columns[:_MOST_BARS][::-1]
    chart = Chart(figsize=(7, 1.9 + 0.32 * len(shown)), layout="constrained")
    axes = chart.add_subplot()
    grown = 100 * np.array([one.error for one in shown])
    spread = 100 * np.array([(one.error - one.low, one.high - one.error) for one in shown]).reshape(-1, 2).T
    axes.barh(range(len(shown)), grown, xerr=spread, color="#0b6e5f", ecolor="#5d6763", capsize=3)
    titles = [one.title for one in shown]
    words = chart.words(titles)
    axes.set_yticks(range(len(shown)), words.of(titles), family=words.families)
    axes.axvline(0, color="#1c2321", linewidth=0.8)
    axes.set_xlabel("so many more of 100 wrong\nwhen the column is shuffled (95 % interval)")
    axes.set_title("What each column has to say")
    return chart


def dependence_chart(found: Sequence[Dependence]) -> Chart:
    """A panel for each column: the probability of each label against its value; the band holds the middle half of rows.

    Of two labels the second is drawn, of more those that change most, at most five.

    Raises:
        DescriptionError: matplotlib is not installed.
    """
    from tellapart.network.charts import Chart

    n_across = 1 if len(found) == 1 else 2
    n_down = max(1, math.ceil(len(found) / n_across))
    chart = Chart(layout="constrained")
    words = chart.words(name for one in found for name in (one.title, *one.labels, *one.names))
    chart.set_size_inches(5.5 * n_across, (3.4 + _CHARACTER_IN * max(0, words.n_longest - _FEW)) * n_down)
    for place, one in enumerate(found):
        _draw(chart.add_subplot(n_down, n_across, place + 1), one, words)
    return chart


def png_of(chart: Chart) -> bytes:
    """The figure as a PNG file."""
    buffer = io.BytesIO()
    chart.savefig(buffer, format="png", dpi=_DPI)
    return buffer.getvalue()


def _draw(axes: Any, one: Dependence, words: ChartWords) -> None:
    labels, names, families = words.of(one.labels), words.of(one.names), words.families
    mean, low, high = np.array(one.mean), np.array(one.low), np.array(one.high)
    if len(one.labels) == 2:
        drawn = [1]
    else:
        drawn = np.argsort(mean.min(axis=0) - mean.max(axis=0), kind="stable")[:_MOST_LINES].tolist()
    is_category = one.kind == "category"
    places = np.arange(len(one.names)) if is_category else np.array(one.places)
    for n, k in enumerate(drawn):
        style = ("-", "--", ":", "-.", (0, (1, 3)))[n]  # colour is never the only signal
        if is_category:
            away = np.stack([mean[:, k] - low[:, k], high[:, k] - mean[:, k]]).clip(0)
            axes.errorbar(places, mean[:, k], yerr=away, fmt="osD^v"[n], capsize=3, label=labels[k])
        else:
            (line,) = axes.plot(places, mean[:, k], linestyle=style, marker=".", label=labels[k])
            axes.fill_between(places, low[:, k], high[:, k], alpha=0.15, color=line.get_color())
    if one.kind != "number":
        every = 1 if is_category else max(1, math.ceil(len(places) / _MOST_DATES))
        axes.set_xticks(places[::every], names[::every], rotation=30, ha="right", family=families)
    axes.set_xlabel(words.texts[one.title], family=families)
    axes.set_ylabel("probability")
    axes.set_ylim(0, 1)
    axes.legend(prop={"size": 8, "family": families})
