"""Things that can be looked through: what may be wrong with each, and what is decided about it."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from itertools import groupby
from pathlib import Path
from typing import Any, Protocol

from tellapart.kinds.decisions import DecisionFile, ThingDecision
from tellapart.progress import Progress


@dataclass(frozen=True)
class Doubt:
    """One thing that may be wrong. code: its kind; score: 0 to 1, how surely; action, label: what is suggested, ""
    where only the person can tell; other_id: the thing it is a copy of, or ""."""

    code: str
    score: float
    sentence: str
    action: str = ""
    label: str = ""
    other_id: str = ""


@dataclass(frozen=True)
class Case:
    """A thing with all its doubts, the surest first."""

    thing_id: str
    doubts: tuple[Doubt, ...]

    @property
    def score(self) -> float:
        """Of the surest doubt."""
        return self.doubts[0].score

    @property
    def suggested(self) -> Doubt | None:
        """The surest doubt that says what to do."""
        return next((one for one in self.doubts if one.action), None)


@dataclass(frozen=True)
class Looked:
    """A look at all things. cases: the most suspicious first. labels: in their order; remarks: about the whole.
    unjudged: why nothing could be judged, in a sentence, "" where it could."""

    n: int
    cases: tuple[Case, ...]
    labels: tuple[str, ...]
    remarks: tuple[str, ...] = ()
    unjudged: str = ""


class DecidableProject(Protocol):
    """An open project whose things have labels."""

    @property
    def root(self) -> Path:
        """Its folder."""

    @property
    def decisions(self) -> DecisionFile:
        """What was decided."""

    @property
    def name(self) -> str:
        """Its folder's name."""

    def newest_bundle(self) -> Path | None:
        """The folder of the classifier made last."""

    def label_counts(self) -> dict[str, int]:
        """How many things each label has."""

    def decide(self, decisions: Sequence[ThingDecision]) -> None:
        """Keep decisions as one step."""


class AnyFinding(Protocol):
    """A finding of a kind's review; see `Doubt`."""

    code: str
    score: float
    sentence: str
    action: str
    label: str
    other_id: str


class Cleanable(ABC):
    """Things that can be looked through. All of it takes its time: it is for a thread.

    noun: one of them, "text". case_noun: what is counted where several cases are of one thing, "" where none are.
    judged: by what they are judged, a sentence. decisions: of the project.
    """

    noun: str
    case_noun = ""
    judged = "Each is judged by a model that learned from the others."

    def __init__(self, decisions: DecisionFile) -> None:
        self._decisions = decisions

    @abstractmethod
    def look(self, progress: Progress) -> Looked:
        """What may be wrong, as the project stands now."""

    @abstractmethod
    def card(self, case: Case) -> dict[str, Any]:
        """A case as the page shows it, see `FindingCards`."""

    def large(self, case: Case) -> dict[str, Any]:
        """All of a case whose card says that there is more, see `FindingCards`; {} where cards show all there is."""
        return {}

    @abstractmethod
    def decide(self, decision: ThingDecision) -> None:
        """Keep one decision, as a step of its own."""

    def undo(self) -> list[ThingDecision]:
        """Take back the last step; what it was."""
        return self._decisions.undo()

    def redo(self) -> list[ThingDecision]:
        """Carry out again what was taken back last; what it was."""
        return self._decisions.redo()

    def can_redo(self) -> bool:
        """Whether something was taken back that can be carried out again."""
        return self._decisions.can_redo()

    def settled(self) -> dict[str, str]:
        """Of each thing that a person decided about, what they did with it last."""
        return {thing_id: one.action for thing_id, one in self._decisions.standing()[0].items()}

    def stamp(self) -> object:
        """Another one as soon as something was decided, here or elsewhere."""
        return self._decisions.stamp()


class LabelledThings(Cleanable):
    """Those of a project whose things get a label each."""

    def __init__(self, project: DecidableProject) -> None:
        super().__init__(project.decisions)
        self.project = project

    def decide(self, decision: ThingDecision) -> None:
        self.project.decide([decision])


def cases_of(findings: Iterable[Any], id_of: Callable[[Any], str]) -> tuple[Case, ...]:
    """All findings of each thing together, the most suspicious thing first. id_of: the thing of a finding."""
    by_thing = sorted(findings, key=lambda one: (id_of(one), -one.score))
    cases = [Case(thing_id, tuple(map(_doubt, found))) for thing_id, found in groupby(by_thing, key=id_of)]
    return tuple(sorted(cases, key=lambda case: -case.score))


def _doubt(finding: AnyFinding) -> Doubt:
    """The finding; the thing that it is a copy of stands below it."""
    other, said = finding.other_id, finding.sentence
    sentence = said.replace(other, "the one below") if other else said
    return Doubt(str(finding.code), finding.score, sentence, finding.action, finding.label, other)
