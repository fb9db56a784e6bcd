"""The walk of one item through every step of a description, for whoever wants to see what happens, or what fails."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import torch

from tellapart.description.assembly import assembled, items_of
from tellapart.description.data_description import DataDescription
from tellapart.description.items import said
from tellapart.description.labels import label_of
from tellapart.network.data.augmenting import augmented
from tellapart.network.data.squares import opened, square


@dataclass(frozen=True)
class Walk:
    """lines: what each step gave, in order. failed: the step that failed, "" where all went well. reason: why."""

    lines: tuple[str, ...]
    failed: str = ""
    reason: str = ""

    def __str__(self) -> str:
        end = f"{self.failed} FAILED: {self.reason}" if self.failed else "Every step works."
        return "\n".join([*self.lines, end])

    __repr__ = __str__


def walk(description: DataDescription, source: Any) -> Walk:
    """The steps with the first item; it ends at the first that fails, and raises nothing."""
    lines: list[str] = []
    made: dict[str, Any] = {}

    def items() -> str:
        found = items_of(description, source)
        made["items"], made["item"] = found, found[0]
        return f"{len(found)} items; the first is {said(found[0])}"

    def labels() -> str:
        found = [label_of(description.labels, one) for one in made["items"]]
        return f"its label is {found[0]!r}, one of {len(set(found))}"

    def split() -> str:
        found = assembled(description, source)
        n_valid = int(found.is_valid.sum())
        parts = f"{len(found.items) - n_valid} items to train on, {n_valid} held out"
        return "; ".join(
            [parts, f"{len(found.classes)} labels: {', '.join(found.classes[:5])}", *found.notes]
        )

    def opening() -> str:
        made["image"] = opened(made["item"], description.item.n_px_needed)
        width, height = made["image"].size
        return f"its picture has {width} × {height} pixels, upright, RGB"

    def item() -> str:
        made["square"] = square(made["image"], description.item, draw=0)
        return f"{description.item} gives {' × '.join(map(str, made['square'].shape))}"

    def batch() -> str:
        pictures = torch.from_numpy(made["square"].copy())[None].permute(0, 3, 1, 2).float() / 255
        transforms = description.batch_transforms()
        given = augmented(pictures, transforms, seed=0)
        if not isinstance(given, torch.Tensor) or given.shape[:2] != pictures.shape[:2]:
            raise ValueError(f"it gave {getattr(given, 'shape', type(given).__name__)}, not {pictures.shape}")
        return f"{len(transforms)} transform(s) give {' × '.join(map(str, given.shape))}, {given.dtype}"

    steps: dict[str, Callable[[], str]] = {
        "Items": items, "Labels": labels, "Split": split, "Opening": opening, "Item transform": item,
        "Batch transforms": batch,
    }  # fmt: skip
    for name, step in steps.items():
        try:
            lines.append(f"{name}: {step()}.")
        except Exception as error:  # whatever it is, it is what the person asks for
            what = made.get("item")
            at = f"{said(what)}: " if what is not None and name in ("Opening", "Item transform") else ""
            kind = "" if type(error).__module__.startswith("tellapart") else f"{type(error).__name__}: "
            return Walk(tuple(lines), name, f"{at}{kind}{error}")
    return Walk(tuple(lines))
