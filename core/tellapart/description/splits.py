"""Splits: which items are trained on and which are held out for validation; copies of one picture stay together."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from tellapart.description.items import is_missing, path_of, said
from tellapart.description.labels import Column
from tellapart.errors import DescriptionError
from tellapart.label_names import label_order

_VALID_WORDS = frozenset({"valid", "validation", "val", "true", "1", "yes"})
_TRAIN_WORDS = frozenset({"train", "training", "false", "0", "no", ""})


@dataclass(frozen=True)
class RandomSplit:
    """A share of each label's pictures, drawn with a seed; see `random_split`."""

    valid: float
    seed: int

    def parts(self, items: Sequence[Any], labels: Sequence[str], groups: Sequence[int]) -> list[bool | None]:
        """Whether each item is held out. groups: (N,) shared by copies of one picture, which stay together."""
        members: dict[str, list[int]] = defaultdict(list)
        for group, label in dict(reversed(list(zip(groups, labels, strict=True)))).items():  # the first one's
            members[label].append(group)
        rng = np.random.default_rng(self.seed)
        held_out: set[int] = set()
        for label in sorted(members, key=label_order):
            of_label = sorted(members[label])
            n_valid = min(max(1, round(self.valid * len(of_label))), len(of_label) - 1)
            held_out.update(rng.permutation(of_label)[:n_valid].tolist())
        return [group in held_out for group in groups]


def random_split(valid: float = 0.2, seed: int = 42) -> RandomSplit:
    """Hold out a share of each label's pictures, at least one where there are two; the same ones for the same seed.

    Raises:
        ValueError: valid is not between 0 and 1, or the seed is negative.
    """
    if not 0 < valid < 1:
        raise ValueError(f"valid={valid} is out of range; choose a share between 0 and 1, for instance 0.2.")
    if seed < 0:
        raise ValueError(f"seed={seed} is out of range; choose 0 or more.")
    return RandomSplit(valid, seed)


@dataclass(frozen=True)
class FolderSplit:
    """By the folders around a picture; see `folder_split`."""

    train: str
    valid: str

    def __call__(self, item: Any) -> bool | None:
        """Whether it is held out; None where it lies in neither folder."""
        path = path_of(item)
        names = [] if path is None else list(reversed(path.parent.parts))
        return next((name == self.valid for name in names if name in (self.train, self.valid)), None)


def folder_split(train: str = "train", valid: str = "valid") -> FolderSplit:
    """By folders of these names anywhere above the pictures, the nearest counts; pictures in neither are left out."""
    return FolderSplit(train, valid)


@dataclass(frozen=True)
class ColumnSplit:
    """By a column of a table; see `column_split`."""

    column: Column

    def __call__(self, item: Any) -> bool | None:
        """Whether it is held out; None where the value is another word, such as "test"."""
        value = self.column(item)
        if isinstance(value, float) and value.is_integer():
            value = int(value)  # a frame makes fractions of whole numbers where some cells are empty
        word = "" if is_missing(value) else str(value).strip().lower()
        return True if word in _VALID_WORDS else False if word in _TRAIN_WORDS else None


def column_split(name: str) -> ColumnSplit:
    """By a column of a table that says valid, val, validation, true, yes or 1 for what is held out, and train,
    training, false, no, 0 or nothing for what is trained on; rows with another value, such as test, are left out."""
    return ColumnSplit(Column(name))


Split = RandomSplit | Callable[[Any], Any]


def parts_of(
    split: Split, items: Sequence[Any], labels: Sequence[str], groups: Sequence[int]
) -> list[bool | None]:
    """Whether each item is held out; None for those that are left out.

    Raises:
        DescriptionError: a function fails for an item, or gives something else; the text names it.
    """
    if isinstance(split, RandomSplit):
        return split.parts(items, labels, groups)
    return [_part_of(split, item) for item in items]


def _part_of(split: Callable[[Any], Any], item: Any) -> bool | None:
    try:
        part = split(item)
    except Exception as error:  # a person's own function raises what it likes
        reason = str(error) if isinstance(error, ValueError) else f"{type(error).__name__}: {error}"
        raise DescriptionError(
            f"The part that {said(item)} belongs to cannot be told: {reason}. Change `split`."
        ) from error
    if isinstance(part, str) and part in ("train", "valid"):
        return part == "valid"
    if part is None or isinstance(part, bool | np.bool_):
        return None if part is None else bool(part)
    raise DescriptionError(
        f"`split` gave {part!r} for {said(item)}. Expected True or 'valid' for what is held out, False or 'train' for "
        "what is trained on, None for what is left out."
    )
