"""Texts that are the same, or nearly: by how many of their words and pairs of words they share.

Whoever is nearly the same shares some rare pair of words; only texts that do are compared, each pair exactly.
Source: Broder 1997, "On the resemblance and containment of documents" (the resemblance of sets of word runs).
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
_AT_ONCE = 200_000  # pairs compared at a time


@dataclass(frozen=True)
class TextCopies:
    """Pairs of texts, the earlier first. first, second: (P,) int rows; resemblance: (P,), 1 for the same words in the
    same order but for large letters and spaces."""

    first: np.ndarray
    second: np.ndarray
    resemblance: np.ndarray


def find_copies(counts: TermCounts) -> TextCopies:
    """All pairs of texts that are the same or nearly."""
    terms = csr_matrix(
        (np.ones(counts.words.nnz, np.float32), counts.words.indices, counts.words.indptr), counts.words.shape
    )
    n_texts = np.bincount(terms.indices, minlength=terms.shape[1])
    rare = np.flatnonzero(counts.is_pair & (n_texts >= 2) & (n_texts <= _RARE))
    sizes = np.asarray(terms.sum(axis=1)).ravel()
    pairs = [_same(counts), _sharing(terms[:, rare])]
    first, second = np.concatenate(pairs, axis=1)
    is_long = np.minimum(counts.n_tokens[first], counts.n_tokens[second]) >= _LEAST_TOKENS
    found = np.empty(len(first))
    for start in range(0, len(first), _AT_ONCE):
        some = slice(start, start + _AT_ONCE)
        both = np.asarray(terms[first[some]].multiply(terms[second[some]]).sum(axis=1)).ravel()
        found[some] = both / np.maximum(sizes[first[some]] + sizes[second[some]] - both, 1)
    is_copy = (found >= NEAR) & (is_long | (found == 1))
    order = np.flatnonzero(is_copy)
    keys = first[order] * terms.shape[0] + second[order]
    _, once = np.unique(keys, return_index=True)
    kept = order[once]
    return TextCopies(first[kept], second[kept], found[kept])


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
