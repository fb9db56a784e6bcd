"""AdviceDesk: has found out what would help most, beside the page, and sends whoever presses a button there."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from typing import Any

from tellapart.advice import Advice, Advised
from tellapart.errors import TellapartError
from traitlets import HasTraits, Instance

from tellapart_dashboards.app.event_loop import Repeated
from tellapart_dashboards.app.project_state import Errand, ProjectState
from tellapart_dashboards.app.wording import error_sentence
from tellapart_dashboards.pages.train.advice_state import PAGES, AdviceState, advice_state


class AdviceDesk(HasTraits):
    """The training that is shown goes in, `state` is another one once it is known what would help it.

    train: called with advice to train in another way.
    """

    state = Instance(AdviceState, ())

    def __init__(self, project: ProjectState, train: Callable[[Advice], None]) -> None:
        super().__init__()
        self._project, self._train = project, train
        self._run_id, self._advised, self._problem = "", None, ""
        self._looking = Repeated(self._look)

    _advised: Advised | None

    def begin(self) -> None:
        """Leave out what is done, when pictures came or somebody comes back from another page."""
        self._project.observe(lambda _: self._looking.ask(), ["counts", "current"])

    def know(self, run_id: str) -> None:
        """Another training is shown, "" for none."""
        if run_id != self._run_id:
            self._run_id, self._advised = run_id, None
            self._looking.ask()

    def follow(self, place: int) -> None:
        """Go where the suggestion in that row is followed."""
        if self._advised is None or place >= len(self._advised.advice):
            return
        advice = self._advised.advice[place]
        page = PAGES[advice.kind]
        if page == "train":
            self._train(advice)
        else:
            label = advice.labels[0] if page == "gather" else ""
            self._project.send(Errand(page, advice.image_ids, label))

    async def _look(self) -> None:
        run_id, self._problem = self._run_id, ""
        self._draw()
        if not run_id:
            return
        try:
            found = await asyncio.to_thread(self._found, run_id)
        except TellapartError as error:
            self._problem = error_sentence(error)
        else:
            if run_id == self._run_id:  # else another training is shown meanwhile
                self._advised = found
        self._draw()

    def _found(self, run_id: str) -> Advised:
        """For a thread: it may take seconds."""
        from tellapart.advice.beside import advised_beside

        return advised_beside(self._project.project, run_id)

    def _draw(self, _: Any = None) -> None:
        self.state = advice_state(self._advised, bool(self._run_id), self._problem, self._project.pages)
