"""The service as a process: it listens, answers, and stops without losing an answer."""

from __future__ import annotations

import asyncio
import os
import socket
from pathlib import Path
from types import FrameType
from typing import Any

import uvicorn

from tellapart.classify import Predictor
from tellapart.errors import ServiceError
from tellapart.service.app import ClassifierService
from tellapart.service.connections import Connection
from tellapart.service.log import log_to_standard_output, say
from tellapart.service.settings import Settings

_MAX_CONNECTIONS = 512


def serve(bundle_dir: Path, settings: Settings, host: str, port: int, is_own: bool = False) -> None:
    """Answer until the process gets SIGTERM or SIGINT (Ctrl+C).

    Args:
        port: 0 for any that is free; the first line of the log says which.
        is_own: the bundle was checked where it was made, so it is not tried once more; see `load_bundle`.
    Raises:
        BundleError: the bundle cannot be used.
        ServiceError: nobody can listen there.
    """
    predictor = Predictor(bundle_dir, is_own=is_own, keeps_memory=True, gives_sketches=True)
    listener = _listener(host, port)
    log_to_standard_output()
    service = ClassifierService(predictor, settings)
    limits = settings.limits
    config = uvicorn.Config(
        service.app,
        http=type("LimitedConnection", (Connection,), {"header_s": limits.header_s}),
        ws="none",
        lifespan="on",
        log_config=None,
        access_log=False,
        proxy_headers=False,
        server_header=False,
        limit_concurrency=_MAX_CONNECTIONS,
        timeout_graceful_shutdown=round(limits.stop_s),
    )
    _Server(config, service, listener).run(sockets=[listener])


def _listener(host: str, port: int) -> socket.socket:
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    listener = socket.socket(family)
    try:
        if os.name == "posix":  # after a kill, the old connections keep the port for a while
            listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        listener.bind((host.strip("[]"), port))
    except (OSError, OverflowError) as error:
        listener.close()
        reason = getattr(error, "strerror", None) or error
        raise ServiceError(
            f"Nobody can listen at {host}, port {port}: {reason}. Choose another port (--port)."
        ) from error
    return listener


class _Server(uvicorn.Server):
    """uvicorn that says where it listens, and takes in who stands at the door before it closes it."""

    def __init__(self, config: uvicorn.Config, service: ClassifierService, listener: socket.socket):
        super().__init__(config)
        self._service, self._listener = service, listener

    async def startup(self, sockets: list[socket.socket] | None = None) -> None:
        await super().startup(sockets)
        if self.started:
            host, port = self._listener.getsockname()[:2]
            url = f"http://[{host}]:{port}" if ":" in host else f"http://{host}:{port}"
            say(
                "listening",
                url=url,
                text=f"Answering at {url}; what it takes is at {url}/docs. Stop it with Ctrl+C.",
            )

    async def shutdown(self, sockets: list[socket.socket] | None = None) -> None:
        await self._take_in_the_last()
        await super().shutdown(sockets)
        say("stopped")

    async def _take_in_the_last(self) -> None:
        """To close a listening socket would break the connections that the system has made and nobody accepted yet."""
        loop = asyncio.get_running_loop()
        make: Any = self.config.http_protocol_class
        while True:
            try:
                connection, _ = self._listener.accept()
            except OSError:  # nobody is left
                return
            connection.setblocking(False)
            await loop.connect_accepted_socket(
                lambda: make(
                    config=self.config,
                    server_state=self.server_state,
                    app_state=self.lifespan.state,
                    _loop=loop,
                ),
                connection,
            )

    def handle_exit(self, sig: int, frame: FrameType | None) -> None:
        """The first signal stops gently, the second at once. Neither is raised again: to stop is no failure."""
        self.force_exit = self.should_exit
        self.should_exit = self._service.stopping.has_begun = True
