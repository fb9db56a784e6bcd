"""A project of another kind than pictures in the studio: its own steps in the frame that pictures have."""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import Awaitable, Callable
from pathlib import Path

from ipywidgets import Widget
from tellapart.errors import ProjectError
from tellapart.workspace.recent import note_opened
from traitlets import HasTraits

from tellapart_dashboards.app.event_loop import follow, soon
from tellapart_dashboards.app.page_frame import Frame, PageOwner
from tellapart_dashboards.pages.kinds.doors import door_of
from tellapart_dashboards.pages.kinds.things import ThingsPage
from tellapart_dashboards.widgets.steps.steps import PROJECTS


async def open_kind(frame: Frame, root: Path, kind: str) -> Callable[[], None]:
    """What fills the frame with the page of this project.

    Raises:
        TellapartError: it cannot be opened.
    """
    page = await asyncio.to_thread(lambda: door_of(kind).opened(root))
    return lambda: _fill(frame, root, page)


def _fill(frame: Frame, root: Path, page: ThingsPage) -> None:
    frame.steps.steps = [{"key": key, "label": label, "badge": ""} for key, label in page.steps.items()]
    if frame.steps.current not in (*page.steps, PROJECTS):
        frame.steps.current = ""  # a step that pictures have
    owner = PageOwner(name=root.name, current=page.first)

    def go_to(key: str) -> None:
        owner.current = key

    bodies: dict[str, Callable[[], Awaitable[Widget]]] = {
        key: lambda made=made: made(go_to)  # type: ignore[misc]
        for key, made in page.bodies.items()
    }
    if frame.steps.has_projects:
        bodies[PROJECTS] = lambda: _projects_body(frame, root)
        soon(asyncio.to_thread(_note_opened, root))
    for one in page.badges:
        _follow_badges(frame, *one)
    frame.show(owner, bodies)
    follow(frame.widget, page.followed)


def _follow_badges(
    frame: Frame, owner: HasTraits, names: list[str], found: Callable[[], dict[str, str]]
) -> None:
    def draw(_: object = None) -> None:
        for key, badge in found().items():
            frame.set_badge(key, badge)

    owner.observe(draw, names)
    draw()


def _note_opened(root: Path) -> None:
    with contextlib.suppress(ProjectError):  # settings that cannot be written cost only an order
        note_opened(root)


async def _projects_body(frame: Frame, root: Path) -> Widget:
    from tellapart_dashboards.pages.projects.in_studio import projects_body

    return projects_body(frame, root)
