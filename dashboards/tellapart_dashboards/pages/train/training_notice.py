"""The notice that pictures changed since the last training, with the button that trains again."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from ipywidgets import HTML, Box, Button

from tellapart_dashboards.app.project_state import ProjectState
from tellapart_dashboards.app.visibility import shown_when
from tellapart_dashboards.app.wording import count, train_again_words


def training_notice(project: ProjectState, train_again: Callable[[], None]) -> Box:
    """In sight while the project has changes that its newest model does not know."""
    words, button = HTML(), Button()

    def draw(_: Any = None) -> None:
        n = project.n_changes
        words.value = (
            f"The model that answers does not know {count(n, 'change')} that came after its training."
        )
        button.description = train_again_words(n)

    project.observe(draw, "n_changes")
    button.on_click(lambda _: train_again())
    draw()
    notice = Box([words, button]).add_class("ta-line").add_class("ta-notice")
    shown_when(notice, project, ["n_changes"], lambda: project.n_changes > 0)
    return notice
