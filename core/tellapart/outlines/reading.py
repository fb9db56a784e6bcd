"""read_outlines: pictures and masks of a folder, each looked at; what cannot be used is a sentence."""

from __future__ import annotations

from collections import Counter, defaultdict
from dataclasses import dataclass, replace
from hashlib import sha256
from pathlib import Path

import numpy as np

from tellapart.errors import ImageError, IntakeError
from tellapart.label_names import name_key, safe_name
from tellapart.outlines.classes import VOID, ClassTable, class_table, named_values
from tellapart.outlines.layout import PictureWithMask, pictures_with_masks
from tellapart.pictures.images import inspect
from tellapart.pictures.index_masks import MaskPixels, read_mask, resized_mask
from tellapart.pictures.opening import bytes_of
from tellapart.progress import Doing, Progress, Step, silent

FEWEST = 4  # pictures
_MOST_VALUES = 4096  # different ones of a mask that are counted
_ALIKE = 0.01  # how far the shape of a mask may be from its picture's, as a fraction
_SHOWN = 3


@dataclass(frozen=True)
class OutlinedPicture:
    """A picture that can be used. sha256: of its file. width, height: upright."""

    picture_id: str
    picture: Path
    mask: Path
    part: str
    sha256: str
    suffix: str
    width: int
    height: int


@dataclass(frozen=True)
class OutlineTable:
    """What a folder holds. notes: what was left out or changed and why, a sentence each."""

    pictures: tuple[OutlinedPicture, ...]
    classes: ClassTable
    source: str
    notes: tuple[str, ...] = ()


def read_outlines(place: Path | str, void: str | None = None, progress: Progress = silent) -> OutlineTable:
    """The pictures of a folder that have a mask. Nothing in it is changed.

    Args:
        void: the class, by name or number, that counts for nothing; recognised by its name where it is not given.
    Raises:
        IntakeError: it cannot be read, or nothing can be learned from it; the text says what to do.
    """
    root = Path(place).expanduser()
    if not root.is_dir():
        raise IntakeError(f"{root} is no folder. Give the folder that holds pictures and their masks.")
    pairs, notes = pictures_with_masks(root)
    looked: list[tuple[OutlinedPicture, MaskPixels, np.ndarray]] = []
    refused: dict[str, list[str]] = defaultdict(list)
    taken: set[str] = set()
    for number, pair in enumerate(pairs):
        progress(number, len(pairs), Doing(Step.READING, "Reading pictures and masks"))
        try:
            looked.append(_looked_at(pair, taken, refused))
        except _UnusableError as error:
            refused[str(error)].append(pair.name)
    is_colour = sum(its.is_colour for _, its, _ in looked) * 2 > len(looked)
    kind = "colours" if is_colour else "numbers"
    used: list[tuple[OutlinedPicture, Counter[int]]] = []
    for one, its, times in looked:
        meant = its.as_meant(is_colour)
        if meant.is_colour == is_colour:
            used.append((one, Counter(dict(zip(meant.values.tolist(), times.tolist(), strict=True)))))
        else:
            refused[f"the other masks hold {kind}, this one does not; left out"].append(one.picture_id)
    notes += [_told(reason, names) for reason, names in refused.items()]
    counts: Counter[int] = sum((each for _, each in used), Counter())
    if len(used) < FEWEST:
        why = f" {notes[0]}" if notes else ""
        raise IntakeError(
            f"{root} holds {len(used)} picture{'s' * (len(used) != 1)} with a mask that can be used; training needs at "
            f"least {FEWEST}.{why}"
        )
    classes, said = class_table(counts, is_colour, named_values(root), void)
    empty = [one.picture_id for one, each in used if not each.keys() - set(classes.void)]
    if empty:
        said.append(_told("nothing but what counts for nothing; left out", empty))
    kept = tuple(one for one, each in used if each.keys() - set(classes.void))
    return OutlineTable(kept, classes, root.name, tuple(notes + said))


def indices_of(mask: MaskPixels, classes: ClassTable, width: int, height: int) -> np.ndarray:
    """(H, W) uint8 places of the classes, VOID elsewhere, in the size of the picture."""
    known = np.array([one.value for one in classes.classes], np.uint32)  # in rising order
    at = np.searchsorted(known, mask.values).clip(max=len(known) - 1)
    places = np.where(known[at] == mask.values, at, VOID).astype(np.uint8)
    return places if places.shape == (height, width) else resized_mask(places, width, height)


class _UnusableError(Exception):
    """Why a pair is left out, without its name."""


def _looked_at(
    pair: PictureWithMask, taken: set[str], said: dict[str, list[str]]
) -> tuple[OutlinedPicture, MaskPixels, np.ndarray]:
    """The picture, the different values of its mask, and how often each is there."""
    try:
        data = bytes_of(pair.picture)
        facts = inspect(data)
    except OSError as error:
        raise _UnusableError(f"the picture cannot be read ({error.strerror}); left out") from error
    except ImageError as error:
        raise _UnusableError(f"the picture: {error}; left out") from error
    try:
        mask = read_mask(pair.mask)
    except ImageError as error:
        raise _UnusableError(f"the mask: {error}; left out") from error
    height, width = mask.values.shape
    if (width, height) != (facts.width, facts.height):
        if abs(width * facts.height / (height * facts.width) - 1) > _ALIKE:
            raise _UnusableError(
                f"the mask has {width} × {height} pixels and the picture {facts.width} × {facts.height}; left "
                "out, so save the mask in the picture's size"
            )
        said[
            f"the mask has {width} × {height} pixels and the picture {facts.width} × {facts.height}: its pixels were "
            "doubled or dropped to fit"
        ].append(pair.name)
    values, times = np.unique(mask.values, return_counts=True)
    if len(values) > _MOST_VALUES:
        raise _UnusableError(
            f"the mask has {len(values):,} different values, so it is a photo or was blurred; left out"
        )
    picture_id = _free(pair.name, taken)
    taken.add(name_key(picture_id))
    one = OutlinedPicture(
        picture_id, pair.picture, pair.mask, pair.part, sha256(data).hexdigest(), facts.suffix, facts.width,
        facts.height,
    )  # fmt: skip
    return one, replace(mask, values=values), times


def _free(name: str, taken: set[str]) -> str:
    """The last part of a name, with those before it where another picture has it already."""
    parts = name.split("/")
    tried = [safe_name("-".join(parts[-n:])) for n in range(1, len(parts) + 1)]
    tried += [f"{tried[-1][:60]}-{number}" for number in range(2, len(taken) + 3)]
    return next(one for one in tried if name_key(one) not in taken)


def _told(reason: str, names: list[str]) -> str:
    listed = ", ".join(names[:_SHOWN]) + (f" and {len(names) - _SHOWN} more" if len(names) > _SHOWN else "")
    return f"{listed}: {reason}."
