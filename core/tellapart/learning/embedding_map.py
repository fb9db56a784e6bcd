"""A map of the pictures: those that look alike lie near each other, in two dimensions."""

from __future__ import annotations

import numpy as np

from tellapart.learning.numerics.blas_threads import one_thread

_LANDMARKS = 1500  # laid out by t-SNE, in seconds; all others go beside the landmarks that they look like
_NEAREST = 5
_FEW = 8
_N_STEPS = 500
_SEED = 0


def lay_out(points: np.ndarray) -> np.ndarray:
    """(N, 2) float32 from -1 to 1, the same for the same pictures.

    t-SNE where scikit-learn is installed (it comes with tellapart[studio]); else the two directions in which the
    pictures differ most, which shows less.

    Args:
        points: (N, P) float32 of length 1, see `neighbours.directions`.
    Source: van der Maaten and Hinton 2008, "Visualizing Data using t-SNE".
    """
    n = len(points)
    if n < _FEW:
        angles = 2 * np.pi * np.arange(n) / max(1, n)
        return np.stack([np.cos(angles), np.sin(angles)], axis=1).astype(np.float32)
    chosen = np.sort(np.random.default_rng(_SEED).permutation(n)[:_LANDMARKS])
    marks = points[chosen]
    laid = _scaled(_neighbourly(marks))
    places = np.empty((n, 2), np.float32)
    with one_thread():
        for start in range(0, n, _LANDMARKS):
            some = points[start : start + _LANDMARKS] @ marks.T  # (B, M)
            nearest = np.argpartition(-some, _NEAREST - 1, axis=1)[:, :_NEAREST]
            weights = np.exp(
                20 * (np.take_along_axis(some, nearest, axis=1) - some.max(axis=1, keepdims=True))
            )
            weights /= weights.sum(axis=1, keepdims=True)
            places[start : start + _LANDMARKS] = (laid[nearest] * weights[..., None]).sum(axis=1)
    places += (
        np.random.default_rng(_SEED).normal(0, 0.004, places.shape).astype(np.float32)
    )  # none hides another
    places[chosen] = laid
    return np.clip(places, -1, 1)


def _neighbourly(marks: np.ndarray) -> np.ndarray:
    centred = marks - marks.mean(axis=0)
    _, _, axes = np.linalg.svd(centred[:_LANDMARKS], full_matrices=False)
    flat = centred @ axes[:2].T if len(axes) > 1 else np.pad(centred @ axes[:1].T, ((0, 0), (0, 1)))
    try:
        from sklearn.manifold import TSNE
    except ImportError:
        return flat
    start = flat / max(float(flat[:, 0].std()), 1e-9) * 1e-4
    perplexity = min(30.0, (len(marks) - 1) / 3)
    found = TSNE(init=start, perplexity=perplexity, max_iter=_N_STEPS, random_state=_SEED).fit_transform(
        marks
    )
    return np.asarray(found)


def _scaled(places: np.ndarray) -> np.ndarray:
    middle = (places.max(axis=0) + places.min(axis=0)) / 2
    return ((places - middle) / max(float(np.abs(places - middle).max()), 1e-9)).astype(np.float32)
