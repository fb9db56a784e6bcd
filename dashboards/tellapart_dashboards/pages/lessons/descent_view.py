"""The lesson about gradient descent: a ball on a bumpy curve, and the same steps on threes and sevens."""

from __future__ import annotations

from html import escape

import numpy as np
from ipywidgets import HTML, Box, Button, VBox
from tellapart.lessons.descent import N_STEPS, height
from tellapart.lessons.digits import SIDE_PX
from tellapart.training_runs.report.line_chart import axis_over
from traitlets import link

from tellapart_dashboards.app.event_loop import soon
from tellapart_dashboards.app.visibility import folded
from tellapart_dashboards.pages.lessons.chart import chart_html, series, ticked
from tellapart_dashboards.pages.lessons.descent_code import BY_HAND, WITH_TORCH
from tellapart_dashboards.pages.lessons.descent_state import DIGIT_RATES, RATES, DescentState
from tellapart_dashboards.pages.lessons.pieces import (
    card,
    drawn,
    head,
    questions,
    row_html,
    said_html,
    sliders,
    weights_html,
)
from tellapart_dashboards.widgets.choices.choices import Choices
from tellapart_dashboards.widgets.player.player import Player

_LEAD = (
    "Learning is walking downhill: feel which way the ground slopes, take a step, feel again. How long the steps "
    "are is the learning rate, and most of the art."
)
_CURVE = (
    "The height is the loss, and the ball wants to be low. It knows only the slope under its feet. Each step is "
    "the learning rate × the slope. <b>Try:</b> the four buttons, then your own rate and start. <b>See</b> where "
    "seven steps lead."
)
_DIGITS = (
    "A classifier with one weight for each of 784 pixels starts at nothing and takes seven steps down the slope "
    "of its loss, on 100 drawn threes and 100 sevens. <b>Try</b> the three rates. <b>See</b> the weights: where "
    "ink is blue it speaks for a 3, where it is brown for a 7."
)
_BUTTONS = {
    "small": "Too small: 0.05",
    "right": "About right: 0.7",
    "jump": "Out of the dip: 1.6",
    "large": "Too large: 8",
}
_CHOICES = {"small": "Too small", "right": "About right", "large": "Too large"}
_QUESTIONS = (
    (
        "With a rate of 0.7 the ball comes to rest, and yet not at the lowest place. Why?",
        "It feels only the slope under its feet, and in a dip that is level. That the ground falls again behind "
        "the next hump, it cannot know. Longer steps, another start or a little shaking lead out; large networks "
        "have so many directions that there is nearly always a way down.",
    ),
    (
        "Somebody's loss rises from step to step. What do you change first?",
        "The learning rate: make it ten times smaller. Steps that are too long land higher on the other side, "
        "where it is steeper, so that the next step is longer still.",
    ),
    (
        "If torch does the same as a few lines by hand, what is it for?",
        "For the slope. Here it is one line of arithmetic. For a network with millions of weights nobody wants "
        "to write it down; torch finds it for any network, and on a graphics card.",
    ),
)


def new_state() -> DescentState:
    """What the lesson begins with. Draws 200 digits, which takes a moment."""
    return DescentState()


def view(state: DescentState) -> VBox:
    """The lesson."""
    return VBox([head("Seven steps downhill", _LEAD), _curve(state), _digits(state), questions(_QUESTIONS)])


def _curve(state: DescentState) -> VBox:
    player = Player(n_steps=N_STEPS, accessible_name="Steps down the curve")
    link((state, "at"), (player, "at"))
    places = np.linspace(-6.0, 6.0, 241)
    x, y = ticked("the one number to learn", -6, 6, 3), ticked("loss", -1, 5, 1)
    valley = series("faint", places, height(places))

    def chart() -> str:
        so_far = slice(0, state.at + 1)
        path = state.walked.places[so_far], state.walked.heights[so_far]
        marks = [series("line", *path), series("dots", *path), series("ball", path[0][-1:], path[1][-1:])]
        said = f"A bumpy curve. {state.step_words()}"
        return chart_html(said, x, y, [valley, *marks]) + said_html(state.step_words())

    buttons = [Button(description=words) for words in _BUTTONS.values()]
    for key, button in zip(_BUTTONS, buttons, strict=True):
        button.on_click(lambda _, key=key: _restart(state, player, RATES[key]))
    options = [
        {
            "key": "rate",
            "label": "Learning rate",
            "low": RATES["small"],
            "high": RATES["large"],
            "step": 0.05,
        },
        {"key": "start", "label": "Start", "low": -5, "high": 5, "step": 0.5},
    ]
    return card(
        "A ball on a bumpy curve",
        _CURVE,
        [
            Box(buttons).add_class("ta-line"),
            sliders(state, "The walk", options),
            player,
        ],
        [drawn(state, ["walked", "at"], chart)],
    )


def _restart(state: DescentState, player: Player, rate: float) -> None:
    state.start, state.rate = 4.5, rate
    player.play()


def _digits(state: DescentState) -> VBox:
    choice = Choices(
        options=[
            {"key": key, "label": label, "n": f"{DIGIT_RATES[key]:g}"} for key, label in _CHOICES.items()
        ],
        chosen=state.digit_rate,
        accessible_name="Learning rate of the classifier",
    )
    link((state, "digit_rate"), (choice, "chosen"))
    player = Player(n_steps=N_STEPS, accessible_name="Steps of the classifier")
    link((state, "digit_at"), (player, "at"))
    choice.observe(lambda _: player.play(), "chosen")
    compare = Button(description="The same with torch")
    compare.on_click(lambda _: soon(state.ask_torch()))
    state.observe(lambda change: setattr(compare, "disabled", change["new"]), "is_busy")

    def chart() -> str:
        i = state.digit_at
        losses = state.by_hand.losses
        steps = list(range(i + 1))
        y = axis_over("loss", losses.tolist(), from_zero=True)
        x = ticked("step", 0, N_STEPS, 1)
        lines = [series("line", steps, losses[: i + 1]), series("dots", steps, losses[: i + 1])]
        return chart_html(state.digit_words(), x, y, lines) + said_html(state.digit_words())

    def picture() -> str:
        i = state.digit_at
        weights = state.by_hand.weights[i].reshape(SIDE_PX, SIDE_PX)
        one = weights_html(weights, f"the weights after step {i}", f"weights after step {i}")
        return f'<div class="ta-large-digits">{row_html([one])}</div>'

    code = folded("The code, side by side", HTML(_code_html()))
    return card(
        "The same on 3 or 7",
        _DIGITS,
        [
            choice,
            player,
            drawn(state, ["by_hand", "digit_at"], picture),
        ],
        [drawn(state, ["by_hand", "digit_at"], chart)],
        [
            code,
            Box([compare]).add_class("ta-line").add_class("ta-gap"),
            drawn(state, ["by_torch", "said"], lambda: _comparison_html(state)),
        ],
    )


def _code_html() -> str:
    pair = (("By hand, with numpy", BY_HAND), ("With torch", WITH_TORCH))
    parts = [
        f'<div><h3>{name}</h3><pre tabindex="0" aria-label="{name}">{escape(code)}</pre></div>'
        for name, code in pair
    ]
    return f'<div class="ta-two">{"".join(parts)}</div>'


def _comparison_html(state: DescentState) -> str:
    said = said_html(state.said) if state.said else ""
    if state.by_torch is None:
        return said
    rows = [
        f'<tr><th scope="row">{i}</th><td class="ta-number">{hand:.6f}</td><td class="ta-number">{torch:.6f}</td></tr>'
        for i, (hand, torch) in enumerate(zip(state.by_hand.losses, state.by_torch.losses, strict=True))
    ]
    return (
        '<table class="ta-table ta-counts"><thead><tr><th scope="col">Step</th>'
        '<th scope="col" class="ta-number">Loss by hand</th><th scope="col" class="ta-number">Loss with torch</th></tr>'
        f"</thead><tbody>{''.join(rows)}</tbody></table>{said}"
    )
