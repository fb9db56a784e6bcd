"""ThingsCleaning: looks at the things of a project, keeps decisions, and gives the state that the page shows."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Sequence
from typing import Any

from tellapart.errors import Cancelled, ProjectError, TellapartError
from tellapart.kinds.decisions import ACTIONS, ThingDecision
from tellapart.progress import Doing
from traitlets import Bool, Dict, Float, HasTraits, Instance, List, Unicode

from tellapart_dashboards.app.event_loop import Turn, from_thread, soon
from tellapart_dashboards.app.wording import error_sentence
from tellapart_dashboards.pages.kinds.cases import Cleanable, Looked
from tellapart_dashboards.pages.kinds.cleaning_state import ALL, CleaningState, cleaning_state

AT_ONCE = 30  # cards
_DONE = {"keep": "right as it is", "remove": "taken out", "relabel": "changed"}


class ThingsCleaning(HasTraits):
    """state: see `cleaning_state`. cards: of its cases. labels: that can be given. said, problem: what came of the
    latest wish. at: the card that is to have the focus. large: all of the thing that was looked at closer. can_undo,
    can_redo: whether there is something to take back, or to do again. stepped: the thing that was last taken back or
    done again, "" for none."""

    state = Instance(CleaningState)
    cards = List(Dict())
    labels = List(Unicode())
    said = Unicode("")
    problem = Unicode("")
    at = Unicode("")
    large = Dict()
    can_undo = Bool(False)
    can_redo = Bool(False)
    progress = Float(0.0)
    doing = Unicode("")
    is_running = False
    stepped = ""

    def __init__(self, things: Cleanable) -> None:
        self._things = things
        self._looked: Looked | None = None
        self._settled: dict[str, str] = {}
        self._code, self._n_shown = ALL, AT_ONCE
        self._made: dict[str, dict[str, Any]] = {}  # cards, by thing
        self._is_looking = self._is_stopped = False
        self._stamp: object = None  # of the decisions that are shown
        self._turn = Turn()
        super().__init__(state=self._state())

    @property
    def is_looking(self) -> bool:
        """Whether findings are being made."""
        return self._is_looking

    @property
    def is_unjudged(self) -> bool:
        """Whether the last look found nothing by which things could be judged."""
        return self._looked is not None and bool(self._looked.unjudged)

    def look(self) -> None:
        """Have all things judged as they stand now."""
        if not self._is_looking:
            self._is_looking, self._is_stopped = True, False
            self.progress, self.doing = 0.0, ""
            self.said = self.problem = ""
            self.state = self._state()
            soon(self._look())

    def cancel(self) -> None:
        """Have the look end as soon as it can; what was found before stays."""
        if self._is_looking:
            self._is_stopped, self.doing = True, "Stopping …"

    def choose(self, code: str) -> None:
        """Show one kind of findings, or ALL."""
        if code != self._code:
            self._code, self._n_shown = code, AT_ONCE
            soon(self._show())

    async def more(self) -> None:
        """Show more of them."""
        self._n_shown += AT_ONCE
        await self._show()

    async def decide(self, thing_id: str, action: str, label: str) -> None:
        """Keep what a person decided about the thing of a card."""
        if action not in ACTIONS or thing_id not in self._made:
            return
        name = str(self._made[thing_id]["name"])  # a look that ends meanwhile forgets the cards
        await self._wish(self._decide, name, ThingDecision(thing_id, action, label.strip()))  # type: ignore[arg-type]

    async def look_closer(self, thing_id: str) -> None:
        """Show all of the thing of a card."""
        case = next((one for one in self.state.cases if one.thing_id == thing_id), None)
        if case is None:
            return
        self.large = {}  # the same once more is news, too
        try:
            self.large = await asyncio.to_thread(self._things.large, case)
        except Exception as error:  # the page must say it: nobody sees a task's traceback
            self.problem = error_sentence(error)

    async def undo(self) -> None:
        """Take back the last step."""
        await self._wish(self._undo)

    async def redo(self) -> None:
        """Do again what was taken back last."""
        await self._wish(self._redo)

    async def poll(self) -> None:
        """Notice what another page or the command line decided; before anything was looked at, too, since the last
        step can be taken back then."""
        if await asyncio.to_thread(self._things.stamp) != self._stamp:
            await self._show()

    def tell(self, sentence: str) -> None:
        """Say what went wrong."""
        self.problem = sentence

    async def _look(self) -> None:
        is_at = from_thread(self._is_at)

        def progress(done: int, total: int, message: Doing) -> None:
            if self._is_stopped:
                raise Cancelled("Stopped.")
            is_at(done / total if total else 0.0, str(message))

        try:
            looked = await asyncio.to_thread(self._things.look, progress)
            self._looked, self._made = looked, {}
        except Cancelled:
            pass  # the page is as it was, with its button to look
        except Exception as error:  # the page must say it: nobody sees a task's traceback
            self.problem = error_sentence(error)
        self._is_looking = False
        await self._show()

    def _is_at(self, progress: float, doing: str) -> None:
        self.progress, self.doing = progress, doing

    async def _wish(self, work: Callable[..., tuple[str, str]], *values: Any) -> None:
        """work: does it on a thread; what is said then, and which card gets the focus."""
        async with self._turn.taken():
            self.problem = ""
            try:
                self.said, self.at = await asyncio.to_thread(work, *values)
            except TellapartError as error:
                self.problem = str(error)
            except Exception as error:  # the page must say it: nobody sees a task's traceback
                self.problem = error_sentence(error)
        await self._show()

    def _decide(self, name: str, decision: ThingDecision) -> tuple[str, str]:
        """Only about what is open still: of two decisions, of this window and of another, a mixture would stand."""
        before = self._things.settled().get(decision.thing_id)
        if before is not None:
            raise ProjectError(f"{name} was decided about meanwhile: {_DONE[before]}. Nothing was done now.")
        self._things.decide(decision)
        what = f"now {decision.label}" if decision.label else _DONE[decision.action]
        return f"{name}: {what}.", ""

    def _undo(self) -> tuple[str, str]:
        self.stepped = _first(self._things.undo())
        return ("Taken back." if self.stepped else "There is nothing to undo."), self.stepped

    def _redo(self) -> tuple[str, str]:
        self.stepped = _first(self._things.redo())
        return ("Done again." if self.stepped else "There is nothing to redo."), ""

    async def _show(self) -> None:
        async with self._turn.taken():
            self._settled, can_redo, cards, state = await asyncio.to_thread(self._drawn)
            with self.hold_trait_notifications():
                self.labels = list(self._looked.labels) if self._looked else []
                self.can_undo, self.can_redo = bool(self._settled), can_redo
                self.cards, self.state = cards, state

    def _drawn(self) -> tuple[dict[str, str], bool, list[dict[str, Any]], CleaningState]:
        """For a thread."""
        self._stamp = self._things.stamp()
        settled, made = self._things.settled(), self._made  # a look that ends meanwhile begins other ones
        state = self._state(settled)
        for case in state.cases:
            if case.thing_id not in made:
                made[case.thing_id] = self._things.card(case)
        return settled, self._things.can_redo(), [made[case.thing_id] for case in state.cases], state

    def _state(self, settled: dict[str, str] | None = None) -> CleaningState:
        known = self._settled if settled is None else settled
        return cleaning_state(
            self._things.noun, self._looked, known, self._code, self._n_shown, self._is_looking,
            self._things.case_noun, self._things.judged,
        )  # fmt: skip


def _first(decisions: Sequence[ThingDecision]) -> str:
    """The thing of the first of them."""
    return decisions[0].thing_id if decisions else ""
