"""Partial dependence: how the answers change as one column takes value after value, all others left as they are.

Sources: Friedman 2001, "Greedy Function Approximation: A Gradient Boosting Machine", section 8.2; Goldstein et al.
2015, "Peeking Inside the Black Box" (the spread among rows; arXiv:1309.6392).
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from datetime import date, timedelta
from typing import Any

import numpy as np

from tellapart.progress import Doing, Progress, Step, silent
from tellapart.tables.encoding import Feature, encoded
from tellapart.tables.judging import TableJudgement
from tellapart.words.percents import whole

MOST_COLUMNS = 6
_MOST_ROWS, _N_STEPS, _MOST_CATEGORIES = 500, 16, 12
_EPOCH = date(1970, 1, 1)


@dataclass(frozen=True)
class Dependence:
    """Of a column. kind: "number", "category" or "date". names: of its values, places: their numbers. mean, low, high:
    of each value the probability of each label, and between which the middle half of the rows is."""

    title: str
    kind: str
    names: list[str]
    places: list[float]
    labels: list[str]
    mean: list[list[float]]
    low: list[list[float]]
    high: list[list[float]]

    @property
    def sentence(self) -> str:
        """For the person: where the answer that changes most is least and most likely."""
        mean = np.array(self.mean)
        k = int((mean.max(axis=0) - mean.min(axis=0)).argmax())
        least, most = int(mean[:, k].argmin()), int(mean[:, k].argmax())
        return (
            f"{self.title}: {self.labels[k]} from {whole(mean[least, k])} at {self.names[least]} to "
            f"{whole(mean[most, k])} at {self.names[most]}, on average"
        )

    def to_json(self) -> dict[str, Any]:
        """Plain JSON values."""
        return asdict(self)

    def __repr__(self) -> str:
        return self.sentence


def column_dependence(
    judged: TableJudgement, titles: Sequence[str], progress: Progress = silent
) -> list[Dependence]:
    """How the classifier of all rows answers as each of these columns changes, over at most 500 of the rows."""
    model = judged.model({})
    rng = np.random.default_rng(0)
    rows = np.sort(rng.permutation(len(judged.targets))[:_MOST_ROWS])
    inputs = encoded(model.features, [one[rows] for one in judged.values])
    places = {one.column.title: at for at, one in enumerate(model.features)}
    found = []
    for n_done, title in enumerate(titles):
        progress(n_done, len(titles), Doing(Step.FITTING, "Asking what if"))
        at = places[title]
        steps = _steps(model.features[at], encoded([model.features[at]], [judged.values[at]])[:, 0])
        if len(steps) < 2:
            continue
        asked = np.repeat(inputs[None], len(steps), axis=0)  # (V, N, F)
        asked[:, :, at] = steps[:, None]
        probs = model.encoded_probabilities(asked.reshape(-1, inputs.shape[1])).reshape(
            len(steps), len(rows), -1
        )
        low, high = np.quantile(probs, [0.25, 0.75], axis=1)
        feature = model.features[at]
        found.append(
            Dependence(
                title, feature.column.kind, [_name(feature, one) for one in steps.tolist()], steps.tolist(),
                list(model.labels), probs.mean(axis=1).tolist(), low.tolist(), high.tolist(),
            )
        )  # fmt: skip
    return found


def _steps(feature: Feature, values: np.ndarray) -> np.ndarray:
    """(V,) encoded values to ask about: the commonest categories, or numbers with as many rows between them
    (with as many different numbers where one of them is in most rows)."""
    there = values[~np.isnan(values)]
    if feature.is_category:
        return np.array([place for place, _ in Counter(there.tolist()).most_common(_MOST_CATEGORIES)])
    if not len(there):
        return np.zeros(0)
    shares = np.linspace(0.02, 0.98, _N_STEPS)
    steps = np.unique(np.quantile(there, shares))
    if 2 * len(steps) > _N_STEPS:
        return np.asarray(steps)
    return np.unique(np.quantile(np.unique(there), shares))  # most rows have one and the same number


def _name(feature: Feature, value: float) -> str:
    if feature.is_category:
        return feature.categories[int(value)]
    if feature.column.kind == "date":
        return (_EPOCH + timedelta(days=int(value))).isoformat()
    return f"{float(f'{value:.4g}'):,.10g}"
