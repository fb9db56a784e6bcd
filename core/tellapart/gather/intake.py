"""The only door into images/: bytes are checked, hashed, written and given a row, or skipped with a reason."""

from __future__ import annotations

import os
import uuid
from collections import Counter, deque
from collections.abc import Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass, field
from hashlib import sha256
from pathlib import Path

from tellapart.archives import kind_of
from tellapart.arrivals import Arrival, admit
from tellapart.datasets import origin_of
from tellapart.errors import ImageError, IntakeError, ProjectError, Skipped
from tellapart.gather.places import Found, Layout, layout_of, look_into
from tellapart.images import inspect
from tellapart.labels import clean_label, name_key
from tellapart.manifest import Origin, Refusal, disk_reason, now
from tellapart.pictures.kinds import with_name
from tellapart.pictures.notes import PictureNote, grouped
from tellapart.progress import Progress, silent
from tellapart.project import Project

_BATCH = 100
_AT_ONCE = 4  # files that a thread takes: handed over one by one, small ones would cost much of the time
_MIN_SIDE_PX = 8


@dataclass
class IntakeSummary:
    """What became of the files of one place. `labels` counts what was added; `notes` are remarks on the whole.

    picture_notes: remarks on single pictures that were added.
    """

    n_asked: int = 0
    n_added: int = 0
    labels: dict[str, int] = field(default_factory=dict)
    refusals: list[Skipped] = field(default_factory=list)
    notes: list[str] = field(default_factory=list)
    picture_notes: list[PictureNote] = field(default_factory=list)

    def remarks(self) -> list[str]:
        """All notes in lines for a person; what is the same for many pictures is said once."""
        return [*self.notes, *grouped(self.picture_notes)]

    def sentence(self) -> str:
        """For instance "120 files, 97 added, 11 already here, 12 not readable as pictures"."""
        n_copies = sum(refusal.reason.startswith("already here") for refusal in self.refusals)
        parts = [f"{self.n_asked} file{'s' * (self.n_asked != 1)}", f"{self.n_added} added"]
        if n_copies:
            parts.append(f"{n_copies} already here")
        if len(self.refusals) > n_copies:
            parts.append(f"{len(self.refusals) - n_copies} refused")
        return ", ".join(parts)

    def joined(self, other: IntakeSummary) -> IntakeSummary:
        """What became of the files of both places."""
        return IntakeSummary(
            self.n_asked + other.n_asked, self.n_added + other.n_added,
            dict(Counter(self.labels) + Counter(other.labels)), self.refusals + other.refusals,
            self.notes + other.notes, self.picture_notes + other.picture_notes,
        )  # fmt: skip

    def to_json(self) -> dict[str, object]:
        """Plain JSON values, with the sentence; notes are the lines of `remarks`."""
        return {
            "n_asked": self.n_asked, "n_added": self.n_added, "labels": self.labels,
            "refusals": [{"path": one.path, "reason": one.reason} for one in self.refusals],
            "notes": self.remarks(),
            "picture_notes": [{"path": one.path, "note": one.text} for one in self.picture_notes],
            "sentence": self.sentence(),
        }  # fmt: skip


def take_in(
    project: Project,
    place: Path,
    label: str | None = None,
    origin: Origin | None = None,
    progress: Progress = silent,
) -> IntakeSummary:
    """Copy the pictures of a folder, a zip, a tar or one file into the project.

    Folders name the labels unless `label` is given; folders called train, valid (val, validation) and test around
    them are kept as the split. The originals stay where they are. Exact copies are never added twice.

    Raises:
        IntakeError: the place as a whole is no use: missing, empty, a damaged archive, or without a single label.
        ProjectError: the disk is full or read-only; what was added until then stays.
        Cancelled: from `progress`; what was added until then stays.
    """
    project.check_writable()
    place = Path(place).expanduser().absolute()
    label = None if label is None else clean_label(label)
    own = (project.images_dir, project.trash_dir, project.runs_dir, project.bundles_dir)
    if place == project.root or any(folder == place or folder in place.parents for folder in own):
        raise IntakeError(
            f"{place} lies inside the project itself. Choose the folder the pictures come from."
        )
    found = look_into(place)
    layout = layout_of(found)
    summary = IntakeSummary(n_asked=len(found))
    if label is None and not any(layout.label_of(one.parts) for one in found if one.has_place):
        raise IntakeError(
            f"{place.name} holds {len(found)} file(s) but no folders that could name them. "
            "Put the pictures of each kind into a folder of its own, or say which label they all have."
        )
    _note_lookalikes(found, layout, label, summary)
    origin = origin or origin_of(place) or Origin(_kind_of(place), source_url=str(place))
    door = _Door(project, layout, label, origin, project.incoming_dir)
    try:
        _pass_through(door, found, summary, progress)
    except OSError as error:
        raise ProjectError(disk_reason(project.root, error)) from error
    if (
        summary.n_asked
        and not summary.n_added
        and all(not one.reason.startswith("already") for one in summary.refusals)
    ):
        first = summary.refusals[0]
        raise IntakeError(
            f"None of the {summary.n_asked} file(s) in {place.name} could be used; the first, "
            f"{first.path}: {first.reason}. "
            "Choose a folder with JPEG, PNG or WebP pictures."
        )
    return summary


def _kind_of(place: Path) -> str:
    return "folder" if place.is_dir() else kind_of(place) or "file"


def _note_lookalikes(found: list[Found], layout: Layout, label: str | None, summary: IntakeSummary) -> None:
    if label is not None:
        return
    names: dict[str, set[str]] = {}
    for one in found:
        if one.has_place and (name := layout.label_of(one.parts)):
            names.setdefault(name_key(name), set()).add(name)
    for alike in names.values():
        if len(alike) > 1:
            listed = " and ".join(repr(name) for name in sorted(alike))
            summary.notes.append(
                f"The labels {listed} differ only in capital letters and are kept apart; are they one?"
            )


def _pass_through(door: _Door, found: list[Found], summary: IntakeSummary, progress: Progress) -> None:
    waiting: list[Arrival] = []
    refused: list[Refusal] = []
    for done, looked in enumerate(_ahead(door, found), start=1):
        if isinstance(looked, Arrival):
            waiting.append(looked)
        else:
            refused.append(looked)
        if len(waiting) + len(refused) >= _BATCH or done == len(found):
            _admit(door.project, waiting, refused, summary)
            waiting, refused = [], []
        progress(
            done,
            len(found),
            f"Taking in {looked.label or looked.original_name if isinstance(looked, Arrival) else looked.name}",
        )


def _admit(project: Project, waiting: list[Arrival], refused: list[Refusal], summary: IntakeSummary) -> None:
    arrivals = {arrival.image_id: arrival for arrival in waiting}
    admission = admit(project.manifest, project.root, waiting)
    project.manifest.add_refusals(refused)
    summary.n_added += len(admission.added)
    added = [arrivals[image_id] for image_id in admission.added]
    summary.labels = dict(Counter(summary.labels) + Counter(arrival.label for arrival in added))
    summary.picture_notes += [
        PictureNote(one.original_name, text) for one in added for text in one.facts.notes
    ]
    summary.refusals += [Skipped(one.name, one.reason) for one in [*refused, *admission.refusals]]


def _ahead(door: _Door, found: list[Found]) -> Iterator[Arrival | Refusal]:
    """Check files on threads, a bounded number ahead, so that memory stays flat; results come in order."""
    n_threads = min(8, (os.cpu_count() or 2) + 1)
    pool = ThreadPoolExecutor(n_threads, thread_name_prefix="intake")
    n_at_once = max(1, min(_AT_ONCE, len(found) // (4 * n_threads)))  # of few files each thread gets some
    queue: deque[Future[list[Arrival | Refusal]]] = deque()
    try:
        for start in range(0, len(found), n_at_once):
            queue.append(pool.submit(door.check_all, found[start : start + n_at_once]))
            if len(queue) >= 4 * n_threads:
                yield from queue.popleft().result()
        while queue:
            yield from queue.popleft().result()
    finally:
        pool.shutdown(wait=True, cancel_futures=True)


@dataclass(frozen=True)
class _Door:
    project: Project
    layout: Layout
    label: str | None
    origin: Origin
    incoming_dir: Path

    def check_all(self, found: list[Found]) -> list[Arrival | Refusal]:
        return [self.check(one) for one in found]

    def check(self, found: Found) -> Arrival | Refusal:
        label = self.label or (self.layout.label_of(found.parts) if found.has_place else None)
        try:
            data = found.read()
            if label is None:
                raise ImageError("it lies beside the class folders, so it has no label")
            label = clean_label(label)
            facts = inspect(data)
            if min(facts.width, facts.height) < _MIN_SIDE_PX:
                raise ImageError(f"{facts.width} × {facts.height} pixels are too few to see anything")
        except ImageError as error:
            return Refusal(now(), found.name, label, with_name(str(error), found.name), None)
        except IntakeError as error:
            return Refusal(now(), found.name, None, str(error), None)
        image_id = sha256(data).hexdigest()
        waiting = self.incoming_dir / f"{uuid.uuid4().hex}{facts.suffix}"
        try:
            waiting.write_bytes(data)
        except BaseException:
            waiting.unlink(missing_ok=True)  # half a file would take the room that a full disk lacks
            raise
        return Arrival(
            image_id=image_id, label=label, facts=facts, n_bytes=len(data),
            path=waiting.relative_to(self.project.root).as_posix(), original_name=found.name,
            origin=self.origin, given_split=self.layout.split_of(found.parts),
        )  # fmt: skip
