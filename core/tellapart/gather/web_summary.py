"""What a search on the web brought, in words and in numbers: the pictures, the refusals, and what each source did."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

from tellapart.codes import Code
from tellapart.errors import (
    AbsentError,
    LimitedError,
    RefusalCode,
    RefusedError,
    SilentError,
    Skipped,
    SourceError,
)
from tellapart.pictures.notes import PictureNote, grouped

MAX_LISTED = 1000  # refusals told one by one; all are counted


class SourceOutcome(Code):
    """How a source did."""

    NOT_ASKED = "not asked"
    RESULTS = "results"
    NOTHING = "nothing"  # it answers that there is nothing
    LIMITED = "limited"  # it wants a pause
    REFUSED = "refused"
    BROKEN = "broken"
    SILENT = "no answer"
    ABSENT = "absent"  # the package that asks it is not installed


_OUTCOMES = (
    (LimitedError, SourceOutcome.LIMITED),
    (RefusedError, SourceOutcome.REFUSED),
    (SilentError, SourceOutcome.SILENT),
    (AbsentError, SourceOutcome.ABSENT),
)
_ORDER = (
    RefusalCode.COPY, RefusalCode.TOO_SMALL, RefusalCode.UNREADABLE, RefusalCode.UNREACHABLE,
    RefusalCode.OTHER_LICENCE, RefusalCode.NOT_ALLOWED,
)  # fmt: skip


@dataclass
class SourceReport:
    """How one source did.

    n_found: how many pictures it named. wait_s: the pause it wants. said: a remark or what was wrong, a sentence.
    """

    name: str
    title: str
    outcome: SourceOutcome = SourceOutcome.NOT_ASKED
    n_found: int = 0
    said: str = ""
    wait_s: float | None = None

    def fail(self, error: SourceError) -> None:
        """Note why it gives no answer."""
        self.outcome = next(
            (name for kind, name in _OUTCOMES if isinstance(error, kind)), SourceOutcome.BROKEN
        )
        self.wait_s = error.wait_s if isinstance(error, LimitedError) else None
        self.said = str(error)

    def sentence(self) -> str:
        """For instance "Openverse found 40. Bing answers, but with nothing new since page 3."; "" when not asked."""
        if self.outcome is SourceOutcome.NOT_ASKED:
            return self.said
        if self.outcome is SourceOutcome.NOTHING:
            return self.said or f"{self.title} found nothing."
        return f"{self.title} found {self.n_found}. {self.said}".rstrip() if self.n_found else self.said


@dataclass
class GatherSummary:
    """What became of the pictures that were looked at.

    n_asked: candidates that met their fate this time. n_added: kept now, or held for a person to look at when
    `is_held`. n_before: gathered by the same wish earlier. n_named_twice: addresses that a source or list repeats.
    refusals: counted in `n_refused` by code; the first 1,000 also one by one. notes: remarks on the whole;
    picture_notes: on single pictures that came.
    """

    label: str
    query: str
    is_held: bool = False
    n_asked: int = 0
    n_added: int = 0
    n_before: int = 0
    n_named_twice: int = 0
    n_refused: Counter[RefusalCode] = field(default_factory=Counter)
    refusals: list[Skipped] = field(default_factory=list)
    sources: list[SourceReport] = field(default_factory=list)
    notes: list[str] = field(default_factory=list)
    picture_notes: list[PictureNote] = field(default_factory=list)

    def remarks(self) -> list[str]:
        """All notes in lines for a person; what is the same for many pictures is said once."""
        return [*self.notes, *grouped(self.picture_notes)]

    def refuse(self, url: str, code: RefusalCode, reason: str) -> None:
        """Count one that was not added."""
        self.n_asked += 1
        self.n_refused[code] += 1
        if len(self.refusals) < MAX_LISTED:
            self.refusals.append(Skipped(url, reason, code))

    def add(self, url: str, notes: Sequence[str] = ()) -> None:
        """Count one that was, with what is to be known of it."""
        self.n_asked += 1
        self.n_added += 1
        self.picture_notes += [PictureNote(url, text) for text in notes]

    def counts(self) -> dict[str, int]:
        """The numbers alone, for whoever watches."""
        refused = {code.value: n for code, n in self.n_refused.items()}
        return {"asked": self.n_asked, "added": self.n_added, "before": self.n_before, **refused}

    def sentence(self) -> str:
        """For instance "120 asked, 97 added, 11 already here, 7 too small, 5 unreadable"."""
        came = "found" if self.is_held else "added"
        if not self.n_asked and self.n_before:
            return f"{self.n_before} {came} earlier, nothing new"
        if not self.n_asked:
            return "nothing found"
        parts = [f"{self.n_asked} asked", f"{self.n_added} {came}"]
        parts += [f"{self.n_refused[code]} {code}" for code in _ORDER if self.n_refused[code]]
        parts += [f"{self.n_named_twice} named twice"] if self.n_named_twice else []
        parts += [f"{self.n_before} {came} earlier"] if self.n_before else []
        return ", ".join(parts)

    def to_json(self) -> dict[str, Any]:
        """Plain JSON values, with the sentence."""
        return {
            "label": self.label, "query": self.query, "is_held": self.is_held, "n_asked": self.n_asked,
            "n_added": self.n_added, "n_before": self.n_before, "n_named_twice": self.n_named_twice,
            "n_refused": dict(self.n_refused),
            "refusals": [{"url": one.path, "reason": one.reason, "code": one.code} for one in self.refusals],
            "sources": [
                {
                    "name": one.name, "outcome": one.outcome, "n_found": one.n_found, "wait_s": one.wait_s,
                    "sentence": one.sentence(),
                }
                for one in self.sources
            ],
            "notes": self.remarks(),
            "picture_notes": [{"url": one.path, "note": one.text} for one in self.picture_notes],
            "sentence": self.sentence(),
        }  # fmt: skip
