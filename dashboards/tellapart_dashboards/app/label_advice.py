"""A project's labels in words and numbers, and what is to be done about them next."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from tellapart_dashboards.app.wording import count, listed

FEW = 20  # pictures per label from which on a first classifier is usually worth looking at


def headline(counts: dict[str, int]) -> tuple[str, str]:
    """What is there, and how more comes in."""
    if not counts:
        return (
            "Gather pictures",
            "Add a few dozen of each kind: from the web, your disk or the camera.",
        )
    return (
        f"{count(sum(counts.values()), 'picture')}, {count(len(counts), 'label')}",
        "Search the web for more, drop your own below, or continue.",
    )


def main_action(counts: dict[str, int], rows: Sequence[dict[str, Any]], can_go_on: bool) -> str:
    """The one button that leads on: to "keep" what a search found, to "search", or to "go on" to the next page.

    rows: of the labels, see `LabelRows`.
    """
    if any(row["n_held"] for row in rows):
        return "keep"
    is_whole = len(counts) > 1 and all(row["n"] for row in rows)
    return "go on" if is_whole and can_go_on else "search"


def advice(counts: dict[str, int]) -> tuple[str, str]:
    """(sentence, kind) about the labels: what the next step is; kind "care" where more would help."""
    few = [label for label, n in counts.items() if n < FEW]
    if not counts:
        return "", ""
    if len(counts) == 1:
        only = next(iter(counts))
        return (
            f"Only one label so far, “{only}”. Add pictures of at least one other thing.",
            "care",
        )
    if few:
        shown = listed([f"{label} ({counts[label]})" for label in few])
        return (
            f"Few pictures of {shown}. Results are more reliable with {FEW} or more of each. You can "
            "continue.",
            "care",
        )
    most, least = max(counts, key=counts.__getitem__), min(counts, key=counts.__getitem__)
    if counts[most] > 8 * counts[least]:
        return (
            f"“{most}” has {counts[most] / counts[least]:.0f} times as many pictures as “{least}”. Training "
            f"compensates for that, but more pictures of “{least}” would help.",
            "care",
        )
    return f"{count(len(counts), 'label')} with enough pictures. You can continue.", ""
