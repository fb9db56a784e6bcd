"""The one callback that every long function takes.

A function calls `progress(done, total, message)` as it goes; `total` is 0 while unknown. The message is a sentence to
show, and a `Doing`: whoever follows the work reads its step and its facts, never its words. The callback may raise
`Cancelled` to stop the work: long functions call it at least a few times a second and leave everything valid.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from tellapart.codes import Code


class Step(Code):
    """What long work is doing; the values stand in the files of runs and never change."""

    STARTING = "starting"  # nothing is known yet
    DOWNLOADING = "downloading"
    UNPACKING = "unpacking"
    CONVERTING = "converting"
    PREPARING = "preparing"  # the built-in backbone, or what an app is made of
    CLEARING = "clearing"  # what an older version had computed
    READING = "reading"  # pictures that came, or changed, since the project was last open
    DRAWING = "drawing"  # sample pictures
    TAKING_IN = "taking in"
    SEARCHING = "searching"
    KEEPING = "keeping"
    LOOKING = "looking"  # embeddings
    MEASURING = "measuring"  # quality
    COMPARING = "comparing"  # duplicates
    RANKING = "ranking"
    FITTING = "fitting"
    TUNING = "tuning"  # facts: left_s, total_s, in seconds; curve, see `TuningCurve`, when it has changed
    WRITING = "writing"
    CHECKING = "checking"
    UPLOADING = "uploading"
    COPYING = "copying"  # a whole project


class Doing(str):
    """The sentence for the person, with what it says as a step and as facts of plain JSON values.

    SEARCHING has label, n, limit, counts (by fate) and source, the one that is asked, or None.
    """

    step: Step
    facts: dict[str, Any]

    def __new__(cls, step: Step, text: str, **facts: Any) -> Doing:
        doing = super().__new__(cls, text)
        doing.step, doing.facts = step, facts
        return doing


Progress = Callable[[int, int, Doing], None]
Share = Callable[[float], None]  # how much of it is done, 0 to 1; may raise `Cancelled` as well


def silent(done: int, total: int, message: str) -> None:
    """Progress for callers that do not look."""


def silent_share(share: float) -> None:
    """Share for callers that do not look."""
