"""Learner: a network that learns described data, says how good it is, and becomes a bundle."""

from __future__ import annotations

import math
import time
from collections.abc import Callable
from numbers import Integral
from pathlib import Path
from typing import Any

import torch

from tellapart.description.data_description import DataDescription
from tellapart.errors import DescriptionError, Skipped, TrainError
from tellapart.network.data.data import Data
from tellapart.network.data.squares import preprocess_of, square_of_item
from tellapart.network.device import Precision, device_of
from tellapart.network.learner.classifier import Classifier
from tellapart.network.learner.epoch import Epoch, History
from tellapart.network.learner.judging import (
    Confusion,
    Judgement,
    LearnerAnswer,
    TopLosses,
    confusion_of,
    top_losses_of,
)
from tellapart.network.learner.kept_epochs import KeptEpochs, kept_epochs
from tellapart.network.learner.networks import Network, check_size, network_of
from tellapart.network.learner.probe import Remembered, fit_probe, judge
from tellapart.network.learner.rates import N_STEPS, RateSearch, search_rate
from tellapart.network.learner.steps import FineTuning, usual_rate
from tellapart.network.learner.training import train_all
from tellapart.network.live_line import interruption_told, watched
from tellapart.network.tuning.memory import want_of_memory_told
from tellapart.pictures.boundary import one_picture

_MOST_TOLD = 10
_COSTS = 3  # a batch that teaches takes about so many times as long as one that is looked at
_SMALLEST_PX = 32  # that training may start at: a network's last map is then one place


class Learner:
    """A network with a head for the classes of `data`.

    Whatever is measured is measured on the validation part, which teaches nothing; probabilities are calibrated on it,
    and each of its pictures is then judged by a calibration that has not seen it. history: the epochs so far.
    """

    def __init__(
        self, data: Data, backbone: str | Network, weights: Path | str | None, seed: int, device: str | None,
        precision: Precision | None, say: Callable[[str], object], remembered: Remembered | None = None,
        devices: int = 1, num_nodes: int = 1,
    ) -> None:  # fmt: skip
        """remembered: of classes that `data` has no pictures of; then the head alone can learn.

        Raises:
            TypeError: `data` is none.
        """
        if not isinstance(data, Data):
            what = "a description" if isinstance(data, DataDescription) else f"this {type(data).__name__}"
            raise TypeError(
                f"A learner needs the data that a description makes of a folder or table, not {what}. Write "
                'learner(bears.data("bears")), where bears is the DataDescription and "bears" the folder.'
            )
        self.device = device_of(device, precision, say, devices, num_nodes)
        self.data, self.seed, self.remembered = data, seed, remembered
        self.say = say if self.device.is_first else _silent
        self._is_shown = self.say is print  # who wants to be told otherwise hears sentences alone
        if isinstance(backbone, str):
            backbone = network_of(backbone, None if weights is None else Path(weights), self._tell)
        self.network = backbone
        check_size(self.network, data.description.item.size)
        self.classifier = Classifier(self.network, len(data.classes), seed).to(self.device.torch_device)
        self.history = History()
        self._judgement: Judgement | None = None
        self._has_head, self._n_kept = False, 0
        self._told: set[Skipped] = set()
        for note in (*data.notes, *_no_export(data)):
            self.say(note)

    @property
    def is_first(self) -> bool:
        """Whether this process is the one that speaks and writes, of those that train together; alone it always is."""
        return self.device.is_first

    def fine_tune(
        self, epochs: int, freeze_epochs: int = 1, rate: float | None = None, smoothing: float = 0.1,
        mixup: float = 0.0, cutmix: float = 0.0, ema: float = 0.0, patience: int | None = None,
        keep: Path | str | None = None, start_size: int | None = None, accumulate: int = 1,
    ) -> None:  # fmt: skip
        """Fit the head to the network as it is, then let all layers learn; a second call goes on from there.

        What each epoch comes to is printed; a notebook or a terminal shows how far it is. Where the loss becomes no
        number, or where it is interrupted, the best weights so far are kept.

        Args:
            epochs: passes over the training pictures in which all layers learn; 0 for none.
            freeze_epochs: passes for the head alone, before; the first sees the pictures as in use, each further one
                other random views of them. 0 leaves the head as it is, random at first.
            rate: highest learning rate, of the head; the first layers learn with a twentieth of it. Unless given, it is
                0.001 for a hundred batches and more, and as much less for fewer, after which it could not come down.
            smoothing: share of each label that is spread over all labels.
            mixup, cutmix: above 0, pictures and their labels are mixed in pairs: laid over one another, or a part of
                one put into the other. It is the alpha of the Beta distribution that shares are drawn from, for
                instance 0.4 and 1. They help where the same pictures are seen many times.
            ema: above 0, a moving average of the weights is judged and kept instead of the last ones; how much of it
                stays at each step, for instance 0.99.
            patience: stop after so many epochs without a better one, and keep the best; never unless given.
            keep: a folder that keeps each epoch. The same call in a new process, on the same pictures, goes on after
                the last one, to the very same weights on the processor; once all are done, it only reads them.
            start_size: side in pixels at which training starts; pictures then grow to their full size, which they have
                in the last third. 128 of 224 save a quarter of the time, for a higher loss after few epochs. Full size
                throughout unless given.
            accumulate: batches that each step learns from: 4 of 16 pictures come to what one of 64 would, in the
                memory of 16. Pictures are mixed, and varied as a batch, within each.
        Raises:
            TrainError: a class has no readable picture, the memory is not enough, or epochs cannot be kept, or those in
                the folder are another training's; or the network takes pictures of one size only.
            ValueError: a number is out of range. Interrupted: by the person.
        """
        are_whole = isinstance(epochs, Integral) and isinstance(freeze_epochs, Integral)
        if (
            not are_whole
            or epochs < 0
            or freeze_epochs < 0
            or not (rate is None or rate > 0)
            or not 0 <= smoothing < 1
        ):
            raise ValueError(
                f"epochs={epochs!r}, freeze_epochs={freeze_epochs!r}, rate={rate}, smoothing={smoothing}: choose whole "
                "numbers from 0, a rate above 0, and a share of 0 to 1."
            )
        if mixup < 0 or cutmix < 0 or not 0 <= ema < 1 or (patience is not None and patience < 1):
            raise ValueError(
                f"mixup={mixup}, cutmix={cutmix}, ema={ema}, patience={patience}: choose numbers from 0, an ema below "
                "1, and a patience from 1."
            )
        if not isinstance(accumulate, Integral) or accumulate < 1:
            raise ValueError(
                f"accumulate={accumulate!r}: choose a whole number from 1; 1 learns from each batch by itself."
            )
        if epochs and self.remembered:
            raise TrainError(
                "All layers can learn only with pictures of every label, or those without would be forgotten. Pass "
                "them as `replay`, or let the head alone learn: fine_tune(0)."
            )
        self._check_start(start_size)
        if rate is None:
            rate = usual_rate(epochs * -(-len(self.data.train) // accumulate))
        settings = FineTuning(
            epochs, rate, 0.05, smoothing, mixup, cutmix, ema, patience, start_size, int(accumulate)
        )
        self._n_kept += keep is not None
        rest = [
            self.network.name, self.seed, freeze_epochs, self._has_head, self.device.name, self.device.bits,
            *([settings.accumulate] if settings.accumulate > 1 else []),
        ]  # fmt: skip
        with kept_epochs(keep, self._n_kept, self.classifier, self.data, settings, rest, self.device) as kept:
            self._fine_tune(settings, freeze_epochs, kept)

    def _fine_tune(self, settings: FineTuning, freeze_epochs: int, kept: KeptEpochs | None) -> None:
        found = kept.load(self.data) if kept else None
        if found:
            start = found.epochs[0]
            found.head_start(self.classifier)
            self.say(f"Going on after epoch {found.epochs[-1].number} of {settings.epochs}, which was kept.")
        else:
            start = self._probed(freeze_epochs)
            self._say_refused()
            self.say(f"Before training: {start.judgement.sentence()}; {start.seconds:.0f} s")
        if not settings.epochs:
            return
        self._judgement = None  # also where this is interrupted
        self._has_head = True
        n_left = settings.epochs - (len(found.epochs) - 1 if found else 0)
        n_steps = n_left * (_COSTS * len(self.data.train) + len(self.data.valid))
        with watched(self.data, "Training", n_steps, _COSTS, self._is_shown):
            epochs = train_all(
                self.classifier, self.data, self.device, settings, self.seed, start, self.say, kept, found
            )
        self.history += epochs
        self._say_refused()
        self._judgement = (epochs or [start])[-1].judgement

    def _probed(self, freeze_epochs: int) -> Epoch:
        """What all layers learn from: the network with the head fitted to it, if it has none yet."""
        clock = time.monotonic()
        if freeze_epochs and not self._has_head:
            n_steps = freeze_epochs * len(self.data.train) + len(self.data.valid)
            with watched(self.data, "Fitting the head", n_steps, 1, self._is_shown), interruption_told():
                fit_probe(self.classifier, self.data, self.device, freeze_epochs, self.remembered)
                self._has_head, self._judgement = True, None
                self.judgement()
        return Epoch(0, math.nan, self.judgement(), time.monotonic() - clock)

    def lr_find(
        self, n_steps: int = N_STEPS, tell: Callable[[int], object] = lambda step: None
    ) -> RateSearch:
        """Losses under growing learning rates, and the rate to choose; the network's weights stay as they are.

        Args:
            n_steps: batches to try, at least 10.
            tell: is told how many are done before each.
        Raises:
            TrainError: a class has no readable picture, or memory is not even enough for one.
            Interrupted: by the person; the weights are as before, too.
        """
        self._fit_head_once()
        n_steps = max(10, n_steps)
        shown, told = (
            watched(self.data, "Trying learning rates", n_steps, 1, self._is_shown),
            interruption_told(),
        )
        with shown, told, want_of_memory_told(self.device.share.n, self.data.train.batch_size):
            return search_rate(self.classifier, self.data, self.device, self.seed, n_steps, tell)

    def judgement(self) -> Judgement:
        """What the network says of the validation part, as it is now.

        Raises:
            TrainError: none of its pictures can be read, or memory is not even enough for one.
        """
        if self._judgement is None:
            self._judgement = judge(self.classifier, self.data, self.device, self.remembered)
        return self._judgement

    def confusion(self) -> Confusion:
        """How often validation pictures of each label are taken for each label."""
        self._fit_head_once()
        return confusion_of(self.judgement(), self.data.classes)

    def top_losses(self, n: int = 9) -> TopLosses:
        """The n validation pictures whose own label got the least probability, worst first: look at them first, since
        often the label is wrong. One that can no longer be read is grey, and says so.

        Raises:
            ValueError: n is below 0.
        """
        if n < 0:
            raise ValueError(f"n={n}: choose a whole number from 0.")
        self._fit_head_once()
        return top_losses_of(self.judgement(), self.data, n)

    def predict(self, picture: Any) -> LearnerAnswer:
        """The likeliest label of a picture, with the probability of each; "none of these" only an exported bundle can
        say.

        Args:
            picture: a path, bytes, a Pillow picture or an array.
        Raises:
            ImageError: it cannot be read; the reason, in words. TrainError: the memory is not enough for it.
        """
        self._fit_head_once()
        calibration = self.judgement().calibration
        with one_picture():
            pixels = square_of_item(picture, self.data.description.item)
        self.classifier.eval()
        planes = (
            torch.from_numpy(pixels.copy())[None].permute(0, 3, 1, 2).to(self.device.torch_device).float()
            / 255
        )
        with want_of_memory_told(1, 1), torch.inference_mode(), self.device.precision():
            logits = self.classifier(planes).float().cpu().numpy()
        probs = calibration.probs(logits)[0]
        return LearnerAnswer(
            self.data.classes[int(probs.argmax())], dict(zip(self.data.classes, probs.tolist(), strict=True))
        )

    def export(self, folder: Path | str) -> Path:
        """The network as a bundle in a new folder: what `Predictor` opens, and every way of sharing takes.

        Raises:
            BundleError: the folder holds something, or the disk does not take it.
            BackboneError: torch cannot convert the network.
            DescriptionError: pictures are padded, which no bundle can do.
        """
        from tellapart.network.learner.export import write_learner  # needs onnx, which training does not

        self._fit_head_once()
        made = write_learner(self, Path(folder)) if self.is_first else Path(folder).expanduser().absolute()
        self.device.wait()  # so that all can read it
        return made

    def __repr__(self) -> str:
        return f"Learner of {self.network.name} on {self.data!r}"

    def _fit_head_once(self) -> None:
        if not self._has_head:
            self.fine_tune(0)

    def _check_start(self, start_size: int | None) -> None:
        full = self.data.description.item.size
        if start_size is not None and not _SMALLEST_PX <= start_size <= full:
            raise ValueError(
                f"start_size={start_size}: choose {_SMALLEST_PX} to {full} pixels, the size of the pictures."
            )
        if start_size not in (None, full) and self.network.size_px is not None:
            raise TrainError(
                f"{self.network.name} takes pictures of {self.network.size_px} pixels only, so they cannot grow. Leave "
                "`start_size` out, or choose another network."
            )

    def _say_refused(self) -> None:
        new = [one for one in self.data.refused if one not in self._told]
        for one in new[:_MOST_TOLD]:
            self.say(f"{one.path} cannot be read and was left out: {one.reason}.")
        if len(new) > _MOST_TOLD:
            self.say(f"{len(new) - _MOST_TOLD} more cannot be read and were left out; see data.refused.")
        self._told.update(new)

    def _tell(self, done: int, total: int, message: str) -> None:
        if done == 0:
            self.say(str(message))


def _silent(sentence: str) -> None:
    """What the processes beside the first one say."""


def _no_export(data: Data) -> list[str]:
    """Why the network cannot become a bundle, said before it learns."""
    try:
        preprocess_of(data.description.item)
    except DescriptionError as error:
        return [str(error)]
    return []
