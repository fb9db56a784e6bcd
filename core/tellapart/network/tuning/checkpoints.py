"""How far a tuning is, on disk: whole files that say which training they belong to. A killed one goes on from there."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

import torch
from safetensors import SafetensorError, safe_open
from safetensors.torch import save

from tellapart import atomic_files
from tellapart.errors import TrainError
from tellapart.network.tuning.last_blocks import State
from tellapart.store.sqlite.database_errors import disk_reason


@dataclass(frozen=True)
class Checkpoints:
    """Of one training: its folder, and the key of all that decides what comes out of it."""

    folder: Path
    key: str

    def save(self, part: str, step: int, tensors: State) -> None:
        """Keep the state of a part after so many steps in the place of the last one.

        Raises:
            TrainError: the disk does not take it, or the folder is gone.
        """
        metadata = {"key": self.key, "step": str(step)}
        content = save({name: tensor.contiguous() for name, tensor in tensors.items()}, metadata)
        try:
            atomic_files.write_bytes(self._path(part), content)
        except OSError as error:
            raise not_kept(self.folder, error) from error

    def load(self, part: str) -> tuple[int, State]:
        """Steps done and the state then; 0 and {} where nothing is kept.

        Raises:
            TrainError: the file belongs to another training, or is damaged.
        """
        path = self._path(part)
        if not path.is_file():
            return 0, {}
        try:
            with safe_open(path, "pt") as file:
                metadata = file.metadata() or {}
                state = {name: file.get_tensor(name) for name in file.keys()}  # noqa: SIM118  # not a dict
        except (SafetensorError, OSError) as error:
            raise TrainError(
                f"The checkpoint {path} is damaged ({error}). Delete {self.folder} and train again."
            ) from error
        if metadata.get("key") != self.key:
            raise TrainError(
                f"The checkpoint {path} belongs to another project, or to other settings. Delete {self.folder} and "
                "train again."
            )
        return int(metadata["step"]), state

    def _path(self, part: str) -> Path:
        return self.folder / f"{part}.safetensors"


def not_kept(folder: Path, error: OSError) -> TrainError:
    """Why a training could not keep what it has, in words."""
    if isinstance(error, FileNotFoundError):
        return TrainError(
            f"{folder} was deleted while training, so nothing can be kept there. Start the training again."
        )
    return TrainError(disk_reason(folder, error))


def with_optimizer(network: torch.nn.Module, optimizer: torch.optim.AdamW | None) -> State:
    """What a tuning needs to go on to the bit: the network's tensors and the optimizer's. optimizer: None where all
    steps are done, which leaves a third to be kept."""
    state = {f"network.{name}": values for name, values in network.state_dict().items()}
    if optimizer is None:
        return state
    for place, of_one in optimizer.state_dict()["state"].items():
        state |= {f"optimizer.{place}.{name}": values for name, values in of_one.items()}
    return state


def bring_back(state: State, network: torch.nn.Module, optimizer: torch.optim.AdamW) -> None:
    """Put it into a network and an optimizer that are as they were made."""
    learning = [one for group in optimizer.param_groups for one in group["params"]]
    found: dict[int, State] = {}
    for name, values in state.items():
        kind, _, rest = name.partition(".")
        if kind == "optimizer":
            place, _, own = rest.partition(".")
            # in memory as what it belongs to, for an optimizer that goes through both in one pass
            alike = torch.empty_like(learning[int(place)]).copy_(values) if values.ndim else values
            found.setdefault(int(place), {})[own] = alike
    network.load_state_dict(
        {name.removeprefix("network."): state[name] for name in state if name.startswith("network.")}
    )
    optimizer.load_state_dict({"state": found, "param_groups": optimizer.state_dict()["param_groups"]})
