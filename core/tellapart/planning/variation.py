"""Variation: how the views differ that thorough training makes of each picture. Kept with the project."""

from __future__ import annotations

import math
from dataclasses import asdict, dataclass, fields
from typing import Any

from tellapart.errors import TrainError
from tellapart.store.manifest import Manifest

_SETTING = "variation"  # of the project
RANGES = {
    "min_scale": (0.1, 1.0), "rotate": (0.0, 45.0), "zoom": (1.0, 2.0), "warp": (0.0, 0.5), "lighting": (0.0, 0.6),
}  # fmt: skip


@dataclass(frozen=True)
class Variation:
    """What is drawn anew for each view; the words of `RandomResizedCrop` and `aug_transforms`.

    min_scale: of a random crop, the least share of the picture's area. flip: mirror half of the views, left to right.
    rotate: at most so many degrees, either way. zoom: at most so many times nearer. warp: as if seen from the side or
    from above, how much larger the near edge is at most. lighting: brightness and contrast change at most by this
    share. For the ranges see RANGES.
    """

    min_scale: float = 0.35
    flip: bool = True
    rotate: float = 0.0
    zoom: float = 1.0
    warp: float = 0.0
    lighting: float = 0.2

    def __post_init__(self) -> None:
        for name, (low, high) in RANGES.items():
            value = getattr(self, name)
            if not (math.isfinite(value) and low <= value <= high):
                raise TrainError(f"{name}={value} is out of range; choose a number from {low:g} to {high:g}.")

    @property
    def moves(self) -> bool:
        """Whether views are turned, zoomed or warped after the crop."""
        return self.rotate > 0 or self.zoom > 1 or self.warp > 0

    def to_json(self) -> dict[str, Any]:
        """Plain JSON values."""
        return asdict(self)

    @classmethod
    def from_json(cls, record: Any) -> Variation:
        """Back from JSON; what is not said is as usual.

        Raises:
            TrainError: a name that is no setting, or a value that is no number or out of range.
        """
        names = {field.name for field in fields(cls)}
        if not isinstance(record, dict) or (unknown := sorted(map(str, set(record) - names))):
            said = ", ".join(unknown) if isinstance(record, dict) else repr(record)
            raise TrainError(f"Unknown setting(s) of views: {said}. Known are {', '.join(sorted(names))}.")
        try:
            settings: dict[str, Any] = {name: float(record[name]) for name in RANGES if name in record}
        except (TypeError, ValueError, OverflowError) as error:
            raise TrainError(f"A setting of views is no number ({error}).") from error
        if "flip" in record:
            settings["flip"] = bool(record["flip"])
        return cls(**settings)


USUAL = Variation()


def kept_variation(manifest: Manifest) -> Variation:
    """What a person chose for this project; the usual one where nobody did, or where it cannot be used."""
    kept = manifest.setting(_SETTING)
    try:
        return USUAL if kept is None else Variation.from_json(kept)
    except TrainError:
        return USUAL


def keep_variation(manifest: Manifest, variation: Variation) -> None:
    """Let the project's next thorough trainings vary their views so."""
    manifest.set_setting(_SETTING, variation.to_json())
