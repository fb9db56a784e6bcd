"""DetailsDesk: what is known of a training beyond its headline, read when somebody opens it."""

from __future__ import annotations

import asyncio
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any

from tellapart.errors import ProjectError, TellapartError
from tellapart.learning.tuning_curve import TuningCurve
from tellapart.store.project import Project
from traitlets import HasTraits, Instance

from tellapart_dashboards.app.event_loop import Repeated
from tellapart_dashboards.app.wording import error_sentence
from tellapart_dashboards.pages.train.details.orders import MOST_SORTED, SURPRISING, UNSURE, rows_in_order

if TYPE_CHECKING:
    from tellapart.learning.statistics.selective import Selection
    from tellapart.planning.held_out import HeldOut


@dataclass(frozen=True, eq=False)
class TrainingDetails:
    """Of the training whose result is shown.

    classes: in target order. held, selection: its answers about the held-out pictures, None where it kept none; why_not
    says so. reject_rate: share of them called none of these. by_slice: see `learning.slices.slices_json`. in_order: the
    first pictures in each order, see `rows_in_order`, as result.json has mistakes.
    """

    classes: tuple[str, ...] = ()
    held: HeldOut | None = None
    selection: Selection | None = None
    why_not: str = ""
    reject_rate: float = 0.0
    by_slice: dict[str, Any] = field(default_factory=dict)
    in_order: dict[str, list[dict[str, Any]]] = field(default_factory=dict)


class DetailsDesk(HasTraits):
    """`show` says whose details these are, `want` who looks at them; nothing is read before somebody does.

    curve: how the training learned, None where that was in one go.
    """

    details = Instance(TrainingDetails, ())
    curve = Instance(TuningCurve, allow_none=True, default_value=None)

    def __init__(self, project: Project) -> None:
        super().__init__()
        self._project = project
        self._result: dict[str, Any] = {}
        self._read_of: dict[str, Any] | None = None
        self._reading = Repeated(self._read)
        self._wanted_by: set[str] = set()

    def show(self, result: dict[str, Any]) -> None:
        """Another result is shown. result: result.json, {} for none."""
        self._result = result
        self._look()

    def want(self, who: str, is_wanted: bool) -> None:
        """Somebody looks at them, or no longer."""
        (self._wanted_by.add if is_wanted else self._wanted_by.discard)(who)
        self._look()

    def _look(self) -> None:
        if self._wanted_by and self._result is not self._read_of:
            self._reading.ask()

    async def _read(self) -> None:
        result = self._result
        details = await asyncio.to_thread(self._details, result) if result else TrainingDetails()
        if result is not self._result:
            return  # another one is shown by now, and asked for
        self._read_of = result
        self.details = details
        self.curve = TuningCurve.from_json((result.get("recipe") or {}).get("curve"))

    def _details(self, result: dict[str, Any]) -> TrainingDetails:
        """For a thread: what it needs takes a while to import."""
        from tellapart.deploy.facts import record_of
        from tellapart.planning.held_out import read_held_out
        from tellapart.training_runs.listing import bundle_folder, run_folder
        from tellapart.training_runs.report.threshold_chart import selection_of

        classes = [str(one) for one in result.get("classes", [])]
        run_id = Path(str(result.get("bundle", ""))).name
        held, selection, why_not = None, None, ""
        by_slice: dict[str, Any] = {}
        in_order: dict[str, list[dict[str, Any]]] = {}
        try:
            by_slice = record_of(bundle_folder(self._project.root, run_id)).get("by_slice", {})
            held = read_held_out(run_folder(self._project.root, run_id), len(classes))
            selection = selection_of(held, classes)
            in_order = {order: self._listed(held, classes, order) for order in (SURPRISING, UNSURE)}
        except (TellapartError, OSError) as error:
            why_not = error_sentence(error)
        reject_rate = float(result.get("reject_rate") or 0.0)
        return TrainingDetails(tuple(classes), held, selection, why_not, reject_rate, by_slice, in_order)

    def _listed(self, held: HeldOut, classes: list[str], order: str) -> list[dict[str, Any]]:
        """The first pictures in that order that are still in the project."""
        found = []
        for row in rows_in_order(held, order)[:MOST_SORTED].tolist():
            try:
                picture = self._project.manifest.picture(held.image_ids[row])
            except ProjectError:
                continue
            found.append(
                {
                    "image_id": picture.image_id,
                    "path": picture.path,
                    "label": classes[held.targets[row]],
                    "predicted": classes[held.predicted[row]],
                    "confidence": float(held.probs[row].max()),
                }
            )
        return found
