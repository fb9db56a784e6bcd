"""The pictures in a request's body, one or many, read within limits of bytes, count and time."""

from __future__ import annotations

import asyncio
import time
from collections.abc import AsyncIterator

from python_multipart.multipart import parse_options_header
from starlette.requests import ClientDisconnect, Request

from tellapart.service.entrance import Seat
from tellapart.service.reading.parts import Parts
from tellapart.service.request_errors import RequestCode, RequestError
from tellapart.service.settings import Limits

_RAW = ("", "application/octet-stream")


async def pictures_of(request: Request, limits: Limits, place: Seat) -> list[bytes]:
    """The pictures that a request brings, in order; at least one.

    Raises:
        RequestError: it brings none, too much, too slowly, or in a way that is not understood.
        ClientDisconnect: the client left.
    """
    body = Body(request, limits, place)
    kind, options = parse_options_header(request.headers.get("content-type", ""))
    name = kind.decode("latin-1").lower()
    if name == "multipart/form-data":
        pictures = await _from_parts(body, options.get(b"boundary", b""), limits)
    elif name in _RAW or name.startswith("image/"):
        pictures = await _raw(body, limits)
    else:
        raise RequestError(
            415,
            RequestCode.WRONG_TYPE,
            f"Content-Type is {name[:60]!r}. Send the bytes of a picture as application/octet-stream or image/…, or "
            "one or many pictures as files of multipart/form-data.",
        )
    if not pictures:
        raise RequestError(
            400, RequestCode.NO_PICTURE, "The request holds no picture. Send its bytes as the body."
        )
    return pictures


class Body:
    """The body of a request as it comes.

    Raises:
        RequestError: it says that it is longer than a request may be.
    """

    def __init__(self, request: Request, limits: Limits, place: Seat):
        self._request, self._limits, self._place = request, limits, place
        self._started = time.monotonic()
        self._n_bytes = 0
        self._is_whole = False

    async def chunks(self) -> AsyncIterator[bytes]:
        """Its parts, none of them empty."""
        said = self._request.headers.get("content-length", "")
        if said.isdecimal() and int(said) > self._limits.request_bytes:
            raise too_large("request", self._limits.request_bytes)
        while not self._is_whole:
            chunk = await self._next(
                self._started + self._limits.body_s + self._n_bytes / self._limits.slowest_bytes
            )
            self._n_bytes += len(chunk)
            if self._n_bytes > self._limits.request_bytes:
                raise too_large("request", self._limits.request_bytes)
            self._place.hold(len(chunk))
            if chunk:
                yield chunk

    async def _next(self, until: float) -> bytes:
        try:
            event = await asyncio.wait_for(self._request.receive(), max(0.0, until - time.monotonic()))
        except asyncio.TimeoutError:
            raise RequestError(
                408,
                RequestCode.TOO_SLOW,
                f"The body came too slowly: {self._n_bytes:,} bytes in {time.monotonic() - self._started:.0f} s. "
                "Send smaller pictures.",
            ) from None
        if event["type"] == "http.disconnect":
            raise ClientDisconnect
        self._is_whole = not event.get("more_body", False)
        return bytes(event.get("body", b""))


def too_large(what: str, limit: int) -> RequestError:
    """The refusal of a "request" or "picture" that has more bytes than it may have."""
    return RequestError(
        413,
        RequestCode.TOO_LARGE,
        f"The {what} is larger than {limit / 2**20:.0f} MB. Send smaller pictures, or fewer at once.",
        limit_bytes=limit,
    )


async def _raw(body: Body, limits: Limits) -> list[bytes]:
    found = bytearray()
    async for chunk in body.chunks():
        found += chunk
        if len(found) > limits.picture_bytes:
            raise too_large("picture", limits.picture_bytes)
    return [bytes(found)] if found else []


async def _from_parts(body: Body, boundary: bytes, limits: Limits) -> list[bytes]:
    parts = Parts(boundary, limits)
    async for chunk in body.chunks():
        parts.take(chunk)
        if parts.is_too_large:
            raise too_large("picture", limits.picture_bytes)
    return parts.files()
