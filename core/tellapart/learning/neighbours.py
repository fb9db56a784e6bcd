"""Neighbours: for every picture those that look most like it, exact for thousands, near enough for hundreds of
thousands."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from scipy.linalg import eigh

from tellapart.learning.numerics.blas_threads import one_thread
from tellapart.progress import Share, silent_share

N_NEIGHBOURS = 32
_MOST_AXES = 128
_EARLIER_MAPS = 0.3  # length of their averages beside that of the last map, for each of them
_ENOUGH = 10_000  # pictures to find the axes from
_BALANCED_AT_ONCE = 4096  # pictures; all at once would take the memory of their embeddings several times
_EXACT = 12_000  # pictures; comparing all with all grows with the square
_CELL = 400  # pictures
_CELLS_SEARCHED = 4
_AT_ONCE = 4_000_000  # similarities held at a time
NOBODY = -1


def directions(embeddings: np.ndarray, parts: Sequence[int] = ()) -> np.ndarray:
    """(N, P) float32 of length 1 whose products are nearly the cosines of the (N, D) embeddings, P at most 128.

    Neither centred nor standardised: what a network answers to strongly tells drawings from photographs better. Of the
    last map the square roots count, so that a few strong answers do not drown the many; of earlier maps, which see
    colours and textures, a little.

    Args:
        parts: how many numbers come from each map, the last map first; see `backbones.Backbone`.
    """
    if not len(embeddings):
        return np.zeros((0, 1), np.float32)
    rows = _balanced(embeddings[:: -(-len(embeddings) // _ENOUGH)], parts)
    with one_thread():
        product = rows.T @ rows
        side = len(product)
        _, axes = eigh(product, subset_by_index=[max(0, side - _MOST_AXES), side - 1], check_finite=False)
        axes = axes.astype(np.float32)
        starts = range(0, len(embeddings), _BALANCED_AT_ONCE)
        portions = (embeddings[start : start + _BALANCED_AT_ONCE] for start in starts)
        return np.concatenate([_unit(_balanced(some, parts) @ axes) for some in portions])


def _balanced(embeddings: np.ndarray, parts: Sequence[int]) -> np.ndarray:
    last, *earlier = np.split(embeddings, np.cumsum(parts)[:-1], axis=1) if len(parts) else [embeddings]
    columns = [_unit(np.sign(last) * np.sqrt(np.abs(last)))]
    columns += [_EARLIER_MAPS * _unit(part) for part in earlier]
    return np.concatenate(columns, axis=1)


def _unit(points: np.ndarray) -> np.ndarray:
    """Rows of length 1."""
    return np.asarray(points / np.maximum(np.linalg.norm(points, axis=1, keepdims=True), 1e-9))


def nearest(
    points: np.ndarray, groups: np.ndarray, k: int = N_NEIGHBOURS, tell: Share = silent_share
) -> tuple[np.ndarray, np.ndarray]:
    """Row and similarity of the k nearest pictures of each: (N, k) int and float32, nearest first.

    Pictures of the same group (near-duplicates) do not count: a copy says nothing about whether a picture belongs.
    Where fewer than k are left, rows are NOBODY and similarities -1. Above some ten thousand pictures only those in
    the cells around a picture are compared.

    Args:
        points: (N, R) float32 of length 1. groups: (N,) int.
    Raises:
        Cancelled: from `tell`.
    """
    n = len(points)
    rows = np.full((n, k), NOBODY, np.int32)
    similarities = np.full((n, k), -1.0, np.float32)
    everyone = np.arange(n)
    with one_thread():
        if n <= _EXACT:
            _search(points, groups, everyone, everyone, rows, similarities)
            return rows, similarities
        cells, centres = _cells(points)
        members = np.split(
            np.argsort(cells, kind="stable"), np.cumsum(np.bincount(cells, minlength=len(centres)))[:-1]
        )
        around = np.argsort(-(centres @ centres.T), axis=1)[:, :_CELLS_SEARCHED]
        for cell, own in enumerate(members):
            _search(
                points, groups, own, np.concatenate([members[i] for i in around[cell]]), rows, similarities
            )
            tell((cell + 1) / len(members))
    return rows, similarities


def _cells(points: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Which cell each picture is in (N,), and the cells' centres: two rounds of k-means from pictures spread evenly."""
    centres = points[::_CELL]
    for _ in range(2):
        cells = np.concatenate([(some @ centres.T).argmax(axis=1) for some in np.array_split(points, 64)])
        order = np.argsort(cells, kind="stable")
        used, first = np.unique(cells[order], return_index=True)
        means = np.add.reduceat(points[order], first, axis=0)
        centres = means / np.maximum(np.linalg.norm(means, axis=1, keepdims=True), 1e-9)
        cells = np.searchsorted(used, cells)
    return cells, centres


def _search(
    points: np.ndarray, groups: np.ndarray, own: np.ndarray, others: np.ndarray, rows: np.ndarray,
    similarities: np.ndarray,
) -> None:  # fmt: skip
    """Fill in the nearest of `others` for each of `own`."""
    k = min(rows.shape[1], len(others))
    if not len(own) or not k:
        return
    references, their_groups = points[others], groups[others]
    step = max(1, _AT_ONCE // len(others))
    for start in range(0, len(own), step):
        some = own[start : start + step]
        similarity = points[some] @ references.T  # (B, M)
        similarity[groups[some][:, None] == their_groups[None]] = -2.0
        best = np.argpartition(-similarity, k - 1, axis=1)[:, :k]
        values = np.take_along_axis(similarity, best, axis=1)
        order = np.argsort(-values, axis=1, kind="stable")
        best, values = np.take_along_axis(best, order, axis=1), np.take_along_axis(values, order, axis=1)
        is_there = values > -2.0
        rows[some, :k] = np.where(is_there, others[best], NOBODY)
        similarities[some, :k] = np.where(is_there, values, -1.0)
