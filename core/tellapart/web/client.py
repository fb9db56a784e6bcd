"""The line to the web: one thread with an event loop and one HTTP client that all requests go through.

Whoever waits for an answer is an ordinary function on another thread, and closing the line ends every wait at once,
however long a server hangs.
"""

from __future__ import annotations

import asyncio
import concurrent.futures
import contextlib
import sys
import threading
from collections.abc import Callable, Coroutine
from types import TracebackType
from typing import Any, TypeVar, cast

import httpx

from tellapart import __version__
from tellapart.errors import Cancelled
from tellapart.web.addresses import AddressGuard
from tellapart.web.failures import CONNECT_S, READ_S
from tellapart.web.transport import GuardedTransport

T = TypeVar("T")
_FAREWELL_S = 0.3  # a person who cancels waits no longer than that for connections to close
_STARVED_S = (
    30.0  # what is cancelled ends at once, or as soon as a busy machine lets it; until then files may come
)


class Line:
    """Requests to the web. Use as a context manager or call `close`.

    contact: whom a service may write to about our requests; it is part of the User-Agent.
    """

    def __init__(self, guard: AddressGuard, contact: str | None = None, n_connections: int = 20):
        self.guard = guard
        self.contact = contact
        said = f" ({contact})" if contact else ""
        python = f"python/{sys.version_info[0]}.{sys.version_info[1]}"
        self.client = httpx.AsyncClient(
            transport=GuardedTransport(guard, n_connections),
            headers={"User-Agent": f"tellapart/{__version__}{said} {python}"},
            timeout=httpx.Timeout(READ_S, connect=CONNECT_S, pool=None),
            trust_env=False,
            follow_redirects=False,  # each hop is checked by hand
        )
        self._is_closed = False
        self._loop = asyncio.new_event_loop()
        self._thread = threading.Thread(target=self._loop.run_forever, daemon=True, name="line to the web")
        self._thread.start()

    def start(
        self, work: Coroutine[Any, Any, T], done: Callable[[concurrent.futures.Future[T]], None]
    ) -> None:
        """Begin; `done` gets the finished future, on the line's own thread."""
        asyncio.run_coroutine_threadsafe(work, self._loop).add_done_callback(done)

    def wait_for(self, work: Coroutine[Any, Any, T]) -> T:
        """What the work brings.

        Raises:
            Cancelled: the line was closed meanwhile.
        """
        if self._is_closed:
            work.close()
            raise Cancelled("Stopped. Finished work is saved.")
        try:
            return asyncio.run_coroutine_threadsafe(work, self._loop).result()
        except (concurrent.futures.CancelledError, asyncio.CancelledError) as error:
            raise Cancelled("Stopped. Finished work is saved.") from error

    def close(self) -> None:
        """End all work that goes on, and hang up."""
        if self._is_closed:
            return
        self._is_closed = True
        asyncio.run_coroutine_threadsafe(self._hang_up(), self._loop)
        self._thread.join(_STARVED_S)

    async def _hang_up(self) -> None:
        others: set[asyncio.Task[Any]] = asyncio.all_tasks() - {
            cast("asyncio.Task[Any]", asyncio.current_task())
        }
        give_up_at = self._loop.time() + _STARVED_S / 2
        while others and self._loop.time() < give_up_at:
            for task in others:  # again, as before Python 3.12 `wait_for` may swallow a cancel
                task.cancel()
            _, others = await asyncio.wait(others, timeout=_FAREWELL_S)
        with contextlib.suppress(Exception):
            await asyncio.wait_for(self.client.aclose(), _FAREWELL_S)
        self._loop.stop()

    def __enter__(self) -> Line:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()
