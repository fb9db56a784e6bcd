"""TrainState: what the Train page knows of the run, its result and its mistakes, and what it can ask for."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, Any

from tellapart.advice import Advice
from tellapart.backbones.names import DEFAULT_BACKBONE, current_name
from tellapart.errors import TellapartError
from tellapart.planning.usual_recipe import usual_recipe
from tellapart.training_runs.changing import delete_runs
from traitlets import Dict, Enum, Instance, Int, List, Tuple, Unicode, observe

from tellapart_dashboards.app.event_loop import Repeated, soon
from tellapart_dashboards.app.project_state import ProjectState
from tellapart_dashboards.app.run_follower import Job, newest_result
from tellapart_dashboards.app.thumbnails import Thumbnails
from tellapart_dashboards.pages.train.advice_desk import AdviceDesk
from tellapart_dashboards.pages.train.details.desk import DetailsDesk
from tellapart_dashboards.pages.train.details.live_curve import LiveCurve
from tellapart_dashboards.pages.train.details.more_pictures import MorePictures
from tellapart_dashboards.pages.train.details.orders import CONFIDENT, ORDERS
from tellapart_dashboards.pages.train.details.views_desk import ViewsDesk
from tellapart_dashboards.pages.train.mistakes import MistakeDesk, mistake_keys
from tellapart_dashboards.pages.train.runs_desk import RunsDesk
from tellapart_dashboards.pages.train.settings.as_before import as_before
from tellapart_dashboards.pages.train.settings.recipe_choice import Pictures, RecipeDesk
from tellapart_dashboards.pages.train.settings.sharpness import Offer
from tellapart_dashboards.pages.train.settings.weights_desk import WeightsDesk

if TYPE_CHECKING:
    from tellapart.planning.config import Recipe
    from tellapart.training_runs.waiting import WaitingTraining

FIRST_MISTAKES = 24
DISCARDED = "The paused training is in the trash. Under Details, below the table of trainings, it can be brought back."


class TrainState(Job):
    """What the Train page knows and does. result: result.json of the last good training, {} before.

    runs: the table of trainings; choice: of the recipe, with how long each takes; weights: a file of one's own; advice:
    what would help the training that is shown; views: how thorough training varies the pictures; live: the curve of
    the one that is followed; details: of the result; more: what more pictures would bring.
    """

    tasks = ("train",)
    prior = Enum(("project", "equal"), "project")  # how common the labels are among the pictures to come
    backbone = Unicode(DEFAULT_BACKBONE)
    offers = List(Instance(Offer))
    result = Dict()
    last = Dict()  # the settings of that training, as far as the next one may keep them
    order = Enum(ORDERS, CONFIDENT)  # of the mistakes
    chosen = List(Int())  # [actual, predicted] whose mistakes are in sight, [] for all
    n_shown = Int(FIRST_MISTAKES)
    mistakes = List(Dict())  # those of the chosen cell, in that order
    pictures = Tuple(([], [], [], [], [], []))  # of the first n_shown mistakes, see `MistakeDesk.drawn`
    decided = List(Unicode())  # what was decided about each of these since, "" for nothing
    arrivals = Int(0)  # raised when the pictures of a cell are in sight, which somebody asked for
    labels = List(Unicode())  # those with a digit key

    def __init__(self, project: ProjectState, **traits: Any) -> None:
        super().__init__(project_dir=project.project_dir, **traits)
        self.project = project
        self.runs = RunsDesk(project.project)
        self.weights = WeightsDesk(project.project)
        self.advice = AdviceDesk(project, self._train_as_advised)
        self.desk = MistakeDesk(project.project, project.noted, lambda: project.review)
        self._following, self._drawing = Repeated(self._follow_decisions), Repeated(self._draw)
        self._is_asked = False
        self.views, self.live = ViewsDesk(project.project), LiveCurve()
        self.details = DetailsDesk(project.project)
        self.more = MorePictures(project.project_dir, start_run=self.start_run, find_run=self.find_run)
        self._thumbnails = Thumbnails(Path(project.project_dir), side_px=240)
        self._result_of = ""  # the run whose result is shown
        newest = newest_result(Path(project.project_dir), "train")
        if newest is not None:
            self._result_of = newest[0]
            self.chosen, self.result = [], newest[1]
        self.choice = RecipeDesk(Path(project.project_dir), self._go_on_with(self.result.get("config", {})))
        self.project.take_training(self.result)
        self.project.read()
        self.observe(lambda change: self.project.take_training(change["new"]), "result")
        self.last = self.result.get("config", {})
        self.observe(lambda change: self.set_trait("last", change["new"].get("config", {})), "result")
        self.read()

    def _go_on_with(self, config: dict[str, Any]) -> Recipe:
        """Take over the settings of the last training, for the next one; its recipe."""
        self.prior = config.get("prior", self.prior)
        self.backbone = current_name(config.get("backbone", self.backbone))
        self.weights.use(config.get("weights"), self.result.get("backbone", ""))
        known: dict[str, Recipe] = {"quick": "quick", "thorough": "thorough", "everything": "everything"}
        return known.get(str(config.get("recipe")), usual_recipe(self.project.counts))

    def train(self) -> None:
        """Have training started."""
        config: dict[str, Any] = {
            "backbone": self.backbone,
            "prior": self.prior,
            "recipe": self.choice.state.recipe,
            **self.kept,
        }
        if config["recipe"] != "quick":
            config["variation"] = self.views.variation.to_json()
        own = self.weights.own
        self.start("train", {**config, "weights": own.path} if own else config)

    @property
    def kept(self) -> dict[str, Any]:
        """What the next training takes over from the last, beside what the page shows."""
        return as_before(self.last, self.choice.state.recipe)

    def forget_last(self) -> None:
        """Have the next training go by the usual settings, but for what the page shows."""
        self.last = {}

    def _train_as_advised(self, advice: Advice) -> None:
        """Have another training started, with the backbone that is advised, or thoroughly."""
        if advice.backbone:
            self.backbone = advice.backbone
        else:
            self.choice.choose("thorough")
        self.train()

    def pause(self) -> None:
        """Ask the run to stop where it is, so that it can go on later."""
        if self.stage == "running":
            self.message, self.step = "Pausing …", None
            soon(self._pause())

    @property
    def waiting(self) -> WaitingTraining | None:
        """The training that was paused and can go on now."""
        return None if self.stage == "running" else self.runs.state.waiting

    def resume(self, run_id: str = "") -> None:
        """Have a paused training go on: another run with its settings, from its last checkpoint. run_id: "" for the
        newest of those that wait."""
        waiting = self.runs.state.resting_as(run_id) if run_id else self.waiting
        if waiting is not None:
            self.start("train", waiting.config)

    def discard(self) -> None:
        """Have the paused training moved to the trash."""
        soon(self._discard())

    @property
    def can_pause(self) -> bool:
        """Whether what runs could go on later from where it is."""
        return bool(self.stage == "running" and self.config.get("recipe", "quick") != "quick")

    async def poll(self) -> None:
        """Take over where the newest run is, and which trainings there are."""
        await super().poll()
        await self.runs.poll()
        await self.more.poll()
        is_under_way = self.stage in ("running", "paused")
        await self.live.poll(self.run if is_under_way else None, self.config.get("recipe", "quick"))

    def begin(self) -> None:
        """Have drawn what the page shows first, and read what there is to choose from."""
        self._drawing.ask()
        self.observe(lambda _: self._drawing.ask(), ["n_shown", "chosen", "result", "mistakes"])
        soon(self.load_offers())
        self.observe(lambda _: soon(self.load_offers()), "result")
        self.observe(lambda _: self.runs.look(), "stage")
        self.runs.observe(lambda _: soon(self._follow_runs()), "state")
        self.runs.observe(self._follow_anew, "state")
        self.observe(lambda _: self._seek_advice(), "result")
        self.advice.begin()
        self._seek_advice()
        self.observe(self._know, ["backbone", "result"])
        self.weights.observe(self._know, "own")
        self.observe(lambda _: self._offer(), "result")
        self.project.observe(self._know, "counts")
        self.project.observe(lambda _: self._offer(), "counts")
        self.project.observe(lambda _: self._following.ask(), "decided_up_to")
        self._offer()
        self.details.show(self.result)
        self.observe(lambda _: self.details.show(self.result), "result")
        self.observe(lambda _: self.details.want("order", self.order != CONFIDENT), "order")
        self.details.observe(self._choose, "details")
        self.views.begin()
        self._know()
        self.runs.look()

    def _seek_advice(self) -> None:
        self.advice.know(self._result_of if self.result else "")

    async def load_offers(self) -> None:
        """Take over the networks to choose from, with their size and how long each takes."""
        try:
            self.offers = await asyncio.to_thread(_offers, sum(self.project.counts.values()), self._n_seen)
        except TellapartError as error:
            self.message = str(error)

    def take_result(self, result: dict[str, Any]) -> None:
        self._result_of = self.run_id
        self.chosen = []
        self.result = result

    async def _pause(self) -> None:
        async with self._turn.taken():
            if self.run is not None and self.stage == "running":
                await asyncio.to_thread(self.run.pause)

    async def _discard(self) -> None:
        async with self._turn.taken():
            if self.waiting is None:
                return
            try:
                await asyncio.to_thread(delete_runs, self.project.project, [self.waiting.run])
            except TellapartError as error:
                self._fail(error)
                return
            self.message, self.stage = DISCARDED, "cancelled"
        self.runs.look()

    def _follow_anew(self, change: dict[str, Any]) -> None:
        """A paused training that was brought back may be the newest again."""
        is_back = change["old"].waiting is None and change["new"].waiting is not None
        if is_back and self.stage == "cancelled":
            self.run, self._seen_ns = None, -1

    async def _follow_runs(self) -> None:
        """Show the result of the newest training that is there, when one was deleted or brought back; of a deleted one
        nothing is said any more."""
        if any(one.run_id == self.run_id for one in self.runs.state.trash):
            if self.stage == "paused":
                self.message, self.stage = DISCARDED, "cancelled"
            elif self.stage == "failed":
                self.message, self.stage = "", "idle"
        newest = self.runs.state.rows[0].run_id if self.runs.state.rows else ""
        if self.stage == "running" or newest == self._result_of:
            return
        found = await asyncio.to_thread(newest_result, Path(self.project_dir), "train")
        self._result_of, result = found or ("", {})
        self.chosen = []
        self.result = result

    def _know(self, _: Any = None) -> None:
        """What the time of a training depends on."""
        n_seen = self._n_seen(self.backbone)
        n, has_own_file = sum(self.project.counts.values()), self.weights.own is not None
        self.choice.know(Pictures(n, n_seen, self.backbone, has_own_file))

    def _n_seen(self, backbone: str) -> int:
        """Pictures that need not be looked at anew."""
        has_seen = self.result.get("backbone") == backbone
        return self.result["n_train"] + self.result["n_valid"] if has_seen else 0

    def show_more(self) -> None:
        """Have twice as many mistakes in sight."""
        self.n_shown = 2 * self.n_shown

    def has_hint(self) -> bool:
        """Whether the commonest mistake is worth naming; a large matrix names several by itself."""
        is_small = len(self.result.get("classes", [])) <= 12
        return is_small and not self.chosen and self.largest_confusion() is not None

    def largest_confusion(self) -> tuple[int, int, int] | None:
        """(actual, predicted, number) of the commonest mistake, None when there is none; ties: the first."""
        cells = [
            (n, -actual, -predicted)
            for actual, row in enumerate(self.result.get("confusion", []))
            for predicted, n in enumerate(row)
            if n and actual != predicted
        ]
        n, actual, predicted = max(cells, default=(0, 0, 0))
        return (-actual, -predicted, n) if n else None

    @observe("result", "chosen", "order")
    def _choose(self, _: Any) -> None:
        # results of older versions have them by loss
        wrong = sorted(self.result.get("mistakes", []), key=lambda one: -one["confidence"])
        if self.order != CONFIDENT:
            wrong = self.details.details.in_order.get(self.order, [])
        if self.chosen:
            actual, predicted = (self.result["classes"][i] for i in self.chosen)
            wrong = [one for one in wrong if one["label"] == actual and one["predicted"] == predicted]
        self._is_asked = bool(self.chosen)
        self.n_shown = FIRST_MISTAKES
        self.mistakes = wrong

    def _offer(self) -> None:
        """The labels to choose from are those of the project now; late keys of others are still known as such."""
        self.labels = mistake_keys(self.project.counts, self.result.get("mistakes", []))
        self.desk.offer(self.project.counts)

    async def _draw(self) -> None:
        wrong = self.mistakes[: self.n_shown]
        await asyncio.to_thread(self.desk.begin, [*self.result.get("mistakes", []), *wrong])
        pictures = await asyncio.to_thread(self.desk.drawn, wrong, self._thumbnails)
        if (
            wrong != self.mistakes[: self.n_shown]
        ):  # the person has chosen something else: another round follows
            return
        self.pictures = pictures
        await self._follow_decisions()
        if self._is_asked:
            self._is_asked = False
            self.arrivals += 1

    async def _follow_decisions(self) -> None:
        """Take over what was decided about the mistakes in sight, on any page."""
        keys = self.pictures[4]
        decided = await asyncio.to_thread(self.desk.decided, keys)
        if keys is self.pictures[4]:
            self.decided = decided


def _offers(n: int, n_seen: Callable[[str], int]) -> list[Offer]:
    """n: pictures; n_seen: of them, those that this network has looked at. For a thread: it takes a while to import."""
    from tellapart.backbones.catalogue import offers
    from tellapart.train.estimate import quick_seconds

    return [
        Offer(
            one.name,
            one.megabytes,
            one.is_ready,
            quick_seconds(max(0, n - n_seen(one.name)), one.name) if n else None,
            one.sentence,
            one.needs,
        )
        for one in offers()
    ]
