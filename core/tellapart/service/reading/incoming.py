"""The body of a request on its way in, and what becomes of the part that nobody reads."""

from __future__ import annotations

import asyncio
import time

from starlette.datastructures import Headers
from starlette.types import Message, Receive

_PATIENCE_S = 5.0
_PATIENCE_BYTES = 256 * 2**20


class Incoming:
    """Receives for the application and remembers whether the whole body has come."""

    def __init__(self, receive: Receive, headers: Headers):
        self._receive = receive
        self._is_whole = not set(headers.keys()) & {"content-length", "transfer-encoding"}
        self._asks_first = "expect" in headers

    async def receive(self) -> Message:
        """The next event, as of ASGI."""
        self._asks_first = False
        event = await self._receive()
        self._is_whole = event["type"] == "http.disconnect" or not event.get("more_body", False)
        return event

    async def discard(self) -> None:
        """Let the client send what nobody wants, for a while: most read no answer before they have sent all, and find
        the connection broken instead."""
        until, n_bytes = time.monotonic() + _PATIENCE_S, 0
        while not self._is_whole and not self._asks_first and n_bytes < _PATIENCE_BYTES:
            try:
                event = await asyncio.wait_for(self.receive(), max(0.0, until - time.monotonic()))
            except asyncio.TimeoutError:
                return
            n_bytes += len(event.get("body", b""))
