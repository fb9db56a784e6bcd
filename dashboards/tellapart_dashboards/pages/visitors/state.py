"""What the page of a shared classifier knows and does: the Classify page's work, on the one bundle beside it."""

from __future__ import annotations

import asyncio
import atexit
import os
import shutil
import tempfile
import uuid
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

from tellapart.corrections.asking import Asking
from tellapart.errors import ImageError, TellapartError

from tellapart_dashboards.app.event_loop import soon
from tellapart_dashboards.app.wording import error_sentence
from tellapart_dashboards.pages.classify.answering import Answering
from tellapart_dashboards.pages.classify.answers import Answer
from tellapart_dashboards.widgets.upload.upload import UploadedFile

SILENT = Asking()  # visitors are not asked
CORRECTIONS = "corrections"  # the folder beside the app
LOG_VARIABLE = "TELLAPART_LOG"
MOST_CORRECTIONS = 50  # of one page
_BINDER = ("BINDER_LAUNCH_HOST", "BINDER_REPO_URL")  # mybinder.org sets them in every place it gives


def is_on_binder() -> bool:
    """Whether this page runs on mybinder.org or another Binder."""
    return any(os.environ.get(name) for name in _BINDER)


class VisitorState(Answering):
    """One visitor's page of an app. folder: the app's. Uploads lie in a folder of their own that ends with the page.

    asking: whether the visitor may say that an answer is wrong. Then pictures stay in memory as long as the page.
    """

    def __init__(self, folder: Path, bundle_dir: Path, asking: Asking = SILENT) -> None:
        super().__init__(project_dir=str(folder))
        self._bundle = self._bundle_dir = bundle_dir
        self._asking, self._corrections = asking, folder / CORRECTIONS
        self._n_sent = 0
        self._log = os.environ.get(LOG_VARIABLE, "")
        self._uploads = Path(tempfile.mkdtemp(prefix="tellapart-app-"))
        atexit.register(shutil.rmtree, self._uploads, ignore_errors=True)

    @property
    def uploads_dir(self) -> Path:
        """Where a visitor's pictures wait for their answer; nothing stays there."""
        return self._uploads

    def open_bundle(self, bundle_dir: Path) -> Any:
        """A `Predictor` for it. An app and its bundle come from one hand, so there is no trial."""
        from tellapart.classify import Predictor

        return Predictor(bundle_dir, is_own=True, gives_sketches=bool(self._log))

    def note(self, found: Sequence[Any]) -> None:
        """Write the answers down, where the owner has said into which file."""
        if self._log:
            from tellapart.classify.answer_log import AnswerLog
            from tellapart.corrections.correction import model_of

            answers = [one for one in found if not isinstance(one, ImageError)]
            AnswerLog(Path(self._log), model_of(self._bundle_dir)).write(answers)

    def _answer(self, file: UploadedFile, prediction: Any) -> Answer:
        answer = super()._answer(file, prediction)
        if not self._asking.is_on or answer.reason:
            return answer
        from tellapart.corrections.correction import bare_jpeg

        try:
            return replace(answer, picture=bare_jpeg(file.path))
        except ImageError:
            return answer  # nothing to send, then

    async def correct(self, answer: Answer, kind: Any, said: str) -> str:
        """Keep or send what the visitor says of an answer; "" when that is done, else why not."""
        if self._n_sent >= MOST_CORRECTIONS:
            return (
                f"You have sent {MOST_CORRECTIONS} corrections, which is all that one page takes. Thank you."
            )
        try:
            await asyncio.to_thread(self._correct, answer, kind, said)
        except (TellapartError, OSError) as error:
            return error_sentence(error)
        self._n_sent += 1
        return ""

    def _correct(self, answer: Answer, kind: Any, said: str) -> None:
        from tellapart.corrections.box import CorrectionBox
        from tellapart.corrections.correction import model_of, new_correction
        from tellapart.corrections.sending import send

        correction = new_correction(
            answer.picture, answer.label, answer.shares[0][1], answer.is_none_of_these, kind, said,
            self._asking.version, model_of(self._bundle_dir),
        )  # fmt: skip
        if self._asking.address:
            send(self._asking.address, correction, answer.picture)
        else:
            CorrectionBox(self._corrections).put(correction, answer.picture)

    async def bundle(self) -> Any:
        """The loaded bundle, or None if it cannot be used; message then says why."""
        async with self._turn.taken():
            await self._make_ready()
        return None if self._predictor is None else self._predictor.bundle

    def take_example(self, name: str, jpeg: bytes) -> None:
        """Have one of the examples looked at."""
        soon(self._take_example(name, jpeg))

    async def _take_example(self, name: str, jpeg: bytes) -> None:
        def kept() -> UploadedFile:
            path = self._uploads / f"example-{uuid.uuid4().hex}" / "example.jpg"
            path.parent.mkdir()
            path.write_bytes(jpeg)
            return UploadedFile(path, name, (), len(jpeg))

        file = await asyncio.to_thread(kept)
        self.take_upload(file.path.parent, [file])
