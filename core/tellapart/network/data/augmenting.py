"""Variations of whole batches, where every picture gets its own: torchvision's transforms give a batch one and the
same. All that moves pixels is one step, so that a picture is resampled once."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

import torch
from torch.nn import functional

from tellapart.description.transforms import Augmentation


def augmented(
    pictures: torch.Tensor, transforms: Sequence[Augmentation | Callable[[Any], Any]], seed: int,
    places: torch.Tensor | None = None, n: int = 0,
) -> torch.Tensor:  # fmt: skip
    """(N, 3, H, W), 0 to 1, after these transforms; what is drawn depends on the seed alone, also on another device.

    Args:
        places, n: (N,) of the pictures in a batch of n, where other processes have the rest of it; all of it unless
            given.
    """
    generator = torch.Generator().manual_seed(seed)
    if places is None:
        places, n = torch.arange(len(pictures)), len(pictures)
    for transform in transforms:
        if isinstance(transform, Augmentation):
            pictures = vary(pictures, transform, generator, places, n)
        else:
            with torch.random.fork_rng(devices=[]):
                torch.manual_seed(seed)
                pictures = transform(pictures)
    return pictures


def vary(
    pictures: torch.Tensor, how: Augmentation, generator: torch.Generator, places: torch.Tensor, n: int
) -> torch.Tensor:
    """Moved and lit, each picture in its own way, which its place in the batch of n decides."""
    matrices = moves(n, how, generator)[places]
    gains, offsets = (drawn[places] for drawn in _lighting(n, how, generator))
    if not torch.equal(matrices, torch.eye(3).expand(len(places), 3, 3)):
        pictures = functional.grid_sample(
            pictures,
            _grid(matrices.to(pictures.device), pictures.shape[2], pictures.shape[3]).to(pictures.dtype),
            padding_mode="reflection",
            align_corners=False,
        )
    if how.lighting:
        gains, offsets = gains.to(pictures.device), offsets.to(pictures.device)
        pictures = (pictures * gains + (0.5 - 0.5 * gains + offsets)).clamp(0, 1)
    return pictures


def moves(n: int, how: Augmentation, generator: torch.Generator) -> torch.Tensor:
    """(N, 3, 3) from places in the result to places in the picture, in coordinates of -1 to 1."""
    matrices = torch.eye(3).repeat(n, 1, 1)

    def uniform(most: float) -> torch.Tensor:
        return (torch.rand(n, generator=generator) * 2 - 1) * most

    def happens(share: float) -> torch.Tensor:
        return (torch.rand(n, generator=generator) < share).float()

    if how.flip:
        matrices[:, 0, 0] *= 1 - 2 * happens(0.5)
    if how.flip_vertical:
        matrices[:, 1, 1] *= 1 - 2 * happens(0.5)
    if how.rotate:
        angle = torch.deg2rad(uniform(how.rotate) * happens(how.p))
        turned = torch.eye(3).repeat(n, 1, 1)
        turned[:, 0, 0] = turned[:, 1, 1] = angle.cos()
        turned[:, 1, 0] = angle.sin()
        turned[:, 0, 1] = -turned[:, 1, 0]
        matrices = matrices @ turned
    if how.zoom > 1:
        shown = 1 / (1 + torch.rand(n, generator=generator) * (how.zoom - 1) * happens(how.p))
        nearer = torch.eye(3).repeat(n, 1, 1)
        nearer[:, 0, 0] = nearer[:, 1, 1] = shown
        nearer[:, 0, 2], nearer[:, 1, 2] = uniform(1) * (1 - shown), uniform(1) * (1 - shown)
        matrices = matrices @ nearer
    if how.warp:
        tilt = how.warp / (2 + how.warp)  # so that the near edge is 1 + warp times as large as the far one
        tilted = torch.eye(3).repeat(n, 1, 1)
        does = happens(how.p)
        tilted[:, 2, 0], tilted[:, 2, 1] = uniform(tilt) * does, uniform(tilt) * does
        matrices = matrices @ tilted
    return matrices


def _lighting(n: int, how: Augmentation, generator: torch.Generator) -> tuple[torch.Tensor, torch.Tensor]:
    """(N, 1, 1, 1) what contrast is multiplied by, and what brightness is added of the range."""
    draws = torch.rand(3, n, generator=generator)
    does = (draws[2] < how.p).float()
    gains = 1 + (draws[0] * 2 - 1) * how.lighting * does
    offsets = (draws[1] * 2 - 1) * how.lighting / 2 * does
    return gains.view(-1, 1, 1, 1), offsets.view(-1, 1, 1, 1)


def _grid(matrices: torch.Tensor, height: int, width: int) -> torch.Tensor:
    """(N, H, W, 2) where in the picture each pixel of the result comes from."""
    x = (torch.arange(width, device=matrices.device) * 2 + 1) / width - 1
    y = (torch.arange(height, device=matrices.device) * 2 + 1) / height - 1
    places = torch.stack(
        [*torch.meshgrid(x, y, indexing="xy"), torch.ones(height, width, device=x.device)], -1
    )
    there = places.view(1, -1, 3) @ matrices.transpose(1, 2)  # (N, H * W, 3)
    return (there[..., :2] / there[..., 2:].clamp(min=1e-3)).view(-1, height, width, 2)
