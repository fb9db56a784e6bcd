"""The frame around every page: the steps across the top, the message line, errors in words."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

from ipywidgets import HTML, Box, VBox, Widget, link
from traitlets import HasTraits, Unicode

from .job import soon
from .steps import Steps
from .wording import error_html, message_html

STATIC = Path(__file__).parent / "static"


def style() -> HTML:
    """The look, for places that do not have it yet (JupyterLab); in Voila the template has it already."""
    return HTML(f"<style>{(STATIC / 'tellapart.css').read_text('utf-8')}</style>").add_class("ta-style")


def in_words(build: Callable[..., Widget]) -> Callable[..., Widget]:
    """The same function, but an error becomes a page that says it."""

    def page(*arguments: Any, **named: Any) -> Widget:
        try:
            return build(*arguments, **named)
        except Exception as error:  # Voila would show a beginner nothing at all
            body = VBox([HTML(error_html(error))]).add_class("ta-main")
            return VBox([style(), Steps(steps=[]), body]).add_class("ta")

    page.__name__, page.__doc__ = build.__name__, build.__doc__
    return page


class PageOwner(HasTraits):
    """What the frame shows: the project's name, the key of the page in sight, one line of message."""

    name = Unicode("")
    current = Unicode("")
    message = Unicode("")


class Frame:
    """Steps on top, one body each, made when its step is first opened.

    pages: key -> function that makes the body.
    """

    def __init__(
        self, owner: PageOwner, steps: Sequence[dict[str, str]], pages: dict[str, Callable[[], Widget]]
    ) -> None:
        self._pages = pages
        self._bodies: dict[str, Widget] = {}
        self.owner = owner
        self.steps = Steps(steps=list(steps), project_name=owner.name, current=owner.current)
        self._message = HTML()
        self._main = VBox([self._message]).add_class("ta-main")
        self.widget = VBox([style(), self.steps, self._main]).add_class("ta")
        link((owner, "current"), (self.steps, "current"))
        owner.observe(lambda _: self._show(), "current")
        owner.observe(lambda _: self._say(), "message")
        self._show()
        self._say()

    def set_badge(self, key: str, badge: str) -> None:
        """Nothing; the step shows this number beside its name."""
        self.steps.steps = [
            {**step, "badge": badge} if step["key"] == key else step for step in self.steps.steps
        ]

    def _say(self) -> None:
        self._message.value = message_html(self.owner.message)

    def _show(self) -> None:
        key = self.owner.current
        if key not in self._bodies:
            try:
                body = self._pages[key]()
            except Exception as error:
                body = HTML(error_html(error))
            self._bodies[key] = Box([body]).add_class("ta-body")
            self._main.children = (self._message, *self._bodies.values())
        for name, body in self._bodies.items():
            body.layout.display = "" if name == key else "none"


def run_beside(work: Any) -> None:
    """Nothing; the coroutine runs as long as the page is open; without a loop (a test) it is left out."""
    import asyncio

    try:
        asyncio.get_running_loop()
    except RuntimeError:
        work.close()
        return
    soon(work)
