"""Standing: how every picture stands right now, in memory, kept in step with the rows and the journal."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from tellapart.clean.learner import NOT_A_MEMBER
from tellapart.journal import Entry
from tellapart.manifest import NONE_OF_THESE, Picture
from tellapart.project import Project


@dataclass(frozen=True)
class Snapshot:
    """How the pictures stood at one moment. targets: (N,) int into classes, NOT_A_MEMBER for removed pictures and
    those marked 'none of these'. before: the same before the first decision. n_decisions: that stand."""

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
        self._states = [one.state for one in pictures]
        self._marks = [one.mark for one in pictures]
        self._entries: list[Entry] = []
        self._decided: set[str] = set()
        self._last_number = 0
        self._seen: int | None = None
        self._n_kept_of = Counter(one.label for one in pictures if one.state == "kept")
        self.newcomers: list[str] = []
        self.gone = {one.image_id for one in pictures if one.state != "kept"}
        self.version = 0

    @property
    def classes(self) -> tuple[str, ...]:
        """Labels in use, alphabetical."""
        return tuple(sorted(label for label, n in self._n_kept_of.items() if n))

    @property
    def n_kept(self) -> int:
        """Pictures that are neither removed nor missing."""
        return self._n_rows - len(self.gone.intersection(self._ids[: self._n_rows]))

    def is_decided(self, image_id: str) -> bool:
        """Whether somebody's decision about the picture stands, or it is gone."""
        return image_id in self._decided or image_id in self.gone

    def label(self, image_id: str) -> str:
        """The label of a picture of this review."""
        return self._labels[self._places[image_id]]

    def is_missing(self, image_id: str) -> bool:
        """Whether the picture's file is known to be gone."""
        row = self._places.get(image_id)
        return row is not None and self._states[row] == "missing"

    def catch_up(self, project: Project) -> None:
        """Take over what others have written since the last look."""
        seen = project.manifest.version()
        if seen != self._seen:
            self._seen = seen
            self._take(project.manifest.standings())
        self._read_journal(project)

    def note(self, project: Project, image_ids: Sequence[str]) -> None:
        """Take over what was just decided about these pictures."""
        self._take(project.manifest.standings(list(dict.fromkeys(image_ids))))
        self._read_journal(project)

    def snapshot(self) -> Snapshot:
        """How everything stands now, to work with in another thread."""
        first = {entry.image_id: entry.before for entry in reversed(self._entries)}
        labels = self._labels[: self._n_rows]
        classes = tuple(sorted({*self.classes, *labels, *(before["label"] for before in first.values())}))
        place = {label: i for i, label in enumerate(classes)}
        now = zip(labels, self._states, self._marks, strict=False)
        targets = np.array([_target(place, *stands) for stands in now], np.int64)
        before = targets.copy()
        for image_id, was in first.items():
            row = self._places.get(image_id, self._n_rows)
            if row < self._n_rows:
                before[row] = _target(place, was["label"], was["state"], was["mark"])
        return Snapshot(self.version, classes, tuple(labels), targets, before, len(self._entries))

    def _take(self, rows: Sequence[tuple[str, str, str, str | None]]) -> None:
        for image_id, label, state, mark in rows:
            row = self._places.get(image_id)
            if row is None:
                if state == "kept" and image_id not in self.newcomers:
                    self.newcomers.append(image_id)
                continue
            if (self._labels[row], self._states[row], self._marks[row]) != (label, state, mark):
                self._n_kept_of[self._labels[row]] -= self._states[row] == "kept"
                self._n_kept_of[label] += state == "kept"
                self._labels[row], self._states[row], self._marks[row] = label, state, mark
                (self.gone.discard if state == "kept" else self.gone.add)(image_id)
                self.version += 1

    def _read_journal(self, project: Project) -> None:
        new = project.journal.entries_after(self._last_number)
        if not new:
            return
        self._last_number = new[-1].number
        is_plain = all(entry.kind not in ("undo", "redo") for entry in new)
        self._entries = [*self._entries, *new] if is_plain else project.journal.standing()
        self._decided = _decided(self._entries)
        self.version += 1


def _decided(entries: Sequence[Entry]) -> set[str]:
    last = {entry.image_id: entry for entry in entries}
    return {
        image_id
        for image_id, entry in last.items()
        if entry.kind != "mark" or entry.after["mark"] is not None
    }


def _target(place: dict[str, int], label: str, state: str, mark: str | None) -> int:
    return place[label] if state == "kept" and mark != NONE_OF_THESE else NOT_A_MEMBER
