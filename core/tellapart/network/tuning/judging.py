"""Looks at pictures with a network that is tuned, or was."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass

import numpy as np
import torch

from tellapart.network.device import Device
from tellapart.network.tuning.checkpoints import Checkpoints
from tellapart.network.tuning.last_blocks import LastBlocks, State, mixed
from tellapart.network.tuning.steps import Views

_BATCH = 32


@dataclass(frozen=True)
class Judging:
    """A look at the plain views of some rows. tell: is told how many more pictures were looked at, and whether now."""

    network: LastBlocks
    views: Views
    rows: np.ndarray
    device: Device
    tell: Callable[[int, bool], None] = lambda n, is_new: None

    def of(self, give: Callable[[torch.Tensor], torch.Tensor]) -> np.ndarray:
        """What the network gives; it is on the processor before and afterwards."""
        self.network.hurry()
        self.network.to(self.device.torch_device)
        found = []
        with torch.inference_mode():
            for some in plain_views(self.views, self.rows):
                found.append(give(some.to(self.device.torch_device).float()).cpu().numpy())
                self.tell(len(some), True)
        self.network.cpu()
        return np.concatenate(found)


def judged_shares(
    judging: Judging, start: State, tuned: State, shares: Sequence[float], checkpoints: Checkpoints, part: str
) -> dict[float, np.ndarray]:
    """(M, C) logits with each share of what was tuned; as kept, where an earlier training came that far."""
    _, kept = checkpoints.load(part)
    if kept:
        judging.tell(len(shares) * len(judging.rows), False)
        return {share: kept[str(share)].numpy() for share in shares}
    found = {}
    for share in shares:
        judging.network.load_state_dict(mixed(start, tuned, share))
        judging.network.round_as_stored()
        found[share] = judging.of(judging.network)
    checkpoints.save(part, 1, {str(share): torch.from_numpy(logits) for share, logits in found.items()})
    return found


def plain_views(views: Views, rows: np.ndarray) -> Iterator[torch.Tensor]:
    """The plain views of these rows, a few at a time: all of them may be more than fits into memory."""
    for at in range(0, len(rows), _BATCH):
        yield torch.from_numpy(views.plain[rows[at : at + _BATCH]])
