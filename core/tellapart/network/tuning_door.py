"""What training asks of torch; importing it takes seconds, so `train.thorough` does so late."""

from __future__ import annotations

import torch

from tellapart.network.tuning.folds import Tunings, TuningTask, tune_without_each
from tellapart.network.tuning.steps import DivergedError, TuningSettings
from tellapart.network.tuning.views import PictureFile

__all__ = [
    "DivergedError", "PictureFile", "TuningSettings", "TuningTask", "Tunings", "tune_without_each", "versions",
]  # fmt: skip


def versions() -> list[str]:
    """What the bits of a tuning depend on besides its settings."""
    return [torch.__version__]
