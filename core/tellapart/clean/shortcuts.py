"""Shortcuts: whether something beside the point tells the labels apart: the background, a frame, the file size, the
camera, the source. A classifier learns what is easiest, and fails where the shortcut is missing."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from statistics import NormalDist
from urllib.parse import urlsplit

import numpy as np

from tellapart.learning.cross_validation import NOT_A_MEMBER, OutOfFold
from tellapart.learning.metrics import balanced_accuracy
from tellapart.learning.numerics.principal_components import sample_rows
from tellapart.store.manifest import Picture
from tellapart.words.percents import whole

_ENOUGH = 20_000  # pictures
_N_BINS = 16
_MOST_NAMES = 40  # cameras, or sources; rarer ones count as one
_LEVEL = 0.05  # chance of a false alarm, all tests together
_SHARE = 0.5  # of the picture's own lead over guessing: from there a shortcut is an alarm
_NAMES = {
    "background": "The outermost pixels alone",
    "frame": "The frame around the picture alone",
    "file size": "The file size alone",
    "picture size": "Width and height alone",
    "camera": "The camera model alone",
    "source": "The web site or folder it came from alone",
}


@dataclass(frozen=True)
class Shortcut:
    """One thing beside the point and how well it predicts the label.

    accuracy: mean of the classes' shares of right answers, out of fold; chance: that of guessing. interval: half the
    width of the interval of accuracy at a level corrected for the number of tests. is_alarm: it beats chance, and
    by more than half of what the whole picture does.
    """

    name: str
    accuracy: float
    chance: float
    interval: float
    is_alarm: bool
    sentence: str


def find_shortcuts(
    pictures: Sequence[Picture],
    looks: np.ndarray,
    tiny: np.ndarray,
    targets: np.ndarray,
    folds: np.ndarray,
    n_classes: int,
    own_accuracy: float,
) -> list[Shortcut]:
    """Every test that could be made, best predictor first; [] for fewer than two classes.

    Args:
        looks, tiny: see `Evidence`. targets: (N,) int, NOT_A_MEMBER for pictures that do not count. folds: (N,) int.
        own_accuracy: the same score of the classifier that sees the whole picture.
    """
    rows = np.flatnonzero(targets != NOT_A_MEMBER)
    rows = rows[sample_rows(targets[rows], _ENOUGH)] if len(rows) else rows
    present = np.unique(targets[rows])
    if len(present) < 2:
        return []
    targets, folds = np.searchsorted(present, targets[rows]), folds[rows]
    inputs = _inputs([pictures[row] for row in rows.tolist()], looks[rows], tiny[rows])
    scores = {name: _score(columns, targets, folds, len(present)) for name, columns in inputs.items()}
    wide = NormalDist().inv_cdf(1 - _LEVEL / (2 * max(1, len(scores))))
    chance = 1 / len(present)
    found = []
    for name, (accuracy, error) in scores.items():
        interval = wide * error
        is_alarm = accuracy - interval > chance and accuracy - chance > _SHARE * max(
            own_accuracy - chance, 0.1
        )
        sentence = _sentence(name, accuracy, chance, interval, is_alarm)
        found.append(Shortcut(name, accuracy, chance, interval, is_alarm, sentence))
    return sorted(found, key=lambda one: -one.accuracy)


def _score(
    columns: np.ndarray, targets: np.ndarray, folds: np.ndarray, n_classes: int
) -> tuple[float, float]:
    spread = columns.std(axis=0)
    inputs = (columns - columns.mean(axis=0)) / np.where(spread > 1e-9, spread, 1.0)
    logits = OutOfFold(inputs.astype(np.float32), folds, shrinkage=0.1).logits(targets, n_classes)
    return balanced_accuracy(targets, logits.argmax(axis=1), n_classes)


def _inputs(pictures: list[Picture], looks: np.ndarray, tiny: np.ndarray) -> dict[str, np.ndarray]:
    """(N, F) numbers for each test; tests in which all pictures are alike are left out."""
    edge = np.ones(tiny.shape[1:3], bool)
    edge[1:-1, 1:-1] = False
    width, height = (
        np.array([getattr(one, side) for one in pictures], float) for side in ("width", "height")
    )
    of_bytes = np.array([one.n_bytes for one in pictures], float)
    columns = {
        "background": tiny[:, edge].reshape(len(pictures), -1).astype(np.float32),
        "frame": _binned(looks["frame"]),
        "file size": _binned(of_bytes),
        "picture size": np.hstack([_binned(width * height), _binned(width / height)]),
        "camera": _named([str(code) if code else "" for code in looks["camera"].tolist()]),
        "source": _named([_site(one) for one in pictures]),
    }
    return {name: values for name, values in columns.items() if values.shape[1] and values.std() > 0}


def _binned(values: np.ndarray) -> np.ndarray:
    """(N, B) of 0 and 1: which of some equally filled ranges each value lies in."""
    edges = np.unique(np.quantile(values, np.linspace(0, 1, _N_BINS + 1)[1:-1]))
    codes = np.searchsorted(edges, values, "right")
    return np.eye(len(edges) + 1, dtype=np.float32)[codes] if len(edges) > 1 else np.zeros((len(values), 0))


def _named(names: list[str]) -> np.ndarray:
    """(N, K) of 0 and 1: which of the commonest names each picture has; no columns where all have the same."""
    common = [name for name, _ in Counter(names).most_common(_MOST_NAMES)]
    if len(common) < 2:
        return np.zeros((len(names), 0))
    place = {name: i for i, name in enumerate(common)}
    return np.eye(len(common) + 1, dtype=np.float32)[[place.get(name, len(common)) for name in names]]


def _site(picture: Picture) -> str:
    """The host of its page, else the source it came from."""
    return urlsplit(picture.page_url or "").hostname or picture.source


def _sentence(name: str, accuracy: float, chance: float, interval: float, is_alarm: bool) -> str:
    low, high = max(0.0, accuracy - interval), min(1.0, accuracy + interval)
    figures = f"{whole(accuracy)} right ({whole(low)} to {whole(high)}), guessing {whole(chance)}"
    if is_alarm:
        return (
            f"{_NAMES[name]} predicts the label: {figures}. The model may learn that instead of what the "
            "pictures show."
        )
    if accuracy - interval > chance:
        return f"{_NAMES[name]} predicts the label a little: {figures}."
    return f"{_NAMES[name]} does not predict the label: {figures}."
