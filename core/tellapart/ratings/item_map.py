"""A map of the items: who likes one tends to like those beside it. The two directions in which tastes differ most."""

from __future__ import annotations

import io
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

from tellapart import atomic_files
from tellapart.errors import DeployError
from tellapart.ratings.model import RatingModel, no_tastes
from tellapart.store.sqlite.database_errors import disk_reason

if TYPE_CHECKING:
    from tellapart.network.charts import Chart

_N_NAMED = 20  # points of a figure that have their name beside them
_PICTURES = ("png", "svg", "pdf")


@dataclass(frozen=True)
class MappedItem:
    """An item on the map. x, y: -1 to 1, x the direction in which tastes differ most; items that fit every taste, and
    those of few ratings, lie in the middle. stars: what everybody is expected to give; count: people who rated it."""

    item: str
    title: str
    x: float
    y: float
    stars: float
    count: int

    name = property(lambda self: self.title or self.item, doc="What a person calls it.")


@dataclass(frozen=True)
class ItemMap:
    """The items that most people rated, in that order."""

    items: tuple[MappedItem, ...]

    def __iter__(self) -> Iterator[MappedItem]:
        return iter(self.items)

    def __len__(self) -> int:
        return len(self.items)

    def chart(self) -> Chart:
        """A figure of it, where most people rated with names; a notebook shows it.

        Raises:
            DescriptionError: matplotlib is not installed.
        """
        from tellapart.network.charts import map_chart

        places = np.array([(one.x, one.y) for one in self.items]).reshape(-1, 2)
        sizes, colours = [one.count for one in self.items], [one.stars for one in self.items]
        names = [one.name for one in self.items[:_N_NAMED]]
        return map_chart(
            places, sizes, colours, names, "expected stars", "Who likes an item likes those beside it"
        )


def map_items(model: RatingModel, most: int = 500) -> ItemMap:
    """Of a recommender's items those that most people rated, `most` of them.

    Raises:
        BundleError: nothing was learned of tastes.
    """
    stars = np.clip(model.mean + model.bias, *model.scale)
    return ItemMap(
        tuple(
            MappedItem(model.item_names[at], model.titles[at], x, y, float(stars[at]), int(model.counts[at]))
            for at, x, y in mapped_places(model, most)
        )
    )


def mapped_places(model: RatingModel, most: int) -> list[tuple[int, float, float]]:
    """Place in the model, x and y, -1 to 1, of the items that most people rated, in that order: by the two principal
    components of the factors of all items; the same for the same ones.

    Raises:
        BundleError: nothing was learned of tastes.
    """
    if not model.factors.shape[1]:
        raise no_tastes()
    centred = model.factors - model.factors.mean(axis=0)
    axes = np.linalg.svd(centred.T @ centred)[2][:2]
    flat = np.zeros((len(centred), 2))
    flat[:, : len(axes)] = centred @ axes.T
    strongest = np.abs(flat).argmax(axis=0)
    flat *= np.where(flat[strongest, [0, 1]] < 0, -1.0, 1.0)  # which way an axis points is chance else
    flat = np.round(flat / max(float(np.abs(flat).max()), 1e-12), 4)
    order = np.argsort(-model.counts, kind="stable")[:most].tolist()
    return [(at, float(flat[at, 0]), float(flat[at, 1])) for at in order]


def save_map(items: ItemMap, out: Path) -> None:
    """A picture of the map in a new file.

    Raises:
        DeployError: the file is there, is no picture by its name, or cannot be written.
        DescriptionError: matplotlib is not installed.
    """
    kind = out.suffix.lower().lstrip(".")
    if kind not in _PICTURES:
        raise DeployError(f"{out.name} is no name for a picture. Let it end in .png, .svg or .pdf.")
    if out.exists():
        raise DeployError(f"{out} exists. Choose another name.")
    buffer = io.BytesIO()
    items.chart().savefig(buffer, format=kind, dpi=150)
    try:
        atomic_files.write_bytes(out, buffer.getvalue())
    except OSError as error:
        raise DeployError(disk_reason(out.parent, error)) from error
