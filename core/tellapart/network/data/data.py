"""Data: a description applied to a folder or table, with loaders for training and validation."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

import numpy as np

from tellapart.description.assembly import Assembly
from tellapart.description.data_description import DataDescription
from tellapart.description.items import said
from tellapart.errors import DescriptionError, Skipped
from tellapart.network.data.batches import Batches, PictureBatch
from tellapart.network.data.walk import Walk, walk

if TYPE_CHECKING:
    from tellapart.network.charts import Chart


class Data:
    """train, valid: batches of (pictures, targets, places); see `Batches`. classes: the labels in order. notes: what a
    person should know of the pictures."""

    def __init__(
        self, description: DataDescription, source: Any, assembly: Assembly, batch_size: int, seed: int,
        workers: int,
    ) -> None:  # fmt: skip
        self.description, self.source, self.assembly, self.seed = description, source, assembly, seed
        self._refused: dict[int, Skipped] = {}
        self.train, self.valid = (
            Batches(
                assembly, is_valid, description.item, description.batch_transforms(), batch_size, seed, workers,
                self._refused,
            )
            for is_valid in (False, True)
        )  # fmt: skip

    @property
    def classes(self) -> tuple[str, ...]:
        """The labels, in the order of the targets."""
        return self.assembly.classes

    @property
    def notes(self) -> tuple[str, ...]:
        """For instance that a label is missing from the validation part."""
        return self.assembly.notes

    @property
    def refused(self) -> tuple[Skipped, ...]:
        """Pictures that could not be read so far, and why; they were left out."""
        return tuple(one for _, one in self.refused_by_place())

    def refused_by_place(self) -> list[tuple[int, Skipped]]:
        """The same with the places of their items, in order."""
        return [(place, self._refused[place]) for place in sorted(self._refused)]

    def refuse(self, refused: Mapping[int, Skipped]) -> None:
        """Leave these items out from now on: an earlier training could not read them."""
        self._refused.update(refused)

    def readable(self, valid: bool) -> np.ndarray:
        """The places of one part's items, those left out that could not be read."""
        rows = self.assembly.rows(valid)
        return rows[[row not in self._refused for row in rows.tolist()]] if self._refused else rows

    def one_batch(self) -> PictureBatch:
        """The first batch of the next pass over the training part.

        Raises:
            DescriptionError: none of its pictures can be read.
        """
        batch = next(iter(self.train), None)
        if batch is None:
            first = self.refused[0]
            raise DescriptionError(
                f"None of the training pictures can be read; {first.path}: {first.reason}. Check the files."
            )
        return batch

    def show_batch(self, n: int = 9, unique: bool = False) -> Chart:
        """A figure of training pictures as the network sees them, each with its label.

        Args:
            unique: so many views of one and the same picture, to see what the transforms do.
        Raises:
            DescriptionError: matplotlib is not installed, or no picture can be read. ValueError: n is below 1.
        """
        if n < 1:
            raise ValueError(f"n={n}: choose how many pictures to show, at least 1.")
        from tellapart.network.charts import picture_grid

        if unique:
            place = int(self.one_batch().places[0])
            pictures, targets = self.train.of_one(place, n), [int(self.assembly.targets[place])] * n
        else:
            pictures, targets = self._some(n)
        return picture_grid(pictures.permute(0, 2, 3, 1).numpy(), [(self.classes[k],) for k in targets])

    def summary(self) -> Walk:
        """One item's way through every step, printed as text; it names the step that fails, and why."""
        return walk(self.description, self.source)

    def __repr__(self) -> str:
        n_train, n_valid = len(self.assembly.rows(False)), len(self.assembly.rows(True))
        return (
            f"Data of {said(self.source)}: {n_train} pictures to train on, {n_valid} held out, "
            f"{len(self.classes)} labels"
        )

    def _some(self, n: int) -> tuple[Any, list[int]]:
        """Up to n pictures of one pass, and their targets."""
        import torch

        batches: list[PictureBatch] = []
        self.one_batch()  # says so where nothing can be read
        for batch in self.train:
            batches.append(batch)
            if sum(len(one.targets) for one in batches) >= n:
                break
        pictures = torch.cat([batch.pictures for batch in batches])[:n]
        return pictures, torch.cat([batch.targets for batch in batches])[:n].tolist()
