"""OutlineProject: a folder with images/, masks/, corrected/, pictures.jsonl, decisions.jsonl and bundles/. Every path
inside it is spelled here."""

from __future__ import annotations

import re
import shutil
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from hashlib import sha256
from pathlib import Path
from typing import Any

import numpy as np

from tellapart import atomic_files
from tellapart.errors import ImageError, IntakeError, OutsideError, ProjectError
from tellapart.kinds.decisions import ThingDecision
from tellapart.kinds.kind_project import KindProject
from tellapart.kinds.project_kind import ProjectKind, absolute, vacant
from tellapart.kinds.thing_file import read_things, thing_lines
from tellapart.label_names import safe_name
from tellapart.outlines.classes import VOID, ClassTable, classes_of, shown_value
from tellapart.outlines.kind import KIND
from tellapart.outlines.reading import OutlineTable, indices_of
from tellapart.pictures.images import read_image
from tellapart.pictures.index_masks import mask_png, read_mask
from tellapart.progress import Doing, Progress, Step, silent
from tellapart.safe_paths import path_inside
from tellapart.store.sqlite.database_errors import disk_reason
from tellapart.words.commands import typed
from tellapart.words.near_names import did_you_mean

MODEL_NAME = KIND.model_name
_PICTURES_NAME = "pictures.jsonl"
_ID_DIGITS = 12
_CORRECTED = re.compile(rf"corrected/[^/\\]+-[0-9a-f]{{{_ID_DIGITS}}}\.png")
OUTLINES = ProjectKind(
    name=KIND.name,
    title="outlines",
    things="pictures and masks",
    noun="picture",
    label_noun="mask",
    relabelled="has the mask {label}",
    head_name=KIND.head_name,
    given_name="",  # pictures and masks have a folder each
    model_name=MODEL_NAME,
    learned="network",
    made_from="FOLDER",
)


@dataclass(frozen=True)
class ProjectOutline:
    """A picture of a project with its mask as it stands after all decisions. file, mask: paths below the project's
    folder; given_mask: as it came. part: "valid" or "train" where the folder said it, else "". decided: what a person
    did with it last, "" for nothing. sha256: of the picture's file."""

    picture_id: str
    file: str
    mask: str
    given_mask: str
    part: str
    sha256: str
    width: int
    height: int
    decided: str = ""

    is_removed = property(lambda self: self.decided == "remove", doc="Whether it is out of the project.")


class OutlineProject(KindProject):
    """An open project of pictures with masks.

    classes: in the order of the numbers in its masks, where 255 counts for nothing. void: values of the masks that were
    given which count for nothing.
    """

    kind = OUTLINES

    def __init__(self, root: Path, head: dict[str, Any]):
        self.root = root
        self.table = ClassTable(
            classes_of(head["classes"]), tuple(map(int, head["void"])), bool(head["is_colour"])
        )
        self._given = read_things(root / _PICTURES_NAME, _picture)

    classes = property(lambda self: self.table.classes, doc="What every pixel is one of.")

    def pictures(self, with_removed: bool = False) -> list[ProjectOutline]:
        """The pictures as they stand, by name."""
        last, masks = self.decisions.standing()
        pictures = [
            replace(one, mask=masks.get(one.picture_id, one.mask), decided=last[one.picture_id].action)
            if one.picture_id in last
            else one
            for one in self._given
        ]
        return pictures if with_removed else [one for one in pictures if not one.is_removed]

    def picture(self, picture_id: str) -> ProjectOutline:
        """One of them.

        Raises:
            ProjectError: there is none of that name.
        """
        for one in self.pictures(with_removed=True):
            if one.picture_id == picture_id:
                return one
        raise self._unknown(picture_id)

    def pixels(self, one: ProjectOutline, side_px: int | None = None) -> np.ndarray:
        """(H, W, 3) uint8, upright; a JPEG perhaps smaller, its shorter side then still has side_px.

        Raises:
            ProjectError: the file cannot be read, or has another size than when it was taken in.
        """
        try:
            found = np.asarray(read_image(path_inside(self.root, one.file), side_px))
        except (ImageError, OutsideError) as error:
            raise ProjectError(f"{self.root / one.file}: {error}. Bring it back from a copy.") from error
        if side_px is None and found.shape[:2] != (one.height, one.width):
            raise ProjectError(
                f"{self.root / one.file} has {found.shape[1]} × {found.shape[0]} pixels, and had {one.width} × "
                f"{one.height} when its mask was drawn. Bring it back from a copy."
            )
        return found

    def mask(self, one: ProjectOutline) -> np.ndarray:
        """(H, W) uint8 places of the classes, 255 for void, as it stands.

        Raises:
            ProjectError: the file cannot be read, or is not of its picture's size.
        """
        try:
            found = read_mask(path_inside(self.root, one.mask)).values
        except (ImageError, OutsideError) as error:
            raise ProjectError(f"{self.root / one.mask}: {error}. Bring it back from a copy.") from error
        if found.shape != (one.height, one.width):
            raise ProjectError(
                f"{self.root / one.mask} no longer has its picture's size. Bring it back from a copy."
            )
        return np.where(found < len(self.classes), found, VOID).astype(np.uint8)

    def _checked(self, decisions: Sequence[ThingDecision]) -> Sequence[ThingDecision]:
        """Relabel has a mask's path as its label, which `correction` gave.

        Raises:
            ProjectError: a picture is not of this project, or the path is no corrected mask.
        """
        known = {one.picture_id for one in self._given}
        for decision in decisions:
            if decision.thing_id not in known:
                raise self._unknown(decision.thing_id)
            if decision.action == "relabel" and _CORRECTED.fullmatch(decision.label) is None:
                raise ProjectError(
                    f"{decision.label!r} is no corrected mask of {decision.thing_id}. Paint it in the studio, or give "
                    f"a file: tellapart clean {typed(self.root)} --correct NAME=FILE"
                )
        return decisions

    def _unknown(self, picture_id: str) -> ProjectError:
        known = [one.picture_id for one in self._given]
        return ProjectError(
            f"{self.name} has no picture {picture_id!r}.{did_you_mean(picture_id, known)} The "
            "findings name each picture."
        )

    def correction(self, picture_id: str, mask: np.ndarray) -> ThingDecision:
        """The decision that a picture has this mask, (H, W) uint8 places of classes or 255, which is written now.

        Raises:
            ProjectError: it does not fit the picture, or the disk does not take it.
        """
        one = self.picture(picture_id)
        if mask.shape != (one.height, one.width):
            raise ProjectError(
                f"The mask for {picture_id} has {mask.shape[1]} × {mask.shape[0]} pixels, and the picture "
                f"{one.width} × {one.height}. Draw it in the picture's size."
            )
        data = mask_png(mask, [one.colour for one in self.classes])
        name = f"corrected/{picture_id}-{sha256(data).hexdigest()[:_ID_DIGITS]}.png"
        try:
            path = path_inside(self.root, name)
            path.parent.mkdir(exist_ok=True)
            atomic_files.write_bytes(path, data)
        except OutsideError as error:
            raise ProjectError(f"The mask for {picture_id} is not written: {error}.") from error
        except OSError as error:
            raise ProjectError(disk_reason(self.root, error)) from error
        return ThingDecision(picture_id, "relabel", name)

    def correction_from(self, picture_id: str, path: Path) -> ThingDecision:
        """The same with a mask from a file, in the numbers or colours of the masks that were given.

        Raises:
            ProjectError: it cannot be read, has another size, or values that no class has.
        """
        one = self.picture(picture_id)
        try:
            found = read_mask(path).as_meant(self.table.is_colour)
        except ImageError as error:
            raise ProjectError(f"{path}: {error}.") from error
        known = {*(each.value for each in self.classes), *self.table.void}
        strange = sorted(set(np.unique(found.values).tolist()) - known)
        if self.table.is_colour and not found.is_colour:
            raise ProjectError(
                f"{path} holds numbers, and the masks of {self.name} hold colours. Save it as RGB, in their colours."
            )
        if strange or (found.is_colour and not self.table.is_colour):
            listed = ", ".join(shown_value(value, found.is_colour) for value in strange[:5])
            has = ", ".join(
                f"{shown_value(each.value, self.table.is_colour)} {each.name}" for each in self.classes[:12]
            )
            raise ProjectError(f"{path} has values that no class has ({listed}). The classes are: {has}.")
        if found.values.shape != (one.height, one.width):
            return self.correction(picture_id, found.values.astype(np.uint8))  # which says what is wrong
        return self.correction(picture_id, indices_of(found, self.table, one.width, one.height))


def create_outline_project(
    root: Path | str, table: OutlineTable, progress: Progress = silent
) -> OutlineProject:
    """A new project of copies of these pictures and masks: there as a whole, or not at all.

    Raises:
        ProjectError: the folder holds something already, or the disk does not take it.
    """
    root = vacant(root)
    head = {
        "source": table.source,
        "is_colour": table.classes.is_colour,
        "classes": [one.to_json() for one in table.classes.classes],
        "void": list(table.classes.void),
    }
    with OUTLINES.created(root, head) as folder:
        atomic_files.write_bytes(folder / _PICTURES_NAME, thing_lines(_copied_into(folder, table, progress)))
    return open_outline_project(root)


def open_outline_project(root: Path | str) -> OutlineProject:
    """The project of pictures with masks in a folder.

    Raises:
        ProjectError: there is none, it is damaged, or of a newer version.
    """
    root = absolute(root)
    head = OUTLINES.head(root)
    try:
        return OutlineProject(root, head)
    except (ValueError, TypeError, KeyError, AttributeError, OverflowError, IntakeError) as error:
        raise OUTLINES.damaged(root) from error


def _copied_into(folder: Path, table: OutlineTable, progress: Progress) -> Iterator[dict[str, Any]]:
    """What the project's file says of each picture, which is copied there with its mask.

    Raises:
        ProjectError: a mask is not what it was when the table was read. OSError: the disk does not take it.
    """
    for name in ("images", "masks"):
        (folder / name).mkdir()
    colours = [one.colour for one in table.classes.classes]
    for number, one in enumerate(table.pictures):
        progress(number, len(table.pictures), Doing(Step.TAKING_IN, "Copying pictures and masks"))
        file, mask = f"images/{one.picture_id}{one.suffix}", f"masks/{one.picture_id}.png"
        shutil.copyfile(one.picture, folder / file)
        try:
            given = read_mask(one.mask).as_meant(table.classes.is_colour)
        except ImageError as error:
            raise ProjectError(f"A mask changed meanwhile: {error}.") from error
        indices = indices_of(given, table.classes, one.width, one.height)
        (folder / mask).write_bytes(mask_png(indices, colours))
        yield {
            "id": one.picture_id, "file": file, "mask": mask, "part": one.part, "sha256": one.sha256,
            "width": one.width, "height": one.height,
        }  # fmt: skip


def _picture(one: dict[str, Any]) -> ProjectOutline:
    """What a line of the project's file says."""
    return ProjectOutline(
        _name(one["id"]), str(one["file"]), str(one["mask"]), str(one["mask"]), str(one["part"]),
        str(one["sha256"]), _side(one["width"]), _side(one["height"]),
    )  # fmt: skip


def _name(value: Any) -> str:
    """Of a picture; files are called by it, so that a stranger's must not lead elsewhere."""
    if not isinstance(value, str) or safe_name(value) != value:
        raise ValueError("a picture's name is no name of a file")
    return value


def _side(value: Any) -> int:
    if int(value) < 1:
        raise ValueError("a picture has no size")
    return int(value)
