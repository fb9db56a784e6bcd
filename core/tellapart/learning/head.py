"""The head: multinomial logistic regression on embeddings, fitted in milliseconds, again after every decision.

Arrays in, arrays out; no files, no project. Embeddings are standardised, classes weigh the same whatever
their size, and the L2 strength is the strongest of those whose cross-validated loss is the lowest but for chance, which
leans to caution when some labels are wrong.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np

from tellapart.learning.folds import N_FOLDS, can_be_told
from tellapart.learning.metrics import log_softmax
from tellapart.learning.numerics.blas_threads import one_thread
from tellapart.learning.numerics.lbfgs import StopRule, minimise
from tellapart.learning.numerics.principal_components import (
    MAX_COMPONENTS,
    Components,
    fit_components,
    sample_rows,
)

# From strong to weak, in units of the mean loss; the search stops once a weaker one brings nothing.
L2_PATH = (3.0, 1.0, 0.3, 0.1, 0.03, 0.01, 0.003, 0.001)
MOST_DIRECTIONS = 512  # of the embeddings' spread; classes that look alike differ in some of the smaller ones
_MANY = 20_000  # pictures; with more the largest 256 directions have to do, for the sake of time
_ENOUGH_TO_SEARCH = 10_000  # pictures; the best strength hardly changes with more
_TEMPERATURES = np.geomspace(0.2, 1.6, 10).astype(np.float32)
_WORTH_ONE_MORE = 0.01  # share of the loss that a weaker penalty must save for another to be tried
_AS_GOOD = 0.01  # share of the loss by which a stronger one may be worse and is still preferred
_FOR_SEARCH = StopRule(gradient=1e-3, loss=1e-5)  # near enough to compare strengths by
_FOR_USE = StopRule(gradient=3e-4, loss=1e-9)
_BLOCK = 4096  # pictures looked at together: they stay in the processor's cache


@dataclass(frozen=True)
class Head:
    """A linear classifier on embeddings.

    mean, scale: (D,) float32, of the embeddings it was fitted on. weights: (D, C) float32 on standardised embeddings.
    bias: (C,) float32. l2: strength it was fitted with.
    """

    mean: np.ndarray
    scale: np.ndarray
    weights: np.ndarray
    bias: np.ndarray
    l2: float

    def logits(self, embeddings: np.ndarray) -> np.ndarray:
        """(N, C) float32 from (N, D)."""
        weights, bias = self.folded()
        return embeddings @ weights + bias

    def folded(self) -> tuple[np.ndarray, np.ndarray]:
        """Weights (D, C) and bias (C,) for embeddings as they come, standardisation folded in."""
        weights = self.weights / self.scale[:, None]
        return weights, self.bias - self.mean @ weights


@dataclass(frozen=True)
class HeadFit:
    """A head and what its cross-validation left behind, so that the next fit takes milliseconds.

    oof_logits: (N, C), for each picture from the fold that had not seen it. folds: (N,) int. cv_loss: L2 strength ->
    class-balanced log loss at its best temperature, for those that were tried. components, coordinates (N, R): of the
    embeddings. targets: (N,) what it was fitted to. solutions: one flat solution per fold, then that of the whole.
    """

    head: Head
    oof_logits: np.ndarray
    folds: np.ndarray
    cv_loss: dict[float, float]
    components: Components
    coordinates: np.ndarray
    targets: np.ndarray
    solutions: tuple[np.ndarray, ...]


def fit_head(embeddings: np.ndarray, targets: np.ndarray, n_classes: int, folds: np.ndarray) -> HeadFit:
    """A head with its L2 strength chosen by cross-validation, and out-of-fold logits for every picture.

    Args:
        embeddings: (N, D) float32.
        targets: (N,) int, each of the n_classes at least once.
        folds: (N,) int, 0 to N_FOLDS - 1; pictures that must stay together (near-duplicates) share one.
    Raises:
        ValueError: shapes differ or a class has no picture.
    """
    with one_thread():
        n_directions = MOST_DIRECTIONS if len(targets) <= _MANY else MAX_COMPONENTS
        components, coordinates = fit_components(embeddings, n_directions)
        weights = _balanced(targets, n_classes)
        some = sample_rows(targets, _ENOUGH_TO_SEARCH)
        largest = coordinates[
            some, -MAX_COMPONENTS:
        ]  # the others hardly move the loss, and cost as much again
        near, cv_loss = _search(largest, targets[some], n_classes, folds[some])
        near = [_widened(flat, n_classes, coordinates.shape[1]) for flat in near]
        l2 = _chosen(cv_loss)
        solutions = _solve_all(
            coordinates, targets, weights, n_classes, folds, l2, (*near, np.mean(near, axis=0))
        )
        oof_logits = _oof(coordinates, solutions[:-1], folds, n_classes)
    head = _head_of(components, solutions[-1], n_classes, l2)
    return HeadFit(head, oof_logits, folds, cv_loss, components, coordinates, targets, solutions)


def fit_head_at(embeddings: np.ndarray, targets: np.ndarray, n_classes: int, l2: float) -> Head:
    """A head with an L2 strength that is known already; nothing is cross-validated.

    Args: as of `fit_head`.
    Raises:
        ValueError: a class has no picture.
    """
    with one_thread():
        components, coordinates = fit_components(embeddings, MOST_DIRECTIONS)
        weights = _balanced(targets, n_classes)
        shares, spread = _shares(weights)[None], _spread(coordinates, weights)
        start = np.zeros((coordinates.shape[1] + 1) * n_classes)
        (flat,) = _solve(coordinates, targets, shares, spread, n_classes, l2, [start], _FOR_SEARCH)
    return _head_of(components, flat, n_classes, l2)


def refit_head(targets: np.ndarray, last: HeadFit) -> HeadFit:
    """The head again after labels changed: same pictures, same folds, same L2 strength, started from the last fit.

    Args:
        targets: (N,) int, in the order of the last fit's pictures.
    Raises:
        ValueError: the number of pictures is not that of the last fit, or a class has no picture.
    """
    n_classes = last.oof_logits.shape[1]
    if len(targets) != len(last.folds):
        raise ValueError(
            f"{len(targets)} targets do not match the last fit's {len(last.folds)} pictures; use fit_head."
        )
    coordinates, l2 = last.coordinates, last.head.l2
    with one_thread():
        weights = _balanced(targets, n_classes)
        solutions = _solve_all(
            coordinates, targets, weights, n_classes, last.folds, l2, last.solutions, targets != last.targets
        )
        oof_logits = _oof(coordinates, solutions[:-1], last.folds, n_classes)
    head = _head_of(last.components, solutions[-1], n_classes, l2)
    return replace(last, head=head, oof_logits=oof_logits, targets=targets, solutions=solutions)


def oof_logits_without(last: HeadFit, is_left_out: np.ndarray) -> np.ndarray:
    """(N, C) out-of-fold logits of all the last fit's pictures, by heads that did not learn from those left out either.

    The L2 strength stays. is_left_out: (N,) bool.
    Raises:
        ValueError: a class is left without a picture.
    """
    n_classes, taught = last.oof_logits.shape[1], ~is_left_out
    weights = np.zeros(len(taught), np.float32)
    weights[taught] = _balanced(last.targets[taught], n_classes)
    shares = np.stack([_shares(weights * (last.folds != fold)) for fold in range(N_FOLDS)])
    inputs, spread = last.coordinates, _spread(last.coordinates, weights)
    with one_thread():
        solutions = _solve(
            inputs, last.targets, shares, spread, n_classes, last.head.l2, last.solutions[:-1], _FOR_USE
        )
        return _oof(inputs, solutions, last.folds, n_classes)


def _balanced(targets: np.ndarray, n_classes: int) -> np.ndarray:
    counts = np.bincount(targets, minlength=n_classes)
    if counts.min() == 0:
        raise ValueError(f"Classes {np.flatnonzero(counts == 0).tolist()} have no picture; leave them out.")
    return (1.0 / counts)[targets].astype(np.float32)


def _search(
    inputs: np.ndarray, targets: np.ndarray, n_classes: int, folds: np.ndarray
) -> tuple[list[np.ndarray], dict[float, float]]:
    """The solutions of each fold at the best strength, and the loss at each strength tried.

    A class that lies in one fold alone is judged by a head that never saw it, so its pictures do not count in the loss;
    where no class can be judged, the strongest is the cautious choice.
    """
    weights = _balanced(
        targets, n_classes
    )  # by these pictures, which may be fewer of a large class than there are
    told = np.flatnonzero(can_be_told(targets, folds))
    spread = _spread(inputs, weights)
    shares = np.stack([_shares(weights * (folds != k)) for k in range(N_FOLDS)])
    solutions = [np.zeros((inputs.shape[1] + 1) * n_classes) for _ in range(N_FOLDS)]
    found: dict[float, list[np.ndarray]] = {}
    losses: dict[float, float] = {}
    for l2 in L2_PATH:
        solutions = _solve(inputs, targets, shares, spread, n_classes, l2, solutions, _FOR_SEARCH)
        oof = _oof(inputs, solutions, folds, n_classes)
        loss = calibrated_loss(oof[told], targets[told], weights[told])
        brings_nothing = bool(losses) and loss > (1 - _WORTH_ONE_MORE) * min(losses.values())
        losses[l2], found[l2] = loss, solutions
        if brings_nothing:
            break
    return found[_chosen(losses)], losses


def _widened(flat: np.ndarray, n_classes: int, size: int) -> np.ndarray:
    """A flat solution of the largest directions as one of all `size`, which rise in size."""
    both = flat.reshape(n_classes, -1)
    return np.pad(both, ((0, 0), (size + 1 - both.shape[1], 0))).ravel()


def _chosen(losses: dict[float, float]) -> float:
    """The strongest penalty that is as good as any but for chance."""
    return max(l2 for l2, loss in losses.items() if loss <= (1 + _AS_GOOD) * min(losses.values()))


def calibrated_loss(logits: np.ndarray, targets: np.ndarray, weights: np.ndarray) -> float:
    """The mean of `calibrated_losses`, pictures weighted."""
    return (
        float(calibrated_losses(logits, targets, weights) @ (weights / weights.sum()))
        if len(targets)
        else 0.0
    )


def calibrated_losses(logits: np.ndarray, targets: np.ndarray, weights: np.ndarray) -> np.ndarray:
    """(N,) the loss of each of the (N, C) logits, at the best of some temperatures for all of them together, pictures
    weighted: a strong penalty makes logits small, which calibration mends."""
    rows = np.arange(len(targets))
    found = [-log_softmax(logits / temperature)[rows, targets] for temperature in _TEMPERATURES]
    return min(found, key=lambda losses: float(losses @ weights))


def _solve_all(
    inputs: np.ndarray, targets: np.ndarray, weights: np.ndarray, n_classes: int, folds: np.ndarray, l2: float,
    starts: Sequence[np.ndarray], changed: np.ndarray | None = None,
) -> tuple[np.ndarray, ...]:  # fmt: skip
    """The solution without each fold, then that of all pictures; near the optimum from wherever they start.

    Args:
        changed: (N,) bool, pictures whose label is another than when the starts were found. What moves the solution of
            the whole moves those of the folds alike, but for the folds that never see these pictures.
    """
    spread = _spread(inputs, weights)
    (whole,) = _solve(inputs, targets, _shares(weights)[None], spread, n_classes, l2, [starts[-1]], _FOR_USE)
    moved = whole - starts[-1]
    shares = np.stack([_shares(weights * (folds != fold)) for fold in range(N_FOLDS)])
    begin = [
        start + moved if changed is None or changed[folds != fold].any() else start
        for fold, start in enumerate(starts[:-1])
    ]
    return (*_solve(inputs, targets, shares, spread, n_classes, l2, begin, _FOR_USE), whole)


def _shares(weights: np.ndarray) -> np.ndarray:
    """(N,) float32 of (N,) weights: they sum to 1, or are 0 where all weights are."""
    total = weights.sum(dtype=np.float64)
    return np.asarray(weights / total if total > 0 else weights, np.float32)


def _spread(inputs: np.ndarray, weights: np.ndarray) -> np.ndarray:
    """(R,) mean square of each column of (N, R)."""
    return np.asarray((weights / weights.sum()) @ inputs**2, np.float64)


def _solve(
    inputs: np.ndarray, targets: np.ndarray, shares: np.ndarray, spread: np.ndarray, n_classes: int, l2: float,
    starts: Sequence[np.ndarray], stop_at: StopRule,
) -> list[np.ndarray]:  # fmt: skip
    """Flat solutions, C * (R + 1): of each class its weights, then its bias. One for each row of shares, found side by
    side: products with many columns take hardly longer than with few.

    Solved in coordinates scaled so that the curvature is about 1 in every direction: there L-BFGS needs a third of the
    steps, and the gradient tells how far the optimum is. Source of the bound on the curvature: Böhning 1992,
    "Multinomial logistic regression algorithm".

    Args:
        shares: (K, N) float32, how much each picture counts for each solution, 0 for those it must not see. A solution
            that may see none is 0: it knows nothing, wherever it starts.
        spread: (R,) mean squares of the inputs.
    """
    curvature = 0.25 * spread + l2
    scale = np.append(1 / np.sqrt(curvature), 1.0)  # (R + 1,)
    penalty = l2 * scale[:-1] ** 2
    narrow = scale[:-1].astype(np.float32)
    blocks = [slice(begin, begin + _BLOCK) for begin in range(0, len(targets), _BLOCK)]

    def functions(which: np.ndarray, flat: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
        k = len(which)
        both = flat.reshape(k, n_classes, -1)
        of_inputs = both[..., :-1]
        weights = (of_inputs.astype(np.float32) * narrow).reshape(k * n_classes, -1)
        biases = both[..., -1:].astype(np.float32)
        losses, gradient = 0.5 * (penalty * of_inputs**2).sum(axis=(1, 2)), np.zeros_like(both)
        summed = np.zeros(weights.shape, np.float32)
        for block in blocks:
            some, wanted, counted = inputs[block], targets[block], shares[which, block]
            columns = np.arange(len(wanted))
            probs = (weights @ some.T).reshape(k, n_classes, -1)  # logits at first
            probs += biases
            probs -= probs.max(axis=1, keepdims=True)
            own = probs[:, wanted, columns]
            np.exp(probs, out=probs)
            totals = probs.sum(axis=1)
            losses -= (counted * (own - np.log(totals))).sum(axis=1, dtype=np.float64)
            probs *= (counted / totals)[:, None]
            probs[:, wanted, columns] -= counted
            summed += probs.reshape(k * n_classes, -1) @ some
            gradient[..., -1] += probs.sum(axis=2)
        gradient[..., :-1] = summed.reshape(of_inputs.shape) * narrow
        gradient[..., :-1] += penalty * of_inputs
        return losses, gradient.reshape(k, -1)

    begin = [
        start if share.any() else np.zeros_like(start) for start, share in zip(starts, shares, strict=True)
    ]
    scaled = [(start.reshape(n_classes, -1) / scale).ravel() for start in begin]
    return [(found.reshape(n_classes, -1) * scale).ravel() for found in minimise(functions, scaled, stop_at)]


def _oof(
    inputs: np.ndarray, solutions: Sequence[np.ndarray], folds: np.ndarray, n_classes: int
) -> np.ndarray:
    logits = np.empty((len(inputs), n_classes), np.float32)
    for fold, flat in enumerate(solutions):
        both = flat.reshape(n_classes, -1).astype(np.float32)
        logits[folds == fold] = inputs[folds == fold] @ both[:, :-1].T + both[:, -1]
    return logits


def _head_of(components: Components, flat: np.ndarray, n_classes: int, l2: float) -> Head:
    both = flat.reshape(n_classes, -1).astype(np.float32)
    return Head(components.mean, components.scale, components.basis @ both[:, :-1].T, both[:, -1].copy(), l2)
