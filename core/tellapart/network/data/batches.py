"""Batches of one part: in the order and with the random views of an epoch, which a seed decides and nothing else."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from typing import Any, NamedTuple

import numpy as np
import torch
from torch.utils.data import DataLoader

from tellapart.description.assembly import Assembly
from tellapart.description.data_description import BatchTransform
from tellapart.description.transforms import ItemTransform, OwnSteps
from tellapart.errors import DescriptionError, Skipped
from tellapart.network.data.ahead import ahead
from tellapart.network.data.augmenting import augmented
from tellapart.network.data.picture_set import PassOrder, PictureSet, Squares, Wish, joined
from tellapart.network.data.share import NOBODY, WHOLE, Share
from tellapart.network.tuning.memory import in_parts

_SEEDS = 2**31
_N_AHEAD = 2  # batches that are loaded while the device learns from another


class PictureBatch(NamedTuple):
    """pictures: (N, 3, H, W) float32, 0 to 1. targets: (N,) int64 into the classes. places: (N,) of the items, see also
    `share.NOBODY`."""

    pictures: torch.Tensor
    targets: torch.Tensor
    places: torch.Tensor

    def __repr__(self) -> str:
        n, *sides = self.pictures.shape
        return f"PictureBatch of {n} pictures, each {' × '.join(map(str, sides))}, with targets and places"


class Batches:
    """The batches of one part; each time they are gone through is the next epoch.

    refused: place of an item -> why its picture could not be read. It is left out from then on. seen: is called after
    each batch that was used.
    """

    def __init__(
        self, assembly: Assembly, is_valid: bool, transform: ItemTransform, batch: Sequence[BatchTransform],
        batch_size: int, seed: int, workers: int, refused: dict[int, Skipped],
    ) -> None:  # fmt: skip
        self.rows, self.is_valid = assembly.rows(is_valid), is_valid
        self.batch_transforms = () if is_valid else tuple(batch)
        self.batch_size, self.seed, self.refused, self._side = batch_size, seed, refused, transform.size
        self._targets = torch.from_numpy(assembly.targets)
        self._epoch, self._n_parts = 0, 1
        self.seen: Callable[[], object] = _nobody
        # torch's processes work ahead anyway; and steps of one's own draw from the generator that training draws from
        self._is_ahead = not workers and not isinstance(transform, OwnSteps)
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

    def epoch(
        self, epoch: int, device: torch.device | None = None, share: Share = WHOLE
    ) -> Iterator[PictureBatch]:
        """All pictures once, in the order of that epoch, in training with its random views; of each batch one share."""
        if self.is_valid:
            return self.plain(device, share)
        order = np.random.default_rng(_seed(self.seed, epoch)).permutation(self.rows)
        return self._batches(order, epoch, device, share)

    def plain(self, device: torch.device | None = None, share: Share = WHOLE) -> Iterator[PictureBatch]:
        """All pictures once, in their own order, as the network sees them in use; of each batch one share."""
        return self._batches(self.rows, None, device, share)

    def of_one(self, place: int, n: int) -> torch.Tensor:
        """(N, 3, H, W) float32: so many views of one picture."""
        wishes: list[Wish] = [(place, None if self.is_valid else draw) for draw in range(n)]
        pixels = _sound(joined(self._set.__getitems__(wishes))).pixels
        return augmented(_unit(pixels), self.batch_transforms, self.seed)

    @property
    def _set(self) -> Any:
        return self._loader.dataset

    def _batches(
        self, rows: np.ndarray, epoch: int | None, device: torch.device | None, share: Share
    ) -> Iterator[PictureBatch]:
        kept = [row for row in rows.tolist() if row not in self.refused]
        wishes: list[Wish] = [(row, None if epoch is None else _seed(self.seed, epoch, row)) for row in kept]
        batches = [wishes[at : at + self.batch_size] for at in range(0, len(wishes), self.batch_size)]
        self._order.wishes = [share.of(batch) for batch in batches]
        loaded = iter(self._loader)
        for number, squares in enumerate(ahead(loaded, _N_AHEAD) if self._is_ahead else loaded):
            self.refused.update(_sound(squares).refused)
            if len(squares.places):
                yield self._batch(squares, batches[number], epoch, number, device)
            elif share.n > 1:
                yield self._stand_in(device)
            self.seen()

    def _batch(
        self, squares: Squares, wishes: Sequence[Wish], epoch: int | None, number: int, device: torch.device | None
    ) -> PictureBatch:  # fmt: skip
        """wishes: of the whole batch, of which the squares may be a share."""
        pixels = squares.pixels if device is None else squares.pixels.to(device, non_blocking=True)
        targets, transforms, seed = self._targets[squares.places], self.batch_transforms, 0
        at = {place: k for k, (place, _) in enumerate(wishes)}
        places = torch.tensor([at[place] for place in squares.places.tolist()])
        if epoch is None:
            transforms = ()
        else:
            seed = _seed(self.seed, epoch, -1 - number)

        def varied(n_parts: int) -> torch.Tensor:
            n_parts = min(n_parts, len(pixels))
            some = [
                augmented(_unit(part), transforms, seed, own, len(wishes))
                for part, own in zip(pixels.tensor_split(n_parts), places.tensor_split(n_parts), strict=True)
            ]
            return some[0] if n_parts == 1 else torch.cat(some)

        pictures, self._n_parts = in_parts(varied, self._n_parts, len(pixels), torch.cuda.empty_cache)
        return PictureBatch(pictures, targets if device is None else targets.to(device), squares.places)

    def _stand_in(self, device: torch.device | None) -> PictureBatch:
        """For a share without a picture: processes take each step together."""
        black = torch.zeros(1, 3, self._side, self._side, device=device)
        return PictureBatch(black, torch.zeros(1, dtype=torch.int64, device=device), torch.tensor([NOBODY]))


def _sound(squares: Squares) -> Squares:
    """The same; raises DescriptionError where another process could make none."""
    if squares.failure:
        raise DescriptionError(squares.failure)
    return squares


def _unit(pixels: torch.Tensor) -> torch.Tensor:
    return pixels.float() / 255


def _seed(*parts: int) -> int:
    """A seed that is another one for each of these."""
    return int(np.random.SeedSequence([part % _SEEDS for part in parts]).generate_state(1)[0]) % _SEEDS


def _nobody() -> None:
    """Where nobody looks."""
