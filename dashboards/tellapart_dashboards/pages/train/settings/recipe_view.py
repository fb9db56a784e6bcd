"""The choice of a recipe on the Train page: two names with the time each takes, and what the chosen one does."""

from __future__ import annotations

import html
from typing import Any

from ipywidgets import HTML, VBox

from tellapart_dashboards.app.wording import message_html, rough_time, time_words
from tellapart_dashboards.pages.train.settings.recipe_choice import RecipeDesk, RecipeState
from tellapart_dashboards.widgets.choices.choices import Choices

_QUICK = "Learns to sort what it sees. The one to begin with."
_THOROUGH = (
    "Also learns to see your pictures better: fewer mistakes where labels look alike. A worse model is never kept. You "
    "can pause it."
)


def recipe_choice(desk: RecipeDesk) -> VBox:
    """Quick or thorough."""
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
    time = ""
    if state.is_measuring:
        time = " Measuring how long it takes on this computer …"
    elif state.thorough_s is not None:
        time = f" It takes about {rough_time(state.thorough_s)} on this computer, measured on a few of your pictures."
    return f'<p class="ta-soft" role="status">{_THOROUGH}{html.escape(time)}</p>{message_html(state.problem, "care")}'


def _options(state: RecipeState) -> list[dict[str, str]]:
    thorough = "measuring …" if state.is_measuring else time_words(state.thorough_s)
    return [
        {"key": "quick", "label": "Quick", "n": time_words(state.quick_s)},
        {"key": "thorough", "label": "Thorough", "n": "not available" if state.why_not else thorough},
    ]
