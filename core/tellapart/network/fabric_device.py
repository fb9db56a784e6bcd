"""Devices by Lightning Fabric: a graphics card, fewer bits, and several processes, one for each device, that train one
network together.

Each of them runs the whole program and knows what all have found, so that all decide alike; the first one speaks and
writes.
"""

from __future__ import annotations

import contextlib
import os
import sys
from collections.abc import Mapping
from typing import Any

import numpy as np
import torch
from lightning_fabric import Fabric
from torch import nn

from tellapart.errors import TrainError
from tellapart.network.data.share import Share
from tellapart.network.device import Device, Precision

_FABRIC: dict[Precision, Any] = {"32": "32-true", "bf16": "bf16-mixed", "16": "16-mixed"}


class FabricDevice(Device):
    """Any device and precision that Fabric knows, one or several."""

    def __init__(self, kind: str, precision: Precision, devices: int = 1, num_nodes: int = 1) -> None:
        """Where there are several, the program goes on in as many processes.

        Raises:
            TrainError: it cannot, or there are not as many devices.
        """
        chosen: dict[str, Any] = {"accelerator": kind, "devices": devices, "precision": _FABRIC[precision]}
        if is_several := devices * num_nodes > 1 or is_by_command():
            _check_program()
            chosen |= {"strategy": "ddp", "num_nodes": num_nodes}
        if is_by_command():  # then what it says holds, and Fabric reads it by itself
            chosen, precision = _left_over(chosen, os.environ), _bits(os.environ, precision)
        try:
            self._fabric = Fabric(**chosen)
            if is_several and not is_by_command():  # which has started all of them
                self._fabric.launch()
        except (ValueError, RuntimeError) as error:
            raise TrainError(
                f"Training on {devices} device(s) of kind {kind} on {num_nodes} machine(s) cannot start: {error}"
            ) from error
        self.share = Share(self._fabric.global_rank, self._fabric.world_size)
        self.torch_device, self.bits = self._fabric.device, precision

    def precision(self) -> contextlib.AbstractContextManager[Any]:
        """A block in which a network computes with the bits chosen."""
        return self._fabric.autocast()  # type: ignore[no-any-return]

    def prepared(self, network: nn.Module, optimizer: torch.optim.Optimizer) -> tuple[nn.Module, Any]:
        """Both ready for steps."""
        prepared: tuple[nn.Module, Any] = self._fabric.setup(network, optimizer)
        return prepared

    def backward(self, loss: torch.Tensor) -> None:
        """The gradient of the loss, added to what is there; of several processes, the mean of theirs."""
        self._fabric.backward(loss)

    def apart(self, network: nn.Module, is_apart: bool) -> contextlib.AbstractContextManager[Any]:
        """A block in which, if so, each process keeps its gradient to itself until one outside of such a block."""
        if self.share.n == 1:  # Fabric would warn that there is nobody to wait for
            return contextlib.nullcontext()
        return self._fabric.no_backward_sync(network, enabled=is_apart)  # type: ignore[arg-type]

    def shorten(self, network: nn.Module, optimizer: Any, longest: float) -> None:
        """Make the gradient at most that long."""
        self._fabric.clip_gradients(network, optimizer, max_norm=longest, error_if_nonfinite=False)

    def total(self, *values: float) -> list[float]:
        """Of each, the sum over all processes."""
        if self.share.n == 1:
            return list(values)
        return self._sum(np.array(values, np.float64)).tolist()  # type: ignore[no-any-return]

    def gathered(self, rows: np.ndarray) -> np.ndarray:
        """The rows of all processes, one process after the other."""
        if self.share.n == 1:
            return rows
        own = np.zeros(self.share.n, np.int64)
        own[self.share.rank] = len(rows)
        counts = self._sum(own)
        start = counts[: self.share.rank].sum()
        found = np.zeros((counts.sum(), *rows.shape[1:]), rows.dtype)
        found[start : start + len(rows)] = rows
        return self._sum(found)

    def wait(self) -> None:
        """Until all processes have come here."""
        if self.share.n > 1:
            self._fabric.barrier()

    def _sum(self, values: np.ndarray) -> np.ndarray:
        """Over all processes, of values that have one shape in all of them."""
        found: Any = self._fabric.all_reduce(torch.from_numpy(values).to(self.torch_device), reduce_op="sum")
        return np.asarray(found.cpu().numpy())


def is_by_command() -> bool:
    """Whether `fabric run` started this process."""
    return os.environ.get("LT_CLI_USED") == "1"


def _left_over(chosen: Mapping[str, Any], said: Mapping[str, str]) -> dict[str, Any]:
    """What the command did not say."""
    return {
        name: value
        for name, value in chosen.items()
        if name == "strategy" or f"LT_{name.upper()}" not in said
    }


def _bits(said: Mapping[str, str], otherwise: Precision) -> Precision:
    """That the command says."""
    given = said.get("LT_PRECISION")
    if given is None:
        return otherwise
    for bits, name in _FABRIC.items():
        if given in (bits, name):
            return bits
    raise TrainError(f"--precision={given}: unknown here; use {', '.join(_FABRIC)}.")


def _check_program() -> None:
    if getattr(sys.modules["__main__"], "__file__", None) is None:
        raise TrainError(
            "Several devices train by as many processes, each of which runs the whole program, and a notebook cannot "
            "be run several times. Save the program as a file, and start it with `python FILE`; or use devices=1."
        )
