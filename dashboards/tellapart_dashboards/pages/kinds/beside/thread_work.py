"""ThreadWork: one piece of work at a time on a thread, which says how far it is and ends when it is told to."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from typing import Any, TypeVar

from ipywidgets import HTML, Button, VBox
from tellapart.errors import Cancelled
from tellapart.progress import Doing, Progress
from traitlets import Bool, Float, HasTraits, Unicode

from tellapart_dashboards.app.event_loop import from_thread
from tellapart_dashboards.app.visibility import shown_when
from tellapart_dashboards.app.wording import progress_html

Made = TypeVar("Made")


class ThreadWork(HasTraits):
    """is_running: whether it goes on. progress: 0 to 1; doing: a sentence."""

    is_running = Bool(False)
    progress = Float(0.0)
    doing = Unicode("")

    def __init__(self) -> None:
        super().__init__()
        self._is_stopped = False

    def cancel(self) -> None:
        """Have it end as soon as it can."""
        if self.is_running:
            self._is_stopped, self.doing = True, "Stopping …"

    async def run(self, work: Callable[[Progress], Made], doing: str) -> Made:
        """What the work made. doing: what it does first, in words.

        Raises:
            Cancelled: it was told to stop. Any: what the work raises.
        """
        is_at = from_thread(self._is_at)
        self._is_stopped, self.progress, self.doing, self.is_running = False, 0.0, doing, True

        def progress(done: int, total: int, message: Doing) -> None:
            if self._is_stopped:
                raise Cancelled("Stopped.")
            is_at(done / total if total else 0.0, str(message))

        try:
            return await asyncio.to_thread(work, progress)
        finally:
            self.is_running = False

    def _is_at(self, progress: float, doing: str) -> None:
        if not self._is_stopped:
            self.progress, self.doing = progress, doing


def work_view(work: ThreadWork, name: str) -> VBox:
    """How far the work is, with a button to stop it; in sight while it goes on. name: of the bar."""
    running, cancel = HTML(), Button(description="Cancel")

    def draw(_: Any = None) -> None:
        running.value = (
            progress_html(work.progress, work.doing, work.progress > 0, name) if work.is_running else ""
        )

    work.observe(draw, ["is_running", "progress", "doing"])
    cancel.on_click(lambda _: work.cancel())
    box = VBox([running, cancel]).add_class("ta-busy")
    shown_when(box, work, ["is_running"], lambda: work.is_running)
    draw()
    return box
