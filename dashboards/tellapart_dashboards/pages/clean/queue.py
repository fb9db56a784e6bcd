"""The queue that is in sight: findings by kind, label, split and region; what was decided; every picture."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass

from tellapart.clean import Finding, Review
from tellapart.store.journal import Entry
from tellapart.store.project import Project

from tellapart_dashboards.pages.clean.texts import DECIDED, EVERY

THRESHOLDS = (0.99, 0.95, 0.9, 0.8, 0.7)  # of suggestions, to choose from
FIRST = 200  # pictures; more than any page has in sight at once


@dataclass(frozen=True)
class Wish:
    """What somebody wants to see. kind: of KIND_NAMES. region: image_ids, empty for all. threshold: of
    suggestions, 0 for the highest above which there is one."""

    kind: str = ""
    label: str = ""
    split: str = ""
    region: frozenset[str] = frozenset()
    threshold: float = 0.0
    is_previewing: bool = False

    @property
    def kinds(self) -> list[str] | None:
        """The kinds of finding that are asked for, None for all."""
        return None if self.kind in ("", DECIDED, EVERY) else [self.kind]


@dataclass(frozen=True)
class View:
    """The queue at one moment. ids: in sight, in order. counts: kind -> open findings, "" for all of them.
    suggested: of the pictures in sight, what could be applied, surer than threshold. n_above: how many would be, for
    each of THRESHOLDS. standing: the decisions that stand, oldest first."""

    ids: list[str]
    findings: list[Finding]
    n_open: int
    counts: dict[str, int]
    suggested: dict[str, Finding]
    threshold: float
    n_above: dict[float, int]
    standing: list[Entry]
    n_decided: int
    can_undo: bool
    can_redo: bool


class Queue:
    """Findings of the open review; before that, those of the last visit; before the first visit every picture, as they
    came. Asked from threads, one at a time or not.

    early: the findings of the last visit, None where nobody has looked yet.
    """

    def __init__(self, project: Project) -> None:
        self._project = project
        self.review: Review | None = None
        self.early: list[Finding] | None = None

    @property
    def is_unknown(self) -> bool:
        """Whether nobody has looked at the pictures yet."""
        return self.review is None and self.early is None

    def open_findings(
        self, kinds: list[str] | None = None, label: str = "", split: str = ""
    ) -> list[Finding]:
        """What nobody has decided about yet, worst first."""
        if self.review is not None:
            return self.review.queue(kinds, label or None, split or None)
        done = {entry.image_id for entry in self._standing()}
        early = self.early or []
        rows = self._project.manifest.standings([one.image_id for one in early]) if label else []
        allowed = {image_id for image_id, its, _, _ in rows if its == label} if label else None
        return [
            one
            for one in early
            if one.image_id not in done
            and (allowed is None or one.image_id in allowed)
            and (kinds is None or set(_kinds(one)) & set(kinds))
        ]

    def view(self, wish: Wish, is_first: bool = False) -> View:
        """What is to be seen now; of every picture the first few only, where that is quicker.

        Raises:
            ProjectError: the database cannot be read.
        """
        journal = self._project.journal
        standing = self._standing()
        decided = list(dict.fromkeys(entry.image_id for entry in reversed(standing)))
        opened = self.open_findings()
        split = "" if wish.kind in (DECIDED, EVERY) else wish.split
        is_narrowed = bool(wish.kinds or wish.label or split)
        findings = self.open_findings(wish.kinds, wish.label, split) if is_narrowed else opened
        if wish.region:
            findings = [one for one in findings if one.image_id in wish.region]
        in_sight = {one.image_id for one in findings}
        suggestions = [one for one in self._suggestions(wish) if one.image_id in in_sight]
        n_above = {least: len(_surer(suggestions, least)) for least in THRESHOLDS}
        threshold = wish.threshold or next((least for least, n in n_above.items() if n), THRESHOLDS[-1])
        suggested = {one.image_id: one for one in _surer(suggestions, threshold)}
        kinds = Counter(kind for one in opened for kind in _kinds(one))
        return View(
            ids=list(suggested) if wish.is_previewing else self._ids(wish, findings, decided, is_first),
            findings=[*opened, *findings] if is_narrowed else opened,
            n_open=len(opened),
            counts={"": len(opened), **kinds},
            suggested=suggested,
            threshold=threshold,
            n_above=n_above,
            standing=standing,
            n_decided=len(decided),
            can_undo=journal.can_undo(),
            can_redo=journal.can_redo(),
        )

    def _suggestions(self, wish: Wish) -> list[Finding]:
        return self.review.suggestions(min(THRESHOLDS), wish.kinds) if self.review is not None else []

    def _ids(self, wish: Wish, findings: list[Finding], decided: list[str], is_first: bool) -> list[str]:
        ids = [one.image_id for one in findings]
        if wish.kind == DECIDED:
            ids = decided
        elif wish.kind == EVERY or (self.is_unknown and not wish.kind):
            everything = self._first(wish.label) if is_first else self._everything(wish.label)
            ids = list(dict.fromkeys([*ids, *everything]))
        return [image_id for image_id in ids if not wish.region or image_id in wish.region]

    def _first(self, label: str) -> list[str]:
        if self.review is not None:
            return self._everything(label)
        return [one.image_id for one in self._project.manifest.pictures(label or None, limit=FIRST)]

    def _everything(self, label: str) -> list[str]:
        """Kept pictures with this label, the most doubtful label first; as they came where nothing is known."""
        if self.review is not None:
            return self.review.kept(label or None)
        rows = self._project.manifest.standings()
        return [image_id for image_id, its, state, _ in rows if state == "kept" and label in ("", its)]

    def _standing(self) -> list[Entry]:
        """The decisions that stand, oldest first."""
        if self.review is not None:
            return self.review.standing_decisions()
        return self._project.journal.standing()


def _kinds(finding: Finding) -> set[str]:
    return {finding.kind, *(other.kind for other in finding.also)}


def _surer(suggestions: Sequence[Finding], threshold: float) -> list[Finding]:
    return [one for one in suggestions if one.suggestion and one.suggestion.confidence > threshold]
