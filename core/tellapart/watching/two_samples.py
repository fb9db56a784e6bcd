"""Whether two sets of points come from one distribution: the energy test, judged by permutations.

Sources: Székely & Rizzo 2013, "Energy statistics: A class of statistics based on distances" (J. Stat. Plan. Inference
143); Phipson & Smyth 2010, "Permutation P-values should never be zero" (the p-value, which counts the sample itself);
Besag & Clifford 1991, "Sequential Monte Carlo p-values" (the end once p is known to be large); Holm 1979, "A simple
sequentially rejective multiple test procedure".
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

N_PERMUTATIONS = 999
_AT_ONCE = 128  # permutations, so that memory stays flat
_ENOUGH = 50  # permutations with a statistic as large: p is then large, and known well enough


@dataclass(frozen=True)
class TwoSamples:
    """n, m: points of the one and of the other. statistic: nm / (n + m) times the energy distance. share: of their
    distance that is due to their being different, 0 (alike) to 1. p: how probable a statistic so large is if they are
    alike, at least 1 / (permutations + 1)."""

    n: int
    m: int
    statistic: float
    share: float
    p: float


def energy_test(
    one: np.ndarray, other: np.ndarray, seed: int = 0, n_permutations: int = N_PERMUTATIONS
) -> TwoSamples:
    """The test on points (N, K) and (M, K). It takes (N + M)² distances, so give it a thousand points, not a million.
    Fewer permutations than asked for are drawn where 50 of them give a statistic as large.

    Its p-value holds for points that are independent of one another: ten pictures of one thing count as ten.

    Raises:
        ValueError: a set is empty.
    """
    n, m = len(one), len(other)
    if not n or not m:
        raise ValueError(f"The test needs points on both sides; there are {n} and {m}.")
    distances = _distances(np.concatenate([one, other]).astype(np.float64))
    rng = np.random.default_rng(seed)
    first = np.zeros((n + m, 1))
    first[:n] = 1
    observed, between = _energies(distances, first, n, m)
    n_larger, p = 0, 0.0
    for start in range(0, n_permutations, _AT_ONCE):
        n_now = min(_AT_ONCE, n_permutations - start)
        drawn = np.zeros((n + m, n_now))
        for column in range(n_now):
            drawn[rng.permutation(n + m)[:n], column] = 1
        energies, _ = _energies(distances, drawn, n, m)
        larger = np.flatnonzero(energies >= observed[0] - 1e-12)
        if n_larger + len(larger) >= _ENOUGH:
            p = _ENOUGH / (start + 1 + int(larger[_ENOUGH - n_larger - 1]))
            break
        n_larger += len(larger)
    energy = float(max(observed[0], 0.0))
    return TwoSamples(
        n, m,
        statistic=n * m / (n + m) * energy,
        share=energy / (2 * float(between[0])) if between[0] > 0 else 0.0,
        p=p or (n_larger + 1) / (n_permutations + 1),
    )  # fmt: skip


def holm(p_values: Sequence[float]) -> list[float]:
    """The p-values made larger, each for all that were asked together; in the same order."""
    order = sorted(range(len(p_values)), key=lambda i: p_values[i])
    found, largest = [0.0] * len(p_values), 0.0
    for rank, i in enumerate(order):
        largest = max(largest, min(1.0, (len(p_values) - rank) * p_values[i]))
        found[i] = largest
    return found


def _energies(distances: np.ndarray, is_first: np.ndarray, n: int, m: int) -> tuple[np.ndarray, np.ndarray]:
    """For each column (n + m, P) of 1 and 0: the energy distance of the parts, and the mean distance between them."""
    to_first = distances @ is_first  # (n + m, P)
    total = distances.sum()
    within = (is_first * to_first).sum(axis=0)
    across = to_first.sum(axis=0) - within
    others = total - within - 2 * across
    between = across / (n * m)
    return 2 * between - within / n**2 - others / m**2, between


def _distances(points: np.ndarray) -> np.ndarray:
    squares = (points**2).sum(axis=1)
    found = np.sqrt(np.maximum(squares[:, None] + squares[None] - 2 * points @ points.T, 0.0))
    np.fill_diagonal(found, 0.0)
    return np.asarray(found)
