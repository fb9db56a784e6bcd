"""What an app writes down of its answers, for `tellapart watch`: labels and numbers, no picture, name or address."""

from __future__ import annotations

import uuid
from collections.abc import Iterable
from contextlib import suppress
from datetime import datetime, timezone
from pathlib import Path
from typing import Any

from tellapart.classify.predictor import Prediction
from tellapart.file_lock import try_lock
from tellapart.safe_text import harmless_json

EVENT = "answer"
MAX_LOG_BYTES = 64 * 2**20


def answer_facts(answer: Prediction, model: str, batch: str) -> dict[str, Any]:
    """One answer. model: SHA-256 of the bundle.json, of which 12 digits tell; batch: shared by pictures that came
    together, and by nothing else."""
    return {
        "model": model[:12],
        "batch": batch,
        "label": answer.label,
        "probability": round(answer.confidence, 4),
        "none_of_these": answer.is_none_of_these,
        **({"sketch": list(answer.sketch)} if answer.sketch else {}),
    }


def new_batch() -> str:
    """A name for pictures that came together, drawn anew each time."""
    return uuid.uuid4().hex[:8]


class AnswerLog:
    """The log of an app that has no other: JSON lines in a file, at most 64 MB, of which the older half then goes."""

    def __init__(self, path: Path, model: str):
        self._path, self._model = path, model

    def write(self, answers: Iterable[Prediction]) -> None:
        """Add answers to pictures that came together. A disk that does not take them costs the log, not the answers."""
        batch, time = new_batch(), datetime.now(timezone.utc).isoformat(timespec="seconds")
        lines = [
            harmless_json({"time": time, "event": EVENT, **answer_facts(one, self._model, batch)})
            for one in answers
        ]
        with suppress(OSError):
            self._make_room()
        with suppress(OSError), self._path.open("a", encoding="utf-8") as file:
            file.write("".join(f"{line}\n" for line in lines))

    def _make_room(self) -> None:
        """Puts a half that is full aside, in the place of the older one. Each page of an app is a process: one does it,
        and who saw the same full half before does not put the new one aside as well."""
        if not self._is_half_full():
            return
        with self._path.with_name(f".{self._path.name}.lock").open("ab") as lock:
            if try_lock(lock) and self._is_half_full():
                self._path.replace(self._path.with_name(f"{self._path.name}.1"))

    def _is_half_full(self) -> bool:
        return self._path.exists() and self._path.stat().st_size > MAX_LOG_BYTES // 2
