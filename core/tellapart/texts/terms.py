"""Terms of texts and how often each has them: words and pairs of words, and pieces of words."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import TYPE_CHECKING

import numpy as np

from tellapart.texts.tokens import tokens

if TYPE_CHECKING:
    from scipy.sparse import csr_matrix

SIZES = (3, 4, 5)  # characters of a piece; the ends of a word are spaces in it


def words_and_pairs(words: Sequence[str]) -> list[str]:
    """The words, then each with the one that follows it."""
    return [*words, *(f"{one} {other}" for one, other in pairwise(words))]


def pieces(word: str) -> list[str]:
    """The runs of 3 to 5 characters in a word with a space at either end: of "cat" " ca", "cat", "at ", " cat" …"""
    padded = f" {word} "
    return [padded[i : i + size] for size in SIZES for i in range(len(padded) - size + 1)]


@dataclass(frozen=True)
class TermCounts:
    """How often each of N texts has each term. words: (N, V) of words and pairs; pieces: (N, G). The names of their
    columns: word_names, piece_names. is_pair: (V,) bool. n_tokens: (N,) int."""

    words: csr_matrix
    word_names: list[str]
    pieces: csr_matrix
    piece_names: list[str]
    is_pair: np.ndarray
    n_tokens: np.ndarray


def count_terms(texts: Sequence[str]) -> TermCounts:
    """The terms of all these texts."""
    from scipy.sparse import csr_matrix

    columns: dict[str, int] = {}
    rows: list[list[int]] = []
    n_tokens = []
    for text in texts:
        found = tokens(text)
        n_tokens.append(len(found))
        rows.append([columns.setdefault(term, len(columns)) for term in words_and_pairs(found)])
    words = _counted(rows, len(columns))
    names = list(columns)
    is_pair = np.array([" " in name for name in names], bool)
    of_piece: dict[str, int] = {}
    inside = [
        [] if is_one else [of_piece.setdefault(piece, len(of_piece)) for piece in pieces(name)]
        for name, is_one in zip(names, is_pair.tolist(), strict=True)
    ]
    in_words = _counted(inside, len(of_piece))  # (V, G): a word has the same pieces wherever it stands
    counts = csr_matrix(words @ in_words)
    counts.sort_indices()
    return TermCounts(words, names, counts, list(of_piece), is_pair, np.array(n_tokens, np.int64))


def _counted(rows: list[list[int]], n_columns: int) -> csr_matrix:
    """(N, V) float32 of the columns that each row names, once for each time."""
    from scipy.sparse import csr_matrix

    ends = np.cumsum([0, *map(len, rows)])
    columns = np.fromiter((column for row in rows for column in row), np.int32, int(ends[-1]))
    counts = csr_matrix((np.ones(len(columns), np.float32), columns, ends), shape=(len(rows), n_columns))
    counts.sum_duplicates()
    return counts
