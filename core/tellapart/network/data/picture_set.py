"""A set of pictures for torch's loader: squares, decoded on threads where there is no process for it."""

from __future__ import annotations

import sys
from collections.abc import Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, replace
from functools import cached_property
from multiprocessing.reduction import ForkingPickler
from typing import Any

import numpy as np
import torch
from torch.utils.data import Dataset, Sampler

from tellapart.backbones.onnx_session import available_cpus
from tellapart.description.items import said
from tellapart.description.transforms import ItemTransform, OwnSteps
from tellapart.errors import DescriptionError, ImageError, Skipped
from tellapart.network.data.kept_pictures import KeptPictures, kept_by_processes
from tellapart.network.data.squares import base, square_of_item, view

Loaded = (
    tuple[int, "np.ndarray | Skipped"] | DescriptionError
)  # a place and its square, or why none can be made
Wish = tuple[int, int | None]  # the place of an item, and which random view of it, None for that in use


@dataclass(frozen=True)
class Squares:
    """A batch as it is loaded. pixels: (N, 3, H, W) uint8. places: (N,) of the items. refused: those that could not be
    read, by place. failure: why nothing can be loaded in another process, "" as a rule: what is raised there comes with
    all of its traceback in its words."""

    pixels: torch.Tensor
    places: torch.Tensor
    refused: tuple[tuple[int, Skipped], ...]
    failure: str = ""

    def pin_memory(self) -> Squares:
        """The same in memory that a device reads faster."""
        return replace(self, pixels=self.pixels.pin_memory())


class PictureSet(Dataset[Any]):
    """Items as squares. It can be sent to another process; nothing is drawn from a generator that others use, too."""

    def __init__(self, items: Sequence[Any], transform: ItemTransform, has_threads: bool) -> None:
        if isinstance(transform, OwnSteps) and not has_threads:
            _check_sent(transform)
        self.items, self.transform, self.has_threads = tuple(items), transform, has_threads
        self.kept = KeptPictures(len(self.items)) if has_threads else kept_by_processes(len(self.items))

    def __len__(self) -> int:
        return len(self.items)

    def __getitem__(self, wish: Wish) -> tuple[int, np.ndarray | Skipped]:
        """The place and its square, or why there is none: one bad file in a thousand stops nothing."""
        place, draw = wish
        item = self.items[place]
        try:
            return place, square_of_item(item, self.transform) if draw is None else self._view(place, draw)
        except ImageError as error:
            return place, Skipped(said(item), str(error), error.code)
        except DescriptionError as error:
            raise DescriptionError(f"{said(item)}: {error}") from error

    def _view(self, place: int, draw: int) -> np.ndarray:
        pixels = self.kept.get(place) if self.kept is not None else None
        if pixels is None:
            pixels = base(self.items[place], self.transform)
            if self.kept is not None:
                self.kept.put(place, pixels)
        return view(pixels, self.transform, draw)

    def __getitems__(self, wishes: Sequence[Wish]) -> list[Loaded]:
        """A whole batch, as torch asks for it."""
        if self.has_threads:
            return list(self._pool.map(self.__getitem__, wishes))
        try:
            return [self[wish] for wish in wishes]
        except DescriptionError as error:
            return [error]

    @cached_property
    def _pool(self) -> ThreadPoolExecutor:
        return ThreadPoolExecutor(available_cpus(), thread_name_prefix="decode")


def joined(loaded: Sequence[Loaded]) -> Squares:
    """What torch's loader makes of a batch."""
    failure = next((str(one) for one in loaded if isinstance(one, DescriptionError)), "")
    found = [one for one in loaded if not isinstance(one, DescriptionError)]
    good = [(place, one) for place, one in found if not isinstance(one, Skipped)]
    pixels = torch.from_numpy(np.stack([one for _, one in good])) if good else torch.empty(0, 1, 1, 3)
    return Squares(
        pixels=pixels.permute(0, 3, 1, 2).contiguous(),
        places=torch.tensor([place for place, _ in good], dtype=torch.int64),
        refused=tuple((place, one) for place, one in found if isinstance(one, Skipped)),
        failure=failure,
    )


def _check_sent(steps: OwnSteps) -> None:
    """Raise DescriptionError where other processes cannot be given the functions."""
    for function in steps.functions:
        where = getattr(function, "__module__", None) or type(function).__module__
        try:
            ForkingPickler.dumps(function)
            is_sent = where != "__main__" or hasattr(
                sys.modules["__main__"], "__file__"
            )  # else it is a notebook's
        except Exception:  # a person's own function raises what it likes
            is_sent = False
        if not is_sent:
            name = getattr(function, "__name__", None) or said(function)
            raise DescriptionError(
                f"The function {name} in `item` cannot be given to other processes. Write it with `def` in a file of "
                "its own and import it from there, or leave `workers` out."
            )


class PassOrder(Sampler[list[Wish]]):
    """Which items come in which batch; set before each pass."""

    def __init__(self) -> None:
        self.wishes: list[list[Wish]] = []

    def __iter__(self) -> Iterator[list[Wish]]:
        return iter(self.wishes)

    def __len__(self) -> int:
        return len(self.wishes)
