"""The lesson about baselines: is it a 3 or a 7? Without any training."""

from __future__ import annotations

import numpy as np
from ipywidgets import Box, Button, VBox
from tellapart.lessons.baseline import METRICS
from tellapart.lessons.digits import NAMES
from tellapart.training_runs.report.line_chart import axis_over
from traitlets import link

from tellapart_dashboards.pages.lessons.baseline_state import MOST_NUDGE, N_EACH, BaselineState
from tellapart_dashboards.pages.lessons.chart import chart_html, series, ticked
from tellapart_dashboards.pages.lessons.pieces import (
    card,
    drawn,
    head,
    picture_html,
    questions,
    row_html,
    said_html,
    sliders,
    unbroken,
)
from tellapart_dashboards.widgets.choices.choices import Choices

_LEAD = (
    "The simplest way to tell two kinds of pictures apart needs no training at all. It is called a baseline: "
    "whatever you train later has to beat it."
)
_MEANS = (
    "Lay many threes on top of each other and average each pixel: that is the mean three. The same with sevens. "
    "<b>Try:</b> average only one picture of each, then more. <b>See</b> how the hands of single people blur "
    "away."
)
_NEARER = (
    "These pictures were held out: no mean has seen them. A picture gets the answer whose mean is nearer. L1 "
    "averages the differences, L2 their squares, so that few large differences weigh more. <b>Try:</b> press "
    "<i>Next mistake</i>, then change the metric. <b>See</b> where picture and mean differ: the darker, the more."
)
_METRIC = (
    "Accuracy is a metric: it counts right answers, for people to read. To learn, a computer must know which way "
    "is better, even after the tiniest step. <b>Try:</b> favour “7” a little. <b>See:</b> the accuracy is a "
    "staircase, level almost everywhere, so it gives no direction. The loss, which asks how sure each answer "
    "was, always slopes."
)
_QUESTIONS = (
    (
        "A friend trains a large network for a day, and it gets 91 % of these digits right. Is that good?",
        "Hardly: two averages and a comparison reach about 90 %. Without a baseline you could not have told. The "
        "studio shows a baseline beside each result for this reason.",
    ),
    (
        "Why do the pictures that are scored have to be other ones than those that were averaged?",
        "Each averaged picture has left a bit of itself in its mean, so it is a little nearer to it than a new "
        "one would be. Set the first slider to 1: the averaged picture itself would be at distance 0, and that "
        "says nothing about the next one.",
    ),
    (
        "Why not let the computer learn by making the accuracy better?",
        "Almost every tiny step leaves the accuracy exactly as it was, so no step looks better than another. A "
        "loss changes with every step. The computer follows the loss, and you read the metric.",
    ),
)


def new_state() -> BaselineState:
    """What the lesson begins with. Draws 400 digits, which takes a moment."""
    return BaselineState()


def view(state: BaselineState) -> VBox:
    """The lesson."""
    return VBox(
        [
            head("3 or 7? Begin with a baseline", _LEAD),
            _means(state),
            _nearer(state),
            _loss(state),
            questions(_QUESTIONS),
        ]
    )


def _means(state: BaselineState) -> VBox:
    some = [picture_html(state.training.pixels[i], f"a drawn {NAMES[i % 2]}") for i in range(8)]

    def pictures() -> str:
        means = [
            picture_html(mean, f"the mean {name}", f"mean {name}")
            for name, mean in zip(NAMES, state.means, strict=True)
        ]
        return f'{row_html(some)}<div class="ta-large-digits">{row_html(means)}</div>'

    options = [
        {"key": "n_means", "label": "Pictures of each kind to average", "low": 1, "high": N_EACH, "step": 1}
    ]
    return card(
        "Two mean digits",
        _MEANS,
        [sliders(state, "Mean digits", options)],
        [drawn(state, ["means"], pictures)],
    )


def _nearer(state: BaselineState) -> VBox:
    labels = {"L1": "L1: differences", "L2": "L2: squares"}
    metric = Choices(
        options=[{"key": key, "label": labels[key], "n": ""} for key in METRICS],
        chosen=state.metric,
        accessible_name="Metric",
    )
    link((state, "metric"), (metric, "chosen"))
    options = [
        {"key": "number", "label": "Held-out picture", "low": 1, "high": len(state.held_out), "step": 1}
    ]
    mistake = Button(description="Next mistake")
    mistake.on_click(lambda _: state.next_mistake())

    def pictures() -> str:
        i = state.number - 1
        picture = state.held_out.pixels[i]
        figures = [picture_html(picture, f"held-out picture {state.number}", "the picture")]
        for name, mean, away in zip(NAMES, state.means, state.away[i], strict=True):
            gap = np.abs(picture - mean)
            figures.append(
                picture_html(
                    gap, f"where it differs from the mean {name}", f"away from {name}: <b>{away:.3f}</b>"
                )
            )
        return f'<div class="ta-large-digits">{row_html(figures)}</div>{said_html(state.verdict())}'

    score = drawn(state, ["means", "away"], lambda: f'<p class="ta-soft">{unbroken(state.score())}</p>')
    return card(
        "Which mean is nearer?",
        _NEARER,
        [
            metric,
            sliders(state, "Held-out pictures", options),
            Box([mistake]).add_class("ta-line"),
            score,
        ],
        [drawn(state, ["away", "number"], pictures)],
    )


def _loss(state: BaselineState) -> VBox:
    slider = {"key": "nudge", "label": "Favour “7” by", "low": -MOST_NUDGE, "high": MOST_NUDGE, "step": 0.1}
    options = [{**slider, "unit": " thousandths"}]

    def charts() -> str:
        nudges, accuracies, losses = state.staircase()
        right = 100 * accuracies
        x = ticked("thousandths in favour of 7", -MOST_NUDGE, MOST_NUDGE, 2.5)
        stairs, smooth = axis_over("right answers, %", right.tolist()), axis_over("loss", losses.tolist())
        pair = (
            chart_html("Accuracy: a staircase.", x, stairs, [series("line", nudges, right)], state.nudge),
            chart_html("Loss: a smooth slope.", x, smooth, [series("line", nudges, losses)], state.nudge),
        )
        return f'<div class="ta-two">{"".join(pair)}</div>'

    return card(
        "A metric is not a loss",
        _METRIC,
        [sliders(state, "Nudge", options)],
        [drawn(state, ["away", "nudge"], lambda: said_html(state.nudge_words()))],
        [drawn(state, ["away", "nudge"], charts)],
    )
