"""Shares as a person reads them: "8.3 %", with a space, on pages, the command line, in reports and on cards."""

from __future__ import annotations


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
