"""Shares as a person reads them: "8.3 %", with a space, on pages, the command line, in reports and on cards."""

from __future__ import annotations

from collections.abc import Mapping


def percent(fraction: float) -> str:
    """As a sentence says it: 0.0833 -> "8.3 %", 0.5 -> "50 %", 0.0004 -> "below 0.1 %"; only all of it is "100 %"."""
    value = 100 * fraction
    if 0 < value < 0.1:
        return "below 0.1 %"
    if 99.9 < value < 100:
        return "above 99.9 %"
    return f"{value:.0f} %" if 9.95 <= value < 99.5 or value == round(value) else f"{value:.1f} %"


def tenths(fraction: float | None) -> str:
    """Where numbers are compared, which all have as many places: 0.5 -> "50.0 %"; None, where there is none, -> "–"."""
    return "–" if fraction is None else f"{100 * fraction:.1f} %"


def whole(fraction: float) -> str:
    """Where more would be noise: 0.913 -> "91 %"."""
    return f"{100 * fraction:.0f} %"


def between(low: float, high: float) -> str:
    """An interval: (0.04, 0.15) -> "4.0 % to 15.0 %"."""
    return f"{tenths(low)} to {tenths(high)}"


def of_100(share: float) -> str:
    """Of 100 things, as a sentence says it: 0.02 -> "2", 0.004 -> "0.4", 0 -> "0"."""
    n = 100 * share
    return f"{n:.1f}" if 0.05 <= n < 0.95 else f"{n:.0f}"


def fewer_wrong(low: float, high: float) -> str:
    """A change of the share wrong, both ends on one side of 0, where above 0 are fewer: "1 to 3 fewer of 100 wrong",
    "about 2 fewer of 100 wrong"; (-0.03, -0.01) -> "1 to 3 more of 100 wrong"."""
    least, most = map(of_100, sorted((abs(low), abs(high))))
    n = f"about {most}" if least == most else f"{least} to {most}"
    return f"{n} {'fewer' if high > 0 else 'more'} of 100 wrong"


def more_of_100(difference: float) -> str:
    """Where numbers are compared: 0.012 -> "1.2 more", -0.012 -> "1.2 fewer"."""
    return f"{100 * abs(difference):.1f} {'fewer' if difference < 0 else 'more'}"


def more_between(low: float, high: float) -> str:
    """An interval of that, the least first: "0.4 to 2.0 more", "0.4 to 2.0 fewer", "0.3 fewer to 1.2 more"."""
    if low < 0 < high:
        return f"{more_of_100(low)} to {more_of_100(high)}"
    nearest, farthest = sorted((low, high), key=abs)
    return f"{100 * abs(nearest):.1f} to {more_of_100(farthest)}"


def likeliest(probabilities: Mapping[str, float]) -> str:
    """Up to three labels as an answer says them: "oak 81.2 %, birch 12.0 %, maple 6.8 %"; ties keep their order."""
    top = sorted(probabilities.items(), key=lambda item: -item[1])[:3]
    return ", ".join(f"{label} {tenths(share)}" for label, share in top)
