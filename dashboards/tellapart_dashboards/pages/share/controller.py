"""SharePage: takes what happens on the Share page, has the work done beside it, and puts out a new state each time."""

from __future__ import annotations

import asyncio
from dataclasses import replace
from pathlib import Path
from typing import Any

from tellapart.deploy.card_answers import HEADINGS
from tellapart.deploy.fit_check import findings_of
from tellapart.deploy.html.runtime import is_kept
from tellapart.deploy.making import zip_app
from tellapart.deploy.measuring import Start, measured_start
from tellapart.deploy.share_settings import keep_share, read_share
from tellapart.deploy.targets import TARGETS
from tellapart.errors import BundleError, TellapartError
from traitlets import HasTraits, Instance

from tellapart_dashboards.app.event_loop import Repeated, soon
from tellapart_dashboards.app.project_state import ProjectState
from tellapart_dashboards.app.public.visiting import is_visiting
from tellapart_dashboards.app.run_follower import KeptResult
from tellapart_dashboards.app.wording import error_sentence
from tellapart_dashboards.pages.share.publishing import Publishing
from tellapart_dashboards.pages.share.reading import (
    app_of,
    newer_model,
    newest_app,
    offered_pictures,
    opened_in_browser,
)
from tellapart_dashboards.pages.share.state import (
    AppFacts,
    CheckFacts,
    MakingFacts,
    ModelFacts,
    OfferedPicture,
    ShareState,
    draft_of,
    settings_of,
    share_state,
)

TYPING_S = 0.3  # what is typed is kept, and the check looks at it, once somebody pauses
_LOOKED_AT = {"target", *HEADINGS}  # what the check depends on


class AppRun(KeptResult):
    """The run that makes an app."""

    tasks = ("app",)


class SharePage(HasTraits):
    """Events go in, `state` is another one afterwards. Holds the work that is under way, and no fact twice.

    Making one reads the disk: do it on a thread. All else is called on the page's loop.
    """

    state = Instance(ShareState)

    def __init__(self, project: ProjectState, **run: Any) -> None:
        super().__init__()
        self.project = project
        self.run = AppRun(project_dir=project.project_dir, **run)
        self._usable = read_share(project.project.manifest)
        self._draft = draft_of(self._usable)
        self._model = ModelFacts()
        self._is_read = False
        self._check = CheckFacts()
        self._making = MakingFacts()
        self._started: tuple[str, Start | None, str] | None = (
            None  # model, its start, or why it does not start
        )
        self._keeping, self._checking = Repeated(self._keep), Repeated(self._look_over)
        self.run.read()
        self.publishing = Publishing(Path(project.project_dir), **run)
        self._offered: tuple[OfferedPicture, ...] = ()
        self._making = replace(self._making, app=newest_app(Path(project.project_dir)))
        self._draw()
        self._kept = self.state.settings
        self._run_changed()
        self.run.observe(self._run_changed, ["stage", "message", "progress", "is_progress_known"])
        self.run.observe(lambda _: soon(self._take_app(self.run.result)), "result")
        self.publishing.observe(lambda change: soon(self._take_app(change["new"])), "app")

    @property
    def is_running(self) -> bool:
        """Whether there is something to look at often."""
        return self.run.is_running or self.publishing.is_running

    def tell(self, sentence: str) -> None:
        """Say it where making the app is spoken of."""
        self._made(problem=sentence)

    async def poll(self) -> None:
        """Take over where the run is, and notice a newer model."""
        await self.run.poll()
        await self.publishing.poll()
        if self._is_read:
            await self._read_model()

    # -- what a person does

    def look(self) -> None:
        """Have the model read, and the check begin."""
        soon(self._read_model())

    def write(self, **fields: Any) -> None:
        """Something else in the fields, see `Draft`."""
        before, self._draft = self._draft, self._draft.changed(**fields)
        if self._draft == before:
            return
        self._draw()
        self._keeping.ask()
        if not _LOOKED_AT.isdisjoint(fields):
            self._checking.ask()

    def share_all_the_same(self, is_wanted: bool) -> None:
        """Whether what the check says stop to now is shared all the same; what it finds later is another matter."""
        self.write(all_the_same=tuple(one.code.value for one in self.state.stops) if is_wanted else ())

    def check_again(self) -> None:
        """Have the model started and measured once more."""
        self._started = None
        self._checking.ask()

    def make(self, **own: str) -> None:
        """Have the app made. own: what that kind of app takes besides, see `Target.takes`; "" for nothing."""
        if self.state.wrong or self.state.is_held or not self._model.name:
            return
        self._made(problem="", notice="", is_stopped=False)
        self.run.start("app", self._recipe(**own))

    def publish(self, token: str, is_update: bool) -> None:
        """Have the repository made and the app pushed into it. token: goes to the run, and is kept nowhere."""
        state = self.state
        if state.wrong or state.is_held or not (self._model.name and state.settings.repository):
            return
        recipe = {**self._recipe(), "repository": state.settings.repository, "is_update": is_update}
        self.publishing.start({**recipe, "is_current": state.is_current}, token)

    def _recipe(self, **own: str) -> dict[str, Any]:
        settings = self.state.settings
        takes = (
            () if is_visiting() else TARGETS[settings.target].takes
        )  # a visitor names no file of this computer
        said = {name: text.strip().strip('"') for name, text in own.items() if name in takes}
        return {"bundle": self._model.name, "settings": settings.to_json(), "own": said}

    def cancel(self) -> None:
        """Ask the run to stop."""
        self.run.cancel()

    def save_zip(self) -> None:
        """Have the app packed into a zip beside it."""
        if self._making.app is not None:
            self._made(notice="Packing …", problem="")
            soon(self._save_zip(self._making.app))

    def open_app(self) -> None:
        """Have the app shown by the browser of this computer."""
        if self._making.app is not None and not is_visiting():
            soon(self._open_app(self._making.app.path))

    # -- what is done beside the page

    def _draw(self) -> None:
        self.state = share_state(
            self._is_read, self._model, self._draft, self._usable, self._check, self._making, self._offered
        )
        self._usable = self.state.settings

    def _made(self, **facts: Any) -> None:
        self._making = replace(self._making, **facts)
        self._draw()

    def _run_changed(self, _: Any = None) -> None:
        self._made(**self.run.shown())

    async def _take_app(self, result: dict[str, Any]) -> None:
        app = await asyncio.to_thread(app_of, Path(self.run.project_dir), result)
        needs_runtime = not await asyncio.to_thread(is_kept)
        self._made(app=app, notice="", needs_runtime=needs_runtime)
        self._checking.ask()

    async def _read_model(self) -> None:
        known = self._model.name if self._is_read else None
        model = await asyncio.to_thread(newer_model, self.project.project.bundles_dir, known)
        if model is None:
            return
        needs_runtime = not await asyncio.to_thread(is_kept)
        self._model, self._is_read = model, True
        self._made(needs_runtime=needs_runtime)
        if model.name:
            self._checking.ask()
            await self._offer()

    async def _offer(self) -> None:
        """Have the pictures read that may be examples; a chosen one that may be none any more is let go."""
        chosen: tuple[str, ...] | None = None
        while chosen != self._draft.examples:  # somebody chose others meanwhile
            chosen = self._draft.examples
            offered = await asyncio.to_thread(offered_pictures, self.project.project, chosen)
        if offered != self._offered:  # else what is on its way from the page still means the same pictures
            self._offered = offered
        there = {one.image_id for one in offered}
        self._draft = self._draft.changed(examples=tuple(one for one in chosen if one in there))
        self._draw()

    async def _keep(self) -> None:
        await asyncio.sleep(TYPING_S)
        if self.state.wrong:
            return
        settings = settings_of(self._draft)
        try:
            await asyncio.to_thread(keep_share, self.project.project.manifest, settings, self._kept)
            self._kept = settings
        except TellapartError as error:
            self.project.message = error_sentence(error)

    async def _look_over(self) -> None:
        self._check = replace(self._check, is_running=True, problem="")
        self._draw()
        await asyncio.sleep(TYPING_S)
        try:
            findings = await asyncio.to_thread(self._findings)
            self._check = CheckFacts(findings)
        except (TellapartError, OSError) as error:
            self._check = CheckFacts(problem=error_sentence(error))
        self._draw()

    def _findings(self) -> Any:
        """For a thread. The model is started once; answers and kind of app change nothing about that."""
        model, settings, app = self._model.name, self.state.settings, self._making.app
        bundle_dir = self.project.project.bundles_dir / model
        if self._started is None or self._started[0] != model:
            self._started = (model, *_start_of(bundle_dir))
        _, start, reason = self._started
        made = (
            app.path if app is not None and app.target == settings.target and self.state.is_current else None
        )
        return findings_of(bundle_dir, settings.target, settings.answers, start, reason, made)

    async def _save_zip(self, app: AppFacts) -> None:
        try:
            zipped = await asyncio.to_thread(zip_app, app.path, app.second)
        except TellapartError as error:
            self._made(notice="", problem=error_sentence(error))
            return
        if self._making.app is not None and self._making.app.path == app.path:
            self._made(app=replace(self._making.app, zip=zipped), notice="")

    async def _open_app(self, app: Path) -> None:
        if await asyncio.to_thread(opened_in_browser, app):
            self._made(notice="Opened in a browser of this computer.", problem="")
        else:
            self._made(
                notice="No browser could be started here. Open the file yourself, with a double click."
            )


def _start_of(bundle_dir: Path) -> tuple[Start | None, str]:
    try:
        return measured_start(bundle_dir), ""
    except BundleError as error:
        return None, str(error)
