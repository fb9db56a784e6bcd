"""The only door into images/: bytes are checked, hashed, written and given a row, or skipped with a reason."""

from __future__ import annotations

import os
import uuid
from collections import Counter, deque
from collections.abc import Generator
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import closing
from dataclasses import dataclass, field
from hashlib import sha256
from pathlib import Path

from tellapart.errors import (
    FullError,
    ImageError,
    IntakeError,
    NothingOfUseError,
    ProjectError,
    RefusalCode,
    Skipped,
)
from tellapart.gather.datasets import origin_of
from tellapart.gather.intake_summary import IntakeSummary
from tellapart.gather.layout.found_file import Found
from tellapart.gather.layout.label_spelling import spelling_notes
from tellapart.gather.layout.reading import Reading, kind_of_place, read_place
from tellapart.label_names import clean_label
from tellapart.pictures.images import inspect
from tellapart.pictures.kinds.unread import with_name
from tellapart.pictures.notes import PictureNote
from tellapart.progress import Doing, Progress, Step, silent
from tellapart.store.add_pictures import Arrival, add_new_pictures
from tellapart.store.manifest import Origin, Refusal, now
from tellapart.store.project import Project
from tellapart.store.sqlite.database_errors import disk_reason

_BATCH = 100
_AT_ONCE = 4  # files that a thread takes: handed over one by one, small ones would cost much of the time
_MIN_SIDE_PX = 8
SPLITS = ("train", "valid", "test")


def take_in(
    project: Project,
    place: Path,
    label: str | None = None,
    origin: Origin | None = None,
    progress: Progress = silent,
    labels: str = "auto",
) -> IntakeSummary:
    """Copy the pictures of a folder, a zip, a tar or one file into the project.

    Folders name the labels, or a table beside the pictures, unless `label` is given; folders called train, valid and
    test, at any level, are kept as the split. What was understood is in the summary. The originals stay where they
    are. Exact copies are never added twice.

    Args:
        label: one for all pictures.
        labels: where they stand: auto, folders, table, table:COLUMN or names (the names of the files).
    Raises:
        LabelsError: nothing says what the labels are; its offers are values for `labels`. Nothing was added.
        IntakeError: the place as a whole is no use: missing, empty, or a damaged archive.
        ProjectError: the disk is full or read-only, or the project may hold no more; what was added until then stays.
        Cancelled: from `progress`; what was added until then stays.
    """
    project.check_writable()
    place = Path(place).expanduser().absolute()
    label = None if label is None else clean_label(label)
    own = (project.images_dir, project.trash_dir, project.runs_dir, project.bundles_dir, project.apps_dir)
    if place == project.root or any(folder == place or folder in place.parents for folder in own):
        raise IntakeError(f"{place} is inside the project itself. Choose the folder the pictures come from.")
    known = project.manifest.label_counts().keys()
    reading = read_place(place, labels, label, known)
    summary = IntakeSummary(
        n_asked=len(reading.files) + reading.n_aside, understood=list(reading.understood), n_aside=reading.n_aside,
        side_files=dict(reading.side_files), notes=spelling_notes(reading.labels(), known),
    )  # fmt: skip
    origin = origin or origin_of(place) or Origin(kind_of_place(place), source_url=str(place))
    door = _Door(project, reading, origin, project.incoming_dir)
    try:
        _pass_through(door, reading.files, summary, progress)
    except FullError:
        for path in door.incoming_dir.glob(f"{door.mark}*"):  # those that were added have moved on
            path.unlink(missing_ok=True)
        raise
    except OSError as error:
        raise ProjectError(disk_reason(project.root, error)) from error
    if (
        summary.refusals
        and not summary.n_added
        and all(one.code is not RefusalCode.COPY for one in summary.refusals)
    ):
        first = summary.by_weight()[0]
        raise NothingOfUseError(
            f"None of the {summary.n_asked} file(s) in {place.name} could be used; the first, "
            f"{first.path}: {first.reason}. "
            "Choose a folder with JPEG, PNG or WebP pictures."
        )
    return summary


def _pass_through(door: _Door, found: list[Found], summary: IntakeSummary, progress: Progress) -> None:
    waiting: list[Arrival] = []
    refused: list[Refusal] = []
    with closing(_ahead(door, found)) as ahead:  # else its threads would go on after an error
        for done, looked in enumerate(ahead, start=1):
            if isinstance(looked, Arrival):
                waiting.append(looked)
            else:
                refused.append(looked)
            if len(waiting) + len(refused) >= _BATCH or done == len(found):
                _admit(door, waiting, refused, summary)
                waiting, refused = [], []
            name = looked.label or looked.original_name if isinstance(looked, Arrival) else looked.name
            progress(done, len(found), Doing(Step.TAKING_IN, f"Taking in {name}", name=name))


def _admit(door: _Door, waiting: list[Arrival], refused: list[Refusal], summary: IntakeSummary) -> None:
    project = door.project
    arrivals = {arrival.image_id: arrival for arrival in waiting}
    admission = add_new_pictures(project.manifest, project.root, waiting)
    project.manifest.add_refusals(refused)
    summary.n_added += len(admission.added)
    added = [arrivals[image_id] for image_id in admission.added]
    summary.labels = dict(Counter(summary.labels) + Counter(arrival.label for arrival in added))
    summary.picture_notes += [
        PictureNote(one.original_name, text) for one in added for text in one.facts.notes
    ]
    copies = [one for one in admission.refusals if not door.reading.is_repeat(one.name)]
    summary.n_repeated += len(admission.refusals) - len(copies)
    summary.refusals += [Skipped(one.name, one.reason, one.code) for one in [*refused, *copies]]


def _ahead(door: _Door, found: list[Found]) -> Generator[Arrival | Refusal, None, None]:
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
    reading: Reading
    origin: Origin
    incoming_dir: Path
    mark: str = field(default_factory=lambda: f"{uuid.uuid4().hex[:8]}-")  # of the files it writes there

    def check_all(self, found: list[Found]) -> list[Arrival | Refusal]:
        return [self.check(one) for one in found]

    def check(self, found: Found) -> Arrival | Refusal:
        role = self.reading.role_of(found)
        label = role.label
        try:
            data = found.read()
            facts = inspect(data)
            if label is None:
                raise ImageError("it is next to the label folders, so it has no label", RefusalCode.NO_LABEL)
            label = clean_label(label)
            if min(facts.width, facts.height) < _MIN_SIDE_PX:
                raise ImageError(
                    f"{facts.width} × {facts.height} pixels are too few",
                    RefusalCode.TOO_SMALL,
                )
        except ImageError as error:
            return Refusal(now(), found.name, label, with_name(error, found.name), None, error.code)
        except IntakeError as error:
            return Refusal(now(), found.name, None, str(error), None, RefusalCode.BAD_NAME)
        image_id = sha256(data).hexdigest()
        waiting = self.incoming_dir / f"{self.mark}{uuid.uuid4().hex}{facts.suffix}"
        try:
            waiting.write_bytes(data)
        except BaseException:
            waiting.unlink(missing_ok=True)  # half a file would take the room that a full disk lacks
            raise
        return Arrival(
            image_id=image_id, label=label, facts=facts, n_bytes=len(data),
            path=waiting.relative_to(self.project.root).as_posix(), original_name=found.name,
            origin=self.origin, given_split=role.part if role.part in SPLITS else None,
        )  # fmt: skip
