"""Decided: what is decided about the pictures of a project, as the journal says it. The one place that works it out."""

from __future__ import annotations

import threading
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from tellapart.store.journal import Entry, Journal
    from tellapart.store.manifest import Manifest


@dataclass(frozen=True, eq=False)
class Decided:
    """The decisions that stand at one moment. Never changed: when there are others, there is another one.

    entries: oldest first, undone ones left out. of_labels: the batches that renamed, merged or removed a label as a
    whole. up_to: the number of the last line of the journal that is in it.
    """

    entries: Sequence[Entry] = ()
    of_labels: frozenset[int] = frozenset()
    up_to: int = 0

    @cached_property
    def about_pictures(self) -> Sequence[Entry]:
        """Those that somebody made looking at pictures: a label that got another name says nothing about each."""
        return [entry for entry in self.entries if entry.batch not in self.of_labels]

    @cached_property
    def image_ids(self) -> frozenset[str]:
        """Pictures somebody has decided about; a note that was taken away again is no decision."""
        last = {entry.image_id: entry for entry in self.about_pictures}
        return frozenset(
            image_id
            for image_id, entry in last.items()
            if entry.kind != "mark" or entry.after["mark"] is not None
        )

    @cached_property
    def relabelled(self) -> frozenset[str]:
        """Pictures that somebody gave a label."""
        return frozenset(entry.image_id for entry in self.about_pictures if entry.kind == "relabel")

    @cached_property
    def latest_first(self) -> list[str]:
        """The pictures decided about, the latest decision first."""
        newest = dict.fromkeys(entry.image_id for entry in reversed(self.about_pictures))
        return [image_id for image_id in newest if image_id in self.image_ids]


class DecidedView:
    """What is decided, kept in step with a journal: each look reads only the lines that are new. Safe for threads."""

    def __init__(self, journal: Journal, manifest: Manifest):
        self._journal = journal
        self._manifest = manifest
        self._names: dict[str, str] = {}
        self._lock = threading.Lock()
        self._decided = Decided()

    def now(self) -> Decided:
        """The decisions that stand now; the same object as before when nothing was decided since.

        Raises:
            ProjectError: the database cannot be read.
        """
        with self._lock:
            names = self._manifest.former_names()  # a picture changed in its place has another image_id since
            up_to = self._decided.up_to
            new = self._journal.entries_after(up_to)
            if new or names != self._names:
                is_plain = names == self._names and all(entry.kind not in ("undo", "redo") for entry in new)
                entries = [*self._decided.entries, *new] if is_plain else self._journal.standing()
                of_labels = self._journal.label_changes(after=up_to if is_plain else 0)
                self._decided = Decided(
                    entries,
                    frozenset([*(self._decided.of_labels if is_plain else ()), *of_labels]),
                    new[-1].number if new else up_to,
                )
                self._names = names
            return self._decided
