"""Figures, drawn by matplotlib without its global state: a chart is a matplotlib figure that notebooks show."""

from __future__ import annotations

import io
import math
from collections.abc import Iterable, Sequence

import numpy as np

from tellapart.errors import DescriptionError

try:
    from matplotlib.figure import Figure
    from matplotlib.ticker import MaxNLocator

    from tellapart.network.chart_words import LONGEST, ChartWords, chart_words, text_width
except ImportError as error:
    raise DescriptionError(
        'Figures need matplotlib, which is not installed. Install it: pip install "tellapart[charts]".'
    ) from error

_CELL_IN, _WIDE = 2.0, 26  # so many characters are as wide as a picture
_DPI = 100
_FEW, _CHARACTER_IN = (
    8,
    0.09,
)  # characters of a label that there is room for anyway, and what each further one takes


class Chart(Figure):
    """A matplotlib figure: `savefig(path)` keeps it, and a notebook shows it as the value of a cell."""

    def _repr_png_(self) -> bytes:
        buffer = io.BytesIO()
        self.savefig(buffer, format="png", dpi=_DPI)
        return buffer.getvalue()

    def words(self, names: Iterable[str]) -> ChartWords:
        """How all names in it are written; below it stands what a reader has to know of that."""
        words = chart_words(names)
        if words.note:
            self.supxlabel(words.note, fontsize=7, x=0.01, ha="left")
        return words


def picture_grid(
    pictures: Sequence[np.ndarray] | np.ndarray, names: Sequence[tuple[str, ...]], facts: Sequence[str] = (),
    head: str | None = None,
) -> Chart:  # fmt: skip
    """Pictures (H, W, 3), uint8 or 0 to 1, in rows of about as many as there are rows, each below its names, and below
    what else is known of it, if anything is. head: what these say, above them all."""
    chart = Chart(layout="constrained")
    words = chart.words(name for some in names for name in some)
    titles = [_lines(words.of(some)) for some in names]
    if facts:
        titles = [f"{title}\n{fact}" for title, fact in zip(titles, facts, strict=True)]
    n_across = max(1, math.ceil(math.sqrt(len(titles))))
    n_down = max(1, math.ceil(len(titles) / n_across))
    n_lines = 1 + max((title.count("\n") for title in titles), default=0)
    size = (
        7
        if max((text_width(line) for title in titles for line in title.split("\n")), default=0) > _WIDE
        else 8
    )
    chart.set_size_inches(_CELL_IN * n_across, (_CELL_IN + 0.2 * n_lines) * n_down)
    for place, (picture, title) in enumerate(zip(pictures, titles, strict=True)):
        axes = chart.add_subplot(n_down, n_across, place + 1)
        axes.imshow(picture)
        axes.set_title(title, fontsize=size, family=words.families)
        axes.set_axis_off()
    if head is not None:
        chart.suptitle(head, fontsize=9)
    return chart


def _lines(names: Sequence[str]) -> str:
    one_line = " / ".join(names)
    return one_line if text_width(one_line) <= LONGEST else " /\n".join(names)


def matrix_chart(counts: np.ndarray, labels: Sequence[str]) -> Chart:
    """A confusion matrix (C, C): rows are actual labels, columns predicted ones."""
    chart = Chart(layout="constrained")
    words = chart.words(labels)
    places, names = range(len(labels)), words.of(labels)
    side = 2.5 + 0.4 * len(labels) + _CHARACTER_IN * max(0, words.n_longest - _FEW)
    chart.set_size_inches(side + 0.5, side)
    axes = chart.add_subplot()
    shares = counts / np.maximum(counts.sum(axis=1, keepdims=True), 1)
    axes.imshow(shares, cmap="Blues", vmin=0, vmax=1)
    axes.set_xticks(places, names, rotation=90, family=words.families)
    axes.set_yticks(places, names, family=words.families)
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


def loss_chart(train_losses: Sequence[float], valid_losses: Sequence[float]) -> Chart:
    """Loss on training and on held-out pictures after each epoch."""
    chart = Chart(figsize=(6, 4), layout="constrained")
    axes = chart.add_subplot()
    numbers = range(1, len(train_losses) + 1)
    axes.plot(numbers, train_losses, "o-", label="training pictures, as varied and mixed")
    axes.plot(numbers, valid_losses, "s--", label="held-out pictures")
    axes.set_xlim(0.5, len(train_losses) + 0.5)  # a single epoch is no fraction of one
    axes.xaxis.set_major_locator(MaxNLocator(integer=True, min_n_ticks=1))
    axes.set_xlabel("epoch")
    axes.set_ylabel("loss")
    axes.set_title("Loss after each epoch")
    axes.legend()
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
    words = chart.words(names)
    named: list[tuple[float, float]] = []
    for (x, y), name in zip(places.tolist(), words.of(names), strict=False):
        if all(abs(x - other) > 0.5 or abs(y - above) > 0.05 for other, above in named):
            named.append((x, y))
            axes.annotate(
                name, (x, y), xytext=(4, 4), textcoords="offset points", fontsize=7, family=words.families
            )
    chart.colorbar(drawn, label=of_colour)
    axes.set_xticks([])
    axes.set_yticks([])
    axes.set_title(title)
    return chart
