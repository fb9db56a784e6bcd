"""The choice of a recipe on the Train page: two names with the time each takes, and what the chosen one does."""

from __future__ import annotations

import html
from typing import Any

from ipywidgets import HTML, VBox

from tellapart_dashboards.app.wording import message_html
from tellapart_dashboards.pages.train.recipe_choice import RecipeDesk, RecipeState
from tellapart_dashboards.widgets.choices.choices import Choices

_QUICK = "Leaves the backbone as it is. The one to begin with."
_THOROUGH = (
    "The backbone's last blocks learn your pictures, too: fewer mistakes where labels look alike. A worse model is "
    "never kept. You can pause it."
)


def recipe_choice(desk: RecipeDesk) -> VBox:
    """Quick or thorough."""
    choice = Choices(options=_options(desk.state), chosen=desk.state.recipe, accessible_name="Recipe")
    about = HTML()

    def draw(_: Any = None) -> None:
        if choice.options != (options := _options(desk.state)):
            choice.options = options
        about.value = recipe_html(desk.state)

    desk.observe(draw, "state")
    draw()
    choice.observe(lambda change: desk.choose(change["new"]), "chosen")
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
        time = (
            f" It takes about {told(state.thorough_s)} on this computer, measured on a few of your pictures."
        )
    return f'<p class="ta-soft" role="status">{_THOROUGH}{html.escape(time)}</p>{message_html(state.problem, "care")}'


def told(seconds: float) -> str:
    """As a person says it: "a few seconds", "40 s", "3 min", "2 h"."""
    if seconds < 10:
        return "a few seconds"
    if seconds < 90:
        return f"{5 * round(seconds / 5)} s"
    return f"{round(seconds / 60)} min" if seconds < 5400 else f"{seconds / 3600:.1f} h"


def _options(state: RecipeState) -> list[dict[str, str]]:
    thorough = "measuring …" if state.is_measuring else _time(state.thorough_s)
    return [
        {"key": "quick", "label": "Quick", "n": _time(state.quick_s)},
        {"key": "thorough", "label": "Thorough", "n": "not available" if state.why_not else thorough},
    ]


def _time(seconds: float | None) -> str:
    return "" if seconds is None else f"about {told(seconds)}".replace("about a few", "a few")
