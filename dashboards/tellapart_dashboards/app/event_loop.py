"""Work beside the page, on the kernel's own loop: it never holds up a click, and what only follows ends with the page.

Whatever reads or writes the disk or the database does so on a thread (`asyncio.to_thread`), never on the loop itself.
"""

from __future__ import annotations

import asyncio
import contextlib
from collections import deque
from collections.abc import AsyncIterator, Awaitable, Callable, Coroutine, Sequence
from typing import Any, Protocol

from ipywidgets import Widget

from tellapart_dashboards.app.wording import error_sentence

BUSY_S, IDLE_S = 0.25, 1.5
_LOOK_S = 0.02
FOLLOWER = "follower of a page"  # the name of tasks that never end by themselves

_tasks: set[asyncio.Task[Any]] = set()  # asyncio itself keeps no strong reference


class Followed(Protocol):
    """What a page follows."""

    @property
    def is_running(self) -> bool:
        """Whether there is something to look at often."""

    async def poll(self) -> None:
        """Look at the disk, on a thread, and take over what changed there."""

    def tell(self, sentence: str) -> None:
        """Say on the page what went wrong."""


def soon(work: Coroutine[Any, Any, Any], name: str | None = None) -> asyncio.Task[Any]:
    """The task in which the work runs beside the page. Called on the page's loop.

    Raises:
        RuntimeError: no loop runs, so there is no page: pages work in notebooks and in the studio.
    """
    try:
        loop = asyncio.get_running_loop()
    except RuntimeError as error:
        work.close()
        raise RuntimeError(
            "A page needs a running event loop, as a notebook has it. Open it in a notebook, or with: tellapart studio"
        ) from error
    task = loop.create_task(work, name=name)
    _tasks.add(task)
    task.add_done_callback(_tasks.discard)
    return task


class Turn:
    """One at a time, in the order they came, whatever loops they run on: JupyterLab brings a page's messages on a loop
    of their own, and a lock of asyncio that is released on one loop does not wake who waits on another.

    Waiting holds no thread: whoever has the turn may need them all.
    """

    def __init__(self) -> None:
        self._waiting: deque[object] = deque()  # the first one has the turn

    def locked(self) -> bool:
        """Whether it is somebody's turn."""
        return bool(self._waiting)

    @contextlib.asynccontextmanager
    async def taken(self) -> AsyncIterator[None]:
        """For the block, once it is ours."""
        ticket = object()
        self._waiting.append(ticket)
        try:
            while self._waiting[0] is not ticket:
                await asyncio.sleep(_LOOK_S)
            yield
        finally:
            self._waiting.remove(ticket)


class Repeated:
    """Work that may be asked for faster than it is done: while it runs, any number of askings mean one more round."""

    def __init__(self, work: Callable[[], Awaitable[None]]) -> None:
        self._work = work
        self._task: asyncio.Task[None] | None = None
        self.is_asked = False  # another round follows the one that runs

    def ask(self) -> None:
        """Have it done from the beginning, now or after the round that runs."""
        self.is_asked = True
        if self._task is None or self._task.done():
            self._task = soon(self._rounds())

    async def _rounds(self) -> None:
        while self.is_asked:
            self.is_asked = False
            await self._work()


def follow(page: Widget, jobs: Sequence[Followed]) -> asyncio.Task[Any]:
    """The task that polls each job, often while one runs, until the page's widget is closed."""
    task = soon(_polled(jobs), FOLLOWER)
    end_with(page, task)
    return task


def end_with(page: Widget, task: asyncio.Task[Any]) -> None:
    """Have the task end when the page's widget is closed."""
    page.observe(lambda change: change["new"] is None and task.cancel(), "comm")


async def _polled(jobs: Sequence[Followed]) -> None:
    while True:
        for job in jobs:
            try:
                await job.poll()
            except Exception as error:  # the page must go on, and say it
                job.tell(error_sentence(error))
        waited = 0.0
        while waited < IDLE_S:  # something may begin to run meanwhile
            await asyncio.sleep(BUSY_S)
            waited += IDLE_S if any(job.is_running for job in jobs) else BUSY_S
