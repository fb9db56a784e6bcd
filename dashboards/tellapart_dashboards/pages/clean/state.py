"""CleanState: what the Clean page knows: the review, the queue that is in sight, decisions, filters."""

from __future__ import annotations

import asyncio
from collections import Counter
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np
from tellapart.clean import Finding, Review, decision_of, open_review
from tellapart.errors import Cancelled, TellapartError
from tellapart.labels import label_order
from tellapart.planning.config import TrainConfig
from tellapart.progress import Doing
from tellapart.runs import Run
from traitlets import Any as AnyTrait
from traitlets import Bool, Dict, Enum, Float, Int, List, Unicode, observe

from tellapart_dashboards.app.background import soon
from tellapart_dashboards.app.job import Job
from tellapart_dashboards.app.project_state import N_FINDINGS, ProjectState
from tellapart_dashboards.app.wording import count, error_sentence
from tellapart_dashboards.pages.clean.grid_source import CleanDesk
from tellapart_dashboards.pages.clean.queue import THRESHOLDS, Queue, View, Wish
from tellapart_dashboards.pages.clean.saved_queue import load_queue, save_queue
from tellapart_dashboards.pages.clean.texts import DECIDED, EVERY, KIND_NAMES
from tellapart_dashboards.pages.train.view import newest_result

QUICK = 100  # pictures that are looked at right here; more are a run's work, with progress
PAINT_S = 1.0
PATIENCE_S = 0.7  # without a picture, while the review is being opened
N_KEYS = 9
SPLITS = ("train", "valid", "test")
VIEW_SETTING = "clean_view"
_KEPT = ("kind", "label", "split", "size", "chosen_threshold")


class _TooMany(Cancelled):
    """More pictures have to be looked at than a page does by itself."""


class CleanState(Job):
    """What the Clean page knows and does. phase: "ready" once the review is open; the early queue shows before.

    order: (numbers of the pictures in sight, whether they are others than before). is_first_look: these are all, as
    they came, while nobody knows which are worth a look.
    region: pictures chosen on the map, [] for all. suggested: what would be applied, image_id -> finding.
    """

    tasks = ("clean",)
    phase = Enum(("empty", "looking", "ready", "stopped", "failed"), "looking")
    problem = Unicode("")
    kind = Enum(tuple(KIND_NAMES), "")
    label = Unicode("")
    split = Enum(("", *SPLITS), "")
    size = Enum(("S", "M", "L"), "M")
    threshold = Float(THRESHOLDS[0])  # what is surer than that can be applied at once
    chosen_threshold = Float(0.0)  # by the person; 0: the highest above which there is a suggestion
    region = List(Unicode())
    is_previewing = Bool(False)
    counts = Dict()
    n_open = Int(-1)  # -1: not known yet
    is_first_look = Bool(False)
    n_decided = Int(0)
    suggested = Dict()
    n_above: Any = Dict()  # of THRESHOLDS -> how many suggestions are surer
    gain = Unicode("")
    notice = Unicode("")
    key_labels = List(Unicode())  # those with a digit key
    order = AnyTrait((np.zeros(0, "<u4"), False))
    can_undo = Bool(False)
    can_redo = Bool(False)
    is_changed = Int(0)  # raised when words of pictures in sight may have changed

    def __init__(self, project: ProjectState, **traits: Any) -> None:
        super().__init__(project_dir=project.project_dir, **traits)
        self.project = project
        self.desk = CleanDesk(project.project, self._decided)
        self.review: Review | None = None
        self.queue = Queue(project.project)
        self._looked_up_to = (
            0  # number of the last picture that is no news to a run that ended, or to the review
        )
        self._run_up_to = 0  # the same of the run that this page started last
        self._is_opening = self._is_learning = self._learn_again = self._is_other = False
        self._is_known = self._is_touched = self._is_cancel_asked = False
        self._knowing = asyncio.Lock()
        self._n_shown = 0
        self._seen_version = -1
        self._is_made = False
        self._restore_view()
        self._is_made = True
        self.n_open = int(project.project.manifest.setting(N_FINDINGS, -1))
        project.observe(self._pictures_came, "counts")
        Job.poll(self)

    # -- opening

    def look_ahead(self) -> None:
        """Nothing; what is known without a review is being read, for a page that will soon show it."""
        if self.project.n_pictures:
            soon(self._show_known())

    def look(self) -> None:
        """Nothing; the review is being opened, after a run where many pictures have to be looked at first."""
        if self.review is None:
            self.problem = ""
            soon(self._begin())

    def cancel(self) -> None:
        """Nothing; looking through the pictures is asked to stop."""
        super().cancel()
        if self.stage != "running":
            self._is_cancel_asked, self.message, self.step = True, "Stopping …", None

    async def _begin(self) -> None:
        if not self.project.n_pictures:
            self.phase = "empty"
            return
        self.phase, self._is_cancel_asked = "looking", False
        self.message, self.step, self.is_progress_known = "", None, False
        await self._show_known()
        if len(self.order[0]):
            await asyncio.sleep(PAINT_S)  # opening takes the processor: first let the page have its pictures
        await self._open()

    async def _show_known(self) -> None:
        """The queue of the last visit, what was decided, every picture: all that needs no review."""
        async with self._knowing:
            if self._is_known:
                return
            self._is_known = True
            try:
                self.queue.early = await asyncio.to_thread(load_queue, self.project.project)
                if self.kind == EVERY:
                    await self._bring_up(is_other=True, is_first=True)
                if self.queue.early or self.kind in (DECIDED, EVERY):
                    await self._bring_up(is_other=self.kind != EVERY)
            except TellapartError as error:
                self.problem = error_sentence(error)

    async def _open(self) -> None:
        if self._is_opening or self.review is not None:
            return
        self._is_opening = True
        up_to = self._last_number()
        opening = asyncio.ensure_future(asyncio.to_thread(self._opened, asyncio.get_running_loop()))
        try:
            await asyncio.wait({opening}, timeout=PATIENCE_S)
            if not opening.done():
                await self._show_meanwhile()
            review = await opening
        except _TooMany:
            self._start_looking()
            if self.stage == "failed":
                self.problem, self.phase = self.message, "failed"
                return
            await self._show_meanwhile()
            return
        except Cancelled:
            self.phase = "stopped"
            return
        except Exception as error:
            self.problem, self.phase = error_sentence(error), "failed"
            return
        finally:
            self._is_opening = False
        self.review = self.queue.review = self.desk.model = review
        self._looked_up_to = up_to
        self.phase = "ready"
        is_ranked_now = self.is_first_look and not self._is_touched
        self.is_first_look = False
        await self._bring_up(is_other=is_ranked_now or not len(self.order[0]))
        self.is_changed += 1
        await self._learn()

    async def _show_meanwhile(self) -> None:
        """Every picture, where there is nothing better to look at yet."""
        if self.queue.is_unknown and not self.kind and not len(self.order[0]):
            self.is_first_look = True
            await self._bring_up(is_other=True)

    def _opened(self, loop: asyncio.AbstractEventLoop) -> Review:
        def progress(done: int, total: int, message: Doing) -> None:
            if total - done > QUICK and self._n_new() > QUICK:
                raise _TooMany(message)
            if self._is_cancel_asked:
                raise Cancelled(message)
            loop.call_soon_threadsafe(self._tell, done, total, message)

        return open_review(self.project.project, self._config(), progress)

    def _tell(self, done: int, total: int, message: Doing) -> None:
        if self.stage != "running" and not self._is_cancel_asked:
            self.message, self.step = message, message.step
            self.progress = done / total if total else 0.0
            self.is_progress_known = total > 0

    def _config(self) -> TrainConfig:
        """Of the newest training, so that both see with the same eyes."""
        newest = newest_result(Path(self.project_dir))
        if newest is None:
            return TrainConfig()
        return TrainConfig.from_json(Run(Path(self.project_dir) / "runs" / newest[0]).config)

    @observe("stage")
    def _stage_changed(self, change: dict[str, Any]) -> None:
        if change["old"] != "running":
            return
        if change["new"] == "done":
            self._looked_up_to = max(self._looked_up_to, self._run_up_to)
            soon(self._learn() if self.review else self._open())
        elif self.review is None:
            self.phase = "stopped" if change["new"] == "cancelled" else "failed"
            self.problem = self.message if self.phase == "failed" else ""

    def _pictures_came(self, change: dict[str, Any]) -> None:
        if self.phase == "empty" and self.project.n_pictures:
            self.look()
        elif self.review is not None and sum(change["new"].values()) > sum(change["old"].values()):
            soon(self._learn())

    # -- the queue in sight

    @observe("kind", "label", "split", "region", "is_previewing")
    def _filter_changed(self, change: dict[str, Any]) -> None:
        if change["name"] in ("kind", "label", "split") and self.is_previewing:
            self.is_previewing = False  # comes here again
            return
        if self.phase != "empty" and self._is_made:
            soon(self._bring_up(is_other=True))

    @observe(*_KEPT)
    def _keep_view(self, _: Any) -> None:
        if self._is_made:
            view = {name: getattr(self, name) for name in _KEPT}
            soon(self._keep(VIEW_SETTING, view))

    def choose_threshold(self, threshold: float) -> None:
        """Nothing; suggestions surer than that are offered from now on, if that is not so already."""
        if threshold != self.threshold:
            self.threshold = self.chosen_threshold = threshold
            soon(self._bring_up(is_other=self.is_previewing))

    async def _keep(self, name: str, value: Any) -> None:
        try:
            await asyncio.to_thread(self.project.project.manifest.set_setting, name, value)
        except TellapartError as error:
            self.problem = error_sentence(error)

    def _restore_view(self) -> None:
        kept = self.project.project.manifest.setting(VIEW_SETTING, {})
        label = kept.get("label", "")
        self.label = label if label in self.project.counts else ""
        for name, offered in (
            ("kind", KIND_NAMES),
            ("split", SPLITS),
            ("size", ("S", "M", "L")),
            ("chosen_threshold", THRESHOLDS),
        ):
            if kept.get(name) in offered:
                setattr(self, name, kept[name])

    async def _bring_up(self, is_other: bool, is_first: bool = False) -> None:
        """What is in sight, from what is known right now; is_first: of every picture the first few."""
        self._n_shown += 1
        number = self._n_shown
        self._is_other |= is_other
        try:
            view = await asyncio.to_thread(self._view, self._is_other, is_first)
        except TellapartError as error:
            self.problem = error_sentence(error)
            return
        if number != self._n_shown:  # another filter was chosen meanwhile
            return
        is_other, self._is_other = self._is_other, False
        self.desk.findings.update({finding.image_id: finding for finding in view.findings})
        self.desk.suggested = view.suggested if self.is_previewing else {}
        with self.hold_trait_notifications():
            self.counts, self.n_decided, self.suggested = view.counts, view.n_decided, view.suggested
            self.threshold, self.n_above = view.threshold, view.n_above
            self.can_undo, self.can_redo = view.can_undo, view.can_redo
            self.key_labels = self._with_keys(view.findings)
            self.order = (self.desk.keys_of(view.ids), is_other)
            self.n_open = view.n_open

    def _view(self, is_other: bool, is_first: bool) -> View:
        # what is previewed stays the same, whatever is decided of it
        threshold = self.threshold if self.is_previewing else self.chosen_threshold
        wish = Wish(self.kind, self.label, self.split, frozenset(self.region), threshold, self.is_previewing)
        view = self.queue.view(wish, is_first)
        if is_other:
            self.desk.start_sheet(view.standing if self.kind == DECIDED else ())
        return view

    def open_findings(self) -> list[Finding]:
        """What nobody has decided about yet, worst first."""
        return self.queue.open_findings()

    def _with_keys(self, findings: Sequence[Finding]) -> list[str]:
        """All labels, or of many the nine that are suggested most often; once chosen they stay."""
        labels = sorted(self.project.counts, key=label_order)
        if len(labels) <= N_KEYS:
            return labels
        if self.key_labels and set(self.key_labels) <= set(labels):
            return list(self.key_labels)
        often = Counter(one.suggestion.label for one in findings if one.suggestion and one.suggestion.label)
        return sorted(sorted(labels, key=lambda label: -often[label])[:N_KEYS], key=label_order)

    # -- learning

    def _decided(self) -> None:
        self.can_undo = self._is_touched = True
        soon(self._after_decision())

    async def _after_decision(self) -> None:
        if self.review is None:
            await self._bring_up(is_other=False)  # what is decided leaves the queue
        else:
            await self._learn()  # ends with the same; until then the page itself knows what was decided

    async def _learn(self) -> None:
        """The review has learned from everything decided so far, and the queue is ranked anew."""
        if self.review is None:
            return
        self._learn_again = True
        if self._is_learning:
            return
        self._is_learning = True
        try:
            while self._learn_again:
                self._learn_again = False
                await self._learn_once(self.review)
            self.problem = ""
        except Exception as error:
            self.problem = error_sentence(error)
            await self._bring_up(is_other=False)  # not ranked anew, but without what is decided
        finally:
            self._is_learning = False

    async def _learn_once(self, review: Review) -> None:
        if self._n_new() > QUICK:
            self._start_looking()
            await self._bring_up(is_other=False)
            return
        up_to = self._last_number()
        await asyncio.to_thread(review.refresh)
        self._looked_up_to = up_to
        await self._bring_up(is_other=False)
        self.is_changed += 1
        if self._learn_again:  # what the decisions bought is worked out when somebody pauses
            return
        self.gain = (await asyncio.to_thread(review.gain)).sentence
        await asyncio.to_thread(save_queue, self.project.project, review.queue())
        await self._keep(N_FINDINGS, self.n_open)

    def _start_looking(self) -> None:
        """Nothing; a run with progress looks at the pictures that are new, those that cannot be read only once."""
        if self.stage != "running":
            self._run_up_to = self._last_number()
            self.start("clean", self._config().to_json())

    def _last_number(self) -> int:
        return self.project.project.manifest.last_number()

    def _n_new(self) -> int:
        return self.project.project.manifest.n_pictures(after=self._looked_up_to)

    def poll(self) -> None:
        """Nothing; a run is followed, decisions of other pages and pictures that came in are taken over."""
        super().poll()
        version = self.project.project.manifest.version()
        if version != self._seen_version:
            is_first, self._seen_version = self._seen_version < 0, version
            if self.review is not None and not is_first:
                self.desk.catch_up()
                self._decided()

    # -- suggestions

    def apply_suggestions(self) -> None:
        """Nothing; what the preview shows is being written down, as one batch that one undo takes back."""
        soon(self._apply())

    async def _apply(self) -> None:
        made = map(decision_of, self.suggested.values())
        decisions = [one for one in made if one is not None]
        try:
            await self.desk.carry_out(decisions)
        except TellapartError as error:
            self.problem = error_sentence(error)
            return
        self.notice = f"{count(len(decisions), 'suggestion')} applied. One undo takes all of them back."
        self.is_previewing = False
