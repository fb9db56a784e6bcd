"""Simulated cases for advice.py: embeddings with labels turned wrong or scarce, a forecast, and what then comes."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from tellapart.learning.cross_validation import OutOfFold
from tellapart.learning.folds import assign_folds
from tellapart.learning.gains.current_answers import CurrentAnswers, current_answers
from tellapart.learning.gains.error_gain import ErrorGain
from tellapart.learning.gains.label_gain import label_gain
from tellapart.learning.gains.picture_gain import picture_gain, picture_gains
from tellapart.learning.label_noise import find_doubts
from tellapart.learning.numerics.principal_components import MAX_COMPONENTS

N_DOUBT_FOLDS = 10  # as on the Clean page
N_DRAWN_TEST = 6000
Z = 1.2816  # of 80 %


@dataclass(frozen=True, eq=False)
class PictureSet:
    """array: (N, D). targets: (N,) true classes. groups: (N,) names, shared by copies."""

    name: str
    array: np.ndarray
    targets: np.ndarray
    groups: tuple[str, ...]

    @property
    def n_classes(self) -> int:
        return int(self.targets.max()) + 1

    def now(self, rows: np.ndarray, given: np.ndarray) -> CurrentAnswers:
        """What heads answer about these rows under the given labels, (N,) of the set."""
        groups = [self.groups[row] for row in rows]
        folds = assign_folds(given[rows], groups)
        return current_answers(self.array[rows], given[rows], self.n_classes, folds, groups)


@dataclass(frozen=True)
class Case:
    """What was forecast and what came, fractions. n: labels checked, or pictures added; noise: standard error of what
    came, which is measured on n_test pictures."""

    name: str
    kind: str
    n_train: int
    n: int
    error: float
    forecast: ErrorGain
    came: float
    noise: float
    n_test: int

    @property
    def is_inside(self) -> bool:
        return self.forecast.low <= self.came <= self.forecast.high

    @property
    def may_be_inside(self) -> bool:
        """Inside a range of the same 80 % that allows for the error of what came, too."""
        below, above = self.forecast.expected - self.forecast.low, self.forecast.high - self.forecast.expected
        away = self.came - self.forecast.expected
        return bool(-np.hypot(below, Z * self.noise) <= away <= np.hypot(above, Z * self.noise))


def drawn_set(seed: int) -> PictureSet:
    """Gaussian clouds in 64 dimensions: three to six classes, more or less far apart, some harder than others."""
    rng = np.random.default_rng([seed, 77])
    n_classes = int(rng.integers(3, 7))
    counts = [int(rng.integers(90, 200)) + N_DRAWN_TEST // n_classes for _ in range(n_classes)]
    middles = rng.normal(0, rng.uniform(0.18, 0.34), (n_classes, 64))
    scales = rng.uniform(0.3, 1.6, 64) * rng.uniform(0.85, 1.15, (n_classes, 1))
    targets = np.repeat(np.arange(n_classes), counts)
    array = (middles[targets] + rng.normal(size=(len(targets), 64)) * scales[targets]).astype(np.float32)
    return PictureSet(f"drawn {seed}", array, targets, tuple(map(str, range(len(targets)))))


def wrong_labels_case(one: PictureSet, seed: int) -> Case | None:
    """Some labels are turned wrong; those the advice names are put right. None where it names none."""
    rng = np.random.default_rng([seed, 1])
    train, _, test = _parts(one, rng, is_drawn=one.name.startswith("drawn"))
    given, share = one.targets.copy(), rng.uniform(0.0, 0.2)
    turned = train[rng.random(len(train)) < share]
    given[turned] = (given[turned] + rng.integers(1, one.n_classes, len(turned))) % one.n_classes
    now = one.now(train, given)
    groups = [one.groups[row] for row in train]
    folds = assign_folds(given[train], groups, N_DOUBT_FOLDS)
    learner = OutOfFold(now.fit.coordinates[:, -MAX_COMPONENTS:], folds)
    doubts = find_doubts(learner.logits(given[train], one.n_classes), given[train])
    found = label_gain(now, doubts, np.ones(len(train), bool))
    if found is None:
        return None
    mended = given.copy()
    mended[train[found.rows]] = one.targets[train[found.rows]]
    came, noise = _came(one, now, one.now(train, mended), test)
    return Case(
        one.name, f"labels, {share:.0%} wrong", len(train), len(found.rows), now.error, found.gain, came, noise,
        len(test),
    )  # fmt: skip


def scarce_label_case(one: PictureSet, seed: int) -> Case | None:
    """One label has few pictures; those that the advice asks for come from a pool. None where it asks for none."""
    rng = np.random.default_rng([seed, 2])
    train, pool, test = _parts(one, rng, is_drawn=one.name.startswith("drawn"))
    scarce = int(rng.integers(one.n_classes))
    own = train[one.targets[train] == scarce]
    given_up = own[int(len(own) * rng.uniform(0.25, 0.8)) :]
    train, pool = np.setdiff1d(train, given_up), np.union1d(pool, given_up)
    now = one.now(train, one.targets)
    several = picture_gains(now)
    if not several:
        return None
    first = several[0]
    more = rng.permutation(pool[one.targets[pool] == first.target])[: first.n_more]
    if len(more) < 10:
        return None
    forecast = (
        first.gain if len(more) == first.n_more else picture_gain(now, first.target, n_more=len(more)).gain
    )
    came, noise = _came(one, now, one.now(np.union1d(train, more), one.targets), test)
    return Case(one.name, "pictures", len(train), len(more), now.error, forecast, came, noise, len(test))


def _parts(
    one: PictureSet, rng: np.random.Generator, is_drawn: bool
) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Rows to train on, of a pool, and to test by; copies stay together, classes are spread evenly."""
    names = np.array(one.groups, object).astype(str)
    first = {name: int(target) for name, target in zip(reversed(names), reversed(one.targets), strict=True)}
    part_of: dict[str, int] = {}
    for k in range(one.n_classes):
        own = rng.permutation(sorted(name for name, of in first.items() if of == k))
        n_train = int(rng.integers(40, 110)) if is_drawn else int(0.4 * len(own))
        n_pool = 80 if is_drawn else int(0.2 * len(own))
        for place, name in enumerate(own.tolist()):
            part_of[name] = 0 if place < n_train else 1 if place < n_train + n_pool else 2
    parts = np.array([part_of[name] for name in names])
    return np.flatnonzero(parts == 0), np.flatnonzero(parts == 1), np.flatnonzero(parts == 2)


def _came(
    one: PictureSet, before: CurrentAnswers, after: CurrentAnswers, test: np.ndarray
) -> tuple[float, float]:
    """By how much the error on the test pictures fell, their labels weighed as common as those trained on afterwards,
    and its standard error."""
    truth, n_classes = one.targets[test], one.n_classes
    shares = np.bincount(after.targets, minlength=n_classes) / len(after.targets)
    weights = (shares / np.maximum(np.bincount(truth, minlength=n_classes), 1))[truth]
    wrong = [
        now.calibration.probs(now.fit.head.logits(one.array[test])).argmax(axis=1) != truth
        for now in (before, after)
    ]
    of_each = weights * (wrong[0].astype(float) - wrong[1])
    return float(of_each.sum()), float(np.sqrt((of_each**2).sum()))
