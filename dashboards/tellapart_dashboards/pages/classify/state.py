"""ClassifyState: what the studio's Classify page does with answers: explains them, shows their pictures larger, puts
these into the project as what a person says that they are, and makes a table of all."""

from __future__ import annotations

import asyncio
import atexit
import csv
import io
import os
import shutil
import threading
from collections.abc import Callable, Sequence
from dataclasses import replace
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any

from tellapart.errors import ImageError, IntakeError
from tellapart.safe_text import csv_cell

from tellapart_dashboards.app.event_loop import soon
from tellapart_dashboards.app.wording import error_sentence
from tellapart_dashboards.pages.classify.answered_pictures import AnsweredPictures
from tellapart_dashboards.pages.classify.answering import Answering
from tellapart_dashboards.pages.classify.answers import Answer
from tellapart_dashboards.pages.classify.why import Why
from tellapart_dashboards.widgets.upload.upload import UploadedFile

if TYPE_CHECKING:
    from tellapart.store.project import Project

MOST_KEPT_BYTES = 2 * 2**30  # of pictures that were answered; the oldest leave first
MOST_KEPT_OF_VISITORS = 100_000_000  # these stand beside what a visitor's project may hold
LARGE_PX = 1280

Reply = tuple[dict[str, Any], list[bytes]]  # for the page: values, and pictures beside them


class ClassifyState(Answering):
    """The Classify page of a project. Pictures stay on the disk until they are cleared or the page ends, up to
    `most_kept_bytes`.

    open_it: the project, for those who put pictures into it; opened by itself where nobody has it open.
    """

    def __init__(
        self,
        open_it: Callable[[], Project] | None = None,
        most_kept_bytes: int = MOST_KEPT_BYTES,
        **traits: Any,
    ) -> None:
        super().__init__(**traits)
        self._open_it = open_it
        self._project: Project | None = None
        self._opening = threading.Lock()  # questions come on several threads
        self._kept = AnsweredPictures(self.uploads_dir, most_kept_bytes)
        self._answers: dict[int, Answer] = {}
        self._batches: dict[int, list[int]] = {}  # of the journal, by the answer they came from, oldest first
        self._why = Why()
        atexit.register(lambda: self._kept.remove(self._kept.let_go()))

    def let_go(self, file: UploadedFile) -> None:
        """The file stays."""

    def _drop(self, batch_dir: Path, unseen: Sequence[UploadedFile]) -> None:
        for file in unseen:
            self._kept.drop(file.path)
        if not any(names for _, _, names in os.walk(batch_dir)):
            shutil.rmtree(batch_dir, ignore_errors=True)

    def _answer(self, file: UploadedFile, found: Any) -> Answer:
        answer = super()._answer(file, found)
        self._answers[answer.number] = replace(answer, thumbnail=b"")  # the page has it
        if answer.reason:
            self._kept.drop(file.path)
        else:
            self._kept.keep(answer.number, file.path, file.n_bytes)
        return answer

    def forget(self, answers: Sequence[Answer]) -> None:
        for one in answers:
            self._answers.pop(one.number, None)
        self._kept.remove(self._kept.let_go([one.number for one in answers]))

    def clear(self) -> None:
        """Their pictures go, too."""
        super().clear()
        self._answers, self._batches = {}, {}
        soon(asyncio.to_thread(self._kept.remove, self._kept.let_go()))

    async def ask(self, name: str, values: dict[str, Any]) -> Reply | None:
        """What the page asks about an answer, by its number: "why", "alike", "larger", "put right" (label), "none of
        these", "take back"; of all, "clear" and "table". A reply's "problem" says why there is nothing else; None to
        what is unknown."""
        asked: dict[str, Callable[[Answer], Reply]] = {
            "why": self._explained,
            "alike": self._alike,
            "larger": self._larger,
            "put right": lambda answer: self._put_right(answer, str(values.get("label", ""))),
            "none of these": self._put_in_as_none,
            "take back": self._take_back,
        }
        if name == "clear":
            self.clear()
            return {}, []
        if name == "table":
            return await _told(lambda: ({"file_name": "answers.csv"}, [self.table()]))
        answer = self._answers.get(values.get("number", 0))
        if name not in asked or answer is None:
            return None
        return await _told(partial(asked[name], answer))

    def table(self) -> bytes:
        """All answers as a CSV file, oldest first: file, answer, probability, remark, then each label's probability."""
        out = io.StringIO(newline="")
        answers = list(self._answers.values())  # more come while this is written
        labels = list(dict.fromkeys(label for one in answers for label, _ in one.probabilities))
        writer = csv.writer(out)
        writer.writerow(map(csv_cell, ["file", "label", "probability", "remark", *labels]))
        for one in answers:
            shares = dict(one.probabilities)
            numbers = [f"{shares[label]:.4f}" if label in shares else "" for label in labels]
            remark = one.reason or ("none of these" if one.is_none_of_these else "")
            top = f"{one.shares[0][1]:.4f}" if one.shares else ""
            writer.writerow([csv_cell(one.name), csv_cell(one.label), top, csv_cell(remark), *numbers])
        return ("\ufeff" + out.getvalue()).encode()  # the mark tells Excel that it is UTF-8

    def _file(self, answer: Answer) -> Path:
        """Its picture.

        Raises:
            IntakeError: it is not kept any more.
        """
        path = self._kept.path(answer.number)
        if path is None or not path.is_file():
            raise IntakeError(f"{answer.name} is no longer kept here. Give it again.")
        return path

    def _jpeg(self, answer: Answer, side_px: int) -> bytes:
        from tellapart.pictures.images import thumbnail_jpeg

        try:
            return thumbnail_jpeg(self._file(answer), side_px)
        except ImageError as error:
            raise IntakeError(f"{answer.name} cannot be shown: {error}.") from error

    def _larger(self, answer: Answer) -> Reply:
        return {}, [self._jpeg(answer, LARGE_PX)]

    def _explained(self, answer: Answer) -> Reply:
        predictor = self._predictor
        self._why.check(predictor, answer)
        picture = self._jpeg(answer, self._why.side_px(predictor.bundle))
        found = self._why.explained(predictor, replace(answer, picture=picture))
        return {"words": found.words, "alt": found.alt}, [found.jpeg]

    def _alike(self, answer: Answer) -> Reply:
        found = self._why.alike(self._predictor, answer, self._file(answer), self._open())
        rows = [{"label": one.label, "name": one.name, "is_same": one.is_same} for one in found]
        return {"alike": rows}, [one.jpeg for one in found]

    def _put_in_as_none(self, answer: Answer) -> Reply:
        """Below the label that it comes closest to, of those that the project has."""
        counts = self._open().manifest.label_counts()
        known = [(share, label) for label, share in answer.probabilities if counts.get(label)]
        return self._put_right(answer, max(known)[1] if known else answer.label, is_none=True)

    def _put_right(self, answer: Answer, label: str, is_none: bool = False) -> Reply:
        from tellapart.gather.putting_right import put_in

        project = self._open()
        file = self._kept.path(answer.number) or Path("gone")
        done = put_in(project, file, answer.name, label, is_none)
        batches = self._batches.setdefault(answer.number, [])
        if done.batch is not None:
            batches.append(done.batch)
        return {"sentence": done.sentence, "label": label.strip(), "can_undo": bool(batches)}, []

    def _take_back(self, answer: Answer) -> Reply:
        from tellapart.gather.putting_right import take_back

        batches = self._batches.get(answer.number, [])
        if not batches:
            return {"sentence": "", "label": "", "can_undo": False}, []
        sentence, is_done = take_back(self._open(), batches[-1])
        if is_done:
            batches.pop()
        return {"sentence": sentence, "label": "", "can_undo": bool(batches)}, []

    def _open(self) -> Project:
        from tellapart.store.project import open_project

        with self._opening:
            if self._project is None:
                self._project = self._open_it() if self._open_it else open_project(Path(self.project_dir))
            return self._project


async def _told(find: Callable[[], Reply]) -> Reply:
    """What is found on another thread, or why it is not."""
    try:
        return await asyncio.to_thread(find)
    except Exception as error:  # the page must say it: nobody sees a task's traceback
        return {"problem": error_sentence(error)}, []
