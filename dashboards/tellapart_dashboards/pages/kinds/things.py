"""What a page of another kind than pictures needs of the open project. A kind fills this in; the page asks no more."""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from ipywidgets import Widget
from tellapart.errors import ProjectError
from tellapart.workspace.recent import note_opened
from traitlets import HasTraits

from tellapart_dashboards.app.event_loop import Followed, follow, soon
from tellapart_dashboards.app.page_frame import Frame, PageOwner
from tellapart_dashboards.widgets.steps.steps import PROJECTS


@dataclass(frozen=True)
class NewestModel:
    """The newest classifier. bundle: its folder; predictor: what answers; measured: what it was found to be worth;
    n_changes: decisions since."""

    bundle: Path
    predictor: Any
    measured: dict[str, Any]
    n_changes: int = 0


@dataclass(frozen=True)
class ThingsPage:
    """The parts of a page. steps: key -> its name. bodies: key -> what makes it. first: the step in sight at first.
    badges: (owner, names of its traits, function that gives key -> number beside the step). followed: what the page
    polls."""

    steps: dict[str, str]
    bodies: dict[str, Callable[[Callable[[str], None]], Awaitable[Widget]]]
    first: str
    followed: tuple[Followed, ...] = ()
    badges: tuple[tuple[HasTraits, list[str], Callable[[], dict[str, str]]], ...] = field(default=())

    def fill(self, frame: Frame, root: Path) -> None:
        """Have the frame show the project, with its own steps in place of those of pictures."""
        frame.steps.steps = [{"key": key, "label": label, "badge": ""} for key, label in self.steps.items()]
        if frame.steps.current not in (*self.steps, PROJECTS):
            frame.steps.current = ""  # a step that pictures have
        owner = PageOwner(name=root.name, current=self.first)

        def go_to(key: str) -> None:
            owner.current = key

        bodies: dict[str, Callable[[], Awaitable[Widget]]] = {
            key: lambda made=made: made(go_to)  # type: ignore[misc]
            for key, made in self.bodies.items()
        }
        if frame.steps.has_projects:
            bodies[PROJECTS] = lambda: _projects_body(frame, root)
            soon(asyncio.to_thread(_note_opened, root))
        for one in self.badges:
            _follow_badges(frame, *one)
        frame.show(owner, bodies)
        follow(frame.widget, self.followed)


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
