"""Batches of one part: in the order and with the random views of an epoch, which a seed decides and nothing else."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any, NamedTuple

import numpy as np
import torch
from torch.utils.data import DataLoader

from tellapart.description.assembly import Assembly
from tellapart.description.data_description import BatchTransform
from tellapart.description.transforms import ItemTransform
from tellapart.errors import Skipped
from tellapart.network.data.augmenting import augmented
from tellapart.network.data.picture_set import PassOrder, PictureSet, Wish, joined

_SEEDS = 2**31


class PictureBatch(NamedTuple):
    """pictures: (N, 3, H, W) float32, 0 to 1. targets: (N,) int64 into the classes. places: (N,) of the items."""

    pictures: torch.Tensor
    targets: torch.Tensor
    places: torch.Tensor


class Batches:
    """The batches of one part; each time they are gone through is the next epoch.

    refused: place of an item -> why its picture could not be read. It is left out from then on.
    """

    def __init__(
        self, assembly: Assembly, is_valid: bool, transform: ItemTransform, batch: Sequence[BatchTransform],
        batch_size: int, seed: int, workers: int, refused: dict[int, Skipped],
    ) -> None:  # fmt: skip
        self.rows, self.is_valid = assembly.rows(is_valid), is_valid
        self.batch_transforms = () if is_valid else tuple(batch)
        self.batch_size, self.seed, self.refused = batch_size, seed, refused
        self._targets = torch.from_numpy(assembly.targets)
        self._epoch = 0
        self._order = PassOrder()
        self._loader = DataLoader(
            PictureSet(assembly.items, transform, has_threads=not workers),
            batch_sampler=self._order,
            num_workers=workers,
            collate_fn=joined,
            multiprocessing_context="spawn" if workers else None,
            persistent_workers=workers > 0,
            pin_memory=torch.cuda.is_available(),
            generator=torch.Generator(),  # of seeds that nobody uses; else each pass would draw one from all others'
        )

    def __len__(self) -> int:
        return -(-len(self.rows) // self.batch_size)

    def __iter__(self) -> Iterator[PictureBatch]:
        self._epoch += 1
        return self.epoch(self._epoch - 1)

    def epoch(self, epoch: int, device: torch.device | None = None) -> Iterator[PictureBatch]:
        """All pictures once, in the order of that epoch, in training with its random views."""
        if self.is_valid:
            return self.plain(device)
        order = np.random.default_rng(_seed(self.seed, epoch)).permutation(self.rows)
        return self._batches(order, epoch, device)

    def plain(self, device: torch.device | None = None) -> Iterator[PictureBatch]:
        """All pictures once, in their own order, as the network sees them in use."""
        return self._batches(self.rows, None, device)

    def of_one(self, place: int, n: int) -> torch.Tensor:
        """(N, 3, H, W) float32: so many views of one picture."""
        wishes: list[Wish] = [(place, None if self.is_valid else draw) for draw in range(n)]
        return self._varied(joined(self._set.__getitems__(wishes)).pixels, self.seed)

    @property
    def _set(self) -> Any:
        return self._loader.dataset

    def _batches(
        self, rows: np.ndarray, epoch: int | None, device: torch.device | None
    ) -> Iterator[PictureBatch]:
        kept = [row for row in rows.tolist() if row not in self.refused]
        wishes: list[Wish] = [(row, None if epoch is None else _seed(self.seed, epoch, row)) for row in kept]
        self._order.wishes = [
            wishes[at : at + self.batch_size] for at in range(0, len(wishes), self.batch_size)
        ]
        for number, squares in enumerate(self._loader):
            self.refused.update(squares.refused)
            if not len(squares.places):
                continue
            pixels = squares.pixels if device is None else squares.pixels.to(device, non_blocking=True)
            targets = self._targets[squares.places]
            pictures = (
                _unit(pixels) if epoch is None else self._varied(pixels, _seed(self.seed, epoch, -1 - number))
            )
            yield PictureBatch(pictures, targets if device is None else targets.to(device), squares.places)

    def _varied(self, pixels: torch.Tensor, seed: int) -> torch.Tensor:
        return augmented(_unit(pixels), self.batch_transforms, seed)


def _unit(pixels: torch.Tensor) -> torch.Tensor:
    return pixels.float() / 255


def _seed(*parts: int) -> int:
    """A seed that is another one for each of these."""
    return int(np.random.SeedSequence([part % _SEEDS for part in parts]).generate_state(1)[0]) % _SEEDS
