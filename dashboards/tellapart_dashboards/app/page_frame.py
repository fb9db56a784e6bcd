"""The frame around every page: the steps across the top, the message line, errors in words."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Sequence
from pathlib import Path

from ipywidgets import HTML, Box, VBox, Widget, link
from traitlets import HasTraits, Unicode

from tellapart_dashboards.app.cell_pages import show_in_cell
from tellapart_dashboards.app.event_loop import end_with, result_of, soon
from tellapart_dashboards.app.wording import error_html, message_html
from tellapart_dashboards.widgets.steps.steps import Steps

STATIC = Path(__file__).parent / "static"


def style() -> HTML:
    """The look, for places that do not have it yet (JupyterLab); in Voila the template has it already."""
    return HTML(f"<style>{(STATIC / 'tellapart.css').read_text('utf-8')}</style>").add_class("ta-style")


class PageOwner(HasTraits):
    """What the frame shows: the project's name, the key of the page in sight, one line of message."""

    name = Unicode("")
    current = Unicode("")
    message = Unicode("")


class Frame:
    """Steps on top, below them one body each, made when its step is first opened.

    steps: [{"key", "label", "badge"}]. has_projects: see `Steps`.
    Until `show` or `fail` is called the page says that it is opening.
    """

    def __init__(self, steps: Sequence[dict[str, str]], has_projects: bool = False) -> None:
        self._pages: dict[str, Callable[[], Awaitable[Widget]]] = {}
        self._bodies: dict[str, asyncio.Task[Widget]] = {}
        self._owner = PageOwner()
        self.steps = Steps(steps=list(steps), has_projects=has_projects)
        self._message = HTML('<p class="ta-lead" role="status">Opening …</p>')
        self._main = VBox([self._message]).add_class("ta-main")
        self.widget = VBox([style(), self.steps, self._main]).add_class("ta")

    def show(self, owner: PageOwner, pages: dict[str, Callable[[], Awaitable[Widget]]]) -> None:
        """The owner's current page is in sight from now on, and stays so when it changes.

        pages: key of a step, or PROJECTS -> function that makes its body, when that is first opened.
        """
        self._owner, self._pages = owner, pages
        self.steps.project_name = owner.name
        if self.steps.current:  # somebody was quicker than the project
            owner.current = self.steps.current
        link((owner, "current"), (self.steps, "current"))
        owner.observe(lambda _: soon(self._open_current()), "current")
        owner.observe(lambda _: self._say(), "message")
        soon(self._open_current())
        self._say()

    def fail(self, error: Exception) -> None:
        """Have the page say what went wrong."""
        self.steps.steps = []
        self.steps.shown = self.steps.current
        self._message.value = error_html(error)

    def set_badge(self, key: str, badge: str) -> None:
        """Show this number beside the step's name."""
        self.steps.steps = [
            {**step, "badge": badge} if step["key"] == key else step for step in self.steps.steps
        ]

    def _say(self) -> None:
        self._message.value = message_html(self._owner.message)

    async def _open_current(self) -> None:
        """The page in sight goes before the next one comes, so that there are never two, however slow the browser."""
        key = self._owner.current
        if key not in self._bodies:
            self._bodies[key] = soon(self._made(key))
        body = await result_of(self._bodies[key])
        if key != self._owner.current:
            return  # somebody went on to another step meanwhile
        for other in self._main.children[1:]:
            if other is not body:
                other.layout.display = "none"
        body.layout.display = ""
        if body not in self._main.children:
            self._main.children = (*self._main.children, body)
        self.steps.shown = key

    async def _made(self, key: str) -> Widget:
        try:
            body = await self._pages[key]()
        except Exception as error:  # Voila would show a beginner nothing at all
            body = HTML(error_html(error))
        return Box([body]).add_class("ta-body")


def new_page(
    steps: Sequence[dict[str, str]],
    prepare: Callable[[Frame], Awaitable[Callable[[], None]]],
    has_projects: bool = False,
) -> Widget:
    """The page at once, still empty, and filled when it is drawn.

    Between being asked for its widgets and having drawn them, a page of Voila drops what happens to them, and stays
    empty for good. So nothing happens to them before the page has said that it is there: `prepare` does what takes
    time while the browser loads its own part, and gives what then fills the page.

    Raises:
        RuntimeError: no event loop runs, see `soon`.
    """
    frame = Frame(steps, has_projects)
    end_with(frame.widget, soon(_fill(frame, prepare)))
    show_in_cell(frame.widget)
    return frame.widget


async def _fill(frame: Frame, prepare: Callable[[Frame], Awaitable[Callable[[], None]]]) -> None:
    await asyncio.sleep(0.05)  # let the notebook's cell end first: the browser waits for that
    try:
        fill = await prepare(frame)
        await frame.steps.drawn()
        fill()
    except Exception as error:
        await frame.steps.drawn()
        frame.fail(error)
