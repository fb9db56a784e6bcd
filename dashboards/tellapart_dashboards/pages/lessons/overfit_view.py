"""The lesson about overfitting: a curve that bends too much learns the noise by heart."""

from __future__ import annotations

import numpy as np
from ipywidgets import Box, Button, VBox, dlink

from tellapart_dashboards.app.visibility import shown_when
from tellapart_dashboards.pages.lessons.chart import chart_html, legend_html, series, ticked
from tellapart_dashboards.pages.lessons.overfit_state import MOST_DEGREE, OverfitState
from tellapart_dashboards.pages.lessons.pieces import card, drawn, head, questions, said_html, sliders

_LEAD = (
    "A model can get its training data right by understanding it, or by learning it by heart. Only data that was "
    "held out can tell the two apart."
)
_CURVE = (
    "Ten points were measured, each with some noise. The degree says how often the curve may bend. <b>Try:</b> "
    "slide until the curve looks best to you. Then press <i>Show the held-out points</i>. <b>See</b> whether "
    "your curve fits them, too."
)
_ERRORS = (
    "The error on the training points only ever falls: more bends always fit better. The error on the held-out "
    "points falls and rises again. <b>See</b> where it is lowest, and try other points: does the best degree "
    "stay the same?"
)
_SHOW, _HIDE = "Show the held-out points", "Hide the held-out points"
_LEAST_ON_TOP = 1.5  # of the errors' axis; larger errors are cut off and said in words
_QUESTIONS = (
    (
        "A curve of degree 9 goes exactly through all ten points. Why not take it?",
        "The points are not exact. It has learned their noise by heart, and between them it swings far away. Ten "
        "numbers to choose and ten points: it could have gone through any ten points whatever.",
    ),
    (
        "You try fifty settings and keep the one with the best error on the held-out points. Can you promise "
        "that error?",
        "No, it is a little too good: with fifty tries one was lucky on just these points. That is why there is "
        "often a third part, the test part, which is looked at once, at the very end.",
    ),
    (
        "What helps when a model overfits?",
        "More pictures, more various ones, a simpler model, or stopping earlier. In the studio, compare the "
        "error in training with the error on held-out pictures: a large gap is the sign.",
    ),
)


def new_state() -> OverfitState:
    """What the lesson begins with."""
    return OverfitState()


def view(state: OverfitState) -> VBox:
    """The lesson."""
    return VBox(
        [head("Learned, or learned by heart?", _LEAD), _curve(state), _errors(state), questions(_QUESTIONS)]
    )


def _curve(state: OverfitState) -> VBox:
    options = [{"key": "degree", "label": "Degree of the curve", "low": 0, "high": MOST_DEGREE, "step": 1}]
    show = Button()
    show.on_click(lambda _: state.set_trait("is_shown", not state.is_shown))
    dlink((state, "is_shown"), (show, "description"), lambda is_shown: _HIDE if is_shown else _SHOW)
    again = Button(description="Draw other points")
    again.on_click(lambda _: state.new_points())
    places = np.linspace(-1, 1, 241)
    x, y = ticked("where it was measured", -1, 1, 0.5), ticked("what was measured", -3, 3, 1)

    def chart() -> str:
        pieces = [series("line", places, state.curve.at(places))]
        names = [("line", "the curve"), ("dots", "training points")]
        if state.is_shown:
            pieces.append(series("rings", state.held_out.x, state.held_out.y))
            names.append(("rings", "held-out points"))
        pieces.append(series("dots", state.training.x, state.training.y))
        said = f"Points and a curve of degree {state.degree}."
        return chart_html(said, x, y, pieces) + legend_html(names) + said_html(state.words())

    return card(
        "A curve through ten points",
        _CURVE,
        [
            sliders(state, "The curve", options),
            Box([show, again]).add_class("ta-line").add_class("ta-gap"),
        ],
        [drawn(state, ["curve", "is_shown", "errors"], chart)],
    )


def _errors(state: OverfitState) -> VBox:
    degrees = list(range(MOST_DEGREE + 1))
    x, y = ticked("degree", 0, MOST_DEGREE, 1), ticked("error", 0, _LEAST_ON_TOP, 0.5)

    def chart() -> str:
        pieces = [series("other", degrees, state.errors[:, 1]), series("line", degrees, state.errors[:, 0])]
        beyond = [str(i) for i in degrees if state.errors[i, 1] > _LEAST_ON_TOP]
        names = [("line", "error on training points"), ("other", "error on held-out points")]
        note = f'<p class="ta-soft">Beyond the chart: degree {", ".join(beyond)}.</p>' if beyond else ""
        said = f"Errors by degree. On the held-out points degree {state.best_degree} is best."
        return chart_html(said, x, y, pieces, float(state.degree)) + legend_html(names) + note

    made = card("Two errors", _ERRORS, [], [drawn(state, ["curve", "errors"], chart)])
    shown_when(made, state, ["is_shown"], lambda: state.is_shown)
    return made
