"""The choice of a recipe on the Train page: three names with the time each takes, and what the chosen one does."""

from __future__ import annotations

import html
from typing import Any

from ipywidgets import HTML, VBox

from tellapart_dashboards.app.public.visiting import this_computer
from tellapart_dashboards.app.wording import message_html, rough_time, time_words
from tellapart_dashboards.pages.train.settings.recipe_choice import RecipeDesk, RecipeState
from tellapart_dashboards.widgets.choices.choices import Choices

_QUICK = "Learns to sort what it sees. The one to begin with."
_NEVER_WORSE = "A worse model is never kept. You can pause it."
_THOROUGH = "Also learns to see your pictures better: fewer mistakes where labels look alike. " + _NEVER_WORSE
_EVERYTHING = (
    "Learns to see your pictures from the ground up: for pictures unlike everyday photographs, and for many of them. "
    + _NEVER_WORSE
)


def recipe_choice(desk: RecipeDesk) -> VBox:
    """Quick, thorough or everything."""
    choice = Choices(
        options=_options(desk.state), chosen=desk.state.recipe, accessible_name="How thoroughly to train"
    )
    about = HTML()

    def draw(_: Any = None) -> None:
        if choice.options != (options := _options(desk.state)):
            choice.options = options
        if choice.chosen != desk.state.recipe:
            choice.unobserve(choose, "chosen")
            choice.chosen = desk.state.recipe
            choice.observe(choose, "chosen")
        about.value = recipe_html(desk.state)

    def choose(change: dict[str, Any]) -> None:
        desk.choose(change["new"])

    choice.observe(choose, "chosen")
    desk.observe(draw, "state")
    draw()
    return VBox([choice, about]).add_class("ta-recipe")


def recipe_html(state: RecipeState) -> str:
    """What the chosen recipe does, how long it takes, or why it cannot be followed here."""
    if state.recipe == "quick":
        return f'<p class="ta-soft">{_QUICK}</p>'
    if state.why_not:
        return message_html(state.why_not, "care")
    about, seconds = (
        (_THOROUGH, state.thorough_s) if state.recipe == "thorough" else (_EVERYTHING, state.everything_s)
    )
    time = ""
    if state.is_measuring:
        time = f" Measuring how long it takes on {this_computer()} …"
    elif seconds is not None:
        time = (
            f" It takes about {rough_time(seconds)} on {this_computer()}, measured on a few of your pictures."
        )
    return f'<p class="ta-soft" role="status">{about}{html.escape(time)}</p>{message_html(state.problem, "care")}'


def _options(state: RecipeState) -> list[dict[str, str]]:
    others = (("thorough", "Thorough", state.thorough_s), ("everything", "Everything", state.everything_s))
    options = [{"key": "quick", "label": "Quick", "n": time_words(state.quick_s)}]
    for key, label, seconds in others:
        time = "measuring …" if state.is_measuring and state.recipe == key else time_words(seconds)
        options.append({"key": key, "label": label, "n": "not available" if state.why_not else time})
    return options
