"""watch: an app's answers week by week: none of these, confidence, and whether its pictures are still of the kind that
the model was made from.

A week drifts when the energy test of its sketches against those of the training pictures says so at 1 %, with all weeks
that were tested taken into account (Holm). Of pictures that came together one counts, since they may show one thing.
Memory stays flat however many answers there are.
"""

from __future__ import annotations

import heapq
import math
from collections import Counter
from collections.abc import Iterable
from dataclasses import asdict, dataclass, field
from datetime import date, datetime
from hashlib import blake2b
from typing import Any

import numpy as np

from tellapart.bundle.reference import Reference
from tellapart.learning.metrics import error_interval
from tellapart.watching.log_lines import LoggedAnswer
from tellapart.watching.two_samples import N_PERMUTATIONS, TwoSamples, energy_test, holm
from tellapart.words.percents import between, tenths

ALPHA = 0.01  # of a false alarm, over all weeks together
LEAST = 30  # pictures of a week, and of the training set; about fewer nothing is said
MOST = 400  # sketches of a week in the test
MOST_WEEKS = 52  # that are tested, the latest; each makes all others a little harder to tell
_MOST_LABELS = 20_000  # of a week that are counted by name
_QUANTILES = (0.1, 0.5, 0.9)


@dataclass(frozen=True)
class Drift:
    """The energy test of a week. p: with all weeks taken into account; see `TwoSamples` for the others."""

    n: int
    statistic: float
    share: float
    p: float


@dataclass(frozen=True)
class Week:
    """The answers from one Monday to the next, UTC. none_interval: of the share of none of these, 95 %. confidence:
    10 %, 50 % and 90 % quantile of the probability of the label. labels: the commonest, of answers that have one.
    drift: None where there is too little to test, nothing to compare with, or it was long ago."""

    monday: date
    n: int
    n_none: int
    none_interval: tuple[float, float]
    confidence: tuple[float, float, float]
    labels: dict[str, int]
    drift: Drift | None

    @property
    def none_share(self) -> float:
        """0 to 1."""
        return self.n_none / self.n

    @property
    def has_drift(self) -> bool:
        """Whether its pictures are others than those the model was made from, beyond chance."""
        return self.drift is not None and self.drift.p <= ALPHA


@dataclass(frozen=True)
class Watched:
    """weeks: oldest first. model: 12 digits of the bundle whose answers are counted. n_of_others: answers of other
    bundles. expected_none: its share of none of these on held-out pictures; expected_confidence: its quantiles there;
    None where the bundle does not say. why_no_drift: "" where the pictures were compared."""

    model: str
    weeks: tuple[Week, ...]
    n: int
    n_of_others: int
    n_broken: int
    expected_none: float | None
    expected_confidence: tuple[float, float, float] | None
    why_no_drift: str

    def to_json(self) -> dict[str, Any]:
        """Plain JSON values, with the sentences."""
        weeks = [
            {**asdict(one), "monday": one.monday.isoformat(), "none_share": round(one.none_share, 4)}
            for one in self.weeks
        ]
        return {"format": 1, **asdict(self), "weeks": weeks, "sentences": self.sentences()}

    def sentences(self) -> list[str]:
        """For a person, the most important first."""
        if not self.weeks:
            return ["There is no answer of this model in the log yet."]
        last = self.weeks[-1]
        said = []
        drifted, n_tested = [one for one in self.weeks if one.has_drift], sum(map(_is_tested, self.weeks))
        if drifted:
            said.append(
                f"In {len(drifted)} of {n_tested} week(s), last in that of {drifted[-1].monday}, the pictures "
                "were others than those the model was made from, beyond chance. Look at some of them; if they are what "
                "it should know, add them and train again."
            )
        elif n_tested:
            said.append("The pictures look like those the model was made from: no difference beyond chance.")
        low, high = last.none_interval
        said.append(
            f"Week of {last.monday}: {last.n:,} answer(s), {last.n_none:,} none of these: {tenths(last.none_share)} "
            f"(95 % interval {between(low, high)})"
            + (
                f"; {tenths(self.expected_none)} on held-out pictures."
                if self.expected_none is not None
                else "."
            )
        )
        if self.expected_none is not None and low > self.expected_none:
            said.append(
                "That is more than on held-out pictures: visitors bring things that the model does not know."
            )
        said.append(
            f"Half of its answers are surer than {tenths(last.confidence[1])}"
            + (
                f"; {tenths(self.expected_confidence[1])} on held-out pictures."
                if self.expected_confidence
                else "."
            )
        )
        if self.why_no_drift:
            said.append(self.why_no_drift)
        if self.n_of_others:
            said.append(f"{self.n_of_others:,} answer(s) of other models are not counted.")
        if self.n_broken:
            said.append(f"{self.n_broken:,} line(s) of the log are broken and were passed over.")
        return said


def _is_tested(week: Week) -> bool:
    return week.drift is not None


class _Sketches:
    """One sketch of each batch, and of all batches a fair sample of at most MOST: those with the smallest digests."""

    def __init__(self) -> None:
        self._kept: dict[int, tuple[float, ...]] = {}
        self._largest: list[int] = []  # a heap of the digests, negative

    def __len__(self) -> int:
        return len(self._kept)

    def keep(self, batch: str, sketch: tuple[float, ...]) -> None:
        digest = int.from_bytes(blake2b(batch.encode("utf-8", "replace"), digest_size=8).digest(), "big")
        if digest in self._kept:
            return
        if len(self._kept) < MOST:
            heapq.heappush(self._largest, -digest)
        elif digest < -self._largest[0]:
            del self._kept[-heapq.heapreplace(self._largest, -digest)]
        else:
            return
        self._kept[digest] = sketch

    def rows(self) -> np.ndarray:
        return np.array([self._kept[digest] for digest in sorted(self._kept)])


@dataclass
class _Gathered:
    """probabilities: how often each, to four places, which is what logs have."""

    n: int = 0
    n_none: int = 0
    probabilities: Counter[float] = field(default_factory=Counter)
    labels: Counter[str] = field(default_factory=Counter)
    sketches: _Sketches = field(default_factory=_Sketches)


def watch(
    answers: Iterable[LoggedAnswer],
    model: str = "",
    reference: Reference | None = None,
    expected_none: float | None = None,
    seed: int = 0,
) -> Watched:
    """What answers come to, week by week.

    Args:
        model: 12 digits of the bundle that is asked about; "" for that of the last answer.
        reference: of that bundle, None where it has none. expected_none: its share on held-out pictures.
    """
    by_model: dict[str, dict[date, _Gathered]] = {}
    last: tuple[datetime, str] | None = None
    n_of_others = 0
    for answer in answers:
        if model and answer.model != model:
            n_of_others += 1
            continue
        year, number, _ = answer.at.isocalendar()
        week = by_model.setdefault(answer.model, {}).setdefault(
            date.fromisocalendar(year, number, 1), _Gathered()
        )
        _count(week, answer)
        last = max(last or (answer.at, answer.model), (answer.at, answer.model))
    model = model or (last[1] if last else "")
    found = by_model.pop(model, {})
    n_of_others += sum(week.n for weeks in by_model.values() for week in weeks.values())
    tests = _tests(found, reference, seed)
    weeks = tuple(_week(monday, found[monday], tests.get(monday)) for monday in sorted(found))
    confidences = None if reference is None or not len(reference.confidences) else reference.confidences
    return Watched(
        model, weeks, sum(week.n for week in weeks), n_of_others, 0, expected_none,
        None if confidences is None else _quantiles(Counter(confidences.tolist())),
        _why_not(found, reference, bool(tests)),
    )  # fmt: skip


def _count(week: _Gathered, answer: LoggedAnswer) -> None:
    week.n += 1
    week.n_none += answer.none_of_these
    if not answer.none_of_these and (answer.label in week.labels or len(week.labels) < _MOST_LABELS):
        week.labels[answer.label] += 1
    week.probabilities[round(answer.probability, 4)] += 1
    if answer.sketch:
        week.sketches.keep(answer.batch or f"alone {week.n}", answer.sketch)


def _tests(found: dict[date, _Gathered], reference: Reference | None, seed: int) -> dict[date, Drift]:
    if reference is None or len(reference.sketches) < LEAST:
        return {}
    mondays = [monday for monday in sorted(found) if len(found[monday].sketches) >= LEAST][-MOST_WEEKS:]
    # the least p that so many permutations can give stays below ALPHA when it is corrected for so many weeks
    n_permutations = max(N_PERMUTATIONS, math.ceil(2 * len(mondays) / ALPHA))
    asked: dict[date, TwoSamples] = {
        monday: energy_test(found[monday].sketches.rows(), reference.sketches, seed, n_permutations)
        for monday in mondays
    }
    corrected = holm([one.p for one in asked.values()])
    return {
        monday: Drift(one.n, round(one.statistic, 4), round(one.share, 4), round(p, 4))
        for (monday, one), p in zip(asked.items(), corrected, strict=True)
    }


def _week(monday: date, week: _Gathered, drift: Drift | None) -> Week:
    low, high = error_interval(week.n_none, week.n)
    return Week(
        monday, week.n, week.n_none, (round(low, 4), round(high, 4)), _quantiles(week.probabilities),
        dict(week.labels.most_common(12)), drift,
    )  # fmt: skip


def _quantiles(counts: Counter[float]) -> tuple[float, float, float]:
    """Of values that are there so often, as np.quantile of all of them."""
    values = np.array(sorted(counts))
    ends = np.cumsum([counts[value] for value in values.tolist()])
    places = np.array(_QUANTILES) * (ends[-1] - 1)
    below, above = (
        values[np.searchsorted(ends, end, side="right")] for end in (np.floor(places), np.ceil(places))
    )
    low, middle, high = (below + (above - below) * (places % 1)).round(4).tolist()
    return low, middle, high


def _why_not(found: dict[date, _Gathered], reference: Reference | None, is_tested: bool) -> str:
    if is_tested or not found:
        return ""
    if reference is None:
        return (
            "The pictures are not compared with those it was made from: that takes its bundle (--bundle), made by this "
            "version or a later one. Train again to have it."
        )
    if len(reference.sketches) < LEAST:
        return f"The pictures are not compared: the model was made from fewer than {LEAST} different ones."
    if not any(len(week.sketches) for week in found.values()):
        return "The pictures are not compared: the log has no sketches, which apps of this version write."
    return f"The pictures are not compared yet: no week has {LEAST} that came apart from one another."
