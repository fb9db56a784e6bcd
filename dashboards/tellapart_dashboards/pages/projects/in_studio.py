"""The Projects page in the studio: beside the steps of the project that is open, or alone where none can be opened."""

from __future__ import annotations

from pathlib import Path

from ipywidgets import Widget

from tellapart_dashboards.app.event_loop import follow
from tellapart_dashboards.app.page_frame import Frame, PageOwner
from tellapart_dashboards.pages.projects.state import ProjectsState
from tellapart_dashboards.pages.projects.view import projects_view
from tellapart_dashboards.widgets.steps.steps import PROJECTS


def projects_body(frame: Frame, open_dir: Path | None) -> Widget:
    """The page; it looks for what others changed while it is in sight."""
    state = ProjectsState(open_dir)

    def seen(_: object = None) -> None:
        state.is_in_sight = frame.steps.current == PROJECTS

    frame.steps.observe(seen, "current")
    seen()
    follow(frame.widget, [state])
    return projects_view(state)


def show_list(frame: Frame, sentence: str) -> None:
    """Nothing; the frame shows the list of projects, no steps, and why no project is open."""
    frame.steps.current = PROJECTS
    frame.steps.steps = []
    owner = PageOwner(current=PROJECTS, message=sentence)

    async def body() -> Widget:
        return projects_body(frame, None)

    frame.show(owner, {PROJECTS: body})
