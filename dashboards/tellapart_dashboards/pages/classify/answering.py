"""Answering: pictures in, the likeliest labels out, for every page that classifies. Light: no torch, no scipy, no
database."""

from __future__ import annotations

import asyncio
import shutil
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from tellapart.backbones.names import RETIRED
from tellapart.errors import ImageError, TellapartError
from traitlets import Enum, HasTraits, Int, List, Unicode

from tellapart_dashboards.app.event_loop import Turn, soon
from tellapart_dashboards.app.wording import error_sentence, listed, percent
from tellapart_dashboards.pages.classify.answers import AT_ONCE, Answer
from tellapart_dashboards.widgets.upload.upload import UploadedFile

N_SHARES = 3
_THUMBNAIL_PX = 168


def newest_bundle(project_dir: Path) -> Path | None:
    """The bundle made last. ONNX Runtime comes with the import, so the first call is for a thread."""
    from tellapart.bundle.loading import newest_bundle

    return newest_bundle(project_dir / "bundles")


class Answering(HasTraits):
    """What a page that classifies knows and does. Answers come in the order of the files, a few at a time."""

    project_dir = Unicode("")
    stage = Enum(("opening", "no model", "ready"), "opening")
    model_text = Unicode("")
    message = Unicode("")
    labels = List(Unicode())  # of the model
    n_left = Int(0)
    latest: Any = List()  # [batch number, answers of one step]

    def __init__(self, **traits: Any) -> None:
        super().__init__(**traits)
        self._bundle: Path | None = None
        self._predictor: Any = None
        self._n_batches = self._n_answers = 0
        self._given_up = self._forgotten = (
            0  # the newest batch that nobody waits for, or wants to see, any more
        )
        self._turn = Turn()

    @property
    def uploads_dir(self) -> Path:
        """Where pictures wait for their answer."""
        return Path(self.project_dir) / "cache" / "classified"

    is_running = False

    def tell(self, sentence: str) -> None:
        """Say it above the answers."""
        self.message = sentence

    async def poll(self) -> None:
        """Notice a newer model, and have it loaded beside the page."""
        if self.stage == "opening" or self._turn.locked():
            return
        if await asyncio.to_thread(newest_bundle, Path(self.project_dir)) != self._bundle:
            soon(self.warm_up())

    def open_bundle(self, bundle_dir: Path) -> Any:
        """A `Predictor` for it; on a thread."""
        from tellapart.classify import Predictor

        return Predictor(bundle_dir)

    def take_upload(self, batch_dir: Path, files: list[UploadedFile]) -> None:
        """Have the pictures looked at."""
        self._n_batches += 1
        self.n_left += len(files)
        soon(self._classify(self._n_batches, batch_dir, files))

    def take_shots(self, folder: Path, label: str) -> None:
        """Have pictures of the camera looked at."""
        soon(self._take_shots(folder))

    async def _take_shots(self, folder: Path) -> None:
        def found() -> list[UploadedFile]:
            return [
                UploadedFile(path, "From the camera", (), path.stat().st_size)
                for path in sorted(folder.iterdir())
            ]

        self.take_upload(folder, await asyncio.to_thread(found))

    async def answer_frame(self, jpeg: bytes) -> dict[str, Any]:
        """What the camera's page draws on its picture, see `Webcam`; text "" while nothing can be said."""
        try:
            return await asyncio.to_thread(self._frame, jpeg)
        except Exception as error:  # the page must say it: nobody sees a task's traceback
            return {"text": error_sentence(error), "shares": [], "is_sure": False}

    def _frame(self, jpeg: bytes) -> dict[str, Any]:
        predictor = self._predictor  # a newer model may take its place meanwhile
        if predictor is None:  # it is being loaded, or the page says why it cannot be
            return {"text": "", "shares": [], "is_sure": False}
        found = predictor.predict(jpeg)
        if found.is_none_of_these:
            return {"text": "none of these?", "shares": [], "is_sure": False, "closest": found.label}
        shares = [[label, percent(share), share] for label, share in found.top(N_SHARES)]
        return {"text": found.label, "shares": shares, "is_sure": True}

    def give_up(self) -> None:
        """No picture that waits now is looked at any more."""
        self._given_up = self._n_batches

    def clear(self) -> None:
        """Forget all answers, and the pictures that still wait."""
        self.give_up()
        self._forgotten = self._n_batches
        self.message = ""

    async def warm_up(self) -> None:
        """Load the newest model, or have message say why it cannot be."""
        async with self._turn.taken():
            newest = await asyncio.to_thread(newest_bundle, Path(self.project_dir))
            if newest != self._bundle:
                self._bundle, self._predictor = newest, None
            await self._make_ready()
        self.stage = "ready" if newest is not None else "no model"

    async def _make_ready(self) -> None:
        if self._predictor is None and self._bundle is not None:
            try:
                self._predictor = await asyncio.to_thread(self.open_bundle, self._bundle)
            except TellapartError as error:
                self.message = error_sentence(error)
                return
            self.message = ""
            self.labels = list(self._predictor.classes)
            names = listed(list(self._predictor.classes), at_most=8)
            self.model_text = f"This model knows {names}.{self._offer()}"

    def _offer(self) -> str:
        if self._predictor.bundle.record["backbone"]["name"] not in RETIRED:
            return ""
        return (
            " It was made with an older version. Train again: the current built-in backbone makes far "
            "fewer mistakes."
        )

    async def _classify(self, batch: int, batch_dir: Path, files: list[UploadedFile]) -> None:
        n_left = len(files)
        try:
            async with self._turn.taken():  # one batch after the other
                await self._make_ready()
                for first in range(0, len(files), AT_ONCE):
                    if batch <= self._given_up:
                        break
                    step = files[first : first + AT_ONCE]
                    answers = await asyncio.to_thread(self._look, step)
                    if batch > self._forgotten:
                        self.latest = [batch, answers]
                    else:
                        await asyncio.to_thread(self.forget, answers)
                    n_left -= len(step)
                    self.n_left -= len(step)
        except Exception as error:  # the page must say it: nobody sees a task's traceback
            self.message = error_sentence(error)
        finally:
            self.n_left -= n_left  # other batches wait behind it
            await asyncio.to_thread(self._clear_up, batch_dir, files[len(files) - n_left :])

    def _clear_up(self, batch_dir: Path, unseen: Sequence[UploadedFile]) -> None:
        self._drop(batch_dir, unseen)
        if self._predictor is not None:
            from tellapart.backbones.freed_memory import give_back_memory

            give_back_memory()

    def _drop(self, batch_dir: Path, unseen: Sequence[UploadedFile]) -> None:
        """What a batch leaves behind goes; on a thread."""
        shutil.rmtree(batch_dir, ignore_errors=True)

    def _look(self, files: list[UploadedFile]) -> list[Answer]:
        found: Sequence[Any] = [ImageError("the model cannot be used, see above")] * len(files)
        if self._predictor is not None:
            found = self._predictor.predict_shown([file.path for file in files], _THUMBNAIL_PX)
            self.note([one.prediction for one in found if not isinstance(one, ImageError)])
        answers = [self._answer(file, one) for file, one in zip(files, found, strict=True)]
        for file in files:
            self.let_go(file)
        return answers

    def let_go(self, file: UploadedFile) -> None:
        """The file has been answered: it is gone; on a thread."""
        file.path.unlink(missing_ok=True)

    def forget(self, answers: Sequence[Answer]) -> None:
        """Nothing, but for pages that keep answers: these came when nobody wanted them any more; on a thread."""

    def note(self, found: Sequence[Any]) -> None:
        """Nothing, but for pages that write down what was answered; on a thread."""

    def _answer(self, file: UploadedFile, found: Any) -> Answer:
        self._n_answers += 1
        if isinstance(found, ImageError):
            return Answer(file.name, b"", reason=str(found), number=self._n_answers)
        prediction = found.prediction
        return Answer(
            file.name,
            found.thumbnail,
            prediction.label,
            tuple(prediction.top(N_SHARES)),
            prediction.is_none_of_these,
            model=self._predictor.bundle.bundle_dir.name,
            number=self._n_answers,
            probabilities=tuple(prediction.probabilities.items()),
        )
