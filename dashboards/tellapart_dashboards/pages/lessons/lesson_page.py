"""The lessons behind one row of tabs, one of them in sight. Nothing of a lesson is imported before it is opened."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from types import ModuleType

from ipywidgets import HTML, Box, Button, VBox, Widget

from tellapart_dashboards.app.page_frame import Frame, PageOwner, new_page

LESSONS = {"baseline": "Baseline", "descent": "Descent", "overfit": "Overfit", "feedback": "Feedback"}
_NAME = "How learning works"


def lesson(key: str) -> Widget:
    """The page of a lesson, one of LESSONS; the others are one tab away.

    Raises:
        ValueError: there is no such lesson.
        RuntimeError: no event loop runs; pages work in notebooks.
    """
    if key not in LESSONS:
        raise ValueError(f"There is no lesson {key!r}. Choose one of: {', '.join(LESSONS)}.")
    steps = [{"key": one, "label": label, "badge": ""} for one, label in LESSONS.items()]
    return new_page(steps, lambda frame: _prepare(frame, key))


async def _prepare(frame: Frame, key: str) -> Callable[[], None]:
    await asyncio.to_thread(_opened, key)
    owner = PageOwner(name=_NAME, current=key)
    return lambda: frame.show(owner, {one: lambda one=one: _body(owner, one) for one in LESSONS})  # type: ignore[misc]


def _opened(key: str) -> ModuleType:
    """The lesson's module, imported now."""
    if key == "baseline":
        from tellapart_dashboards.pages.lessons import baseline_view

        return baseline_view
    if key == "descent":
        from tellapart_dashboards.pages.lessons import descent_view

        return descent_view
    if key == "overfit":
        from tellapart_dashboards.pages.lessons import overfit_view

        return overfit_view
    from tellapart_dashboards.pages.lessons import feedback_view

    return feedback_view


async def _body(owner: PageOwner, key: str) -> Widget:
    module = await asyncio.to_thread(_opened, key)
    state = await asyncio.to_thread(module.new_state)
    return VBox([module.view(state), _ways_on(owner, key)]).add_class("ta-lesson")


def _ways_on(owner: PageOwner, key: str) -> Box:
    """To the next lesson, and to the studio."""
    keys = list(LESSONS)
    following = keys[(keys.index(key) + 1) % len(keys)]
    is_last = key == keys[-1]
    words = f"Back to the first: {LESSONS[following]}" if is_last else f"Next: {LESSONS[following]}"
    go = Button(description=words).add_class("ta-primary")
    go.on_click(lambda _: owner.set_trait("current", following))
    studio = HTML('<a href="studio.ipynb">Do it with your own pictures: open the studio</a>')
    return Box([go, studio]).add_class("ta-line").add_class("ta-ways")
