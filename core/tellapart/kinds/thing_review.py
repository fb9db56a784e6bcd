"""ThingReview: what may be wrong with things and their labels, as a model sees it that saw the other things."""

from __future__ import annotations

from abc import abstractmethod
from collections.abc import Iterator, Sequence
from dataclasses import Field, asdict
from typing import Any, ClassVar, Generic, Protocol, TypeVar

import numpy as np

from tellapart.kinds.decisions import ThingDecision
from tellapart.kinds.labelled_project import LabelledProject, LabelledThing
from tellapart.kinds.open_findings import OpenFindings, ThingFinding
from tellapart.learning.label_noise import Doubts
from tellapart.words.percents import whole

_DOUBTFUL = 0.25  # score from which on a label is a finding

Thing = TypeVar("Thing", bound=LabelledThing)
Project = TypeVar("Project", bound=LabelledProject[Any])
Finding = TypeVar("Finding", bound=ThingFinding)


class ThingRemark(Protocol):
    """What is said of all things together; a dataclass."""

    __dataclass_fields__: ClassVar[dict[str, Field[Any]]]

    @property
    def sentence(self) -> str:
        """For the person."""


class ThingReview(OpenFindings[Project, Finding], Generic[Project, Finding]):
    """The findings of a project as it stood when it was opened or refreshed.

    A kind's `refresh` sets noise: share of labels that are wrong, cautiously estimated, 0 to 1; scores: (N,) how
    doubtful each label is, 0 to 1, in the order of the things; and remarks, which JSON has under remarks_name.
    """

    remarks_name: str
    noise: float
    scores: np.ndarray
    remarks: Sequence[ThingRemark]

    @abstractmethod
    def described(self, thing_id: str) -> str:
        """A thing in one line."""

    def told(self, thing_id: str) -> str:
        """A thing as JSON has it."""
        return self.described(thing_id)

    def relabel(self, thing_id: str, label: str) -> None:
        """Give a thing another label."""
        self.decide([ThingDecision(thing_id, "relabel", label)])

    def sentences(self) -> list[str]:
        """The whole in words."""
        said = [self.checked(len(self.scores))]
        if self.noise >= 0.005:
            said.append(f"At least {whole(self.noise)} of the labels seem to be wrong.")
        return said + [one.sentence for one in self.remarks]

    def to_json(self) -> dict[str, Any]:
        """Plain JSON values."""
        noun = self.project.kind.noun
        return {
            "n": len(self.scores),
            "noise": self.noise,
            "findings": [{**one.to_json(noun), noun: self.told(one.thing_id)} for one in self.findings()],
            self.remarks_name: [asdict(one) for one in self.remarks],
        }

    def __repr__(self) -> str:
        return "\n".join(self.sentences())


def doubtful(
    things: Sequence[Thing], labels: Sequence[str], doubts: Doubts
) -> Iterator[tuple[Thing, str, float]]:
    """Each thing whose label is doubtful, with the label it may have instead, and how surely, 0 to 1."""
    for row in np.flatnonzero(doubts.score > _DOUBTFUL).tolist():
        yield things[row], labels[int(doubts.suggested[row])], float(doubts.score[row])
