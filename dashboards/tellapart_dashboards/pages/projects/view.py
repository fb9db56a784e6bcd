"""The Projects page: a list to open, rename, duplicate and delete from, and a field for a new one."""

from __future__ import annotations

import contextlib
from pathlib import Path

from ipywidgets import HTML, VBox, dlink

from tellapart_dashboards.app.event_loop import soon
from tellapart_dashboards.app.wording import heading_html
from tellapart_dashboards.pages.projects.from_file import FromFile
from tellapart_dashboards.pages.projects.from_file_view import from_file_view
from tellapart_dashboards.pages.projects.state import ProjectsState
from tellapart_dashboards.widgets.project_list.project_list import ProjectList

_LESSONS = '<p class="ta-soft">New to this? <a href="learn_baseline.ipynb">How learning works</a>, in four lessons.</p>'


def projects_view(state: ProjectsState) -> VBox:
    """The Projects page."""
    if state.can_change:
        lead = f"One folder each, in {_short(state.workspace)}. Two tabs can show two projects."
    else:
        lead = "You have one project here, and the sample beside it."
    rows = ProjectList(state.wish, can_change=state.can_change)
    for name in ("rows", "trash", "said", "kind", "undo", "go_to"):
        dlink((state, name), (rows, name))
    soon(state.show())
    others = [from_file_view(FromFile(state.workspace, state.go_on_to))] if state.can_change else []
    return VBox(
        [HTML(heading_html("Projects", lead)), VBox([rows]).add_class("ta-card"), *others, HTML(_LESSONS)]
    )


def _short(folder: Path) -> str:
    """The folder as a person writes it, with ~ for their home."""
    with contextlib.suppress(RuntimeError):  # somebody who has no home
        if (home := Path.home()) in folder.parents:
            return f"~/{folder.relative_to(home).as_posix()}"
    return str(folder)
