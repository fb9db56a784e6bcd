"""Where training computes: the processor with nothing but torch; a graphics card, fewer bits, or several devices with
Lightning Fabric, which is imported only then."""

from __future__ import annotations

import contextlib
import importlib.util
import os
from collections.abc import Callable
from typing import Any, Literal, get_args

import numpy as np
import torch
from torch import nn

from tellapart.errors import TrainError
from tellapart.network.data.share import WHOLE, Share
from tellapart.planning.graphics_card import has_card

Precision = Literal["32", "bf16", "16"]
_BITS = get_args(Precision)
_INSTALL = 'pip install "tellapart[gpu]"'


class Device:
    """The processor, 32 bits. bits: of the network's arithmetic. share: of the pictures, which this process takes."""

    torch_device = torch.device("cpu")
    bits: Precision = "32"
    share: Share = WHOLE

    @property
    def is_first(self) -> bool:
        """Whether this process is the one that speaks and writes."""
        return self.share.rank == 0

    @property
    def name(self) -> str:
        """For instance "cuda:0"; of several, "cuda x 4"."""
        return str(self.torch_device) if self.share.n == 1 else f"{self.torch_device.type} x {self.share.n}"

    def precision(self) -> contextlib.AbstractContextManager[Any]:
        """A block in which a network computes with the bits chosen."""
        return contextlib.nullcontext()

    def prepared(self, network: nn.Module, optimizer: torch.optim.Optimizer) -> tuple[nn.Module, Any]:
        """Both ready for steps."""
        return network, optimizer

    def backward(self, loss: torch.Tensor) -> None:
        """The gradient of the loss, added to what is there."""
        loss.backward()  # type: ignore[no-untyped-call]

    def apart(self, network: nn.Module, is_apart: bool) -> contextlib.AbstractContextManager[Any]:
        """A block in which, if so, each process keeps its gradient to itself until one outside of such a block."""
        return contextlib.nullcontext()

    def shorten(self, network: nn.Module, optimizer: Any, longest: float) -> None:
        """Make the gradient at most that long."""
        torch.nn.utils.clip_grad_norm_(network.parameters(), longest)

    def total(self, *values: float) -> list[float]:
        """Of each, the sum over all processes."""
        return list(values)

    def gathered(self, rows: np.ndarray) -> np.ndarray:
        """The rows of all processes, one process after the other."""
        return rows

    def wait(self) -> None:
        """Until all processes have come here."""

    def free(self) -> None:
        """Give back memory that is kept for later."""
        if self.torch_device.type == "cuda":
            torch.cuda.empty_cache()


PROCESSOR = Device()


def device_of(
    name: str | None = None, precision: Precision | None = None, say: Callable[[str], object] = print,
    devices: int = 1, num_nodes: int = 1,
) -> Device:  # fmt: skip
    """The device to train on, or several of them.

    Args:
        name: "cpu", "cuda" or "mps"; a graphics card where there is one and Fabric is installed, unless given.
        precision: "32", "bf16" or "16" bits in the network's arithmetic; bf16 on a card that has it, else 32.
        say: is told where a card stays unused.
        devices, num_nodes: so many on each of so many machines.
    Raises:
        TrainError: the device is not there, or what it needs is not installed.
        ValueError: it is unknown, or a number is below 1.
    """
    if name not in (None, "cpu", "cuda", "mps") or precision not in (None, *_BITS):
        raise ValueError(
            f"device={name!r}, precision={precision!r}: unknown; use cpu, cuda or mps, and {', '.join(_BITS)}."
        )
    if devices < 1 or num_nodes < 1:
        raise ValueError(f"devices={devices}, num_nodes={num_nodes}: choose whole numbers from 1.")
    there = _card()
    if name is None and there is None and has_card():
        say(
            f"The graphics card is not used, since torch {torch.__version__} cannot use it: it is a build without "
            "CUDA, or does not fit the card's driver. `tellapart doctor` looks at torch."
        )
    if name in ("cuda", "mps") and name != there:
        raise TrainError(
            f"There is no {name} device that torch can use here. Leave `device` out, or use 'cpu'."
        )
    has_fabric = importlib.util.find_spec("lightning_fabric") is not None
    kind, is_several = name or there or "cpu", devices * num_nodes > 1 or "LT_CLI_USED" in os.environ
    if kind == "cpu" and precision in (None, "32") and not is_several:
        return Device()
    if not has_fabric:
        if name is None and precision in (None, "32") and not is_several:
            say(f"The graphics card is not used, since Lightning Fabric is not installed: {_INSTALL}.")
            return Device()
        several = f", devices={devices}, num_nodes={num_nodes}" if is_several else ""
        raise TrainError(
            f"device={name!r}, precision={precision!r}{several} needs Lightning Fabric, which is not installed. "
            f"Install it: {_INSTALL}, or train on the processor with 32 bits."
        )
    from tellapart.network.fabric_device import FabricDevice

    has_bf16 = kind == "cuda" and torch.cuda.is_bf16_supported()
    return FabricDevice(kind, precision or ("bf16" if has_bf16 else "32"), devices, num_nodes)


def _card() -> str | None:
    if torch.cuda.is_available():
        return "cuda"
    return "mps" if torch.backends.mps.is_available() else None
