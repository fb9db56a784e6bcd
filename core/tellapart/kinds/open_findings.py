"""OpenFindings: what may be wrong with things, most suspicious first, and what a person decides about it."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections import Counter
from collections.abc import Iterable
from dataclasses import asdict, dataclass
from typing import Any, Generic, TypeVar

from tellapart.codes import Code
from tellapart.kinds.decisions import ThingDecision
from tellapart.kinds.kind_project import KindProject
from tellapart.progress import Progress, silent


@dataclass(frozen=True)
class ThingFinding:
    """Something that may be wrong with a thing. score: 0 to 1, how surely; sentence: for the person. action, label:
    what is suggested ("" where only the person can tell); other_id: the thing it is a copy of, or ""."""

    thing_id: str
    code: Code
    score: float
    sentence: str
    action: str = ""
    label: str = ""
    other_id: str = ""

    def suggestion(self) -> ThingDecision | None:
        """What is suggested, as a decision."""
        return ThingDecision(self.thing_id, self.action, self.label) if self.action else None  # type: ignore[arg-type]

    def to_json(self, noun: str) -> dict[str, Any]:
        """Plain JSON values; noun: what a thing is called in them."""
        record = asdict(self)
        return {f"{noun}_id": record.pop("thing_id"), **record}


Project = TypeVar("Project", bound=KindProject)
Finding = TypeVar("Finding", bound=ThingFinding)


class OpenFindings(ABC, Generic[Project, Finding]):
    """The findings of a project as it stood when it was opened or refreshed; a kind's `refresh` calls `_keep`."""

    def __init__(self, project: Project, progress: Progress = silent):
        self.project = project
        self._found: list[Finding] = []
        self.refresh(progress)

    @abstractmethod
    def refresh(self, progress: Progress = silent) -> None:
        """Judge all things again, as they stand now."""

    def _keep(self, found: Iterable[Finding]) -> None:
        self._found = sorted(found, key=lambda one: -one.score)

    def findings(self) -> list[Finding]:
        """What is still open, the most suspicious first; what a person decided about is settled."""
        decided, _ = self.project.decisions.standing()
        return [one for one in self._found if one.thing_id not in decided]

    def suggestions(self, above: float, chosen_for: Iterable[ThingDecision] = ()) -> list[ThingDecision]:
        """What is suggested with a score above this, one for each thing.

        Args:
            chosen_for: what a person chooses in the same step; nothing is suggested for those things.
        """
        theirs = {one.thing_id for one in chosen_for}
        chosen: dict[str, ThingDecision] = {}
        for one in self.findings():
            if one.thing_id not in theirs and one.score > above and (decision := one.suggestion()):
                chosen.setdefault(one.thing_id, decision)
        return list(chosen.values())

    def decide(self, decisions: Iterable[ThingDecision]) -> None:
        """Keep decisions as one step; `refresh` tells what they changed."""
        self.project.decide(list(decisions))

    def remove(self, thing_id: str) -> None:
        """Take a thing out of the project; what it holds stays in the folder."""
        self.decide([ThingDecision(thing_id, "remove")])

    def keep(self, thing_id: str) -> None:
        """Say that a thing is right as it is."""
        self.decide([ThingDecision(thing_id, "keep")])

    def undo(self) -> list[ThingDecision]:
        """Take back the last step; what it was."""
        return self.project.undo()

    def redo(self) -> list[ThingDecision]:
        """Carry out again what was taken back last; what it was."""
        return self.project.redo()

    def checked(self, n: int) -> str:
        """In a sentence: what was found among n things."""
        counts = Counter(one.code for one in self.findings())
        listed = ", ".join(f"{n} {code}" for code, n in counts.most_common())
        return f"{n:,} {self.project.kind.things} checked: {listed or 'nothing to look at'}."
