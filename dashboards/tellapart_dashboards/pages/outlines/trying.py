"""Try it: a picture that is dropped or chosen, and its classes drawn over it by the newest network."""

from __future__ import annotations

import asyncio
import shutil
from collections.abc import Callable
from pathlib import Path
from typing import Any

from ipywidgets import HTML, Button, VBox, dlink
from PIL import Image
from tellapart.errors import ImageError
from tellapart.outlines.drawing import jpeg_of, scaled_down
from tellapart.outlines.painting import packed_mask
from tellapart.outlines.predictor import OutlinePredictor
from traitlets import Dict, HasTraits, Unicode

from tellapart_dashboards.app.event_loop import Turn, soon
from tellapart_dashboards.app.visibility import shown_when
from tellapart_dashboards.app.wording import count, error_sentence, heading_html, listed, message_html
from tellapart_dashboards.pages.kinds.training import ThingsTraining
from tellapart_dashboards.pages.outlines.desk import LONGEST
from tellapart_dashboards.pages.outlines.desk_state import shown_classes
from tellapart_dashboards.widgets.mask_brush.mask_brush import NOTHING, MaskBrush
from tellapart_dashboards.widgets.upload.upload import UploadedFile, UploadWidget

_MOST_NAMED = 8


class Trying(HasTraits):
    """scene: what `MaskBrush` shows; problem: why a picture could not be looked at."""

    scene = Dict(NOTHING)
    problem = Unicode("")

    def __init__(self, training: ThingsTraining) -> None:
        super().__init__()
        self._training = training
        self._n_shown = 0
        self._turn = Turn()

    @property
    def uploads_dir(self) -> Path:
        """Where pictures arrive from a browser; none stays."""
        return Path(self._training.project_dir) / ".uploads"

    def take_upload(self, batch_dir: Path, files: list[UploadedFile]) -> None:
        """What a person dropped or chose; the first of it is looked at."""
        soon(self._look(batch_dir, files))

    async def _look(self, batch_dir: Path, files: list[UploadedFile]) -> None:
        async with self._turn.taken():
            self.problem = ""
            trained = self._training.trained
            try:
                if trained is not None and files:
                    self._n_shown += 1
                    self.scene = await asyncio.to_thread(_told, trained.predictor, files[0], self._n_shown)
                    if len(files) > 1:
                        others = count(len(files) - 1, "other")
                        self.problem = (
                            f"{files[0].name} is shown, and not the {others}. Give one after the other."
                        )
            except ImageError as error:
                self.problem = f"{files[0].name}: {error}."
            except Exception as error:  # the page must say it: nobody sees a task's traceback
                self.problem = error_sentence(error)
            await asyncio.to_thread(shutil.rmtree, batch_dir, ignore_errors=True)


def _told(predictor: OutlinePredictor, file: UploadedFile, turn: int) -> dict[str, Any]:
    """A picture as `MaskBrush` shows it. For a thread."""
    found = predictor.predict(file.path)
    height, width = found.places.shape
    jpeg = jpeg_of(Image.fromarray(scaled_down(found.pixels, LONGEST)))
    shown = {"id": file.name, "name": file.name, "turn": turn, "width": width, "height": height}
    return {**NOTHING, **shown, "picture": jpeg, "told": packed_mask(found.places)}


def trying_view(trying: Trying, training: ThingsTraining, go_to_train: Callable[[], None]) -> VBox:
    """The page."""
    head, problem = HTML(), HTML()
    train = Button(description="Train a network").add_class("ta-primary")
    train.on_click(lambda _: go_to_train())
    upload = UploadWidget(
        trying.uploads_dir,
        trying.take_upload,
        accessible_name="A picture",
        what="a picture",
        accept="image/*",
        takes_folders=False,
    )
    brush = MaskBrush(accessible_name="Answer")
    dlink((trying, "scene"), (brush, "scene"))
    dlink((trying, "problem"), (problem, "value"), lambda text: message_html(text, "care"))

    def draw(_: Any = None) -> None:
        if training.trained is None:
            head.value = heading_html("No network yet", "Train one first, then give it any picture here.")
            return
        classes = training.trained.predictor.model.classes
        brush.classes = shown_classes(classes)
        named = listed([one.name for one in classes], _MOST_NAMED)
        head.value = heading_html(
            "What is where?", f"It tells {named} apart. Pictures stay on this computer."
        )

    training.observe(draw, "trained")
    is_there = lambda: training.trained is not None  # noqa: E731
    card = VBox([upload, problem.add_class("ta-gap"), brush]).add_class("ta-card")
    shown_when(train, training, ["trained"], lambda: not is_there())
    shown_when(card, training, ["trained"], is_there)
    draw()
    return VBox([head, train, card])
