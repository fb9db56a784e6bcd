"""What training asks of torch; importing it takes seconds, so `train.thorough` does so late."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import torch

from tellapart.network.device import Device, device_of
from tellapart.network.tuning.blocks import has_short_products
from tellapart.network.tuning.folds import Tunings, TuningTask, tune_without_each
from tellapart.network.tuning.steps import DivergedError, TuningSettings
from tellapart.network.tuning.views import PictureFile
from tellapart.planning.variation import USUAL, Variation

__all__ = [
    "DivergedError", "PictureFile", "TuningSettings", "TuningTask", "Tunings", "computed_by", "device_of",
    "settings_of", "tune_without_each",
]  # fmt: skip
_ALL_LAYERS: dict[str, Any] = {
    "first": 0, "n_epochs": 5, "n_views": 5, "side_px": None, "shares": (0.5, 1.0), "save_every_s": 20.0,
}  # fmt: skip
_MOST_VIEWS = 20


def settings_of(
    recipe: str, seed: int, n_epochs: int | None, rate: float | None, variation: Variation = USUAL
) -> TuningSettings:
    """Of the recipe "thorough" or "everything"; n_epochs, rate: as usual unless given. More epochs take more views, in
    the same measure."""
    chosen: dict[str, Any] = {"seed": seed, "variation": variation} | ({} if rate is None else {"rate": rate})
    settings = TuningSettings(**(_ALL_LAYERS if recipe == "everything" else {}), **chosen)
    if n_epochs is None:
        return settings
    n_views = -(-n_epochs * settings.n_views // settings.n_epochs)
    return replace(settings, n_epochs=n_epochs, n_views=min(n_views, _MOST_VIEWS))


def computed_by(device: Device) -> list[str]:
    """What the bits of a tuning depend on besides its settings."""
    products = "short products" if has_short_products() else "whole products"
    return [torch.__version__, device.torch_device.type, device.bits, products]
