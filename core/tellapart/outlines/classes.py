"""The classes of masks: their numbers or colours in the files, their names, and the one that counts for nothing."""

from __future__ import annotations

import colorsys
import re
from collections import Counter
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from tellapart.errors import IntakeError
from tellapart.label_names import clean_label
from tellapart.words.near_names import did_you_mean

VOID = 255  # in masks that tellapart writes
MOST_CLASSES = 150
_VOIDS = {
    *("void", "unlabelled", "unlabeled", "ignore", "ignored", "unlabelled pixels", "dontcare", "don't care"),
    "background/void",
}  # fmt: skip
_NAME_FILES = ("codes.txt", "classes.txt", "label_colors.txt", "labels.txt")
_COLOUR_LINE = re.compile(r"^\s*(\d{1,3})[\s,]+(\d{1,3})[\s,]+(\d{1,3})[\s,]+(\S.*)$")


@dataclass(frozen=True)
class OutlineClass:
    """value: what stands for it in the masks that were given, a number or a colour as 0xRRGGBB. colour: to show it."""

    value: int
    name: str
    colour: tuple[int, int, int]

    def to_json(self) -> dict[str, Any]:
        """Plain JSON values."""
        return {"value": self.value, "name": self.name, "colour": list(self.colour)}


@dataclass(frozen=True)
class NamedValues:
    """What a file beside the masks says. names: value or colour -> name; is_colour: which of both. source: the file's
    name, "" where there is none."""

    names: dict[int, str]
    is_colour: bool = False
    source: str = ""


@dataclass(frozen=True)
class ClassTable:
    """classes: in order of their values; void: values that count for nothing. is_colour: values are colours."""

    classes: tuple[OutlineClass, ...]
    void: tuple[int, ...]
    is_colour: bool


def named_values(root: Path) -> NamedValues:
    """Names from codes.txt or its likes: the first line names value 0; lines of three numbers and a name are colours.

    Raises:
        IntakeError: the file says a name or a colour twice, leaves out a line among names, or cannot be read.
    """
    path = next((root / name for name in _NAME_FILES if (root / name).is_file()), None)
    if path is None:
        return NamedValues({})
    try:
        lines = [
            line.strip() for line in path.read_bytes()[:100_000].decode("utf-8-sig", "replace").splitlines()
        ]
    except OSError as error:
        raise IntakeError(
            f"{path} cannot be read: {error.strerror or error}. Check its permissions."
        ) from error
    empty = next((number for number, line in enumerate(lines, 1) if not line), 0)
    is_inside = empty > 0 and any(lines[empty:])  # not at the end alone
    lines = [line for line in lines if line]
    coloured = [_COLOUR_LINE.match(line) for line in lines]
    is_colour = bool(lines) and all(coloured)
    if is_inside and not is_colour:  # nobody can tell whether the names after it have moved up
        raise IntakeError(
            f"Line {empty} of {path.name} is empty, so that the numbers of the names after it are unclear (the first "
            "line names 0). Take the line out, or write a name there."
        )
    names: dict[int, str] = {}
    for number, line in enumerate(lines):
        found = coloured[number]
        value, name = number, line
        if is_colour and found is not None:
            red, green, blue = (min(255, int(found[i])) for i in (1, 2, 3))
            value, name = red << 16 | green << 8 | blue, found[4]
        name = clean_label(name)
        if value in names or name in names.values():
            raise IntakeError(f"{path.name} says {name!r} or its colour twice. Name each class once.")
        names[value] = name
    return NamedValues(names, is_colour, path.name)


def class_table(
    counts: Counter[int], is_colour: bool, named: NamedValues, void: str | None
) -> tuple[ClassTable, list[str]]:
    """The classes of masks in which these values occur so often, and a sentence for each thing to know.

    Args:
        void: name or number of the class that counts for nothing; recognised where it is not given.
    Raises:
        IntakeError: there are fewer than two classes, too many, or no such void.
    """
    names = named.names if named.is_colour == is_colour else {}
    notes = []
    if named.source and not names:
        notes.append(
            f"{named.source} was not used: it names {'colours' if named.is_colour else 'numbers'}, and the masks hold "
            f"{'colours' if is_colour else 'numbers'}."
        )
    unknown = [value for value in sorted(counts) if names and value not in names]
    found = {value: names.get(value) or shown_value(value, is_colour) for value in sorted(counts)}
    voids = {value for value in unknown if is_colour or value != VOID}
    if voids:
        n = sum(counts[value] for value in voids)
        listed = ", ".join(shown_value(value, is_colour) for value in sorted(voids)[:5])
        notes.append(
            f"{n:,} pixels have values that {named.source} does not name ({listed}); nothing is learned there."
        )
    voids |= _void_values(found, is_colour, void, notes)
    if names and (unseen := [name for value, name in names.items() if value not in counts]):
        notes.append(f"In no mask: {', '.join(unseen[:8])}{' …' * (len(unseen) > 8)}.")
    kept = {value: name for value, name in found.items() if value not in voids}
    if len(kept) < 2:
        raise IntakeError(
            f"The masks hold {len(kept)} class{'es' * (len(kept) != 1)}; two at least are needed, for instance "
            "bear and background."
        )
    if len(kept) > MOST_CLASSES:
        raise IntakeError(
            f"The masks hold {len(kept):,} different {'colours' if is_colour else 'numbers'}; at most {MOST_CLASSES} "
            "classes are told apart. A mask has one plain number or colour for each class. Is it a photo, or blurred?"
        )
    classes = tuple(
        OutlineClass(value, name, _colour(value, place, is_colour))
        for place, (value, name) in enumerate(kept.items())
    )
    return ClassTable(classes, tuple(sorted(voids)), is_colour), notes


def classes_of(records: Any) -> tuple[OutlineClass, ...]:
    """The classes that a file's JSON values say.

    Raises:
        ValueError, TypeError, KeyError, OverflowError, IntakeError: they are impossible.
    """
    classes = tuple(_class(one) for one in records)
    if not 2 <= len(classes) <= MOST_CLASSES or len({one.name for one in classes}) < len(classes):
        raise ValueError("it has no two different classes")
    return classes


def _class(one: dict[str, Any]) -> OutlineClass:
    red, green, blue = (int(level) for level in one["colour"])
    if not all(0 <= level <= 255 for level in (red, green, blue)) or not 0 <= int(one["value"]) < 2**24:
        raise ValueError("a class has no colour, or no number")
    return OutlineClass(int(one["value"]), clean_label(one["name"]), (red, green, blue))


def shown_value(value: int, is_colour: bool) -> str:
    """A value as people see it: 7, or #a0b0c0."""
    return f"#{value:06x}" if is_colour else str(value)


def _void_values(found: dict[int, str], is_colour: bool, void: str | None, notes: list[str]) -> set[int]:
    if void is not None:
        chosen = {value for value, name in found.items() if void in (name, shown_value(value, is_colour))}
        if not chosen:
            raise IntakeError(
                f"No class is called {void!r}.{did_you_mean(void, found.values())} There are: "
                f"{', '.join(found.values())}."
            )
        return chosen
    voids = {value for value, name in found.items() if name.casefold() in _VOIDS}
    if (
        not is_colour and found.get(VOID) == str(VOID) and len(found) > 2
    ):  # else it is the white of black and white
        voids.add(VOID)
    if voids:
        notes.append(
            f"Nothing is learned from, or counted in, {', '.join(sorted(found[one] for one in voids))}."
        )
    return voids


def _colour(value: int, place: int, is_colour: bool) -> tuple[int, int, int]:
    """The colour of the masks, or one that neighbours in the list do not have."""
    if is_colour:
        return value >> 16, value >> 8 & 255, value & 255
    hue, ring = place * 0.381966 % 1, place // 8 % 3
    shade = colorsys.hsv_to_rgb(hue, (0.75, 0.5, 0.95)[ring], (0.95, 0.8, 0.65)[ring])
    return tuple(round(255 * one) for one in shade)  # type: ignore[return-value]
