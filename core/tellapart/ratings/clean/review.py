"""RatingReview: what may be wrong with the ratings of a project, worst first, and what is decided about it."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import Any

from tellapart.kinds.open_findings import OpenFindings
from tellapart.progress import Doing, Progress, Step, silent
from tellapart.ratings.clean import checks
from tellapart.ratings.clean.checks import RatingFinding
from tellapart.ratings.project import RatingProject
from tellapart.ratings.rating_table import is_left_out


class RatingReview(OpenFindings[RatingProject, RatingFinding]):
    """The findings of a project as it stood when it was opened or refreshed. n: ratings that count."""

    def refresh(self, progress: Progress = silent) -> None:
        """Check all ratings again, as they stand now.

        Raises:
            IntakeError: the file can no longer be read, or everything was left out.
            Cancelled: from `progress`.
        """
        given, table = self.project.given, self.project.table
        self.n = len(table.stars)
        last, _ = self.project.decisions.standing()
        left_out = {one for one in last if last[one].action == "remove"}
        standing = [one for one in given.inside if not is_left_out(one, left_out)]
        parts: tuple[Callable[[], Iterable[RatingFinding]], ...] = (
            lambda: checks.outside(given),
            lambda: checks.different_stars(standing, given.scale[1] - given.scale[0]),
            lambda: checks.one_value(table),
            lambda: checks.bursts(table),
            lambda: checks.one_rating(table),
        )
        found: list[RatingFinding] = []
        for n_done, part in enumerate(parts):
            progress(n_done, len(parts), Doing(Step.CHECKING, "Checking the ratings"))
            found += part()
        self._keep(found)

    def leave_out(self, thing_id: str) -> None:
        """Let a rating, all of a user or all of an item count no longer; the table stays as it was given."""
        self.remove(thing_id)

    def sentences(self) -> list[str]:
        """The whole in words."""
        return [self.checked(self.n)]

    def to_json(self) -> dict[str, Any]:
        """Plain JSON values."""
        noun = self.project.kind.noun
        return {"n": self.n, "findings": [one.to_json(noun) for one in self.findings()]}

    def __repr__(self) -> str:
        return "\n".join(self.sentences())
