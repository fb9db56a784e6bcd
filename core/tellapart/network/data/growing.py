"""Progressive size: training starts on smaller pictures, which cost less, and ends on those as in use.

Source: Howard 2018, fast.ai's entry to DAWNBench, https://www.fast.ai/posts/2018-04-30-dawnbench-fastai.html
"""

from __future__ import annotations

import torch
from torch.nn import functional

_STEP_PX = 32  # by so much pictures grow at a time: as much as a network's last map stands for
_GROWN_AT = 2 / 3  # share of the steps after which they have their full size


def side_at(share: float, start_px: int, full_px: int) -> int:
    """Of the pictures of a training of which that share is done, 0 to 1."""
    n_sizes = -(-(full_px - start_px) // _STEP_PX)  # before the full one
    if share >= _GROWN_AT or n_sizes <= 0:
        return full_px
    return start_px + _STEP_PX * int(share / _GROWN_AT * n_sizes)


def made_smaller(pictures: torch.Tensor, side_px: int) -> torch.Tensor:
    """(N, C, side_px, side_px) of (N, C, S, S) float; the very same where that is their size."""
    if pictures.shape[-1] == side_px:
        return pictures
    size = (side_px, side_px)
    return functional.interpolate(pictures, size, mode="bilinear", align_corners=False, antialias=True)
