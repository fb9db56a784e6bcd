"""fit_outlines: arrays of pictures and of their masks to a network, by one cycle of AdamW; the same seed, the same."""

from __future__ import annotations

import math
import time
import warnings
from dataclasses import dataclass

import numpy as np
import torch
from torch.nn import functional
from torch.optim.lr_scheduler import OneCycleLR

from tellapart.backbones.lite0.weights import read_weights, weights_file
from tellapart.network.live_line import time_left
from tellapart.network.outlines.network import FROZEN_BLOCKS, OutlineNetwork
from tellapart.progress import Doing, Progress, Step, silent

VOID = 255  # value of mask pixels that nobody is asked about
_LEAST_BATCH, _MOST_BATCH, _BATCH_OF = 2, 16, 60  # one in so many pictures
_FEWEST = 8  # steps of a cycle; a shorter training ends within one
_TIMED = 3  # steps after which it can be told how long the others take; the first is slower


@dataclass(frozen=True)
class OutlineSettings:
    """batch: pictures a step; by their number where it is None, since few pictures need many steps all the same. rate:
    highest learning rate, of the decoder; encoder_share: the encoder's of that. balance: 0 to 1, how far rare classes
    count more. zoom: how much smaller or larger pictures are shown at most, as a factor."""

    n_epochs: int = 12
    batch: int | None = None
    rate: float = 4e-3
    encoder_share: float = 0.15
    weight_decay: float = 0.01
    balance: float = 0.5
    zoom: float = 1.4


def fit_outlines(
    pixels: np.ndarray, masks: np.ndarray, n_classes: int, settings: OutlineSettings, seed: int,
    progress: Progress = silent,
) -> OutlineNetwork:  # fmt: skip
    """A network in evaluation mode.

    Args:
        pixels: (N, H, W, 3) uint8. masks: (N, H, W) uint8, classes from 0, or VOID.
    """
    n = len(pixels)
    batch = settings.batch or max(_LEAST_BATCH, min(_MOST_BATCH, n // _BATCH_OF))
    per_epoch = math.ceil(n / batch)
    n_steps = settings.n_epochs * per_epoch
    with torch.random.fork_rng(devices=[]):
        torch.manual_seed(seed)
        network = OutlineNetwork(n_classes, read_weights(weights_file()))
        network = network.to(memory_format=torch.channels_last)  # type: ignore[call-overload]
        network.encoder._conv_stem.requires_grad_(False)
        network.encoder._blocks[:FROZEN_BLOCKS].requires_grad_(False)
        groups = network.parameter_groups(settings.rate, settings.encoder_share)
        adam = torch.optim.AdamW(groups, weight_decay=settings.weight_decay, betas=(0.9, 0.99))
        highest = [group["lr"] for group in adam.param_groups]
        cycle = OneCycleLR(
            adam, highest, total_steps=max(_FEWEST, n_steps + 1), pct_start=0.25, cycle_momentum=False
        )
        weights = torch.from_numpy(_class_weights(masks, n_classes, settings.balance))
        network.train()
        step, clock = 0, time.perf_counter()
        for epoch in range(settings.n_epochs):
            order = torch.randperm(n).numpy()
            for some in np.array_split(order, per_epoch):
                left = time_left(time.perf_counter() - clock, step, n_steps) if step >= _TIMED else ""
                said = f"Learning outlines, epoch {epoch + 1} of {settings.n_epochs}{left}"
                progress(step, n_steps, Doing(Step.TUNING, said))
                planes, targets = _varied(pixels[some], masks[some], settings.zoom)
                adam.zero_grad(set_to_none=True)
                logits = network(planes)
                loss = functional.cross_entropy(logits, targets, weights, ignore_index=VOID)
                if torch.isfinite(loss):  # it is none where a crop shows nothing but void
                    loss.backward()  # type: ignore[no-untyped-call]
                    torch.nn.utils.clip_grad_norm_(network.parameters(), 1.0)
                    adam.step()
                with warnings.catch_warnings():
                    warnings.simplefilter(
                        "ignore"
                    )  # about an order of calls, where the first step learned nothing
                    cycle.step()
                step += 1
    return network.eval()


def outline_probs(network: OutlineNetwork, pixels: np.ndarray) -> np.ndarray:
    """(N, C, H, W) float32 probabilities of (N, H, W, 3) uint8, as torch computes them."""
    with torch.inference_mode():
        return np.asarray(network(_planes(pixels)).softmax(dim=1).numpy())


def _planes(pixels: np.ndarray) -> torch.Tensor:
    planes = torch.from_numpy(np.ascontiguousarray(pixels)).permute(
        0, 3, 1, 2
    )  # channels stay last in memory
    return planes.float() * (2 / 255) - 1


def _varied(pixels: np.ndarray, masks: np.ndarray, zoom: float) -> tuple[torch.Tensor, torch.Tensor]:
    """A batch mirrored, zoomed, moved and lit at random: planes, and (N, H, W) int64 targets."""
    n = len(pixels)
    scale = torch.exp(
        (torch.rand(n) * 2 - 1) * math.log(zoom)
    )  # of the part that is seen; above 1 beyond its edges
    flip = torch.where(torch.rand(n) < 0.5, -1.0, 1.0)
    room = (1 - scale).abs()
    shift = (torch.rand(n, 2) * 2 - 1) * room[:, None]
    view = torch.zeros(n, 2, 3)
    view[:, 0, 0], view[:, 1, 1] = scale * flip, scale
    view[:, :, 2] = shift
    planes = _planes(pixels)
    grid = functional.affine_grid(view, list(planes.shape), align_corners=False)
    shown = functional.grid_sample(planes, grid, padding_mode="reflection", align_corners=False)
    light, contrast = (torch.rand(2, n, 1, 1, 1) - 0.5) * torch.tensor([0.3, 0.4]).view(2, 1, 1, 1, 1)
    shown = (shown * (1 + contrast) + light).clamp(-1, 1)
    above = (
        torch.from_numpy(masks.astype(np.float32))[:, None] - VOID
    )  # so that what lies outside, 0, is void
    targets = functional.grid_sample(above, grid, mode="nearest", padding_mode="zeros", align_corners=False)
    return shown.contiguous(memory_format=torch.channels_last), (targets[:, 0] + VOID).round().long()


def _class_weights(masks: np.ndarray, n_classes: int, balance: float) -> np.ndarray:
    """(C,) float32, 1 on average over the pixels."""
    counts = np.bincount(masks.reshape(-1), minlength=256)[:n_classes].astype(np.float64)
    shares = np.maximum(counts, 1) / max(1.0, counts.sum())
    weights = shares**-balance
    return np.asarray(weights / (weights * shares).sum(), np.float32)
