"""What every request passes first: its host, its origin and its key are checked; what became of it is counted and
logged."""

from __future__ import annotations

import hmac
import time
from urllib.parse import urlsplit

from starlette.datastructures import Headers, MutableHeaders
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from tellapart.corrections.asking import KEY_HEADER, KEY_VARIABLE
from tellapart.corrections.asking import ROUTE as CORRECTIONS
from tellapart.service.log import say
from tellapart.service.measures import Measures
from tellapart.service.reading.incoming import Incoming
from tellapart.service.request_errors import RequestCode, RequestError
from tellapart.service.settings import Settings

GUARDED = ("/predict", "/metrics")
_TOO_SLOW = 408
_METHODS = ("GET", "HEAD", "POST", "OPTIONS", "PUT", "DELETE", "PATCH")
_HEADERS = {
    "X-Content-Type-Options": "nosniff",
    "Cache-Control": "no-store",
    "Referrer-Policy": "same-origin",  # with less, the form of its own page would come from nowhere
    "X-Frame-Options": "DENY",
}


class Stopping:
    """Whether the service has been told to stop: it answers what still comes, and asks nobody to stay."""

    def __init__(self) -> None:
        self.has_begun = False


class Guard:
    """ASGI middleware around everything else. routes: paths that are named in figures and log; all others are "other",
    since a stranger may have made them up."""

    def __init__(
        self,
        app: ASGIApp,
        settings: Settings,
        measures: Measures,
        stopping: Stopping,
        routes: tuple[str, ...],
    ):
        self._app, self._settings, self._measures, self._stopping = app, settings, measures, stopping
        self._routes = routes

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        started, status = time.perf_counter(), 500
        state = scope.setdefault("state", {})
        headers = Headers(scope=scope)
        incoming = Incoming(receive, headers)

        async def note(event: Message) -> None:
            nonlocal status
            if event["type"] == "http.response.start":
                status = event["status"]
                if status >= 400 and status != _TOO_SLOW:
                    await incoming.discard()
                answered = MutableHeaders(scope=event)
                for name, value in _HEADERS.items():
                    answered.setdefault(name, value)
                if self._stopping.has_begun:
                    answered["Connection"] = "close"
            await send(event)

        try:
            try:
                self._check(scope["method"], scope["path"], headers)
            except RequestError as error:
                state["code"] = error.code
                await error.response()(scope, incoming.receive, note)
            else:
                await self._app(scope, incoming.receive, note)
        finally:
            self._count(scope, state, status, time.perf_counter() - started)

    def _check(self, method: str, path: str, headers: Headers) -> None:
        host = headers.get("host", "")
        if not _is_among(_without_port(host), self._settings.hosts):
            raise RequestError(
                421,
                RequestCode.FOREIGN_HOST,
                f"This service does not answer to the host {host[:100]!r}. Its owner can allow it.",
            )
        origin = headers.get("origin", "").lower()
        is_own = bool(origin) and _netloc(origin) == host.lower()
        if origin and not is_own and not _is_among(origin, self._settings.origins):
            raise RequestError(
                403,
                RequestCode.FOREIGN_ORIGIN,
                f"Pages of {origin[:100]!r} may not ask this service. Its owner can allow it.",
            )
        is_taking = path == CORRECTIONS and method != "POST"  # anybody may give one, only the owner gets them
        is_guarded = (
            path in GUARDED or is_taking
        ) and method != "OPTIONS"  # a browser asks first, without the key
        if self._settings.key and is_guarded and not self._has_key(headers):
            raise RequestError(
                401,
                RequestCode.WRONG_KEY,
                f"A key is needed: send it as the header {KEY_HEADER}, or as Authorization: Bearer KEY. It is what "
                f"the service's owner put into {KEY_VARIABLE}.",
                {"WWW-Authenticate": "Bearer"},
            )

    def _has_key(self, headers: Headers) -> bool:
        kind, _, bearer = headers.get("authorization", "").partition(" ")
        given = headers.get(KEY_HEADER) or (bearer.strip() if kind.lower() == "bearer" else "")
        return hmac.compare_digest(given.encode(), self._settings.key.encode())

    def _count(self, scope: Scope, state: dict[str, object], status: int, seconds: float) -> None:
        route = scope["path"] if scope["path"] in self._routes else "other"
        self._measures.requests.labels(route, str(status)).inc()
        self._measures.seconds.labels(route).observe(seconds)
        say(
            "request",
            method=scope["method"] if scope["method"] in _METHODS else "other",
            route=route,
            status=status,
            ms=round(1000 * seconds, 1),
            **{name: state[name] for name in ("code", "bytes", "pictures", "refused") if name in state},
        )


def _netloc(origin: str) -> str:
    """The host and port of an origin; "" where it is none."""
    try:
        return urlsplit(origin).netloc
    except ValueError:
        return ""


def _without_port(host: str) -> str:
    """The name in a Host header; of an IPv6 address the brackets stay."""
    name, _, port = host.lower().rpartition(":")
    return name if name and port.isdecimal() else host.lower()


def _is_among(value: str, allowed: tuple[str, ...]) -> bool:
    return value in allowed or "*" in allowed
