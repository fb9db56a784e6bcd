"""Opening a project's review beside the page: few new pictures are looked at right here, many are a run's work."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

from tellapart.clean import Review, open_review
from tellapart.errors import Cancelled, TrainError
from tellapart.planning.config import TrainConfig
from tellapart.progress import Doing
from tellapart.runs import Run
from tellapart.store.project import Project

from tellapart_dashboards.app.run_follower import newest_result

QUICK = 100  # pictures that are looked at right here; more are a run's work, with progress


class TooManyPictures(Cancelled):
    """More pictures have to be looked at than a page does by itself."""


class Newcomers:
    """Pictures that neither a run that ended nor the review has looked at. All of it is for threads."""

    def __init__(self, project: Project) -> None:
        self._manifest = project.manifest
        self._up_to = 0

    def last(self) -> int:
        """The number of the picture that came last."""
        return self._manifest.last_number()

    def are_looked_at(self, up_to: int) -> None:
        """Pictures up to that number are no news any more, those that cannot be read either."""
        self._up_to = max(self._up_to, up_to)

    def are_many(self) -> bool:
        """Whether a run should look at them."""
        return self._manifest.n_pictures(after=self._up_to) > QUICK

    def refresh(self, review: Review) -> bool:
        """Whether the review knows everything now: it does not where so many came that a run should look at them.

        Raises:
            ProjectError, BackboneError: see `Review.refresh`.
        """
        if self.are_many():
            return False
        up_to = self.last()
        review.refresh()
        self.are_looked_at(up_to)
        return True


class ReviewOpening:
    """One try to open the review. tell: is told how far it is, on the thread that opens."""

    def __init__(
        self, project: Project, newcomers: Newcomers, tell: Callable[[int, int, Doing], None]
    ) -> None:
        self._project, self._newcomers, self._tell = project, newcomers, tell
        self.is_cancelled = False

    def cancel(self) -> None:
        """Have it stop at its next step; what was computed stays."""
        self.is_cancelled = True

    def open(self) -> Review:
        """The review. For a thread.

        Raises:
            TooManyPictures, Cancelled, and what `open_review` raises.
        """
        return open_review(self._project, training_config(self._project), self._progress)

    def _progress(self, done: int, total: int, message: Doing) -> None:
        if total - done > QUICK and self._newcomers.are_many():
            raise TooManyPictures(message)
        if self.is_cancelled:
            raise Cancelled(message)
        self._tell(done, total, message)


def training_config(project: Project) -> TrainConfig:
    """Of the newest training, so that both see with the same eyes; the usual ones where that has none that can be
    used."""
    newest = newest_result(Path(project.root), "train")
    if newest is None:
        return TrainConfig()
    try:
        return TrainConfig.from_json(Run(Path(project.root) / "runs" / newest[0]).config)
    except TrainError:  # of another version, or damaged
        return TrainConfig()
