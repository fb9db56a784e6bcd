"""Which advice comes first: what it brings, times how surely it helps at all, for the effort."""

from __future__ import annotations

from collections.abc import Iterable

from tellapart.advice.values import Advice, AdviceKind

MOST = 3  # at a time
_WORTH = 0.003  # of the error rate: less is not noticed
_WORTH_OF_LABELS = 0.001  # wrong labels blur the figures besides
_LIKELY = 0.8  # below, it may as well harm
_USUAL_MINUTES = 10.0  # of effort, which halve what advice is worth
_WAITING = (
    AdviceKind.SHARPER_BACKBONE,
    AdviceKind.TRAIN_THOROUGHLY,
)  # the computer's minutes, not a person's
_OF_WAITING = 1 / 3  # what a minute of them costs


def value(advice: Advice) -> float:
    """expected gain × likely / (1 + effort / 10), the effort in minutes; 0 where the gain is not known."""
    if advice.gain is None:
        return 0.0
    effort = advice.minutes * (_OF_WAITING if advice.kind in _WAITING else 1)
    return advice.gain.expected * advice.gain.likely / (1 + effort / _USUAL_MINUTES)


def is_worth_saying(advice: Advice) -> bool:
    """Whether it would probably help, and so much that somebody notices. One whose gain nobody knows may."""
    least = _WORTH_OF_LABELS if advice.kind is AdviceKind.CHECK_LABELS else _WORTH
    return advice.gain is None or (advice.gain.expected >= least and advice.gain.likely >= _LIKELY)


def ranked(advice: Iterable[Advice]) -> tuple[Advice, ...]:
    """At most three, the most valuable first; those whose gain is unknown fill up what is left. Ties: as they came."""
    found = [one for one in advice if is_worth_saying(one)]
    return tuple(sorted(found, key=lambda one: (one.gain is None, -value(one)))[:MOST])
