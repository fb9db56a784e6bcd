"""Filters: what somebody wants to see of the pictures, and what of that is kept with the project."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass, replace
from typing import Any

from tellapart_dashboards.pages.clean.texts import DECIDED, EVERY, KIND_NAMES

THRESHOLDS = (0.99, 0.95, 0.9, 0.8, 0.7)  # of suggestions, to choose from
SPLITS = ("train", "valid", "test")
SIZES = ("S", "M", "L")


@dataclass(frozen=True)
class Filters:
    """What is chosen on the page. kind: of KIND_NAMES, "" for all findings. label, split: "" for all. size: of tiles.

    region: image_ids chosen on the map, empty for all. chosen_threshold: of suggestions, 0 for the highest above which
    there is one. previewed: the threshold whose suggestions are looked at before they are applied, None for none.
    """

    kind: str = ""
    label: str = ""
    split: str = ""
    size: str = "M"
    chosen_threshold: float = 0.0
    region: frozenset[str] = frozenset()
    previewed: float | None = None

    @property
    def kinds(self) -> list[str] | None:
        """The kinds of finding that are asked for, None for all."""
        return None if self.kind in ("", DECIDED, EVERY) else [self.kind]

    @property
    def split_of_findings(self) -> str:
        """The split that is asked for; only findings know theirs."""
        return "" if self.kind in (DECIDED, EVERY) else self.split

    @property
    def is_narrowed(self) -> bool:
        """Whether only some pictures are asked for, of whatever kind."""
        return bool(self.label or self.split or self.region)

    @property
    def is_previewing(self) -> bool:
        """Whether suggestions are looked at before they are applied."""
        return self.previewed is not None

    @property
    def sheet(self) -> tuple[Any, ...]:
        """What makes it another set of pictures, and not the same one ranked anew."""
        return self.kind, self.label, self.split, self.region, self.previewed

    def changed(self, **choices: Any) -> Filters:
        """With these choices; a preview ends when somebody goes elsewhere."""
        goes_elsewhere = any(
            getattr(self, name) != choices.get(name, getattr(self, name)) for name in _PLACES
        )
        return replace(self, **{**({"previewed": None} if goes_elsewhere else {}), **choices})

    def kept(self) -> dict[str, Any]:
        """What is there again after a reload, as plain JSON."""
        return {name: getattr(self, name) for name in (*_PLACES, "size", "chosen_threshold")}


AS_AT_FIRST = Filters()
_PLACES = ("kind", "label", "split")


def restored(kept: dict[str, Any], labels: Collection[str]) -> Filters:
    """The filters of the last visit; what is not offered any more is as at first."""
    offered: dict[str, Collection[Any]] = {
        "kind": KIND_NAMES, "label": labels, "split": SPLITS, "size": SIZES, "chosen_threshold": THRESHOLDS,
    }  # fmt: skip
    return Filters(**{name: kept[name] for name, choices in offered.items() if kept.get(name) in choices})
