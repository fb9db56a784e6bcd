"""Baselines: what an error rate has to be compared with, since a number alone means nothing."""

from __future__ import annotations

import numpy as np


def majority_error(train_targets: np.ndarray, valid_targets: np.ndarray, n_classes: int) -> float:
    """Error rate of always guessing the commonest training label."""
    return float((valid_targets != np.bincount(train_targets, minlength=n_classes).argmax()).mean())


def pixel_error(
    train_tiny: np.ndarray,
    train_targets: np.ndarray,
    valid_tiny: np.ndarray,
    valid_targets: np.ndarray,
    n_classes: int,
) -> float:
    """Error rate of choosing the class whose mean picture is nearest, pixel by pixel (mean absolute difference), of the
    classes that have training pictures.

    Args:
        train_tiny, valid_tiny: (N, 16, 16, 3) uint8 miniatures.
    Source: Howard and Gugger 2020, "Deep Learning for Coders", chapter 4 (pixel similarity).
    """
    flat = train_tiny.reshape(len(train_tiny), -1)
    there = [k for k in range(n_classes) if (train_targets == k).any()]
    means = [flat[train_targets == k].mean(axis=0, dtype=np.float32) for k in there]
    wrong = 0
    for start in range(0, len(valid_tiny), 256):
        some = valid_tiny[start : start + 256].reshape(-1, flat.shape[1]).astype(np.float32)
        distance = np.stack([np.abs(some - mean).mean(axis=1) for mean in means], axis=1)  # (B, C)
        wrong += int((np.array(there)[distance.argmin(axis=1)] != valid_targets[start : start + 256]).sum())
    return wrong / len(valid_tiny)
