"""The studio's server for visitors: a password in front, a project for each, and no page of one for another."""

from __future__ import annotations

import asyncio
import math
import ssl
import time
from collections import deque
from contextvars import ContextVar
from pathlib import Path
from typing import Any

from jupyter_server.auth.identity import PasswordIdentityProvider, User
from jupyter_server.services.kernels.handlers import KernelHandler
from tellapart.errors import TellapartError
from tellapart.runs import VISITOR
from tellapart.workspace.addresses import name_in
from tellapart.workspace.names import SAMPLE
from tornado.web import HTTPError
from traitlets import Instance, Int, Unicode
from voila.shutdown_kernel_handler import VoilaShutdownKernelHandler
from voila.tornado.handler import TornadoVoilaHandler
from voila.tornado.kernel_websocket_handler import VoilaKernelWebsocketHandler

from tellapart_dashboards.app.launcher import PROJECT_VARIABLE
from tellapart_dashboards.app.public.visiting import Visitors
from tellapart_dashboards.app.server import LimitedKernels, StudioServer

_visitor: ContextVar[str] = ContextVar("visitor")
_MINUTE_S = 60.0


class OnePassword(PasswordIdentityProvider):
    """One password for all; who signs in gets a name of their own, which a signed cookie keeps. Who guesses is stopped:
    after so many wrong ones in a minute, whoever they came from, none is looked at until the minute is over."""

    allow_password_change = False
    need_token = False  # nobody gets in by a token
    most_wrong = Int(30, min=1, config=True, help="Wrong passwords a minute, of all visitors together.")

    def __init__(self, **options: Any) -> None:
        super().__init__(**options)
        self._wrong_at: deque[float] = deque()

    def process_login_form(self, handler: Any) -> User | None:
        """The visitor, where the password is right.

        Raises:
            HTTPError: 429, there were too many wrong ones.
        """
        now = time.monotonic()
        while self._wrong_at and now - self._wrong_at[0] >= _MINUTE_S:
            self._wrong_at.popleft()
        if len(self._wrong_at) >= self.most_wrong:
            wait_s = math.ceil(_MINUTE_S - (now - self._wrong_at[0]))
            handler.set_header("Retry-After", str(wait_s))
            raise HTTPError(
                429,
                f"{self.most_wrong} wrong passwords came within a minute, so none is looked at now. Try again in "
                f"{wait_s} seconds",
            )
        visitor = super().process_login_form(handler)
        if visitor is None:
            self._wrong_at.append(now)
        return visitor


class VisitorKernels(LimitedKernels):
    """Pages of visitors: each kernel works on its visitor's project."""

    visitors = Instance(Visitors)
    max_each = Int(3, min=1, config=True, help="Pages that one visitor may have open at once.")

    def __init__(self, **options: Any) -> None:
        super().__init__(**options)
        server: Any = self.parent  # a `PublicServer`
        self.visitors = server.visitors
        self._owners: dict[str, str] = {}
        self._starting: list[str] = []

    def is_of(self, kernel_id: str, visitor: str) -> bool:
        """Whether that page is the visitor's."""
        return self._owners.get(kernel_id) == visitor

    async def start_kernel(self, **options: Any) -> str:  # type: ignore[override]
        """The id of a new kernel for the visitor who asks.

        Raises:
            HTTPError: 503, a limit is reached; the message is for the visitor.
        """
        visitor = _visitor.get()
        if not await self.has_room(lambda: self._n_pages_of(visitor) >= self.max_each):
            n = self.max_each
            which = (
                "a page of the studio open; close it"
                if n == 1
                else f"{n} pages of the studio open; close one"
            )
            raise HTTPError(503, f"You have {which}, then reload this one")
        self._starting.append(visitor)
        try:
            is_sample = name_in(options["env"].get("QUERY_STRING", "")) == SAMPLE
            project_dir = str(await asyncio.to_thread(self.visitors.project_of, visitor, is_sample))
            options["env"] = {**options["env"], PROJECT_VARIABLE: project_dir, VISITOR: project_dir}
            kernel_id = await super().start_kernel(**options)
            self._owners = {one: self._owners[one] for one in self.list_kernel_ids() if one in self._owners}
            self._owners[kernel_id] = visitor
            return kernel_id
        except TellapartError as error:
            raise HTTPError(503, str(error).replace("%", "%%")) from error
        finally:
            self._starting.remove(visitor)

    def _n_pages_of(self, visitor: str) -> int:
        is_open = sum(self.is_of(kernel_id, visitor) for kernel_id in self.list_kernel_ids())
        return is_open + self._starting.count(visitor)


class _VisitorPage(TornadoVoilaHandler):
    async def get(self, path: str | None = None) -> None:
        """The page, whose kernel is started for who asks."""
        _visitor.set(self.current_user.username if self.current_user else "")
        await super().get(path)


def _own_only(handler: type[Any]) -> type[Any]:
    """The handler of a kernel, for its visitor alone."""

    class Own(handler):  # type: ignore[misc]
        async def prepare(self) -> None:
            await super().prepare()
            kernel_id = next(iter([*self.path_args, *self.path_kwargs.values()]), "")
            user = self.current_user
            if user is not None and not self.kernel_manager.is_of(_text(kernel_id), user.username):
                raise HTTPError(404)

    return Own


_OWN = {
    one: _own_only(one) for one in (KernelHandler, VoilaKernelWebsocketHandler, VoilaShutdownKernelHandler)
}
_OWN[TornadoVoilaHandler] = _VisitorPage


class PublicServer(StudioServer):
    """The studio's server, with a visitor behind every request."""

    visitors: Visitors
    certificate = Unicode("", config=True, help="With it and its key the server speaks TLS: a file.")
    private_key = Unicode("", config=True)

    def init_handlers(self) -> list[Any]:
        """Those of the studio, with ours in the place of those that start or reach a kernel."""
        handlers = []
        for one in super().init_handlers():
            is_tuple = isinstance(one, tuple)
            handlers.append((one[0], _OWN.get(one[1], one[1]), *one[2:]) if is_tuple else one)
        return handlers

    def tls(self) -> ssl.SSLContext | None:
        """Of the certificate, where there is one."""
        return tls(Path(self.certificate), Path(self.private_key)) if self.certificate else None


def tls(certificate: Path, private_key: Path) -> ssl.SSLContext:
    """What a server needs to speak TLS.

    Raises:
        OSError, ssl.SSLError: the files cannot be read, or do not belong together.
    """
    context = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
    context.load_cert_chain(certificate, private_key)
    return context


def _text(value: str | bytes) -> str:
    return value.decode() if isinstance(value, bytes) else value
