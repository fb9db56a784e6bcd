"""Assembly: a description applied to a folder or table: each item with its label and its part. No picture is opened."""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np

from tellapart.description.copies import copy_groups
from tellapart.description.items import said
from tellapart.description.labels import label_of
from tellapart.description.splits import parts_of
from tellapart.errors import DescriptionError, TellapartError
from tellapart.label_names import label_order

if TYPE_CHECKING:
    from tellapart.description.data_description import DataDescription

_MOST_NAMED = 5
_FEWER = "Change `labels`, or add pictures."
_NO_AMOUNTS = (
    "Each number is taken for a kind of its own, and no nearer to the next than to any other; amounts cannot be "
    "estimated. Put them into groups, for instance labels=lambda row: 'heavy' if float(row['weight']) > 5 else 'light'."
)


@dataclass(frozen=True)
class Assembly:
    """items: those of both parts. targets: (N,) int into classes. is_valid: (N,) bool. groups: (N,) int, shared by
    exact copies. notes: what a person should know."""

    items: tuple[Any, ...]
    targets: np.ndarray
    classes: tuple[str, ...]
    is_valid: np.ndarray
    groups: tuple[int, ...]
    notes: tuple[str, ...]

    def rows(self, valid: bool) -> np.ndarray:
        """The places of one part's items."""
        return np.flatnonzero(self.is_valid == valid)


def assembled(description: DataDescription, source: Any, n_least: int = 2) -> Assembly:
    """Items, labels and parts, checked.

    Args:
        n_least: labels that there must be.
    Raises:
        DescriptionError: there is nothing to train on or to validate with; a function fails for an item.
    """
    items = items_of(description, source)
    labels = [label_of(description.labels, item) for item in items]
    groups = copy_groups(items)
    parts = parts_of(description.split, items, labels, groups)
    notes = []
    if n_out := sum(part is None for part in parts):
        notes.append(f"{n_out} item(s) belong to neither part and were left out.")
    held_out = {group for group, part in zip(groups, parts, strict=True) if part}
    leaks = [part is False and group in held_out for group, part in zip(groups, parts, strict=True)]
    if n_leaks := sum(leaks):
        notes.append(
            f"{n_leaks} training picture(s) are exact copies of validation pictures and were left out."
        )
    kept = [i for i, part in enumerate(parts) if part is not None and not leaks[i]]
    is_valid = np.array([bool(parts[i]) for i in kept], bool)
    classes = _checked_classes([labels[i] for i in kept], is_valid, len(items), n_least)
    if _are_numbers(classes) and not all(float(label).is_integer() for label in classes):
        notes.append(f"The labels are numbers, for instance {_listed(classes)}. {_NO_AMOUNTS}")
    place = {label: k for k, label in enumerate(classes)}
    targets = np.array([place[labels[i]] for i in kept], np.int64)
    missing = [label for k, label in enumerate(classes) if not (targets[is_valid] == k).any()]
    if missing:
        notes.append(
            f"The validation part has no picture of {_listed(missing)}: what is measured says nothing about "
            f"{'them' if len(missing) > 1 else 'it'}. Add pictures, or hold out a larger share."
        )
    return Assembly(
        tuple(items[i] for i in kept),
        targets,
        classes,
        is_valid,
        tuple(groups[i] for i in kept),
        tuple(notes),
    )


def joined(new: Assembly, old: Assembly, n_old: int | None = None, seed: int = 0) -> Assembly:
    """Both together, each item in the part it has; the classes of both.

    Args:
        n_old: at most so many training items of each class of `old`, at least 1, drawn with the seed; all unless given.
    Raises:
        DescriptionError: a class has no item left to train on, since each is a copy of one that is held out.
    """
    chosen = np.ones(len(old.items), bool)
    if n_old is not None:
        rng = np.random.default_rng(seed)
        for target in range(len(old.classes)):
            rows = np.flatnonzero((old.targets == target) & ~old.is_valid)
            chosen[rng.permutation(rows)[n_old:]] = False
    rows = np.flatnonzero(chosen)
    items = [*new.items, *(old.items[row] for row in rows)]
    labels = [new.classes[target] for target in new.targets]
    labels += [old.classes[old.targets[row]] for row in rows]
    is_valid = np.concatenate([new.is_valid, old.is_valid[rows]])
    groups = copy_groups(items)
    held_out = {group for group, valid in zip(groups, is_valid.tolist(), strict=True) if valid}
    kept = [row for row in range(len(items)) if is_valid[row] or groups[row] not in held_out]
    classes = tuple(sorted({*new.classes, *old.classes}, key=label_order))
    _check_taught(classes, {labels[row] for row in kept if not is_valid[row]})
    place = {label: k for k, label in enumerate(classes)}
    return Assembly(
        tuple(items[row] for row in kept), np.array([place[labels[row]] for row in kept], np.int64), classes,
        is_valid[kept], tuple(groups[row] for row in kept), (*new.notes, *old.notes),
    )  # fmt: skip


def items_of(description: DataDescription, source: Any) -> list[Any]:
    """The items of a folder or table.

    Raises:
        DescriptionError: there are none, or the function fails.
    """
    try:
        items = list(description.items(source))
    except TellapartError:
        raise
    except Exception as error:  # a person's own function raises what it likes
        raise DescriptionError(
            f"The items of {said(source)} cannot be listed: {type(error).__name__}: {error}. Change `items`."
        ) from error
    if not items:
        raise DescriptionError(f"{said(source)} has no items. Check the folder or table, or change `items`.")
    return items


def _checked_classes(
    labels: Sequence[str], is_valid: np.ndarray, n_items: int, n_least: int
) -> tuple[str, ...]:
    """The labels in order, if each of them can be learned."""
    in_train = Counter(label for label, valid in zip(labels, is_valid.tolist(), strict=True) if not valid)
    n_train, n_valid = sum(in_train.values()), int(is_valid.sum())
    classes = tuple(sorted(set(labels), key=label_order))
    n_alone = sum(n == 1 for n in Counter(labels).values())
    # whoever adds a few pictures to those that there are may have one of each digit
    if 2 * n_alone > len(labels) > 2 and (not n_valid or (n_least > 1 and _are_numbers(classes))):
        raise DescriptionError(
            f"There are {len(classes)} labels, for instance {_listed(classes)}, for {len(labels)} pictures: nearly "
            f"every picture has one of its own. {_NO_AMOUNTS if _are_numbers(classes) else _FEWER}"
        )
    for what, n in (("train on", n_train), ("hold out for validation", n_valid)):
        if not n:
            raise DescriptionError(
                f"None of the {n_items} item(s) is there to {what}. Change `split`, for instance to random_split(0.2), "
                "or add pictures."
            )
    if len(classes) < n_least:
        raise DescriptionError(
            f"All {len(labels)} item(s) have the label {classes[0]!r}, but training needs at least 2 labels. Add "
            "pictures of something else, or change `labels`."
        )
    if len(classes) > n_train:
        raise DescriptionError(
            f"There are {len(classes)} labels, for instance {_listed(classes)}, and {n_train} picture(s) to train on: "
            f"more labels than pictures. {_FEWER}"
        )
    _check_taught(classes, in_train.keys())
    return classes


def _check_taught(classes: Sequence[str], in_train: Collection[str]) -> None:
    if unknown := [label for label in classes if label not in in_train]:
        raise DescriptionError(
            f"No picture of {_listed(unknown)} is left to train on: all of them are held out, or copies of such. "
            "Change `split`, or add pictures."
        )


def _are_numbers(labels: Sequence[str]) -> bool:
    try:
        return all(math.isfinite(float(label)) for label in labels)
    except ValueError:
        return False


def _listed(labels: Sequence[str]) -> str:
    more = f" and {len(labels) - _MOST_NAMED} more" if len(labels) > _MOST_NAMED else ""
    return ", ".join(repr(label) for label in labels[:_MOST_NAMED]) + more
