"""The first look: which pictures may be copies of one another, told by their fingerprints alone.

Views of every picture, the whole and its slight crops, are compared with the whole of the others, straight and
mirrored: first by keys of a few bits, then by bits, then by a correlation that is high for copies only; at last their
colours have to agree. Pages of one layout and frames of one fixed camera pass it, too: `second_look` tells them apart.
"""

from __future__ import annotations

import os
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from typing import NamedTuple

import numpy as np

from tellapart.duplicates.crops import BIT_MIRROR, IS_BIT, MIRROR, VIEWS, describe, low_frequencies, signs
from tellapart.learning.numerics.blas_threads import one_thread
from tellapart.pictures.images import COLOUR_SIDE, FINGERPRINT_BYTES, MINIATURE_SIDE
from tellapart.progress import Share, silent_share

MIN_LIKENESS = (
    0.94  # a correlation; of 2,893 real photographs two different ones reach 0.933, copies 0.95 and more
)
FIRST_LIKENESS = 0.8  # in the view that was found; below it the other views bring nothing
MAX_BITS = 14  # of 48 that may differ
N_KEYS, KEY_BITS = 8, 20
MAX_CROWD = 16  # so many of those that share a key are looked at, the most similar by their bits
_MIN_CONTRAST = 1.5  # grey levels, standard deviation; below it a picture shows nothing to compare
_ROWS_AT_ONCE = 4096
_PAIRS_AT_ONCE = 2**16
_GREYS = MINIATURE_SIDE**2


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


def pairs_at_first_look(fingerprints: Sequence[bytes], tell: Share = silent_share) -> NearPairs:
    """Which pictures look alike when small, how much, and which way round.

    Two are a pair when a view of one, of 19, shares a key of 20 bits with the whole of the other, differs from it in
    at most 14 of 48 bits and correlates by 0.8 or more, when some view, of 35, correlates by 0.95 or more, and when
    their colours agree. Exact by that definition, but for crowds: of more than 16 pictures that share a key a view is
    compared with the 16 whose bits are nearest, and a picture that has 8 look-alikes as a whole is not cropped. One
    without contrast, or with a fingerprint of an older kind, looks like those with the same fingerprint only.

    Raises:
        ValueError: a fingerprint is neither of 288 bytes nor of 32, as older projects have.
        Cancelled: from `tell`.
    """
    distinct, first, same = _distinct(fingerprints)
    with one_thread():  # its own threads take a core each
        one, other, likeness, is_mirrored = _near(distinct, tell)
    copies = np.flatnonzero(first[same] != np.arange(len(same)))
    left = np.concatenate([first[one], first[same[copies]]])
    right = np.concatenate([first[other], copies])
    distance = np.concatenate([np.clip(1 - likeness, 0, None), np.zeros(len(copies))]).astype(np.float32)
    is_mirrored = np.concatenate([is_mirrored, np.zeros(len(copies), bool)])
    left, right = np.minimum(left, right), np.maximum(left, right)
    order = np.lexsort((right, left))
    return NearPairs(left[order], right[order], distance[order], is_mirrored[order])


def _distinct(fingerprints: Sequence[bytes]) -> tuple[list[bytes], np.ndarray, np.ndarray]:
    """The different fingerprints (U), the first picture with each (U,), and which one each picture has (N,)."""
    numbers: dict[bytes, int] = {}
    first: list[int] = []
    same = np.zeros(len(fingerprints), np.int64)
    for i, fingerprint in enumerate(fingerprints):
        number = numbers.setdefault(fingerprint, len(numbers))
        if number == len(first):
            if len(fingerprint) not in (FINGERPRINT_BYTES, 32):
                raise ValueError(
                    f"Fingerprint {i} has {len(fingerprint)} bytes; expected {FINGERPRINT_BYTES}, from "
                    "`fingerprint`."
                )
            first.append(i)
        same[i] = number
    return list(numbers), np.array(first, np.int64), same


def _near(distinct: list[bytes], tell: Share) -> tuple[np.ndarray, np.ndarray, np.ndarray, np.ndarray]:
    """Pairs of fingerprints that look alike, each once: places, likeness, and whether mirrored."""
    places = np.array([i for i, one in enumerate(distinct) if len(one) == FINGERPRINT_BYTES], np.int64)
    all_bytes = np.frombuffer(b"".join(distinct[i] for i in places), np.uint8).reshape(-1, FINGERPRINT_BYTES)
    has_contrast = _rows(lambda some: some.std(axis=(1, 2)) >= _MIN_CONTRAST, all_bytes[:, :_GREYS], bool)
    places, all_bytes = places[has_contrast], all_bytes[has_contrast]
    pairs = _NONE
    if len(places) > 1:
        miniatures = np.ascontiguousarray(all_bytes[:, :_GREYS])
        wholes = _Wholes(miniatures)
        pairs = _with_colours(_once(_candidates(wholes, miniatures, tell)), all_bytes[:, _GREYS:])
        pairs = _looked_at_closely(wholes, miniatures, pairs)
    return places[pairs.one], places[pairs.other], pairs.likeness, pairs.is_mirrored


class _Pairs(NamedTuple):
    one: np.ndarray
    other: np.ndarray
    likeness: np.ndarray
    is_mirrored: np.ndarray

    def only(self, chosen: np.ndarray) -> _Pairs:
        return _Pairs(*(column[chosen] for column in self))


_NONE = _Pairs(np.zeros(0, np.int64), np.zeros(0, np.int64), np.zeros(0, np.float32), np.zeros(0, bool))


def _candidates(wholes: _Wholes, miniatures: np.ndarray, tell: Share) -> _Pairs:
    starts = range(0, len(miniatures), _ROWS_AT_ONCE)
    pool = ThreadPoolExecutor(min(len(starts), os.cpu_count() or 1), "duplicates")
    found = [_NONE]
    try:
        for some in pool.map(lambda start: _candidates_of(wholes, miniatures, start), starts):
            found.append(some)
            tell((len(found) - 1) / len(starts))
    finally:
        pool.shutdown(wait=True, cancel_futures=True)
    return _Pairs(*(np.concatenate(column) for column in zip(*found, strict=True)))


def _candidates_of(wholes: _Wholes, miniatures: np.ndarray, start: int) -> _Pairs:
    """Those of a few thousand pictures from `start` on."""
    some, found = _floats(miniatures[start : start + _ROWS_AT_ONCE]), [_NONE]
    is_asked = np.ones(len(some), bool)
    for view, frequencies in low_frequencies(some):
        pairs = wholes.candidates(some, start, view, signs(frequencies), is_asked)
        found.append(pairs)
        if view == 0:  # in a crowd, crops would only find the same neighbours again
            own = pairs.one[pairs.likeness >= MIN_LIKENESS] - start
            is_asked = np.bincount(own, minlength=len(some)) < MAX_CROWD // 2
    return _Pairs(*(np.concatenate(column) for column in zip(*found, strict=True)))


def _once(pairs: _Pairs) -> _Pairs:
    """Each pair once, in the view, the direction and the reflection in which it is most alike."""
    one, other = np.minimum(pairs.one, pairs.other), np.maximum(pairs.one, pairs.other)
    order = np.lexsort((pairs.is_mirrored, -pairs.likeness, other, one))
    pairs = _Pairs(one, other, pairs.likeness, pairs.is_mirrored).only(order)
    is_first = np.ones(len(order), bool)
    is_first[1:] = (pairs.one[1:] != pairs.one[:-1]) | (pairs.other[1:] != pairs.other[:-1])
    return pairs.only(is_first)


def _with_colours(pairs: _Pairs, colours: np.ndarray) -> _Pairs:
    """Those whose colours agree too: one shirt in two colours is two pictures."""
    agree = np.zeros(len(pairs.one), bool)
    for start in range(0, len(agree), _PAIRS_AT_ONCE):
        some = slice(start, start + _PAIRS_AT_ONCE)
        one, other = (
            colours[side[some]].reshape(-1, COLOUR_SIDE, COLOUR_SIDE, 2).astype(np.float32) - 128
            for side in (pairs.one, pairs.other)
        )
        other = np.where(pairs.is_mirrored[some, None, None, None], other[:, :, ::-1], other)
        strength = (np.abs(one) + np.abs(other)).mean(axis=(1, 2, 3)) / 2
        agree[some] = np.abs(one - other).mean(axis=(1, 2, 3)) <= 4 + 0.2 * strength
    return pairs.only(agree)


def _looked_at_closely(wholes: _Wholes, miniatures: np.ndarray, pairs: _Pairs) -> _Pairs:
    """The pairs that are alike enough, after all views of those that are not so far were tried, both ways."""
    is_open = np.flatnonzero(pairs.likeness < MIN_LIKENESS)
    likeness = pairs.likeness.copy()
    for start in range(0, len(is_open), _PAIRS_AT_ONCE):
        some = is_open[start : start + _PAIRS_AT_ONCE]
        likeness[some] = wholes.best_likeness(miniatures, pairs.only(some))
    return pairs._replace(likeness=likeness).only(likeness >= MIN_LIKENESS)


class _Wholes:
    """All pictures as wholes, straight and mirrored, to be found by their keys."""

    def __init__(self, miniatures: np.ndarray):
        n = len(miniatures)
        self._n = n
        self._described = _rows(lambda some: describe(some, 0), miniatures, np.float32)
        frequencies = _rows(lambda some: next(low_frequencies(some))[1], miniatures, np.float32)
        bits = np.concatenate([signs(frequencies), signs(frequencies * BIT_MIRROR)])  # (2N, 64)
        self._codes = _codes(bits)
        keys = _keys(bits)  # (2N, N_KEYS)
        ranks = [_ranked(keys[:, i], self._codes) for i in range(N_KEYS)]
        self._orders = [np.argsort(rank, kind="stable") for rank in ranks]
        self._ranks = [rank[order] for rank, order in zip(ranks, self._orders, strict=True)]
        self._is_there = np.zeros((N_KEYS, 2**KEY_BITS), bool)
        for i in range(N_KEYS):
            self._is_there[i, keys[:, i]] = True

    def candidates(
        self, miniatures: np.ndarray, start: int, view: int, bits: np.ndarray, is_asked: np.ndarray
    ) -> _Pairs:
        """Pairs of one view of the pictures from `start` on and any whole that are somewhat alike."""
        codes, keys = _codes(bits), _keys(bits)
        pairs = [self._sharing(i, keys[:, i], codes, is_asked) for i in range(N_KEYS)]
        asked, found = (np.concatenate(side) for side in zip(*pairs, strict=True))
        asked, found = np.divmod(np.unique(asked * (2 * self._n) + found), 2 * self._n)
        is_near = np.bitwise_count(codes[asked] ^ self._codes[found]) <= MAX_BITS
        is_near &= found % self._n != asked + start
        asked, found = asked[is_near], found[is_near]
        needed, place = np.unique(asked, return_inverse=True)
        described, place = describe(miniatures[needed], view), place.ravel()
        likeness = np.zeros(len(asked), np.float32)
        for first in range(0, len(asked), _PAIRS_AT_ONCE):
            some = slice(first, first + _PAIRS_AT_ONCE)
            likeness[some] = self._likeness(
                described[place[some]], found[some] % self._n, found[some] >= self._n
            )
        pairs_found = _Pairs(asked + start, found % self._n, likeness, found >= self._n)
        return pairs_found.only(likeness >= FIRST_LIKENESS)

    def best_likeness(self, miniatures: np.ndarray, pairs: _Pairs) -> np.ndarray:
        """(P,) the highest likeness over all views of either."""
        needed, place = np.unique(np.concatenate([pairs.one, pairs.other]), return_inverse=True)
        one, other = place.ravel()[: len(pairs.one)], place.ravel()[len(pairs.one) :]
        some, best = _floats(miniatures[needed]), pairs.likeness
        for view in range(len(VIEWS)):
            described = describe(some, view)
            best = np.maximum(best, self._likeness(described[one], pairs.other, pairs.is_mirrored))
            best = np.maximum(best, self._likeness(described[other], pairs.one, pairs.is_mirrored))
        return best

    def _sharing(
        self, i: int, keys: np.ndarray, codes: np.ndarray, is_asked: np.ndarray
    ) -> tuple[np.ndarray, np.ndarray]:
        """Of the pictures that share key i, those nearest in the order of their bits."""
        asked = np.flatnonzero(self._is_there[i, keys] & is_asked)
        ranks, half = self._ranks[i], MAX_CROWD // 2
        own = _ranked(keys[asked], codes[asked])
        first = np.searchsorted(ranks, _ranked(keys[asked], np.zeros(len(asked), np.uint64)))
        last = np.searchsorted(ranks, _ranked(keys[asked] + 1, np.zeros(len(asked), np.uint64)))
        place = np.searchsorted(ranks, own)
        first = np.maximum(first, np.minimum(place - half, last - MAX_CROWD))
        counts = np.minimum(last - first, MAX_CROWD)
        steps = np.arange(counts.sum()) - np.repeat(np.cumsum(counts) - counts, counts)
        return np.repeat(asked, counts), self._orders[i][np.repeat(first, counts) + steps]

    def _likeness(self, described: np.ndarray, places: np.ndarray, is_mirrored: np.ndarray) -> np.ndarray:
        wholes = self._described[places]
        wholes[is_mirrored] *= MIRROR
        return np.einsum("ij,ij->i", described, wholes)


def _rows(compute: Callable[[np.ndarray], np.ndarray], pixels: np.ndarray, dtype: type) -> np.ndarray:
    """The results for all rows, computed a few thousand at a time, so that memory stays flat."""
    parts: list[np.ndarray] = [
        np.asarray(compute(_floats(pixels[start : start + _ROWS_AT_ONCE])), dtype)
        for start in range(0, len(pixels), _ROWS_AT_ONCE)
    ]
    return np.concatenate(parts) if parts else np.zeros(0, dtype)


def _floats(pixels: np.ndarray) -> np.ndarray:
    return pixels.reshape(-1, MINIATURE_SIDE, MINIATURE_SIDE).astype(np.float32)


def _codes(bits: np.ndarray) -> np.ndarray:
    """(N,) uint64: the bits of each row."""
    return np.packbits(bits, axis=1).view(">u8").ravel().astype(np.uint64)


def _key_weights() -> np.ndarray:
    """(64, N_KEYS): which bits make each key, as powers of 2; every bit is in three or four keys."""
    rng = np.random.default_rng(0)
    weights, rest = np.zeros((len(IS_BIT), N_KEYS), np.float32), np.zeros(0, np.int64)
    for i in range(N_KEYS):
        if len(rest) < KEY_BITS:
            more = rng.permutation(np.flatnonzero(IS_BIT))
            rest = np.concatenate([rest, more[~np.isin(more, rest)]])
        weights[rest[:KEY_BITS], i] = 2.0 ** np.arange(KEY_BITS)
        rest = rest[KEY_BITS:]
    return weights


_KEY_WEIGHTS = _key_weights()


def _keys(bits: np.ndarray) -> np.ndarray:
    """(N, N_KEYS) int64; sums of powers below 2**24 are exact in float32."""
    return (bits.astype(np.float32) @ _KEY_WEIGHTS).astype(np.int64)


def _ranked(keys: np.ndarray, codes: np.ndarray) -> np.ndarray:
    """(N,) uint64 that sort by key, then by the first 41 bits."""
    return (keys.astype(np.uint64) << np.uint64(41)) | (codes >> np.uint64(23))
