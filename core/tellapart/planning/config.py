"""TrainConfig: the settings of a training, as the command line, a page or a program gives them."""

from __future__ import annotations

from dataclasses import asdict, dataclass, fields
from numbers import Integral, Real
from pathlib import Path
from typing import Any, Literal

from tellapart.backbones.names import DEFAULT_BACKBONE, current_name
from tellapart.errors import TrainError
from tellapart.learning.calibration import PriorKind
from tellapart.learning.splits import SplitKind
from tellapart.planning.variation import Variation

Recipe = Literal["quick", "thorough", "everything"]
RECIPES: tuple[Recipe, ...] = ("quick", "thorough", "everything")
MOST_EPOCHS, HIGHEST_RATE = 200, 1.0


@dataclass(frozen=True)
class TrainConfig:
    """backbone: a name that `backbones.load_backbone` knows. weights: a local weights file for it, or None.
    split: "hash" (stable) or "random" with the seed, which is 0 or more. valid: fraction held out, 0 to 1. prior: how
    common the labels are among the pictures to come: "project", as among those that teach, or "equal", all alike.
    recipe: "quick" fits a head on the backbone as it is; "thorough" lets the backbone's last blocks learn, too,
    "everything" all its layers, and either keeps that where it is better. epochs: passes over the training pictures in
    which layers learn; None for as many as the recipe usually takes. rate: the highest learning rate, of the last
    layers; None for the recipe's own. variation: of the views that layers learn from; None for what is kept with the
    project.
    """

    backbone: str = DEFAULT_BACKBONE
    weights: Path | None = None
    split: SplitKind = "hash"
    seed: int = 0
    valid: float = 0.2
    prior: PriorKind = "project"
    recipe: Recipe = "quick"
    epochs: int | None = None
    rate: float | None = None
    variation: Variation | None = None

    def __post_init__(self) -> None:
        if not isinstance(self.backbone, str):
            raise TrainError(
                f"backbone={self.backbone!r} is no name. Give one, for instance {DEFAULT_BACKBONE!r}."
            )
        if self.split not in ("hash", "random"):
            raise TrainError(f"split={self.split!r} is unknown; choose 'hash' or 'random'.")
        if self.prior not in ("project", "equal"):
            raise TrainError(f"prior={self.prior!r} is unknown; choose 'project' or 'equal'.")
        if self.recipe not in RECIPES:
            raise TrainError(f"recipe={self.recipe!r} is unknown; choose {', '.join(map(repr, RECIPES))}.")
        for name, kind in (("seed", Integral), ("valid", Real), ("epochs", Integral), ("rate", Real)):
            value = getattr(self, name)
            is_left_out = value is None and name in ("epochs", "rate")
            if not is_left_out and (isinstance(value, bool) or not isinstance(value, kind)):
                what = "whole number" if kind is Integral else "number"
                raise TrainError(f"{name}={value!r} is no {what}. Give one, or leave it out.")
        if self.seed < 0:
            raise TrainError(f"seed={self.seed} is out of range; choose 0 or more.")
        for name, value in (("epochs", self.epochs), ("rate", self.rate)):
            if value is not None and self.recipe == "quick":
                raise TrainError(
                    f"{name}={value} is for the recipes thorough and everything; in quick training no layers learn. "
                    "Leave it out, or choose one of those recipes."
                )
        if self.rate is not None and not 0 < self.rate <= HIGHEST_RATE:
            raise TrainError(
                f"rate={self.rate} is out of range; choose a number above 0, up to {HIGHEST_RATE}, for instance 1e-3."
            )
        if self.epochs is not None and not 1 <= self.epochs <= MOST_EPOCHS:
            raise TrainError(
                f"epochs={self.epochs} is out of range; choose a number from 1 to {MOST_EPOCHS}."
            )
        if not 0 < self.valid < 1:
            raise TrainError(
                f"valid={self.valid} is out of range; choose a fraction between 0 and 1, for instance 0.2."
            )

    def to_json(self) -> dict[str, Any]:
        """Plain JSON values."""
        return {**asdict(self), "weights": str(self.weights) if self.weights else None}

    @classmethod
    def from_json(cls, record: dict[str, Any]) -> TrainConfig:
        """Back from JSON.

        Raises:
            TrainError: a name that is no setting, or a value of the wrong kind or out of range.
        """
        names = {field.name for field in fields(cls)}
        if unknown := sorted(set(record) - names):
            raise TrainError(
                f"Unknown training setting(s): {', '.join(unknown)}. Known are {', '.join(sorted(names))}."
            )
        weights, variation = record.get("weights"), record.get("variation")
        try:
            own = {
                "backbone": current_name(record.get("backbone", DEFAULT_BACKBONE)),
                "weights": Path(weights) if weights else None,
                "variation": None if variation is None else Variation.from_json(variation),
            }
            return cls(**{**record, **own})
        except TypeError as error:
            raise TrainError(f"A training setting is of the wrong kind ({error}). Train again.") from error
