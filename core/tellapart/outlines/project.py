"""OutlineProject: a folder with images/, masks/, corrected/, pictures.jsonl, decisions.jsonl and bundles/. Every path
inside it is spelled here."""

from __future__ import annotations

import json
import shutil
import uuid
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timezone
from hashlib import sha256
from pathlib import Path
from typing import Any

import numpy as np

from tellapart import atomic_files
from tellapart.errors import ImageError, IntakeError, OutsideError, ProjectError
from tellapart.kinds.decisions import ACTIONS, DecisionFile, ThingDecision
from tellapart.label_names import safe_name
from tellapart.outlines.classes import VOID, ClassTable, classes_of, shown_value
from tellapart.outlines.reading import OutlineTable, indices_of
from tellapart.pictures.images import read_image
from tellapart.pictures.index_masks import mask_png, read_mask
from tellapart.progress import Doing, Progress, Step, silent
from tellapart.safe_paths import path_inside
from tellapart.store.sqlite.database_errors import disk_reason
from tellapart.words.near_names import did_you_mean

HEAD_NAME = "tellapart-outlines.json"  # written last: where it is, the project is whole
MODEL_NAME = "outlines-model.json"
FORMAT = 1
_ID_DIGITS = 12
_DAMAGED = (OSError, ValueError, TypeError, KeyError, AttributeError, OverflowError, RecursionError)


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


class OutlineProject:
    """An open project of pictures with masks. Several may be open on one folder; each sees what the others decided.

    classes: in the order of the numbers in its masks, where 255 counts for nothing. void: values of the masks that were
    given which count for nothing.
    """

    def __init__(self, root: Path, head: dict[str, Any]):
        self.root = root
        self.table = ClassTable(
            classes_of(head["classes"]), tuple(map(int, head["void"])), bool(head["is_colour"])
        )
        self.decisions = DecisionFile(root / "decisions.jsonl", "picture")
        self._given = _pictures(root / "pictures.jsonl")

    name = property(lambda self: self.root.name, doc="The folder's name.")
    bundles_dir = property(lambda self: self.root / "bundles", doc="Trained networks.")
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
        known = [one.picture_id for one in self._given]
        raise ProjectError(
            f"{self.name} has no picture {picture_id!r}.{did_you_mean(picture_id, known)} The "
            "findings name each picture."
        )

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

    def decide(self, decisions: Sequence[ThingDecision]) -> None:
        """Keep what a person decided, as one step that `undo` takes back; relabel has a mask's path as its label.

        Raises:
            ProjectError: a picture is not of this project, or the disk does not take it.
            ValueError: there is no such action.
        """
        for one in decisions:
            self.picture(one.thing_id)
            if one.action not in ACTIONS:
                raise ValueError(f"{one.action!r} is no decision; choose from {', '.join(ACTIONS)}.")
        self.decisions.append(decisions)

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
            found = read_mask(path)
        except ImageError as error:
            raise ProjectError(f"{path}: {error}.") from error
        known = {*(each.value for each in self.classes), *self.table.void}
        strange = sorted(set(np.unique(found.values).tolist()) - known)
        if strange or (found.is_colour and not self.table.is_colour):
            listed = ", ".join(shown_value(value, found.is_colour) for value in strange[:5])
            has = ", ".join(
                f"{shown_value(each.value, self.table.is_colour)} {each.name}" for each in self.classes[:12]
            )
            raise ProjectError(f"{path} has values that no class has ({listed}). The classes are: {has}.")
        if found.values.shape != (one.height, one.width):
            return self.correction(picture_id, found.values.astype(np.uint8))  # which says what is wrong
        return self.correction(picture_id, indices_of(found, self.table, one.width, one.height))

    def undo(self) -> list[ThingDecision]:
        """Take back the last step; what it was, [] where there is nothing to undo."""
        return self.decisions.undo()

    def newest_bundle(self) -> Path | None:
        """The folder of the network trained last; None when there is none."""
        folders = self.bundles_dir.iterdir() if self.bundles_dir.is_dir() else ()
        found = [one for one in folders if not one.name.startswith(".") and (one / MODEL_NAME).is_file()]
        return max(found, key=lambda one: ((one / MODEL_NAME).stat().st_mtime_ns, one.name), default=None)


def is_outline_project(root: Path | str) -> bool:
    """Whether a folder is a project of pictures with masks."""
    return (Path(root) / HEAD_NAME).is_file()


def create_outline_project(
    root: Path | str, table: OutlineTable, progress: Progress = silent
) -> OutlineProject:
    """A new project of copies of these pictures and masks: there as a whole, or not at all.

    Raises:
        ProjectError: the folder holds something already, or the disk does not take it.
    """
    root = Path(root).expanduser().absolute()
    if root.exists() and (not root.is_dir() or any(root.iterdir())):
        raise ProjectError(f"{root} exists and is not empty. Choose a new folder name.")
    head = {
        "format": FORMAT,
        "kind": "outlines",
        "created": datetime.now(timezone.utc).isoformat(timespec="seconds").replace("+00:00", "Z"),
        "source": table.source,
        "is_colour": table.classes.is_colour,
        "classes": [one.to_json() for one in table.classes.classes],
        "void": list(table.classes.void),
    }
    beside = root.with_name(f".{root.name}.{uuid.uuid4().hex[:8]}.part")
    colours = [one.colour for one in table.classes.classes]
    lines = []
    try:
        for folder in ("images", "masks"):
            (beside / folder).mkdir(parents=True)
        for number, one in enumerate(table.pictures):
            progress(number, len(table.pictures), Doing(Step.TAKING_IN, "Copying pictures and masks"))
            file, mask = f"images/{one.picture_id}{one.suffix}", f"masks/{one.picture_id}.png"
            shutil.copyfile(one.picture, beside / file)
            indices = indices_of(read_mask(one.mask), table.classes, one.width, one.height)
            (beside / mask).write_bytes(mask_png(indices, colours))
            record = {
                "id": one.picture_id, "file": file, "mask": mask, "part": one.part, "sha256": one.sha256,
                "width": one.width, "height": one.height,
            }  # fmt: skip
            lines.append(json.dumps(record, ensure_ascii=False) + "\n")
        atomic_files.write_bytes(beside / "pictures.jsonl", "".join(lines).encode("utf-8", "replace"))
        atomic_files.write_json(beside / HEAD_NAME, head)
        if root.exists():
            root.rmdir()  # empty, see above
        beside.rename(root)
    except (OSError, ImageError) as error:
        said = (
            disk_reason(root.parent, error)
            if isinstance(error, OSError)
            else f"A mask changed meanwhile: {error}."
        )
        raise ProjectError(said) from error
    finally:
        shutil.rmtree(beside, ignore_errors=True)
    return OutlineProject(root, head)


def open_outline_project(root: Path | str) -> OutlineProject:
    """The project of pictures with masks in a folder.

    Raises:
        ProjectError: there is none, it is damaged, or of a newer version.
    """
    root = Path(root).expanduser().absolute()
    if not is_outline_project(root):
        raise ProjectError(f"{root} is no project of outlines. Make one: tellapart new DIR --from FOLDER")
    try:
        head = json.loads((root / HEAD_NAME).read_bytes())
        if int(head["format"]) > FORMAT:
            raise ProjectError(
                f"{root} has format {head['format']}; this tellapart reads up to {FORMAT}. Update tellapart: "
                "pip install -U tellapart"
            )
        return OutlineProject(root, head)
    except (*_DAMAGED, IntakeError) as error:
        raise ProjectError(
            f"{root / HEAD_NAME} is damaged. Your pictures and masks are in {root / 'images'} and {root / 'masks'}."
        ) from error


def _pictures(path: Path) -> list[ProjectOutline]:
    try:
        records = [json.loads(line) for line in path.read_bytes().split(b"\n") if line.strip()]
        return [
            ProjectOutline(
                _name(one["id"]), str(one["file"]), str(one["mask"]), str(one["mask"]), str(one["part"]),
                str(one["sha256"]), _side(one["width"]), _side(one["height"]),
            )
            for one in records
        ]  # fmt: skip
    except OSError as error:
        raise ProjectError(disk_reason(path.parent, error)) from error
    except _DAMAGED as error:
        raise ProjectError(
            f"{path} is damaged ({type(error).__name__}). Bring the file back from a copy; your decisions are safe in "
            f"{path.with_name('decisions.jsonl')}."
        ) from error


def _name(value: Any) -> str:
    """Of a picture; files are called by it, so that a stranger's must not lead elsewhere."""
    if not isinstance(value, str) or safe_name(value) != value:
        raise ValueError("a picture's name is no name of a file")
    return value


def _side(value: Any) -> int:
    if int(value) < 1:
        raise ValueError("a picture has no size")
    return int(value)
