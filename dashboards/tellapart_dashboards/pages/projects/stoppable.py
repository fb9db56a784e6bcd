"""Work on a thread that a person can stop, and that says how long it takes already."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Callable
from typing import Any, TypeVar

from tellapart.errors import Cancelled

from tellapart_dashboards.app.event_loop import end_task

_T = TypeVar("_T")
_TELL_S = 1.0  # between two words


class Stoppable:
    """One piece of work after the other. tell: gets what is done, in words, and "" at the end."""

    def __init__(self, tell: Callable[[str], None]) -> None:
        self._tell = tell
        self._task: asyncio.Task[Any] | None = None

    def stop(self) -> None:
        """End what is under way, if anything is."""
        if self._task is not None:
            end_task(self._task)

    async def done(self, doing: str, work: Callable[[], _T]) -> _T:
        """What the work brings.

        Raises:
            Cancelled: it was stopped. Its thread comes to an end alone, and what that brings is lost.
        """
        task = self._task = asyncio.ensure_future(asyncio.to_thread(work))
        began = time.monotonic()
        try:
            while not task.done():
                waited = round(time.monotonic() - began)
                self._tell(f"{doing} …{f' {waited} s' if waited else ''}")
                await asyncio.wait({task}, timeout=_TELL_S)
            if task.cancelled():
                raise Cancelled("Stopped.")
            return task.result()
        finally:
            self._task = None
            self._tell("")
