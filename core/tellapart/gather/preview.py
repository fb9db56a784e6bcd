"""Pictures that were gathered to be looked at first: see them, keep them, or discard them."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from itertools import groupby
from pathlib import Path

from tellapart.errors import RefusalCode
from tellapart.gather.screening import Landed, discard_rows, held_file, keep_landed
from tellapart.gather.web_summary import GatherSummary
from tellapart.progress import Doing, Progress, Step, silent
from tellapart.store import searches
from tellapart.store.project import Project
from tellapart.store.searches import HELD, KEPT, WAITING, Candidate, CandidateRow

_BATCH = 100
_LEFT_OUT = "left_out"  # setting of the project


@dataclass(frozen=True)
class HeldPicture:
    """A picture that waits for a person. `number` names it; `file` is for thumbnails and may be gone when asked for."""

    number: int
    label: str
    query: str
    file: Path
    image_id: str
    width: int
    height: int
    candidate: Candidate


def held_pictures(project: Project, label: str | None = None) -> list[HeldPicture]:
    """The pictures that wait for a person, in the order in which they were found; of all labels or of one."""
    found = []
    for row in searches.held(project.manifest):
        landed, wish = held_file(project, row), searches.wish_of(project.manifest, row.gathering)
        if landed is not None and label in (None, wish.label):
            facts = landed.facts
            found.append(
                HeldPicture(
                    row.number, wish.label, wish.query, landed.path, landed.image_id, facts.width, facts.height,
                    row.candidate,
                )
            )  # fmt: skip
    return found


def left_out(project: Project) -> set[int]:
    """The numbers of held pictures that a person means to leave, until `keep_held` or `discard_held` settles it."""
    return set(project.manifest.setting(_LEFT_OUT, []))


def leave_out(project: Project, number: int, is_left_out: bool) -> None:
    """Remember whether a held picture is meant to be left out, also after a reload of the page.

    Raises:
        ProjectError: the database cannot be written.
    """
    with project.manifest.transaction():
        still_held = {row.number for row in searches.held(project.manifest)}
        numbers = left_out(project) | {number} if is_left_out else left_out(project) - {number}
        project.manifest.set_setting(_LEFT_OUT, sorted(numbers & still_held))


def keep_held(project: Project, numbers: Iterable[int], progress: Progress = silent) -> GatherSummary:
    """Take held pictures into the project, each under the label that it was gathered for.

    One whose file is gone waits to be fetched again, and is counted as unreachable.

    Raises:
        ProjectError: the disk does not take it; what was kept until then stays, the others are still held.
        Cancelled: from `progress`.
    """
    rows = [row for row in searches.candidates(project.manifest, numbers) if row.fate == HELD]
    summary = GatherSummary("", "")
    n_done = 0
    for number, some in groupby(rows, lambda row: row.gathering):
        wish = searches.wish_of(project.manifest, number)
        summary.label, summary.query = wish.label, wish.query
        own = list(some)
        for start in range(0, len(own), _BATCH):
            said = Doing(Step.KEEPING, f"Keeping {wish.label}", label=wish.label)
            progress(n_done, len(rows), said)
            batch = own[start : start + _BATCH]
            landed = _landed(project, batch, summary)
            for verdict in keep_landed(project, wish, landed):
                if verdict.fate == KEPT:
                    summary.add(verdict.row.candidate.url, verdict.notes)
                else:
                    summary.refuse(verdict.row.candidate.url, RefusalCode(verdict.fate), verdict.reason or "")
            n_done += len(batch)
    return summary


def discard_held(project: Project, numbers: Iterable[int]) -> int:
    """Forget held pictures; the same wish does not bring them again. How many there were.

    Raises:
        ProjectError: the database cannot be written.
    """
    rows = [row for row in searches.candidates(project.manifest, numbers) if row.fate == HELD]
    discard_rows(project, rows)
    return len(rows)


def _landed(project: Project, rows: list[CandidateRow], summary: GatherSummary) -> list[Landed]:
    found = []
    for row in rows:
        landed = held_file(project, row)
        if landed is None:
            searches.set_fate(project.manifest, row.number, WAITING)
            summary.refuse(
                row.candidate.url, RefusalCode.UNREACHABLE, "its file is missing; gather again to download it"
            )
        else:
            found.append(landed)
    return found
