"""Download: a button that saves a file of this computer where the browser is, which may be another one."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from pathlib import Path
from typing import Any

import anywidget
from traitlets import Unicode

from tellapart_dashboards.app.event_loop import soon
from tellapart_dashboards.app.wording import error_sentence
from tellapart_dashboards.widgets import BUILT

PIECE_BYTES = 2**20
MAX_BYTES = 300_000_000  # the browser holds the whole file before it saves it


class Download(anywidget.AnyWidget):
    """Sends the offered file, and no other, piece by piece as the page asks for it; "" for the name hides the button.

    description: what stands on the button. make: makes the file anew whenever it is asked for, under the name that
    file_name says.
    """

    _esm = BUILT / "download.js"
    _css = Path(__file__).parent / "download.css"
    description = Unicode("Download").tag(sync=True)
    file_name = Unicode("").tag(sync=True)

    def __init__(self, make: Callable[[], Awaitable[Path]] | None = None, **traits: Any) -> None:
        super().__init__(**traits)
        self._file: Path | None = None
        self._make = make
        self.on_msg(lambda _widget, message, _buffers: soon(self.receive(message)))

    def offer(self, file: Path | None) -> None:
        """Have this file saved when the button is pressed; None for none."""
        self._file = file
        self.file_name = "" if file is None else file.name

    async def receive(self, message: dict[str, Any]) -> None:
        """Send the piece that the page asks for, or say why there is none."""
        offset = message.get("off")
        if message.get("t") != "ask" or not isinstance(offset, int) or not 0 <= offset <= MAX_BYTES:
            return
        if offset == 0 and self._make is not None:
            try:
                self._file = await self._make()
            except Exception as error:  # the page must say it: nobody sees a task's traceback
                self.send({"t": "refused", "reason": error_sentence(error)})
                return
        file = self._file
        try:
            if file is None:
                raise FileNotFoundError(2, "it is no longer there")
            n_bytes, piece = await asyncio.to_thread(_piece, file, offset)
        except OSError as error:
            self.send({"t": "refused", "reason": f"The file cannot be read: {error.strerror or error}."})
            return
        if n_bytes > MAX_BYTES:
            self.send(
                {"t": "refused", "reason": "The file is too large to be saved by a page. Copy it instead."}
            )
            return
        self.send({"t": "piece", "off": offset, "total": n_bytes}, [piece])


def _piece(file: Path, offset: int) -> tuple[int, bytes]:
    """Bytes of the whole file, and those from the offset on."""
    with file.open("rb") as opened:
        n_bytes = opened.seek(0, 2)
        opened.seek(offset)
        return n_bytes, opened.read(PIECE_BYTES)
