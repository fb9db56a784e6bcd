"""Uploads in pieces: Receiver writes what the page sends into a folder, UploadWidget is its face in the page.

One batch is what a person drops, pastes or chooses at once. A small one comes whole, in one message with one answer:
each waiting for an answer is felt, by visitors far away most. Of another the page announces names and sizes, waits for
"go", then sends messages with pieces of one or many files and gets for each file the next offset that is wanted. A
piece that does not fit there is ignored, so a lost, early or repeated one costs only its sending. A file has its name
only when complete, `.part` until then.
"""

from __future__ import annotations

import asyncio
import errno
import os
import re
import shutil
from collections import deque
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import anywidget
from tellapart.store.files.sizes import size_on_disk
from traitlets import Bool, Int, Unicode

from tellapart_dashboards.app.event_loop import Turn, result_of, soon
from tellapart_dashboards.widgets import BUILT
from tellapart_dashboards.widgets.upload.leftovers import remove_stale
from tellapart_dashboards.widgets.upload.messages import (
    MAX_BYTES,
    MAX_FILES,
    Announce,
    AnnouncedFile,
    End,
    Message,
    Pieces,
    Whole,
    batch_of,
    read,
)
from tellapart_dashboards.widgets.upload.safe_names import drawer, free_name, safe_parts

KEEP_FREE_BYTES = 512 * 2**20  # an upload never fills the disk to the brim
_MAX_BATCHES = 20  # of one page at once; it sends one after the other


@dataclass(frozen=True)
class UploadedFile:
    """One complete file. name: as the visitor has it; folders: those it lay in, outermost first, () when loose; label:
    of the place where it was dropped, "" elsewhere."""

    path: Path
    name: str
    folders: tuple[str, ...]
    n_bytes: int
    label: str = ""


@dataclass(frozen=True)
class UploadLimits:
    """What one upload may hold; instead: what a person with more does. counts_waiting: what was uploaded before and is
    still there counts as well."""

    n_files: int
    n_bytes: int
    instead: str
    counts_waiting: bool = False


ON_THIS_COMPUTER = UploadLimits(
    MAX_FILES, MAX_BYTES, "Put the folder on this computer and give its path instead."
)


@dataclass
class _Incoming:
    target: Path
    name: str
    folders: tuple[str, ...]
    n_bytes: int
    n_received: int = 0
    is_done: bool = False

    @property
    def part(self) -> Path:
        return self.target.with_name(self.target.name + ".part")

    def write(self, content: memoryview) -> None:
        """Append the content to what is there. Never more than was announced."""
        content = content[: self.n_bytes - self.n_received]
        self.part.parent.mkdir(parents=True, exist_ok=True)
        with self.part.open("r+b" if self.n_received else "wb") as part:
            part.seek(self.n_received)
            part.write(content)
        self.n_received += len(content)
        if self.n_received == self.n_bytes:
            self.part.replace(self.target)
            self.is_done = True


@dataclass
class _Batch:
    label: str = ""
    announced: list[AnnouncedFile] = field(default_factory=list)
    files: dict[int, _Incoming] = field(default_factory=dict)


class _RefusedError(Exception):
    """The upload as a whole is not taken; the text is for the visitor."""


class Receiver:
    """Takes the page's messages, keeps the files; knows nothing of widgets.

    folder: where batches go, one folder each: loose/ for single files, folders/ for what came in folders (the
        chosen folder itself is left out when there are folders inside it), zips/ for archives.
    is_awaited: whether a batch of an earlier page still waits for somebody; others are removed after a while.
    """

    def __init__(
        self,
        folder: Path,
        on_batch: Callable[[Path, list[UploadedFile]], None],
        limits: UploadLimits = ON_THIS_COMPUTER,
        is_awaited: Callable[[Path], bool] = lambda _: False,
    ) -> None:
        self.folder = folder
        self.on_batch = on_batch
        self._limits = limits
        self._batches: dict[str, _Batch] = {}
        self._ended: deque[tuple[str, int]] = deque(maxlen=_MAX_BATCHES)  # with how many files each kept
        remove_stale(folder, is_awaited)

    def receive(self, message: object, buffers: list[Any]) -> dict[str, Any] | None:
        """The answer to one message of the page, or None when there is nothing to say."""
        batch_id = batch_of(message)
        if not batch_id:
            return None
        try:
            return self._answer(read(message), buffers)
        except OSError as error:
            why = error.strerror or error
            reason = f"Cannot write to {self.folder}: {why}. Make room there, then upload again."
        except _RefusedError as error:
            reason = str(error)
        except ValueError as error:
            reason = (
                f"The page sent a message that the studio does not understand ({error}). Reload it and "
                "upload again."
            )
        self._forget(batch_id)
        return {"t": "refused", "batch": batch_id, "reason": reason}

    def _answer(self, message: Message, buffers: list[Any]) -> dict[str, Any] | None:
        if isinstance(message, Announce):
            return self._announce(message)
        if isinstance(message, Whole | End) and message.batch in dict(self._ended):
            return self._done(message.batch)  # the answer was lost on its way
        if isinstance(message, Whole):
            return self._take_whole(message, message.contents(buffers))
        if message.batch not in self._batches:
            return {"t": "lost", "batch": message.batch}
        if isinstance(message, Pieces):
            return self._take(message, message.contents(buffers))
        if isinstance(message, End):
            return self._end(message.batch)
        self._forget(message.batch)
        return None

    def _announce(self, message: Announce) -> dict[str, Any] | None:
        if message.batch not in self._batches and len(self._batches) >= _MAX_BATCHES:
            raise _RefusedError(
                f"{_MAX_BATCHES} uploads are running. Wait until one has finished, then try again."
            )
        batch = self._batches.setdefault(message.batch, _Batch(message.label))
        if batch.files:
            raise ValueError("the list of files came twice")
        batch.announced += message.files
        reason = self._too_much(len(batch.announced), sum(file.size for file in batch.announced))
        if reason:
            raise _RefusedError(reason)
        if message.more:
            return None
        paths = {file.id: safe_parts(file.path) for file in batch.announced}
        if len(paths) != len(batch.announced):
            raise ValueError("two files have one number")
        keep_root = max((len(parts) for parts in paths.values()), default=0) <= 2
        taken: set[str] = set()
        for file in batch.announced:
            parts = paths[file.id]
            folders = parts[:-1] if keep_root else parts[1:-1]
            target = free_name(
                self.folder / message.batch / drawer(parts[-1], folders) / Path(*folders) / parts[-1], taken
            )
            name = re.split(r"[/\\]", file.path)[-1]
            batch.files[file.id] = _Incoming(target, name, folders, file.size)
        return {"t": "go", "batch": message.batch}

    def _too_much(self, n_files: int, n_bytes: int) -> str:
        most = self._limits
        waiting = size_on_disk(self.folder) if most.counts_waiting else 0
        if waiting and waiting + n_bytes > most.n_bytes:
            return (
                f"{waiting / 1e6:,.0f} MB that were uploaded before still wait for a label; {n_bytes / 1e6:,.0f} MB "
                f"more are above {most.n_bytes / 1e6:,.0f} MB. Add them or throw them away first."
            )
        if n_files > most.n_files or n_bytes > most.n_bytes:
            return (
                f"{n_files:,} files with {n_bytes / 2**30:.1f} GB are too many for one upload; at most "
                f"{most.n_files:,} files and {most.n_bytes / 2**30:.3g} GB. {most.instead}"
            )
        self.folder.mkdir(parents=True, exist_ok=True)
        n_free = shutil.disk_usage(self.folder).free - KEEP_FREE_BYTES
        if n_bytes > n_free:
            return (
                f"The upload needs {n_bytes / 2**20:,.0f} MB, but the disk of {self.folder} has room for "
                f"{max(0, n_free) / 2**20:,.0f} MB. Make room there, or upload fewer files at once."
            )
        return ""

    def _take(self, message: Pieces, contents: list[memoryview]) -> dict[str, Any]:
        files = self._batches[message.batch].files
        unknown = [piece.id for piece in message.pieces if piece.id not in files]
        if unknown:
            raise ValueError(f"there is no file {unknown[0]}")
        self._check_room()
        answers = []
        for piece, content in zip(message.pieces, contents, strict=True):
            incoming = files[piece.id]
            if piece.off == incoming.n_received and not incoming.is_done:
                incoming.write(content)
            answers.append({"id": piece.id, "off": incoming.n_received, "done": incoming.is_done})
        return {"t": "at", "batch": message.batch, "n": message.n, "files": answers}

    def _take_whole(self, message: Whole, contents: list[memoryview]) -> dict[str, Any]:
        self._announce(Announce(message.batch, message.files, label=message.label))
        self._check_room()
        for incoming, content in zip(self._batches[message.batch].files.values(), contents, strict=True):
            incoming.write(content)
        return self._end(message.batch)

    def _check_room(self) -> None:
        if shutil.disk_usage(self.folder).free < KEEP_FREE_BYTES // 2:  # others fill the disk as well
            raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))

    def _end(self, batch_id: str) -> dict[str, Any]:
        batch = self._batches.pop(batch_id)
        for incoming in batch.files.values():
            if not incoming.is_done:
                incoming.part.unlink(missing_ok=True)
        files = [
            UploadedFile(incoming.target, incoming.name, incoming.folders, incoming.n_bytes, batch.label)
            for incoming in batch.files.values()
            if incoming.is_done
        ]
        self.on_batch(self.folder / batch_id, files)
        self._ended.append((batch_id, len(files)))
        return self._done(batch_id)

    def _done(self, batch_id: str) -> dict[str, Any]:
        return {"t": "done", "batch": batch_id, "kept": dict(self._ended)[batch_id]}

    def _forget(self, batch_id: str) -> None:
        self._batches.pop(batch_id, None)
        shutil.rmtree(self.folder / batch_id, ignore_errors=True)


class UploadWidget(anywidget.AnyWidget):
    """Drop, paste or choose files and folders. Calls `on_batch(batch_dir, files)` after each batch.

    is_for_visitors: one large button, then the other ways. is_drawn: said by the browser once it shows this.
    takes_labels: files dropped on an element with the attribute data-drop-label come with that label. on_addresses:
    gets pasted text that holds addresses on the web; without it pasted text is said to be no picture. is_awaited: as of
    `Receiver`, called on a thread.
    """

    _esm = BUILT / "upload.js"
    _css = Path(__file__).parent / "upload.css"
    accessible_name = Unicode("Add pictures").tag(sync=True)
    what = Unicode("pictures").tag(sync=True)  # is to be dropped there
    takes_folders = Bool(True).tag(sync=True)
    is_for_visitors = Bool(False).tag(sync=True)
    takes_labels = Bool(False).tag(sync=True)
    takes_addresses = Bool(False).tag(sync=True)
    accept = Unicode("image/*,.heic,.heif,.zip").tag(sync=True)
    piece_bytes = Int(2**20, min=1024, max=8 * 2**20).tag(sync=True)
    timeout_s = Int(20, min=1).tag(sync=True)
    is_drawn = Bool(False).tag(sync=True)

    def __init__(
        self,
        folder: Path,
        on_batch: Callable[[Path, list[UploadedFile]], None],
        limits: UploadLimits = ON_THIS_COMPUTER,
        on_addresses: Callable[[str], None] | None = None,
        is_awaited: Callable[[Path], bool] = lambda _: False,
        **traits: Any,
    ) -> None:
        super().__init__(takes_addresses=on_addresses is not None, **traits)
        self._on_batch, self._on_addresses = on_batch, on_addresses
        self._ended: list[tuple[Path, list[UploadedFile]]] = []
        self._receiver = soon(
            asyncio.to_thread(Receiver, folder, lambda *batch: self._ended.append(batch), limits, is_awaited)
        )
        self._turn = Turn()
        self.on_msg(lambda _widget, message, buffers: soon(self._answer(message, buffers)))

    async def receive(self, message: object, buffers: list[Any]) -> dict[str, Any] | None:
        """The answer to one message of the page, see `Receiver`; the disk is written on a thread, in order."""
        async with self._turn.taken():
            receiver = await result_of(self._receiver)
            reply = await asyncio.to_thread(receiver.receive, message, buffers)
            while self._ended:
                self._on_batch(*self._ended.pop(0))
        return reply

    async def _answer(self, message: object, buffers: list[Any]) -> None:
        if isinstance(message, dict) and message.get("t") == "addresses":
            if self._on_addresses:
                self._on_addresses(str(message.get("text", "")))
            return
        reply = await self.receive(message, buffers)
        if reply is not None:
            self.send(reply)
