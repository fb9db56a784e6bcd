"""Visitors without a browser: they open an app's page as browsers do and speak its widgets' own protocol."""

from __future__ import annotations

import asyncio
import json
import re
import uuid
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from jupyter_server.services.kernels.connection.base import (
    deserialize_binary_message,
    serialize_binary_message,
)
from tornado.httpclient import AsyncHTTPClient
from tornado.websocket import WebSocketClientConnection, websocket_connect

_CONFIG = re.compile(r'id="jupyter-config-data"[^>]*>(.*?)</script>', re.DOTALL)


@dataclass
class Visitor:
    """One open page. url: of the server."""

    url: str
    patience_s: float
    _session: str = field(default_factory=lambda: uuid.uuid4().hex)
    _socket: WebSocketClientConnection | None = None

    async def answer_to(self, picture: Path) -> str:
        """The HTML of the answer to a picture, by a page that is opened now and left afterwards."""
        AsyncHTTPClient.configure(None, max_clients=100)
        client = AsyncHTTPClient()
        page = await client.fetch(
            f"{self.url}/voila/render/app.ipynb",
            request_timeout=self.patience_s,
            connect_timeout=self.patience_s,
        )
        found = _CONFIG.search(page.body.decode())
        assert found, page.body[-2000:]
        kernel = json.loads(found[1])["kernelId"]
        address = self.url.replace("http", "ws", 1)
        self._socket = await websocket_connect(
            f"{address}/api/kernels/{kernel}/channels?session_id={self._session}", max_message_size=2**26
        )
        states = await self._states()
        (upload,) = [name for name, one in states.items() if "is_for_visitors" in one["state"]]
        return await self._uploaded(upload, picture)

    async def _states(self) -> dict[str, Any]:
        """All widgets of the page, asked for as ipywidgets' own manager does."""
        comm = uuid.uuid4().hex
        await self._send(
            "comm_open",
            {"comm_id": comm, "target_name": "jupyter.widget.control", "data": {}},
            {"version": "1.0.0"},
        )
        await self._send("comm_msg", {"comm_id": comm, "data": {"method": "request_states"}})
        while True:
            content = await self._next()
            if content.get("comm_id") == comm and content["data"].get("method") == "update_states":
                return dict(content["data"]["states"])

    async def _uploaded(self, upload: str, picture: Path) -> str:
        data = picture.read_bytes()
        say = {"comm_id": upload, "data": {"method": "custom"}}

        async def tell(message: dict[str, Any], *buffers: bytes) -> None:
            await self._send(
                "comm_msg", {**say, "data": {"method": "custom", "content": message}}, buffers=list(buffers)
            )

        announced = [{"id": 0, "path": picture.name, "size": len(data)}]
        await tell({"t": "announce", "batch": "b", "files": announced, "more": False})
        await self._said(upload, "go")
        await tell(
            {"t": "pieces", "batch": "b", "n": 1, "pieces": [{"id": 0, "off": 0, "size": len(data)}]}, data
        )
        await self._said(upload, "at")
        await tell({"t": "end", "batch": "b"})
        while True:
            found = json.dumps((await self._next()).get("data", {}), ensure_ascii=False)
            if "ta-answer" in found and "ta-share" in found:
                return found

    async def _said(self, upload: str, kind: str) -> None:
        while True:
            content = await self._next()
            if content.get("comm_id") == upload and content["data"].get("content", {}).get("t") == kind:
                return

    async def _send(
        self,
        kind: str,
        content: dict[str, Any],
        metadata: dict[str, Any] | None = None,
        buffers: list[bytes] | None = None,
    ) -> None:
        assert self._socket is not None
        header = {
            "msg_id": uuid.uuid4().hex, "msg_type": kind, "username": "", "session": self._session, "version": "5.3",
            "date": "2026-01-01T00:00:00Z",
        }  # fmt: skip
        message = {
            "header": header, "parent_header": {}, "metadata": metadata or {}, "content": content, "channel": "shell",
            "buffers": buffers or [],
        }  # fmt: skip
        if buffers:
            await self._socket.write_message(serialize_binary_message(message), binary=True)
        else:
            await self._socket.write_message(json.dumps(message))

    async def _next(self) -> dict[str, Any]:
        assert self._socket is not None
        data = await asyncio.wait_for(self._socket.read_message(), self.patience_s)
        assert data is not None, "the server closed the connection"
        message = deserialize_binary_message(data) if isinstance(data, bytes) else json.loads(data)
        return dict(message["content"])
