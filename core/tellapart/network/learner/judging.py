"""The judgement of a network on the pictures it has not seen: probabilities, confusion, worst answers."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING

import numpy as np

from tellapart.description.items import said
from tellapart.errors import DescriptionError, ImageError
from tellapart.learning.calibration import Calibration, calibrate_held_out
from tellapart.learning.folds import assign_folds
from tellapart.learning.metrics import confusion_matrix, log_softmax
from tellapart.network.chart_table import chart_and_table
from tellapart.network.data.data import Data
from tellapart.network.data.squares import square_of_item
from tellapart.words.percents import likeliest

if TYPE_CHECKING:
    from tellapart.network.charts import Chart

_N_FOLDS = 5
_GREY = 128  # where a picture is gone
_MOST_SQUARE = 12  # labels; of more a matrix would be wider than a notebook


def shown(figure: Callable[[], Chart]) -> bytes | None:
    """What a notebook shows of something; None where matplotlib is missing, so that its text is shown."""
    try:
        return figure()._repr_png_()
    except DescriptionError:
        return None


@dataclass(frozen=True)
class Judgement:
    """logits: (N, C) of the validation pictures. targets: (N,). places: (N,) of their items. groups: (N,) of exact
    copies. prior: (C,) how common each class is among all pictures."""

    logits: np.ndarray
    targets: np.ndarray
    places: np.ndarray
    groups: tuple[str, ...]
    prior: np.ndarray

    @property
    def loss(self) -> float:
        """Mean log loss before calibration: of the logits, with classes as common as they are."""
        logs = log_softmax(self.logits + np.log(self.prior))
        return float(-logs[np.arange(len(self.targets)), self.targets].mean())

    @property
    def n_wrong(self) -> int:
        """Pictures for which another class than theirs is the likeliest, calibrated: as a bundle counts."""
        return int((self.probs.argmax(axis=1) != self.targets).sum())

    def sentence(self) -> str:
        """For instance "validation loss 0.412, 8 of 96 wrong, 8.3 %"."""
        n = len(self.targets)
        return f"validation loss {self.loss:.3f}, {self.n_wrong} of {n} wrong, {100 * self.n_wrong / n:.1f} %"

    __repr__ = sentence

    @cached_property
    def calibration(self) -> Calibration:
        """Fitted on all of them, for pictures to come."""
        return calibrate_held_out(self.logits, self.targets, self.groups, self.prior)

    @cached_property
    def probs(self) -> np.ndarray:
        """(N, C) calibrated, each picture by a calibration fitted on the others."""
        folds = assign_folds(self.targets, self.groups, _N_FOLDS)
        probs = np.empty_like(self.logits)
        for fold in np.unique(folds):
            others, own = folds != fold, folds == fold
            groups = [group for group, other in zip(self.groups, others, strict=True) if other]
            fitted = calibrate_held_out(self.logits[others], self.targets[others], groups, self.prior)
            probs[own] = fitted.probs(self.logits[own])
        return probs


@dataclass(frozen=True)
class Confusion:
    """counts: (C, C) of validation pictures, rows actual, columns predicted. classes: (C,)."""

    counts: np.ndarray
    classes: tuple[str, ...]

    def most_confused(self, at_least: int = 1) -> list[tuple[str, str, int]]:
        """(actual, predicted, how often) where they differ, the most frequent first."""
        rows, columns = np.nonzero((self.counts >= at_least) & ~np.eye(len(self.classes), dtype=bool))
        found = [
            (self.classes[row], self.classes[column], int(self.counts[row, column]))
            for row, column in zip(rows.tolist(), columns.tolist(), strict=True)
        ]
        return sorted(found, key=lambda one: -one[2])

    def figure(self) -> Chart:
        """The matrix as a chart.

        Raises:
            DescriptionError: matplotlib is not installed.
        """
        from tellapart.network.charts import matrix_chart

        return matrix_chart(self.counts, self.classes)

    def __str__(self) -> str:
        width = max(*(len(label) for label in self.classes), len(str(self.counts.max())), 3)
        head = " " * (width + 2) + "  ".join(f"{label:>{width}}" for label in self.classes)
        rows = [
            f"{label:>{width}}  " + "  ".join(f"{n:>{width}}" for n in row)
            for label, row in zip(self.classes, self.counts.tolist(), strict=True)
        ]
        return "\n".join(["rows: actual, columns: predicted", head, *rows])

    __repr__ = __str__

    def _repr_png_(self) -> bytes | None:
        return shown(self.figure)

    def _repr_html_(self) -> str:
        """The matrix as a chart and a table; of many labels the table has the pairs that are confused."""
        picture = self._repr_png_()
        if len(self.classes) > _MOST_SQUARE:
            pairs = [(actual, predicted, str(n)) for actual, predicted, n in self.most_confused()]
            return chart_and_table(
                picture, "What is taken for what", ("actual", "predicted", "pictures"), pairs
            )
        counts = zip(self.classes, self.counts.tolist(), strict=True)
        rows = [(label, *map(str, row)) for label, row in counts]
        return chart_and_table(picture, "Held-out pictures", ("actual \\ predicted", *self.classes), rows)


@dataclass(frozen=True)
class TopLoss:
    """One validation picture. loss: -log of the probability of its label. confidence: of what was predicted. gone: why
    it can no longer be read, "" as a rule."""

    place: int
    picture: str
    label: str
    predicted: str
    confidence: float
    loss: float
    gone: str = ""

    def sentence(self) -> str:
        """For instance "a.jpg: black, predicted grizzly with 93 %, loss 2.81"."""
        return (
            f"{self.picture}: {self.label}, predicted {self.predicted} with {100 * self.confidence:.0f} %, "
            f"loss {self.loss:.2f}" + (f"; it can no longer be read: {self.gone}" if self.gone else "")
        )


class TopLosses(Sequence[TopLoss]):
    """The validation pictures whose label got the least probability, worst first."""

    def __init__(self, losses: Sequence[TopLoss], pictures: Sequence[np.ndarray]) -> None:
        self._losses, self._pictures = tuple(losses), tuple(pictures)

    def __getitem__(self, place: int) -> TopLoss:  # type: ignore[override]  # no slices: whoever wants some, asks for n
        return self._losses[place]

    def __len__(self) -> int:
        return len(self._losses)

    def __iter__(self) -> Iterator[TopLoss]:
        return iter(self._losses)

    def __repr__(self) -> str:
        return "\n".join(one.sentence() for one in self)

    def figure(self) -> Chart:
        """The pictures as the network sees them, each with what was predicted, its label, loss and confidence.

        Raises:
            DescriptionError: matplotlib is not installed.
        """
        from tellapart.network.charts import picture_grid

        names = [(one.predicted, one.label) for one in self]
        facts = [f"{one.loss:.2f} / {100 * one.confidence:.0f} %" for one in self]
        return picture_grid(self._pictures, names, facts, "predicted / label\nloss / how sure")

    def _repr_png_(self) -> bytes | None:
        return shown(self.figure)

    def _repr_html_(self) -> str:
        heads = ("picture", "predicted", "label", "loss", "probability of what is predicted")
        rows = [
            (one.picture, one.predicted, one.label, f"{one.loss:.2f}", f"{100 * one.confidence:.0f} %")
            for one in self
        ]
        return chart_and_table(
            self._repr_png_(), "Pictures with the highest loss", heads, rows, has_photographs=True
        )


@dataclass(frozen=True)
class LearnerAnswer:
    """label: the likeliest class. probabilities: of every class, in class order, sum 1."""

    label: str
    probabilities: dict[str, float]

    @property
    def confidence(self) -> float:
        """Probability of the label, 0 to 1."""
        return self.probabilities[self.label]

    def __str__(self) -> str:
        return likeliest(self.probabilities)


def confusion_of(judgement: Judgement, classes: tuple[str, ...]) -> Confusion:
    """Of calibrated answers."""
    predicted = judgement.probs.argmax(axis=1)
    return Confusion(confusion_matrix(judgement.targets, predicted, len(classes)), classes)


def top_losses_of(judgement: Judgement, data: Data, n: int) -> TopLosses:
    """The n pictures of the validation part whose own label got the least probability, worst first; one that can no
    longer be read is grey, and says so."""
    probs, classes = judgement.probs, data.classes
    losses = -np.log(probs[np.arange(len(probs)), judgement.targets])
    worst = np.argsort(-losses, kind="stable")[:n].tolist()
    found, pictures = [], []
    for row in worst:
        place, predicted = int(judgement.places[row]), int(probs[row].argmax())
        pixels, gone = _square(data, place)
        pictures.append(pixels)
        found.append(
            TopLoss(
                place=place, picture=said(data.assembly.items[place]),
                label=classes[judgement.targets[row]], predicted=classes[predicted],
                confidence=float(probs[row, predicted]), loss=float(losses[row]), gone=gone,
            )
        )  # fmt: skip
    return TopLosses(found, pictures)


def _square(data: Data, place: int) -> tuple[np.ndarray, str]:
    """A picture as the network sees it, or a grey one and why it cannot be read any more."""
    item = data.description.item
    try:
        return square_of_item(data.assembly.items[place], item), ""
    except ImageError as error:
        return np.full((item.size, item.size, 3), _GREY, np.uint8), str(error)
