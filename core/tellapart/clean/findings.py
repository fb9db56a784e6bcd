"""Findings: what a check saw in a picture, how sure it is, and what it would do about it, in words for anyone."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

from tellapart.store.journal import Decision, Mark, Relabel, Remove
from tellapart.store.visitor_words import VisitorWord
from tellapart.words.percents import whole

VISITOR_WORD = "visitor"
UNREADABLE = "unreadable"
CONFLICT = "conflict"
LEAK = "leak"
WRONG_LABEL = "wrong label"
OUT_OF_PLACE = "out of place"
DUPLICATE = "duplicate"
QUALITY = "quality"
KINDS: tuple[str, ...] = (
    VISITOR_WORD,
    UNREADABLE,
    CONFLICT,
    LEAK,
    WRONG_LABEL,
    OUT_OF_PLACE,
    DUPLICATE,
    QUALITY,
)

WORTH_A_LOOK = 0.4  # all that was seen in a picture together: from there it is in the queue
WORTH_A_WORD = 0.15  # from there a check is named beside the others

_VISITOR_SURE = 0.5  # a stranger said so: nothing is carried out unseen for that
_OUTLIER_SURE = 0.6  # of its score: what is odd need not be wrong, so nothing is removed unseen for that

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

    kind: one of KINDS. score: 0 to 1, comparable across kinds: how surely something should be decided here; of a
    queue's finding, all that was seen in the picture together.
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

    def has_kind(self, kind: str) -> bool:
        """Whether this check, or another one about the same picture, is of that kind."""
        return self.kind == kind or any(other.kind == kind for other in self.also)

    def with_others(self, score: float, also: tuple[Finding, ...]) -> Finding:
        """The same with what else was seen. Written out: there are thousands, after every decision."""
        return Finding(
            self.image_id, self.kind, score, self.short, self.reason, self.suggestion, self.related, also
        )


def decision_of(finding: Finding) -> Decision | None:
    """What carrying out the finding's suggestion means for the journal; None without a suggestion."""
    suggestion, image_id = finding.suggestion, finding.image_id
    if suggestion is None:
        return None
    if suggestion.action == "relabel" and suggestion.label:
        return Relabel(image_id, suggestion.label)
    return Remove(image_id) if suggestion.action == "remove" else Mark(image_id, "keep")


def percent(fraction: float) -> str:
    """For people: "91 %"; never 0 or 100, since nothing here is certain."""
    return whole(min(0.99, max(0.01, fraction)))


def wrong_label(
    image_id: str, given: str, other: str, looks: float, confidence: float, score: float
) -> Finding:
    """The finding about one label. looks: probability of the other label by the picture's looks alone."""
    return Finding(
        image_id,
        WRONG_LABEL,
        score,
        f"looks like {other} {percent(looks)}",
        f"The label is {given!r}, but it looks like {other!r}. The label is wrong with "
        f"{percent(confidence)} probability, according to models that were not trained on this picture.",
        Suggestion("relabel", other, confidence),
    )


def outlier(image_id: str, label: str, score: float) -> Finding:
    """The finding about a picture that is unlike the others."""
    return Finding(
        image_id,
        OUT_OF_PLACE,
        score,
        "unlike the others",
        f"It looks unlike the others of {label!r}. It may show something else, be a drawing, or be an "
        "unusual view.",
        Suggestion("remove", None, _OUTLIER_SURE * score),
    )


def unreadable(image_id: str, reason: str) -> Finding:
    """The finding about a picture that cannot be opened."""
    text = f"It cannot be used: {reason}. Replace it with a good copy, or remove it."
    return Finding(image_id, UNREADABLE, 1.0, "cannot be read", text, Suggestion("remove", None, 0.9))


def visitor_word(image_id: str, words: Sequence[VisitorWord]) -> Finding:
    """The finding about a picture that visitors of an app sent: what they said, and what the model had said."""
    said = Counter(word.told() for word in words)
    told = " and ".join(f"{_visitors(n)} said {what}" for what, n in said.most_common(3))
    last = words[-1]
    reason = (
        f"{told[:1].upper()}{told[1:]}, the model said {last.answer()} ({percent(last.probability)}). No training "
        "learns from this picture until you have decided."
    )
    is_label = len(said) == 1 and last.kind == "label"
    suggestion = Suggestion("keep", None, _VISITOR_SURE) if is_label else None
    return Finding(image_id, VISITOR_WORD, 1.0, f"visitor: {next(iter(said))}", reason, suggestion)


def _visitors(n: int) -> str:
    return "a visitor" if n == 1 else f"{n} visitors"
