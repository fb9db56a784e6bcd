"""Connections of uvicorn, with two things it lacks: headers that do not come end the connection, and a request that
is on its way when the service is to stop is still answered."""

from __future__ import annotations

import asyncio
from typing import Any

from uvicorn.protocols.http.h11_impl import H11Protocol

_LAST_CHANCE_S = 0.5  # for what a client had sent before it could know that the service stops


class Connection(H11Protocol):
    """Closed when no request begins within header_s seconds of its first byte, or of the connection itself."""

    header_s = 10.0
    _timer: asyncio.TimerHandle | None = None

    def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override]
        super().connection_made(transport)
        self._wait()

    def data_received(self, data: bytes) -> None:
        super().data_received(data)
        if self._is_answering():
            self._stop()
        elif self._timer is None:
            self._wait()

    def connection_lost(self, exc: Exception | None) -> None:
        self._stop()
        super().connection_lost(exc)

    def on_response_complete(self) -> None:
        super().on_response_complete()
        if self._is_answering():  # the next one had come already
            self._stop()

    def shutdown(self) -> None:
        """What is being answered, or still coming, is finished; uvicorn would cut off a body that is not there yet."""
        if self._is_answering():
            self.cycle.keep_alive = False
        else:
            self.loop.call_later(_LAST_CHANCE_S, self._close)

    def _is_answering(self) -> bool:
        cycle: Any = self.cycle
        return cycle is not None and not cycle.response_complete

    def _wait(self) -> None:
        self._timer = self.loop.call_later(self.header_s, self._end_of_patience)

    def _stop(self) -> None:
        if self._timer is not None:
            self._timer.cancel()
            self._timer = None

    def _end_of_patience(self) -> None:
        self._timer = None
        self._close()

    def _close(self) -> None:
        if not self._is_answering() and not self.transport.is_closing():
            self.transport.close()
