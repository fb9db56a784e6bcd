"""train_outlines: a checked network of a project's pictures and masks, with the numbers that belong to it."""

from __future__ import annotations

import importlib.util
import time
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

from tellapart import atomic_files
from tellapart.errors import TrainError
from tellapart.kinds.bundle_folder import KNOWN, free_bundle_dir, write_bundle
from tellapart.outlines.classes import VOID
from tellapart.outlines.measuring import FEW, OutlineScores, commonest_places, confusion, held_out, scores
from tellapart.outlines.model import OutlineModel, seen_pixels
from tellapart.outlines.model_file import MOST_NUMBERS, MOST_SIDE, model_of_network, remember_own, write_model
from tellapart.outlines.project import OutlineProject, ProjectOutline
from tellapart.pictures.index_masks import resized_mask
from tellapart.progress import Doing, Progress, Step, silent
from tellapart.words.markdown import plain as as_markdown
from tellapart.words.percents import tenths

FEWEST = 4  # pictures
SIDE_PX = 256  # of what the network sees, the longer one
EPOCHS = 12
TRAINING_NAME = "training.json"  # which pictures were held out; it stays in the project
_SHORTEST = 32


@dataclass(frozen=True)
class OutlineResult:
    """A training. scores: on pictures that were not learned from; baseline: of saying for each place the class that is
    there most often. unlearned: classes that only the held-out pictures have. bundle_dir: where it lies. seconds: of it
    all."""

    bundle_dir: Path
    classes: tuple[str, ...]
    n_learned: int
    n_held_out: int
    width: int
    height: int
    scores: OutlineScores
    baseline: OutlineScores
    unlearned: tuple[str, ...]
    seconds: float
    n_epochs: int = 0

    def sentences(self) -> list[str]:
        """What a person has to know, in words."""
        one, ends = self.scores, "no interval: too few pictures, or all alike"
        if one.interval:
            ends = "95 % interval {:.3f} to {:.3f}".format(*one.interval)
        ious = sorted(
            ((iou, name) for iou, name in zip(one.ious, self.classes, strict=True) if iou is not None),
        )
        listed = ", ".join(f"{name} {iou:.2f}" for iou, name in ious[:4])
        measured_on, say = f"{self.n_held_out} pictures that were", "say"
        if self.n_held_out == 1:
            measured_on, say = "1 picture that was", "says"
        said = [
            f"{tenths(one.pixel_accuracy)} of the pixels right, mean IoU {one.mean_iou:.3f} ({ends}), on "
            f"{measured_on} not learned from.",
            f"Saying for each place the class that is there most often: {tenths(self.baseline.pixel_accuracy)} right, "
            f"mean IoU {self.baseline.mean_iou:.3f}.",
            f"Told worst: {listed}.",
            f"{self.n_learned} pictures learned from, seen as {self.width} × {self.height} pixels, {len(self.classes)} "
            f"classes, {self.seconds:.0f} s.",
        ]
        if self.n_held_out < FEW:
            said.append(
                f"{self.n_held_out} picture{'s' * (self.n_held_out != 1)} {say} little about others, which "
                "may differ by more."
            )
        if self.unlearned:
            said.append(f"Only in held-out pictures, so never learned: {', '.join(self.unlearned)}.")
        return said

    def to_json(self) -> dict[str, Any]:
        """Plain JSON values."""
        return {**self.measured(), "classes": list(self.classes)}

    def measured(self) -> dict[str, Any]:
        """The same as the bundle keeps it, beside its classes."""
        return {
            **self.scores.to_json(),
            "n_learned": self.n_learned,
            "n_held_out": self.n_held_out,
            "baseline": self.baseline.to_json(),
            "unlearned": list(self.unlearned),
            "seconds": self.seconds,
            "n_epochs": self.n_epochs,
        }

    def __repr__(self) -> str:
        return "\n".join(self.sentences())


def train_outlines(
    project: OutlineProject, n_epochs: int = EPOCHS, side_px: int = SIDE_PX, seed: int = 0,
    progress: Progress = silent,
) -> OutlineResult:  # fmt: skip
    """A network of the project's pictures in a new bundle, measured on those that were held out.

    Args:
        n_epochs: how often each picture is learned from. side_px: the longer side of what the network sees.
    Raises:
        TrainError: there are not enough pictures or classes, or torch is missing. ProjectError: the disk does not take
            it. Cancelled: `progress` asked for it; nothing is kept then.
    """
    if missing := what_is_missing():
        raise TrainError(missing)
    if n_epochs < 1 or not _SHORTEST <= side_px <= MOST_SIDE:
        raise ValueError(
            f"n_epochs={n_epochs}, side_px={side_px}: choose at least 1, and {_SHORTEST} to {MOST_SIDE}."
        )
    from tellapart.network.outlines.conversion import outlines_onnx
    from tellapart.network.outlines.training import OutlineSettings, fit_outlines

    clock, known = time.perf_counter(), project.decisions.newest()
    pictures = project.pictures()
    if len(pictures) < FEWEST:
        raise TrainError(
            f"The project has {len(pictures)} picture{'s' * (len(pictures) != 1)}; training needs at least {FEWEST}. "
            "Take some back, or make a project of more."
        )
    width, height = working_size(pictures, side_px)
    if len(project.classes) * width * height > MOST_NUMBERS:  # it could never be opened again
        raise TrainError(
            f"{len(project.classes)} classes at {width} × {height} pixels are too large an answer. Choose a smaller "
            f"size than {side_px}."
        )
    pixels, masks = _arrays(project, pictures, width, height, progress)
    is_out = held_out(pictures, seed)
    n_classes = len(project.classes)
    learned = np.bincount(masks[~is_out].reshape(-1), minlength=256)[:n_classes] > 0
    if learned.sum() < 2:
        raise TrainError(
            "The pictures to be learned from show fewer than two classes. Add pictures of the others."
        )
    if (masks[is_out] == VOID).all():
        raise TrainError(
            f"The {int(is_out.sum())} pictures to be measured on show no class, only what counts for nothing. Draw "
            "their masks, or take them out."
        )
    network = fit_outlines(
        pixels[~is_out], masks[~is_out], n_classes, OutlineSettings(n_epochs=n_epochs), seed, progress
    )
    progress(0, 0, Doing(Step.CONVERTING, "Writing the network as ONNX, and checking it"))
    onnx = outlines_onnx(network, pixels[np.flatnonzero(is_out)[:3]])
    untold = model_of_network(onnx, project.classes, project.table.is_colour, width, height, {})
    told, guessed = _measured(
        project, untold, [one for one, out in zip(pictures, is_out, strict=True) if out],
        commonest_places(masks[~is_out], n_classes), progress,
    )  # fmt: skip
    given = np.array([iou is not None for iou in told.ious])
    names = tuple(one.name for one in project.classes)
    result = OutlineResult(
        free_bundle_dir(project.bundles_dir), names,
        int((~is_out).sum()), int(is_out.sum()), width, height, told, guessed,
        tuple(names[k] for k in np.flatnonzero(given & ~learned)), time.perf_counter() - clock, n_epochs,
    )  # fmt: skip
    measured = {**result.measured(), KNOWN: known}
    model = model_of_network(onnx, project.classes, project.table.is_colour, width, height, measured)
    _keep(project, model, result, [one.picture_id for one, out in zip(pictures, is_out, strict=True) if out])
    return result


def what_is_missing() -> str:
    """What to install before anything can be learned, in a sentence; "" where all is there. It imports nothing."""
    if importlib.util.find_spec("torch") is not None:
        return ""
    return (
        "Learning outlines needs torch, which is not installed. Install it: pip install 'tellapart[torch]'."
    )


def working_size(pictures: list[ProjectOutline], side_px: int) -> tuple[int, int]:
    """Width and height of what the network sees: the middling shape of the pictures, never larger than they are."""
    width, height = (
        float(np.median([getattr(one, name) for one in pictures])) for name in ("width", "height")
    )
    scale = min(1.0, side_px / max(width, height))
    return max(_SHORTEST, round(width * scale)), max(_SHORTEST, round(height * scale))


def _arrays(
    project: OutlineProject, pictures: list[ProjectOutline], width: int, height: int, progress: Progress
) -> tuple[np.ndarray, np.ndarray]:
    pixels = np.empty((len(pictures), height, width, 3), np.uint8)
    masks = np.full((len(pictures), height, width), VOID, np.uint8)
    for number, one in enumerate(pictures):
        progress(number, len(pictures), Doing(Step.READING, "Reading pictures and masks"))
        pixels[number] = seen_pixels(project.pixels(one, max(width, height)), width, height)
        masks[number] = resized_mask(project.mask(one), width, height)
    return pixels, masks


def _measured(
    project: OutlineProject, model: OutlineModel, pictures: list[ProjectOutline], guess: np.ndarray,
    progress: Progress,
) -> tuple[OutlineScores, OutlineScores]:  # fmt: skip
    """Of the network and of the guess, in the size of the pictures."""
    told, guessed = [], []
    for number, one in enumerate(pictures):
        progress(number, len(pictures), Doing(Step.MEASURING, "Measuring on held-out pictures"))
        mask = project.mask(one)
        told.append(confusion(mask, model.told(project.pixels(one))[0], len(model.classes)))
        guessed.append(confusion(mask, resized_mask(guess, one.width, one.height), len(model.classes)))
    return scores(np.stack(told)), scores(np.stack(guessed))


def _keep(project: OutlineProject, model: OutlineModel, result: OutlineResult, held: list[str]) -> None:
    def both(folder: Path) -> None:
        write_model(model, folder)
        atomic_files.write_json(folder / TRAINING_NAME, {"held_out": held})

    write_bundle(result.bundle_dir, both, _card(project, result))
    remember_own(result.bundle_dir)


def _card(project: OutlineProject, result: OutlineResult) -> str:
    rows = [
        f"| {as_markdown(name)} | {'–' if iou is None else f'{iou:.3f}'} |"
        for name, iou in zip(result.classes, result.scores.ious, strict=True)
    ]
    return "\n".join(
        [
            f"# {as_markdown(project.name)}: a network of outlines",
            "",
            f"It tells for every pixel of a picture: {as_markdown(', '.join(result.classes))}.",
            "",
            *(as_markdown(sentence) + "\n" for sentence in result.sentences()),
            "| Class | Intersection over union |",
            "|---|---|",
            *rows,
            "",
            "Pictures are stretched to the size that the network sees. Encoder: EfficientNet-Lite0, ImageNet weights.",
            "",
        ]
    )
