"""MoreThings: a file with more things for a project, taken in once a person has seen what it seems to be."""

from __future__ import annotations

import asyncio
import shutil
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path

from traitlets import Bool, HasTraits, Instance, Unicode

from tellapart_dashboards.app.event_loop import Turn, soon
from tellapart_dashboards.app.wording import error_sentence
from tellapart_dashboards.pages.kinds.offers import SourceOffer
from tellapart_dashboards.widgets.upload.upload import UploadedFile

LEARN = "Train again to learn from them."


@dataclass(frozen=True)
class MoreWays:
    """What a kind brings. offer: what a file seems to hold, and what can be chosen. add: takes it in, by what was
    chosen; what became of it, in sentences. Both are for a thread. accept: endings of the files that are taken."""

    offer: Callable[[Path], SourceOffer]
    add: Callable[[Path, dict[str, str]], Sequence[str]]
    accept: str


class MoreThings(HasTraits):
    """source: what was given; offer: what it seems to be, None before. said: what became of the last one. problem: what
    went wrong. is_busy: something is read or taken in."""

    source = Instance(Path, allow_none=True)
    offer = Instance(SourceOffer, allow_none=True)
    said = Unicode("")
    problem = Unicode("")
    is_busy = Bool(False)

    def __init__(self, root: Path, ways: MoreWays) -> None:
        super().__init__()
        self.uploads_dir = root / ".uploads-more"
        self.ways = ways
        self._batch: Path | None = None
        self._turn = Turn()

    def take_upload(self, batch_dir: Path, files: list[UploadedFile]) -> None:
        """What a person dropped or chose."""
        soon(self._see(batch_dir, files))

    def add(self, chosen: dict[str, str]) -> None:
        """Take it in. chosen: by the keys of the offer's choices."""
        if not self.is_busy and self.source is not None:
            soon(self._add(self.source, chosen))

    def drop(self) -> None:
        """Forget what was given, unless it is just being read or taken in."""
        if not self.is_busy:
            self._forget()

    def _forget(self) -> None:
        batch, self._batch = self._batch, None
        self.source = self.offer = None
        self.problem = self.said = ""
        if batch is not None:
            soon(asyncio.to_thread(shutil.rmtree, batch, ignore_errors=True))

    async def _see(self, batch: Path, files: list[UploadedFile]) -> None:
        async with self._turn.taken():
            self._forget()
            self._batch, self.is_busy = batch, True
            try:
                if len(files) == 1:
                    self.offer = await asyncio.to_thread(self.ways.offer, files[0].path)
                    self.source = files[0].path
                else:
                    self.problem = "Give one file."
            except Exception as error:  # the page must say it: nobody sees a task's traceback
                self._forget()
                self.problem = error_sentence(error)
            self.is_busy = False

    async def _add(self, source: Path, chosen: dict[str, str]) -> None:
        async with self._turn.taken():
            if self.source is not source:  # another one was given meanwhile
                return
            self.is_busy, self.problem = True, ""
            try:
                said = await asyncio.to_thread(self.ways.add, source, chosen)
            except Exception as error:  # the page must say it: nobody sees a task's traceback
                self.problem = error_sentence(error)
            else:
                self._forget()
                self.said = " ".join(said)
            self.is_busy = False
