"""The pages: each alone, and all of them behind one row of tabs.

Whatever takes time to import is imported while a page fills itself, after the browser has got the page.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from importlib import import_module
from pathlib import Path

from ipywidgets import Widget
from tellapart.errors import TellapartError

from tellapart_dashboards.app.page_frame import Frame, PageOwner, new_page
from tellapart_dashboards.pages.pictures import STEPS, steps_of


def studio(project: str | Path = "") -> Widget:
    """Gather, Clean, Train, Classify and Share side by side on one project; the page that is the next step is open."""
    return new_page(steps_of(STEPS), lambda frame: _prepare_studio(frame, project), has_projects=not project)


def gather_page(project: str | Path = "") -> Widget:
    """The Gather page alone."""
    return _page(("gather",), project)


def clean_page(project: str | Path = "") -> Widget:
    """The Clean page alone."""
    return _page(("clean",), project)


def train_page(project: str | Path = "") -> Widget:
    """The Train page alone."""
    return _page(("train",), project)


def classify_page(project: str | Path = "") -> Widget:
    """The Classify page alone. It opens no database: the newest bundle is all it needs."""
    return new_page(steps_of(["classify"]), lambda frame: _prepare_classify(frame, project))


def share_page(project: str | Path = "") -> Widget:
    """The Share page alone."""
    return _page(("share",), project)


def _page(keys: tuple[str, ...], project: str | Path) -> Widget:
    return new_page(steps_of(keys), lambda frame: _prepare(frame, keys, project))


async def _prepare_classify(frame: Frame, project: str | Path) -> Callable[[], None]:
    def read() -> Callable[[], None]:
        from tellapart_dashboards.app.project_state import project_dir_from
        from tellapart_dashboards.app.public.visiting import shown_name
        from tellapart_dashboards.pages.pictures.page import classify_body

        import_module("tellapart_dashboards.pages.classify.view")
        root = project_dir_from(project)
        name = shown_name(root)
        return lambda: frame.show(
            PageOwner(name=name, current="classify"), {"classify": lambda: classify_body(frame, root)}
        )

    return await asyncio.to_thread(read)


async def _prepare_studio(frame: Frame, project: str | Path) -> Callable[[], None]:
    """The pages of the project; where it cannot be opened, the sentence and the list of all projects."""

    def read() -> Callable[[], None]:
        from tellapart_dashboards.app.project_state import any_project
        from tellapart_dashboards.pages.kinds.doors import door_of

        root, kind = any_project(project)
        page = door_of(kind).opened(root)
        return lambda: page.fill(frame, root)

    try:
        return await asyncio.to_thread(read)
    except TellapartError as error:
        if not frame.steps.has_projects:
            raise
        sentence = str(error)
    from tellapart_dashboards.pages.projects.in_studio import show_list

    return lambda: show_list(frame, sentence)


async def _prepare(frame: Frame, keys: tuple[str, ...], project: str | Path) -> Callable[[], None]:
    def read() -> Callable[[], None]:
        from tellapart_dashboards.app.project_state import project_dir_from
        from tellapart_dashboards.pages.pictures.page import pictures_page

        root = project_dir_from(project)
        page = pictures_page(root, keys)
        return lambda: page.fill(frame, root)

    return await asyncio.to_thread(read)
