"""Visitors without a browser: they open an app's page as browsers do and speak its widgets' own protocol."""

from __future__ import annotations

import asyncio
import json
import re
import uuid
from collections.abc import Sequence
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
_LARGEST = 2**26


@dataclass
class Page:
    """A page of Voila that is open. url: of the server."""

    url: str
    patience_s: float
    kernel: str = ""
    _session: str = field(default_factory=lambda: uuid.uuid4().hex)
    _socket: WebSocketClientConnection | None = None

    async def opened(self, notebook: str) -> dict[str, Any]:
        """The states of all its widgets, by id, once it has run."""
        AsyncHTTPClient.configure(None, max_clients=100)
        address = f"{self.url}/voila/render/{notebook}"
        page = await AsyncHTTPClient().fetch(
            address, request_timeout=self.patience_s, connect_timeout=self.patience_s
        )
        found = _CONFIG.search(page.body.decode())
        assert found, page.body[-2000:]
        self.kernel = json.loads(found[1])["kernelId"]
        socket = self.url.replace("http", "ws", 1)
        self._socket = await websocket_connect(
            f"{socket}/api/kernels/{self.kernel}/channels?session_id={self._session}",
            max_message_size=_LARGEST,
        )
        comm = uuid.uuid4().hex  # as ipywidgets' own manager asks
        opening = {"comm_id": comm, "target_name": "jupyter.widget.control", "data": {}}
        await self._send("comm_open", opening, {"version": "1.0.0"})
        await self._send("comm_msg", {"comm_id": comm, "data": {"method": "request_states"}})
        while True:
            content = await self.next()
            if content.get("comm_id") == comm and content["data"].get("method") == "update_states":
                return dict(content["data"]["states"])

    async def set(
        self,
        widget: str,
        state: dict[str, Any],
        paths: Sequence[Sequence[str | int]] = (),
        buffers: Sequence[bytes] = (),
    ) -> None:
        """The page changes values of a widget; paths say where in them the buffers belong."""
        data = {"method": "update", "state": state, "buffer_paths": [list(path) for path in paths]}
        await self._send("comm_msg", {"comm_id": widget, "data": data}, buffers=list(buffers))

    async def tell(self, widget: str, message: dict[str, Any], *buffers: bytes) -> None:
        """The page sends a widget a message of its own."""
        data = {"method": "custom", "content": message}
        await self._send("comm_msg", {"comm_id": widget, "data": data}, buffers=list(buffers))

    async def leave(self) -> None:
        """The page is closed, as by a browser: its last request ends its kernel."""
        await AsyncHTTPClient().fetch(f"{self.url}/voila/api/shutdown/{self.kernel}", method="POST", body=b"")
        if self._socket is not None:
            self._socket.close()

    async def next(self) -> dict[str, Any]:
        """The content of what the kernel says next."""
        assert self._socket is not None
        data = await asyncio.wait_for(self._socket.read_message(), self.patience_s)
        assert data is not None, "the server closed the connection"
        message = deserialize_binary_message(data) if isinstance(data, bytes) else json.loads(data)
        return dict(message["content"])

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


class Visitor:
    """Somebody at an app that tellapart exported."""

    def __init__(self, url: str, patience_s: float) -> None:
        self._page = Page(url, patience_s)
        self._upload = ""
        self._piece_bytes = 0

    async def open(self) -> None:
        """Its page, drawn."""
        states = await self._page.opened("app.ipynb")
        (self._upload,) = [name for name, one in states.items() if "is_for_visitors" in one["state"]]
        self._piece_bytes = states[self._upload]["state"]["piece_bytes"]
        await self._page.set(self._upload, {"is_drawn": True})

    async def leave(self) -> None:
        """It closes its page."""
        await self._page.leave()

    async def answer_to(self, picture: Path) -> str:
        """The HTML of the answer to a picture; the page is opened where it is not."""
        if not self._upload:
            await self.open()
        data, batch = picture.read_bytes(), uuid.uuid4().hex
        announced = [{"id": 0, "path": picture.name, "size": len(data)}]
        tell = self._page.tell
        if len(data) <= self._piece_bytes:
            await tell(self._upload, {"t": "whole", "batch": batch, "files": announced}, data)
        else:  # see sending.js
            await self._in_pieces(batch, announced, data)
        while True:
            found = json.dumps((await self._page.next()).get("data", {}), ensure_ascii=False)
            if "ta-answer" in found and "ta-share" in found and picture.name in found:
                return found

    async def _in_pieces(self, batch: str, announced: list[dict[str, Any]], data: bytes) -> None:
        tell, size = self._page.tell, self._piece_bytes
        starts = range(0, len(data), size)
        await tell(self._upload, {"t": "announce", "batch": batch, "files": announced, "more": False})
        for n, off in enumerate(starts):
            piece = data[off : off + size]
            pieces = [{"id": 0, "off": off, "size": len(piece)}]
            await tell(self._upload, {"t": "pieces", "batch": batch, "n": n, "pieces": pieces}, piece)
        await self._said("go")
        for _ in starts:
            await self._said("at")
        await tell(self._upload, {"t": "end", "batch": batch})

    async def _said(self, kind: str) -> None:
        while True:
            content = await self._page.next()
            if content.get("comm_id") == self._upload and content["data"].get("content", {}).get("t") == kind:
                return


class ClassicVisitor:
    """Somebody at the app of the fast.ai lesson: `FileUpload`, a button "Classify", a label."""

    def __init__(self, url: str, patience_s: float) -> None:
        self._page = Page(url, patience_s)
        self._widgets: dict[str, str] = {}

    async def open(self) -> None:
        """Its page, drawn."""
        states = await self._page.opened("app.ipynb")
        kinds = {"FileUploadModel": "upload", "ButtonModel": "button", "LabelModel": "label"}
        for name, one in states.items():
            is_heading = one["state"].get("_model_name") == "LabelModel" and one["state"].get("value")
            if one["state"].get("_model_name") in kinds and not is_heading:
                self._widgets[kinds[one["state"]["_model_name"]]] = name

    async def leave(self) -> None:
        """It closes its page."""
        await self._page.leave()

    async def answer_to(self, picture: Path) -> str:
        """The text of the label after a picture was uploaded and the button pressed."""
        if not self._widgets:
            await self.open()
        data = picture.read_bytes()
        file = {"name": picture.name, "type": "image/jpeg", "size": len(data), "last_modified": 0}
        await self._page.set(
            self._widgets["upload"], {"value": [file], "error": ""}, [("value", 0, "content")], [data]
        )
        await self._page.tell(self._widgets["button"], {"event": "click"})
        while True:
            content = await self._page.next()
            if content.get("comm_id") == self._widgets["label"] and content["data"]["method"] == "update":
                said = str(content["data"]["state"].get("value", ""))
                if picture.name in said:
                    return said
