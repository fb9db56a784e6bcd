"""What the Clean page of things shows, made by one function of what was found and what was decided."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass

from tellapart_dashboards.app.wording import count
from tellapart_dashboards.pages.kinds.cases import Case, Cleanable, Looked

ALL = ""  # every code


@dataclass(frozen=True)
class CleaningState:
    """title, lead: the head. cases: those in sight; n_more: that match besides. options: of the filter, see `Choices`;
    empty: what stands where no case stands. is_looking: findings are being made."""

    title: str
    lead: str
    cases: tuple[Case, ...] = ()
    n_open: int = 0
    n_more: int = 0
    options: tuple[dict[str, str], ...] = ()
    remarks: tuple[str, ...] = ()
    empty: str = ""
    is_looking: bool = False

    @property
    def badge(self) -> str:
        """How many wait, beside the step's name."""
        return f"{self.n_open:,}" if self.n_open else ""


def cleaning_state(
    noun: str, looked: Looked | None, settled: Mapping[str, str], code: str, n_shown: int, is_looking: bool,
    case_noun: str = "", judged: str = Cleanable.judged,
) -> CleaningState:  # fmt: skip
    """The page as it is. settled: what was decided, by thing; code: the filter's; n_shown: cases at most; case_noun,
    judged: as `Cleanable` has them."""
    if looked is None:
        if is_looking:
            return CleaningState(f"Looking at the {noun}s …", judged, is_looking=True)
        return CleaningState("Not looked at yet", f"Look at the {noun}s to see which ones may be wrong.")
    if looked.unjudged:
        return CleaningState("Not judged yet", looked.unjudged, remarks=looked.remarks, is_looking=is_looking)
    still = [case for case in looked.cases if case.thing_id not in settled]
    matching = [case for case in still if code in (ALL, *(doubt.code for doubt in case.doubts))]
    if still:
        title, lead = f"{count(len(still), case_noun or noun)} to review", "Most suspicious first."
    elif looked.cases:
        title, lead = (
            "Nothing left to review",
            "You have decided every finding. Train again to see the effect.",
        )
    else:
        title, lead = "Nothing stands out", f"No findings in {count(looked.n, noun)}."
    empty = "" if matching else f"No {case_noun or noun} is like that any more." if still else ""
    return CleaningState(
        title, lead, tuple(matching[:n_shown]), len(still), max(0, len(matching) - n_shown),
        _options(still, code), looked.remarks, empty, is_looking,
    )  # fmt: skip


def _options(still: list[Case], code: str) -> tuple[dict[str, str], ...]:
    counts = Counter(one for case in still for one in dict.fromkeys(doubt.code for doubt in case.doubts))
    if code and not counts[code]:
        counts[code] = 0  # the one that is chosen stays in sight
    rows = [(ALL, "all", len(still)), *((one, one, n) for one, n in counts.most_common())]
    return tuple({"key": key, "label": label, "n": f"{n:,}"} for key, label, n in rows)
