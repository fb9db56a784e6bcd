"""DataDescription: how to get from a folder or a table to batches of pictures with labels, in parts that can be
changed one by one."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field, fields, replace
from typing import TYPE_CHECKING, Any

from tellapart.description.items import image_files
from tellapart.description.labels import Labels, parent_label
from tellapart.description.splits import RandomSplit, Split, random_split
from tellapart.description.torch_side import network_door
from tellapart.description.transforms import (
    Augmentation,
    ItemTransform,
    Resize,
    aug_transforms,
    item_transform,
)

if TYPE_CHECKING:
    from tellapart.network.data.data import Data
    from tellapart.network.data.walk import Walk

BatchTransform = Augmentation | Callable[[Any], Any]
BATCH_SIZE = 16
_LONGEST = 200  # characters of what was given, in an error
_TAKES = {
    "items": "image_files, table_rows(...), or a function of the folder or table",
    "labels": "parent_label, name_label(...), column(...), a compiled regular expression, or a function of the item",
    "split": "random_split(0.2), folder_split(...), column_split(...), or a function of the item",
    "batch": "aug_transforms(...), a transform of torchvision.transforms.v2, or several of them in a list",
}


@dataclass(frozen=True)
class DataDescription:
    """What is to be learned from, in parts. It holds no picture: `data` applies it to a folder or table.

    items: what to list in the folder or table: `image_files`, `table_rows(...)`, or a function that is given the folder
        or table and gives paths, bytes, Pillow pictures or arrays.
    labels: the label of an item: `parent_label`, `name_label(...)`, `column(...)`, a regular expression for names of
        files, or a function of the item.
    split: what is held out: `random_split(...)`, `folder_split(...)`, `column_split(...)`, or a function of the item
        that gives True for what is held out, False for what is trained on, None for what is left out.
    item: how a picture becomes a square: `Resize(...)` or `RandomResizedCrop(...)`, or a list with one of them at the
        end and functions of a picture before it, for instance transforms of `torchvision.transforms.v2`.
    batch: for whole batches in training: `aug_transforms(...)`, any transform of `torchvision.transforms.v2`, or
        several of them in order.
    """

    items: Callable[[Any], Iterable[Any]] = image_files
    labels: Labels = parent_label
    split: Split = field(default_factory=random_split)
    item: ItemTransform = field(default_factory=lambda: Resize(224))
    batch: BatchTransform | Sequence[BatchTransform] = ()

    def __post_init__(self) -> None:
        """Raises TypeError where a part is none."""
        object.__setattr__(self, "item", item_transform(self.item))
        is_good = {
            "items": callable(self.items),
            "labels": callable(self.labels) or isinstance(self.labels, re.Pattern),
            "split": callable(self.split) or isinstance(self.split, RandomSplit),
            "batch": all(_varies(one) for one in self.batch_transforms()),
        }
        for name in (name for name, good in is_good.items() if not good):
            given = repr(getattr(self, name))
            given = given if len(given) <= _LONGEST else f"{given[:_LONGEST]}…"
            raise TypeError(f"{name}={given} cannot be used. It takes {_TAKES[name]}.")

    def new(self, **parts: Any) -> DataDescription:
        """The same with some parts changed, for instance `bears.new(item=Resize(128))`.

        Raises:
            TypeError: there is no part of that name, or it cannot be that.
        """
        names = [part.name for part in fields(self)]
        if unknown := sorted(set(parts) - set(names)):
            raise TypeError(f"A description has no part {', '.join(unknown)}; it has {', '.join(names)}.")
        return replace(self, **parts)

    def data(self, source: Any, batch_size: int = BATCH_SIZE, seed: int = 0, workers: int = 0) -> Data:
        """The description applied: loaders of training and validation batches.

        Args:
            source: a folder, a CSV file, a frame; whatever `items` takes.
            batch_size: pictures in a training batch.
            seed: of the order and of all that is random in training.
            workers: processes that decode pictures; 0 for threads of this one.
        Raises:
            DescriptionError: the description does not fit the source, or torch is not installed.
        """
        data: Data = network_door().data_of(self, source, batch_size, seed, workers)
        return data

    def summary(self, source: Any) -> Walk:
        """One item's way through every step, printed as text; it names the step that fails, and why.

        Raises:
            DescriptionError: torch is not installed.
        """
        walk: Walk = network_door().walk_of(self, source)
        return walk

    def batch_transforms(self) -> tuple[BatchTransform, ...]:
        """Those for whole batches, in order."""
        return tuple(self.batch) if isinstance(self.batch, Sequence) else (self.batch,)


def _varies(one: Any) -> bool:
    """Whether it can vary a batch. Without its brackets aug_transforms would be called with one, and vary nothing."""
    return isinstance(one, Augmentation) or (callable(one) and one is not aug_transforms)
