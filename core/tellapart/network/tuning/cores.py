"""How networks that are tuned, one without each fold, share a processor's cores."""

from __future__ import annotations

import contextlib
from dataclasses import dataclass
from pathlib import Path

import psutil

from tellapart import atomic_files
from tellapart.backbones.onnx_session import available_cpus
from tellapart.network.device import Device
from tellapart.network.tuning.checkpoints import not_kept
from tellapart.network.tuning.steps import TuningSettings

_BUSY = 1.5  # processes that want a core, for each core
_MOST_THREADS = 1024  # no machine that trained here had more


@dataclass(frozen=True)
class Cores:
    """n_at_once: networks that learn at the same time. n_threads: of each."""

    n_at_once: int
    n_threads: int

    @property
    def n_looking(self) -> int:
        """Threads of such a kind that keep all cores at work."""
        return 1 if self.n_at_once == 1 else max(1, available_cpus() // self.n_threads)

    @property
    def speed(self) -> int:
        """So many of them are at work at a time."""
        return min(self.n_at_once, self.n_looking)


def cores_for(settings: TuningSettings, device: Device, n_folds: int) -> Cores:
    """On the processor folds learn at the same time where so few layers do that memory is no matter: threads that share
    the products of one small batch wait for one another a third of the time. On a busy machine one that learns alone
    has one thread: several would take several times as long."""
    n_cpus = available_cpus()
    if device.torch_device.type == "cpu" and settings.first > 0 and n_cpus > 1:
        return Cores(n_folds, max(1, n_cpus // n_folds))
    is_busy = psutil.getloadavg()[0] > _BUSY * n_cpus
    return Cores(1, 1 if is_busy else n_cpus)


def noted_cores(folder: Path, cores: Cores) -> Cores:
    """The same with as many threads as an earlier training of the folder had: the bits may depend on them. A note that
    is damaged is written anew.

    Raises:
        TrainError: the disk does not take the note.
    """
    note = folder / "threads"
    with contextlib.suppress(OSError, ValueError):
        if 1 <= (n_threads := int(note.read_text("ascii"))) <= _MOST_THREADS:
            return Cores(cores.n_at_once, n_threads)
    try:
        atomic_files.write_bytes(note, str(cores.n_threads).encode())
    except OSError as error:
        raise not_kept(folder, error) from error
    return cores
