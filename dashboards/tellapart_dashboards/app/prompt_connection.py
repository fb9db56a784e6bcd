"""The connection between a page and its kernel, without waiting for more to send.

A server of Tornado holds a small message back while the one before it is not acknowledged, and browsers acknowledge
after up to 40 ms (Nagle's algorithm and delayed acknowledgements, see `WebSocketHandler.set_nodelay` in Tornado's
documentation). A kernel says two or three small things for each that a page says, so every step waited that long.
"""

from __future__ import annotations

import asyncio

from jupyter_server.services.kernels.connection.channels import ZMQChannelsWebsocketConnection


class PromptConnection(ZMQChannelsWebsocketConnection):
    """Jupyter's own, which sends each message at once."""

    def connect(self) -> asyncio.Future[None] | None:  # type: ignore[override]  # what older versions do not say
        """As Jupyter's own."""
        self.websocket_handler.set_nodelay(True)
        return super().connect()
