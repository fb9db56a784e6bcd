"""Advice: one thing that would help a classifier, with what it would probably bring and where it is done."""

from __future__ import annotations

from dataclasses import asdict, dataclass, field
from enum import Enum
from typing import Any

from tellapart.learning.gains.error_gain import ErrorGain


class AdviceKind(Enum):
    """What is advised."""

    CHECK_LABELS = "check labels"
    ADD_PICTURES = "add pictures"
    LOOK_AT_PAIR = "look at pair"
    SHARPER_BACKBONE = "sharper backbone"
    TRAIN_THOROUGHLY = "train thoroughly"


class Basis(Enum):
    """What the gain was estimated from."""

    OWN_PICTURES = "your own pictures"
    EARLIER_RUN = "an earlier training"
    OUR_SETS = "sets of pictures that we measured"
    NOTHING = "nothing"


@dataclass(frozen=True)
class Advice:
    """One suggestion.

    labels: it speaks of, most concerned first. image_ids: of the pictures to look at, the most telling first.
    n: labels to check, pictures to add, mistakes of a pair, or pictures that a backbone was tried on. n_of: how
    many pictures were looked at of the label of which more are advised. n_wrong: of those, mistakes; or labels that are
    probably wrong. gain: see `ErrorGain`; None where nobody knows. minutes: of work, or of waiting. backbone: to train
    with. n_then: how many pictures the label had in the project when n more were advised.
    """

    kind: AdviceKind
    gain: ErrorGain | None
    basis: Basis
    minutes: float
    n: int = 0
    n_of: int = 0
    n_wrong: int = 0
    labels: tuple[str, ...] = ()
    image_ids: tuple[str, ...] = ()
    backbone: str = ""
    n_then: int = 0

    def to_json(self) -> dict[str, Any]:
        """Plain JSON values; gains are fractions."""
        return {**asdict(self), "kind": self.kind.value, "basis": self.basis.value}

    @classmethod
    def from_json(cls, record: dict[str, Any]) -> Advice:
        """Back from JSON.

        Raises:
            KeyError, TypeError, ValueError: it is none.
        """
        gain = record["gain"]
        return cls(
            kind=AdviceKind(record["kind"]),
            gain=None if gain is None else ErrorGain(**{name: float(gain[name]) for name in _GAIN}),
            basis=Basis(record["basis"]),
            minutes=float(record["minutes"]),
            n=int(record["n"]),
            n_of=int(record["n_of"]),
            n_wrong=int(record["n_wrong"]),
            labels=tuple(map(str, record["labels"])),
            image_ids=tuple(map(str, record["image_ids"])),
            backbone=str(record["backbone"]),
            n_then=int(record["n_then"]),
        )


_GAIN = ("expected", "low", "high", "likely")


@dataclass(frozen=True)
class Advised:
    """What would help one training most, the most first; nothing where nothing would help measurably.

    run_id: the training. error: cross-validated over all its pictures, 0 to 1. n_pictures: that were looked at.
    seconds: that finding it out took.
    """

    run_id: str
    advice: tuple[Advice, ...] = ()
    error: float = 0.0
    n_pictures: int = 0
    seconds: float = field(default=0.0, compare=False)

    def to_json(self) -> dict[str, Any]:
        """Plain JSON values."""
        return {
            "run": self.run_id, "error": self.error, "n_pictures": self.n_pictures,
            "seconds": round(self.seconds, 3), "advice": [one.to_json() for one in self.advice],
        }  # fmt: skip

    @classmethod
    def from_json(cls, record: dict[str, Any]) -> Advised:
        """Back from JSON.

        Raises:
            KeyError, TypeError, ValueError: it is none.
        """
        return cls(
            str(record["run"]),
            tuple(Advice.from_json(one) for one in record["advice"]),
            float(record["error"]),
            int(record["n_pictures"]),
            float(record["seconds"]),
        )
