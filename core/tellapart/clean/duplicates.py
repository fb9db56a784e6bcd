"""Near-duplicates: pictures whose fingerprints differ in a few of 256 bits, joined into groups."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from scipy.sparse import coo_matrix
from scipy.sparse.csgraph import connected_components

MAX_DISTANCE = 15  # of 256 bits
_PAIRS_AT_ONCE = 2**20  # 32 MB of words to compare
_N_BANDS = 16  # more bands than bits may differ: two near fingerprints agree on at least one band


def group_near_duplicates(fingerprints: Sequence[bytes], max_distance: int = MAX_DISTANCE) -> np.ndarray:
    """(N,) int group of each picture; pictures in one group look alike, directly or through others.

    Exact for max_distance up to 15: any two fingerprints that near share one of 16 bands of 16 bits, so only pictures
    that share a band are compared. Groups are numbered by their first member.

    Raises:
        ValueError: a fingerprint is not 32 bytes, or max_distance is out of range.
    """
    if not 0 <= max_distance < _N_BANDS:
        raise ValueError(f"max_distance={max_distance} is out of range; choose 0 to {_N_BANDS - 1}.")
    n = len(fingerprints)
    bits = np.frombuffer(b"".join(fingerprints), np.uint8)
    if bits.size != 32 * n:
        raise ValueError(f"{n} fingerprints of 32 bytes make {32 * n} bytes, got {bits.size}.")
    if n == 0:
        return np.zeros(0, np.int64)
    # equal fingerprints are one from here on: a thousand copies would be half a million pairs
    _, first, same = np.unique(
        bits.reshape(n, 32).view("V32").ravel(), return_index=True, return_inverse=True
    )
    distinct = np.ascontiguousarray(bits.reshape(n, 32)[first])
    words, bands = distinct.view(np.uint64), distinct.view(np.uint16)  # (U, 4), (U, 16)
    pairs = [_pairs_in_band(bands[:, band], words, max_distance) for band in range(_N_BANDS)]
    left, right = (np.concatenate(side) for side in zip(*pairs, strict=True))
    graph = coo_matrix((np.ones(len(left), np.int8), (left, right)), shape=(len(first), len(first)))
    _, groups = connected_components(graph, directed=False)
    groups = groups[same.ravel()]
    _, first, inverse = np.unique(groups, return_index=True, return_inverse=True)
    return first[inverse].astype(np.int64)


def _pairs_in_band(band: np.ndarray, words: np.ndarray, max_distance: int) -> tuple[np.ndarray, np.ndarray]:
    order = np.argsort(band, kind="stable")
    edges = np.flatnonzero(np.diff(band[order])) + 1
    left, right = [np.zeros(0, np.int64)], [np.zeros(0, np.int64)]
    for bucket in np.split(order, edges):
        step = max(1, _PAIRS_AT_ONCE // len(bucket))
        for start in range(0, len(bucket) if len(bucket) > 1 else 0, step):
            rows = bucket[start : start + step]
            distance = np.bitwise_count(words[rows][:, None] ^ words[bucket[start:]][None]).sum(
                axis=2, dtype=np.int16
            )
            i, j = np.nonzero(distance <= max_distance)
            is_pair = i < j
            left.append(rows[i[is_pair]])
            right.append(bucket[start:][j[is_pair]])
    return np.concatenate(left), np.concatenate(right)
