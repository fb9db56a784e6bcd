"""What `tellapart.description` and `tellapart.vision` ask of torch; importing it takes seconds."""

from __future__ import annotations

from typing import Any

from tellapart.description.assembly import assembled
from tellapart.description.data_description import DataDescription
from tellapart.network.data.data import Data
from tellapart.network.data.walk import Walk, walk
from tellapart.network.learner.continuing import continued
from tellapart.network.learner.learner import Learner

__all__ = ["Learner", "continued", "data_of", "walk_of"]


def data_of(description: DataDescription, source: Any, batch_size: int, seed: int, workers: int) -> Data:
    """The description applied; see `DataDescription.data`."""
    if batch_size < 1 or workers < 0:
        raise ValueError(f"batch_size={batch_size}, workers={workers}: choose at least 1 and 0.")
    return Data(description, source, assembled(description, source), batch_size, seed, workers)


def walk_of(description: DataDescription, source: Any) -> Walk:
    """One item's way; see `DataDescription.summary`."""
    return walk(description, source)
