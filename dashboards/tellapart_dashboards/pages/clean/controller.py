"""CleanPage: takes what happens on the Clean page, has the work done beside it, and puts out a new state each time."""

from __future__ import annotations

import asyncio
from dataclasses import replace
from typing import Any

from tellapart.clean import Review, decision_of
from tellapart.errors import Cancelled, TellapartError
from tellapart.progress import Doing
from traitlets import HasTraits, Instance

from tellapart_dashboards.app.event_loop import Repeated, from_thread, result_of, soon
from tellapart_dashboards.app.project_state import CLEAN_ERROR, N_FINDINGS, ProjectState
from tellapart_dashboards.app.run_follower import Job
from tellapart_dashboards.app.wording import count, error_sentence
from tellapart_dashboards.pages.clean.filters import restored
from tellapart_dashboards.pages.clean.grid_source import CleanDesk
from tellapart_dashboards.pages.clean.opening import (
    Newcomers,
    ReviewOpening,
    TooManyPictures,
    training_config,
)
from tellapart_dashboards.pages.clean.phases import Opening
from tellapart_dashboards.pages.clean.queue import Queue, QueueSource, QueueView
from tellapart_dashboards.pages.clean.saved_queue import load_queue, save_queue
from tellapart_dashboards.pages.clean.state import (
    CleanState,
    ProjectFacts,
    ReviewFacts,
    RunFacts,
    Told,
    clean_state,
)
from tellapart_dashboards.pages.clean.texts import DECIDED, EVERY

PAINT_S = 1.0
PATIENCE_S = 0.7  # without a picture, while the review is being opened
VIEW_SETTING = "clean_view"


class CleanRun(Job):
    """The run that looks at many pictures."""

    tasks = ("clean",)


class CleanPage(HasTraits):
    """Events go in, `state` is another one afterwards. Holds the work that is under way, and no fact twice.

    Making one reads the disk: do it on a thread. All else is called on the page's loop.
    """

    state = Instance(CleanState)

    def __init__(self, project: ProjectState, **run: Any) -> None:
        super().__init__()
        self.project = project
        self.run = CleanRun(project_dir=project.project_dir, **run)
        self.review: Review | None = None
        self.desk = CleanDesk(project.project, self._decided, lambda: self.review)
        manifest = project.project.manifest
        self._n_open_before = int(manifest.setting(N_FINDINGS, -1))
        self._filters = restored(manifest.setting(VIEW_SETTING, {}), project.counts)
        self._facts = ReviewFacts()
        self._queue = Queue(project.project, lambda: self.review)
        self._newcomers = Newcomers(project.project)
        self._run_up_to = 0  # the last picture that the run started here looks at
        self._attempt: ReviewOpening | None = None  # to open the review, while it is under way
        self._early: asyncio.Task[None] | None = None
        self._reading: object = None  # the latest reading of the queue; others are too late
        self._learning = Repeated(self._learn)
        self._keeping = Repeated(self._keep_view)
        self._seen_version: int | None = None
        self.run.read()
        self._draw()
        self.run.observe(self._run_changed, ["stage", "message", "step", "progress", "is_progress_known"])
        project.observe(self._pictures_changed, "counts")
        project.observe(lambda _: soon(self._catch_up()), "decided_up_to")

    def _draw(self) -> None:
        job = self.run
        run = RunFacts(
            job.stage == "running", Told(job.message, job.progress, job.is_progress_known, job.step)
        )
        project = ProjectFacts(self.project.counts, self._n_open_before)
        self.state = clean_state(project, self._facts, self._filters, run)

    def _learned(self, **facts: Any) -> None:
        self._facts = replace(self._facts, **facts)
        self._draw()

    # -- what a person does

    def look_ahead(self) -> None:
        """Have read what is known without a review, for a page that will soon show it."""
        if self.project.n_pictures:
            self._known()

    def look(self) -> None:
        """Have the review opened, after a run where many pictures have to be looked at first."""
        if self.review is None and self._attempt is None and self.project.n_pictures:
            self._learned(opening=Opening.UNDER_WAY, problem="", told=Told())
            self._open(paint_s=PAINT_S)  # opening takes the processor: first let the page have its pictures

    def cancel(self) -> None:
        """Ask whatever looks at the pictures to stop."""
        self.run.cancel()
        if self._attempt is not None:
            self._attempt.cancel()
            self._learned(told=replace(self._facts.told, message="Stopping …", step=None))

    def choose(self, **choices: Any) -> None:
        """Other filters, see `Filters`."""
        before, after = self._filters, self._filters.changed(**choices)
        if after == before:
            return
        self._filters = after
        self._draw()
        if after.kept() != before.kept():
            self._keeping.ask()
        if replace(after, size=before.size) != before and self.project.n_pictures:
            soon(self._show())

    def choose_threshold(self, threshold: float) -> None:
        """Suggestions surer than that are offered from now on, if that is not so already."""
        if threshold != self.state.queue.threshold:
            previewed = threshold if self._filters.is_previewing else None
            self.choose(chosen_threshold=threshold, previewed=previewed)

    def preview(self, is_wanted: bool) -> None:
        """Show exactly the pictures whose suggestions would be applied; these stay, whatever is decided of them."""
        self.choose(previewed=self.state.queue.threshold if is_wanted else None)

    def apply_suggestions(self) -> None:
        """What the preview shows is being written down, as one batch that one undo takes back."""
        soon(self._apply())

    async def _apply(self) -> None:
        made = map(decision_of, self.state.queue.suggested.values())
        decisions = [one for one in made if one is not None]
        try:
            await self.desk.carry_out(decisions)
        except TellapartError as error:
            self._learned(problem=error_sentence(error))
            return
        self._learned(notice=f"{count(len(decisions), 'suggestion')} applied. One undo reverts them all.")
        self.preview(False)

    # -- what happens elsewhere

    @property
    def is_running(self) -> bool:
        """Whether a run looks at pictures."""
        return self.run.is_running

    def tell(self, sentence: str) -> None:
        """Say what went wrong."""
        self._learned(problem=sentence)

    async def poll(self) -> None:
        """Follow the run, and take over what other pages decided and pictures that came in."""
        await self.run.poll()
        version = await asyncio.to_thread(self.project.project.manifest.version)
        is_new = self._seen_version not in (None, version)
        self._seen_version = version
        if is_new and self.review is not None:
            await asyncio.to_thread(self.desk.sheet.catch_up)
            self._decided()

    async def _catch_up(self) -> None:
        """Take over what another page here decided; what was decided on this one is known."""
        if await asyncio.to_thread(self.desk.sheet.catch_up):
            self._decided()

    def _run_changed(self, change: dict[str, Any]) -> None:
        if change["name"] == "stage" and change["old"] == "running":
            if change["new"] == "done":
                self._newcomers.are_looked_at(self._run_up_to)
                if self.review is None:
                    self._open()
                else:
                    self._learning.ask()
            elif self.review is None:
                is_failed = change["new"] == "failed"
                self._learned(
                    opening=Opening.FAILED if is_failed else Opening.STOPPED,
                    problem=self.run.message if is_failed else "",
                )
        self._draw()

    def _pictures_changed(self, change: dict[str, Any]) -> None:
        n_before, n = sum(change["old"].values()), sum(change["new"].values())
        self._draw()
        if self.review is not None and n > n_before:
            self._learning.ask()
        elif not n_before:
            self.look()

    # -- opening

    def _known(self) -> asyncio.Task[None]:
        """The reading of all that needs no review, done once."""
        if self._early is None:
            self._early = soon(self._show_known())
        return self._early

    async def _show_known(self) -> None:
        """The queue of the last visit, what was decided, every picture."""
        try:
            self._queue.early = await asyncio.to_thread(load_queue, self.project.project)
        except TellapartError as error:
            self._learned(problem=error_sentence(error))
            return
        if self._filters.kind == EVERY:
            await self._show(is_first=True)
        if self._queue.early or self._filters.kind in (DECIDED, EVERY):
            await self._show()

    def _open(self, paint_s: float = 0.0) -> None:
        if self._attempt is None:
            self._attempt = ReviewOpening(self.project.project, self._newcomers, from_thread(self._tell))
            soon(self._try_to_open(self._attempt, paint_s))

    async def _try_to_open(self, attempt: ReviewOpening, paint_s: float) -> None:
        try:
            await result_of(self._known())
            if self.state.queue.ids:
                await asyncio.sleep(paint_s)
            up_to = await asyncio.to_thread(self._newcomers.last)
            opening = soon(asyncio.to_thread(attempt.open))
            await asyncio.wait({opening}, timeout=PATIENCE_S)
            if not opening.done():
                await self._show_meanwhile()
            review = await opening
        except TooManyPictures:
            self._attempt = None
            await self._start_looking()
            await self._show_meanwhile()
        except Cancelled:
            self._learned(opening=Opening.STOPPED)
        except Exception as error:
            self._learned(opening=Opening.FAILED, problem=error_sentence(error))
        else:
            self.review = self.project.review = review
            self._newcomers.are_looked_at(up_to)
            self._learned(opening=Opening.OPEN)
            await self._show(n_rankings=self._facts.n_rankings + 1)
            self._learning.ask()
        finally:
            self._attempt = None

    def _tell(self, done: int, total: int, message: Doing) -> None:
        if self._attempt is not None and not self._attempt.is_cancelled:
            self._learned(told=Told(str(message), done / total if total else 0.0, total > 0, message.step))

    async def _show_meanwhile(self) -> None:
        """Every picture, where there is nothing better to look at yet."""
        if self._queue.source is QueueSource.NOTHING and not self._filters.kind and not self.state.queue.ids:
            await self._show()

    async def _start_looking(self) -> None:
        """A run with progress looks at the pictures that are new, those that cannot be read only once."""
        if self.run.stage != "running":
            self._run_up_to = await asyncio.to_thread(self._newcomers.last)
            config = await asyncio.to_thread(training_config, self.project.project)
            self.run.start("clean", config.to_json())

    # -- the queue in sight

    async def _show(self, is_first: bool = False, **learned: Any) -> None:
        """What is in sight, from what is known right now, drawn at once with what else was learned.

        is_first: of every picture the first few.
        """
        reading = self._reading = object()
        try:
            queue = await asyncio.to_thread(self._read, is_first)
        except TellapartError as error:
            self._learned(**{**learned, "problem": error_sentence(error)})
            return
        if reading is self._reading:
            learned["queue"] = queue
            self.desk.findings.update({finding.image_id: finding for finding in queue.findings})
            self.desk.previewed = queue.suggested if queue.filters.is_previewing else {}
        if learned:
            self._learned(**learned)

    def _read(self, is_first: bool) -> QueueView:
        before, desk, filters = self._facts.queue, self.desk, self._filters
        queue = self._queue.read(filters, self.project.counts, before, desk.sheet.is_touched, is_first)
        if queue.sheet != before.sheet:
            decided = self.project.project.journal.decided()
            desk.sheet.start(decided.entries if filters.kind == DECIDED else ())
        return queue

    async def _keep_view(self) -> None:
        await self._keep(VIEW_SETTING, self._filters.kept())

    async def _keep(self, name: str, value: Any) -> None:
        try:
            await asyncio.to_thread(self.project.project.manifest.set_setting, name, value)
        except TellapartError as error:
            self._learned(problem=error_sentence(error))

    # -- learning

    def _decided(self) -> None:
        """Something was decided, undone or done again, here or elsewhere, and is in the journal."""
        soon(self._after_decision())

    async def _after_decision(self) -> None:
        if self.review is None:
            await self._show()  # what is decided leaves the queue
            return
        self._learning.ask()  # ends with the same; until then the page itself knows what was decided
        queue = self._facts.queue
        decisions = await asyncio.to_thread(self._queue.decisions)
        if queue is self._facts.queue:  # else a later reading knows better
            self._learned(queue=replace(queue, decisions=decisions))

    async def _learn(self) -> None:
        """The review learns from everything decided so far, and the queue is ranked anew."""
        try:
            if self.review is not None:
                await self._learn_once(self.review)
        except Exception as error:
            self._learned(problem=error_sentence(error))
            await self._show()  # not ranked anew, but without what is decided

    async def _learn_once(self, review: Review) -> None:
        if not await asyncio.to_thread(self._newcomers.refresh, review):
            await self._start_looking()
            await self._show()
            return
        await self._show(n_rankings=self._facts.n_rankings + 1, problem="")
        if self._learning.is_asked:  # what the decisions bought is worked out when somebody pauses
            return
        gain = await asyncio.to_thread(review.gain)
        self._learned(gain=gain)
        await asyncio.to_thread(lambda: save_queue(self.project.project, review.queue()))
        await self._keep(N_FINDINGS, self.state.n_open)
        await self._keep(CLEAN_ERROR, gain.to_json())
