"""The newest classifier of a project, and the run that makes the next."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from datetime import datetime, timezone
from pathlib import Path
from typing import Any

from tellapart.errors import TellapartError
from tellapart.kinds.bundle_folder import KNOWN
from tellapart.kinds.decisions import DecisionFile
from traitlets import Instance, Unicode

from tellapart_dashboards.app.run_follower import Job
from tellapart_dashboards.app.wording import error_sentence
from tellapart_dashboards.pages.kinds.things import NewestModel

TASK = "train things"


class ThingsTraining(Job):
    """A training under way, and what the last one brought, also one of the command line.

    trained: the newest classifier, None before the first. problem: why it cannot be used, in words.
    newest: the folder of the newest bundle. load: what answers, from a bundle; measured: what it says of itself.
    decisions: of the project, None for a kind without any. settings: what the next training takes besides the project,
    by the names of its kind's `train`.
    """

    tasks = (TASK,)
    trained = Instance(NewestModel, allow_none=True)
    problem = Unicode("")

    def __init__(
        self,
        root: Path,
        newest: Callable[[], Path | None],
        load: Callable[[Path], tuple[Any, dict[str, Any]]],
        decisions: DecisionFile | None = None,
        **traits: Any,
    ) -> None:
        super().__init__(project_dir=str(root), **traits)
        self._newest_bundle, self._load, self._decisions = newest, load, decisions
        self._known: object = None
        self.settings: dict[str, Any] = {}
        self.read()
        self._take_found(self._find())

    def train(self) -> None:
        """Have a classifier trained, in a process of its own."""
        self.start(TASK, dict(self.settings))

    async def poll(self) -> None:
        """Take over how far the run is, and what changed on the disk."""
        await super().poll()
        self._take_found(await asyncio.to_thread(self._find))

    def _find(self) -> tuple[NewestModel | None, str] | None:
        """The newest classifier, or why there is none; None where nothing changed. For a thread."""
        if not Path(self.project_dir).is_dir():
            self._known = None  # so that all is read again where it comes back
            return None, (
                f"{self.project_dir} is no longer there: it was moved, renamed or deleted meanwhile. Choose it from "
                "the list of projects, or look into the trash."
            )
        try:
            bundle = self._newest_bundle()
            known = bundle, self._decisions and self._decisions.stamp()
            if known == self._known:
                return None
            self._known = known
            if bundle is None:
                return None, ""
            last = self.trained
            if last is None or last.bundle != bundle:
                predictor, measured = self._load(bundle)
            else:
                predictor, measured = last.predictor, last.measured
            return NewestModel(bundle, predictor, measured, self._n_since(bundle, measured)), ""
        except (TellapartError, OSError) as error:
            return None, error_sentence(error)

    def _take_found(self, found: tuple[NewestModel | None, str] | None) -> None:
        if found is not None:
            self.trained, self.problem = found

    def _n_since(self, bundle: Path, measured: dict[str, Any]) -> int:
        """How many decisions stand that came after the classifier's training began; of one that does not say what it
        knew, those that are younger than itself. Times of decisions have whole seconds."""
        lines = [line for line in self._decisions.lines() if not line.is_undone] if self._decisions else []
        if isinstance(known := measured.get(KNOWN), int):
            return sum(line.n > known for line in lines)
        trained = datetime.fromtimestamp(bundle.stat().st_mtime, timezone.utc).replace(microsecond=0)
        made = trained.isoformat().replace("+00:00", "Z")
        return sum(line.at >= made for line in lines)
