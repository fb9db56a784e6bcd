"""Connections that go where they were checked to go: a name is looked up once, every number it stands for is checked,
and the connection is made to one of those numbers. Nobody can change the answer between the check and the connect.

The only module that knows httpcore, which httpx stands on; what it raises is named by `failure_of`.
"""

from __future__ import annotations

import asyncio
import contextlib
import ipaddress
import select
import socket
import ssl
import threading
import time
from collections.abc import AsyncIterator, Iterable, Iterator
from typing import Any

import httpcore
import httpx
from httpcore import AsyncNetworkBackend, AsyncNetworkStream

from tellapart.web.addresses import AddressGuard, IPAddress
from tellapart.web.failures import NetworkFailure

NETWORK_ERRORS = (httpcore.NetworkError, httpcore.TimeoutException, httpcore.ProtocolError, httpx.HTTPError)
_MOST_NUMBERS = 4  # of one name that are tried
_LOOK_EVERY_S = 1.0


class NameUnknownError(httpcore.ConnectError):
    """A server's name stands for no number."""


def failure_of(error: Exception) -> NetworkFailure:
    """What one of NETWORK_ERRORS says went wrong."""
    if any(isinstance(cause, ssl.SSLError) for cause in _causes(error)):
        return NetworkFailure.TLS
    if isinstance(error, NameUnknownError):
        return NetworkFailure.NAME_UNKNOWN
    if isinstance(error, (httpcore.ConnectError, httpx.ConnectError)):
        return NetworkFailure.UNREACHABLE
    if isinstance(error, (httpcore.ConnectTimeout, httpx.ConnectTimeout)):
        return NetworkFailure.CONNECT_TIMEOUT
    if isinstance(error, (httpcore.TimeoutException, httpx.TimeoutException)):
        return NetworkFailure.SILENT
    return NetworkFailure.BROKEN_OFF


def _causes(error: BaseException | None) -> Iterator[BaseException]:
    """The error and what led to it."""
    while error is not None:
        yield error
        error = error.__cause__ or error.__context__


class GuardedTransport(httpx.AsyncBaseTransport):
    """How httpx reaches servers: through `AddressGuard`, without proxies, which would look names up by themselves.

    HTTP/1.1 only: a picture that is cut off because it is too large would clog the connection that it shares with
    others in HTTP/2, and the few connections that a host gets stay open between pictures.
    """

    def __init__(self, guard: AddressGuard, n_connections: int):
        self._pool = httpcore.AsyncConnectionPool(
            ssl_context=httpx.create_ssl_context(),
            max_connections=n_connections,
            max_keepalive_connections=n_connections,
            keepalive_expiry=10.0,
            network_backend=_GuardedNetwork(guard),
        )

    async def handle_async_request(self, request: httpx.Request) -> httpx.Response:
        """Send one request; httpcore's own errors pass through."""
        url = httpcore.URL(
            scheme=request.url.raw_scheme,
            host=request.url.raw_host,
            port=request.url.port,
            target=request.url.raw_path,
        )
        response = await self._pool.handle_async_request(
            httpcore.Request(
                request.method,
                url,
                headers=request.headers.raw,
                content=request.stream,
                extensions=request.extensions,
            )
        )
        return httpx.Response(
            response.status, headers=response.headers, stream=_Body(response), extensions=response.extensions
        )

    async def aclose(self) -> None:
        """Close every connection."""
        await self._pool.aclose()


class _Body(httpx.AsyncByteStream):
    def __init__(self, response: httpcore.Response):
        self._response = response

    async def __aiter__(self) -> AsyncIterator[bytes]:
        async for chunk in self._response.aiter_stream():
            yield chunk

    async def aclose(self) -> None:
        await self._response.aclose()


class _GuardedNetwork(AsyncNetworkBackend):
    """Opens connections to the numbers that were checked."""

    def __init__(self, guard: AddressGuard):
        self._guard = guard
        self._plain = httpcore.AnyIOBackend()

    async def connect_tcp(
        self,
        host: str,
        port: int,
        timeout: float | None = None,
        local_address: str | None = None,
        socket_options: Iterable[Any] | None = None,
    ) -> AsyncNetworkStream:
        """Look up, check all, connect to the first that answers. TLS still checks the name, not the number."""
        numbers = await _look_up(host, port, timeout)
        for number in numbers:
            self._guard.check_ip(number)
        for number in numbers[:_MOST_NUMBERS]:
            try:
                stream = await self._plain.connect_tcp(
                    str(number), port, timeout, local_address, socket_options
                )
                return _Stream(stream, stream.get_extra_info("socket"))
            except (httpcore.ConnectError, httpcore.ConnectTimeout) as error:
                failure = error
        raise failure

    async def connect_unix_socket(self, *_: Any, **__: Any) -> AsyncNetworkStream:
        """Never: the web has none."""
        raise httpcore.ConnectError("no web address")

    async def sleep(self, seconds: float) -> None:
        """Wait."""
        await asyncio.sleep(seconds)


class _Stream(AsyncNetworkStream):
    """A connection that says quickly whether its server has hung up.

    The pool asks all connections before every request, and each look at a socket lets another thread have the
    interpreter, for as long as that decodes a picture. So a look counts for a moment; a request that meets a connection
    closed in just that moment is tried again.
    """

    def __init__(self, stream: AsyncNetworkStream, raw: socket.socket):
        self._stream, self._raw = stream, raw
        self._looked_at = time.monotonic()

    async def read(self, max_bytes: int, timeout: float | None = None) -> bytes:
        """What has come; b"" at the end."""
        return await self._stream.read(max_bytes, timeout)

    async def write(self, buffer: bytes, timeout: float | None = None) -> None:
        """Send."""
        await self._stream.write(buffer, timeout)

    async def aclose(self) -> None:
        """Hang up."""
        await self._stream.aclose()

    async def start_tls(
        self, ssl_context: ssl.SSLContext, server_hostname: str | None = None, timeout: float | None = None
    ) -> AsyncNetworkStream:
        """The same connection, encrypted."""
        return _Stream(await self._stream.start_tls(ssl_context, server_hostname, timeout), self._raw)

    def get_extra_info(self, info: str) -> Any:
        """What httpcore asks of a connection; `is_readable` while nothing is expected means that it was closed."""
        if info != "is_readable":
            return self._stream.get_extra_info(info)
        if time.monotonic() - self._looked_at < _LOOK_EVERY_S:
            return False
        self._looked_at = time.monotonic()
        return _is_readable(self._raw)


def _is_readable(raw: socket.socket) -> bool:
    if raw.fileno() < 0:
        return True
    if hasattr(select, "poll"):
        poll = select.poll()
        poll.register(raw, select.POLLIN)
        return bool(poll.poll(0))
    return bool(select.select([raw], [], [], 0)[0])  # Windows, where a number has no upper limit


async def _look_up(host: str, port: int, timeout: float | None) -> list[IPAddress]:
    """The numbers a name stands for. On a thread of its own that nobody waits for when the work is cancelled."""
    loop = asyncio.get_running_loop()
    answer: asyncio.Future[list[Any] | OSError] = loop.create_future()

    def ask() -> None:
        found: list[Any] | OSError
        try:
            found = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)
        except OSError as error:
            found = error
        except UnicodeError as error:
            found = OSError(str(error))
        with contextlib.suppress(RuntimeError):  # the loop is closed: cancelled meanwhile
            loop.call_soon_threadsafe(give, found)

    def give(found: list[Any] | OSError) -> None:
        if not answer.done():
            answer.set_result(found)

    threading.Thread(target=ask, daemon=True, name="look-up").start()
    try:
        found = await asyncio.wait_for(answer, timeout)
    except asyncio.TimeoutError as error:
        raise httpcore.ConnectTimeout(f"the name {host} was not found in time") from error
    if isinstance(found, OSError):
        raise NameUnknownError(f"the name {host} is not known") from found
    numbers = [ipaddress.ip_address(address[0].partition("%")[0]) for *_, address in found]
    return list(dict.fromkeys(numbers))
