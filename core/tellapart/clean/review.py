"""Review: the queue of findings of one project, decisions about them, and what was learned from those at once."""

from __future__ import annotations

import threading
from collections.abc import Sequence
from dataclasses import replace

import numpy as np

from tellapart.clean.current_labels import Standing
from tellapart.clean.evidence import Evidence, gather_evidence
from tellapart.clean.findings import KINDS, WRONG_LABEL, Finding
from tellapart.clean.gain import Gain, measure_gain
from tellapart.clean.ranking import Ranking, rank, rank_again
from tellapart.clean.report import ReviewReport, write_report
from tellapart.duplicates.comparison_cache import cached_arrays
from tellapart.errors import ProjectError, RefusalCode
from tellapart.learning.embedding_map import lay_out
from tellapart.planning.config import TrainConfig
from tellapart.progress import Doing, Progress, Step, silent
from tellapart.store.journal import Decision, Entry, Relabel
from tellapart.store.label_changes import check_offered
from tellapart.store.manifest import Picture
from tellapart.store.project import Project
from tellapart.store.sqlite.database_errors import explained


class Review:
    """What is wrong with a project's pictures, worst first, while somebody mends it. Make it with `open_review`.

    Safe to use from several threads. Several reviews, in one process or many, may work on one project: the last
    decision about a picture wins, and each sees the others' at its next `refresh`.
    """

    def __init__(self, project: Project, config: TrainConfig, evidence: Evidence):
        self._project = project
        self._config = config
        self._lock = threading.RLock()
        self._ranking_lock = threading.Lock()
        self._ranking: Ranking
        self._splits: dict[str, str] | None = None
        self._remembered: dict[str, Finding] = {}
        self._error_before: tuple[np.ndarray, np.ndarray] | None = None
        self._start_with(evidence)

    @property
    def classes(self) -> tuple[str, ...]:
        """Labels with pictures, and those that were chosen here, in the order of labels."""
        with self._lock:
            return self._standing.classes

    @property
    def n_pictures(self) -> int:
        """Pictures that are looked at: kept and readable."""
        with self._lock:
            return self._standing.n_kept

    def queue(
        self,
        kinds: Sequence[str] | None = None,
        label: str | None = None,
        split: str | None = None,
        include_decided: bool = False,
    ) -> list[Finding]:
        """Findings, worst first, one for each picture; the others about the same picture are in its `also`.

        Args:
            kinds: of KINDS, all unless given. label, split: of the pictures; all unless given.
            include_decided: also pictures that somebody has decided about.
        Raises:
            ValueError: a kind that is none of KINDS.
        """
        unknown = [kind for kind in kinds or () if kind not in KINDS]
        if unknown:
            raise ValueError(f"kinds={unknown} are unknown; choose from {', '.join(KINDS)}.")
        with self._lock:
            standing = self._standing
            chosen: list[Finding] = []
            for finding in (*self._ranking.findings, *(self._passed() if include_decided else ())):
                if not include_decided and standing.is_decided(finding.image_id):
                    continue
                if label is not None and standing.label(finding.image_id) != label:
                    continue
                if split is not None and self.split(finding.image_id) != split:
                    continue
                narrowed = finding if kinds is None else _narrowed(finding, kinds)
                chosen += [] if narrowed is None else [narrowed]
        return sorted(chosen, key=lambda finding: -finding.score)

    def split(self, image_id: str) -> str | None:
        """Which part of a training's split the picture is in: train, valid, test; None for an unreadable one."""
        with self._lock:
            if self._splits is None:  # found when first asked for: it takes a second for a hundred thousand
                self._splits = self._evidence.splits(self._config)
            return self._splits.get(image_id)

    def finding(self, image_id: str) -> Finding | None:
        """The worst finding of one picture, with the others in `also`; None when nothing was seen in it.

        For a picture decided about here, the one that was there when it was decided.
        """
        with self._lock:
            return self._ranking.of(image_id) or self._remembered.get(image_id)

    def probs(self, image_id: str) -> dict[str, float]:
        """Label -> probability by the picture's looks alone, from classifiers that never saw it; {} if unknown."""
        with self._lock:
            row = self._evidence.places.get(image_id)
            probs = self._ranking.doubts.probs
            if row is None or not probs.shape[1]:
                return {}
            return dict(zip(self._ranking.classes, map(float, probs[row]), strict=True))

    def doubts(self) -> dict[str, float]:
        """Every picture -> how doubtful its label is, 0 to 1, whether it is in the queue or not."""
        with self._lock:
            scores = self._ranking.doubts.score.tolist()
            return {one.image_id: score for one, score in zip(self._evidence.pictures, scores, strict=True)}

    def kept(self, label: str | None = None) -> list[str]:
        """Every kept picture, or those with a label, in the queue or not: the most doubtful label first, at last those
        that cannot be read and those that came since the last `refresh`."""
        with self._lock:
            standing = self._standing
            standing.catch_up(self._project)
            found = standing.kept(label, self._ranking.doubts.score)
            newcomers = list(standing.newcomers)
        rows = self._project.manifest.standings(newcomers)
        return found + [one for one, its, state, _ in rows if state == "kept" and label in (None, its)]

    def picture(self, image_id: str) -> Picture:
        """The picture as it is now.

        Raises:
            ProjectError: it is not in the project.
        """
        return self._project.manifest.picture(image_id)

    def neighbours(self, image_id: str, k: int = 6) -> list[tuple[str, float]]:
        """The k pictures that look most like this one and their similarity, -1 to 1, nearest first."""
        with self._lock:
            row, evidence, standing = self._evidence.places.get(image_id), self._evidence, self._standing
        if row is None:
            return []
        points = evidence.points
        similarity = points @ points[row]
        similarity[row] = -2.0
        nearest = np.argsort(-similarity)[: k + len(standing.gone)]
        ids = [evidence.pictures[i].image_id for i in nearest]
        found = [(one, float(similarity[i])) for one, i in zip(ids, nearest, strict=True) if i != row]
        return [(one, value) for one, value in found if one not in standing.gone][:k]

    def suggestions(self, more_than: float, kinds: Sequence[str] | None = None) -> list[Finding]:
        """Findings of these kinds whose suggestion changes something and is surer than that, 0 to 1, surest first.

        Of several suggestions about one picture the surest counts. `decision_of` makes decisions of them.
        """
        found = []
        for finding in self.queue(kinds):
            others = (one for one in finding.also if kinds is None or one.kind in kinds)
            several = [
                one for one in (finding, *others) if one.suggestion and one.suggestion.action != "keep"
            ]
            best = max(several, key=_confidence, default=None)
            found += [best] if best and _confidence(best) > more_than else []
        return sorted(found, key=lambda one: -_confidence(one))

    def counts(self) -> dict[str, int]:
        """Kind -> number of pictures with such a finding that nobody has decided about yet."""
        counts = dict.fromkeys(KINDS, 0)
        for finding in self.queue():
            for kind in {finding.kind, *(other.kind for other in finding.also)}:
                counts[kind] += 1
        return counts

    def decide(self, decisions: Sequence[Decision]) -> list[str]:
        """Write decisions down at once, as one batch that can be undone; the queue is ranked anew by `refresh`.

        What the person should know comes back in sentences, [] as a rule.

        Raises:
            ProjectError: a picture is not in the project, a label is gone, or the disk does not take it. Where a row
                could be written but a file not moved, that is made up for when the project is opened next.
            IntakeError: a label is empty, too long, or holds control characters; nothing was decided then.
        """
        if not decisions:
            return []
        image_ids = [decision.image_id for decision in decisions]
        with self._lock:
            self._check_labels(decisions)
            self._remembered |= {one: seen for one in image_ids if (seen := self._ranking.of(one))}
            guided = {
                one for one in image_ids if (found := self.finding(one)) and found.has_kind(WRONG_LABEL)
            }
        try:
            self._project.journal.decide(*decisions, guided=guided)
        finally:
            self._note(image_ids)
        missing = [image_id for image_id in image_ids if self._standing.is_missing(image_id)]
        return [
            f"{self.picture(image_id).path} is no longer in its folder. The decision is saved and applies "
            "when the file is back."
            for image_id in missing
        ]

    def undo(self) -> list[Entry]:
        """Take back the latest batch of decisions, whoever made it; what was taken back, [] when there is none."""
        entries = self._project.journal.undo()
        self._note([entry.image_id for entry in entries if entry.image_id])
        return entries

    def redo(self) -> list[Entry]:
        """Carry out again what was undone last; [] when there is nothing to redo."""
        entries = self._project.journal.redo()
        self._note([entry.image_id for entry in entries if entry.image_id])
        return entries

    def refresh(self) -> bool:
        """Learn from the decisions so far, those of other processes too, and rank anew; whether anything changed.

        Pictures that were added or restored since are looked at, too.

        Raises:
            ProjectError, BackboneError: see `open_review`.
        """
        with self._ranking_lock:
            with self._lock:
                self._standing.catch_up(self._project)
                newcomers = self._standing.newcomers
            if newcomers:
                evidence = gather_evidence(self._project, self._config)
                with self._lock:
                    self._start_with(evidence)
                return True
            with self._lock:
                if self._ranking.version == self._standing.version:
                    return False
                standing, last = self._standing.snapshot(), self._ranking
            ranking = rank_again(self._evidence, standing, last)
            with self._lock:
                self._ranking = ranking
            return True

    def gain(self) -> Gain:
        """What the decisions that stand have bought so far, also those of earlier sittings."""
        with self._lock:
            standing, evidence, ranking = self._standing.snapshot(), self._evidence, self._ranking
        learner, n_classes = evidence.learner, len(standing.classes)
        if self._error_before is None or not np.array_equal(self._error_before[0], standing.before):
            logits = learner.logits(standing.before, n_classes)
            self._error_before = (standing.before, logits.argmax(axis=1) if logits.size else standing.before)
        if ranking.version != standing.version:
            ranking = rank_again(evidence, standing, ranking)
        predicted = ranking.predicted(standing.targets)
        before, predicted_before = self._error_before
        return measure_gain(standing.n_decisions, before, standing.targets, predicted_before, predicted)

    def summary(self) -> ReviewReport:
        """What is to be said about the set as a whole."""
        counts = self.counts()
        with self._lock:
            standing, evidence, ranking = self._standing.snapshot(), self._evidence, self._ranking
        told = self._project.manifest.refusals_to_tell()
        refused = {one.name: one.reason for one in told if one.code is not RefusalCode.COPY}
        if ranking.version != standing.version:
            ranking = rank_again(evidence, standing, ranking)
        return write_report(evidence, standing, ranking, counts, list(refused.items()))

    def map_points(self) -> tuple[tuple[str, ...], np.ndarray]:
        """image_ids (N,) and places (N, 2) float32, -1 to 1: pictures that look alike lie near each other.

        Takes seconds the first time, and is kept on disk.

        Raises:
            ProjectError: the cache cannot be written.
        """
        with self._lock:
            evidence, gone = self._evidence, self._standing.gone
        with explained(self._project.db_path):
            folder = self._project.cache_dir / "clean"
            stored = cached_arrays(folder, "map", evidence.key, lambda: {"places": lay_out(evidence.points)})
        ids = [one.image_id for one in evidence.pictures]
        there = [row for row, image_id in enumerate(ids) if image_id not in gone]
        return tuple(ids[row] for row in there), stored["places"][there]

    def _start_with(self, evidence: Evidence) -> None:
        self._evidence = evidence
        self._standing = Standing(evidence.pictures, [one for one, _ in evidence.unreadable])
        self._standing.catch_up(self._project)
        self._ranking = rank(evidence, self._standing.snapshot())
        self._splits = None

    def _passed(self) -> list[Finding]:
        """What was seen in pictures that are no longer ranked, since somebody decided about them here."""
        known = (one for image_id, one in self._remembered.items() if self._ranking.of(image_id) is None)
        return sorted(known, key=lambda finding: -finding.score)

    def _check_labels(self, decisions: Sequence[Decision]) -> None:
        """Whether the labels that were offered are still there: somebody may have renamed one in the folders."""
        try:
            wanted = {one.label for one in decisions if isinstance(one, Relabel)}
            check_offered(self._project.manifest, wanted & set(self._standing.classes))
        except ProjectError:
            self._standing.catch_up(self._project)
            raise

    def _note(self, image_ids: Sequence[str]) -> None:
        with self._lock:
            self._standing.note(self._project, image_ids)


def open_review(project: Project, config: TrainConfig | None = None, progress: Progress = silent) -> Review:
    """The review of a project's pictures.

    Quick when embeddings are cached, for instance by a training or by the task "clean" of a worker.

    Raises:
        BackboneError, WeightsError: the backbone is not at hand.
        ProjectError: the cache cannot be written.
        Cancelled: from `progress`; what was computed stays cached.
    """
    config = config or TrainConfig()
    evidence = gather_evidence(project, config, progress)
    n = len(evidence.pictures)
    progress(n, n, Doing(Step.RANKING, "Ranking pictures, most suspicious first"))
    return Review(project, config, evidence)


def _narrowed(finding: Finding, kinds: Sequence[str]) -> Finding | None:
    """The finding as one of these kinds, if it has one."""
    if finding.kind in kinds:
        return finding
    for i, other in enumerate(finding.also):
        if other.kind in kinds:
            rest = (replace(finding, also=()), *finding.also[:i], *finding.also[i + 1 :])
            return replace(other, also=rest)
    return None


def _confidence(finding: Finding) -> float:
    return finding.suggestion.confidence if finding.suggestion else 0.0
