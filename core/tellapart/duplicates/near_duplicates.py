"""Near-duplicates: the same picture again, resized, recompressed, slightly cropped, mirrored or in other light.

Fingerprints say which pairs may be; a second look at the files says which are. What was seen is remembered, so that
asking again about the same pictures opens no file.
"""

from __future__ import annotations

import os
import threading
from collections import OrderedDict, defaultdict
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor

import numpy as np
from PIL import Image
from scipy.sparse import coo_matrix
from scipy.sparse.csgraph import connected_components

from tellapart.duplicates.candidates import NearPairs, pairs_at_first_look
from tellapart.duplicates.confirmation import COARSE_SIDE, MOST_UNLIKE, SIDE, Closer, coarse_look, fine_look
from tellapart.errors import ImageError
from tellapart.learning.numerics.blas_threads import one_thread
from tellapart.pictures.images import Source, read_image
from tellapart.progress import Share, silent_share

Remembered = Callable[[np.ndarray, np.ndarray, Callable[[np.ndarray], np.ndarray]], np.ndarray]

_FIRST = 0.5  # of the time, while nothing is remembered
_NEAREST = 5  # for each picture: of a thousand frames of one camera only the most alike are looked at again
_OF_EQUALS = 3  # pictures with one fingerprint that stand for it before those with another
_AT_ONCE = 64
_N_COARSE, _N_FINE = 20_000, 600  # pictures that are kept in memory


def near_duplicate_pairs(
    fingerprints: Sequence[bytes],
    sources: Sequence[Source],
    tell: Share = silent_share,
    remembered: Remembered | None = None,
) -> NearPairs:
    """Which pictures are one picture, how much alike they look when small, and which way round.

    Those that look alike at the first look, see `pairs_at_first_look`, and show the same everywhere at the second, see
    `second_look`; of its look-alikes each picture is compared with the five that are nearest. One that cannot be read
    is like none.

    Args:
        fingerprints, sources: (N,) of each picture; its file or bytes are opened only where it has look-alikes.
        remembered: answers from earlier; gets two arrays of places and a function that finds out.
    Raises:
        ValueError: a fingerprint is neither of 288 bytes nor of 32, as older projects have.
        Cancelled: from `tell`.
    """
    pairs = _nearest(
        _with_equals(fingerprints, pairs_at_first_look(fingerprints, lambda s: tell(_FIRST * s)))
    )

    def look(chosen: np.ndarray) -> np.ndarray:
        return _are_same(_only(pairs, chosen), sources, lambda share: tell(_FIRST + (1 - _FIRST) * share))

    everything = np.arange(len(pairs.first))
    is_same = remembered(pairs.first, pairs.second, look) if remembered else look(everything)
    return _only(pairs, np.flatnonzero(is_same))


def group_near_duplicates(fingerprints: Sequence[bytes], sources: Sequence[Source]) -> np.ndarray:
    """(N,) int group of each picture; pictures in one group show the same, directly or through others.

    Groups are numbered by their first member. See `near_duplicate_pairs`.

    Raises:
        ValueError: a fingerprint is neither of 288 bytes nor of 32, as older projects have.
    """
    return groups_of(near_duplicate_pairs(fingerprints, sources), len(fingerprints))


def groups_of(pairs: NearPairs, n: int) -> np.ndarray:
    """(N,) int: pictures that are joined by pairs, directly or through others, share the place of the first of them."""
    graph = coo_matrix((np.ones(len(pairs.first), np.int8), (pairs.first, pairs.second)), shape=(n, n))
    _, groups = connected_components(graph, directed=False)
    _, first, inverse = np.unique(groups, return_index=True, return_inverse=True)
    return first[inverse].astype(np.int64)


def _only(pairs: NearPairs, chosen: np.ndarray) -> NearPairs:
    return NearPairs(*(column[chosen] for column in pairs))


def _with_equals(fingerprints: Sequence[bytes], pairs: NearPairs) -> NearPairs:
    """The pairs, with more of those whose fingerprints are equal: the first of them may differ from the others."""
    equals: defaultdict[bytes, list[int]] = defaultdict(list)
    for i, fingerprint in enumerate(fingerprints):
        equals[fingerprint].append(i)
    more: list[tuple[int, int, float, bool]] = []
    for same in equals.values():
        for step in range(1, _OF_EQUALS + 1):
            more += [(one, other, 0.0, False) for one, other in zip(same[1:], same[1 + step :], strict=False)]
    if len(equals) == len(fingerprints):
        return pairs
    for one, other, distance, is_mirrored in zip(*(column.tolist() for column in pairs), strict=True):
        if fingerprints[one] != fingerprints[other]:
            ones, others = (equals[fingerprints[side]][:_OF_EQUALS] for side in (one, other))
            more += [
                (min(a, b), max(a, b), distance, is_mirrored)
                for a in ones
                for b in others
                if (a, b) != (one, other)
            ]
    if not more:
        return pairs
    columns = [
        np.concatenate([column, new]) for column, new in zip(pairs, zip(*more, strict=True), strict=True)
    ]
    first, second, distance, is_mirrored = columns
    order = np.lexsort((distance, second, first))
    is_new = np.ones(len(order), bool)
    is_new[1:] = (np.diff(first[order]) != 0) | (np.diff(second[order]) != 0)
    order = order[is_new]
    return NearPairs(
        first[order], second[order], distance[order].astype(np.float32), is_mirrored[order].astype(bool)
    )


def _nearest(pairs: NearPairs) -> NearPairs:
    """Those that are among the nearest of one of their two pictures."""
    is_near = np.zeros(len(pairs.first), bool)
    for side in (pairs.first, pairs.second):
        order = np.lexsort((pairs.distance, side))
        ordered = side[order]
        rank = np.arange(len(order)) - np.searchsorted(ordered, ordered)
        is_near[order[rank < _NEAREST]] = True
    return _only(pairs, np.flatnonzero(is_near))


def _are_same(pairs: NearPairs, sources: Sequence[Source], tell: Share) -> np.ndarray:
    """(P,) bool."""
    is_same = np.zeros(len(pairs.first), bool)
    starts = range(0, len(is_same), _AT_ONCE)
    seen = _DecodedPictures(sources)

    def look(start: int) -> np.ndarray:
        return _some_are_same(_only(pairs, np.arange(start, min(start + _AT_ONCE, len(is_same)))), seen)

    if not len(starts):
        return is_same
    pool = ThreadPoolExecutor(min(len(starts), os.cpu_count() or 1), "second-look")
    try:
        with one_thread():
            for number, some in enumerate(pool.map(look, starts), 1):
                is_same[starts[number - 1] : starts[number - 1] + len(some)] = some
                tell(number / len(starts))
    finally:
        pool.shutdown(wait=True, cancel_futures=True)
    return is_same


def _some_are_same(pairs: NearPairs, seen: _DecodedPictures) -> np.ndarray:
    is_same = np.zeros(len(pairs.first), bool)
    rows, one, other = seen.sides(pairs, np.arange(len(is_same)), COARSE_SIDE)
    if not len(rows):
        return is_same
    unlike, fit = coarse_look(one, other)
    likely = np.flatnonzero(unlike <= MOST_UNLIKE)
    if len(likely):
        again, one, other = seen.sides(pairs, rows[likely], SIDE)
        kept = likely[np.isin(rows[likely], again)]
        if len(kept):
            is_same[rows[kept]] = fine_look(one, other, fit.only(kept)) <= MOST_UNLIKE
    return is_same


class _DecodedPictures:
    """Pictures at the two resolutions of the second look, read when they are needed, the latest kept in memory."""

    def __init__(self, sources: Sequence[Source]):
        self._sources = sources
        self._lock = threading.Lock()
        self._kept: dict[int, OrderedDict[int, tuple[np.ndarray, np.ndarray, int] | None]] = {
            COARSE_SIDE: OrderedDict(), SIDE: OrderedDict(),
        }  # fmt: skip

    def sides(self, pairs: NearPairs, rows: np.ndarray, side: int) -> tuple[np.ndarray, Closer, Closer]:
        """Those of these rows of which both pictures can be read, and both pictures, the second turned round where it
        is the mirror image."""
        found = [
            (row, self._of(int(pairs.first[row]), side), self._of(int(pairs.second[row]), side))
            for row in rows
        ]
        readable = [(row, one, other) for row, one, other in found if one is not None and other is not None]
        there = np.array([row for row, _, _ in readable], np.int64)
        if not readable:
            nothing = Closer(np.zeros(0), np.zeros(0), np.zeros(0))
            return there, nothing, nothing
        one, other = (
            Closer(*(np.stack(column) for column in zip(*sides, strict=True)))
            for sides in ([one for _, one, _ in readable], [other for _, _, other in readable])
        )
        is_mirrored = pairs.is_mirrored[there]
        other.green[is_mirrored] = other.green[is_mirrored, :, ::-1]
        other.others[is_mirrored] = other.others[is_mirrored, :, :, ::-1]
        return there, one, other

    def _of(self, place: int, side: int) -> tuple[np.ndarray, np.ndarray, int] | None:
        with self._lock:
            if place in self._kept[side]:
                self._kept[side].move_to_end(place)
                return self._kept[side][place]
        read = dict(_read(self._sources[place]))
        with self._lock:
            for size, limit in ((COARSE_SIDE, _N_COARSE), (SIDE, _N_FINE)):
                self._kept[size][place] = read.get(size)
                if len(self._kept[size]) > limit:
                    self._kept[size].popitem(last=False)
        return read.get(side)


def _read(source: Source) -> Iterator[tuple[int, tuple[np.ndarray, np.ndarray, int]]]:
    try:
        image = read_image(source, 2 * SIDE)
    except ImageError:
        return  # whoever needs the picture itself says so
    side_px = min(image.size)
    fine = image.resize((SIDE, SIDE), Image.Resampling.BILINEAR)
    coarse = np.asarray(fine.resize((COARSE_SIDE, COARSE_SIDE), Image.Resampling.BOX)).transpose(2, 0, 1)
    yield SIDE, (np.asarray(fine)[:, :, 1].copy(), coarse[::2], side_px)
    yield COARSE_SIDE, (coarse[1], coarse[::2], side_px)
