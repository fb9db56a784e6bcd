"""Figures, drawn by matplotlib without its global state: a chart is a matplotlib figure that notebooks show."""

from __future__ import annotations

import io
import math
from collections.abc import Sequence

import numpy as np

from tellapart.errors import DescriptionError

try:
    from matplotlib.figure import Figure
except ImportError as error:
    raise DescriptionError(
        'Figures need matplotlib, which is not installed. Install it: pip install "tellapart[charts]".'
    ) from error

_CELL_IN = 2.0
_DPI = 100
_LONGEST = 30  # characters of a name beside its point


class Chart(Figure):
    """A matplotlib figure: `savefig(path)` keeps it, and a notebook shows it as the value of a cell."""

    def _repr_png_(self) -> bytes:
        buffer = io.BytesIO()
        self.savefig(buffer, format="png", dpi=_DPI)
        return buffer.getvalue()


def picture_grid(pictures: Sequence[np.ndarray] | np.ndarray, titles: Sequence[str]) -> Chart:
    """Pictures (H, W, 3), uint8 or 0 to 1, in rows of about as many as there are rows, each below its title."""
    n_across = max(1, math.ceil(math.sqrt(len(titles))))
    n_down = max(1, math.ceil(len(titles) / n_across))
    n_lines = 1 + max((title.count("\n") for title in titles), default=0)
    chart = Chart(figsize=(_CELL_IN * n_across, (_CELL_IN + 0.2 * n_lines) * n_down), layout="constrained")
    for place, (picture, title) in enumerate(zip(pictures, titles, strict=True)):
        axes = chart.add_subplot(n_down, n_across, place + 1)
        axes.imshow(picture)
        axes.set_title(_plain(title), fontsize=8)
        axes.set_axis_off()
    return chart


def matrix_chart(counts: np.ndarray, labels: Sequence[str]) -> Chart:
    """A confusion matrix (C, C): rows are actual labels, columns predicted ones."""
    side = 2.5 + 0.4 * len(labels)
    chart = Chart(figsize=(side + 0.5, side), layout="constrained")
    axes = chart.add_subplot()
    shares = counts / np.maximum(counts.sum(axis=1, keepdims=True), 1)
    axes.imshow(shares, cmap="Blues", vmin=0, vmax=1)
    places, names = range(len(labels)), [_plain(label) for label in labels]
    axes.set_xticks(places, names, rotation=90)
    axes.set_yticks(places, names)
    axes.set_xlabel("predicted")
    axes.set_ylabel("actual")
    axes.set_title("Held-out pictures")
    for row, column in zip(*np.nonzero(counts), strict=True):
        colour = "white" if shares[row, column] > 0.5 else "black"
        axes.text(column, row, str(counts[row, column]), ha="center", va="center", color=colour)
    return chart


def rate_chart(rates: Sequence[float], losses: Sequence[float], suggested: float | None) -> Chart:
    """Loss against learning rate, with the rate to choose marked where there is one."""
    chart = Chart(figsize=(6, 4), layout="constrained")
    axes = chart.add_subplot()
    axes.plot(rates, losses)
    if suggested is not None:
        axes.axvline(suggested, linestyle="--", color="grey", label=f"suggested: {suggested:.1e}")
        axes.legend()
    axes.set_xscale("log")
    axes.set_xlabel("learning rate")
    axes.set_ylabel("training loss, smoothed")
    axes.set_title("How the loss changes as the rate grows")
    return chart


def map_chart(
    places: np.ndarray,
    sizes: Sequence[float],
    colours: Sequence[float],
    names: Sequence[str],
    of_colour: str,
    title: str,
) -> Chart:
    """Points (N, 2), -1 to 1, of these sizes and colours; the first have their names beside them if there is room."""
    chart = Chart(figsize=(8, 6.5), layout="constrained")
    axes = chart.add_subplot()
    areas = 12 + 150 * np.asarray(sizes, float) / max(1.0, max(sizes, default=0))
    drawn = axes.scatter(places[:, 0], places[:, 1], areas, colours, cmap="viridis", alpha=0.7, linewidths=0)
    named: list[tuple[float, float]] = []
    for (x, y), name in zip(places.tolist(), names, strict=False):
        if all(abs(x - other) > 0.5 or abs(y - above) > 0.05 for other, above in named):
            named.append((x, y))
            short = name if len(name) <= _LONGEST else f"{name[: _LONGEST - 1]}…"
            axes.annotate(_plain(short), (x, y), xytext=(4, 4), textcoords="offset points", fontsize=7)
    chart.colorbar(drawn, label=of_colour)
    axes.set_xticks([])
    axes.set_yticks([])
    axes.set_title(title)
    return chart


def _plain(text: str) -> str:
    """As it stands: matplotlib would take what is between two $ for a formula."""
    return text.replace("$", r"\$")
