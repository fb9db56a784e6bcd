"""The answers in an app's log: JSON lines that grow for years, among other lines, of which any may be broken."""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime, timezone
from pathlib import Path
from typing import Annotated

import msgspec

from tellapart.bundle.reference import SKETCH
from tellapart.classify.answer_log import EVENT
from tellapart.errors import WatchError
from tellapart.safe_text import harmless

_MAX_LINE_BYTES = 16 * 2**10
_MARK = json.dumps(EVENT).encode()
_Number = Annotated[float, msgspec.Meta(ge=-1e6, le=1e6)]


class _Line(msgspec.Struct):
    event: str = ""
    time: str = ""
    model: Annotated[str, msgspec.Meta(max_length=64)] = ""
    batch: Annotated[str, msgspec.Meta(max_length=64)] = ""
    label: Annotated[str, msgspec.Meta(max_length=400)] = ""
    probability: Annotated[float, msgspec.Meta(ge=0, le=1)] = -1.0
    none_of_these: bool = False
    sketch: Annotated[list[_Number], msgspec.Meta(max_length=SKETCH)] = []


@dataclass(frozen=True)
class LoggedAnswer:
    """One answer. at: UTC. model: 12 digits of which bundle gave it. batch: shared by pictures that came together.
    sketch: of its embedding, () where the log has none."""

    at: datetime
    model: str
    batch: str
    label: str
    probability: float
    none_of_these: bool
    sketch: tuple[float, ...]


class AnswerLines:
    """The answers of log files, in the order of their lines. n_broken: lines that should be answers and are none, so
    far; n_other: lines about something else."""

    def __init__(self, paths: Sequence[Path]):
        self._paths = paths
        self.n_broken = self.n_other = 0
        self._decode = msgspec.json.Decoder(_Line).decode

    def __iter__(self) -> Iterator[LoggedAnswer]:
        """Each answer; memory stays flat however long the files are.

        Raises:
            WatchError: a file cannot be read.
        """
        for path in self._paths:
            try:
                with path.open("rb") as file:
                    while line := file.readline(_MAX_LINE_BYTES + 1):
                        if len(line) > _MAX_LINE_BYTES:
                            self.n_broken += 1
                            while line and not line.endswith(b"\n"):
                                line = file.readline(_MAX_LINE_BYTES)
                            continue
                        answer = self._answer(line)
                        if answer is not None:
                            yield answer
            except OSError as error:
                raise WatchError(
                    f"{path} cannot be read ({error.strerror}). Give the file that your app writes its answers to."
                ) from error

    def _answer(self, line: bytes) -> LoggedAnswer | None:
        if not line.strip():
            return None
        try:
            found = self._decode(line)
            at = _utc(found.time) if found.event == EVENT else None
        except (msgspec.MsgspecError, ValueError, OverflowError, RecursionError) as error:
            if isinstance(error, msgspec.ValidationError) and _MARK not in line:
                self.n_other += 1  # whole, and about something else
            else:
                self.n_broken += 1
            return None
        if at is None:
            self.n_other += 1
            return None
        if found.probability < 0 or len(found.sketch) not in (0, SKETCH):
            self.n_broken += 1
            return None
        return LoggedAnswer(
            at, harmless(found.model[:12]), found.batch, harmless(found.label), found.probability, found.none_of_these,
            tuple(found.sketch),
        )  # fmt: skip


def _utc(time: str) -> datetime:
    """Raises ValueError, or OverflowError at the ends of the calendar."""
    at = datetime.fromisoformat(time.replace("Z", "+00:00"))
    return at.replace(tzinfo=timezone.utc) if at.tzinfo is None else at.astimezone(timezone.utc)
