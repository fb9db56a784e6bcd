"""A classified picture goes into the project as a person says what it is, a label or none of these, and can be taken
back."""

from __future__ import annotations

import uuid
from dataclasses import dataclass
from hashlib import sha256
from pathlib import Path

from tellapart.errors import FullError, ImageError, IntakeError, ProjectError
from tellapart.label_names import clean_label
from tellapart.pictures.images import inspect
from tellapart.store.add_pictures import AddedPictures, Arrival, add_new_pictures
from tellapart.store.journal import Decision, Mark, Relabel, Restore
from tellapart.store.manifest import NONE_OF_THESE, Origin, Picture, is_member
from tellapart.store.project import Project
from tellapart.store.sqlite.database_errors import disk_reason

ORIGIN = "classified"  # where its row says that it comes from


@dataclass(frozen=True)
class PutIn:
    """What became of it, for the person, and the batch of the journal that takes it back."""

    sentence: str
    batch: int | None


def put_in(project: Project, file: Path, name: str, label: str, is_none: bool = False) -> PutIn:
    """Add the picture under this label. Where an exact copy is in the project, that one gets the label instead, and
    comes back from the trash.

    name: the file's name as the person knows it.
    is_none: it is none of these: a new one lies below the label all the same, marked so; a copy keeps its own label.
    Raises:
        IntakeError: the label is no use, or the picture is gone or cannot be read.
        ProjectError: the disk is full or read-only.
        FullError: the project may hold no more.
    """
    project.check_writable()
    label = clean_label(label)
    try:
        data = file.read_bytes()
    except OSError as error:
        raise IntakeError(
            f"{name} is no longer kept here, so it cannot be added. Give it again, then say what it is."
        ) from error
    try:
        facts = inspect(data)
    except ImageError as error:
        raise IntakeError(f"{name} cannot be added: {error}.") from error
    waiting = project.incoming_dir / f"{uuid.uuid4().hex}{facts.suffix}"
    arrival = Arrival(
        image_id=sha256(data).hexdigest(), label=label, facts=facts, n_bytes=len(data),
        path=waiting.relative_to(project.root).as_posix(), original_name=name, origin=Origin(ORIGIN),
    )  # fmt: skip
    batches: list[int] = []  # asked for afterwards, the latest could be somebody else's

    def note(found: AddedPictures) -> None:
        if found.added:
            batches.append(project.journal.note_added(found.added, NONE_OF_THESE if is_none else None))

    try:
        waiting.write_bytes(data)
        add_new_pictures(project.manifest, project.root, [arrival], note)
    except FullError:
        waiting.unlink(missing_ok=True)
        raise
    except OSError as error:
        waiting.unlink(missing_ok=True)  # half a file would take the room that a full disk lacks
        raise ProjectError(disk_reason(project.root, error)) from error
    if batches:
        said = f", marked {NONE_OF_THESE}" if is_none else f" as “{label}”"
        return PutIn(f"Added to the project{said}.", batches[0])
    if is_none:
        return _mark_copy(project, arrival.image_id)
    return _put_copy_right(project, arrival.image_id, label)


def take_back(project: Project, batch: int) -> tuple[str, bool]:
    """(What became of it, for the person; whether it is done): undo what `put_in` did, and nothing decided since."""
    if not project.journal.undo(batch):
        return "Something else was decided since. Undo that first, on the Clean page.", False
    return "Taken back.", True


def _copy(project: Project, image_id: str) -> Picture:
    return project.manifest.picture(project.manifest.former_names().get(image_id, image_id))


def _mark_copy(project: Project, image_id: str) -> PutIn:
    picture = _copy(project, image_id)
    decisions: list[Decision] = [Restore(picture.image_id)] if picture.state == "removed" else []
    batches: list[int] = []
    project.journal.decide(*decisions, Mark(picture.image_id, NONE_OF_THESE), tell_batch=batches.append)
    if not batches:
        return PutIn(f"It is in the project already, marked {NONE_OF_THESE}.", None)
    return PutIn(f"{_where(picture)}, as “{picture.label}”. Now it is marked {NONE_OF_THESE}.", batches[0])


def _put_copy_right(project: Project, image_id: str, label: str) -> PutIn:
    picture = _copy(project, image_id)
    decisions: list[Decision] = [Restore(picture.image_id)] if picture.state == "removed" else []
    if picture.label != label:
        decisions.append(Relabel(picture.image_id, label))
    if not decisions or not is_member("kept", picture.mark):  # else it would never be learned
        decisions.append(Mark(picture.image_id, "keep"))
    batches: list[int] = []
    project.journal.decide(*decisions, tell_batch=batches.append)
    if not batches:
        return PutIn(f"It is in the project already, as “{label}”.", None)
    was = f", as “{picture.label}”" if picture.label != label else ""
    return PutIn(f"{_where(picture)}{was}. Now it is there as “{label}”.", batches[0])


def _where(picture: Picture) -> str:
    return "It was in the project's trash" if picture.state == "removed" else "It was in the project"
