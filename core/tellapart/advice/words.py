"""Advice in words, the same on the page and on the command line. Nothing here is escaped for a page."""

from __future__ import annotations

from tellapart.advice.values import Advice, AdviceKind, Advised, Basis
from tellapart.learning.gains.error_gain import ErrorGain
from tellapart.words.percents import fewer_wrong, of_100

NOTHING_HELPS = (
    "Nothing was found that would help measurably. What is left: more pictures like those that it gets wrong."
)
ABOUT = (
    "Estimated from your own pictures where possible; the change on new ones should lie in the range in 8 of 10 "
    "cases."
)
_NOTICED = 0.0005


def title(advice: Advice) -> str:
    """What to do: "Check 9 doubtful labels"."""
    n, labels = advice.n, advice.labels
    match advice.kind:
        case AdviceKind.CHECK_LABELS:
            return f"Check {n} doubtful label{'s' * (n != 1)}"
        case AdviceKind.ADD_PICTURES:
            return f"Add {n} picture{'s' * (n != 1)} of {labels[0]}"
        case AdviceKind.LOOK_AT_PAIR:
            return f"Look at {len(advice.image_ids)} pictures of {labels[0]} and {labels[1]}"
        case AdviceKind.SHARPER_BACKBONE:
            return f"Use the backbone {advice.backbone}"
        case AdviceKind.TRAIN_THOROUGHLY:
            return "Train thoroughly"


def reason(advice: Advice) -> str:
    """Why, in a few words: "mostly paper and cardboard"."""
    labels = advice.labels
    match advice.kind:
        case AdviceKind.CHECK_LABELS:
            few = " and ".join(labels[:2])
            mostly = f"mostly {few}" if len(labels) > 2 else few
            return f"{mostly}; about {max(1, advice.n_wrong)} of them are probably wrong"
        case AdviceKind.ADD_PICTURES:
            return f"of {advice.n_of} pictures of that label, models that had not seen them get {advice.n_wrong} wrong"
        case AdviceKind.LOOK_AT_PAIR:
            return (
                f"models that had not seen the pictures mistook one label for the other {advice.n} times; these are "
                "most like the other label. What it brings shows once you have seen what separates them"
            )
        case AdviceKind.SHARPER_BACKBONE:
            return f"tried on {advice.n} of your pictures"
        case AdviceKind.TRAIN_THOROUGHLY:
            is_measured = advice.basis is Basis.EARLIER_RUN
            basis = "measured by an earlier training" if is_measured else "a range from sets that we measured"
            return f"{_time(advice.minutes)} on this computer; {basis}"


def range_words(gain: ErrorGain | None) -> str:
    """The interval, least first: "1 to 3 fewer of 100 wrong", "up to 2 fewer of 100 wrong"; "not known" without one."""
    if gain is None:
        return "not known"
    if gain.high < _NOTICED:
        return "no change"
    if gain.low < _NOTICED:
        return f"up to {of_100(gain.high)} fewer of 100 wrong"
    return fewer_wrong(gain.low, gain.high)


def sentences(advised: Advised) -> list[str]:
    """All of it, for a terminal."""
    if not advised.advice:
        return [NOTHING_HELPS]
    return [
        f"{place}. {title(one)} ({range_words(one.gain)}): {reason(one)}."
        for place, one in enumerate(advised.advice, start=1)
    ]


def _time(minutes: float) -> str:
    return f"about {max(10, 10 * round(6 * minutes))} s" if minutes < 1.5 else f"about {minutes:.0f} min"
