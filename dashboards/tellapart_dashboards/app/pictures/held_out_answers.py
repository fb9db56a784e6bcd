"""HeldOutAnswers: what the newest training says of single pictures, read from its run when first asked."""

from __future__ import annotations

import threading
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path

from tellapart.errors import TellapartError
from tellapart.runs import Run
from tellapart.store.manifest import Picture

from tellapart_dashboards.app.run_follower import newest_result


@dataclass(frozen=True, eq=False)
class _Answers:
    """Of one training, "" for none. began: seconds since 1970. probs: image_id of a held-out picture -> label ->
    probability; empty for runs of older versions."""

    run_id: str = ""
    began: float = 0.0
    probs: Mapping[str, dict[str, float]] = field(default_factory=dict)


class HeldOutAnswers:
    """Answers of the newest training that ended well about the pictures it held out. Which one that is is looked up
    once for all pictures of a page: where others may have come, after `renew`. Its methods are for threads."""

    def __init__(self, project_dir: Path) -> None:
        self._project_dir = Path(project_dir)
        self._lock = threading.Lock()
        self._is_due = True  # to look which one is the newest
        self._seen: tuple[str, ...] | None = None
        self._answers = _Answers()

    def renew(self) -> None:
        """Have the next question look whether a training has ended since."""
        self._is_due = True

    def probs(self, image_id: str) -> dict[str, float]:
        """Label -> probability of a held-out picture, {} for any other one."""
        return self._newest().probs.get(image_id, {})

    def part(self, picture: Picture) -> str:
        """What the picture was to that training, in words; "" while that is not known."""
        newest = self._newest()
        if not newest.probs:
            return ""
        if picture.image_id in newest.probs:
            return "held out: the model was checked on it"
        if datetime.fromisoformat(picture.added_at).timestamp() > newest.began:
            return "none: it came after the last training"
        if picture.given_split == "test":
            return "test"
        return (
            "training: the model learned from it"
            if picture.is_member
            else "none: it was left out of training"
        )

    def _newest(self) -> _Answers:
        with self._lock:
            if self._is_due:
                self._is_due = False  # another page may say meanwhile that it is
                self._look()
            return self._answers

    def _look(self) -> None:
        runs_dir = self._project_dir / "runs"
        ended = runs_dir.glob("*/result.json") if runs_dir.is_dir() else ()
        seen = tuple(sorted(path.parent.name for path in ended))
        if seen != self._seen:
            found = newest_result(self._project_dir, "train") if seen else None
            run_id, result = found or ("", {})
            if run_id != self._answers.run_id:
                self._answers = (
                    _answers(runs_dir / run_id, result.get("classes", [])) if run_id else _Answers()
                )
            self._seen = seen


def _answers(run_dir: Path, classes: list[str]) -> _Answers:
    from tellapart.planning.held_out import read_held_out  # takes a while to import

    try:
        began = float(Run(run_dir).settings()["started"])
        held_out = read_held_out(run_dir, len(classes))
    except TellapartError:  # of an older version, or damaged: then nothing is said
        return _Answers(run_dir.name)
    rows = zip(held_out.image_ids, held_out.probs.tolist(), strict=True)
    return _Answers(
        run_dir.name, began, {image_id: dict(zip(classes, row, strict=True)) for image_id, row in rows}
    )
