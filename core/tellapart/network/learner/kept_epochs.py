"""Epochs kept in a folder while a network learns, so that a killed training goes on after the last whole one, to the
very same weights."""

from __future__ import annotations

import json
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass
from hashlib import sha256
from pathlib import Path
from typing import Any

import numpy as np
import torch
from torch import nn

from tellapart import atomic_files
from tellapart.backbones.onnx_session import available_cpus
from tellapart.description.copies import digest_of
from tellapart.description.items import path_of
from tellapart.description.own_functions import doing
from tellapart.errors import ImageError, RefusalCode, Skipped, TrainError
from tellapart.file_lock import try_lock
from tellapart.network.data.data import Data
from tellapart.network.data.squares import opened
from tellapart.network.device import PROCESSOR, Device
from tellapart.network.learner.epoch import Epoch
from tellapart.network.learner.probe import judgement_of
from tellapart.network.learner.steps import FineTuning, OneCycle
from tellapart.network.tuning.checkpoints import Checkpoints, bring_back, not_kept, with_optimizer
from tellapart.network.tuning.last_blocks import State
from tellapart.pictures.boundary import one_picture

_FORMAT = 3  # raise it when the steps change: what an older version left is then another training's


@dataclass(frozen=True)
class KeptEpochs:
    """Of one call of `fine_tune`: what it has come to lies in `part` of the checkpoints. device: of the processes, of
    which all read, and the first one alone writes."""

    checkpoints: Checkpoints
    part: str
    device: Device

    def save(self, data: Data, epochs: list[Epoch], steps: OneCycle, best: State) -> None:
        """Keep everything that the next epoch depends on. epochs: with number 0 first.

        Raises:
            TrainError: the disk does not take it, or the folder is gone.
        """
        if not self.device.is_first:
            return
        rates = [group["lr"] for group in steps.adam.param_groups]
        facts = {
            "rates": rates, "schedule": steps.schedule.last_epoch, "n_parts": steps.n_parts,
            "n_averaged": steps.average.n_steps if steps.average else 0,
            "epochs": [[epoch.number, epoch.train_loss, epoch.seconds] for epoch in epochs],
            "refused": [[place, one.path, one.reason, one.code] for place, one in data.refused_by_place()],
        }  # fmt: skip
        state = with_optimizer(steps.classifier, steps.adam)
        state |= {f"best.{name}": values for name, values in best.items()}
        if steps.average is not None:
            state |= {f"average.{name}": values for name, values in steps.average.values.items()}
        for epoch in epochs:
            state[f"logits.{epoch.number}"] = torch.from_numpy(epoch.judgement.logits)
            state[f"places.{epoch.number}"] = torch.from_numpy(epoch.judgement.places)
        state["random"] = torch.get_rng_state()
        state["facts"] = torch.tensor(list(json.dumps(facts).encode()), dtype=torch.uint8)
        self.checkpoints.save(self.part, epochs[-1].number, state)

    def load(self, data: Data) -> KeptState | None:
        """What an earlier training kept; None where there is nothing. The pictures it refused are left out.

        Raises:
            TrainError: it belongs to another training, or is damaged, or not all processes find it.
        """
        self.device.wait()  # until the first one has kept what it had to
        number, state = self.checkpoints.load(self.part)
        known = self.device.gathered(np.array([number if state else -1]))
        if known.min() != known.max():
            raise TrainError(
                f"{self.checkpoints.folder} is not the same folder for all processes. Name one that all machines share."
            )
        if not state:
            return None
        facts = json.loads(bytes(state["facts"].tolist()))
        epochs = []
        for number, train_loss, seconds in facts["epochs"]:
            logits, places = (state[f"{name}.{number}"].numpy() for name in ("logits", "places"))
            epochs.append(Epoch(number, train_loss, judgement_of(data, logits, places), seconds))
        for place, path, reason, code in facts["refused"]:
            data.refuse({place: Skipped(path, reason, RefusalCode(code))})
        return KeptState(state, facts, epochs)


@dataclass(frozen=True)
class KeptState:
    """What was kept. epochs: those that were whole, number 0 first."""

    state: State
    facts: dict[str, Any]
    epochs: list[Epoch]

    def head_start(self, classifier: nn.Module) -> None:
        """Let the network be what it was."""
        classifier.load_state_dict(self._part("network"))

    def go_on(self, steps: OneCycle) -> State:
        """Let the steps, and all that is drawn, go on from there; the best weights so far."""
        bring_back(self.state, steps.classifier, steps.adam)
        for group, rate in zip(steps.adam.param_groups, self.facts["rates"], strict=True):
            group["lr"] = rate
        steps.schedule.last_epoch, steps.n_parts = self.facts["schedule"], self.facts["n_parts"]
        if steps.average is not None:
            steps.average.n_steps = self.facts["n_averaged"]
            for name, values in self._part("average").items():
                steps.average.values[name].copy_(values)
        torch.set_rng_state(self.state["random"])
        return self._part("best")

    def _part(self, kind: str) -> State:
        start = f"{kind}."
        return {
            name.removeprefix(start): values for name, values in self.state.items() if name.startswith(start)
        }


@contextmanager
def kept_epochs(
    folder: Path | str | None, number: int, classifier: nn.Module, data: Data, settings: FineTuning, rest: list[Any],
    device: Device = PROCESSOR,
) -> Iterator[KeptEpochs | None]:  # fmt: skip
    """The place in a folder, which is made; nobody else works in it meanwhile. None without a folder.

    Args:
        number: of the call of `fine_tune`. classifier: as it is before. rest: what else decides what comes out.
    Raises:
        TrainError: another training works in it, or the disk does not take it.
    """
    if folder is None:
        yield None
        return
    place = Path(folder).expanduser()
    try:
        place.mkdir(parents=True, exist_ok=True)
        lock = (place / "lock").open("ab")
    except FileExistsError as error:
        raise TrainError(f"{place} is a file. Name a folder in which to keep epochs.") from error
    except OSError as error:
        raise not_kept(place, error) from error
    with lock:
        if device.is_first and not try_lock(lock):
            raise TrainError(
                f"Another training keeps its epochs in {place} just now. Wait until that is done, or name another "
                "folder."
            )
        atomic_files.drop_left_parts(place)
        key = _key(classifier, data, settings, rest)
        yield KeptEpochs(Checkpoints(place, key), f"fine-tune-{number}", device)


def _key(classifier: nn.Module, data: Data, settings: FineTuning, rest: list[Any]) -> str:
    """Of all that decides what comes out of a training."""
    assembly, description = data.assembly, data.description
    with ThreadPoolExecutor(available_cpus()) as pool:
        contents = list(pool.map(_content_of, assembly.items))
    item, *transforms = map(doing, (description.item, *description.batch_transforms()))
    decides = [
        _FORMAT, torch.__version__, [str(path_of(item) or "") for item in assembly.items], contents,
        assembly.targets.tolist(), assembly.is_valid.tolist(), assembly.classes, item, transforms,
        data.train.batch_size, data.seed, repr(settings), *rest,
    ]  # fmt: skip
    digest = sha256(json.dumps(decides).encode())
    for name, values in classifier.state_dict().items():
        digest.update(name.encode())
        digest.update(np.ascontiguousarray(values.detach().cpu().numpy()).tobytes())
    return digest.hexdigest()[:32]


def _content_of(item: Any) -> str:
    """Of the file's bytes, or of the pixels of what is no file; "" where it cannot be read and is left out."""
    path = path_of(item)
    try:
        if path is not None:
            return digest_of(path).hex()
        with one_picture():
            pixels = np.asarray(opened(item))
    except (OSError, ValueError, ImageError):
        return ""
    return f"{pixels.shape}{sha256(pixels.tobytes()).hexdigest()}"
