"""Sheet: the labels that pictures had when what is in sight was first shown; a decision is told against them."""

from __future__ import annotations

import threading
from collections.abc import Iterable

from tellapart.store.journal import Entry, Journal


class Sheet:
    """Labels as they were when the sheet began. Safe for threads.

    A tile keeps the label it came with, and says beside it what was decided since.
    """

    def __init__(self, journal: Journal) -> None:
        self._journal = journal
        self._lock = threading.Lock()
        self._up_to = 0
        self._before: dict[str, str] = {}
        self.start()

    @property
    def is_touched(self) -> bool:
        """Whether something was decided since it began, or is shown as if it were."""
        return bool(self._before)

    def start(self, shown: Iterable[Entry] = ()) -> None:
        """From now on a tile has the label its picture has now; shown: decisions that are told all the same."""
        up_to = self._journal.decided().up_to
        before: dict[str, str] = {}
        for entry in shown:
            before.setdefault(entry.image_id, entry.before["label"])
        with self._lock:
            self._up_to, self._before = up_to, before

    def catch_up(self) -> bool:
        """Take in what was decided since, on other pages too; whether there was something."""
        with self._lock:
            entries = self._journal.entries_after(self._up_to)
            for entry in entries:
                self._up_to = entry.number
                self._before.setdefault(entry.image_id, entry.before["label"])
            return bool(entries)

    def label(self, image_id: str, now: str) -> str:
        """The label the picture came with; now: the one it has."""
        return self._before.get(image_id, now)
