"""Texts that are the same, or nearly: by how many of their words and pairs of words they share.

Whoever is nearly the same shares some rare pair of words; texts that do are compared, each pair exactly. Of a form that
many texts fill in, no pair is rare: by their commoner pairs such texts are brought together with one or two of the
others, which makes them one group, not all pairs.
Source: Broder 1997, "On the resemblance and containment of documents" (the resemblance of sets of word runs, and the
least of a hash as a sign of it).
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import pairwise

import numpy as np
from scipy.sparse import csr_matrix
from scipy.sparse.csgraph import connected_components

from tellapart.texts.terms import TermCounts

NEAR = 0.6  # share of the terms of either that both have
_RARE = 40  # texts that have a pair of words, at most, for it to bring texts together
_LEAST_TOKENS = 4  # shorter texts are alike by chance
_ROUNDS, _HASHES = 8, 2  # texts alike by 0.6 agree in some round 97 times of 100, by 0.8 nearly always
_AT_ONCE = 200_000  # pairs compared at a time


@dataclass(frozen=True)
class TextCopies:
    """Pairs of texts, the earlier first. first, second: (P,) int rows; resemblance: (P,), 1 for the same words in the
    same order but for large letters and spaces."""

    first: np.ndarray
    second: np.ndarray
    resemblance: np.ndarray


def find_copies(counts: TermCounts) -> TextCopies:
    """The pairs of texts that are the same or nearly: all that share rare pairs of words; of those that share none,
    enough to group them."""
    terms = csr_matrix(
        (np.ones(counts.words.nnz, np.float32), counts.words.indices, counts.words.indptr), counts.words.shape
    )
    n_texts = np.bincount(terms.indices, minlength=terms.shape[1])
    shared = counts.is_pair & (n_texts >= 2)
    rare, common = shared & (n_texts <= _RARE), shared & (n_texts > _RARE)
    sizes = np.asarray(terms.sum(axis=1)).ravel()
    pairs = [
        _same(counts),
        _sharing(terms[:, np.flatnonzero(rare)]),
        _filled_in(terms[:, np.flatnonzero(common)]),
    ]
    first, second = _once(np.concatenate(pairs, axis=1), terms.shape[0])
    may_be = np.minimum(sizes[first], sizes[second]) >= NEAR * np.maximum(sizes[first], sizes[second])
    first, second = first[may_be], second[may_be]
    is_long = np.minimum(counts.n_tokens[first], counts.n_tokens[second]) >= _LEAST_TOKENS
    found = np.empty(len(first))
    for start in range(0, len(first), _AT_ONCE):
        some = slice(start, start + _AT_ONCE)
        both = np.asarray(terms[first[some]].multiply(terms[second[some]]).sum(axis=1)).ravel()
        found[some] = both / np.maximum(sizes[first[some]] + sizes[second[some]] - both, 1)
    is_copy = (found >= NEAR) & (is_long | (found == 1))
    return TextCopies(first[is_copy], second[is_copy], found[is_copy])


def copy_groups(counts: TermCounts, names: Sequence[str], least: float = NEAR) -> list[str]:
    """(N,) of each text the name of the first text that it is a copy of, by way of others too; its own where it is
    none. least: resemblance of two copies, at least NEAR.
    """
    copies = find_copies(counts)
    n, near = len(names), copies.resemblance >= least
    ends = copies.first[near], copies.second[near]
    graph = csr_matrix((np.ones(len(ends[0]), bool), ends), shape=(n, n))
    _, group = connected_components(graph, directed=False)
    _, leader = np.unique(group, return_index=True)
    return [names[leader[one]] for one in group.tolist()]


def _once(pairs: np.ndarray, n: int) -> np.ndarray:
    """(2, P): each pair of n rows once, in order."""
    return np.stack(np.divmod(np.unique(pairs[0] * n + pairs[1]), n))


def _same(counts: TermCounts) -> np.ndarray:
    """(2, P): each text whose terms another has as often, with the first that has them."""
    first_of: dict[bytes, int] = {}
    pairs = []
    for row, (columns, values) in enumerate(_rows(counts.words)):
        earlier = first_of.setdefault(columns.tobytes() + values.tobytes(), row)
        if earlier != row and len(columns):
            pairs.append((earlier, row))
    return np.array(pairs, np.int64).reshape(-1, 2).T


def _rows(matrix: csr_matrix) -> Iterator[tuple[np.ndarray, np.ndarray]]:
    ends = matrix.indptr.tolist()
    for start, end in pairwise(ends):
        order = np.argsort(matrix.indices[start:end])
        yield matrix.indices[start:end][order], matrix.data[start:end][order]


def _sharing(terms: csr_matrix) -> np.ndarray:
    """(2, P): texts that share two of these terms at least, the earlier first."""
    shared = (terms @ terms.T).tocoo()
    is_pair = (shared.row < shared.col) & (shared.data >= 2)
    return np.stack([shared.row[is_pair], shared.col[is_pair]]).astype(np.int64)


def _filled_in(terms: csr_matrix) -> np.ndarray:
    """(2, P): each text with the first one, and with the one before it, that agree with it in a round of hashes of
    these terms."""
    rows = np.flatnonzero(np.diff(terms.indptr) >= 2)
    kept, n_terms = terms[rows], terms.shape[1]
    rng = np.random.default_rng(0)
    pairs = [np.empty((2, 0), np.int64)]
    for _ in range(_ROUNDS if len(rows) else 0):
        sign = np.zeros(len(rows), np.int64)
        for _ in range(_HASHES):
            hashes = rng.permutation(n_terms)
            sign = sign * n_terms + np.minimum.reduceat(hashes[kept.indices], kept.indptr[:-1])
        _, leader, group = np.unique(sign, return_index=True, return_inverse=True)
        order = np.argsort(group, kind="stable")
        in_a_row = np.diff(group[order]) == 0
        follows = leader[group] != np.arange(len(rows))
        pairs += [
            np.stack([rows[leader[group[follows]]], rows[follows]]),
            np.stack([rows[order[:-1][in_a_row]], rows[order[1:][in_a_row]]]),
        ]
    return np.concatenate(pairs, axis=1)
