"""take_corrections: what visitors said of an app's answers becomes pictures to decide about. Strangers wrote all of it.

They enter under what was said where that is a label of the project, else under what the model said, and no training
learns from them until somebody has decided.
"""

from __future__ import annotations

import tempfile
import uuid
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from hashlib import sha256
from pathlib import Path, PurePosixPath
from typing import Any

from msgspec import structs

from tellapart.corrections.box import LINES, PICTURES
from tellapart.corrections.correction import MAX_PICTURE_BYTES, Correction, parsed
from tellapart.corrections.sending import fetch
from tellapart.errors import (
    CorrectionError,
    FullError,
    ImageError,
    IntakeError,
    LabelsError,
    OutsideError,
    ProjectError,
    RefusalCode,
    Skipped,
)
from tellapart.gather.archives.entries import DAMAGE, ArchiveEntry
from tellapart.gather.archives.zip import zip_entries
from tellapart.label_names import label_finder
from tellapart.pictures.images import inspect
from tellapart.progress import Doing, Progress, Step, silent
from tellapart.safe_paths import path_inside
from tellapart.store.add_pictures import AddedPictures, Arrival, add_new_pictures
from tellapart.store.manifest import TO_DECIDE, VISITOR, Origin
from tellapart.store.project import Project
from tellapart.store.sqlite.database_errors import disk_reason
from tellapart.store.visitor_words import VisitorWord, keep_words, visitor_words

MAX_CORRECTIONS = 20_000
_MAX_LINES_BYTES = 64 * 2**20
_BATCH = 64
_MOST_TOLD = 200  # of refusals; a stranger's file may hold a million

Read = Callable[[str], bytes]


@dataclass
class CorrectionsSummary:
    """n_added: new pictures to decide about. n_repeated: corrections that were here already, or were said once more
    about a picture that is. refusals: what could not be used, and why, at most 200 of n_refused."""

    n_added: int = 0
    n_repeated: int = 0
    n_refused: int = 0
    labels: dict[str, int] = field(default_factory=dict)
    refusals: list[Skipped] = field(default_factory=list)

    def refuse(self, name: str, reason: str, code: RefusalCode = RefusalCode.UNREADABLE) -> None:
        """One more that could not be used."""
        self.n_refused += 1
        if len(self.refusals) < _MOST_TOLD:
            self.refusals.append(Skipped(name, reason, code))

    def sentence(self) -> str:
        """For a person."""
        said = f"{self.n_added:,} picture(s) to decide about"
        said += f", {self.n_repeated:,} correction(s) known already" if self.n_repeated else ""
        return said + (f", {self.n_refused:,} could not be used." if self.n_refused else ".")

    def to_json(self) -> dict[str, Any]:
        """Plain JSON values."""
        rows = [{"name": one.path, "reason": one.reason, "code": one.code.value} for one in self.refusals]
        return {
            "added": self.n_added, "repeated": self.n_repeated, "refused": self.n_refused, "labels": self.labels,
            "refusals": rows,
        }  # fmt: skip


def take_corrections(project: Project, place: Path, progress: Progress = silent) -> CorrectionsSummary:
    """Take in what a zip or a folder of corrections holds; nothing in it is changed.

    Raises:
        IntakeError, ArchiveError: it holds no corrections, or cannot be read, or unpacks to too much.
        ProjectError: the disk does not take the pictures.
        Cancelled: from `progress`; what was added until then stays.
    """
    project.check_writable()
    lines, read = _opened(place.expanduser().absolute())
    summary = CorrectionsSummary()
    door = _CorrectionDoor(project, summary)
    found = lines.splitlines()
    if len(found) > MAX_CORRECTIONS:
        raise IntakeError(
            f"{place.name} holds {len(found):,} corrections; at most {MAX_CORRECTIONS:,} are taken at once."
        )
    try:
        for start in range(0, len(found), _BATCH):
            door.take(found[start : start + _BATCH], start, read)
            done = min(start + _BATCH, len(found))
            progress(done, len(found), Doing(Step.TAKING_IN, f"Taking in {done} of {len(found)} corrections"))
    except OSError as error:
        raise ProjectError(disk_reason(project.root, error)) from error
    return summary


def corrections_from(
    project: Project, place: str, key: str = "", progress: Progress = silent
) -> CorrectionsSummary:
    """Take in what lies in a zip or a folder, or what the service at an address keeps. key: of that service.

    Raises:
        CorrectionError: the address may not be asked, or the service gives nothing.
        IntakeError, ProjectError, Cancelled: see `take_corrections`.
    """
    if not place.lower().startswith(("http://", "https://")):
        return take_corrections(project, Path(place), progress)
    project.check_writable()
    try:
        with tempfile.TemporaryDirectory(
            prefix="tellapart-corrections-", ignore_cleanup_errors=True
        ) as folder:
            progress(0, 0, Doing(Step.DOWNLOADING, "Fetching the corrections"))
            return take_corrections(project, fetch(place, key, Path(folder) / "corrections.zip"), progress)
    except OSError as error:
        raise ProjectError(disk_reason(project.root, error)) from error


class _CorrectionDoor:
    """Lets corrections into one project."""

    def __init__(self, project: Project, summary: CorrectionsSummary):
        self._project, self._summary = project, summary
        labels = list(project.manifest.labels())
        self._label_of = label_finder(labels)
        if not labels:
            raise LabelsError(f"{project.root.name} has no labels yet, so corrections have no place.")
        self._words = visitor_words(project.manifest)
        self._keys = {word.key for words in self._words.values() for word in words}
        self._ids: dict[str, str] = {}
        self._useless: dict[str, tuple[str, RefusalCode]] = {}

    def take(self, lines: list[bytes], n_before: int, read: Read) -> None:
        arrivals: dict[str, Arrival] = {}
        words: list[tuple[str, VisitorWord]] = []
        try:
            for number, line in enumerate(lines, n_before + 1):
                try:
                    self._look_at(parsed(line), read, arrivals, words)
                except (CorrectionError, OutsideError) as error:
                    self._summary.refuse(f"line {number}", str(error))
                except ImageError as error:
                    self._summary.refuse(f"line {number}", str(error), error.code)
            self._admit(arrivals, words)
        except FullError:  # nothing of these was added
            self._drop(arrivals)
            raise

    def _look_at(
        self,
        correction: Correction,
        read: Read,
        arrivals: dict[str, Arrival],
        words: list[tuple[str, VisitorWord]],
    ) -> None:
        """Put what a correction brings with the others of its batch."""
        name = correction.picture  # what the lines call it, until its bytes give it its name
        if name not in self._ids:
            self._ids[name] = correction.of(self._bytes(name, read)).picture
        correction = structs.replace(correction, picture=self._ids[name])
        if correction.key in self._keys:
            self._summary.n_repeated += 1
            return
        label = self._label(correction)
        if correction.picture in arrivals or correction.picture in self._words:
            self._summary.n_repeated += 1
        else:
            try:
                arrivals[correction.picture] = self._arrival(name, correction.picture, label, read)
            except OSError:
                self._drop(arrivals)
                raise
        self._keys.add(correction.key)
        words.append((correction.picture, _word(correction)))

    def _admit(self, arrivals: dict[str, Arrival], words: list[tuple[str, VisitorWord]]) -> None:
        def note(added: AddedPictures) -> None:
            ours = {*added.added, *self._words}
            keep_words(self._project.manifest, [one for one in words if one[0] in ours])

        admission = add_new_pictures(
            self._project.manifest, self._project.root, list(arrivals.values()), note
        )
        for image_id in admission.added:
            label = arrivals[image_id].label
            self._summary.labels[label] = self._summary.labels.get(label, 0) + 1
            self._words[image_id] = tuple(word for one, word in words if one == image_id)
        self._summary.n_added += len(admission.added)
        for one in admission.refusals:
            self._summary.refuse(one.name, one.reason, one.code)

    def _drop(self, arrivals: dict[str, Arrival]) -> None:
        """The files of pictures that were not added."""
        for arrival in arrivals.values():
            (self._project.root / arrival.path).unlink(missing_ok=True)

    @contextmanager
    def _noting(self, name: str) -> Iterator[None]:
        """Notes why a picture cannot be used, for many lines may speak of one that takes its time."""
        if name in self._useless:
            raise ImageError(*self._useless[name])
        try:
            yield
        except ImageError as error:
            self._useless[name] = str(error), error.code
            raise

    def _bytes(self, name: str, read: Read) -> bytes:
        with self._noting(name):
            data = read(name)
            if len(data) > MAX_PICTURE_BYTES:
                raise ImageError(
                    f"its picture has more than {MAX_PICTURE_BYTES // 2**20} MB", RefusalCode.OTHER_KIND
                )
            return data

    def _label(self, correction: Correction) -> str:
        """Under which it enters: what the visitor said if that is a label, else what the model said."""
        said = self._label_of(correction.said) if correction.kind != "none of these" else None
        label = said or self._label_of(correction.answered)
        if label is None:
            raise ImageError(
                f"neither {correction.said[:60]!r} nor the model's {correction.answered[:60]!r} is a label "
                "of this project",
                RefusalCode.NO_LABEL,
            )
        return label

    def _arrival(self, name: str, image_id: str, label: str, read: Read) -> Arrival:
        data = self._bytes(name, read)
        with self._noting(name):
            if sha256(data).hexdigest() != image_id:
                raise ImageError("its picture was changed while it was read")
            facts = inspect(data)
            if facts.format != "JPEG":
                raise ImageError(f"its picture is {facts.format}; apps write JPEG", RefusalCode.OTHER_KIND)
        waiting = self._project.incoming_dir / f"{uuid.uuid4().hex}{facts.suffix}"
        try:
            waiting.write_bytes(data)
        except BaseException:
            waiting.unlink(missing_ok=True)
            raise
        return Arrival(
            image_id=image_id, label=label, facts=facts, n_bytes=len(data),
            path=waiting.relative_to(self._project.root).as_posix(),
            original_name=f"correction-{image_id[:12]}.jpg", origin=Origin(VISITOR), mark=TO_DECIDE,
        )  # fmt: skip


def _word(correction: Correction) -> VisitorWord:
    return VisitorWord(
        correction.key, correction.kind, correction.said, correction.answered, correction.probability,
        correction.none_of_these, correction.at, correction.model,
    )  # fmt: skip


def _opened(place: Path) -> tuple[bytes, Read]:
    """The lines of a box of corrections, and what gives the bytes of a picture by its name."""
    if place.is_dir():
        return _from_folder(place)
    if not place.is_file():
        raise IntakeError(f"{place} does not exist. Give the zip or the folder that holds {LINES}.")
    try:
        return _from_zip(place)
    except DAMAGE as error:
        raise IntakeError(f"{place.name} cannot be read ({error}). Get it again.") from error


def _from_folder(folder: Path) -> tuple[bytes, Read]:
    try:
        lines = path_inside(folder, LINES)
        with lines.open("rb") as file:
            data = file.read(_MAX_LINES_BYTES + 1)
    except (OSError, OutsideError) as error:
        reason = getattr(error, "strerror", None) or error
        raise _none_in(folder, reason) from error

    def read(name: str) -> bytes:
        try:
            with path_inside(folder, f"{PICTURES}/{name}.jpg").open("rb") as file:
                return file.read(MAX_PICTURE_BYTES + 1)
        except OSError as error:
            raise ImageError(f"its picture {name[:12]} cannot be read ({error.strerror})") from error

    return _short_enough(folder, data), read


def _from_zip(path: Path) -> tuple[bytes, Read]:
    entries: dict[str, Callable[[], bytes]] = {}
    lines = next((one.read for one in _safe(path, _MAX_LINES_BYTES) if _name(one).name == LINES), None)
    if lines is None:
        raise _none_in(path, f"it holds no {LINES}")
    for entry in _safe(path, MAX_PICTURE_BYTES):
        if _name(entry).suffix == ".jpg":
            entries.setdefault(_name(entry).stem, entry.read)
    try:
        data = lines()
    except ImageError as error:
        raise _none_in(path, error) from error

    def read(name: str) -> bytes:
        if name not in entries:
            raise ImageError(f"its picture {name[:12]} is missing")
        return entries[name]()

    return _short_enough(path, data), read


def _safe(path: Path, max_bytes: int) -> Iterator[ArchiveEntry]:
    return (one for one in zip_entries(path, max_bytes, lambda _: None) if one.is_safe)


def _name(entry: ArchiveEntry) -> PurePosixPath:
    return PurePosixPath(entry.name)


def _short_enough(place: Path, data: bytes) -> bytes:
    if len(data) > _MAX_LINES_BYTES:
        raise IntakeError(
            f"{LINES} in {place.name} has more than {_MAX_LINES_BYTES // 2**20} MB. Nothing was taken."
        )
    return data


def _none_in(place: Path, reason: object) -> IntakeError:
    return IntakeError(
        f"{place.name} holds no corrections ({reason}). Give the zip that a visitor saved, the folder that an app "
        "keeps beside itself, or the address of your service."
    )
