"""Standing: how every picture stands right now, in memory, kept in step with the rows and the journal."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from tellapart.label_names import label_order
from tellapart.learning.cross_validation import NOT_A_MEMBER
from tellapart.store.decided import Decided
from tellapart.store.journal import Entry
from tellapart.store.manifest import Picture, is_member
from tellapart.store.project import Project


@dataclass(frozen=True)
class Snapshot:
    """How the pictures stood at one moment. targets: (N,) int into classes, NOT_A_MEMBER for removed pictures and
    those marked 'none of these'. before: the same before the first decision. n_decisions: that stand. Of a label that
    has no picture left nothing counts."""

    version: int
    classes: tuple[str, ...]
    labels: tuple[str, ...]
    targets: np.ndarray
    before: np.ndarray
    n_decisions: int


class Standing:
    """The labels, states and marks of a review's pictures. Not safe to share between threads; the review locks it."""

    def __init__(self, pictures: Sequence[Picture], unreadable: Sequence[Picture] = ()):
        """pictures: the rows of a snapshot. unreadable: pictures that are decided about like others."""
        self._n_rows = len(pictures)
        pictures = [*pictures, *unreadable]
        self._ids = [one.image_id for one in pictures]
        self._places = {image_id: row for row, image_id in enumerate(self._ids)}
        self._labels = [one.label for one in pictures]
        self._codes: dict[str, int] = {}
        self._code_of = np.array([self._code(label) for label in self._labels], np.int64)
        self._is_kept = np.array([one.state == "kept" for one in pictures], bool)
        self._is_member = np.array([one.is_member for one in pictures], bool)
        self._states = [one.state for one in pictures]
        self._marks = [one.mark for one in pictures]
        self._decided = Decided()
        self._seen: int | None = None
        self._n_kept_of = Counter(one.label for one in pictures if one.state == "kept")
        self.newcomers: list[str] = []
        self.gone = {one.image_id for one in pictures if one.state != "kept"}
        self.version = 0

    @property
    def classes(self) -> tuple[str, ...]:
        """Labels in use, in the order of labels."""
        return tuple(sorted((label for label, n in self._n_kept_of.items() if n), key=label_order))

    @property
    def n_kept(self) -> int:
        """Pictures that are neither removed nor missing."""
        return int(self._is_kept[: self._n_rows].sum())

    @property
    def entries(self) -> Sequence[Entry]:
        """The decisions that stand, oldest first, as of the last look."""
        return self._decided.entries

    def is_decided(self, image_id: str) -> bool:
        """Whether somebody's decision about the picture stands, or it is gone."""
        return image_id in self._decided.image_ids or image_id in self.gone

    def label(self, image_id: str) -> str:
        """The label of a picture of this review."""
        return self._labels[self._places[image_id]]

    def kept(self, label: str | None, doubts: np.ndarray) -> list[str]:
        """Kept pictures with this label, or all: the largest of the (N,) doubts first, unreadable ones at last."""
        chosen = self._is_kept
        if label is not None:
            chosen = chosen & (self._code_of == self._codes.get(label, -1))
        order = np.argsort(-doubts, kind="stable")
        rest = np.flatnonzero(chosen[self._n_rows :]) + self._n_rows
        return [self._ids[row] for row in (*order[chosen[order]].tolist(), *rest.tolist())]

    def is_missing(self, image_id: str) -> bool:
        """Whether the picture's file is known to be gone."""
        row = self._places.get(image_id)
        return row is not None and self._states[row] == "missing"

    def catch_up(self, project: Project) -> None:
        """Take over what others have written since the last look."""
        seen, n_kept = project.manifest.version(), project.manifest.n_pictures()
        # pictures that this process itself took in change the number only
        if seen != self._seen or n_kept != int(self._is_kept.sum()) + len(self.newcomers):
            self._seen, self.newcomers = seen, []
            self._take(project.manifest.standings())
        self._read_journal(project)

    def note(self, project: Project, image_ids: Sequence[str]) -> None:
        """Take over what was just decided about these pictures."""
        self._take(project.manifest.standings(list(dict.fromkeys(image_ids))))
        self._read_journal(project)

    def snapshot(self) -> Snapshot:
        """How everything stands now, to work with in another thread."""
        dropped = self._dropped()
        entries = [one for one in self._decided.about_pictures if one.image_id not in dropped]
        first = {entry.image_id: entry.before for entry in reversed(entries)}
        labels = self._labels[: self._n_rows]
        before_now = {before["label"] for before in first.values()}
        left = {*labels} - {self.label(image_id) for image_id in dropped}
        classes = tuple(sorted({*self.classes, *left, *before_now}, key=label_order))
        place = {label: i for i, label in enumerate(classes)}
        places = np.array(
            [place.get(label, NOT_A_MEMBER) for label in self._codes] or [NOT_A_MEMBER], np.int64
        )
        targets = places[self._code_of[: self._n_rows]]
        targets[~self._is_member[: self._n_rows]] = NOT_A_MEMBER
        before = targets.copy()
        for image_id, was in first.items():
            row = self._places.get(image_id, self._n_rows)
            if row < self._n_rows:
                was_member = is_member(was["state"], was["mark"])
                before[row] = place[was["label"]] if was_member else NOT_A_MEMBER
        return Snapshot(self.version, classes, tuple(labels), targets, before, len(entries))

    def _dropped(self) -> set[str]:
        """Removed pictures whose label has none left: they went with it, as `Manifest.dropped_pictures` has it."""
        return {
            image_id
            for image_id in self.gone
            if self._states[self._places[image_id]] == "removed" and not self._n_kept_of[self.label(image_id)]
        }

    def _code(self, label: str) -> int:
        """A number for a label, the same as long as this lives."""
        return self._codes.setdefault(label, len(self._codes))

    def _take(self, rows: Sequence[tuple[str, str, str, str | None]]) -> None:
        for image_id, label, state, mark in rows:
            row = self._places.get(image_id)
            if row is None:
                if state == "kept":
                    self.newcomers.append(image_id)
                continue
            if (self._labels[row], self._states[row], self._marks[row]) != (label, state, mark):
                self._n_kept_of[self._labels[row]] -= self._states[row] == "kept"
                self._n_kept_of[label] += state == "kept"
                self._labels[row], self._states[row], self._marks[row] = label, state, mark
                self._code_of[row], self._is_kept[row] = self._code(label), state == "kept"
                self._is_member[row] = is_member(state, mark)
                (self.gone.discard if state == "kept" else self.gone.add)(image_id)
                self.version += 1

    def _read_journal(self, project: Project) -> None:
        decided = project.journal.decided()
        if decided is not self._decided:
            self._decided = decided
            self.version += 1
