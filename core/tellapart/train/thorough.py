"""The recipes Thorough and Everything: the backbone's last blocks learn, too, or all its layers; what comes out is kept
where it is better than Quick.

This is the one door to torch in a training, opened late: Quick never pays for it.
"""

from __future__ import annotations

import importlib.util
import json
from dataclasses import dataclass, replace
from hashlib import sha256
from pathlib import Path
from types import ModuleType
from typing import Any

import numpy as np

from tellapart.backbones.catalogue import Backbone
from tellapart.backbones.embeddings import Embeddings, embed_once
from tellapart.backbones.lite0 import keeping
from tellapart.backbones.lite0.graph import embedding_onnx
from tellapart.backbones.names import DEFAULT_BACKBONE
from tellapart.errors import TrainError
from tellapart.learning.calibration import fit_calibration
from tellapart.learning.folds import can_be_told
from tellapart.learning.head import fit_head
from tellapart.learning.label_noise import find_doubts
from tellapart.learning.novelty import fit_novelty
from tellapart.learning.statistics.paired import is_clearly_worse, paired
from tellapart.learning.tuning_curve import TuningCurve
from tellapart.planning.config import TrainConfig
from tellapart.planning.variation import USUAL, Variation, kept_variation
from tellapart.progress import Doing, Progress, Step
from tellapart.store.project import Project
from tellapart.train.fitting import FittedHead
from tellapart.train.mixing import Choice, choose_share
from tellapart.train.preparation import TrainData
from tellapart.train.work_folder import work_folder

N_FOLDS = 3  # each network then learns from two thirds, and together that takes as long as twice the whole
_CALLED = {"thorough": "thorough training", "everything": "training of all layers"}
LEAST_PICTURES = 6  # of a label that teach and are different: two in each fold
CODE_VERSION = 6  # raise it when the steps change: what an older version left unfinished is then dropped


@dataclass(frozen=True)
class ThoroughOutcome:
    """What to go on with: the tuned network's if it is better, else Quick's as they were. said: why, for the person.

    recipe: "thorough" or "everything". share: of the tuned weights, 0 where Quick's were kept. variation: of the views
    it learned from. choice: the comparison out of fold, curve: how the networks learned; None where the loss became no
    number.
    """

    data: TrainData
    backbone: Backbone
    fitted: FittedHead
    share: float
    said: str
    recipe: str
    variation: Variation
    choice: Choice | None = None
    curve: TuningCurve | None = None

    def to_json(self) -> dict[str, Any]:
        """Plain JSON values."""
        compared = {}
        if self.choice is not None:
            compared = {
                "n": self.choice.n, "n_wrong": {str(share): n for share, n in self.choice.n_wrong.items()},
                "loss": {str(share): round(loss, 5) for share, loss in self.choice.loss.items()},
            }  # fmt: skip
        return {
            "kept": self.recipe if self.share else "quick",
            "share": self.share,
            "said": self.said,
            "compared": compared,
            "variation": self.variation.to_json(),
            "curve": None if self.curve is None else self.curve.to_json(),
        }


def check_possible(config: TrainConfig) -> None:
    """Whether the recipe can be followed here, before the long work.

    Raises:
        TrainError: torch is not installed or does not start, or the backbone is one whose weights cannot be tuned.
    """
    check_chosen(config)
    _tuning(config)


def check_chosen(config: TrainConfig) -> None:
    """The same as far as it can be told at once, without importing torch.

    Raises:
        TrainError: torch is not installed, or the backbone is one whose weights cannot be tuned.
    """
    if config.backbone != DEFAULT_BACKBONE or config.weights is not None:
        other = config.backbone if config.weights is None else f"the weights file {config.weights.name}"
        raise TrainError(
            f"The recipe {config.recipe} works with the backbone {DEFAULT_BACKBONE} and its own weights, not with "
            f"{other}. Choose the recipe quick, or that backbone."
        )
    if importlib.util.find_spec("torch") is None:
        raise TrainError(
            f"The recipe {config.recipe} needs torch, which is not installed. Install it: pip install "
            '"tellapart[torch]", or choose the recipe quick, which needs no torch.'
        )


def train_thoroughly(
    project: Project,
    data: TrainData,
    backbone: Backbone,
    quick: FittedHead,
    config: TrainConfig,
    progress: Progress,
) -> ThoroughOutcome:
    """Tune, compare out of fold, and on the held-out pictures; see `ThoroughOutcome`.

    Raises:
        TrainError: too few pictures, no torch, pictures that are gone, not enough disk or memory, or another training
            of the same pictures under way. Cancelled: from progress; the same training goes on from there next time.
    """
    tuning, recipe, called = _tuning(config), config.recipe, _CALLED[config.recipe]
    said = f"Getting ready for {called}: trying a few steps to see how long it takes here"
    progress(0, 0, Doing(Step.FITTING, said))
    variation = config.variation or kept_variation(project.manifest)
    told: list[str] = []  # of a card that stays unused
    settings = replace(config, variation=variation)
    task = _task(tuning, project, data, quick, settings, told)
    with work_folder(project, task.key, settings) as folder:
        try:
            found = tuning.tune_without_each(task, folder, progress)
        except tuning.DivergedError:
            said = (
                f"{_sentence_start(called)} failed: its loss was no longer a number. The model of quick training was "
                "kept. Try another seed, and look for damaged pictures on the Clean page."
            )
            return ThoroughOutcome(data, backbone, quick, 0.0, " ".join([said, *told]), recipe, variation)
        choice = choose_share(found.oof_logits, task.targets, task.folds, _groups(data, "train"))
        also = "".join(f" {one}" for one in (*_said_of_memory(found, task), *told))
        if not choice.share:
            said = _kept_quick(choice, called) + also
            return ThoroughOutcome(data, backbone, quick, 0.0, said, recipe, variation, choice, found.curve)
        tuned, tuned_data, fitted = _fitted(
            project, data, backbone, quick, config, found, choice.share, progress
        )
    before, after = _wrong(data, quick), _wrong(tuned_data, fitted)
    _, once = np.unique(_groups(data, "valid"), return_index=True)  # of copies one
    if is_clearly_worse(paired(before[once], after[once])):
        said = (
            f"On the held-out pictures {called} was worse than quick training ({after.sum()} wrong instead of "
            f"{before.sum()} of {len(before)}). The model of quick training was kept."
        )
        said += also
        return ThoroughOutcome(data, backbone, quick, 0.0, said, recipe, variation, choice, found.curve)
    said = (
        f"{_sentence_start(called)}: on the training pictures, each judged by a network that had not seen it, "
        f"{choice.n_wrong[choice.share]} of {choice.n} wrong instead of {choice.n_wrong[0.0]}; on the held-out "
        f"pictures {after.sum()} of {len(after)} wrong instead of {before.sum()}."
    )
    said += _said_of_trust(task) + also
    return ThoroughOutcome(
        tuned_data, tuned, fitted, choice.share, said, recipe, variation, choice, found.curve
    )


def _task(
    tuning: ModuleType, project: Project, data: TrainData, quick: FittedHead, config: TrainConfig, told: list[str]
) -> Any:  # fmt: skip
    rows = np.flatnonzero(data.of("train"))
    targets, n_classes = data.targets[rows], len(data.classes)
    folds = data.plan.folds(rows, N_FOLDS)
    _check_enough(data, targets, folds, config.recipe)
    embeddings = data.embeddings.array[rows]
    heads, start_logits = [], np.empty((len(rows), n_classes), np.float32)
    trust = np.ones((N_FOLDS, len(rows)), np.float32)
    for fold in range(N_FOLDS):
        seen = folds != fold
        fit = fit_head(embeddings[seen], targets[seen], n_classes, data.plan.folds(rows[seen]))
        heads.append(fit.head)
        start_logits[~seen] = fit.head.logits(embeddings[~seen])
        wrong = find_doubts(fit.oof_logits, targets[seen]).wrong
        trust[fold, seen] = np.where(can_be_told(targets[seen], fit.folds), 1 - wrong, 1.0)
    pictures = [data.pictures[row] for row in rows]
    files = [tuning.PictureFile(project.file(picture), picture.image_id) for picture in pictures]
    variation = config.variation or USUAL
    settings = tuning.settings_of(config.recipe, config.seed, config.epochs, config.rate, variation)
    device = tuning.device_of(say=told.append)
    decides = [
        CODE_VERSION, tuning.computed_by(device), keeping.record()["sha256"], str(settings), targets.tolist(),
        folds.tolist(), [picture.image_id for picture in pictures],
    ]  # fmt: skip
    key = sha256(json.dumps(decides).encode()).hexdigest()[:32]
    called = _CALLED[config.recipe]
    return tuning.TuningTask(
        files, targets, folds, trust, heads, start_logits, quick.fit.head, keeping.record(), device, key, settings,
        called, len(data.pictures) - len(rows),
    )  # fmt: skip


def _check_enough(data: TrainData, targets: np.ndarray, folds: np.ndarray, recipe: str) -> None:
    groups = np.array(_groups(data, "train"))
    for target, label in enumerate(data.classes):
        n = len(set(groups[targets == target].tolist()))
        if n < LEAST_PICTURES:
            raise TrainError(
                f"Label {label!r} has {n} different picture(s) to train on, but the recipe {recipe} needs at least "
                f"{LEAST_PICTURES}. Add pictures to it, or choose the recipe quick."
            )
        if len(set(folds[targets == target].tolist())) < 2:
            raise TrainError(
                f"All pictures of {label!r} to train on are near-duplicates of pictures of other labels, or show the "
                "same subjects, so that the network which judges them would learn from none. Correct the labels on the "
                f"Clean page, add other pictures, or choose the recipe quick instead of {recipe}."
            )


def _fitted(
    project: Project, data: TrainData, backbone: Backbone, quick: FittedHead, config: TrainConfig, found: Any,
    share: float, progress: Progress,
) -> tuple[Backbone, TrainData, FittedHead]:  # fmt: skip
    """The tuned backbone, its embeddings of all pictures, and head, calibration and line for none of these on them."""
    weights, head = found.weights(share)
    content = embedding_onnx(weights, keeping.record()["averaged_blocks"])
    tuned = replace(
        backbone,
        onnx_path=Path("tuned.onnx"),
        onnx_sha256=sha256(content).hexdigest(),
        content=content,
        is_tuned=True,
    )
    of_training, task = found.embeddings(share).astype(np.float16).astype(np.float32), found.task
    calibration = fit_calibration(
        found.oof_logits[share], task.targets, task.folds, _groups(data, "train"), config.prior
    )
    novelty = fit_novelty(
        of_training, task.targets, len(data.classes), task.folds,
        lambda fold, rows: found.embeddings_without(fold, share, rows),
    )  # fmt: skip
    embeddings = _embeddings(project, data, tuned, of_training, progress)
    fit = replace(quick.fit, head=head, oof_logits=found.oof_logits[share], folds=task.folds)
    return tuned, replace(data, embeddings=embeddings), FittedHead(fit, calibration, novelty)


def _embeddings(
    project: Project, data: TrainData, tuned: Backbone, of_training: np.ndarray, progress: Progress
) -> Embeddings:
    """Those of the pictures that judge it by the very model that is kept; those it learned from were looked at already.

    Args:
        of_training: (N, D), of the pictures that it learned from.
    """
    train = data.of("train")
    others = [picture for picture, learned in zip(data.pictures, train, strict=True) if not learned]
    looked = embed_once(project, tuned, others, progress)
    if looked.skipped:
        first = looked.skipped[0]
        raise TrainError(
            f"{len(looked.skipped)} picture(s) were removed or changed while training, for instance {first.path} "
            f"({first.reason}). Start the training again: it uses the pictures that are there then."
        )
    array = np.empty((len(train), looked.array.shape[1]), np.float32)
    array[train], array[~train] = of_training, looked.array
    return replace(data.embeddings, array=array)


def _groups(data: TrainData, split: str) -> list[str]:
    return [data.plan.groups[row] for row in np.flatnonzero(data.of(split)).tolist()]


def _wrong(data: TrainData, fitted: FittedHead) -> np.ndarray:
    valid = data.of("valid")
    return np.asarray(fitted.probs(data.embeddings.array[valid]).argmax(axis=1) != data.targets[valid])


def _sentence_start(called: str) -> str:
    return called[:1].upper() + called[1:]


def _said_of_trust(task: Any) -> str:
    taught = (task.trust.sum(axis=0) - 1) / (
        len(task.trust) - 1
    )  # without the 1 of the network that judges it
    n_doubted = int((taught < 0.5).sum())
    if not n_doubted:
        return ""
    named = "1 picture, whose label is" if n_doubted == 1 else f"{n_doubted} pictures, whose labels are"
    return f" {named} probably wrong, counted for little: look at what Clean suggests."


def _said_of_memory(found: Any, task: Any) -> list[str]:
    if found.n_parts == 1:
        return []
    size = -(-task.settings.batch // found.n_parts)
    return [f"The memory was short: batches of {task.settings.batch} pictures were taken {size} at a time."]


def _kept_quick(choice: Choice, called: str) -> str:
    best, before = min(n for share, n in choice.n_wrong.items() if share), choice.n_wrong[0.0]
    if choice.may_be_chance:
        return (
            f"What {called} gained may be chance: on training pictures that it had not seen, at best {best} of "
            f"{choice.n} wrong; quick training has {before}. The model of quick training was kept."
        )
    but = " It gives the right labels less probability, though." if best < before else ""
    return (
        f"{_sentence_start(called)} brought nothing here: on training pictures that it had not seen, at best {best} of "
        f"{choice.n} wrong; quick training has {before}.{but} The model of quick training was kept."
    )


def _tuning(config: TrainConfig) -> ModuleType:
    try:
        from tellapart.network import tuning_door
    except (ImportError, OSError, RuntimeError) as error:
        raise TrainError(
            f"The recipe {config.recipe} needs torch, which is installed but does not start ({error}). `tellapart "
            "doctor` says how to fix it. Or choose the recipe quick, which needs no torch."
        ) from error
    return tuning_door
