"""RatingReview: what may be wrong with the ratings of a project, worst first, and what is decided about it."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import asdict
from typing import Any

from tellapart.errors import ProjectError
from tellapart.kinds.decisions import ThingDecision
from tellapart.ratings.clean import checks
from tellapart.ratings.clean.checks import RatingCode, RatingFinding
from tellapart.ratings.project import RatingProject
from tellapart.ratings.rating_table import is_left_out, item_id, row_id, user_id

_KINDS = ("row", "user", "item")


class RatingReview:
    """The findings of a project as it stood when it was opened or refreshed."""

    def __init__(self, project: RatingProject):
        self.project = project
        self.refresh()

    def refresh(self) -> None:
        """Check all ratings again, as they stand now.

        Raises:
            IntakeError: the file can no longer be read, or everything was left out.
        """
        given, table = self.project.given, self.project.table
        self.n = len(table.stars)
        last, _ = self.project.decisions.standing()
        left_out = {one for one in last if last[one].action == "remove"}
        standing = [one for one in given.inside if not is_left_out(one, left_out)]
        found = [
            *checks.outside(given),
            *checks.different_stars(standing, given.scale[1] - given.scale[0]),
            *checks.one_value(table),
            *checks.bursts(table),
            *checks.one_rating(table),
        ]
        self._found = sorted(found, key=lambda one: -one.score)

    def findings(self) -> list[RatingFinding]:
        """What is still open, the worst first; what a person kept or left out is settled."""
        decided, _ = self.project.decisions.standing()
        return [one for one in self._found if one.thing_id not in decided]

    def suggestions(self, above: float) -> list[ThingDecision]:
        """What is suggested with a score above this, one for each thing."""
        chosen: dict[str, ThingDecision] = {}
        for one in self.findings():
            if one.score > above and (decision := one.suggestion()):
                chosen.setdefault(one.thing_id, decision)
        return list(chosen.values())

    def decide(self, decisions: Sequence[ThingDecision]) -> None:
        """Keep decisions as one step that `undo` takes back; `refresh` tells what they changed.

        Raises:
            ProjectError: a thing is not of this project, or the disk does not take it.
            ValueError: ratings are kept or left out, and nothing else.
        """
        given = self.project.given
        known: set[str] = set()
        for one in (*given.inside, *given.outside):
            known.update((row_id(one), user_id(one.user), item_id(one.item)))
        for decision in decisions:
            if decision.action not in ("remove", "keep"):
                raise ValueError(f"{decision.action!r} is no decision about ratings; choose remove or keep.")
            if decision.thing_id not in known:
                raise ProjectError(_unknown(decision.thing_id, given.source))
        self.project.decisions.append(decisions)

    def leave_out(self, thing_id: str) -> None:
        """Let a rating, all of a user or all of an item count no longer; the table stays as it was given."""
        self.decide([ThingDecision(thing_id, "remove")])

    def keep(self, thing_id: str) -> None:
        """Say that it is right as it is; a rating outside the scale counts as the nearer end then."""
        self.decide([ThingDecision(thing_id, "keep")])

    def undo(self) -> list[ThingDecision]:
        """Take back the last step; what it was, [] where there is nothing to undo."""
        return self.project.decisions.undo()

    def sentences(self) -> list[str]:
        """The whole in words."""
        counts: Counter[RatingCode] = Counter(one.code for one in self.findings())
        listed = ", ".join(f"{n} {code}" for code, n in counts.most_common())
        return [f"{self.n:,} ratings checked: {listed or 'nothing to look at'}."]

    def to_json(self) -> dict[str, Any]:
        """Plain JSON values."""
        return {"n": self.n, "findings": [asdict(one) for one in self.findings()]}

    def __repr__(self) -> str:
        return "\n".join(self.sentences())


def _unknown(thing_id: str, source: str) -> str:
    kind, sign, name = thing_id.partition(":")
    if not sign or kind not in _KINDS:
        return f"{thing_id!r} is no rating, user or item. Write row:NUMBER, user:NAME or item:NAME."
    return (
        f"{source} has no {kind} {name!r}. The findings name each; row:NUMBER counts the rows of the table."
    )
