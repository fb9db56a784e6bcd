"""Mixup and cutmix: pictures of a batch mixed in pairs, and their labels likewise; torchvision's.

Source: Zhang et al. 2018, "mixup: Beyond empirical risk minimization" (arXiv:1710.09412); Yun et al. 2019, "CutMix"
(arXiv:1905.04899).
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import torch
from torchvision.transforms import v2

from tellapart.network.data.batches import PictureBatch


class Mixer:
    """Mixes batches. mixup, cutmix: the alpha of the Beta distribution that shares are drawn from, 0 for none; with
    both, each batch gets one of them."""

    def __init__(self, mixup: float, cutmix: float, n_classes: int) -> None:
        kinds = ((v2.MixUp, mixup), (v2.CutMix, cutmix))
        self._ways: list[Callable[..., Any]] = [
            kind(alpha=alpha, num_classes=n_classes) for kind, alpha in kinds if alpha > 0
        ]

    def __call__(self, batch: PictureBatch) -> tuple[torch.Tensor, torch.Tensor]:
        """(N, 3, H, W) pictures, and (N,) targets where nothing is mixed, else (N, C) shares of each class."""
        if not self._ways:
            return batch.pictures, batch.targets
        way = self._ways[int(torch.randint(len(self._ways), ()))]
        pictures, targets = way(batch.pictures, batch.targets)
        return pictures, targets.float()
