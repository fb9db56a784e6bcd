"""Where training computes: the processor with nothing but torch; a graphics card, or fewer bits, through Lightning
Fabric, which is imported only then."""

from __future__ import annotations

import contextlib
import importlib.util
from collections.abc import Callable
from typing import Any, Literal

import torch
from torch import nn

from tellapart.errors import TrainError

Precision = Literal["32", "bf16", "16"]
_FABRIC: dict[str, Any] = {"32": "32-true", "bf16": "bf16-mixed", "16": "16-mixed"}
_INSTALL = 'pip install "tellapart[gpu]"'


class Device:
    """The processor, 32 bits. bits: of the network's arithmetic."""

    torch_device = torch.device("cpu")
    bits: Precision = "32"

    def precision(self) -> contextlib.AbstractContextManager[Any]:
        """A block in which a network computes with the bits chosen."""
        return contextlib.nullcontext()

    def prepared(self, network: nn.Module, optimizer: torch.optim.Optimizer) -> tuple[nn.Module, Any]:
        """Both ready for steps."""
        return network, optimizer

    def backward(self, loss: torch.Tensor) -> None:
        """The gradient of the loss, added to what is there."""
        loss.backward()  # type: ignore[no-untyped-call]

    def shorten(self, network: nn.Module, optimizer: Any, longest: float) -> None:
        """Make the gradient at most that long."""
        torch.nn.utils.clip_grad_norm_(network.parameters(), longest)

    def free(self) -> None:
        """Give back memory that is kept for later."""
        if self.torch_device.type == "cuda":
            torch.cuda.empty_cache()


PROCESSOR = Device()


class FabricDevice(Device):
    """Any device and precision that Fabric knows."""

    def __init__(self, kind: str, precision: Precision) -> None:
        from lightning_fabric import Fabric

        self._fabric = Fabric(accelerator=kind, devices=1, precision=_FABRIC[precision])
        self.torch_device, self.bits = self._fabric.device, precision

    def precision(self) -> contextlib.AbstractContextManager[Any]:
        """A block in which a network computes with the bits chosen."""
        return self._fabric.autocast()  # type: ignore[no-any-return]

    def prepared(self, network: nn.Module, optimizer: torch.optim.Optimizer) -> tuple[nn.Module, Any]:
        """Both ready for steps."""
        prepared: tuple[nn.Module, Any] = self._fabric.setup(network, optimizer)
        return prepared

    def backward(self, loss: torch.Tensor) -> None:
        """The gradient of the loss, added to what is there."""
        self._fabric.backward(loss)

    def shorten(self, network: nn.Module, optimizer: Any, longest: float) -> None:
        """Make the gradient at most that long."""
        self._fabric.clip_gradients(network, optimizer, max_norm=longest, error_if_nonfinite=False)


def device_of(
    name: str | None = None, precision: Precision | None = None, say: Callable[[str], object] = print
) -> Device:
    """The device to train on.

    Args:
        name: "cpu", "cuda" or "mps"; a graphics card where there is one and Fabric is installed, unless given.
        precision: "32", "bf16" or "16" bits in the network's arithmetic; bf16 on a card that has it, else 32.
        say: is told where a card stays unused.
    Raises:
        TrainError: the device is not there, or what it needs is not installed.
        ValueError: it is unknown.
    """
    if name not in (None, "cpu", "cuda", "mps") or precision not in (None, *_FABRIC):
        raise ValueError(
            f"device={name!r}, precision={precision!r}: unknown; use cpu, cuda or mps, and {', '.join(_FABRIC)}."
        )
    there = _card()
    if name in ("cuda", "mps") and name != there:
        raise TrainError(
            f"There is no {name} device that torch can use here. Leave `device` out, or use 'cpu'."
        )
    has_fabric = importlib.util.find_spec("lightning_fabric") is not None
    kind = name or there or "cpu"
    if kind == "cpu" and precision in (None, "32"):
        return Device()
    if not has_fabric:
        if name is None and precision in (None, "32"):
            say(f"The graphics card is not used, since Lightning Fabric is not installed: {_INSTALL}.")
            return Device()
        raise TrainError(
            f"device={name!r}, precision={precision!r} needs Lightning Fabric, which is not installed. Install it: "
            f"{_INSTALL}, or train on the processor with 32 bits."
        )
    has_bf16 = kind == "cuda" and torch.cuda.is_bf16_supported()
    return FabricDevice(kind, precision or ("bf16" if has_bf16 else "32"))


def _card() -> str | None:
    if torch.cuda.is_available():
        return "cuda"
    return "mps" if torch.backends.mps.is_available() else None
