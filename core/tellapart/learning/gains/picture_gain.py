"""What more pictures of one label would bring: heads that learned from fewer of them, and on from there by a power law.

A learning curve in the number of one label's pictures alone: all others stay, and all pictures are asked about. Source
of the law: Hestness et al. 2017, "Deep learning scaling is predictable, empirically" (arXiv:1712.00409).
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from tellapart.learning.gains.current_answers import CurrentAnswers
from tellapart.learning.gains.error_gain import ErrorGain, error_gain, mean_and_noise
from tellapart.learning.head import oof_logits_without

LEAST_FRACTION = 0.3  # of the label's groups: with still fewer, errors say little about many
N_DRAWS = 2
LEAST_GROUPS = 20  # of the label, below which leaving some out says nothing
EXPONENT = 0.5  # of the law, in the middle of what is usual
_EXPONENT_NOISE = 0.6  # of what the law says further on, for not knowing the exponent
_CAME = 0.5  # of what the law says, as came in fifty made cases: leaving out costs more than adding brings
MOST, LEAST = 100, 20  # pictures to ask for
# What it brings as a rule to have twice as many, of the mistakes with that label, and how far it lies from that:
# in fifty made cases, see benchmarks/advice.py.
USUAL, SPREAD = 0.18, 0.2
_LEAST_SPREAD = 0.002


@dataclass(frozen=True)
class PictureGain:
    """target: the label. n_now: its pictures. n_more: to add. n_wrong: mistakes with it among all. gain: of these."""

    target: int
    n_now: int
    n_more: int
    n_wrong: int
    gain: ErrorGain


def picture_gains(now: CurrentAnswers, n_measured: int = 2, seed: int = 0) -> list[PictureGain]:
    """What more pictures of the n_measured most promising labels would bring, the most first."""
    usual = [_usual(now, target) for target in range(now.n_classes)]
    promising = sorted(range(now.n_classes), key=lambda target: (-usual[target], target))[:n_measured]
    found = [picture_gain(now, target, seed) for target in promising if usual[target] > 0]
    return sorted(found, key=lambda one: -one.gain.expected)


def picture_gain(now: CurrentAnswers, target: int, seed: int = 0, n_more: int | None = None) -> PictureGain:
    """What n_more pictures of one label would bring; as many as pay, unless given."""
    n_now = int((now.targets == target).sum())
    n_more = n_more or _worth_asking(now, target)
    times = (n_now + n_more) / n_now
    further = _law(1.0) - _law(times)
    usual = _usual(now, target, n_more)
    slope, noise = _slope(now, target, times, seed)
    measured = _CAME * slope * further
    total_noise = float(np.hypot(_CAME * noise * further, _EXPONENT_NOISE * measured))
    spread = max(_LEAST_SPREAD, usual * SPREAD / USUAL)
    gain = error_gain(measured, total_noise, usual, spread, now.error)
    return PictureGain(target, n_now, n_more, _n_wrong(now, target), gain)


def _law(times: float) -> float:
    """Of the error that more pictures take away, what is left with so many times as many."""
    return float(times**-EXPONENT)


def _worth_asking(now: CurrentAnswers, target: int) -> int:
    """As many as there are, or as the label in the middle has more; in tens."""
    counts = np.bincount(now.targets, minlength=now.n_classes)
    wanted = max(int(counts[target]), int(np.median(counts)) - int(counts[target]))
    return min(MOST, max(LEAST, 10 * round(wanted / 10)))


def _n_wrong(now: CurrentAnswers, target: int) -> int:
    """Mistakes in which the label is the true one."""
    return int((now.is_wrong & now.is_counted & (now.targets == target)).sum())


def _usual(now: CurrentAnswers, target: int, n_more: int | None = None) -> float:
    """The gain that mistakes and number of pictures alone let one expect, the label as common as it will be."""
    n, n_now = len(now.targets), int((now.targets == target).sum())
    n_more = n_more or _worth_asking(now, target)
    times = (n_now + n_more) / n_now
    share = times * _n_wrong(now, target) / max(1, int(now.is_counted.sum())) * n / (n + n_more)
    return USUAL * share * (_law(1.0) - _law(times)) / (_law(1.0) - _law(2.0))


def _slope(now: CurrentAnswers, target: int, times: float, seed: int) -> tuple[float, float]:
    """By how much the error rises for each unit of the law, and the standard error; infinite where the label has too
    few pictures to leave some out. Asked with the label as common as it will be with so many times as many pictures."""
    rows, own = np.flatnonzero(now.targets == target), now.targets == target
    names = np.unique(now.groups[rows])
    if len(names) < LEAST_GROUPS:
        return 0.0, float("inf")
    rng = np.random.default_rng([seed, target, 29])
    fraction = max(LEAST_FRACTION, 1 / times)
    of_each = np.zeros(len(now.targets))
    for _ in range(N_DRAWS):
        kept = rng.permutation(names)[: max(3, round(fraction * len(names)))]
        taught = ~own | np.isin(now.groups, kept)
        answers = now.predicted_by(oof_logits_without(now.fit, ~taught), now.targets[taught])
        of_each += (answers != now.targets).astype(float) - now.is_wrong
    step = _law(fraction) - _law(1.0)
    counted = now.is_counted
    common = np.where(own, times, 1.0)[counted]
    of_each = of_each[counted] * common / common.mean() / (N_DRAWS * step)
    return mean_and_noise(of_each, now.groups[counted], 1 / step)
