"""The queue that is in sight: findings by kind, label, split and region; what was decided; every picture."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass, field
from enum import Enum

from tellapart.clean import Finding, Review
from tellapart.store.project import Project

from tellapart_dashboards.app.pictures.decisions import labels_with_keys
from tellapart_dashboards.pages.clean.filters import AS_AT_FIRST, THRESHOLDS, Filters
from tellapart_dashboards.pages.clean.texts import DECIDED, EVERY

FIRST = 200  # pictures; more than any page has in sight at once


class QueueSource(Enum):
    """Where findings come from."""

    UNREAD = "unread"  # the queue was not read yet
    NOTHING = "nothing"  # nobody has looked yet: every picture, as they came
    LAST_VISIT = "last visit"  # until the review is open
    REVIEW = "review"


@dataclass(frozen=True)
class Decisions:
    """What the journal says of decisions. n: pictures decided about."""

    n: int = 0
    can_undo: bool = False
    can_redo: bool = False


@dataclass(frozen=True, eq=False)
class QueueView:
    """The queue at one moment. ids: in sight, in order. sheet: raised when they are other pictures, and not the same
    ones ranked anew. findings: all that was seen. open_ids: pictures with an open finding, worst first.
    counts: kind -> open findings, "" for all of them. suggested: of the pictures in sight, what could be applied, surer
    than threshold. n_above: how many would be, for each of THRESHOLDS. key_labels: those with a digit key.
    """

    filters: Filters = AS_AT_FIRST
    source: QueueSource = QueueSource.UNREAD
    sheet: int = 0
    ids: Sequence[str] = ()
    findings: Sequence[Finding] = ()
    open_ids: Sequence[str] = ()
    counts: Mapping[str, int] = field(default_factory=dict)
    suggested: Mapping[str, Finding] = field(default_factory=dict)
    threshold: float = THRESHOLDS[0]
    n_above: Mapping[float, int] = field(default_factory=dict)
    key_labels: Sequence[str] = ()
    decisions: Decisions = Decisions()


class Queue:
    """Findings of the open review; before that, those of the last visit; before the first visit every picture, as they
    came. Asked from threads, one at a time or not.

    review: gives the open review, None before. early: the findings of the last visit, None where nobody has looked yet.
    """

    def __init__(self, project: Project, review: Callable[[], Review | None]) -> None:
        self._project = project
        self._review = review
        self.early: list[Finding] | None = None

    @property
    def source(self) -> QueueSource:
        """Where findings come from right now."""
        if self._review() is not None:
            return QueueSource.REVIEW
        return QueueSource.NOTHING if self.early is None else QueueSource.LAST_VISIT

    def decisions(self) -> Decisions:
        """What the journal says right now.

        Raises:
            ProjectError: the database cannot be read.
        """
        journal = self._project.journal
        n = len(journal.decided().image_ids - self._project.manifest.dropped_pictures())
        return Decisions(n, can_undo=journal.can_undo(), can_redo=journal.can_redo())

    def read(
        self,
        filters: Filters,
        labels: Collection[str],
        before: QueueView,
        is_touched: bool = False,
        is_first: bool = False,
    ) -> QueueView:
        """What is to be seen now.

        Args:
            labels: of the project. before: what is in sight. is_touched: somebody has decided about that.
            is_first: of every picture the first few only, where that is quicker.
        Raises:
            ProjectError: the database cannot be read.
        """
        review, source = self._review(), self.source
        opened = self._open_findings(review)
        is_narrowed = bool(filters.kinds or filters.label or filters.split_of_findings)
        findings = self._open_findings(review, filters) if is_narrowed else opened
        if filters.region:
            findings = [one for one in findings if one.image_id in filters.region]
        in_sight = {one.image_id for one in findings}
        possible = review.suggestions(min(THRESHOLDS), filters.kinds) if review is not None else []
        suggestions = [one for one in possible if one.image_id in in_sight]
        n_above = {least: len(_surer(suggestions, least)) for least in THRESHOLDS}
        wanted = filters.chosen_threshold if filters.previewed is None else filters.previewed
        threshold = wanted or next((least for least, n in n_above.items() if n), THRESHOLDS[-1])
        suggested = {one.image_id: one for one in _surer(suggestions, threshold)}
        kinds = Counter(kind for one in opened for kind in _kinds(one))
        seen = [*opened, *findings] if is_narrowed else opened
        is_another = is_another_sheet(before, filters, source, is_touched)
        return QueueView(
            filters=filters,
            source=source,
            sheet=before.sheet + is_another,
            ids=list(suggested) if filters.is_previewing else self._ids(review, filters, findings, is_first),
            findings=seen,
            open_ids=[one.image_id for one in opened],
            counts={"": len(opened), **kinds},
            suggested=suggested,
            threshold=threshold,
            n_above=n_above,
            key_labels=labels_to_offer(labels, seen, before.key_labels),
            decisions=self.decisions(),
        )

    def _open_findings(self, review: Review | None, filters: Filters = AS_AT_FIRST) -> list[Finding]:
        """What nobody has decided about yet, worst first."""
        kinds, label = filters.kinds, filters.label
        if review is not None:
            return review.queue(kinds, label or None, filters.split_of_findings or None)
        done = self._project.journal.decided().image_ids
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

    def _ids(
        self, review: Review | None, filters: Filters, findings: Sequence[Finding], is_first: bool
    ) -> list[str]:
        ids = [one.image_id for one in findings]
        if filters.kind == DECIDED:
            dropped = self._project.manifest.dropped_pictures()
            ids = [one for one in self._project.journal.decided().latest_first if one not in dropped]
        elif filters.kind == EVERY or (self.source is QueueSource.NOTHING and not filters.kind):
            ids = list(dict.fromkeys([*ids, *self._everything(review, filters.label, is_first)]))
        return [image_id for image_id in ids if not filters.region or image_id in filters.region]

    def _everything(self, review: Review | None, label: str, is_first: bool) -> list[str]:
        """Kept pictures with this label, the most doubtful label first; as they came where nothing is known."""
        if review is not None:
            return review.kept(label or None)
        manifest = self._project.manifest
        if is_first:
            return [one.image_id for one in manifest.pictures(label or None, limit=FIRST)]
        rows = manifest.standings()
        return [image_id for image_id, its, state, _ in rows if state == "kept" and label in ("", its)]


def is_another_sheet(before: QueueView, filters: Filters, source: QueueSource, is_touched: bool) -> bool:
    """Whether the page shows other pictures now, and not the same ones ranked anew: then what is in sight goes.

    Every picture as it came gives way to the ranking, unless somebody has begun to decide about it.
    """
    if before.source is QueueSource.UNREAD or before.filters.sheet != filters.sheet:
        return True
    if source is before.source:
        return False
    return not before.ids or (before.source is QueueSource.NOTHING and not filters.kind and not is_touched)


def labels_to_offer(
    labels: Collection[str], findings: Sequence[Finding], before: Sequence[str] = ()
) -> list[str]:
    """All labels, or of many the nine that are suggested most often; once chosen they stay."""
    often = Counter(one.suggestion.label for one in findings if one.suggestion and one.suggestion.label)
    return labels_with_keys(labels, often, before)


def _kinds(finding: Finding) -> set[str]:
    return {finding.kind, *(other.kind for other in finding.also)}


def _surer(suggestions: Sequence[Finding], threshold: float) -> list[Finding]:
    return [one for one in suggestions if one.suggestion and one.suggestion.confidence > threshold]
