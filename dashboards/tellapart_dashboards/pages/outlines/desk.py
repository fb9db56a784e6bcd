"""MaskDesk: one picture with its mask in sight; what is painted becomes a decision that can be undone."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable

from PIL import Image
from tellapart.errors import ProjectError
from tellapart.kinds.decisions import ThingDecision
from tellapart.outlines.drawing import jpeg_of, scaled_down
from tellapart.outlines.model import OutlineModel
from tellapart.outlines.painting import painted
from tellapart.outlines.project import ProjectOutline
from traitlets import HasTraits, Instance, Unicode

from tellapart_dashboards.app.event_loop import Turn, soon
from tellapart_dashboards.app.wording import error_sentence
from tellapart_dashboards.pages.kinds.cleaning import ThingsCleaning
from tellapart_dashboards.pages.kinds.training import ThingsTraining
from tellapart_dashboards.pages.outlines.desk_state import DeskState, OpenedMask, desk_state
from tellapart_dashboards.pages.outlines.looking import OutlinesLooked

LONGEST = 1600  # pixels of the picture that the page gets; its mask is always whole


class MaskDesk(HasTraits):
    """state: see `desk_state`. problem: why a picture could not be opened."""

    state = Instance(DeskState, args=())
    problem = Unicode("")

    def __init__(self, looked: OutlinesLooked, cleaning: ThingsCleaning, training: ThingsTraining) -> None:
        super().__init__()
        self.cleaning = cleaning
        self._looked, self._training = looked, training
        self._project = looked.project
        self._one: ProjectOutline | None = None  # as it stood when it was opened
        self._n_shown = 0
        self._turn = Turn()

    def open(self, thing_id: str) -> None:
        """Show the picture of a card; "" for the first of all."""
        soon(self._open(thing_id))

    async def wish(self, name: str, picture_id: str, data: bytes) -> str:
        """Do what a person wants, see `MaskBrush`; why it was not done, or ""."""
        ways: dict[str, Callable[[ProjectOutline], Awaitable[None]]] = {
            "save": lambda one: self._save(one, picture_id, data),
            "keep": lambda one: self._keep(one, picture_id),
            "undo": lambda one: self._step(one, self.cleaning.undo),
            "redo": lambda one: self._step(one, self.cleaning.redo),
            "previous": lambda one: self._walk(one, -1),
            "next": lambda one: self._walk(one, 1),
            "close": self._close,
        }
        return await self._in_turn(lambda: ways[name](self._opened_one())) if name in ways else ""

    async def _open(self, thing_id: str) -> None:
        self.problem = await self._in_turn(lambda: self._show(self._looked.picture_of(thing_id)))

    async def _in_turn(self, work: Callable[[], Awaitable[None]]) -> str:
        """Why it was not done, or ""."""
        async with self._turn.taken():
            try:
                await work()
            except Exception as error:  # the page must say it: nobody sees a task's traceback
                return error_sentence(error)
        return ""

    def _opened_one(self) -> ProjectOutline:
        if self._one is None:
            raise ProjectError("No picture is open here. Open it again.")
        return self._one

    async def _save(self, one: ProjectOutline, picture_id: str, data: bytes) -> None:
        _check_same(one, picture_id)
        try:
            await asyncio.to_thread(self._keep_painted, one, data)
        except ProjectError:  # once told that it was changed elsewhere, a person may save over that
            self._one = await asyncio.to_thread(self._project.picture, picture_id)
            raise
        await self._decided(picture_id, f"{picture_id}: the mask is corrected. Undo takes it back.")

    def _keep_painted(self, one: ProjectOutline, data: bytes) -> None:
        self._project.decide([painted(self._project, one, data)])

    async def _keep(self, one: ProjectOutline, picture_id: str) -> None:
        _check_same(one, picture_id)
        now = await asyncio.to_thread(self._project.picture, picture_id)
        if now.decided != "keep":  # a second press is no second step to be taken back
            await asyncio.to_thread(self._project.decide, [ThingDecision(picture_id, "keep")])
        await self._decided(picture_id, f"{picture_id}: right as it is.")

    async def _step(self, one: ProjectOutline, step: Callable[[], Awaitable[None]]) -> None:
        """The picture that was taken back or done again is shown: it may be another one than that in sight."""
        await step()
        said = self.cleaning.problem or self.cleaning.said
        await self._decided(
            one.picture_id if self.cleaning.problem else self.cleaning.stepped or one.picture_id, said
        )

    async def _decided(self, picture_id: str, said: str) -> None:
        await self.cleaning.poll()
        await self._show(picture_id, said)

    async def _walk(self, one: ProjectOutline, by: int) -> None:
        ids = [each.picture_id for each in await asyncio.to_thread(self._project.pictures, True)]
        place = ids.index(one.picture_id) + by
        if 0 <= place < len(ids):
            await self._show(ids[place])

    async def _close(self, _one: ProjectOutline) -> None:
        self._one = None
        self.state = DeskState()

    async def _show(self, picture_id: str, said: str = "") -> None:
        trained = self._training.trained
        model = trained.predictor.model if trained else None
        opened, n = await asyncio.to_thread(self._opened, picture_id, model)
        self._one = opened.one
        self._n_shown += 1
        self.state = desk_state(opened, n, self._n_shown, said)

    def _opened(self, picture_id: str, model: OutlineModel | None) -> tuple[OpenedMask, int]:
        """The picture, and how many there are. For a thread."""
        pictures = self._project.pictures(with_removed=True)
        ids = [one.picture_id for one in pictures]
        one = self._project.picture(picture_id) if picture_id else pictures[0]
        pixels = self._project.pixels(one)
        is_of_these = model is not None and [c.name for c in model.classes] == [
            c.name for c in self._project.classes
        ]
        opened = OpenedMask(
            one,
            ids.index(one.picture_id),
            jpeg_of(Image.fromarray(scaled_down(pixels, LONGEST))),
            self._project.mask(one),
            model.told(pixels)[0] if model is not None and is_of_these else None,
            self._looked.remark(one.picture_id),
        )
        return opened, len(pictures)


def _check_same(one: ProjectOutline, picture_id: str) -> None:
    """What is saved is of the picture that is open.

    Raises:
        ProjectError: it is not.
    """
    if picture_id != one.picture_id:
        raise ProjectError(f"{picture_id[:80]!r} is not the picture that is open here. Nothing was saved.")
