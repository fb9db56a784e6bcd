"""ViewsDesk: how thorough training varies its views, kept with the project, and one picture varied so."""

from __future__ import annotations

import asyncio
from dataclasses import dataclass
from typing import Any

from tellapart.errors import TellapartError
from tellapart.planning.variation import USUAL, Variation, keep_variation, kept_variation
from tellapart.store.project import Project
from traitlets import Bool, HasTraits, Instance, Unicode

from tellapart_dashboards.app.event_loop import Repeated, soon
from tellapart_dashboards.app.wording import error_sentence

N_VIEWS = 9
_SHOWN_PX = 160
_QUALITY = 85


@dataclass(frozen=True)
class Preview:
    """One picture. name: its label. plain: a small JPEG as the network sees it in use; views: varied."""

    name: str = ""
    plain: bytes = b""
    views: tuple[bytes, ...] = ()


class ViewsDesk(HasTraits):
    """`change` takes other settings and keeps them; `preview` is drawn while `is_open`.

    variation: of the next thorough training. problem: why there is no preview, or why the settings were not kept.
    """

    variation = Instance(Variation, ())
    preview = Instance(Preview, ())
    problem = Unicode("")
    is_open = Bool(False)

    def __init__(self, project: Project) -> None:
        super().__init__()
        self._project = project
        self._place = 0
        self._drawing = Repeated(self._draw)
        self._keeping = Repeated(self._keep)
        self.observe(lambda _: self._drawing.ask(), ["is_open", "variation"])

    def begin(self) -> None:
        """Take over what is kept with the project."""
        soon(self._load())

    def change(self, variation: Variation) -> None:
        """Other settings, kept for the next training."""
        if variation != self.variation:
            self.variation = variation
            self._keeping.ask()

    def as_usual(self) -> None:
        """The settings that were measured."""
        self.change(USUAL)

    def another(self) -> None:
        """Another picture."""
        self._place += 1
        self._drawing.ask()

    async def _load(self) -> None:
        try:
            self.variation = await asyncio.to_thread(kept_variation, self._project.manifest)
        except TellapartError as error:
            self.problem = error_sentence(error)

    async def _keep(self) -> None:
        try:
            await asyncio.to_thread(keep_variation, self._project.manifest, self.variation)
        except TellapartError as error:
            self.problem = error_sentence(error)

    async def _draw(self) -> None:
        if not self.is_open:
            return
        variation, place = self.variation, self._place
        try:
            preview, problem = await asyncio.to_thread(self._drawn, variation, place), ""
        except (TellapartError, OSError) as error:
            preview, problem = Preview(), error_sentence(error)
        if (variation, place) == (self.variation, self._place):  # else another one is asked for by now
            with self.hold_trait_notifications():
                self.preview, self.problem = preview, problem

    def _drawn(self, variation: Variation, place: int) -> Preview:
        """For a thread: what it needs takes a while to import."""
        from tellapart.backbones.lite0 import keeping
        from tellapart.network.tuning.varied import views_of
        from tellapart.pictures.preprocess import Preprocess

        pictures = self._project.manifest.pictures()
        if not pictures:
            return Preview()
        picture = pictures[place * _STRIDE % len(pictures)]
        data = self._project.file(picture).read_bytes()
        preprocess = Preprocess.from_json(dict(keeping.record()["preprocess"]))
        in_use, *views = map(
            _jpeg, views_of(data, picture.image_id, preprocess, preprocess.size_px, N_VIEWS, variation)
        )
        return Preview(picture.label, in_use, tuple(views))


_STRIDE = 37  # pictures further on: those of one label lie side by side


def _jpeg(pixels: Any) -> bytes:
    import io

    from PIL import Image

    file = io.BytesIO()
    Image.fromarray(pixels).resize((_SHOWN_PX, _SHOWN_PX)).save(file, "JPEG", quality=_QUALITY)
    return file.getvalue()
