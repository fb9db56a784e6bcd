"""The entrance: how many requests are inside at once, and how many bytes their bodies hold in memory."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

from tellapart.service.request_errors import RequestCode, RequestError
from tellapart.service.settings import Limits

_RETRY_AFTER_S = 1


class Entrance:
    """Lets requests in while there is room. Used on the event loop alone, so it needs no lock."""

    def __init__(self, limits: Limits):
        self._limits = limits
        self.n_inside = 0
        self.n_bytes = 0

    @contextmanager
    def place(self) -> Iterator[Seat]:
        """A place inside until the block ends.

        Raises:
            RequestError: there is none.
        """
        if self.n_inside >= self._limits.n_waiting:
            raise self.busy()
        place = Seat(self)
        self.n_inside += 1
        try:
            yield place
        finally:
            self.n_inside -= 1
            self.n_bytes -= place.n_bytes

    def busy(self) -> RequestError:
        """What to tell a request for which there is no room."""
        return RequestError(
            503,
            RequestCode.BUSY,
            f"{self.n_inside} requests are being answered; there is no room for more. Ask again in a second.",
            {"Retry-After": str(_RETRY_AFTER_S)},
            waiting=self.n_inside,
        )

    def has_room_for(self, n_bytes: int) -> bool:
        """Whether so many bytes more may be held."""
        return self.n_bytes + n_bytes <= self._limits.held_bytes


class Seat:
    """One request's place, and the bytes it holds."""

    def __init__(self, entrance: Entrance):
        self._entrance = entrance
        self.n_bytes = 0

    def hold(self, n_bytes: int) -> None:
        """Hold so many bytes more.

        Raises:
            RequestError: all requests together would hold too many.
        """
        if not self._entrance.has_room_for(n_bytes):
            raise self._entrance.busy()
        self.n_bytes += n_bytes
        self._entrance.n_bytes += n_bytes
