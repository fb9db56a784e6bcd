"""WholeTable: a table that was dropped, each of its rows answered by the newest classifier."""

from __future__ import annotations

import asyncio
import shutil
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from tellapart.errors import Cancelled
from tellapart.kinds.answered import AnsweredRows
from tellapart.progress import Progress
from traitlets import HasTraits, Instance, Unicode

from tellapart_dashboards.app.event_loop import Turn, soon
from tellapart_dashboards.app.wording import error_sentence
from tellapart_dashboards.pages.kinds.beside.thread_work import ThreadWork
from tellapart_dashboards.pages.kinds.training import ThingsTraining
from tellapart_dashboards.widgets.upload.upload import UploadedFile, UploadLimits

MOST_ROWS = 100_000
MOST_BYTES = 50_000_000
LIMITS = UploadLimits(
    1, MOST_BYTES, "Use the command line for more: tellapart predict DIR FILE --out ANSWERS.csv"
)
Answering = Callable[
    [Any, Path, Path, str, Progress], AnsweredRows
]  # (predictor, source, out, column, progress)


@dataclass(frozen=True)
class AnsweredFile:
    """The table with its answers. path: the file; source: that was given."""

    path: Path
    source: Path
    rows: AnsweredRows


class WholeTable(HasTraits):
    """answered: the latest table with its answers, None before and where something went wrong. problem: what did.
    work: rows are being answered; stopped, there are no answers.

    answer: reads a table and writes it again with an answer for each row, for a thread; column: title of the one that
    is classified, "" to recognise it.
    """

    answered = Instance(AnsweredFile, allow_none=True)
    problem = Unicode("")

    def __init__(self, training: ThingsTraining, answer: Answering) -> None:
        super().__init__()
        self._training, self._answer = training, answer
        self._batch: Path | None = None  # uploaded, with the answers beside it
        self.work = ThreadWork()
        self._turn = Turn()

    @property
    def uploads_dir(self) -> Path:
        """Where files arrive from a browser, and where answers lie until the next ones."""
        return Path(self._training.project_dir) / ".uploads"

    def take_upload(self, batch_dir: Path, files: list[UploadedFile]) -> None:
        """What a person dropped or chose."""
        soon(self._take(batch_dir, files))

    def take_column(self, column: str) -> None:
        """Answer by another column of the same table."""
        one = self.answered
        if one is not None and not self.work.is_running and column != one.rows.column:
            soon(self._answer_again(one.source, column))

    async def _take(self, batch_dir: Path, files: list[UploadedFile]) -> None:
        async with self._turn.taken():
            self._batch, before = batch_dir, self._batch
            self.answered, self.problem = None, ""
            if before is not None:
                await asyncio.to_thread(shutil.rmtree, before, ignore_errors=True)
            if len(files) != 1:
                self.problem = "Give one file."
                return
            await self._run(files[0].path, "")

    async def _answer_again(self, source: Path, column: str) -> None:
        async with self._turn.taken():
            if self.answered is not None and self.answered.source == source:
                await self._run(source, column)

    async def _run(self, source: Path, column: str) -> None:
        self.problem, answered = "", None
        trained = self._training.trained
        out = source.with_name(f"{source.stem[:80]}-answers.csv")
        try:
            if trained is not None:
                rows = await self.work.run(
                    lambda progress: self._answer(trained.predictor, source, out, column, progress),
                    f"Reading {source.name}",
                )
                answered = AnsweredFile(out, source, rows)
        except Cancelled:
            self.problem = "Stopped; nothing was saved."
        except Exception as error:  # the page must say it: nobody sees a task's traceback
            self.problem = error_sentence(error)
        self.answered = answered
