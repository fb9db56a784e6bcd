"""Near-duplicates: pictures whose fingerprints differ in a few of 256 bits, joined into groups."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import NamedTuple

import numpy as np
from scipy.sparse import coo_matrix
from scipy.sparse.csgraph import connected_components

MAX_DISTANCE = 31  # of 256 bits; different photographs differ by 58 and more
_PAIRS_AT_ONCE = 2**19  # 16 MB of words a side
_N_BANDS = 16
_FLIPS = (0, *(1 << bit for bit in range(16)))  # a band as it is, or with one bit changed


class NearPairs(NamedTuple):
    """Pairs of pictures that look alike: (P,) arrays, each pair once, sorted by first, then second.

    first, second: int places in the given sequence, first < second. distance: float32, 0 for no difference, larger
    for less alike; compare distances with one another, not with numbers of your own. is_mirrored: bool, one is the
    mirror image of the other. Pictures with equal fingerprints are paired with the first of them only: a thousand
    copies are 999 pairs.
    """

    first: np.ndarray
    second: np.ndarray
    distance: np.ndarray
    is_mirrored: np.ndarray


def near_duplicate_pairs(fingerprints: Sequence[bytes], max_distance: int = MAX_DISTANCE) -> NearPairs:
    """Which pictures look alike, how much, and which way round; see `group_near_duplicates`.

    Raises:
        ValueError: a fingerprint is not 32 bytes, or max_distance is out of range.
    """
    distinct, first, same = _distinct(fingerprints, max_distance)
    left, right, bits = _near(distinct, max_distance)
    one, other = first[left], first[right]
    copies = np.flatnonzero(first[same] != np.arange(len(same)))
    one, other = np.concatenate([one, first[same[copies]]]), np.concatenate([other, copies])
    distance = np.concatenate([bits / 256, np.zeros(len(copies))]).astype(np.float32)
    one, other = np.minimum(one, other), np.maximum(one, other)
    order = np.lexsort((other, one))
    return NearPairs(one[order], other[order], distance[order], np.zeros(len(order), bool))


def group_near_duplicates(fingerprints: Sequence[bytes], max_distance: int = MAX_DISTANCE) -> np.ndarray:
    """(N,) int group of each picture; pictures in one group look alike, directly or through others.

    Exact for max_distance up to 31: two fingerprints that near differ by at most one bit in at least one of 16 bands of
    16 bits, so only pictures with such a band are compared. Groups are numbered by their first member.

    Raises:
        ValueError: a fingerprint is not 32 bytes, or max_distance is out of range.
    """
    distinct, first, same = _distinct(fingerprints, max_distance)
    left, right, _ = _near(distinct, max_distance)
    graph = coo_matrix((np.ones(len(left), np.int8), (left, right)), shape=(len(first), len(first)))
    _, groups = connected_components(graph, directed=False)
    groups = groups[same]
    _, first, inverse = np.unique(groups, return_index=True, return_inverse=True)
    return first[inverse].astype(np.int64)


def _distinct(fingerprints: Sequence[bytes], max_distance: int) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """The different fingerprints (U, 32), the first picture with each (U,), and which one each picture has (N,)."""
    if not 0 <= max_distance < 2 * _N_BANDS:
        raise ValueError(f"max_distance={max_distance} is out of range; choose 0 to {2 * _N_BANDS - 1}.")
    n = len(fingerprints)
    bits = np.frombuffer(b"".join(fingerprints), np.uint8)
    if bits.size != 32 * n:
        raise ValueError(f"{n} fingerprints of 32 bytes make {32 * n} bytes, got {bits.size}.")
    # equal fingerprints are one from here on: a thousand copies would be half a million pairs
    _, first, same = np.unique(
        bits.reshape(n, 32).view("V32").ravel(), return_index=True, return_inverse=True
    )
    return np.ascontiguousarray(bits.reshape(n, 32)[first]), first, same.ravel()


def _near(distinct: np.ndarray, max_distance: int) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Pairs of rows that near, each once, and the number of bits that differ."""
    words, bands = distinct.view(np.uint64), distinct.view(np.uint16)  # (U, 4), (U, 16)
    pairs = [_pairs_in_band(bands[:, band], words, max_distance) for band in range(_N_BANDS)]
    left, right = (np.concatenate(side) for side in zip(*pairs, strict=True))
    codes = np.unique(np.minimum(left, right) * len(distinct) + np.maximum(left, right))
    left, right = np.divmod(codes, max(1, len(distinct)))
    return left, right, np.bitwise_count(words[left] ^ words[right]).sum(axis=1)


def _pairs_in_band(band: np.ndarray, words: np.ndarray, max_distance: int) -> tuple[np.ndarray, np.ndarray]:
    order = np.argsort(band, kind="stable")
    values = band[order].astype(np.int64)
    left, right = [np.zeros(0, np.int64)], [np.zeros(0, np.int64)]
    for flip in _FLIPS if max_distance >= _N_BANDS else _FLIPS[:1]:
        places = np.flatnonzero(values & flip == 0)
        first = np.searchsorted(values, values[places] | flip, "left") if flip else places + 1
        counts = np.searchsorted(values, values[places] | flip, "right") - first
        for i, j in _ranges(places, first, counts):
            one, other = order[i], order[j]
            distance = np.bitwise_count(words[one] ^ words[other]).sum(axis=1, dtype=np.int16)
            is_near = distance <= max_distance
            left.append(one[is_near])
            right.append(other[is_near])
    return np.concatenate(left), np.concatenate(right)


def _ranges(
    places: np.ndarray, first: np.ndarray, counts: np.ndarray
) -> Iterator[tuple[np.ndarray, np.ndarray]]:
    """Every place with each of the `counts` places from `first` on, in portions that fit in memory."""
    ends = np.cumsum(counts)
    start = 0
    while start < len(places):
        done = ends[start - 1] if start else 0
        stop = max(start + 1, int(np.searchsorted(ends, done + _PAIRS_AT_ONCE, "right")))
        some = counts[start:stop]
        offsets = np.arange(some.sum()) - np.repeat(np.cumsum(some) - some, some)
        yield np.repeat(places[start:stop], some), np.repeat(first[start:stop], some) + offsets
        start = stop
