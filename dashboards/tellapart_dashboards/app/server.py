"""The studio's server: Voila, which listens only to its own pages and runs a limited number of them."""

from __future__ import annotations

import asyncio
import contextlib
import html
import json
import re
import secrets
import signal
import socket
import ssl
import threading
from collections.abc import Callable
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import psutil
from jupyter_server.auth.decorator import allow_unauthenticated
from jupyter_server.base.handlers import JupyterHandler
from jupyter_server.services.kernels.kernelmanager import AsyncMappingKernelManager, ServerKernelManager
from tornado.httpserver import HTTPServer
from tornado.httputil import HTTPServerRequest
from tornado.ioloop import IOLoop
from tornado.routing import Matcher, Rule
from tornado.web import HTTPError
from traitlets import Callable as CallableTrait
from traitlets import Instance, Int, default
from voila.app import Voila

RENDER = "/voila/render/"
_TEMPLATES = "/voila/templates/"
_STATIC = re.compile(r"(tellapart|lab|base)/static/[\w./-]+")
HEALTH = "/healthz"
_PAGE_KERNEL = "tellapart_dashboards.app.page_kernel"
OPEN = "/open"  # where a browser is sent at the start, with the token
# Of a connection; a page talks through its websocket, which has limits of its own: bodies are forms and words.
REQUEST_LIMITS = {"max_body_size": 2**20, "body_timeout": 30, "idle_connection_timeout": 60}
_LOOK_S = 0.05
_LOOKS_TOLD, _LOOKS_ENDING = 10, 200  # half a second and ten, of a server that is not held up


class PageKernel(ServerKernelManager):
    """One page's kernel: `page_kernel` is started where notebooks have ipykernel's own program."""

    def format_kernel_cmd(self, extra_arguments: list[str] | None = None) -> list[str]:
        """The command line."""
        command = super().format_kernel_cmd(extra_arguments)
        return [_PAGE_KERNEL if one == "ipykernel_launcher" else one for one in command]


class PageKernels(AsyncMappingKernelManager):
    """The pages that are open, each with a `PageKernel`."""

    @default("kernel_manager_class")
    def _kernel_of_a_page(self) -> str:
        return f"{__name__}.{PageKernel.__name__}"


class LimitedKernels(PageKernels):
    """As many pages as fit into a computer: each is a process with the project and a network in it."""

    max_kernels = Int(12, min=1, config=True, help="Pages that may be open at once.")
    _n_starting = 0

    def __init__(self, **options: Any) -> None:
        super().__init__(**options)
        self._ending: set[str] = set()

    async def shutdown_kernel(self, kernel_id: str, *arguments: Any, **options: Any) -> None:  # type: ignore[override]
        """Nothing, once the page's process has ended."""
        self._ending.add(kernel_id)
        try:
            await super().shutdown_kernel(kernel_id, *arguments, **options)
        finally:
            self._ending.discard(kernel_id)

    async def has_room(self, is_full: Callable[[], bool]) -> bool:
        """Whether there is room, now or in a moment: a page that is loaded again begins before the process of the one
        that it was has ended, and sometimes before the server is told of that. Looks are counted and no seconds: what a
        server that was held up has not heard yet, it hears between two of them."""
        n_looks = 0
        while is_full():
            if n_looks >= (_LOOKS_ENDING if self._ending else _LOOKS_TOLD):
                return False
            n_looks += 1
            await asyncio.sleep(_LOOK_S)
        return True

    async def start_kernel(self, **options: Any) -> str:  # type: ignore[override]
        """The id of a new kernel.

        Raises:
            HTTPError: 503, as many as may be are open.
        """
        if not await self.has_room(lambda: len(self) + self._n_starting >= self.max_kernels):
            raise HTTPError(
                503, f"{self.max_kernels} pages of the studio are open; close one, then reload this one"
            )
        self._n_starting += 1
        try:
            return await super().start_kernel(**options)
        finally:
            self._n_starting -= 1


def is_own_request(request: HTTPServerRequest) -> bool:
    """Whether a page of this studio, or a person who typed an address, is behind it.

    Another page on this computer is of the same site, so cookies come along even when they are strict: browsers say
    who asks in the Sec-Fetch headers, which no page can change. Programs that are no browser send none of them.
    """
    headers = request.headers
    site = headers.get("Sec-Fetch-Site")
    if site is not None:
        is_own = site in ("same-origin", "none")
    else:  # a browser from before 2023
        senders = [headers[name] for name in ("Origin", "Referer") if headers.get(name)]
        is_own = all(urlsplit(sender).netloc.lower() == request.host.lower() for sender in senders)
    if not is_own or not request.path.startswith(RENDER):
        return is_own
    # Each page starts a process: only for somebody who will see it, not for an image, a frame, a script or a forecast.
    is_seen = headers.get("Sec-Fetch-Dest", "document") == "document"
    is_visit = headers.get("Sec-Fetch-Mode", "navigate") == "navigate"
    return is_seen and is_visit and "Sec-Purpose" not in headers and "Purpose" not in headers


class _Foreign(Matcher):
    def match(self, request: HTTPServerRequest) -> dict[str, Any] | None:
        return None if request.path == OPEN or is_own_request(request) else {}


class _NoPage(Matcher):
    """Addresses where nothing of ours is: Voila would answer some of them with an error of its own."""

    def __init__(self, names: frozenset[str]) -> None:
        self._names = names

    def match(self, request: HTTPServerRequest) -> dict[str, Any] | None:
        path = request.path
        if path.startswith(RENDER):
            return None if path.removeprefix(RENDER) in self._names else {}
        if path.startswith(_TEMPLATES):
            return None if _STATIC.fullmatch(path.removeprefix(_TEMPLATES)) else {}
        return {} if path.startswith(("/voila/api/contents", "/logout")) else None


class _Refused(JupyterHandler):
    """403 in our words, whatever was asked and by whatever method."""

    @allow_unauthenticated
    async def prepare(self) -> None:  # type: ignore[override]  # nobody is sent to the login page from here
        self.set_status(403)
        self.finish(self.settings["jinja2_env"].get_template("elsewhere.html").render(base_url="/"))


class _Missing(JupyterHandler):
    """404 in our words."""

    @allow_unauthenticated
    async def prepare(self) -> None:  # type: ignore[override]  # nobody is sent to the login page from here
        self.set_status(404)
        self.finish(self.settings["jinja2_env"].get_template("404.html").render(base_url="/"))


class _Open(JupyterHandler):
    """Sends the browser that was started with the studio on to its page. It comes from a file, so it is a stranger to
    the page itself; what it was given is the token."""

    def initialize(self, names: frozenset[str]) -> None:
        self._names = names

    @allow_unauthenticated
    async def get(self) -> None:
        """A page that goes on by itself; 404 without the token."""
        token, name = self.get_query_argument("token", ""), self.get_query_argument("page", "studio.ipynb")
        if (
            not self.identity_provider.token
            or not secrets.compare_digest(token.encode(), self.identity_provider.token.encode())
            or name not in self._names
        ):
            raise HTTPError(404)
        address = f"{RENDER}{name}?token={token}"
        self.set_header("Cache-Control", "no-store")
        self.set_header("Referrer-Policy", "no-referrer")
        self.finish(
            f'<!DOCTYPE html><html lang="en"><title>tellapart</title><script>location.replace({json.dumps(address)})'
            f'</script><noscript><a href="{html.escape(address)}">Open the studio</a></noscript></html>'
        )


class _Health(JupyterHandler):
    """For whoever watches over the server: it answers, and how many pages are open."""

    @allow_unauthenticated
    async def get(self) -> None:
        """200 with JSON; 503 while as many pages are open as may be."""
        kernels: Any = self.kernel_manager  # a `LimitedKernels`
        n_open, n_most = len(kernels), kernels.max_kernels
        self.set_status(200 if n_open < n_most else 503)
        self.set_header("Content-Type", "application/json")
        self.set_header("Cache-Control", "no-store")
        self.finish(
            json.dumps({"status": "ok" if n_open < n_most else "full", "pages": n_open, "most": n_most})
        )


class StudioServer(Voila):
    """Voila with our rules in front of its own. place: where it listens; on_air: called once it answers there.
    lives_with: a process with which it ends."""

    place = Instance(socket.socket)
    on_air = CallableTrait()
    lives_with = Int(None, allow_none=True)

    def listen(self) -> None:
        """Serve until it is stopped."""

        def listen_there(_port: int, _host: str) -> None:  # Voila would look for a port by itself
            server = HTTPServer(self.app, ssl_options=self.tls(), **REQUEST_LIMITS)
            server.add_socket(self.place)

        self.app.listen = listen_there
        self.ioloop = IOLoop.current()
        self.ioloop.add_callback(self.on_air)
        self._end_in_time()
        super().listen()

    def _end_in_time(self) -> None:
        """Have it stop, its pages' processes with it, when its terminal is closed or the other process ends. Voila
        stops by itself when it is asked to terminate."""
        hangup = getattr(signal, "SIGHUP", None)  # Windows has none
        if hangup is not None and signal.getsignal(hangup) is not signal.SIG_IGN:  # as nohup has it
            signal.signal(hangup, self._handle_signal_stop)
        if self.lives_with is not None:
            threading.Thread(target=self._stop_after, args=(self.lives_with,), daemon=True).start()

    def _stop_after(self, process_id: int) -> None:
        with contextlib.suppress(psutil.NoSuchProcess):
            psutil.Process(process_id).wait()
        self.ioloop.add_callback(self.ioloop.stop)

    def tls(self) -> ssl.SSLContext | None:
        """What it speaks TLS with; None for a server that does not."""
        return None

    def init_handlers(self) -> list[Any]:
        """Our rules first: the first that fits answers."""
        names = frozenset(path.name for path in Path(self.root_dir).glob("*.ipynb"))
        return [
            Rule(_Foreign(), _Refused),
            (OPEN, _Open, {"names": names}),
            (HEALTH, _Health),
            Rule(_NoPage(names), _Missing),
            *super().init_handlers(),
        ]
