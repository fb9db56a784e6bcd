"""Classify: a visitor's pictures in, the likeliest labels out. Light: no torch, no scipy, no database."""

from __future__ import annotations

import asyncio
import contextlib
import html
import shutil
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

from ipywidgets import HTML, Button, VBox
from tellapart.backbones.names import RETIRED
from tellapart.errors import ImageError, TellapartError
from traitlets import Enum, HasTraits, Int, List, Unicode

from tellapart_dashboards.app.event_loop import Turn, soon
from tellapart_dashboards.app.visibility import shown_when
from tellapart_dashboards.app.wording import (
    count,
    error_sentence,
    heading_html,
    listed,
    message_html,
)
from tellapart_dashboards.pages.classify.answers import AT_ONCE, Answer, answers_box
from tellapart_dashboards.pages.classify.why import Why, why_below
from tellapart_dashboards.widgets.upload.upload import (
    ON_THIS_COMPUTER,
    UploadedFile,
    UploadLimits,
    UploadWidget,
)

N_SHARES = 3
_THUMBNAIL_PX = 168
OF_VISITORS = UploadLimits(200, 2**29, "Choose fewer at a time.")


def newest_bundle(project_dir: Path) -> Path | None:
    """The bundle made last. ONNX Runtime comes with the import, so the first call is for a thread."""
    from tellapart.bundle.loading import newest_bundle

    return newest_bundle(project_dir / "bundles")


class ClassifyState(HasTraits):
    """What the Classify page knows and does. Answers come in the order of the files, a few at a time."""

    project_dir = Unicode("")
    stage = Enum(("opening", "no model", "ready"), "opening")
    model_text = Unicode("")
    message = Unicode("")
    n_left = Int(0)
    latest: Any = List()  # [batch number, answers of one step]

    def __init__(self, **traits: Any) -> None:
        super().__init__(**traits)
        self._bundle: Path | None = None
        self._predictor: Any = None
        self._n_batches = 0
        self._turn = Turn()
        self._why = Why()

    @property
    def uploads_dir(self) -> Path:
        """Where visitors' pictures wait for their answer; nothing stays there."""
        return Path(self.project_dir) / "cache" / "uploads" / "classify"

    is_running = False
    explains = True  # its answers; then a small picture of each stays in memory as long as its answer

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
        """Have the pictures looked at; their files are gone afterwards."""
        self._n_batches += 1
        self.n_left += len(files)
        soon(self._classify(self._n_batches, batch_dir, files))

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
                    step = files[first : first + AT_ONCE]
                    answers = await asyncio.to_thread(self._look, step)
                    self.latest = [batch, answers]
                    n_left -= len(step)
                    self.n_left -= len(step)
        except Exception as error:  # the page must say it: nobody sees a task's traceback
            self.n_left -= n_left  # other batches wait behind it
            self.message = error_sentence(error)
        finally:
            await asyncio.to_thread(self._clear_up, batch_dir)

    def _clear_up(self, batch_dir: Path) -> None:
        shutil.rmtree(batch_dir, ignore_errors=True)
        if self._predictor is not None:
            from tellapart.backbones.onnx_session import give_back_memory

            give_back_memory()

    def _look(self, files: list[UploadedFile]) -> list[Answer]:
        if self._predictor is None:
            return [Answer(file.name, b"", reason="the model cannot be used, see above") for file in files]
        found = self._predictor.predict_shown([file.path for file in files], _THUMBNAIL_PX)
        self.note([one.prediction for one in found if not isinstance(one, ImageError)])
        answers = [self._answer(file, one) for file, one in zip(files, found, strict=True)]
        for file in files:
            file.path.unlink(missing_ok=True)
        return answers

    def note(self, found: Sequence[Any]) -> None:
        """Nothing, but for pages that write down what was answered; on a thread."""

    def _answer(self, file: UploadedFile, found: Any) -> Answer:
        if isinstance(found, ImageError):
            return Answer(file.name, b"", reason=str(found))
        prediction, picture = found.prediction, b""
        if self.explains:
            from tellapart.pictures.images import thumbnail_jpeg

            with contextlib.suppress(ImageError):  # its answer stands without a why
                picture = thumbnail_jpeg(file.path, self._why.side_px(self._predictor.bundle))
        return Answer(
            file.name,
            found.thumbnail,
            prediction.label,
            tuple(prediction.top(N_SHARES)),
            prediction.is_none_of_these,
            picture=picture,
            model=self._predictor.bundle.bundle_dir.name,
        )

    async def explain(self, answer: Answer) -> str:
        """Why a picture got its answer, as HTML, or why that cannot be said; worked out on a thread."""
        predictor = self._predictor
        try:
            return await asyncio.to_thread(self._why.drawn, predictor, answer)
        except Exception as error:  # the page must say it: nobody sees a task's traceback
            return message_html(error_sentence(error), "care")


def classify_view(
    state: ClassifyState,
    go_to_train: Callable[[], None] | None = None,
    limits: UploadLimits = ON_THIS_COMPUTER,
) -> VBox:
    """The Classify page. go_to_train: opens the Train page, where there is one beside this. limits: of one upload."""
    head, note, model_line, busy = HTML(), HTML(), HTML(), HTML()
    upload = UploadWidget(
        state.uploads_dir,
        state.take_upload,
        limits,
        accessible_name="Pictures to classify",
        accept="image/*,.heic,.heif",
    )
    train = Button(description="Train a model").add_class("ta-primary")
    train.on_click(lambda _: go_to_train() if go_to_train else None)
    card = VBox([upload, busy, answers_box(state, why_below(state.explain))]).add_class("ta-card")

    def draw(_: Any = None) -> None:
        if state.stage == "opening":
            head.value = heading_html("What is in the picture?", "Loading the model …")
        elif state.stage == "ready":
            head.value = heading_html(
                "What is in the picture?", "Pictures stay on this computer and are not saved."
            )
        else:
            where = "on the Train page" if go_to_train else "with the notebook 3_train.ipynb"
            head.value = heading_html("No model yet", f"Train one first {where}, then drop any picture here.")
        note.value = message_html(state.message, "failed")
        model_line.value = f'<p class="ta-soft">{html.escape(state.model_text)}</p>'
        busy.value = (
            f'<p class="ta-soft" role="status">Classifying {count(state.n_left, "picture")} …</p>'
            if state.n_left
            else ""
        )

    state.observe(draw, ["stage", "message", "model_text", "n_left"])
    shown_when(card, state, ["stage"], lambda: state.stage == "ready")
    shown_when(train, state, ["stage"], lambda: state.stage == "no model" and go_to_train is not None)
    draw()
    soon(state.warm_up())
    return VBox([head, note, train, card, model_line])
