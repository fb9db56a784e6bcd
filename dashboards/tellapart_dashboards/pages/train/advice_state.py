"""AdviceState: what the card of what would help most shows, made by one function of what is known."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass

from tellapart.advice import Advice, AdviceKind, Advised
from tellapart.advice.words import ABOUT, NOTHING_HELPS, range_words, reason, title

LOOKING = "Finding out what would help most …"
_BUTTONS = {
    AdviceKind.CHECK_LABELS: "Check them",
    AdviceKind.ADD_PICTURES: "Add pictures",
    AdviceKind.LOOK_AT_PAIR: "Look at them",
    AdviceKind.SHARPER_BACKBONE: "Train with it",
    AdviceKind.TRAIN_THOROUGHLY: "Start",
}
PAGES = {
    AdviceKind.CHECK_LABELS: "clean",
    AdviceKind.ADD_PICTURES: "gather",
    AdviceKind.LOOK_AT_PAIR: "clean",
    AdviceKind.SHARPER_BACKBONE: "train",
    AdviceKind.TRAIN_THOROUGHLY: "train",
}


@dataclass(frozen=True)
class AdviceRow:
    """One suggestion in words. gain: the range, "not known" without one. button: "" where its page is not here. trains:
    whether it starts a training."""

    title: str
    reason: str
    gain: str
    is_known: bool
    button: str
    trains: bool


@dataclass(frozen=True)
class AdviceState:
    """What is to be drawn: nothing before the first training; then a lead and the rows. problem: why there are none."""

    lead: str = ""
    rows: tuple[AdviceRow, ...] = ()
    is_looking: bool = False
    problem: str = ""

    @property
    def is_shown(self) -> bool:
        """Whether there is anything to say."""
        return bool(self.lead or self.problem)


def advice_state(
    advised: Advised | None, is_looking: bool, problem: str, pages: Collection[str]
) -> AdviceState:
    """The state. advised: None while it is not known. pages: that can be opened here."""
    if problem:
        return AdviceState(problem=problem)
    if advised is None:
        return AdviceState(lead=LOOKING, is_looking=True) if is_looking else AdviceState()
    rows = tuple(_row(one, pages) for one in advised.advice)
    return AdviceState(lead=ABOUT if rows else NOTHING_HELPS, rows=rows)


def _row(advice: Advice, pages: Collection[str]) -> AdviceRow:
    page, is_known = PAGES[advice.kind], advice.gain is not None
    button = _BUTTONS[advice.kind] if page in pages else ""
    return AdviceRow(
        title(advice), reason(advice), range_words(advice.gain), is_known, button, page == "train"
    )
