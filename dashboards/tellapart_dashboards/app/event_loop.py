"""Work beside the page, on the kernel's own loop: it never holds up a click, and what only follows ends with the page.

Whatever reads or writes the disk or the database does so on a thread (`asyncio.to_thread`), never on the loop itself.

A kernel of JupyterLab has two loops, each on a thread of its own: cells, and what follows for a page, on one, messages
of the page on the other. What draws goes through `soon`, `heard_in_turn` or `from_thread`, so never two do at once.
"""

from __future__ import annotations

import asyncio
import contextlib
import logging
import threading
from collections import deque
from collections.abc import AsyncIterator, Awaitable, Callable, Coroutine, Generator, Sequence
from typing import Any, Protocol, TypeVar
from weakref import WeakSet

from ipywidgets import Widget

from tellapart_dashboards.app.wording import error_sentence

BUSY_S, IDLE_S = 0.25, 1.5
FOLLOWER = "follower of a page"  # the name of tasks that never end by themselves

_T = TypeVar("_T")
_log = logging.getLogger(__name__)
_tasks: set[asyncio.Task[Any]] = set()  # asyncio itself keeps no strong reference
_drawing = threading.RLock()  # of the thread that draws, from one wait of its work to the next
_heard: WeakSet[Widget] = WeakSet()  # whose messages are taken in turn


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
    """The task in which the work runs beside the page, each step of it in turn. Called on the page's loop.

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
    task = loop.create_task(_InTurn(work), name=name)
    _tasks.add(task)
    task.add_done_callback(_tasks.discard)
    return task


class _InTurn(Coroutine[Any, Any, _T]):
    """Work whose steps, from one wait to the next, are done while no other thread draws."""

    def __init__(self, work: Coroutine[Any, Any, _T]) -> None:
        self._work = work

    def send(self, value: Any) -> Any:
        """The next step."""
        with _drawing:
            return self._work.send(value)

    def throw(self, *error: Any) -> Any:
        """The next step, which begins with an error."""
        with _drawing:
            return self._work.throw(*error)

    def close(self) -> None:
        """No further step."""
        with _drawing:
            self._work.close()

    def __await__(self) -> Generator[Any, Any, _T]:
        return self._work.__await__()


def heard_in_turn(page: Widget) -> None:
    """Nothing; what the browser says to the page, and to whatever is in it now or later, is taken in turn."""
    if page in _heard or page.comm is None:
        return
    _heard.add(page)

    def hear(message: Any) -> None:
        with _drawing:
            page._handle_msg(message)

    page.comm.on_msg(hear)
    for child in getattr(page, "children", ()):
        heard_in_turn(child)
    if page.has_trait("children"):
        page.observe(_hear_children, "children")


def _hear_children(change: dict[str, Any]) -> None:
    for child in change["new"]:
        heard_in_turn(child)


def from_thread(call: Callable[..., object]) -> Callable[..., None]:
    """The call, for a thread to make: it is carried out on the loop that runs here, in turn."""
    loop = asyncio.get_running_loop()

    def carry_out(*values: Any) -> None:
        with _drawing:
            call(*values)

    def ask(*values: Any) -> None:
        loop.call_soon_threadsafe(carry_out, *values)

    return ask


class Turn:
    """One at a time, in the order they came, whatever loops they run on: JupyterLab brings a page's messages on a loop
    of their own, and asyncio's own lock belongs to one loop and refuses all others.

    Waiting holds no thread: whoever has the turn may need them all.
    """

    def __init__(self) -> None:
        self._guard = threading.Lock()
        self._waiting: deque[asyncio.Future[None]] = deque()  # the first one has the turn

    def locked(self) -> bool:
        """Whether it is somebody's turn."""
        return bool(self._waiting)

    @contextlib.asynccontextmanager
    async def taken(self) -> AsyncIterator[None]:
        """For the block, once it is ours."""
        mine = asyncio.get_running_loop().create_future()
        with self._guard:
            self._waiting.append(mine)
            if self._waiting[0] is mine:
                mine.set_result(None)
        try:
            await mine
            yield
        finally:
            with self._guard:
                was_first = self._waiting[0] is mine
                self._waiting.remove(mine)
                while was_first and self._waiting and not _told(self._waiting[0], _come, self._waiting[0]):
                    self._waiting.popleft()  # its loop is gone: it will never leave by itself


def _come(turn: asyncio.Future[None]) -> None:
    if not turn.done():  # who gave up meanwhile passes the turn on by leaving
        turn.set_result(None)


def _told(future: asyncio.Future[Any], call: Callable[..., object], *values: Any) -> bool:
    """Whether the call is on its way to the loop that the future belongs to; False where that one is closed."""
    try:
        future.get_loop().call_soon_threadsafe(call, *values)
    except RuntimeError:
        return False
    return True


async def result_of(task: asyncio.Task[_T]) -> _T:
    """What a task brings, whatever loop it runs on: asyncio lets only those of its own wait for it."""
    loop = task.get_loop()
    if task.done():
        return task.result()
    if loop is asyncio.get_running_loop():
        return await task
    return await asyncio.wrap_future(asyncio.run_coroutine_threadsafe(_awaited(task), loop))


async def _awaited(task: asyncio.Task[_T]) -> _T:
    return await task


class Repeated:
    """Work that may be asked for faster than it is done: while it runs, any number of askings mean one more round."""

    def __init__(self, work: Callable[[], Awaitable[None]]) -> None:
        self._work = work
        self._guard = threading.Lock()  # it may be asked for on one loop while it runs on another
        self._is_under_way = False
        self.is_asked = False  # another round follows the one that runs

    def ask(self) -> None:
        """Have it done from the beginning, now or after the round that runs."""
        with self._guard:
            if not self._is_under_way:
                soon(self._rounds())
            self.is_asked = self._is_under_way = True

    async def _rounds(self) -> None:
        try:
            while self._goes_on():
                await self._work()
        except BaseException:
            self._is_under_way = False
            raise

    def _goes_on(self) -> bool:
        """Whether another round was asked for, which is that one then."""
        with self._guard:
            self._is_under_way, self.is_asked = self.is_asked, False
            return self._is_under_way


def follow(page: Widget, jobs: Sequence[Followed]) -> asyncio.Task[Any]:
    """The task that polls each job, often while one runs, until the page's widget is closed."""
    task = soon(_polled(jobs), FOLLOWER)
    end_with(page, task)
    return task


def end_with(page: Widget, task: asyncio.Task[Any]) -> None:
    """Have the task end when the page's widget is closed."""

    def ended(change: dict[str, Any]) -> None:
        if change["new"] is None:
            end_task(task)

    page.observe(ended, "comm")


def end_task(task: asyncio.Task[Any]) -> None:
    """Have a task end, whatever loop it runs on."""
    _told(task, task.cancel)


async def _polled(jobs: Sequence[Followed]) -> None:
    untold: set[str] = set()
    while True:
        for job in jobs:
            try:
                await job.poll()
            except Exception as error:  # the page must go on, and say it
                _tell(job, error_sentence(error), untold)
        waited = 0.0
        while waited < IDLE_S:  # something may begin to run meanwhile
            await asyncio.sleep(BUSY_S)
            waited += IDLE_S if any(job.is_running for job in jobs) else BUSY_S


def _tell(job: Followed, sentence: str, untold: set[str]) -> None:
    try:
        job.tell(sentence)
    except Exception:  # the connection to the page may be closed for now: each round tries again
        if sentence not in untold:
            _log.warning("The page could not be told: %s", sentence, exc_info=True)
        untold.add(sentence)
