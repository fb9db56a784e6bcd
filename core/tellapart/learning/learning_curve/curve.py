"""The learning curve of a set of pictures: errors measured at subsets, and a forecast with its interval."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict, dataclass
from typing import Any

import numpy as np

from tellapart.learning.learning_curve.power_law import fit_power_laws
from tellapart.learning.learning_curve.subsets import SubsetAnswers, subset_answers
from tellapart.learning.metrics import effective_size, error_interval
from tellapart.progress import Share, silent_share
from tellapart.words.percents import of_100

INTERVAL = 0.9
_Z = 1.644854  # of the normal distribution, for that interval
N_BOOTSTRAP = 400
_LITTLE = 0.01  # fall of the error, below which more pictures bring little


@dataclass(frozen=True)
class Forecast:
    """Errors, 0 to 1, of all pictures or of those of one label. now: by the fitted curve, from as many as there are.
    error: from `times` as many; low, high: its 90 % interval. n: pictures that were asked about."""

    now: float
    error: float
    low: float
    high: float
    n: int

    @classmethod
    def from_json(cls, record: dict[str, Any]) -> Forecast:
        """Back from JSON; KeyError, TypeError and ValueError where it is something else."""
        now, error, low, high = (float(record[name]) for name in ("now", "error", "low", "high"))
        return cls(now, error, low, high, int(record["n"]))


@dataclass(frozen=True)
class LearningCurve:
    """sizes: (S,) pictures learned from, rising. errors: (S,) measured by cross-validation, 0 to 1, and noise: (S,)
    their standard errors. times: how many times as many pictures the forecasts are for. whole: of all pictures.
    by_label: of each label, the pictures of all labels growing alike."""

    sizes: tuple[float, ...]
    errors: tuple[float, ...]
    noise: tuple[float, ...]
    times: float
    whole: Forecast
    by_label: dict[str, Forecast]

    def sentence(self) -> str:
        """For instance "With twice as many pictures about 9 of 100 would be wrong (6 to 12), now 13."."""
        return self._sentence(self.whole, "pictures")

    def label_sentence(self, label: str) -> str:
        """The same of one label."""
        return f"{label}: {self._sentence(self.by_label[label], 'pictures of each label')}"

    def _sentence(self, one: Forecast, what: str) -> str:
        times = "twice" if self.times == 2 else f"{self.times:g} times"
        more = f"{times} as many {what}"
        figures = f"about {of_100(one.error)} of 100 would be wrong ({of_100(one.low)} to {of_100(one.high)})"
        if one.now - one.error < _LITTLE:
            return f"More pictures would bring little: with {more} {figures}, now {of_100(one.now)}."
        return f"With {more} {figures}, now {of_100(one.now)}."

    def to_json(self) -> dict[str, Any]:
        """Plain JSON values; errors are fractions."""
        return {
            "sizes": [round(size, 1) for size in self.sizes],
            "errors": list(self.errors),
            "noise": list(self.noise),
            "times": self.times,
            "interval": INTERVAL,
            "whole": asdict(self.whole),
            "by_label": {label: asdict(one) for label, one in self.by_label.items()},
            "sentence": self.sentence(),
        }

    @classmethod
    def from_json(cls, record: dict[str, Any]) -> LearningCurve:
        """Back from JSON.

        Raises:
            ValueError: it is no such record.
        """
        try:
            sizes, errors, noise = (
                tuple(float(one) for one in record[name]) for name in ("sizes", "errors", "noise")
            )
            whole = Forecast.from_json(record["whole"])
            by_label = {str(label): Forecast.from_json(one) for label, one in record["by_label"].items()}
            times = float(record["times"])
        except (KeyError, TypeError, AttributeError) as error:
            raise ValueError(f"It is no learning curve ({error!r}).") from error
        if not sizes or not len(sizes) == len(errors) == len(noise):
            raise ValueError("It is no learning curve: its sizes and errors do not fit together.")
        return cls(sizes, errors, noise, times, whole, by_label)


def learning_curve(
    embeddings: np.ndarray, targets: np.ndarray, classes: Sequence[str], groups: Sequence[str], times: float = 2.0,
    n_draws: int = 3, seed: int = 0, tell: Share = silent_share,
) -> LearningCurve:  # fmt: skip
    """How the error falls with the number of pictures, and what more of them would bring.

    A head is fitted on growing subsets, a power law a · n^-b + c to its errors on the same held-out pictures. The
    interval is that of an error measured then: it holds the middle nine tenths of what the law says when pictures (by
    group) and draws are drawn anew, and the chance of that measurement. The network is taken as it is.

    Args:
        embeddings: (N, D) float32. targets: (N,) int into classes, each at least once; fewer than about 20 different
            pictures of a label say little about it. groups: (N,) names, shared by copies, see `Plan`.
        times: how many times as many pictures to forecast for, above 1. n_draws: subsets of each size. seed: of draws.
    Raises:
        SplitError: fewer than two labels have pictures that nobody would know by a copy.
        ValueError: times is not above 1. Cancelled: from `tell`.
    """
    if times <= 1:
        raise ValueError(f"times={times} is out of range; choose a number above 1, for instance 2.")
    answers = subset_answers(embeddings, targets, len(classes), groups, n_draws, seed, tell)
    return curve_of(answers, targets, classes, groups, times, seed)


def curve_of(
    answers: SubsetAnswers, targets: np.ndarray, classes: Sequence[str], groups: Sequence[str], times: float = 2.0,
    seed: int = 0,
) -> LearningCurve:  # fmt: skip
    """The curve through these answers, and its forecasts; see `learning_curve`."""
    counted = answers.is_counted
    _, places = np.unique(np.array(groups, object)[counted].astype(str), return_inverse=True)
    wrong, own = answers.wrong[:, :, counted], targets[counted]
    rng = np.random.default_rng([seed, 17])
    n_groups = int(places.max()) + 1
    of_groups = rng.multinomial(n_groups, np.full(n_groups, 1 / n_groups), N_BOOTSTRAP)  # (B, G)
    of_draws = rng.multinomial(len(wrong), np.full(len(wrong), 1 / len(wrong)), N_BOOTSTRAP) / len(wrong)
    # the first row is everything as it is, the others are drawn
    of_groups = np.concatenate([np.ones((1, n_groups)), of_groups])
    of_draws = np.concatenate([np.full((1, len(wrong)), 1 / len(wrong)), of_draws])
    times_drawn = of_groups[:, places].astype(np.float32)  # (B + 1, N)
    sizes = answers.sizes
    errors, noise = _resampled(wrong, times_drawn, of_draws)
    laws = fit_power_laws(sizes, errors, noise)
    n_now = float(sizes[-1])
    names = np.array(groups, object)[counted]
    whole = _forecast(
        laws.at(n_now), laws.at(times * n_now), len(own), times * effective_size(names.tolist())
    )
    by_label = {}
    for target, label in enumerate(classes):
        is_own = own == target
        if not is_own.any():
            continue
        label_errors, label_noise = _resampled(wrong[:, :, is_own], times_drawn[:, is_own], of_draws)
        label_laws = fit_power_laws(sizes, label_errors, label_noise, exponents=laws.b)
        n_then = times * effective_size(names[is_own].tolist())
        by_label[label] = _forecast(
            label_laws.at(n_now), label_laws.at(times * n_now), int(is_own.sum()), n_then
        )
    return LearningCurve(
        tuple(sizes.tolist()), tuple(errors[0].tolist()), tuple(noise.tolist()), times, whole, by_label
    )


def _resampled(
    wrong: np.ndarray, times_drawn: np.ndarray, of_draws: np.ndarray
) -> tuple[np.ndarray, np.ndarray]:
    """Errors (B + 1, S) of each resampling of (K, S, N) answers, and their standard errors (S,), which are never 0: of
    pictures that are all right, the next may be wrong."""
    n_drawn = times_drawn.sum(axis=1)
    rows = wrong.reshape(-1, wrong.shape[-1]).T.astype(np.float32)  # (N, K * S)
    by_draw = (times_drawn @ rows).reshape(-1, *wrong.shape[:2])  # (B + 1, K, S)
    errors = (of_draws[:, :, None] * by_draw).sum(axis=1) / np.maximum(n_drawn, 1)[:, None]
    errors[n_drawn == 0] = errors[0]  # of a label with few groups, all of them may be missing
    return errors, np.maximum(errors[1:].std(axis=0), 0.5 / (wrong.shape[-1] + 2))


def _forecast(now: np.ndarray, then: np.ndarray, n: int, n_then: float) -> Forecast:
    """From the curve's errors (B + 1,), of all first. n_then: pictures, copies counted once, to measure the error by.

    Two chances are put together as independent ones are: that of the curve, and that of what will be measured.
    """
    error = float(then[0])
    of_curve = np.quantile(then[1:], [(1 - INTERVAL) / 2, (1 + INTERVAL) / 2]) - error
    measured = np.array(error_interval(error * n_then, n_then, _Z)) - error
    below, above = (
        np.hypot(np.minimum(of_curve, 0), measured)[0],
        np.hypot(np.maximum(of_curve, 0), measured)[1],
    )
    return Forecast(float(now[0]), error, max(0.0, error - float(below)), min(1.0, error + float(above)), n)
