"""CleanState: what the Clean page shows at one moment, made by one function of what is known. Nothing here waits."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from tellapart.clean.gain import Gain
from tellapart.progress import Step

from tellapart_dashboards.pages.clean.filters import Filters
from tellapart_dashboards.pages.clean.phases import Opening, Phase
from tellapart_dashboards.pages.clean.queue import QueueSource, QueueView
from tellapart_dashboards.pages.clean.texts import EVERY


@dataclass(frozen=True)
class Told:
    """What long work says of itself. progress: 0 to 1; is_known is False while the total is unknown. step: of which
    the message speaks, None where that is not known."""

    message: str = ""
    progress: float = 0.0
    is_known: bool = False
    step: Step | None = None


@dataclass(frozen=True)
class ProjectFacts:
    """counts: label -> kept pictures. n_open: open findings by whoever looked last, -1 where nobody did."""

    counts: Mapping[str, int] = field(default_factory=dict)
    n_open: int = -1


@dataclass(frozen=True, eq=False)
class ReviewFacts:
    """queue: as it was read last. told: by the opening. gain: what the decisions bought, None before.

    problem: what went wrong last, "" for nothing. notice: what was applied at once. n_rankings: how often.
    """

    opening: Opening = Opening.UNDER_WAY
    queue: QueueView = field(default_factory=QueueView)
    told: Told = Told()
    gain: Gain | None = None
    problem: str = ""
    notice: str = ""
    n_rankings: int = 0


@dataclass(frozen=True)
class RunFacts:
    """The run that looks at many pictures, this page's or another one's."""

    is_running: bool = False
    told: Told = Told()


@dataclass(frozen=True, eq=False)
class CleanState:
    """What is to be drawn.

    n_open: open findings, -1 while not known. kind_in_sight: the kind that is chosen, or stands for it.
    is_first_look: every picture is in sight, as they came, while nobody knows which are worth a look.
    is_busy: there is work to be waited for; told says how far it is.
    """

    phase: Phase
    n_pictures: int
    n_open: int
    kind_in_sight: str
    is_first_look: bool
    is_busy: bool
    told: Told
    filters: Filters
    project: ProjectFacts
    review: ReviewFacts

    @property
    def queue(self) -> QueueView:
        """The pictures in sight, and what is known of them."""
        return self.review.queue


def clean_state(project: ProjectFacts, review: ReviewFacts, filters: Filters, run: RunFacts) -> CleanState:
    """What the page shows, given all that it knows."""
    queue = review.queue
    n_pictures = sum(project.counts.values())
    phase = phase_of(n_pictures, review.opening, run.is_running)
    is_first_look = queue.source is QueueSource.NOTHING
    has_nothing_better = is_first_look or not queue.ids
    return CleanState(
        phase=phase,
        n_pictures=n_pictures,
        n_open=project.n_open if queue.source is QueueSource.UNREAD else queue.counts[""],
        kind_in_sight=EVERY if is_first_look and not filters.kind else filters.kind,
        is_first_look=is_first_look,
        is_busy=run.is_running or (phase is Phase.LOOKING and has_nothing_better),
        told=run.told if run.is_running else review.told,
        filters=filters,
        project=project,
        review=review,
    )


def main_button(state: CleanState, is_training_due: bool) -> str:
    """The step that leads on: to "gather" pictures, to "apply" what is previewed, to check them "again", or to "go on"
    to training where something is new to it; "" for none.
    """
    if state.phase is Phase.EMPTY:
        return "gather"
    if state.filters.is_previewing:
        return "apply"
    if state.phase in (Phase.STOPPED, Phase.FAILED):
        return "again"
    return "go on" if is_training_due else ""


def phase_of(n_pictures: int, opening: Opening, is_run_running: bool) -> Phase:
    """Where the page is."""
    if opening is Opening.OPEN:
        return Phase.READY
    if not n_pictures:
        return Phase.EMPTY
    if is_run_running or opening is Opening.UNDER_WAY:
        return Phase.LOOKING
    return Phase.STOPPED if opening is Opening.STOPPED else Phase.FAILED
