"""Findings: what a check saw in a picture, how sure it is, and what it would do about it, in words for anyone."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

UNREADABLE = "unreadable"
CONFLICT = "conflict"
LEAK = "leak"
WRONG_LABEL = "wrong label"
OUT_OF_PLACE = "out of place"
DUPLICATE = "duplicate"
QUALITY = "quality"
KINDS: tuple[str, ...] = (UNREADABLE, CONFLICT, LEAK, WRONG_LABEL, OUT_OF_PLACE, DUPLICATE, QUALITY)

Action = Literal["relabel", "remove", "keep"]


@dataclass(frozen=True)
class Suggestion:
    """What the check would decide: relabel (to `label`), remove or keep. confidence: 0 to 1."""

    action: Action
    label: str | None
    confidence: float

    def sentence(self) -> str:
        """For a button or a preview, for instance "relabel to 'teddy'"."""
        return f"relabel to {self.label!r}" if self.action == "relabel" else self.action


@dataclass(frozen=True)
class Finding:
    """What one check saw in one picture.

    kind: one of KINDS. score: 0 to 1, comparable across kinds: how surely something should be decided here.
    short: a few words for a chip. reason: a sentence. related: image_ids of copies and other pictures it speaks of.
    also: what the other checks saw in the same picture, worst first; filled in a queue, which names a picture once.
    """

    image_id: str
    kind: str
    score: float
    short: str
    reason: str
    suggestion: Suggestion | None = None
    related: tuple[str, ...] = ()
    also: tuple[Finding, ...] = ()


def percent(fraction: float) -> str:
    """For people: "91 %"; never 0 or 100, since nothing here is certain."""
    return f"{min(99, max(1, round(100 * fraction)))} %"
